"""Changing single posts at a door: cancel, reschedule, say what became of one."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import and_, case, func, not_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from content.later import later
from content.models import Gap, Overlap
from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.commands.post_rows import drop, editable, note, override, waits_behind, was_handed_over
from schedules.errors import IllegalMove, ScheduleError
from schedules.ledger.ledger import ANSWERED
from schedules.lifecycle import CALLED, PART, PIN, UNCLAIMED, WAITING_FOR_A_PERSON, State, check_move
from schedules.people.days import NEVER, prompt_of
from schedules.people.roles import Role
from schedules.planning.changes import GONE_FROM_FOLDER, LEFT_OUT
from schedules.planning.drafts import digest_of
from schedules.planning.rows import PLANNED_ANEW
from schedules.store.engine import Store
from schedules.store.tables import delivery, post
from schedules.walltime import require_near, resolve

PIN_BY_HAND: Final = "A person found the post, so nobody knows its number. Pin it by hand."
PART_BY_HAND: Final = "A person found the post, so nobody knows its number. Continue its thread by hand."


class Verdict(StrEnum):
    """What a person saw when she looked for a post."""

    SENT = "sent"
    AGAIN = "again"
    DROP = "drop"


async def cancel(store: Store, clock: Clock, actor: Actor, post_id: int) -> None:
    """Withdraw a post that is not out; it stays withdrawn when the folder is planned again.

    Raises:
        Forbidden: They are no editor of that post.
        PostNotFound: No post has that id.
        IllegalMove: It is being sent, or its journey has ended.
    """
    async with store.write() as connection:
        row = await editable(connection, actor, post_id)
        _check_is_not(row, State.CANCELLED)
        check_move(State(row.state), State.CANCELLED)
        if row.state == State.UNKNOWN:
            raise IllegalMove(
                f"Post {post_id} may be public. Say what you saw: munasara posts resolve {post_id}."
            )
        await drop(connection, clock, actor, row, f"{actor.name} cancelled it.")


async def reschedule(
    store: Store, clock: Clock, actor: Actor, post_id: int, local_at: datetime, zone: str
) -> datetime:
    """Move a post to another wall time; it must be approved again, and keeps its time when planned again.

    Its text stays as it is: one that names its time names the old one until the folder is planned again.

    Args:
        local_at: The new wall time, naive, in ``zone``, to the second.

    Returns:
        The new instant, in UTC.

    Raises:
        Forbidden: They are no editor of that post.
        PostNotFound: No post has that id.
        LocalTimeInvalid: That wall time does not exist or is too far away, or the zone is unknown.
        IllegalMove: It is out, being sent, or may be public; its slot is no longer in the folder; or it is a prompt.
        ScheduleError: That time is over.
    """
    actor.require_somewhere(Role.EDITOR)
    local_at = local_at.replace(microsecond=0, fold=0)
    require_near(local_at)
    due_at = resolve(local_at, zone, gap=Gap.REFUSE, overlap=Overlap.FIRST).at
    if due_at is None or due_at <= clock.now():
        raise ScheduleError(f"{local_at:%Y-%m-%d %H:%M} in {zone} is over. Give a time to come.")
    async with store.write() as connection:
        row = await editable(connection, actor, post_id)
        _check_can_move(row)
        await override(connection, clock, actor, row.key, cancelled=False, local_at=local_at, zone=zone)
        await _move(connection, clock, actor, row, local_at, zone, due_at)
        await note(connection, clock, row.delivery, "rescheduled", f"{actor.name} moved it.")
    return due_at


async def resolve_unknown(
    store: Store,
    clock: Clock,
    actor: Actor,
    post_id: int,
    verdict: Verdict,
    url: str | None = None,
    *,
    part: int = 1,
    why: str = "",
) -> None:
    """Say what became of a post that nobody knows about, or that a person was handed.

    That it is published is also taken where its time ran out after somebody was handed it.

    Args:
        verdict: ``sent``: it is public; ``again``: it is not, send it; ``drop``: it is not, leave it.
        url: Where it can be seen, if it is public.
        part: Which part of a thread is meant; 1 is the post itself.
        why: Why somebody who was handed it cannot publish it, in her own words.

    Raises:
        Forbidden: They are no editor of that post.
        CodeNeeded: It is to be sent again, and their second factor was not shown.
        PostNotFound: No post has that id, or it has no such part.
        IllegalMove: Nothing is unknown about it, or its time is over and it cannot be sent again.
    """
    async with store.write() as connection:
        row = await editable(connection, actor, post_id, part=part)
        if verdict is Verdict.AGAIN:
            actor.require_proof()
        await _check_waits(connection, row, verdict)
        if verdict is Verdict.DROP:
            await drop(connection, clock, actor, row, _why_dropped(actor, row, why))
        elif verdict is Verdict.SENT:
            await _confirm(connection, clock, actor, row, url)
        else:
            await _send_again(connection, clock, actor, row)


async def require_open(store: Store, actor: Actor, post_id: int, *, part: int = 1) -> None:
    """Go on only where something is to be said about a post, before anybody is asked what.

    Raises:
        Forbidden: They are no editor of that post.
        PostNotFound: No post has that id, or it has no such part.
        IllegalMove: Nothing is unknown about it.
    """
    async with store.write() as connection:
        row = await editable(connection, actor, post_id, part=part)
        await _check_waits(connection, row, Verdict.SENT)


def _check_is_not(row: Any, state: State) -> None:
    if row.state == state:
        raise IllegalMove(
            f"Post {row.id} is {state} already.",
            later("Number {number} is decided already: {state}.", number=str(row.id), state=CALLED[state]),
        )


async def _check_waits(connection: AsyncConnection, row: Any, verdict: Verdict) -> None:
    if row.state in WAITING_FOR_A_PERSON:
        return
    late = verdict is Verdict.SENT and row.state == State.EXPIRED
    if not (late and await was_handed_over(connection, row.delivery)):
        raise IllegalMove(
            f"Post {row.id} is {row.state}; only an unknown or handed-off post is resolved.",
            later(
                "Number {number} is decided already: {state}.",
                number=str(row.id),
                state=CALLED[State(row.state)],
            ),
        )


def _why_dropped(actor: Actor, row: Any, why: str) -> str:
    if row.state == State.UNKNOWN:
        return f"{actor.name} saw that it did not land and dropped it."
    because = f": {why.strip()}" if why.strip() else "."
    return f"{actor.name} cannot publish it{because}"


def _check_can_move(row: Any) -> None:
    if prompt_of(row.body) is not None:
        raise IllegalMove(
            f"Post {row.id} is a prompt and belongs to its day. Change `day` in its prompt.toml and plan again."
        )
    if row.due_at >= NEVER:
        raise IllegalMove(
            f"Post {row.id} tells of a change of an action day. It goes out when it comes to that, and not by a time."
        )
    if row.state not in UNCLAIMED:
        check_move(State(row.state), State.PLANNED)
    if row.reason == GONE_FROM_FOLDER:
        raise IllegalMove(
            f"Post {row.id} is no longer in the campaign folder. Put its slot back, plan again, then move it."
        )


async def _confirm(
    connection: AsyncConnection, clock: Clock, actor: Actor, row: Any, url: str | None
) -> None:
    by_hand = row.state != State.UNKNOWN
    why = f"{actor.name} {'says that it is published' if by_hand else 'saw that it landed'}."
    await connection.execute(
        delivery.update()
        .where(delivery.c.id == row.delivery)
        .values(
            state=State.SENT.value,
            url=url,
            reason=why,
            remedy=None,
            accepted_at=clock.now(),
            changed_at=clock.now(),
        )
    )
    await connection.execute(
        delivery.update()
        .where(waits_behind(row), not_(and_(by_hand, delivery.c.kind.startswith(PART))))
        .values(
            state=State.CANCELLED.value,
            reason=case(
                (delivery.c.kind == PIN, PIN_BY_HAND),
                (delivery.c.kind.startswith(PART), PART_BY_HAND),
                else_=ANSWERED,
            ),
            remedy=None,
            changed_at=clock.now(),
        )
    )
    await note(connection, clock, row.delivery, State.SENT, why)


async def _send_again(connection: AsyncConnection, clock: Clock, actor: Actor, row: Any) -> None:
    check_move(State(row.state), State.READY)
    if row.expires_at <= clock.now():
        raise IllegalMove(
            f"The time of post {row.id} is over. Drop it, then give it a new time: "
            f"munasara posts resolve {row.id} --drop; munasara posts reschedule {row.id} --at YYYY-MM-DDTHH:MM.",
            later("The time of number {number} is over, so it cannot be sent again.", number=str(row.id)),
        )
    why = f"{actor.name} saw that it did not land."
    await connection.execute(
        delivery.update()
        .where(delivery.c.id == row.delivery)
        .values(
            state=State.READY.value, reason=why, remedy=None, due_at=clock.now(), changed_at=clock.now()
        )
    )
    await note(connection, clock, row.delivery, State.READY, why)


async def _move(
    connection: AsyncConnection,
    clock: Clock,
    actor: Actor,
    row: Any,
    local_at: datetime,
    zone: str,
    due_at: datetime,
) -> None:
    wanted = (delivery.c.post == row.id) & func.coalesce(delivery.c.reason, "").not_in(LEFT_OUT)
    pins = await connection.execute(select(delivery.c.id).where(wanted, delivery.c.kind == PIN))
    digest = digest_of(
        account=row.account,
        language=row.language,
        when=local_at.isoformat(),
        zone=zone,
        pinned=pins.first() is not None,
        body=row.body,
    )
    await connection.execute(
        post.update()
        .where(post.c.id == row.id)
        .values(
            local_at=local_at.isoformat(timespec="seconds"),
            zone=zone,
            gap=Gap.SHIFT.value,
            overlap=Overlap.FIRST.value,
            fixed=False,
            note="none",
            author=actor.name,
            digest=digest,
            revision=post.c.revision + 1,
        )
    )
    await connection.execute(
        delivery.update()
        .where(wanted)
        .values(
            **PLANNED_ANEW,
            due_at=due_at,
            planned_at=due_at,
            expires_at=due_at + (row.expires_at - row.planned_at),
            changed_at=clock.now(),
        )
    )
