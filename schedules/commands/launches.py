"""Launching a dormant campaign: one person asks for an instant, another confirms the very same kit and instant."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import select

from content.errors import Problem
from content.later import later
from schedules.clock import Clock
from schedules.commands import launch_wishes
from schedules.commands.actor import Actor
from schedules.commands.approvals import Seen, approve_together
from schedules.commands.launch_checks import Ahead, look_ahead, too_few
from schedules.commands.launch_wishes import (
    WITHIN,
    Wish,
    kit_of,
    launched_already,
    nobody_asked,
    wish_for,
)
from schedules.commands.scopes import named
from schedules.errors import Forbidden, LaunchRefused, PersonUnknown, ScheduleError
from schedules.lifecycle import PUBLISH, State
from schedules.people import people, roles
from schedules.people.roles import EVERYTHING, Role
from schedules.planning.drafts import Draft
from schedules.planning.record import record
from schedules.store import tables
from schedules.store.chunks import chunks
from schedules.store.engine import Store
from schedules.walltime import SHOWN, require_near

HEAD_START: Final = timedelta(minutes=2)
"""T-0 where nobody says when: so long after the first person asked, rounded up to the minute."""
MINUTE: Final = timedelta(minutes=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Launched:
    """What a confirmation did.

    Attributes:
        posts: How many posts it has.
        waiting: How many of them still wait for approval, and ``left`` why.
    """

    starts_at: datetime
    posts: int
    waiting: int = 0
    left: tuple[str, ...] = ()


async def look(
    store: Store, clock: Clock, actor: Actor, name: str, starts_at: datetime | None = None
) -> Ahead:
    """What a launch would do now, changing nothing: as somebody asked for it, else in two minutes.

    Args:
        name: The id of the campaign.
        starts_at: Another T-0, aware.

    Raises:
        Forbidden: They are no approver of it.
        LocalTimeInvalid: T-0 is too far away.
        ScheduleError: No such campaign waits for its launch, it was launched, or T-0 is over.
    """
    actor.require(Role.APPROVER, named(campaign=name))
    kit, now = await kit_of(store, name), clock.now()
    wish = await wish_for(store, name)
    if wish is not None and wish.launched_at is not None:
        raise launched_already(wish)
    if wish is not None and not (wish.is_open(now) or wish.launched_by):
        wish = None
    if wish is not None and starts_at in {None, wish.starts_at}:
        return await look_ahead(store, clock, kit, wish.starts_at, wish.asked_at, wish)
    return await look_ahead(store, clock, kit, _begins(starts_at, now), now, wish)


async def ask(
    store: Store, clock: Clock, actor: Actor, name: str, starts_at: datetime | None = None
) -> Wish:
    """Ask for the launch of a campaign. Nothing happens until another person confirms it, within 15 minutes.

    Asking again replaces one's own wish.

    Args:
        name: The id of the campaign.
        starts_at: T-0, aware; in two minutes where it is ``None``.

    Raises:
        Forbidden: They are no approver of it.
        CodeNeeded: Their second factor was not shown.
        LaunchRefused: Something in it is stale; names everything.
        LocalTimeInvalid: T-0 is too far away.
        ScheduleError: No such campaign waits for its launch, T-0 is over, or somebody else asked already.
    """
    actor.require(Role.APPROVER, named(campaign=name))
    actor.require_proof()
    now = clock.now()
    at = _begins(starts_at, now)
    ahead = await look_ahead(store, clock, await kit_of(store, name), at, now, None)
    _refuse(name, (*ahead.errors, *too_few(ahead.kit, await _author(store, name), (actor.name, None))))
    wish = Wish(name, ahead.digest, at.astimezone(UTC), actor.name, now)
    async with store.write() as connection:
        await launch_wishes.replace(connection, wish, now)
        await actor.record(connection, "asked to launch", f"campaign:{name}")
    log.warning("launch asked", campaign=name)
    return wish


async def confirm(store: Store, clock: Clock, actor: Actor, name: str, seal: str) -> Launched:
    """Launch exactly what another person asked for: record the whole plan and approve every post as both of them.

    Safe to repeat after a crash, by anybody who may launch it: what was decided is completed.

    Args:
        name: The id of the campaign.
        seal: Of what this person saw.

    Raises:
        Forbidden: They are no approver of it, or asked for it themselves.
        CodeNeeded: Their second factor was not shown.
        LaunchRefused: Something in it is stale; names everything.
        ScheduleError: Nobody asked, too long ago, or something has changed since; says what.
    """
    actor.require(Role.APPROVER, named(campaign=name))
    actor.require_proof()
    wish = await wish_for(store, name)
    if wish is None:
        raise nobody_asked(name)
    if wish.launched_at is not None:
        raise launched_already(wish)
    kit, author = await kit_of(store, name), await _author(store, name)
    ahead = await look_ahead(store, clock, kit, wish.starts_at, wish.asked_at, wish)
    if wish.launched_by is None:
        await _require_second(store, wish, actor, clock.now())
    _require_same(wish, ahead, seal)
    both = (wish.asked_by, wish.launched_by or actor.name)
    _refuse(name, (*ahead.errors, *too_few(kit, author, both)))
    if wish.launched_by is None:
        await _decide(store, wish, actor)
    return await _complete(store, clock, actor, ahead, author, both)


async def cancel(store: Store, actor: Actor, name: str) -> None:
    """Take back a wish that nobody has confirmed yet. Asks for no code, and any person in charge is enough.

    Raises:
        Forbidden: They have no role there but that of a viewer.
        ScheduleError: Nobody asked, or it was confirmed.
    """
    actor.require_coordinator(named(campaign=name))
    async with store.write() as connection:
        await launch_wishes.withdraw(connection, name)
        await actor.record(connection, "withdrew launch", f"campaign:{name}")
    log.warning("launch withdrawn", campaign=name)


def _begins(starts_at: datetime | None, now: datetime) -> datetime:
    """T-0 as somebody wants it."""
    at = starts_at or soon(now)
    require_near(at)
    if at < now:
        raise ScheduleError(later("This moment is over already. Choose a later one."))
    return at


def soon(now: datetime) -> datetime:
    """T-0 where nobody says when."""
    seconds = (now + HEAD_START).timestamp() / MINUTE.total_seconds()
    return datetime.fromtimestamp(math.ceil(seconds) * MINUTE.total_seconds(), UTC)


def _refuse(name: str, errors: Iterable[Problem]) -> None:
    found = tuple(errors)
    if found:
        raise LaunchRefused(name, found)


async def _author(store: Store, name: str) -> str:
    """Who planned the kit."""
    async with store.read() as connection:
        known = select(tables.campaign.c.planned_by).where(tables.campaign.c.id == name)
        return str((await connection.execute(known)).scalar())


async def _require_second(store: Store, wish: Wish, actor: Actor, now: datetime) -> None:
    if wish.asked_by == actor.name:
        raise Forbidden(
            f"You have asked to launch {wish.campaign} yourself. Another person confirms it.",
            later("You have asked for it yourself. Another person confirms it."),
        )
    if not wish.is_open(now):
        raise ScheduleError(
            f"{wish.asked_by} asked at {wish.asked_at:{SHOWN}} UTC, which is too long ago. Ask again, and confirm "
            f"within {WITHIN // MINUTE} minutes.",
            later("That was asked too long ago. Ask again: /launch"),
        )
    if not await _may_still(store, wish):
        raise ScheduleError(
            f"{wish.asked_by} asked, and may not approve there any more. Ask again.",
            later("Whoever asked may not approve there any more. Ask again: /launch"),
        )


async def _may_still(store: Store, wish: Wish) -> bool:
    """Whoever asked at the command line and has never come to the bot holds everything; no wish outlives its person."""
    try:
        person = await people.called(store, wish.asked_by)
    except PersonUnknown:
        return True
    covering = {EVERYTHING, *named(campaign=wish.campaign)}
    granted = await roles.of(store, person.id)
    return person.locked_at is None and any(grant.allows(Role.APPROVER, covering) for grant in granted)


def _require_same(wish: Wish, ahead: Ahead, seal: str) -> None:
    changed = ahead.differs_from(wish.digest)
    if changed:
        decided = "was launched" if wish.launched_by else f"was to be launched as {wish.asked_by} asked"
        remedy = "Approve what waits: munasara approve" if wish.launched_by else "Look at it and ask again."
        raise ScheduleError(
            f"{wish.campaign} {decided}, and has changed since: {' and '.join(changed)}. {remedy}",
            later("Something of it has changed since it was asked for. Look at it again: /launch"),
        )
    if seal != ahead.seal:
        raise ScheduleError(
            f"The launch of {wish.campaign} was asked for anew since you looked. Look at it again.",
            later("It was asked for anew since you looked. Look at it again: /launch"),
        )


async def _decide(store: Store, wish: Wish, actor: Actor) -> None:
    async with store.write() as connection:
        await launch_wishes.decide(connection, wish, actor.name)
        await actor.record(connection, "launched", f"campaign:{wish.campaign}")
    log.warning("launched", campaign=wish.campaign)


async def _complete(
    store: Store, clock: Clock, actor: Actor, ahead: Ahead, author: str, both: tuple[str, str]
) -> Launched:
    """Record everything and approve it as both. A part that is there already is left as it is."""
    checked, digests = ahead.checked, dict[str, str]()
    drafts = _noted(checked.drafts(), digests)
    kept = checked.overrides.cancelled
    await record(store, clock, checked.campaign, drafts, author=author, kept=kept)
    actors = [Actor(name, journal=actor.journal) for name in both]
    done = await approve_together(store, clock, actors, await _waiting(store, digests))
    async with store.write() as connection:
        await launch_wishes.complete(connection, ahead.kit.id, clock.now())
    left = tuple(dict.fromkeys(str(why) for why in done.left))
    return Launched(ahead.starts_at, len(digests), len(done.waiting) + len(done.left), left)


def _noted(drafts: Iterable[Draft], digests: dict[str, str]) -> Iterator[Draft]:
    """The drafts, of which keys and digests are written down as they pass."""
    for draft in drafts:
        digests[draft.occurrence.key] = draft.digest
        yield draft


async def _waiting(store: Store, digests: Mapping[str, str]) -> list[Seen]:
    """Those of the posts that wait for approval exactly as they were recorded."""
    post, delivery, found = tables.post, tables.delivery, list[Any]()
    for keys in chunks(digests):
        wanted = (
            select(post.c.id, post.c.key, post.c.digest)
            .join_from(post, delivery, (delivery.c.post == post.c.id) & (delivery.c.kind == PUBLISH))
            .where(post.c.key.in_(list(keys)), delivery.c.state == State.PLANNED.value)
            .order_by(post.c.id)
        )
        async with store.read() as connection:
            found += (await connection.execute(wanted)).all()
    return [Seen(row.id, row.digest) for row in found if digests[row.key] == row.digest]
