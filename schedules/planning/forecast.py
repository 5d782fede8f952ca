"""What a plan will cost, and whether the platforms will take so many posts. Pure."""

import math
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, TypeAlias

from channels.base import Channel
from channels.registry import CHANNELS, channel_class
from content.errors import Problem, Severity
from schedules.planning.destinations import AccountView

DAY: Final = timedelta(hours=24)

Adapter: TypeAlias = Callable[[str], type[Channel] | None]
"""The class of an adapter by its name, or ``None`` where there is none."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """The fullest stretch of ``Forecast.window``. ``until`` is UTC; the stretch does not hold its first instant."""

    posts: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a plan asks of one account.

    Attributes:
        posts: How many are still to go out.
        cost: What publishing them costs, in US dollars.
        months: The same by calendar month in UTC, such as ``2026-12``; months that cost nothing are left out.
        budget: What a month may cost, in US dollars, or ``None``.
        window: The stretch of time for which the platform counts posts.
        planned: The stretch with the most posts of this plan.
        busiest: The stretch with the most posts when what the platform counted before is added. It tells only
            how many those were, so they are taken to leave the window evenly.
        allowed: How many the platform takes within a window, or ``None`` where it counts none.
    """

    account: str
    posts: int
    cost: Decimal
    months: Mapping[str, Decimal]
    budget: Decimal | None
    window: timedelta
    planned: Crowd
    busiest: Crowd
    allowed: int | None


def adapter(name: str) -> type[Channel] | None:
    """The class of an adapter that this version has."""
    return channel_class(name) if name in CHANNELS else None


class Forecaster:
    """Adds a plan up, post by post, and keeps no more than an instant of each.

    Args:
        now: In UTC. What was due before goes out now.
    """

    def __init__(self, now: datetime, adapter: Adapter = adapter) -> None:
        self._now = now
        self._adapter = adapter
        self._tallies: dict[str, _Tally] = {}

    def add(self, account: AccountView, due_at: datetime, text: str, media: int) -> None:
        """Count one post, or one part of a thread.

        Args:
            text: As the platform shows it.
            media: How many files it carries.
        """
        tally = self._tallies.get(account.name)
        if tally is None:
            tally = self._tallies[account.name] = _Tally(account, self._adapter(account.adapter))
        tally.add(max(due_at, self._now), text, media)

    def forecasts(self) -> tuple[Forecast, ...]:
        """What was counted, by account."""
        return tuple(self._tallies[name].forecast() for name in sorted(self._tallies))


def problems(forecasts: Iterable[Forecast]) -> Iterator[Problem]:
    """What a platform or a budget will not bear."""
    for forecast in forecasts:
        yield from _over_quota(forecast)
        yield from _over_budget(forecast)


def in_words(window: timedelta) -> str:
    """A stretch of time for a person, such as ``24 hours``."""
    minutes = window // timedelta(minutes=1)
    hours, rest = divmod(minutes, 60)
    return f"{minutes} minutes" if rest else f"{hours} hours"


def dollars(amount: Decimal) -> str:
    """A price for a person, with tenths of a cent only where there are any."""
    cents = amount.quantize(Decimal("0.01"))
    return f"${cents:,}" if cents == amount else f"${amount.quantize(Decimal('0.001')):,}"


class _Tally:
    def __init__(self, account: AccountView, kind: type[Channel] | None) -> None:
        self._account = account
        self._kind = kind
        self._instants = array("d")
        self._months: dict[str, Decimal] = {}

    def add(self, at: datetime, text: str, media: int) -> None:
        self._instants.append(at.timestamp())
        price = Decimal(0) if self._kind is None else self._kind.price(text, media)
        if price:
            month = f"{at.astimezone(UTC):%Y-%m}"
            self._months[month] = self._months.get(month, Decimal(0)) + price

    def forecast(self) -> Forecast:
        quota = self._account.quota
        window = DAY if quota is None else quota.window
        instants, seconds = array("d", sorted(self._instants)), window.total_seconds()
        return Forecast(
            account=self._account.name,
            posts=len(instants),
            cost=sum(self._months.values(), Decimal(0)),
            months=dict(sorted(self._months.items())),
            budget=self._account.budget,
            window=window,
            planned=_fullest(_counts(instants, seconds)),
            busiest=_fullest(
                (count + self._used_before(at), at) for count, at in _counts(instants, seconds)
            ),
            allowed=self._allowed(),
        )

    def _allowed(self) -> int | None:
        if self._account.quota is not None:
            return self._account.quota.allowed
        return None if self._kind is None else self._kind.posts_a_day

    def _used_before(self, at: float) -> int:
        quota, read_at = self._account.quota, self._account.quota_read_at
        if quota is None or read_at is None:
            return 0
        passed = (at - read_at.timestamp()) / quota.window.total_seconds()
        return max(0, math.ceil(quota.used * (1 - passed)))


def _counts(instants: Sequence[float], window: float) -> Iterator[tuple[int, float]]:
    """For each instant how many lie in the window that ends with it. They are in order."""
    first = 0
    for last, at in enumerate(instants):
        while instants[first] <= at - window:
            first += 1
        yield last - first + 1, at


def _fullest(counts: Iterable[tuple[int, float]]) -> Crowd:
    posts, until = max(counts, key=lambda counted: counted[0])
    return Crowd(posts, datetime.fromtimestamp(until, UTC))


def _over_quota(forecast: Forecast) -> Iterator[Problem]:
    allowed, planned, busiest = forecast.allowed, forecast.planned, forecast.busiest
    if allowed is None:
        return
    if planned.posts > allowed:
        yield _exceeded(
            forecast, planned, "", "Spread them over more time, or leave some out.", Severity.ERROR
        )
    elif busiest.posts > allowed:
        remedy = (
            "What is too many waits until the platform takes it, as long as its late policy allows. "
            "Spread them over more time, or leave some out."
        )
        yield _exceeded(
            forecast, busiest, "with those that are out already, about ", remedy, Severity.WARNING
        )


def _exceeded(forecast: Forecast, crowd: Crowd, how: str, remedy: str, severity: Severity) -> Problem:
    return Problem(
        "quota-exceeded",
        f"account {forecast.account}",
        f"{how}{crowd.posts:,} posts within {in_words(forecast.window)} until {crowd.until:%Y-%m-%d %H:%M} UTC, "
        f"and the platform takes {forecast.allowed:,}",
        remedy,
        severity=severity,
    )


def _over_budget(forecast: Forecast) -> Iterator[Problem]:
    if forecast.budget is None:
        return
    for month, cost in forecast.months.items():
        if cost > forecast.budget:
            yield Problem(
                "over-budget",
                f"account {forecast.account}",
                f"its posts in {month} cost {dollars(cost)}, and its budget is {dollars(forecast.budget)} a month",
                "Leave some out, or give the account a larger `budget`.",
            )
