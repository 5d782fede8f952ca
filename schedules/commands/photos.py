"""Pictures from cities: captains bring them on the day, reviewers say whether they may be published."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from content.errors import CampaignInvalid
from content.later import later
from content.media import Picture, redraw_picture
from content.models import ActionDay, Campaign, City, Risk
from schedules.action_days import photos
from schedules.action_days.photos import Photo
from schedules.action_days.timeline import starts_at
from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.commands.scopes import named, within
from schedules.errors import ScheduleError
from schedules.people.roles import EVERYTHING, Role
from schedules.planning.cities import UNCHANGED, load_cities
from schedules.store.columns import LARGEST
from schedules.store.engine import Store
from schedules.store.tables import photo

EARLY: Final = timedelta(hours=1)
LATE: Final = timedelta(hours=24)
"""How long before and after T-0 pictures are taken from a city."""
LONGEST_SIDE: Final = 2560
"""Pixels; what is larger is scaled down."""
UNREADABLE: Final = later("This is no picture that can be read. Send it as a photo.")
NOT_THERE: Final = later("That picture is not there any more.")


@dataclass(frozen=True, slots=True)
class Scene:
    """A city whose captain may send pictures now."""

    campaign: Campaign
    day: ActionDay
    city: City

    @property
    def is_guarded(self) -> bool:
        """Whether none may be taken there."""
        return self.city.risk is Risk.GUARDED


async def scenes(store: Store, clock: Clock, actor: Actor, campaign: Campaign) -> tuple[Scene, ...]:
    """The cities of which they are captain and whose day is now, guarded ones included.

    Raises:
        Forbidden: They are no captain.
    """
    actor.require_somewhere(Role.CAPTAIN)
    states, now = await load_cities(store, campaign.id), clock.now()
    found = []
    for day in campaign.action_days:
        for city in campaign.cities_of(day):
            start = starts_at(day, city.zone).at
            delay = states.get((day.id, city.id), UNCHANGED).delay
            is_now = start is not None and start - EARLY <= now <= start + delay + LATE
            if is_now and _is_hers(actor, campaign, city):
                found.append(Scene(campaign, day, city))
    return tuple(found)


async def bring(
    store: Store, clock: Clock, actor: Actor, campaign: Campaign, day: str, city: str, data: bytes
) -> None:
    """Keep a picture from a city, drawn anew before anything is written. Nobody publishes it before it is cleared.

    Raises:
        Forbidden: They are no captain.
        ScheduleError: They are captain of no such city, its day is not now, it is guarded, or it is no picture.
    """
    known = await scenes(store, clock, actor, campaign)
    scene = next((each for each in known if (each.day.id, each.city.id) == (day, city)), None)
    if scene is None:
        raise ScheduleError(later("Pictures are taken on the day of your city, and until a day later."))
    if scene.is_guarded:
        raise ScheduleError(
            later("Your city is guarded: a picture can give people away, so none is taken.")
        )
    picture = await asyncio.to_thread(_redrawn, data)
    async with store.write() as connection:
        await photos.keep(connection, clock, campaign.id, day, city, picture)


async def next_photo(store: Store, actor: Actor, after: int) -> Photo | None:
    """The first picture after a number, 0 for the very first, that waits for their decision.

    Raises:
        Forbidden: They are no approver.
    """
    actor.require_somewhere(Role.APPROVER)
    seen = within(actor.grants, Role.APPROVER, campaign=photo.c.campaign, city=photo.c.city)
    return await photos.waiting(store, seen, min(after, LARGEST))


async def clear(store: Store, clock: Clock, actor: Actor, number: int) -> bool:
    """Let a picture be published: nobody can be recognised in it who did not agree, and no minor. Whether that is news.

    Raises:
        Forbidden: They are no approver there.
        CodeNeeded: Their second factor was not shown.
        ScheduleError: There is no such picture.
    """
    actor.require_somewhere(Role.APPROVER)
    actor.require_proof()
    return await _decide(store, clock, actor, number, "cleared a picture", cleared_by=actor.name)


async def withhold(store: Store, clock: Clock, actor: Actor, number: int) -> bool:
    """Let a picture be published by nobody, also where it was cleared. Whether that is news.

    Raises:
        Forbidden: They are no approver there.
        ScheduleError: There is no such picture.
    """
    actor.require_somewhere(Role.APPROVER)
    return await _decide(store, clock, actor, number, "withheld a picture", cleared_by=None)


async def _decide(
    store: Store, clock: Clock, actor: Actor, number: int, act: str, *, cleared_by: str | None
) -> bool:
    async with store.write() as connection:
        found = await photos.locked(connection, number)
        if found is None or not actor.may(Role.APPROVER, named(campaign=found.campaign, city=found.city)):
            raise ScheduleError(NOT_THERE)
        if found.reviewed_at is not None and cleared_by is not None:
            return False
        await photos.decide(connection, clock, number, cleared_by=cleared_by)
        await actor.record(connection, act, f"photo:{number}")
    return True


def _is_hers(actor: Actor, campaign: Campaign, city: City) -> bool:
    covering = {EVERYTHING, f"campaign:{campaign.id}", f"city:{city.id}"}
    return any(each.role is Role.CAPTAIN and each.scope in covering for each in actor.grants or ())


def _redrawn(data: bytes) -> Picture:
    try:
        return redraw_picture(data, LONGEST_SIDE)
    except CampaignInvalid as error:
        raise ScheduleError(UNREADABLE) from error
