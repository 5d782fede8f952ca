"""Recording a plan: a difference by key, written in chunks, safe to repeat after a crash."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from content.errors import Problem, Severity
from content.models import Campaign, Risk
from schedules.clock import Clock
from schedules.lifecycle import State
from schedules.people import groups, signups
from schedules.people.days import NEVER
from schedules.planning.changes import WITHDRAWN, Change, Recorded, change
from schedules.planning.drafts import Draft
from schedules.planning.occurrences import Occurrence
from schedules.planning.rows import (
    insert_posts,
    keep_videos,
    move_posts,
    revise_posts,
    save_media,
    withdraw_posts,
)
from schedules.planning.vanished import Vanished, find_vanished
from schedules.store.chunks import chunks
from schedules.store.engine import Store
from schedules.store.tables import campaign as campaign_table
from schedules.store.tables import delivery, override, post
from schedules.store.upsert import insert_new
from schedules.walltime import tzdata_version

REWRITTEN: Final = frozenset({Change.CHANGED, Change.REVIVED, Change.MOVED_BY_CLOCKS, Change.NEW_DEADLINE})
"""Changes of rows that are already there."""


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

    def add_vanished(self, vanished: Vanished) -> None:
        self.conflicts += vanished.on_their_way
        if vanished.on_their_way:
            self.counts[Change.CONFLICT] += len(vanished.on_their_way)

    def outcome(self) -> Outcome:
        return Outcome(dict(self.counts), tuple(self.conflicts))


async def preview(
    store: Store, clock: Clock, campaign: Campaign, drafts: Iterable[Draft], *, kept: frozenset[str]
) -> Outcome:
    """What ``record`` would do now, changing nothing."""
    tally = _Tally()
    for chunk in chunks(drafts):
        async with store.read() as connection:
            known = await _known(connection, chunk)
            new = [draft for draft in chunk if draft.occurrence.key not in known]
            tally.conflicts += await _said_before(connection, new)
        for draft in chunk:
            recorded = known.get(draft.occurrence.key)
            tally.add(_change(recorded, draft, clock.now(), kept), draft, recorded)
    vanished = await find_vanished(store, campaign.id, tally.seen)
    tally.add_vanished(vanished)
    if vanished.waiting:
        tally.counts[Change.WITHDRAWN] = len(vanished.waiting)
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
    every post of it whole and unapproved; recording again completes it. Two people who record at once take
    turns, and the later word on each post stands.

    Args:
        author: Who plans; where the campaign says so, someone else approves.
        kept: Keys of posts that a person cancelled at a door; they stay as they are.
        progress: Told how many drafts were recorded so far.
    """
    tally = _Tally()
    await _save_campaign(store, clock, campaign, author)
    await _record_drafts(
        store, clock, campaign.id, drafts, tally, author=author, kept=kept, progress=progress
    )
    vanished = await find_vanished(store, campaign.id, tally.seen)
    tally.add_vanished(vanished)
    for keys in chunks(vanished.waiting):
        async with store.write() as connection:
            tally.counts[Change.WITHDRAWN] += await withdraw_posts(connection, keys, clock.now())
    await _note_zones(store, campaign.id)
    return tally.outcome()


async def add_to_plan(
    store: Store, clock: Clock, campaign_id: str, drafts: Iterable[Draft], *, author: str
) -> Outcome:
    """Write posts that were made at a door beside those of the folder, in the same way; nothing is withdrawn."""
    tally = _Tally()
    await _record_drafts(store, clock, campaign_id, drafts, tally, author=author, kept=frozenset())
    return tally.outcome()


async def _record_drafts(
    store: Store,
    clock: Clock,
    campaign_id: str,
    drafts: Iterable[Draft],
    tally: _Tally,
    *,
    author: str,
    kept: frozenset[str],
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    for chunk in chunks(drafts):
        await keep_videos(store, chunk)
        async with store.write() as connection:
            await _take_turns(connection, campaign_id)
            await _record_chunk(connection, chunk, tally, author=author, now=clock.now(), kept=kept)
        progress(len(tally.seen))


def _change(recorded: Recorded | None, draft: Draft, now: datetime, kept: frozenset[str]) -> Change:
    if draft.occurrence.key in kept:
        return Change.OVERRIDDEN
    return change(recorded, draft, now)


async def _save_campaign(store: Store, clock: Clock, campaign: Campaign, author: str) -> None:
    values = {
        "title": campaign.title.get(campaign.languages[0], campaign.id),
        "folder": str(campaign.folder),
        "kit": campaign.model_dump_json(),
        "dormant": campaign.dormant,
        "approvals": campaign.review.approvals,
        "author_may_approve": campaign.review.author_may_approve,
        "planned_at": clock.now(),
        "planned_by": author,
    }
    zones = {"tzdata": tzdata_version()}
    async with store.write() as connection:
        await insert_new(connection, campaign_table, [{"id": campaign.id, **values, **zones}])
        await connection.execute(
            campaign_table.update().where(campaign_table.c.id == campaign.id).values(values)
        )
        still_open = [city.id for city in campaign.cities if city.risk is Risk.OPEN]
        await groups.guard(connection, campaign.id, still_open, clock.now())
        await signups.guard(connection, clock, campaign.id, still_open)


async def _note_zones(store: Store, campaign_id: str) -> None:
    """Last of all: until every instant is moved, a worker that starts must still see that some are not."""
    async with store.write() as connection:
        await connection.execute(
            campaign_table.update()
            .where(campaign_table.c.id == campaign_id)
            .values(tzdata=tzdata_version())
        )


async def _take_turns(connection: AsyncConnection, campaign_id: str) -> None:
    """Wait for another recording of this campaign to finish its chunk; SQLite has one writer anyway."""
    await connection.execute(
        select(campaign_table.c.id)
        .where(campaign_table.c.id == campaign_id)
        .with_for_update(key_share=True)
    )


def _recorded_posts(chunk: Sequence[Draft]) -> Select[Any]:
    wanted = select(
        post.c.id,
        post.c.key,
        post.c.digest,
        delivery.c.state,
        delivery.c.due_at,
        delivery.c.planned_at,
        delivery.c.expires_at,
        delivery.c.reason,
    ).join_from(post, delivery, (delivery.c.post == post.c.id) & (delivery.c.kind == "publish"))
    return wanted.where(post.c.key.in_([draft.occurrence.key for draft in chunk]))


async def _known(connection: AsyncConnection, chunk: Sequence[Draft]) -> dict[str, Recorded]:
    return {row.key: _recorded(row) for row in await connection.execute(_recorded_posts(chunk))}


async def _locked(connection: AsyncConnection, chunk: Sequence[Draft]) -> dict[str, Recorded]:
    """As ``_known``, held against workers and other doors until the end of the transaction."""
    if not chunk:
        return {}
    wanted = _recorded_posts(chunk).order_by(delivery.c.id).with_for_update(of=[delivery, post])
    return {row.key: _recorded(row) for row in await connection.execute(wanted)}


def _recorded(row: Any) -> Recorded:
    withdrawn = row.reason in WITHDRAWN
    state, let_go = State(row.state), row.due_at < NEVER
    return Recorded(row.id, row.key, row.digest, state, row.planned_at, row.expires_at, withdrawn, let_go)


async def _record_chunk(
    connection: AsyncConnection,
    chunk: Sequence[Draft],
    tally: _Tally,
    *,
    author: str,
    now: datetime,
    kept: frozenset[str],
) -> None:
    kept |= await _changed_meanwhile(connection, chunk)
    known = await _known(connection, chunk)
    known |= await _locked(
        connection,
        [
            draft
            for draft in chunk
            if _change(known.get(draft.occurrence.key), draft, now, kept) in REWRITTEN
        ],
    )
    sorted_out: dict[Change, list[Draft]] = {}
    for draft in chunk:
        recorded = known.get(draft.occurrence.key)
        what = _change(recorded, draft, now, kept)
        tally.add(what, draft, recorded)
        sorted_out.setdefault(what, []).append(draft)
    tally.conflicts += await _said_before(connection, sorted_out.get(Change.ADDED, ()))
    ids = {key: recorded.id for key, recorded in known.items()}
    new = [*sorted_out.get(Change.ADDED, ()), *sorted_out.get(Change.PAST, ())]
    revised = [*sorted_out.get(Change.CHANGED, ()), *sorted_out.get(Change.REVIVED, ())]
    await save_media(connection, [*new, *revised])
    await insert_posts(connection, new, author, now)
    await revise_posts(connection, revised, ids, author, now)
    moved = [*sorted_out.get(Change.MOVED_BY_CLOCKS, ()), *sorted_out.get(Change.NEW_DEADLINE, ())]
    await move_posts(connection, moved, ids, now)


async def _said_before(connection: AsyncConnection, added: Sequence[Draft]) -> list[Problem]:
    """New posts whose very text is already out on the same account, from a slot of another name."""
    texts = {(draft.occurrence.account, _text(draft.body)): draft for draft in added}
    found = await connection.execute(
        select(post.c.id, post.c.account, post.c.slot, post.c.body)
        .join_from(post, delivery, (delivery.c.post == post.c.id) & (delivery.c.kind == "publish"))
        .where(
            post.c.campaign.in_(list({draft.occurrence.campaign_id for draft in added})),
            post.c.message.in_(list({draft.occurrence.message_id for draft in added})),
            delivery.c.state.in_([State.SENT.value, State.UNKNOWN.value, State.SENDING.value]),
        )
        .order_by(post.c.id)
    )
    pairs = ((row, texts.get((row.account, _text(row.body)))) for row in found)
    return [
        _repeats(draft, row.id) for row, draft in pairs if draft and draft.occurrence.slot_id != row.slot
    ]


def _text(body: Mapping[str, Any]) -> str:
    return json.dumps(body["text"], sort_keys=True)


def _repeats(draft: Draft, earlier: int) -> Problem:
    return Problem(
        "said-before",
        f"slot {draft.occurrence.slot_id}",
        f"{draft.occurrence.account} has already published this very text, as post {earlier}",
        "If the slot was only renamed, give it its old name back; otherwise cancel this post or change its text.",
        severity=Severity.WARNING,
    )


async def _changed_meanwhile(connection: AsyncConnection, chunk: Sequence[Draft]) -> frozenset[str]:
    """Keys that somebody changed at a door after these drafts were made; the next plan takes them up."""
    drafts = {draft.occurrence.key: draft.occurrence for draft in chunk}
    found = await connection.execute(select(override).where(override.c.key.in_(list(drafts))))
    return frozenset(row.key for row in found if not _is_reflected(row, drafts[row.key]))


def _is_reflected(row: Any, occurrence: Occurrence) -> bool:
    if row.cancelled or row.local_at is None:
        return False
    return (datetime.fromisoformat(row.local_at), row.zone) == (occurrence.local_at, occurrence.zone)


def _conflict(draft: Draft, recorded: Recorded) -> Problem:
    return Problem(
        "already-out",
        f"post {recorded.id}",
        f"it is {recorded.state} and differs from {draft.rendered.file} as it is now",
        "It is left as it went out. Undo the change, or correct it by a new message.",
        severity=Severity.WARNING,
    )
