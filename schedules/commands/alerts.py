"""What somebody must hear of without asking: what went wrong, and silence or a full quota ahead."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select

from channels.registry import channel_class
from content.models import ActionDay, Campaign, Variant
from content.names import identifier
from content.rendering import claims_used
from content.richtext import from_json, plain
from schedules.action_days.changes import URGENT
from schedules.action_days.roundups import missing_round_ups
from schedules.clock import Clock
from schedules.commands.accounts import views
from schedules.commands.actor import Actor
from schedules.commands.scopes import named, of_post
from schedules.lifecycle import LETTER, PART, PUBLISH, State
from schedules.people.days import GROUP_SLOT, SLOT, URGENT_SLOT
from schedules.people.roles import Role
from schedules.people.steps import is_step, step_of, tells_change
from schedules.planning.changes import PAST_WHEN_PLANNED
from schedules.planning.counts import Frozen, load_counts
from schedules.planning.kits import Kits
from schedules.planning.overrides import load_overrides
from schedules.store import leases
from schedules.store.engine import Store
from schedules.store.tables import account, day_city, delivery, post

LATELY: Final = timedelta(days=2)
SILENCE: Final = timedelta(hours=36)
DRAWN_WITHIN: Final = timedelta(minutes=2)
"""How long after the count its round-up may take to appear."""
NEARLY: Final = 0.9
"""The share of a quota from which on it is nearly used up."""
REMEMBERED: Final = timedelta(days=7)
"""How long it is known that somebody was told."""
DAILY: Final = timedelta(hours=20)
WRONG: Final = (State.REFUSED, State.UNKNOWN, State.EXPIRED)
UNPUBLISHED: Final = (SLOT, URGENT_SLOT, GROUP_SLOT)
"""How the slots begin of what is said to volunteers and their groups alone: it ends no silence."""


class Trouble(StrEnum):
    """Kinds of what somebody must hear of."""

    REFUSED = "refused"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    HELD = "held"
    SILENCE = "silence"
    QUOTA = "quota"
    URGENT = "urgent"
    """A post of an action day is to be approved at once."""
    UNHEARD = "unheard"
    """An action day was changed in a city, and people were not told."""
    ROUND_UP = "round-up"
    """The count of an action day is closed, and what tells it waits for approval."""
    UNTOLD = "untold"
    """The count is closed, and nothing that tells it could be made; or nothing in one language."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that somebody must hear of.

    Attributes:
        subject: The number of a post, an account, a language of a campaign, or an action day.
        scopes: Where a role must be held to hear of it.
        detail: A reason that the ledger or a platform gave.
        occasion: Tells it from an earlier one of the same subject.
    """

    trouble: Trouble
    subject: str
    scopes: frozenset[str]
    detail: str = ""
    occasion: str = ""

    @property
    def name(self) -> str:
        """Tells this alert from every other."""
        return f"told:{self.trouble}:{'|'.join(sorted(self.scopes))}:{self.subject}{self.occasion}"


async def new_alerts(store: Store, clock: Clock, kits: Kits) -> tuple[Alert, ...]:
    """What nobody was told yet. Asking marks it as told; a silence or a quota is told again the next day."""
    campaigns = await kits.readable(await kits.names())
    found = [
        *await _wrong_posts(store, clock.now()),
        *await _urgent_posts(store, clock.now()),
        *await _untold(store, clock.now()),
        *await _accounts(store, clock.now()),
        *await _silences(store, clock.now(), campaigns),
        *await _round_ups(store, clock.now(), campaigns),
    ]
    return tuple([alert for alert in found if await _is_new(store, clock, alert)])


async def not_told(store: Store, alerts: Iterable[Alert]) -> None:
    """These reached nobody; they are new again."""
    await leases.drop(store, [alert.name for alert in alerts])


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


async def _urgent_posts(store: Store, now: datetime) -> Sequence[Alert]:
    """Posts of action days that a change has made urgent; again where one changed again."""
    columns = (delivery.c.campaign, delivery.c.account, delivery.c.city, delivery.c.partner)
    async with store.read() as connection:
        rows = await connection.execute(
            select(post.c.id, post.c.language, post.c.revision, delivery.c.reason, *columns)
            .join_from(delivery, post, post.c.id == delivery.c.post)
            .where(
                delivery.c.state == State.PLANNED.value,
                delivery.c.kind == PUBLISH,
                delivery.c.reason.in_(URGENT),
                delivery.c.expires_at > now,
            )
            .order_by(post.c.id)
        )
        return [
            Alert(Trouble.URGENT, str(row.id), of_post(row), row.reason, f":{row.revision}") for row in rows
        ]


async def _untold(store: Store, now: datetime) -> Sequence[Alert]:
    """Changes of action days of which people were not told; organisers can still write to them."""
    columns = day_city.c
    async with store.read() as connection:
        rows = await connection.execute(
            select(columns.campaign, columns.day, columns.city, columns.untold_at)
            .where(columns.untold.is_not(None), columns.untold_at > now - LATELY)
            .order_by(columns.campaign, columns.day, columns.city)
        )
        return [
            Alert(
                Trouble.UNHEARD,
                row.city,
                named(campaign=row.campaign),
                occasion=f":{row.day}:{row.untold_at}",
            )
            for row in rows
        ]


async def _accounts(store: Store, now: datetime) -> Sequence[Alert]:
    columns = account.c
    wanted = (columns.id, columns.city, columns.language, columns.partner, columns.held, columns.quota)
    async with store.read() as connection:
        rows = (await connection.execute(select(*wanted).order_by(columns.id))).all()
        longest = max((row.quota["seconds"] for row in rows if row.quota), default=0)
        out = await connection.execute(_out_since(now - timedelta(seconds=longest)))
        instants: dict[str, list[datetime]] = {}
        for name, accepted_at in out:
            instants.setdefault(name, []).append(accepted_at)
    return [alert for row in rows for alert in _of_account(row, now, instants.get(row.id, ()))]


def _out_since(begins: datetime) -> Select[Any]:
    """When each post, and each part of a thread, went out on which account."""
    return select(delivery.c.account, delivery.c.accepted_at).where(
        delivery.c.state == State.SENT.value,
        delivery.c.accepted_at > begins,
        (delivery.c.kind == PUBLISH) | delivery.c.kind.startswith(PART),
    )


def _used(quota: Mapping[str, Any], now: datetime, instants: Iterable[datetime]) -> int:
    """How much of a quota is used within its own window that ends now.

    Its platform told how much was when it was asked, which leaves the window evenly; what went out since is known.
    """
    window, read_at = timedelta(seconds=quota["seconds"]), datetime.fromisoformat(quota["read_at"])
    before: int = max(0, math.ceil(quota["used"] * (1 - (now - read_at) / window)))
    return before + sum(at > max(read_at, now - window) for at in instants)


def _of_account(row: Any, now: datetime, instants: Iterable[datetime]) -> Iterator[Alert]:
    scopes = named(account=row.id, city=row.city, language=row.language, partner=row.partner)
    if row.held and row.held != "removed":
        yield Alert(Trouble.HELD, row.id, scopes, row.held)
    used = _used(row.quota, now, instants) if row.quota else 0
    if row.quota and used >= NEARLY * row.quota["allowed"]:
        yield Alert(Trouble.QUOTA, row.id, scopes, f"{used} / {row.quota['allowed']}")


async def _silences(store: Store, now: datetime, campaigns: Iterable[Campaign]) -> Sequence[Alert]:
    found: list[Alert] = []
    for campaign in campaigns:
        if campaign.starts_on <= _today(campaign, now) < campaign.ends_on:
            spoken = await _languages_ahead(store, campaign.id, now)
            found += [
                Alert(Trouble.SILENCE, language, named(campaign=campaign.id, language=language))
                for language in campaign.languages
                if language not in spoken
            ]
    return found


async def _round_ups(store: Store, now: datetime, campaigns: Iterable[Campaign]) -> Sequence[Alert]:
    found: list[Alert] = []
    for campaign in campaigns:
        counted = await load_counts(store, campaign.id) if campaign.action_days else {}
        for day in campaign.action_days:
            if day.round_ups and day.id in counted and counted[day.id].at > now - LATELY:
                rows = await _told_by(store, campaign, day)
                found.extend(_of_round_up(campaign, day, counted[day.id], rows, now))
                if rows and counted[day.id].at <= now - DRAWN_WITHIN:
                    found.extend(await _partly_untold(store, campaign, day, counted[day.id], rows))
    return found


async def _partly_untold(
    store: Store, campaign: Campaign, day: ActionDay, counted: Frozen, rows: Sequence[Any]
) -> Sequence[Alert]:
    """The languages with an account in which nothing tells the count, although others have something."""
    known, accounts = await load_overrides(store, campaign.id), await views(store)
    missing = await missing_round_ups(store, campaign, known, {day.id: counted.crowd}, accounts)
    silent = {one.language for one in missing} - {row.language for row in rows}
    return [
        Alert(Trouble.UNTOLD, f"{day.id} ({language})", named(campaign=campaign.id, language=language))
        for language in sorted(silent)
    ]


def _of_round_up(
    campaign: Campaign, day: ActionDay, counted: Frozen, rows: Sequence[Any], now: datetime
) -> Iterator[Alert]:
    """What waits for approval; or that nothing is there, unless the day took place nowhere."""
    if any(row.state == State.PLANNED for row in rows):
        yield Alert(Trouble.ROUND_UP, day.id, frozenset[str]().union(*(of_post(row) for row in rows)))
    elif not rows and counted.crowd.of and counted.at <= now - DRAWN_WITHIN:
        yield Alert(Trouble.UNTOLD, day.id, named(campaign=campaign.id))


async def _told_by(store: Store, campaign: Campaign, day: ActionDay) -> Sequence[Any]:
    columns = (delivery.c.campaign, delivery.c.account, delivery.c.city, delivery.c.partner)
    slots = [slot.id for slot in day.round_ups]
    async with store.read() as connection:
        found = await connection.execute(
            select(post.c.language, delivery.c.state, *columns)
            .join_from(delivery, post, post.c.id == delivery.c.post)
            .where(post.c.campaign == campaign.id, post.c.slot.in_(slots), delivery.c.kind == PUBLISH)
        )
        return found.all()


async def _languages_ahead(store: Store, campaign: str, now: datetime) -> frozenset[str]:
    waiting = [State.PLANNED.value, State.READY.value, State.CLAIMED.value, State.SENDING.value]
    async with store.read() as connection:
        found = await connection.execute(
            select(post.c.language)
            .distinct()
            .join_from(delivery, post, post.c.id == delivery.c.post)
            .where(
                delivery.c.campaign == campaign,
                delivery.c.kind == PUBLISH,
                *(post.c.slot.not_like(f"{beginning}%") for beginning in UNPUBLISHED),
                ~is_step(post.c.slot),
                ~tells_change(post.c.slot),
                delivery.c.state.in_(waiting),
                delivery.c.planned_at <= now + SILENCE,
            )
        )
        return frozenset(found.scalars())


@dataclass(frozen=True, slots=True)
class Tomorrow:
    """What somebody in charge wants to know in the evening, of what they may see. ``on`` is a date where they live.

    Attributes:
        posts: How many are planned.
        unapproved: How many of them nobody has approved.
        holes: Languages in which nothing is to be published.
        stale: Claims whose review is due by then.
        cost: What they cost on platforms that take money, in US dollars.
    """

    campaign: str
    on: date
    posts: int
    unapproved: int
    holes: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    cost: Decimal = Decimal(0)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.posts or self.holes or self.stale)


async def tomorrow(store: Store, clock: Clock, actor: Actor, campaign: Campaign, zone: str) -> Tomorrow:
    """The day that follows in a zone, as it is planned now, within what somebody may see.

    Raises:
        Forbidden: They have no role at all.
    """
    actor.require_somewhere(Role.VIEWER)
    on = clock.now().astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    rows = [
        row
        for row in await _planned_on(store, campaign, on, ZoneInfo(zone))
        if actor.may(Role.VIEWER, of_post(row))
    ]
    published = {row.language for row in rows if not _is_unpublished(row)}
    theirs = [
        language
        for language in campaign.languages
        if actor.may(Role.VIEWER, named(campaign=campaign.id, language=language))
    ]
    return Tomorrow(
        campaign.id,
        on,
        len(rows),
        sum(row.state == State.PLANNED for row in rows),
        tuple(language for language in theirs if language not in published),
        _stale(campaign, on, theirs),
        sum((_price(row) for row in rows), Decimal(0)),
    )


def _is_unpublished(row: Any) -> bool:
    return step_of(row.body) is not None or row.slot.startswith(UNPUBLISHED)


async def _planned_on(store: Store, campaign: Campaign, on: date, zone: ZoneInfo) -> Sequence[Any]:
    begins, ends = (
        datetime.combine(day, datetime.min.time(), zone) for day in (on, on + timedelta(days=1))
    )
    covering = (delivery.c.campaign, delivery.c.account, delivery.c.city, delivery.c.partner)
    planned = (
        select(post.c.slot, post.c.language, post.c.body, delivery.c.state, account.c.channel, *covering)
        .join_from(delivery, post, post.c.id == delivery.c.post)
        .join(account, account.c.id == delivery.c.account)
        .where(
            delivery.c.campaign == campaign.id,
            delivery.c.kind == PUBLISH,
            delivery.c.state.in_([State.PLANNED.value, State.READY.value]),
            delivery.c.planned_at >= begins,
            delivery.c.planned_at < ends,
        )
    )
    async with store.read() as connection:
        return (await connection.execute(planned)).all()


def _stale(campaign: Campaign, on: date, languages: Sequence[str]) -> tuple[str, ...]:
    """The claims to be checked again that texts in these languages use."""
    used = {
        name
        for variant in _variants(campaign)
        if variant.language in languages
        for name in claims_used(variant.source, file=variant.file)
    }
    return tuple(
        claim.id for claim in campaign.claims if claim.review_by <= on and identifier(claim.id) in used
    )


def _variants(campaign: Campaign) -> Iterator[Variant]:
    for message in campaign.messages:
        yield from message.variants
    for prompt in campaign.prompts:
        yield from prompt.variants


def _price(row: Any) -> Decimal:
    """Of a post with all the parts of its thread; pictures are in the first."""
    price = channel_class(row.channel).price
    later_parts = (price(plain(from_json(part)), 0) for part in row.body.get("thread", ()))
    return sum(later_parts, price(plain(from_json(row.body["text"])), len(row.body["media"])))


def _today(campaign: Campaign, now: datetime) -> date:
    return now.astimezone(ZoneInfo(campaign.zone)).date()
