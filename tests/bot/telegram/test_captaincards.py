"""What stands on a captain's card, and when it is written anew."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.telegram.captaincards import Shown
from schedules.people import people
from schedules.planning.cities import Status, lock_city, write_city
from tests.support.bot_stage import BotStage, bot_stage
from tests.support.captain_stage import DAY, T0, captain_of, fill_in, got, plain, played, until
from tests.support.deliveries import add_stale_campaign
from tests.support.telegram.messages import Message
from tests.support.telegram.people import Person


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    begins = T0 - timedelta(hours=1)
    async with bot_stage(sqlite_url, at=begins, campaign=played("berlin")) as stage:
        yield stage


@pytest.fixture
async def lena(stage: BotStage) -> Person:
    """The captain of Berlin, before she has her card."""
    return await captain_of(stage, "lena")


def card(person: Person) -> Message:
    [shown] = person.chat.pinned
    return shown


async def change(stage: BotStage, **values: Any) -> None:
    clock, keys = stage.means.clock, (stage.campaign.id, DAY, "berlin")
    async with stage.store.write() as connection:
        await lock_city(connection, clock, *keys)
        await write_city(connection, clock, *keys, **values)


async def test_it_comes_half_an_hour_before_with_every_delay(stage: BotStage, lena: Person) -> None:
    await change(stage, delay_minutes=30)
    await until(stage, 0, -29)
    assert lena.chat.pinned == []
    await until(stage)
    assert "It begins at 1:30\u202fPM by your clock.\nThat is 30 minutes later" in plain(card(lena).text)


async def test_what_others_change_and_fill_in_stands_on_it_at_the_next_round(
    stage: BotStage, lena: Person
) -> None:
    await until(stage, 0, -30)
    shown = card(lena)
    assert "Where:" not in shown.text
    await fill_in(stage)
    await change(stage, delay_minutes=60, place="b")
    await until(stage, 0, -28)
    assert card(lena) is shown
    assert "2:00\u202fPM" in plain(shown.text)
    assert "Where: Behind the north gate" in plain(shown.text)


async def test_in_a_city_that_became_guarded_it_names_no_place(stage: BotStage, lena: Person) -> None:
    await fill_in(stage)
    await stage.guard("berlin")
    await until(stage, 0, -30)
    shown = " ".join(got(lena))
    assert "+49 30 111" in shown
    assert "plane tree" not in shown


async def test_a_campaign_that_nobody_can_read_keeps_no_captain_from_her_card(
    stage: BotStage, lena: Person
) -> None:
    await add_stale_campaign(stage.store)
    await until(stage, 0, -30)
    assert "It begins at 1:00\u202fPM by your clock." in plain(lena.last.text)


async def test_where_nothing_has_changed_nothing_is_written(stage: BotStage, lena: Person) -> None:
    await until(stage, 0, -30)
    shown = card(lena)
    await until(stage, 0, -29)
    assert shown.edited_at is None


@pytest.mark.parametrize(
    ("status", "keys"),
    [
        (Status.BEGUN, ["✓ We have begun", "How many", "Change", "Danger"]),
        (Status.ENDED, ["How many", "Danger"]),
        (Status.ABORTED, ["Danger"]),
    ],
)
async def test_its_keys_are_what_can_still_be_done(
    stage: BotStage, lena: Person, status: Status, keys: list[str]
) -> None:
    await until(stage, 0, -30)
    await change(stage, status=status.value)
    await until(stage, 0, -29)
    assert [row[0] for row in card(lena).buttons] == keys


async def test_it_speaks_her_language(stage: BotStage, lena: Person) -> None:
    name = (await people.called(stage.store, "lena")).id
    await people.change(stage.store, name, {"language": "de"})
    await until(stage, 0, -30)
    assert "13:00" in card(lena).text
    assert "Der Augenblick der weißen Ballons · Berlin" in plain(card(lena).text)


async def test_a_card_that_did_not_arrive_is_brought_again(stage: BotStage, lena: Person) -> None:
    lena.deactivate()
    await until(stage, 0, -30)
    lena.deactivated = False
    await until(stage, 0, -29)
    assert "Without a signal:" in card(lena).text


def test_what_this_process_did_not_write_counts_as_new() -> None:
    shown = Shown()
    assert [shown.is_new(1, 2, text, ()) for text in ("a", "a", "b", "a")] == [True, False, True, True]
    shown.forget(1, 2)
    assert shown.is_new(1, 2, "a", ())
