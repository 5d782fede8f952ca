from datetime import timedelta

from schedules.people.roles import Role
from schedules.store.tables import campaign as campaign_table
from schedules.store.tables import tally
from tests.support.bot_stage import BotStage
from tests.support.deliveries import add_deliveries, add_stale_campaign


async def test_numbers_say_what_they_are_and_few_are_not_counted_out(stage: BotStage) -> None:
    await stage.add_account("x-en", "rehearsal", {})
    campaign = stage.campaign.id
    await add_deliveries(stage.store, ["x-en"], 3, state="sent", campaign=campaign)
    (prompt,) = await add_deliveries(
        stage.store, ["x-en"], 1, state="sent", campaign=campaign, slot="prompt:day-1:en"
    )
    async with stage.store.write() as connection:
        row = {"post": prompt, "city": "berlin", "sent": 30, "unknown": 0, "done": 4, "declined": 1}
        await connection.execute(tally.insert(), [row])
    await add_stale_campaign(stage.store)
    vera = await stage.comes("vera", Role.VIEWER)
    vera.send("/stats")
    await stage.settle()
    assert "3 posts are out." in vera.last.text
    assert "Tasks that reached volunteers: 30." in vera.last.text
    assert "Done, as they say themselves: <5." in vera.last.text


async def test_whoever_looks_after_one_city_sees_no_totals(stage: BotStage) -> None:
    carla = await stage.comes("carla", Role.CAPTAIN, scope="city:berlin")
    carla.send("/stats")
    await stage.settle()
    assert "No campaign is yours to look at." in carla.last.text


async def test_where_no_campaign_can_be_read_whoever_asks_is_told_so(stage: BotStage) -> None:
    amal = await stage.comes("amal", Role.ADMIN)
    async with stage.store.write() as connection:
        stale = {"kit": "{}", "planned_at": stage.means.clock.now() + timedelta(seconds=1)}
        await connection.execute(campaign_table.update().values(stale))
    for command in ("/stats", "/invite", "/urgent", "/queue"):
        before = len(amal.chat.messages)
        amal.send(command)
        await stage.settle()
        assert ["not planned here any more" in each.text for each in amal.chat.messages[before + 1 :]] == [
            True
        ]
