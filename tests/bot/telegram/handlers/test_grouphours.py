"""The hour at which a group gets the task of the day."""

from schedules.commands import accounts
from tests.support.bot_stage import BotStage
from tests.support.group_stage import bound_group, captain, say, tap


async def hour(stage: BotStage) -> int | None:
    views = {view.name: view for view in await accounts.views(stage.store)}
    return views["group-berlin-de"].prompt_hour


async def test_a_captain_chooses_another_hour_and_sees_the_present_one(stage: BotStage) -> None:
    lena = await captain(stage)
    group = await bound_group(stage, lena)
    await tap(stage, lena, group, "Another hour for the task")
    labels = [label for row in group.last.buttons for label in row]
    assert [label for label in labels if "✓" in label] == [labels[1]]
    assert len(labels) == 14
    await tap(stage, lena, group, labels[10])
    assert "comes at 6:00" in group.last.text
    assert await hour(stage) == 18
    await say(stage, lena, "/setup", group)
    assert group.last.buttons == [["Berlin"], ["Another hour for the task"]]
    await tap(stage, lena, group, "Berlin")
    await tap(stage, lena, group, "Deutsch")
    assert "at 18 o’clock" in group.last.text


async def test_a_quiet_hour_and_a_captain_of_elsewhere_are_refused(stage: BotStage) -> None:
    lena = await captain(stage)
    paul = await stage.comes("paul", "captain", scope="city:paris")
    group = await bound_group(stage, lena)
    for person, wanted in ((lena, "23"), (paul, "18")):
        person.join(group) if person is paul else None
        data = stage.means.signer.data(person.id, "ghour", wanted)
        person.type_forged_callback(data, group.last)
        await stage.settle()
        assert "That was not done." in (person.presses[-1].text or "")
    assert await hour(stage) == 9


async def test_where_the_group_was_let_go_it_says_so(stage: BotStage) -> None:
    lena = await captain(stage)
    group = await bound_group(stage, lena)
    shown = group.last
    await say(stage, lena, "/unbind", group)
    lena.press(shown, "Another hour for the task")
    await stage.settle()
    assert "Write /setup again." in shown.text
