"""What a change of an action day does to its deliveries. Each function is one step of a transaction that its caller holds.

A delivery that a worker has claimed loses its mark by it, so that it stops at once; what has left already stays as it is.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, and_, false, literal, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from content.models import ActionDay, Campaign, DayChange
from content.richtext import from_json, plain
from schedules.action_days.embargo import says
from schedules.clock import Clock
from schedules.lifecycle import PUBLISH, RETRACT, State
from schedules.people.days import NEVER
from schedules.people.steps import AFTER_THE_END, is_step, tells_change
from schedules.planning.cities import GENERAL
from schedules.planning.steps import change_slot
from schedules.store.chunks import chunks
from schedules.store.columns import MICROSECOND
from schedules.store.engine import Store
from schedules.store.tables import approval, delivery, override, post

CALLED_OFF: Final = "The action day does not take place there any more, or has ended."
APPROVE_AGAIN: Final = (
    "An action day does not take place in a city that it tells of. It waits for approval again."
)
APPROVE_NOW: Final = "It tells of a change that has come already, and nobody has approved it."
URGENT: Final = (APPROVE_AGAIN, APPROVE_NOW)
"""Why a planned post is to be approved at once."""
TELLS_FOR: Final[Mapping[DayChange, timedelta]] = {
    DayChange.DELAYED: timedelta(hours=1),
    DayChange.MOVED: timedelta(hours=2),
    DayChange.ENDED: timedelta(hours=2),
    DayChange.ABORTED: timedelta(hours=6),
}
"""How long after a change it is still worth telling."""
_NOT_SENT: Final = (State.PLANNED, State.READY, State.CLAIMED)
_OUT: Final = (State.SENDING, State.SENT)
_OF_DAY: Final = re.compile(r"\{[{%][^{}%]*\bday\s*[.\[]")


@dataclass(frozen=True, slots=True)
class LetGo:
    """In which cities people are told of a change, and in which nobody has approved what tells them."""

    told: frozenset[str]
    waiting: frozenset[str]


async def shift(
    connection: AsyncConnection,
    clock: Clock,
    campaign: str,
    day: str,
    cities: Collection[str],
    by: timedelta,
) -> None:
    """Let everything that is not sent come later; what tells of changes, and what somebody moved by itself, does not.

    Letters of steps that are out can be given that much longer to whoever signs up late.
    """
    later = literal(by // MICROSECOND, BigInteger)
    moved = select(override.c.key).where(override.c.key == post.c.key, override.c.local_at.is_not(None))
    given = and_(delivery.c.kind == PUBLISH, is_step(post.c.slot), _is(*_OUT))
    wanted = and_(
        _of(campaign, day, cities),
        or_(_is(*_NOT_SENT), given),
        not_(tells_change(post.c.slot)),
        ~moved.exists(),
    )
    for some in chunks(await _locked(connection, wanted)):
        await connection.execute(
            delivery.update()
            .where(delivery.c.id.in_(some), _is(*_OUT))
            .values(expires_at=delivery.c.expires_at + later)
        )
        await connection.execute(
            delivery.update()
            .where(delivery.c.id.in_(some), _is(*_NOT_SENT))
            .values(
                due_at=delivery.c.due_at + later,
                planned_at=delivery.c.planned_at + later,
                expires_at=delivery.c.expires_at + later,
                changed_at=clock.now(),
            )
        )
        await _unclaim(connection, some, State.READY)


async def call_off(
    connection: AsyncConnection,
    clock: Clock,
    campaign: str,
    day: str,
    cities: Collection[str],
    kept: Sequence[str],
) -> None:
    """Cancel everything that is not sent, or that a person is to publish.

    Args:
        kept: Slots that stay, and those of their letters.
    """
    stays = or_(false(), *(_is_slot(name) for name in kept))
    wanted = and_(_of(campaign, day, cities), _is(*_NOT_SENT, State.HANDED_OFF), not_(stays))
    ended = {"state": State.CANCELLED.value, "reason": CALLED_OFF, "remedy": None}
    for some in chunks(await _locked(connection, wanted)):
        await connection.execute(
            delivery.update()
            .where(delivery.c.id.in_(some))
            .values(**ended, claim=None, lease_until=None, changed_at=clock.now())
        )


def kept_by(day: ActionDay, change: DayChange) -> tuple[str, ...]:
    """The slots that stay where a day is ended or aborted: what tells of it, and after the end thanks and numbers."""
    if change is DayChange.ABORTED:
        return (change_slot(day.id, change),)
    farewells = [day.slot_of(step).id for step in day.steps if step.kind in AFTER_THE_END]
    return (*farewells, change_slot(day.id, DayChange.ENDED), change_slot(day.id, DayChange.ABORTED))


async def let_go(
    connection: AsyncConnection,
    clock: Clock,
    campaign: str,
    day: str,
    cities: Collection[str],
    change: DayChange,
) -> LetGo:
    """Send what tells of a change, now; what nobody has approved goes out as soon as somebody does."""
    wanted = and_(
        _of(campaign, day, cities),
        _is_slot(change_slot(day, change)),
        _is(State.PLANNED, State.READY),
        delivery.c.due_at >= NEVER,
    )
    found = await connection.execute(
        select(delivery.c.id, delivery.c.city, delivery.c.state)
        .join(post, post.c.id == delivery.c.post)
        .where(wanted)
        .order_by(delivery.c.id)
        .with_for_update(of=delivery)
    )
    rows, now = found.all(), clock.now()
    waiting = [row.id for row in rows if row.state == State.PLANNED]
    times = {"due_at": now, "expires_at": now + TELLS_FOR[change], "changed_at": now}
    for some in chunks([row.id for row in rows]):
        await connection.execute(delivery.update().where(delivery.c.id.in_(some)).values(times))
    for some in chunks(waiting):
        await connection.execute(
            delivery.update().where(delivery.c.id.in_(some)).values(reason=APPROVE_NOW)
        )
    return LetGo(
        frozenset(row.city for row in rows if row.state == State.READY),
        frozenset(row.city for row in rows if row.state == State.PLANNED),
    )


async def return_to_approval(
    connection: AsyncConnection, clock: Clock, campaign: Campaign, day: str, cities: Collection[str]
) -> int:
    """Stop what elsewhere tells of these cities, until it is approved again. How many posts.

    It is whatever a template makes of the list of cities, and what names one of them.
    """
    found = await connection.execute(
        select(post.c.id, post.c.message, post.c.body, delivery.c.city)
        .join(delivery, and_(delivery.c.post == post.c.id, delivery.c.kind == PUBLISH))
        .where(post.c.campaign == campaign.id, _belongs(campaign, day), _is(*_NOT_SENT))
        .order_by(post.c.id)
    )
    depending, names = depending_messages(campaign), tuple(_names(campaign, cities))
    posts = [
        row.id
        for row in found
        if row.city not in cities and (row.message in depending or _tells(row.body, names))
    ]
    for some in chunks(posts):
        unsent = await _locked(connection, and_(delivery.c.post.in_(some), _is(*_NOT_SENT)))
        await _unclaim(connection, unsent, State.PLANNED)
        again = {"state": State.PLANNED.value, "reason": APPROVE_AGAIN, "changed_at": clock.now()}
        await connection.execute(delivery.update().where(delivery.c.id.in_(unsent)).values(again))
        await connection.execute(approval.delete().where(approval.c.post.in_(some)))
    return len(posts)


def depending_messages(campaign: Campaign) -> AbstractSet[str]:
    """The messages of which a template prints something of its action day."""
    return {
        message.id
        for message in campaign.messages
        if any(_OF_DAY.search(variant.source) for variant in message.variants)
    }


async def unsent_posts(store: Store, campaign: Campaign, day: str) -> Mapping[str, Any]:
    """The posts of a day that nobody has begun to send, by key, with what is frozen of each."""
    waiting = _is(State.PLANNED, State.READY)
    async with store.read() as connection:
        found = await connection.execute(
            select(post.c.id, post.c.key, post.c.digest, post.c.body, post.c.author)
            .join(delivery, and_(delivery.c.post == post.c.id, delivery.c.kind == PUBLISH))
            .where(post.c.campaign == campaign.id, _belongs(campaign, day), waiting)
            .order_by(post.c.id)
        )
        return {row.key: row for row in found}


async def _locked(connection: AsyncConnection, wanted: ColumnElement[bool]) -> list[int]:
    """These deliveries, held in the order in which everybody holds several."""
    found = await connection.execute(
        select(delivery.c.id)
        .join(post, post.c.id == delivery.c.post)
        .where(wanted, not_(delivery.c.kind.startswith(RETRACT)))
        .order_by(delivery.c.id)
        .with_for_update(of=delivery)
    )
    return list(found.scalars())


async def _unclaim(connection: AsyncConnection, deliveries: Sequence[int], then: State) -> None:
    claimed = (delivery.c.id.in_(deliveries), delivery.c.state == State.CLAIMED.value)
    lost = {"state": then.value, "claim": None, "lease_until": None}
    await connection.execute(delivery.update().where(*claimed).values(lost))


def _of(campaign: str, day: str, cities: Collection[str]) -> ColumnElement[bool]:
    named = delivery.c.city.in_([city for city in cities if city != GENERAL])
    where = or_(named, delivery.c.city.is_(None)) if GENERAL in cities else named
    return and_(delivery.c.campaign == campaign, post.c.slot.startswith(f"{day}:", autoescape=True), where)


def _is(*states: State) -> ColumnElement[bool]:
    return delivery.c.state.in_([state.value for state in states])


def _is_slot(name: str) -> ColumnElement[bool]:
    return or_(post.c.slot == name, post.c.slot.startswith(f"{name}:", autoescape=True))


def _belongs(campaign: Campaign, day: str) -> ColumnElement[bool]:
    hanging = [slot.id for slot in campaign.slots if slot.relative_to == day]
    return or_(post.c.slot.startswith(f"{day}:", autoescape=True), post.c.slot.in_(hanging))


def _names(campaign: Campaign, cities: Collection[str]) -> Iterator[str]:
    for city in campaign.cities:
        if city.id in cities:
            yield from city.name.values()


def _tells(body: Mapping[str, Any], names: Sequence[str]) -> bool:
    text = " ".join(plain(from_json(part)) for part in (body["text"], *body.get("thread", ())))
    return any(says(text, name) for name in names)
