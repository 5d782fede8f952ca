"""What somebody must hear of without asking: what went wrong, and silence or a full quota ahead."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from channels.registry import channel_class
from content.models import Campaign
from content.richtext import from_json, plain
from schedules.clock import Clock
from schedules.commands.scopes import named, of_post
from schedules.lifecycle import LETTER, PUBLISH, State
from schedules.planning.changes import PAST_WHEN_PLANNED
from schedules.planning.kits import Kits
from schedules.store import leases
from schedules.store.engine import Store
from schedules.store.tables import account, delivery, post

LATELY: Final = timedelta(days=2)
SILENCE: Final = timedelta(hours=36)
NEARLY: Final = 0.9
"""The share of a quota from which on it is nearly used up."""
REMEMBERED: Final = timedelta(days=7)
"""How long it is known that somebody was told."""
DAILY: Final = timedelta(hours=20)
WRONG: Final = (State.REFUSED, State.UNKNOWN, State.EXPIRED)


class Trouble(StrEnum):
    """Kinds of what somebody must hear of."""

    REFUSED = "refused"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    HELD = "held"
    SILENCE = "silence"
    QUOTA = "quota"


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that somebody must hear of.

    Attributes:
        subject: The number of a post, an account, or a language of a campaign.
        scopes: Where a role must be held to hear of it.
        detail: A reason that the ledger or a platform gave.
    """

    trouble: Trouble
    subject: str
    scopes: frozenset[str]
    detail: str = ""

    @property
    def name(self) -> str:
        """Tells this alert from every other."""
        return f"told:{self.trouble}:{'|'.join(sorted(self.scopes))}:{self.subject}"


async def new_alerts(store: Store, clock: Clock, kits: Kits) -> tuple[Alert, ...]:
    """What nobody was told yet. Asking marks it as told; a silence or a quota is told again the next day."""
    found = [
        *await _wrong_posts(store, clock.now()),
        *await _accounts(store),
        *await _silences(store, clock.now(), kits),
    ]
    return tuple([alert for alert in found if await _is_new(store, clock, alert)])


async def _is_new(store: Store, clock: Clock, alert: Alert) -> bool:
    repeated = alert.trouble in {Trouble.SILENCE, Trouble.QUOTA, Trouble.HELD}
    return await leases.take(store, clock, alert.name, DAILY if repeated else REMEMBERED)


async def _wrong_posts(store: Store, now: datetime) -> Sequence[Alert]:
    columns = (delivery.c.campaign, delivery.c.account, delivery.c.city, delivery.c.partner)
    async with store.read() as connection:
        rows = await connection.execute(
            select(post.c.id, post.c.language, delivery.c.state, delivery.c.reason, *columns)
            .join_from(delivery, post, post.c.id == delivery.c.post)
            .where(
                delivery.c.state.in_([state.value for state in WRONG]),
                delivery.c.changed_at > now - LATELY,
                delivery.c.kind.not_like(f"{LETTER}%"),
                delivery.c.reason.is_distinct_from(PAST_WHEN_PLANNED),
            )
            .order_by(post.c.id)
        )
        return [Alert(Trouble(row.state), str(row.id), of_post(row), row.reason or "") for row in rows]


async def _accounts(store: Store) -> Sequence[Alert]:
    columns = account.c
    wanted = (columns.id, columns.city, columns.language, columns.partner, columns.held, columns.quota)
    async with store.read() as connection:
        rows = (await connection.execute(select(*wanted).order_by(columns.id))).all()
    return [alert for row in rows for alert in _of_account(row)]


def _of_account(row: Any) -> Iterator[Alert]:
    scopes = named(account=row.id, city=row.city, language=row.language, partner=row.partner)
    if row.held and row.held != "removed":
        yield Alert(Trouble.HELD, row.id, scopes, row.held)
    if row.quota and row.quota["used"] >= NEARLY * row.quota["allowed"]:
        yield Alert(Trouble.QUOTA, row.id, scopes, f"{row.quota['used']} / {row.quota['allowed']}")


async def _silences(store: Store, now: datetime, kits: Kits) -> Sequence[Alert]:
    found: list[Alert] = []
    for name in await kits.names():
        campaign = await kits.get(name)
        if campaign.starts_on <= _today(campaign, now) < campaign.ends_on:
            spoken = await _languages_ahead(store, campaign.id, now)
            found += [
                Alert(Trouble.SILENCE, language, named(campaign=campaign.id, language=language))
                for language in campaign.languages
                if language not in spoken
            ]
    return found


async def _languages_ahead(store: Store, campaign: str, now: datetime) -> frozenset[str]:
    waiting = [State.PLANNED.value, State.READY.value, State.CLAIMED.value, State.SENDING.value]
    async with store.read() as connection:
        found = await connection.execute(
            select(post.c.language)
            .distinct()
            .join_from(delivery, post, post.c.id == delivery.c.post)
            .where(
                delivery.c.campaign == campaign,
                delivery.c.state.in_(waiting),
                delivery.c.planned_at <= now + SILENCE,
            )
        )
        return frozenset(found.scalars())


@dataclass(frozen=True, slots=True)
class Tomorrow:
    """What a coordinator wants to know in the evening. ``on`` is a date in the campaign's zone.

    Attributes:
        posts: How many are planned, by language.
        unapproved: How many of them nobody has approved.
        stale: Claims whose review is due by then.
        cost: What they cost on platforms that take money, in US dollars.
    """

    campaign: str
    on: date
    posts: dict[str, int]
    unapproved: int
    stale: tuple[str, ...]
    cost: Decimal = Decimal(0)

    @property
    def holes(self) -> tuple[str, ...]:
        """Languages in which nothing is planned."""
        return tuple(language for language, number in self.posts.items() if not number)


async def tomorrow(store: Store, clock: Clock, campaign: Campaign) -> Tomorrow:
    """The day that follows, as it is planned now."""
    zone = ZoneInfo(campaign.zone)
    on = _today(campaign, clock.now()) + timedelta(days=1)
    begins = datetime.combine(on, datetime.min.time(), zone)
    planned = (
        select(post.c.language, post.c.body, delivery.c.state, account.c.channel)
        .join_from(delivery, post, post.c.id == delivery.c.post)
        .join(account, account.c.id == delivery.c.account)
        .where(
            delivery.c.campaign == campaign.id,
            delivery.c.kind == PUBLISH,
            delivery.c.state.in_([State.PLANNED.value, State.READY.value]),
            delivery.c.planned_at >= begins,
            delivery.c.planned_at < begins + timedelta(days=1),
        )
    )
    async with store.read() as connection:
        rows = (await connection.execute(planned)).all()
    counted = Counter(row.language for row in rows)
    return Tomorrow(
        campaign.id,
        on,
        {language: counted[language] for language in (*campaign.languages, *sorted(counted))},
        sum(row.state == State.PLANNED for row in rows),
        tuple(claim.id for claim in campaign.claims if claim.review_by <= on),
        sum((_price(row) for row in rows), Decimal(0)),
    )


def _price(row: Any) -> Decimal:
    text = plain(from_json(row.body["text"]))
    return channel_class(row.channel).price(text, len(row.body["media"]))


def _today(campaign: Campaign, now: datetime) -> date:
    return now.astimezone(ZoneInfo(campaign.zone)).date()
