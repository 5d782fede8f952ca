"""Recording a plan: a difference by key, written in chunks, safe to repeat after a crash."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from content.errors import Problem, Severity
from content.models import Campaign
from schedules.clock import Clock
from schedules.lifecycle import UNCLAIMED, State
from schedules.planning.changes import GONE_FROM_FOLDER, Change, Recorded, change
from schedules.planning.drafts import Draft
from schedules.planning.rows import insert_posts, move_posts, revise_posts, save_pictures, withdraw_posts
from schedules.store.chunks import chunks
from schedules.store.engine import Store
from schedules.store.tables import campaign as campaign_table
from schedules.store.tables import delivery, post
from schedules.store.upsert import insert_new
from schedules.walltime import tzdata_version


@dataclass(frozen=True, slots=True)
class Outcome:
    """What recording did, or would do.

    Attributes:
        conflicts: Posts that were sent, or are on their way, and differ from the folder; a person decides.
    """

    counts: Mapping[Change, int]
    conflicts: tuple[Problem, ...]


@dataclass(slots=True)
class _Tally:
    counts: Counter[Change] = field(default_factory=Counter)
    conflicts: list[Problem] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def add(self, what: Change, draft: Draft, recorded: Recorded | None) -> None:
        self.counts[what] += 1
        self.seen.add(draft.occurrence.key)
        if what is Change.CONFLICT and recorded is not None:
            self.conflicts.append(_conflict(draft, recorded))

    def outcome(self) -> Outcome:
        return Outcome(dict(self.counts), tuple(self.conflicts))


async def preview(
    store: Store, clock: Clock, campaign: Campaign, drafts: Iterable[Draft], *, kept: frozenset[str]
) -> Outcome:
    """What ``record`` would do now, changing nothing."""
    tally = _Tally()
    for chunk in chunks(drafts):
        async with store.read() as connection:
            known = await _known(connection, chunk, lock=False)
        for draft in chunk:
            recorded = known.get(draft.occurrence.key)
            tally.add(_change(recorded, draft, clock.now(), kept), draft, recorded)
    if vanished := await _vanished(store, campaign.id, tally.seen):
        tally.counts[Change.WITHDRAWN] = len(vanished)
    return tally.outcome()


async def record(
    store: Store,
    clock: Clock,
    campaign: Campaign,
    drafts: Iterable[Draft],
    *,
    author: str,
    kept: frozenset[str],
    progress: Callable[[int], None] = lambda _: None,
) -> Outcome:
    """Write a plan into the ledger: insert what is new, revise what changed, withdraw what vanished.

    What was sent, or may have been, is never touched. A crash in the middle leaves a part of the plan,
    every post of it whole and unapproved; recording again completes it.

    Args:
        author: Who plans; where the campaign says so, someone else approves.
        kept: Keys of posts that a person cancelled at a door; they stay as they are.
        progress: Told how many drafts were recorded so far.
    """
    tally = _Tally()
    await _save_campaign(store, clock, campaign, author)
    for chunk in chunks(drafts):
        async with store.write() as connection:
            await _record_chunk(connection, chunk, tally, author=author, now=clock.now(), kept=kept)
        progress(len(tally.seen))
    for keys in chunks(await _vanished(store, campaign.id, tally.seen)):
        async with store.write() as connection:
            tally.counts[Change.WITHDRAWN] += await withdraw_posts(connection, keys, clock.now())
    return tally.outcome()


def _change(recorded: Recorded | None, draft: Draft, now: datetime, kept: frozenset[str]) -> Change:
    if draft.occurrence.key in kept:
        return Change.OVERRIDDEN
    return change(recorded, draft, now)


async def _save_campaign(store: Store, clock: Clock, campaign: Campaign, author: str) -> None:
    values = {
        "title": campaign.title.get(campaign.languages[0], campaign.id),
        "folder": str(campaign.folder),
        "approvals": campaign.review.approvals,
        "author_may_approve": campaign.review.author_may_approve,
        "planned_at": clock.now(),
        "planned_by": author,
        "tzdata": tzdata_version(),
    }
    async with store.write() as connection:
        await insert_new(connection, campaign_table, [{"id": campaign.id, **values}])
        await connection.execute(
            campaign_table.update().where(campaign_table.c.id == campaign.id).values(values)
        )


def _recorded_posts() -> Select[Any]:
    return select(
        post.c.id,
        post.c.key,
        post.c.digest,
        delivery.c.state,
        delivery.c.planned_at,
        delivery.c.expires_at,
        delivery.c.reason,
    ).join_from(post, delivery, (delivery.c.post == post.c.id) & (delivery.c.kind == "publish"))


async def _known(connection: AsyncConnection, chunk: Sequence[Draft], *, lock: bool) -> dict[str, Recorded]:
    wanted = _recorded_posts().where(post.c.key.in_([draft.occurrence.key for draft in chunk]))
    if lock:
        wanted = wanted.order_by(delivery.c.id).with_for_update(of=delivery)
    return {row.key: _recorded(row) for row in await connection.execute(wanted)}


def _recorded(row: Any) -> Recorded:
    withdrawn = row.reason == GONE_FROM_FOLDER
    return Recorded(
        row.id, row.key, row.digest, State(row.state), row.planned_at, row.expires_at, withdrawn
    )


async def _record_chunk(
    connection: AsyncConnection,
    chunk: Sequence[Draft],
    tally: _Tally,
    *,
    author: str,
    now: datetime,
    kept: frozenset[str],
) -> None:
    known = await _known(connection, chunk, lock=True)
    sorted_out: dict[Change, list[Draft]] = {}
    for draft in chunk:
        recorded = known.get(draft.occurrence.key)
        what = _change(recorded, draft, now, kept)
        tally.add(what, draft, recorded)
        sorted_out.setdefault(what, []).append(draft)
    ids = {key: recorded.id for key, recorded in known.items()}
    new = [*sorted_out.get(Change.ADDED, ()), *sorted_out.get(Change.PAST, ())]
    revised = [*sorted_out.get(Change.CHANGED, ()), *sorted_out.get(Change.REVIVED, ())]
    await save_pictures(connection, [*new, *revised])
    await insert_posts(connection, new, author, now)
    await revise_posts(connection, revised, ids, author, now)
    await move_posts(connection, sorted_out.get(Change.MOVED_BY_CLOCKS, ()), ids, now)


async def _vanished(store: Store, campaign_id: str, seen: set[str]) -> list[str]:
    async with store.read() as connection:
        found = await connection.execute(
            _recorded_posts().where(
                post.c.campaign == campaign_id, delivery.c.state.in_([state.value for state in UNCLAIMED])
            )
        )
        return [row.key for row in found if row.key not in seen]


def _conflict(draft: Draft, recorded: Recorded) -> Problem:
    return Problem(
        "already-out",
        f"post {recorded.id}",
        f"it is {recorded.state} and differs from {draft.rendered.file} as it is now",
        "It is left as it went out. Undo the change, or correct it by a new message.",
        severity=Severity.WARNING,
    )
