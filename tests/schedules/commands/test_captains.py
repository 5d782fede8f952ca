"""Captains pass their city on, and are away for a while."""

import pytest

from schedules.commands.actor import Actor
from schedules.commands.captains import LONGEST_ABSENCE, be_away, hand_over
from schedules.errors import CodeNeeded, PersonUnknown, ScheduleError
from schedules.people import audit, people, roles
from schedules.people.absences import is_away
from schedules.people.audit import Journal
from schedules.people.roles import Grant, Role
from schedules.store.engine import Store
from tests.support.crowd import MORNING, VAULT, arrive, clock

BERLIN = Grant(Role.CAPTAIN, "city:berlin")
EDITOR = Grant(Role.EDITOR, "language:de")


@pytest.fixture
async def lena(store: Store) -> Actor:
    """A captain who is an editor as well; noor is in charge of nothing yet."""
    name = await arrive(store, 1, "lena")
    await arrive(store, 2, "noor")
    async with store.write() as connection:
        for grant in (BERLIN, EDITOR):
            await roles.grant(connection, clock(), name, grant, by="root")
    return Actor("lena", grants=(BERLIN, EDITOR), proven=True, journal=Journal(VAULT, clock()))


async def test_the_city_goes_to_the_other_and_nothing_else_does(store: Store, lena: Actor) -> None:
    assert await hand_over(store, clock(), lena, "noor") == ("city:berlin",)
    noor, me = await people.called(store, "noor"), await people.called(store, "lena")
    assert await roles.of(store, noor.id) == (BERLIN,)
    assert await roles.of(store, me.id) == (EDITOR,)
    assert (await audit.records(store, 1))[0].object == "noor: captain city:berlin"


async def test_it_takes_a_code(store: Store, lena: Actor) -> None:
    with pytest.raises(CodeNeeded):
        await hand_over(store, clock(), Actor("lena", grants=lena.grants), "noor")


async def test_only_somebody_who_has_come_takes_it(store: Store, lena: Actor) -> None:
    with pytest.raises(PersonUnknown):
        await hand_over(store, clock(), lena, "nobody")


@pytest.mark.parametrize("state", ["left_at", "locked_at"])
async def test_whoever_left_or_is_locked_out_cannot_take_it(store: Store, lena: Actor, state: str) -> None:
    noor = await people.called(store, "noor")
    await people.change(store, noor.id, {state: MORNING})
    with pytest.raises(ScheduleError, match="Nothing can be passed on to noor"):
        await hand_over(store, clock(), lena, "noor")


async def test_nobody_passes_it_on_to_themselves(store: Store, lena: Actor) -> None:
    with pytest.raises(ScheduleError, match="Nothing can be passed on to lena"):
        await hand_over(store, clock(), lena, "lena")


async def test_a_captain_is_away_until_the_days_are_over_or_they_are_back(
    store: Store, lena: Actor
) -> None:
    at = clock()
    await be_away(store, at, lena, 3)
    assert await is_away(store, at, "lena")
    await be_away(store, at, lena, 0)
    assert not await is_away(store, at, "lena")
    await be_away(store, at, lena, 1)
    at.set(MORNING.replace(day=3))
    assert not await is_away(store, at, "lena")


@pytest.mark.parametrize("days", [-1, LONGEST_ABSENCE + 1])
async def test_nobody_is_away_for_ever(store: Store, lena: Actor, days: int) -> None:
    with pytest.raises(ScheduleError, match="number of days"):
        await be_away(store, clock(), lena, days)
