"""What the database says of each city before an action day."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, case, func, select

from channels.registry import BOT_CHANNEL
from content.models import ActionDay, Campaign, City, Risk, StepKind
from schedules.accounts.accounts import REMOVED
from schedules.accounts.buckets import buckets_for
from schedules.accounts.vault import Vault
from schedules.action_days.crew import strengths
from schedules.action_days.meetings import Meeting, read_meetings
from schedules.action_days.readiness import AccountLook, Look
from schedules.action_days.rushes import allowed, minute_of
from schedules.action_days.signups import Coming, coming
from schedules.clock import Clock
from schedules.lifecycle import PUBLISH, State
from schedules.people.days import NEVER
from schedules.people.roles import EVERYTHING
from schedules.planning.cities import UNCHANGED, CityStates, load_cities
from schedules.store.engine import Store
from schedules.store.tables import account, call, delivery, group_chat, pause, post

NOBODY: Final = Coming(0, 0)
UNSENT: Final = (State.PLANNED.value, State.READY.value)
GONE: Final = (State.CANCELLED.value,)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a few statements found for every city together."""

    states: CityStates
    captains: Mapping[str, int]
    meetings: Mapping[str, Meeting]
    coming: Mapping[str, Coming]
    accounts: Mapping[str | None, tuple[AccountLook, ...]]
    posts: Mapping[str, Counter[str]]
    crowded: frozenset[str]
    groups: frozenset[str]
    roll_calls: Mapping[str, bool]
    paused: frozenset[str]


async def look_at(
    store: Store, vault: Vault, clock: Clock, campaign: Campaign, day: ActionDay, cities: Collection[City]
) -> dict[str, Look]:
    """What there is of a day in each of these cities, by their ids.

    Raises:
        StoreUnusable: A meeting place was sealed with another key, or changed, or moved here from another row.
    """
    found = await _find(store, vault, clock, campaign, day)
    return {city.id: _of_city(campaign, day, city, found) for city in cities}


def _of_city(campaign: Campaign, day: ActionDay, city: City, found: _Found) -> Look:
    state = found.states.get((day.id, city.id), UNCHANGED)
    accounts = (*found.accounts.get(city.id, ()), *found.accounts.get(None, ()))
    posts = found.posts.get(city.id, Counter())
    filled = found.meetings.get(city.id)
    scopes = {EVERYTHING, f"campaign:{campaign.id}", f"city:{city.id}"}
    return Look(
        state=state,
        accounts=accounts,
        planned=posts.total(),
        unapproved=posts[State.PLANNED.value],
        crowded=tuple(each.name for each in accounts if each.name in found.crowded),
        has_group=city.id in found.groups,
        captains=found.captains.get(city.id, 0),
        answered=found.roll_calls.get(city.id),
        has_place=filled is not None and bool(filled.place(state.place).strip()),
        coming=state.coming if city.risk is Risk.GUARDED else found.coming.get(city.id, NOBODY).together,
        is_held=bool(scopes & found.paused),
    )


async def _find(store: Store, vault: Vault, clock: Clock, campaign: Campaign, day: ActionDay) -> _Found:
    states = await load_cities(store, campaign.id)
    captains = await strengths(store, clock, campaign.id, [city.id for city in campaign.cities_of(day)])
    meetings = await read_meetings(store, vault, campaign.id, day.id)
    roll_calls = [step.id for step in day.steps if step.kind is StepKind.ROLL_CALL]
    async with store.read() as connection:
        accounts = (await connection.execute(_accounts())).all()
        posts = (await connection.execute(_posts(campaign, day))).all()
        sends = (await connection.execute(_sends(day))).all()
        groups = (await connection.execute(_groups(campaign))).scalars().all()
        asked = (await connection.execute(_asked(campaign, day, roll_calls))).all()
        paused = frozenset((await connection.execute(select(pause.c.scope))).scalars())
    channels = {row.id: row.channel for row in accounts if row.city is not None}
    return _Found(
        states,
        captains,
        meetings,
        await coming(store, campaign.id, day.id),
        _by_city(accounts),
        _counted(posts),
        _crowded(sends, channels),
        frozenset(groups),
        {row.city: row.answered_at is not None for row in asked},
        paused,
    )


def _accounts() -> Select[Any]:
    """Accounts of a city, and that of the bot, which writes to all of them."""
    columns = account.c
    wanted = (columns.id, columns.channel, columns.city, columns.held, columns.expires_at, columns.renew_at)
    speaks = columns.city.is_not(None) | (columns.channel == BOT_CHANNEL)
    return select(*wanted).where(columns.held.is_distinct_from(REMOVED), speaks).order_by(columns.id)


def _posts(campaign: Campaign, day: ActionDay) -> Select[Any]:
    return (
        select(delivery.c.city, delivery.c.state, func.count().label("number"))
        .join_from(delivery, post, post.c.id == delivery.c.post)
        .where(
            delivery.c.campaign == campaign.id,
            delivery.c.kind == PUBLISH,
            delivery.c.city.is_not(None),
            delivery.c.state.not_in(GONE),
            post.c.slot.startswith(f"{day.id}:", autoescape=True),
        )
        .group_by(delivery.c.city, delivery.c.state)
    )


def _sends(day: ActionDay) -> Select[Any]:
    """How much is due when on which account, and how much of it belongs to the day."""
    mine = case((post.c.slot.startswith(f"{day.id}:", autoescape=True), 1), else_=0)
    return (
        select(
            delivery.c.account,
            delivery.c.due_at,
            func.count().label("number"),
            func.sum(mine).label("of_the_day"),
        )
        .join_from(delivery, post, post.c.id == delivery.c.post)
        .where(
            delivery.c.city.is_not(None),
            delivery.c.kind == PUBLISH,
            delivery.c.state.in_(UNSENT),
            delivery.c.due_at < NEVER,
        )
        .group_by(delivery.c.account, delivery.c.due_at)
    )


def _groups(campaign: Campaign) -> Select[Any]:
    return (
        select(account.c.city)
        .join_from(group_chat, account, account.c.id == group_chat.c.account)
        .where(group_chat.c.campaign == campaign.id, account.c.held.is_distinct_from(REMOVED))
    )


def _asked(campaign: Campaign, day: ActionDay, roll_calls: list[str]) -> Select[Any]:
    """Every question of a roll call; of each city those of the latest come last, and of these an answer."""
    begun_at = func.min(call.c.asked_at).over(partition_by=(call.c.city, call.c.step))
    mine = (call.c.campaign == campaign.id, call.c.day == day.id, call.c.step.in_(roll_calls))
    return (
        select(call.c.city, call.c.answered_at)
        .where(*mine)
        .order_by(call.c.city, begun_at, call.c.step, call.c.answered_at.is_not(None))
    )


def _by_city(rows: Iterable[Any]) -> dict[str | None, tuple[AccountLook, ...]]:
    found: dict[str | None, tuple[AccountLook, ...]] = {}
    for row in rows:
        ends_at = row.expires_at if row.renew_at is None else None
        look = AccountLook(row.id, row.held is not None, ends_at)
        found[row.city] = (*found.get(row.city, ()), look)
    return found


def _counted(rows: Iterable[Any]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for row in rows:
        found.setdefault(row.city, Counter())[row.state] += row.number
    return found


def _crowded(rows: Iterable[Any], channels: Mapping[str, str]) -> frozenset[str]:
    minutes: Counter[tuple[str, int]] = Counter()
    of_the_day: set[tuple[str, int]] = set()
    for row in rows:
        minute = (row.account, minute_of(row.due_at))
        minutes[minute] += row.number
        if row.of_the_day:
            of_the_day.add(minute)
    return frozenset(
        name
        for name, minute in of_the_day
        if name in channels and minutes[name, minute] > allowed(buckets_for(channels[name]).destination)
    )
