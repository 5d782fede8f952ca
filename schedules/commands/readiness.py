"""How ready the cities of an action day are, and what only a person can say of them."""

import structlog
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from content.later import later
from content.models import ActionDay, Campaign, DayCity, Permit
from schedules.accounts.vault import Vault
from schedules.action_days.looks import look_at
from schedules.action_days.readiness import Readiness, by_hand, readiness
from schedules.clock import Clock
from schedules.commands.action_days import may_change, require_day
from schedules.commands.actor import Actor
from schedules.errors import ScheduleError
from schedules.people.roles import Role
from schedules.planning.changes import PERMIT_CLOSED
from schedules.planning.cities import lock_city, write_city
from schedules.planning.rows import withdraw_posts
from schedules.store.engine import Store
from schedules.store.tables import delivery, post

log = structlog.get_logger()


async def lists(
    store: Store, vault: Vault, clock: Clock, actor: Actor, campaign: Campaign, day: str
) -> tuple[Readiness, ...]:
    """The list of each city of a day that they look after, in the order of ``cities``.

    Raises:
        Forbidden: They look after no city.
        ScheduleError: The campaign has no such day.
        StoreUnusable: A meeting place was sealed with another key, or changed past Munasara.
    """
    actor.require_somewhere(Role.CAPTAIN, Role.APPROVER)
    meant = _day(campaign, day)
    cities = [city for city in campaign.cities_of(meant) if may_change(actor, campaign, city.id)]
    looks = await look_at(store, vault, clock, campaign, meant, cities)
    return tuple(readiness(meant, city, looks[city.id]) for city in cities)


async def tick(
    store: Store,
    clock: Clock,
    actor: Actor,
    campaign: Campaign,
    day: str,
    city: str,
    item: str,
    *,
    done: bool,
) -> None:
    """Say that something is done in a city, or take that back. Saying it again changes nothing.

    Raises:
        Forbidden: They are neither captain of the city nor an organiser.
        ScheduleError: The day has no such city, or nothing of that name that a person ticks.
    """
    meant = require_day(actor, campaign, day, city)
    if item not in by_hand(meant):
        raise ScheduleError(later("There is nothing of that name to be ticked."))
    async with store.write() as connection:
        before = (await lock_city(connection, clock, campaign.id, day, city)).ticked
        ticked = before | {item} if done else before - {item}
        if ticked != before:
            await write_city(connection, clock, campaign.id, day, city, ticked=sorted(ticked))
            await actor.record(connection, "ticked" if done else "unticked", f"city:{city} {item}")


async def set_permit(
    store: Store, clock: Clock, actor: Actor, campaign: Campaign, day: str, city: str, permit: Permit
) -> bool:
    """Say how far a city is with the authorities; it stands over what the folder says.

    What names the place and may not go out any more is withdrawn at once. What may go out now is there after the
    campaign was planned again.

    Returns:
        Whether something waits to be planned again.

    Raises:
        Forbidden: They are neither captain of the city nor an organiser.
        ScheduleError: The day has no such city.
    """
    meant = require_day(actor, campaign, day, city)
    before = (meant.city(city) or DayCity(id=city)).permit
    slots = [f"{day}:{step.id}" for step in meant.steps if step.tells_place and step.includes(city)]
    async with store.write() as connection:
        state = await lock_city(connection, clock, campaign.id, day, city)
        await write_city(connection, clock, campaign.id, day, city, permit=permit.value)
        if not permit.is_open:
            await _withdraw(connection, clock, campaign.id, city, slots)
        await actor.record(connection, f"permit {permit.value}", f"city:{city}")
    log.info("permit set", city=city, permit=permit.value)
    return bool(slots) and permit.is_open and not (state.permit or before).is_open


async def _withdraw(
    connection: AsyncConnection, clock: Clock, campaign: str, city: str, slots: list[str]
) -> None:
    """Cancel what names the place, on channels and in letters."""
    if not slots:
        return
    of_steps = or_(
        post.c.slot.in_(slots), *(post.c.slot.startswith(f"{slot}:", autoescape=True) for slot in slots)
    )
    found = await connection.execute(
        select(post.c.key)
        .join(delivery, delivery.c.post == post.c.id)
        .where(post.c.campaign == campaign, delivery.c.city == city, of_steps)
        .distinct()
    )
    await withdraw_posts(connection, found.scalars().all(), clock.now(), PERMIT_CLOSED)


def _day(campaign: Campaign, name: str) -> ActionDay:
    found = next((day for day in campaign.action_days if day.id == name), None)
    if found is None:
        raise ScheduleError(
            f"The campaign {campaign.id} has no action day {name!r:.80}. Look: munasara day show",
            later("There is no such action day here any more."),
        )
    return found
