"""An action day from the first question to the reminder: who comes, who is told where, and what is kept of whom."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from sqlalchemy import select

from content.models import Risk
from schedules.action_days.meetings import Meeting, write_meeting
from schedules.action_days.signups import Coming, coming
from schedules.commands.post_changes import cancel, reschedule
from schedules.commands.posts import Filter, list_posts
from schedules.store.tables import day_city, delivery, metadata, post, sign_up
from tests.support.bot_stage import COORDINATOR, BotStage, bot_stage
from tests.support.telegram.people import Person
from tests.support.volunteers_way import ask, press

DAY: Final = "release"
T0: Final = datetime(2027, 3, 20, 12, tzinfo=UTC)
ASKED_AT: Final = T0 - timedelta(days=5)
PLACE: Final = "Under the plane tree at the old harbour"
OTHER: Final = "Behind the north gate"


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    async with bot_stage(sqlite_url, at=ASKED_AT - timedelta(hours=1)) as stage:
        await stage.plan_letters()
        yield stage


async def _until(stage: BotStage, at: datetime) -> None:
    await stage.advance(at - stage.means.clock.now())
    await stage.send_due()


async def _place(stage: BotStage, city: str = "berlin", **filled: str) -> None:
    means, given = stage.means, Meeting(**{"a": PLACE, "b": OTHER} | filled)
    await write_meeting(stage.store, means.vault, means.clock, stage.campaign.id, DAY, city, given)


async def _signed(stage: BotStage) -> list[tuple[str, int]]:
    async with stage.store.read() as connection:
        found = await connection.execute(select(sign_up.c.city, sign_up.c.guests))
        return [(row.city, row.guests) for row in found]


def _got(person: Person) -> str:
    return "\n".join(message.text for message in person.chat.messages)


async def test_from_the_question_to_the_reminder(stage: BotStage) -> None:
    ada, ben = await stage.volunteer(), await stage.volunteer()
    await _until(stage, ASKED_AT)
    assert "Will you be there on Saturday?" in ada.last.text
    await press(stage, ada, "I’m coming")
    await press(stage, ada, "+2")
    assert "You are coming" in ada.last.text
    assert "With 2 guests." in ada.last.text
    assert await _signed(stage) == [("berlin", 2)]
    assert await coming(stage.store, stage.campaign.id, DAY) == {"berlin": Coming(1, 2)}

    await _place(stage)
    await _until(stage, T0 - timedelta(hours=24))
    assert f"Where: {PLACE}" in ada.last.text.replace("\u2068", "").replace("\u2069", "")
    assert "The place is settled" not in _got(ben)
    await _nothing_says(stage, PLACE)

    await _until(stage, T0 - timedelta(hours=2))
    assert "Two hours." in ada.last.text
    assert "Two hours." not in _got(ben)
    await _until(stage, T0 + timedelta(hours=4))
    assert "Thank you, whether you came" in ada.last.text
    assert "Thank you, whether you came" not in _got(ben)


async def test_who_signs_up_late_gets_at_once_what_she_missed_and_then_the_rest(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await _until(stage, ASKED_AT)
    await _place(stage)
    await _until(stage, T0 - timedelta(hours=20))
    assert PLACE not in _got(ada)
    await ask(stage, ada, "/coming")
    await press(stage, ada, "I’m coming")
    await stage.send_due()
    assert _got(ada).count(PLACE) == 1
    await press(stage, ada, "+1")
    await stage.send_due()
    assert _got(ada).count(PLACE) == 1
    await _until(stage, T0 - timedelta(hours=2))
    assert "Two hours." in ada.last.text


async def test_one_tap_withdraws_and_nothing_more_comes(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await _until(stage, ASKED_AT)
    await press(stage, ada, "I’m coming")
    await press(stage, ada, "I’m not coming after all")
    assert await _signed(stage) == []
    await _place(stage)
    await _until(stage, T0 - timedelta(hours=24))
    await _until(stage, T0 - timedelta(hours=2))
    assert PLACE not in _got(ada)
    assert "Two hours." not in _got(ada)


async def test_whoever_moves_to_another_city_comes_to_nothing_there(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await _until(stage, ASKED_AT)
    await press(stage, ada, "I’m coming")
    await ask(stage, ada, "/mydata")
    assert "You come to" in ada.last.text
    await ask(stage, ada, "/city")
    await press(stage, ada, "Aleppo")
    assert await _signed(stage) == []


async def test_a_city_that_is_planned_as_guarded_forgets_who_comes(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await _until(stage, ASKED_AT)
    await press(stage, ada, "I’m coming")
    cities = tuple(each.model_copy(update={"risk": Risk.GUARDED}) for each in stage.campaign.cities)
    stage.campaign = stage.campaign.model_copy(update={"cities": cities})
    await stage.plan_letters()
    assert await _signed(stage) == []


async def test_a_guarded_city_counts_and_keeps_nothing_of_her(stage: BotStage) -> None:
    amal = await stage.volunteer(city="aleppo", language="ar")
    await _until(stage, ASKED_AT)
    assert amal.last.text == "جاهز."
    before = await _rows(stage)
    await press(stage, amal, "فتح")
    card = amal.last
    data = card.button(card.buttons[0][0])["callback_data"]
    for _ in range(3):
        amal.press(card, data)
    await stage.settle()
    async with stage.store.read() as connection:
        counted = await connection.execute(select(day_city.c.coming).where(day_city.c.city == "aleppo"))
        assert counted.scalar_one() == 1
    assert await _signed(stage) == []
    after = await _rows(stage)
    assert {name for name in after if after[name] != before[name]} <= {"day_city", "volunteer"}
    await _until(stage, T0 - timedelta(hours=2))
    assert amal.last.text == "جاهز."


async def test_without_a_place_nothing_is_told_until_somebody_fills_it_in(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await _until(stage, ASKED_AT)
    await press(stage, ada, "I’m coming")
    await _until(stage, T0 - timedelta(hours=24))
    assert "The place is settled" not in _got(ada)
    assert {state for state, _ in await _reveals(stage)} == {"refused"}
    await _place(stage)
    await stage.send_due()
    assert PLACE in _got(ada)


async def test_a_permit_that_is_taken_back_keeps_the_place_unsaid(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await _until(stage, ASKED_AT)
    await press(stage, ada, "I’m coming")
    await _place(stage)
    async with stage.store.write() as connection:
        await connection.execute(day_city.update().values(permit="applied"))
    await _until(stage, T0 - timedelta(hours=24))
    assert PLACE not in _got(ada)
    assert {reason for _, reason in await _reveals(stage)} == {
        "The permit of the city is not there, and it tells where people meet."
    }


async def test_what_was_moved_or_cancelled_at_a_door_stays_so(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await _until(stage, ASKED_AT)
    await press(stage, ada, "I’m coming")
    clock = stage.means.clock
    reminder, earlier = await _post(stage, "release:two-hours:en"), datetime(2027, 3, 20, 10)
    await reschedule(stage.store, clock, COORDINATOR, reminder, earlier, "Europe/Berlin")
    await cancel(stage.store, clock, COORDINATOR, await _post(stage, "release:well-done:en"))
    await stage.plan_letters()
    await _until(stage, datetime(2027, 3, 20, 9, tzinfo=UTC))
    assert "Two hours." in ada.last.text
    await _until(stage, T0 + timedelta(hours=12))
    assert _got(ada).count("Two hours.") == 1
    assert "Thank you, whether you came" not in _got(ada)


async def _post(stage: BotStage, slot: str) -> int:
    """The number of a post for Berlin."""
    found = await list_posts(stage.store, Filter())
    return next(one.id for one in found if one.slot == slot and one.city == "berlin")


async def _reveals(stage: BotStage) -> list[tuple[str, str]]:
    """What became of the letters with the place, for Berlin."""
    async with stage.store.read() as connection:
        found = await connection.execute(
            select(delivery.c.state, delivery.c.reason)
            .join(post, post.c.id == delivery.c.post)
            .where(post.c.slot.startswith("release:where:"), delivery.c.city == "berlin")
        )
        return [(row.state, row.reason) for row in found]


async def _rows(stage: BotStage) -> dict[str, list[str]]:
    """Every row of every table."""
    async with stage.store.read() as connection:
        return {
            table.name: sorted(map(repr, (await connection.execute(select(table))).all()))
            for table in metadata.sorted_tables
        }


async def _nothing_says(stage: BotStage, words: str) -> None:
    found = await _rows(stage)
    assert [name for name, rows in found.items() if any(words in row for row in rows)] == []
