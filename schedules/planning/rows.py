"""The rows that recording writes. Each function is one step of a transaction that its caller holds."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from content.video import Video
from schedules.lifecycle import PART, PIN, PUBLISH, UNCLAIMED, State
from schedules.people.days import BEFORE_EVERYTHING, NEVER
from schedules.planning.changes import GONE_FROM_FOLDER, NOT_CONTINUED, NOT_PINNED, PAST_WHEN_PLANNED
from schedules.planning.drafts import Draft
from schedules.store.engine import Store
from schedules.store.files import Files
from schedules.store.tables import account, delivery, media, post
from schedules.store.upsert import insert_new

PLANNED_ANEW: Final[Mapping[str, Any]] = {
    "state": State.PLANNED.value,
    "reason": None,
    "remedy": None,
    "attempt": 0,
    "crashes": 0,
    "prepared": None,
}
"""What a delivery is once its post has changed: nothing of its earlier journey counts."""


async def keep_videos(store: Store, drafts: Sequence[Draft]) -> None:
    """Freeze the videos of the drafts in files, each once, before any row speaks of them."""
    videos = {file.sha256: file for draft in drafts for file in draft.media if isinstance(file, Video)}
    for video in videos.values():
        await asyncio.to_thread(_keep, store.files, video)


def _keep(files: Files, video: Video) -> None:
    """One that was queued at a door is kept since it came, and its own file is gone."""
    if files.read(video.sha256) is None:
        files.keep(video.sha256, video.data)


async def save_media(connection: AsyncConnection, drafts: Sequence[Draft]) -> None:
    """Freeze the pictures of the drafts, each once, and note where the videos are."""
    files = {file.sha256: file for draft in drafts for file in draft.media}
    rows = [
        {"sha256": sha256, "mime": file.mime, "data": None if isinstance(file, Video) else file.data}
        for sha256, file in files.items()
    ]
    await insert_new(connection, media, rows)


async def insert_posts(
    connection: AsyncConnection, drafts: Sequence[Draft], author: str, now: datetime
) -> None:
    """Insert posts that the ledger does not have, with their deliveries."""
    if not drafts:
        return
    rows = [{**_post_values(draft, author), "key": draft.occurrence.key, "revision": 1} for draft in drafts]
    await connection.execute(post.insert(), rows)
    found = await connection.execute(
        select(post.c.key, post.c.id).where(post.c.key.in_([draft.occurrence.key for draft in drafts]))
    )
    ids = {row.key: row.id for row in found}
    partners = await _partners(connection)
    await connection.execute(
        delivery.insert(),
        [_delivery_values(draft, ids[draft.occurrence.key], partners, now) for draft in drafts],
    )
    await _follow(connection, drafts, ids, partners, now)


async def _partners(connection: AsyncConnection) -> Mapping[str, str | None]:
    return {
        row.id: row.partner for row in await connection.execute(select(account.c.id, account.c.partner))
    }


def _post_values(draft: Draft, author: str) -> dict[str, Any]:
    occurrence = draft.occurrence
    return {
        "campaign": occurrence.campaign_id,
        "slot": occurrence.slot_id,
        "message": occurrence.message_id,
        "account": occurrence.account,
        "city": occurrence.city,
        "occurrence": occurrence.occurrence,
        "language": occurrence.language,
        "variant": draft.rendered.file,
        "local_at": occurrence.local_at.isoformat(timespec="seconds"),
        "zone": occurrence.zone,
        "gap": occurrence.gap.value,
        "overlap": occurrence.overlap.value,
        "fixed": occurrence.fixed,
        "note": occurrence.note.value,
        "body": draft.body,
        "digest": draft.digest,
        "author": author,
    }


def _times(draft: Draft) -> dict[str, datetime]:
    planned_at, prompt = draft.occurrence.due_at, draft.occurrence.prompt
    due_at = BEFORE_EVERYTHING if prompt is not None and prompt.urgent else planned_at
    if draft.occurrence.waits:
        due_at = NEVER
    return {"due_at": due_at, "planned_at": planned_at, "expires_at": draft.expires_at}


def _delivery_values(
    draft: Draft, post_id: int, partners: Mapping[str, str | None], now: datetime
) -> dict[str, Any]:
    past = draft.expires_at <= now
    occurrence = draft.occurrence
    return {
        "post": post_id,
        "kind": PUBLISH,
        "after": None,
        "account": occurrence.account,
        "campaign": occurrence.campaign_id,
        "city": occurrence.city,
        "partner": partners.get(occurrence.account),
        "state": (State.EXPIRED if past else State.PLANNED).value,
        "reason": PAST_WHEN_PLANNED if past else None,
        "changed_at": now,
        **_times(draft),
    }


async def _follow(
    connection: AsyncConnection,
    drafts: Sequence[Draft],
    ids: Mapping[str, int],
    partners: Mapping[str, str | None],
    now: datetime,
) -> None:
    """Insert what follows the posts and is not there yet, each kind once those that it waits for have ids."""
    kinds = dict.fromkeys(kind for draft in drafts for kind in draft.followers)
    for kind in kinds:
        wanted = {ids[draft.occurrence.key]: draft for draft in drafts if kind in draft.followers}
        waits_for = next(iter(wanted.values())).followers[kind]
        before = await _deliveries(connection, list(wanted), waits_for)
        rows = [
            _delivery_values(draft, post_id, partners, now) | {"kind": kind, "after": before[post_id]}
            for post_id, draft in wanted.items()
        ]
        await insert_new(connection, delivery, rows)


async def _deliveries(connection: AsyncConnection, posts: Sequence[int], kind: str) -> Mapping[int, int]:
    found = await connection.execute(
        select(delivery.c.post, delivery.c.id).where(delivery.c.post.in_(posts), delivery.c.kind == kind)
    )
    return {row.post: row.id for row in found}


async def revise_posts(
    connection: AsyncConnection, drafts: Sequence[Draft], ids: Mapping[str, int], author: str, now: datetime
) -> None:
    """Replace what is not out yet by a new revision; every approval of the old one is void."""
    if not drafts:
        return
    rows = [{**_post_values(draft, author), "b_id": ids[draft.occurrence.key]} for draft in drafts]
    changed: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "b_id"}
    await connection.execute(
        post.update()
        .where(post.c.id == bindparam("b_id"))
        .values(changed | {"revision": post.c.revision + 1}),
        rows,
    )
    await connection.execute(
        delivery.update()
        .where(delivery.c.post == bindparam("b_post"))
        .values(
            **PLANNED_ANEW,
            changed_at=now,
            due_at=bindparam("due_at"),
            planned_at=bindparam("planned_at"),
            expires_at=bindparam("expires_at"),
        ),
        [{"b_post": ids[draft.occurrence.key], **_times(draft)} for draft in drafts],
    )
    await _leave_out(connection, drafts, ids, now)
    await _follow(connection, drafts, ids, await _partners(connection), now)


async def _leave_out(
    connection: AsyncConnection, drafts: Sequence[Draft], ids: Mapping[str, int], now: datetime
) -> None:
    """Cancel the pins and parts that the posts do not have any more."""
    wanted = {(ids[draft.occurrence.key], kind) for draft in drafts for kind in draft.followers}
    of_posts = delivery.c.post.in_([ids[draft.occurrence.key] for draft in drafts])
    for reason, of_kind in (
        (NOT_PINNED, delivery.c.kind == PIN),
        (NOT_CONTINUED, delivery.c.kind.startswith(PART)),
    ):
        found = await connection.execute(
            select(delivery.c.id, delivery.c.post, delivery.c.kind).where(of_posts, of_kind)
        )
        gone = [row.id for row in found if (row.post, row.kind) not in wanted]
        await connection.execute(
            delivery.update()
            .where(delivery.c.id.in_(gone))
            .values(state=State.CANCELLED.value, reason=reason, changed_at=now)
        )


async def move_posts(
    connection: AsyncConnection, drafts: Sequence[Draft], ids: Mapping[str, int], now: datetime
) -> None:
    """Give posts whose wall time stayed the instants of their drafts; approvals stay."""
    if drafts:
        await connection.execute(
            delivery.update()
            .where(delivery.c.post == bindparam("b_post"))
            .values(
                due_at=bindparam("due_at"),
                planned_at=bindparam("planned_at"),
                expires_at=bindparam("expires_at"),
                changed_at=now,
            ),
            [{"b_post": ids[draft.occurrence.key], **_times(draft)} for draft in drafts],
        )


async def withdraw_posts(
    connection: AsyncConnection, keys: Sequence[str], now: datetime, reason: str = GONE_FROM_FOLDER
) -> int:
    """Cancel what is not claimed, for as long as the reason lasts. Returns how many posts.

    Args:
        reason: One of ``changes.WITHDRAWN``.
    """
    posts = select(post.c.id).where(post.c.key.in_(keys)).scalar_subquery()
    moved = await connection.execute(
        delivery.update()
        .where(delivery.c.post.in_(posts), delivery.c.state.in_([state.value for state in UNCLAIMED]))
        .values(state=State.CANCELLED.value, reason=reason, remedy=None, changed_at=now)
        .returning(delivery.c.kind)
    )
    return sum(kind == PUBLISH for kind in moved.scalars())
