"""From a queued message to posts that wait for approval, and back: scheduling, holding and dropping."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from content.errors import Severity
from content.later import later
from content.models import Campaign
from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.commands.door_messages import covers, require_whole
from schedules.commands.plans import shown_texts
from schedules.errors import ScheduleError
from schedules.people.roles import Role
from schedules.planning import door_rows, forecast
from schedules.planning.changes import HELD_AT_DOOR
from schedules.planning.destinations import AccountView
from schedules.planning.doors import DoorMessage
from schedules.planning.drafts import Draft
from schedules.planning.forecast import Forecast, Forecaster
from schedules.planning.grid import Cell, Standing, grid
from schedules.planning.record import add_to_plan
from schedules.planning.rows import withdraw_posts
from schedules.store.engine import Store
from schedules.walltime import require_near

TRIES: Final = 3
"""How often posts are written anew because somebody changed the message meanwhile."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queued message and where it stands on every account that its reader may edit.

    Attributes:
        forecast: What the posts that are ready would cost, by account.
    """

    door: DoorMessage
    campaign: Campaign
    cells: tuple[Cell, ...]
    forecast: tuple[Forecast, ...]

    def of(self, *standings: Standing) -> tuple[Cell, ...]:
        """The cells that stand like that."""
        return tuple(cell for cell in self.cells if cell.standing in standings)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing or in trouble."""
        return not self.of(Standing.MISSING, Standing.PROBLEM)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """What scheduling did: posts that wait for approval now, and the accounts that are held."""

    posts: tuple[int, ...]
    held: tuple[str, ...]


async def look(
    store: Store,
    clock: Clock,
    actor: Actor,
    campaign: Campaign,
    accounts: Sequence[AccountView],
    number: int,
) -> Queue:
    """Where a queued message stands; somebody who edits one language sees that one alone.

    Raises:
        Forbidden: They edit nothing of it.
        ScheduleError: There is none of that number.
    """
    actor.require_somewhere(Role.EDITOR)
    mine = [one for one in accounts if covers(actor, campaign.id, one)]
    now = clock.now()
    days = campaign.review.similar_days
    async with store.read() as connection:
        door = await door_rows.read_door(connection, number)
        if not mine:
            require_whole(actor, door)
        planned = await door_rows.planned_of(connection, door)
        platforms = {one.name: one.channel for one in accounts}
        on = (door.when.local_at or door.when.exact_at or now).date()
        others = await door_rows.others_of(connection, door, platforms, on, days)
    cells = grid(door, campaign, mine, now=now, planned=planned, others=others)
    return Queue(door, campaign, cells, _foreseen(cells, now))


async def schedule(
    store: Store,
    clock: Clock,
    actor: Actor,
    campaign: Campaign,
    accounts: Sequence[AccountView],
    number: int,
) -> Scheduled:
    """Plan what is ready, as posts that wait for approval, and hold the rest. Safe to repeat: nothing is planned twice.

    Raises:
        Forbidden: They are neither its author nor an editor of the campaign.
        ScheduleError: Nothing is ready, it was dropped, or a platform or budget would not bear it.
    """
    queue = await look(store, clock, actor, campaign, accounts, number)
    require_whole(actor, queue.door)
    _refuse(queue)
    ready = [cell.draft for cell in queue.of(Standing.READY) if cell.draft is not None]
    await add_to_plan(store, clock, campaign.id, ready, author=actor.name)
    async with store.write() as connection:
        await door_rows.change_door(connection, number, held_until=None)
        await actor.record(connection, "scheduled", f"door-{number} posts: {len(ready)}")
        planned = await door_rows.planned_of(connection, queue.door)
    await follow(store, clock, actor, campaign, accounts, number)
    added = {draft.occurrence.account for draft in ready}
    held = queue.of(Standing.MISSING, Standing.PROBLEM)
    return Scheduled(
        tuple(post.id for name, post in planned.items() if name in added),
        tuple(cell.account.name for cell in held),
    )


async def follow(
    store: Store,
    clock: Clock,
    actor: Actor,
    campaign: Campaign,
    accounts: Sequence[AccountView],
    number: int,
) -> None:
    """Bring what was planned of a message in line with it: what changed is to be approved again, what is not ready is held.

    To be called after every change of it. What is out, or on its way, stays.
    """
    for _ in range(TRIES):
        queue = await look(store, clock, actor, campaign, accounts, number)
        waiting = [cell for cell in queue.cells if cell.post is not None and cell.post.waits]
        good = [cell.draft for cell in waiting if cell.standing is Standing.PLANNED and cell.draft]
        await add_to_plan(store, clock, campaign.id, good, author=actor.name)
        await _withdraw(store, clock, [cell for cell in waiting if cell.standing is not Standing.PLANNED])
        async with store.read() as connection:
            if (await door_rows.read_door(connection, number)).revision == queue.door.revision:
                return


async def hold(
    store: Store,
    clock: Clock,
    actor: Actor,
    campaign: Campaign,
    accounts: Sequence[AccountView],
    number: int,
    until: datetime | None,
) -> int:
    """Send nothing of it before it is scheduled again; gives how many posts were taken back. What is out stays.

    Args:
        until: When its author will decide, in UTC; a promise to the editors who are asked, not an alarm clock.

    Raises:
        Forbidden: They are neither its author nor an editor of the campaign.
        LocalTimeInvalid: That time is too far away.
        ScheduleError: That time is over.
    """
    actor.require_somewhere(Role.EDITOR)
    if until is not None:
        require_near(until)
        if until <= clock.now():
            raise ScheduleError(later("That time is over. Give one to come."))
    queue = await look(store, clock, actor, campaign, accounts, number)
    require_whole(actor, queue.door)
    async with store.write() as connection:
        await door_rows.change_door(connection, number, held_until=until)
        await actor.record(connection, "held", f"door-{number}")
    return await _withdraw(store, clock, queue.cells)


async def drop(
    store: Store,
    clock: Clock,
    actor: Actor,
    campaign: Campaign,
    accounts: Sequence[AccountView],
    number: int,
) -> int:
    """Give a message up; gives how many posts were taken back. What is out stays.

    Raises:
        Forbidden: They are neither its author nor an editor of the campaign.
    """
    queue = await look(store, clock, actor, campaign, accounts, number)
    require_whole(actor, queue.door)
    async with store.write() as connection:
        await door_rows.change_door(connection, number, ended_at=clock.now())
        await actor.record(connection, "dropped", f"door-{number}")
    return await _withdraw(store, clock, queue.cells)


async def _withdraw(store: Store, clock: Clock, cells: Iterable[Cell]) -> int:
    keys = [cell.post.key for cell in cells if cell.post is not None and cell.post.waits]
    if not keys:
        return 0
    async with store.write() as connection:
        return await withdraw_posts(connection, keys, clock.now(), HELD_AT_DOOR)


def _foreseen(cells: Iterable[Cell], now: datetime) -> tuple[Forecast, ...]:
    forecaster = Forecaster(now)
    for cell in cells:
        if cell.standing is Standing.READY and cell.draft is not None:
            _count(forecaster, cell.account, cell.draft)
    return forecaster.forecasts()


def _count(forecaster: Forecaster, account: AccountView, draft: Draft) -> None:
    media = len(draft.media)
    for text in shown_texts(draft):
        forecaster.add(account, draft.occurrence.due_at, text, media)
        media = 0


def _refuse(queue: Queue) -> None:
    if queue.door.ended_at is not None:
        raise ScheduleError(
            later("Number {number} was dropped. Queue it again.", number=str(queue.door.id))
        )
    if not queue.of(Standing.READY):
        raise ScheduleError(later("Nothing is ready that is not planned already. Look at what is missing."))
    for problem in forecast.problems(queue.forecast):
        if problem.severity is Severity.ERROR:
            raise ScheduleError(
                str(problem),
                later(
                    "It would go beyond the quota or the budget of an account. Leave some out, or spread them."
                ),
            )
