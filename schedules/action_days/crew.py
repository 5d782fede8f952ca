"""Who runs a city on an action day: its captain, and after her the deputies."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from schedules.clock import Clock
from schedules.people.absences import is_away, who_is_away
from schedules.people.roles import EVERYTHING, Role
from schedules.store.engine import Store
from schedules.store.tables import person, role


@dataclass(frozen=True, slots=True)
class Member:
    """One of those who run a city.

    Attributes:
        person: Their pseudonym.
        rank: 0 is the captain, 1 the first deputy.
        is_away: Whether they said that they are away for a while.
    """

    person: str
    handle: str
    rank: int
    is_away: bool


async def crew(store: Store, clock: Clock, campaign: str, city: str) -> tuple[Member, ...]:
    """The captain of a city and her deputies, in the order in which they are turned to.

    First who was granted it first; whoever is captain of more than the city comes after those of the city alone, and
    whoever is away comes last. Nobody counts who was locked out or has left.
    """
    mine = f"city:{city}"
    covering = (mine, f"campaign:{campaign}", EVERYTHING)
    wanted = (role.c.name == Role.CAPTAIN.value, role.c.scope.in_(covering), person.c.handle.is_not(None))
    async with store.read() as connection:
        found = await connection.execute(
            select(person.c.id, person.c.handle)
            .join(role, role.c.person == person.c.id)
            .where(*wanted, person.c.left_at.is_(None), person.c.locked_at.is_(None))
            .order_by(role.c.scope != mine, role.c.granted_at, person.c.id)
        )
        known = dict.fromkeys((row.id, row.handle) for row in found)
    away = [(await is_away(store, clock, handle), name, handle) for name, handle in known]
    ordered = sorted(away, key=lambda each: each[0])
    return tuple(Member(name, handle, rank, gone) for rank, (gone, name, handle) in enumerate(ordered))


async def strengths(
    store: Store, clock: Clock, campaign: str, cities: Collection[str]
) -> Mapping[str, int]:
    """How many of those who run each of these cities are there: not away, not locked out, not gone."""
    everywhere = {f"campaign:{campaign}", EVERYTHING}
    scopes = everywhere | {f"city:{city}" for city in cities}
    wanted = (role.c.name == Role.CAPTAIN.value, role.c.scope.in_(scopes), person.c.handle.is_not(None))
    gone = await who_is_away(store, clock)
    async with store.read() as connection:
        found = await connection.execute(
            select(role.c.scope, person.c.handle)
            .join(person, person.c.id == role.c.person)
            .where(*wanted, person.c.left_at.is_(None), person.c.locked_at.is_(None))
        )
        there: dict[str, set[str]] = {}
        for row in found:
            if row.handle not in gone:
                there.setdefault(row.scope, set()).add(row.handle)
    general = set().union(*(there.get(scope, ()) for scope in everywhere))
    return {city: len(general | there.get(f"city:{city}", set())) for city in cities}
