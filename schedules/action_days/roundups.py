"""Round-ups: once the count of an action day is closed, its posts are drawn with the numbers and wait for approval."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import select

from content.errors import Severity
from content.models import ActionDay, Campaign, Changes, StepKind
from schedules.action_days.counts import freeze_due
from schedules.clock import Clock
from schedules.lifecycle import PUBLISH, State
from schedules.planning.changes import GONE_FROM_FOLDER
from schedules.planning.cities import taking_part
from schedules.planning.counts import Crowds, load_counts
from schedules.planning.destinations import AccountView
from schedules.planning.drafts import Draft, Drafter
from schedules.planning.kit_media import KitMedia, load_media
from schedules.planning.kits import Kits
from schedules.planning.occurrences import Occurrence, occurrences
from schedules.planning.overrides import Overrides, load_overrides
from schedules.planning.record import add_to_plan
from schedules.store.engine import Store
from schedules.store.tables import campaign as campaign_table
from schedules.store.tables import delivery, post

LOOKED_AFTER: Final = timedelta(days=7)
"""How long after the count a round-up that is missing is still drawn: an account may be connected late."""

log = structlog.get_logger()


async def close_counts(
    store: Store, clock: Clock, kits: Kits, views: Callable[[Store], Awaitable[Sequence[AccountView]]]
) -> None:
    """Freeze the numbers of every action day whose count has closed, and record its round-ups.

    Safe to repeat, to interrupt, and for two workers at once: numbers are frozen once, and each post is recorded once.
    Where one campaign fails, the others are counted all the same.

    Args:
        views: Gives every connected account.
    """
    for campaign in await kits.readable(await kits.names()):
        try:
            if campaign.action_days:
                await freeze_due(store, clock, campaign)
                await _record_missing(store, clock, campaign, views)
        except Exception as error:  # noqa: BLE001 - the counts of other campaigns do not wait for this one
            log.warning("a campaign was left out", campaign=campaign.id, error=type(error).__name__)


async def _record_missing(
    store: Store,
    clock: Clock,
    campaign: Campaign,
    views: Callable[[Store], Awaitable[Sequence[AccountView]]],
) -> None:
    lately = clock.now() - LOOKED_AFTER
    counted = await load_counts(store, campaign.id)
    crowds = {day: frozen.crowd for day, frozen in counted.items() if frozen.at > lately}
    if not crowds:
        return
    known = await load_overrides(store, campaign.id)
    missing = await missing_round_ups(store, campaign, known, crowds, await views(store))
    if not missing:
        return
    kept, taking = await load_media(store, campaign.id), taking_part(campaign, known.cities)
    drafts = [draft for occurrence in missing for draft in _drawn(taking, kept, occurrence)]
    if drafts:
        planner = await _planned_by(store, campaign.id)
        await add_to_plan(store, clock, campaign.id, drafts, author=planner)


async def missing_round_ups(
    store: Store, campaign: Campaign, known: Overrides, crowds: Crowds, accounts: Sequence[AccountView]
) -> list[Occurrence]:
    """What is to tell these counts and is not in the ledger."""
    alone = _round_ups_of(campaign, crowds)
    planned = list(known.apply(occurrences(alone, accounts, states=known.cities, crowds=crowds)))
    there = await _recorded(store, [occurrence.key for occurrence in planned])
    return [one for one in planned if one.key not in there | known.cancelled]


def _round_ups_of(campaign: Campaign, crowds: Crowds) -> Campaign:
    days = tuple(_only_round_ups(day) for day in campaign.action_days if day.id in crowds)
    return campaign.model_copy(update={"slots": (), "prompts": (), "action_days": days})


def _only_round_ups(day: ActionDay) -> ActionDay:
    steps = tuple(step for step in day.steps if step.kind is StepKind.ROUND_UP)
    return day.model_copy(update={"steps": steps, "changes": Changes()})


async def _recorded(store: Store, keys: Sequence[str]) -> frozenset[str]:
    """Those that the ledger has. What a plan withdrew that was made before the count closed is missing again."""
    withdrawn = (delivery.c.state == State.CANCELLED.value) & (
        delivery.c.reason.is_not_distinct_from(GONE_FROM_FOLDER)
    )
    async with store.read() as connection:
        found = await connection.execute(
            select(post.c.key)
            .join(delivery, (delivery.c.post == post.c.id) & (delivery.c.kind == PUBLISH))
            .where(post.c.key.in_(keys), ~withdrawn)
        )
        return frozenset(found.scalars())


def _drawn(campaign: Campaign, kept: KitMedia, occurrence: Occurrence) -> list[Draft]:
    """One post, or none where it cannot be drawn: the plan, which was checked with samples, tells why."""
    drafter = Drafter(campaign, kept.fitted)
    drafts = list(drafter.drafts([occurrence]))
    faults = [problem.code for problem in drafter.problems if problem.severity is Severity.ERROR]
    if faults:
        log.warning("round-up cannot be drawn", slot=occurrence.slot_id, faults=faults)
        return []
    return drafts


async def _planned_by(store: Store, campaign: str) -> str:
    """Whose texts they are, so that where the campaign says so somebody else approves them."""
    wanted = select(campaign_table.c.planned_by).where(campaign_table.c.id == campaign)
    async with store.read() as connection:
        return str((await connection.execute(wanted)).scalar_one())
