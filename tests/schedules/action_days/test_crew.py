"""Who is captain of a city, and who her deputies are."""

from datetime import timedelta

from schedules.action_days.crew import crew
from schedules.people import people, roles
from schedules.people.absences import absence
from schedules.people.roles import EVERYTHING, Grant, Role
from schedules.store import leases
from schedules.store.engine import Store
from tests.support.crowd import MORNING, appoint, arrive, clock

BERLIN = "city:berlin"


async def grant(store: Store, telegram: int, handle: str, scope: str = BERLIN) -> None:
    """Each a minute later than whoever came before them."""
    at, name = clock(), await arrive(store, telegram, handle)
    at.set(MORNING + timedelta(minutes=telegram))
    async with store.write() as connection:
        await roles.grant(connection, at, name, Grant(Role.CAPTAIN, scope), by="root")


async def handles(store: Store) -> list[str]:
    found = await crew(store, clock(), "demo", "berlin")
    assert [one.rank for one in found] == list(range(len(found)))
    return [one.handle for one in found]


async def test_the_longest_in_office_is_captain_and_the_others_are_deputies(store: Store) -> None:
    for number, handle in enumerate(("lena", "noor", "emre"), start=1):
        await grant(store, number, handle)
    await grant(store, 4, "paul", "city:paris")
    await appoint(store, "amal", Grant(Role.ADMIN), telegram=5)
    assert await handles(store) == ["lena", "noor", "emre"]


async def test_captains_of_more_than_the_city_come_after_its_own(store: Store) -> None:
    await grant(store, 1, "everywhere", EVERYTHING)
    await grant(store, 2, "campaign", "campaign:demo")
    await grant(store, 3, "lena")
    await grant(store, 4, "other", "campaign:other")
    assert await handles(store) == ["lena", "everywhere", "campaign"]


async def test_whoever_is_away_comes_last_and_whoever_cannot_act_does_not_count(store: Store) -> None:
    for number, handle in enumerate(("lena", "noor", "emre", "gone"), start=1):
        await grant(store, number, handle)
    await leases.hold(store, clock(), absence("lena"), "lena", timedelta(days=1))
    for handle, column in (("emre", "locked_at"), ("gone", "left_at")):
        await people.change(store, (await people.called(store, handle)).id, {column: MORNING})
    assert await handles(store) == ["noor", "lena"]
    assert [one.is_away for one in await crew(store, clock(), "demo", "berlin")] == [False, True]
