"""How ready an action day is, as people in charge read it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from textwrap import shorten
from typing import Final

from bot.telegram.choices import code
from bot.telegram.spoken import spoken
from content.counting import utf16_units
from content.filters import datetime_
from content.languages import direction
from content.later import Phrase, later
from content.models import ActionDay, Campaign
from content.words import Words, isolated
from schedules.action_days.readiness import Check, Readiness
from schedules.action_days.timeline import timelines
from schedules.people.days import below_five
from schedules.planning.cities import Status
from schedules.planning.kits import Kits
from schedules.walltime import zone

AFTER: Final = timedelta(days=2)
"""So long after T-0 a day is still looked at."""
ROOM: Final = 3000
"""UTF-16 units of a message that the lines about cities may take."""
LONGEST: Final = 60
"""Characters of the name of an item; a campaign may give it a longer one."""
MARKS: Final = {True: "✓", False: "✗", None: "–"}
STATUSES: Final = {
    Status.PLANNED: later("It is planned there."),
    Status.BEGUN: later("It has begun there."),
    Status.ENDED: later("It has ended there."),
    Status.ABORTED: later("It does not take place there."),
}


@dataclass(frozen=True, slots=True)
class Meant:
    """An action day of a campaign."""

    campaign: Campaign
    day: ActionDay

    @property
    def code(self) -> str:
        """A short name for buttons."""
        return code(f"{self.campaign.id}/{self.day.id}")

    def title(self, words: Words) -> str:
        """What people call it."""
        return spoken(self.day.title, words.language, self.campaign)


async def days_ahead(kits: Kits, now: datetime) -> tuple[Meant, ...]:
    """The action days of every planned campaign that are not long over, the next first."""
    found = []
    for campaign in await kits.readable(await kits.names()):
        for day in campaign.action_days:
            starts = [line.starts_at for line in timelines(day, campaign) if line.city is not None]
            if starts and now < max(starts) + AFTER:
                found.append((min(starts), Meant(campaign, day)))
    return tuple(meant for _, meant in sorted(found, key=lambda each: (each[0], each[1].code)))


async def days_to_prepare(kits: Kits, now: datetime) -> tuple[Meant, ...]:
    """The same, and behind them those of campaigns that wait for their launch, whatever their dates say."""
    dormant = await kits.readable(await kits.dormant())
    waiting = [Meant(campaign, day) for campaign in dormant for day in campaign.action_days]
    return (*await days_ahead(kits, now), *waiting)


def overview(words: Words, meant: Meant, lists: Sequence[Readiness], now: datetime) -> str:
    """How many cities of a day are ready, and what is missing where."""
    going = [one for one in lists if not one.is_over]
    lines = [f"<b>{escape(meant.title(words))}</b>", *_countdown(words, going, now)]
    ready = sum(one.is_ready for one in going)
    lines.append(words.say("Cities that are ready: {ready} of {all}.", ready=ready, all=len(going)))
    lines.append(_coming(words, going))
    missing = missing_lines(words, meant.campaign, going)
    if missing:
        lines += ["", *missing]
    over = len(lists) - len(going)
    if over:
        told = words.count(
            "In {n} city it is over, or does not take place.",
            "In {n} cities it is over, or does not take place.",
            over,
        )
        lines += ["", told]
    return "\n".join(lines)


def missing_lines(words: Words, campaign: Campaign, lists: Iterable[Readiness]) -> list[str]:
    """A line for each city that is not ready, with what is missing there and, where there is room for all, why."""
    unready = [one for one in lists if not one.is_ready]
    reasons = [_line(words, campaign, one, _checked) for one in unready]
    if _length(reasons) <= ROOM:
        return reasons
    lines = [_line(words, campaign, one, _named) for one in unready]
    shown = lines[: next(n for n in range(len(lines), -1, -1) if _length(lines[:n]) <= ROOM)]
    more = len(lines) - len(shown)
    if more:
        shown.append(words.count("and {n} more city: /day", "and {n} more cities: /day", more))
    return shown


def city_list(words: Words, meant: Meant, one: Readiness, now: datetime) -> str:
    """Everything that a city needs, and how it stands."""
    local = one.starts_at.astimezone(zone(one.city.zone))
    head = [
        f"<b>{escape(meant.title(words))} · {_city(words, meant.campaign, one)}</b>",
        words.say("T-0: {time} by the clocks there", time=datetime_(words.habits, local)),
        *_countdown(words, [one], now),
        _status(words, one),
        _coming(words, [one]),
    ]
    if one.state.delay:
        length = words.duration(one.state.delay)
        head.append(words.say("Later than planned by: {length}", length=length))
    checks = [f"{MARKS[check.is_ready]} {_checked(words, meant.campaign, check)}" for check in one.checks]
    return "\n".join((*head, "", *checks))


def called(words: Words, campaign: Campaign, check: Check) -> str:
    """What people call an item, not yet escaped."""
    if isinstance(check.called, Phrase):
        return words.of(check.called)
    name = shorten(spoken(check.called, words.language, campaign), LONGEST, placeholder="…")
    return _apart(words, name)


def city_name(words: Words, campaign: Campaign, one: Readiness) -> str:
    """What people call a city, not yet escaped."""
    return _apart(words, spoken(one.city.name, words.language, campaign))


def _countdown(words: Words, lists: Sequence[Readiness], now: datetime) -> list[str]:
    first = min((one.starts_at for one in lists), default=now)
    if first <= now:
        return []
    return [words.say("Time until T-0: {length}", length=words.duration(first - now))]


def _coming(words: Words, lists: Sequence[Readiness]) -> str:
    number = below_five(sum(one.coming for one in lists))
    return escape(words.say("Coming, with guests: {number}", number=number))


def _line(
    words: Words, campaign: Campaign, one: Readiness, told: Callable[[Words, Campaign, Check], str]
) -> str:
    missing = "; ".join(told(words, campaign, check) for check in one.missing)
    return f"✗ {_city(words, campaign, one)}: {missing}"


def _length(lines: Sequence[str]) -> int:
    return utf16_units("\n".join(lines))


def _named(words: Words, campaign: Campaign, check: Check) -> str:
    return escape(called(words, campaign, check))


def _checked(words: Words, campaign: Campaign, check: Check) -> str:
    name = called(words, campaign, check)
    return escape(name if check.said is None else f"{name}: {words.of(check.said)}")


def _city(words: Words, campaign: Campaign, one: Readiness) -> str:
    return escape(city_name(words, campaign, one))


def _apart(words: Words, name: str) -> str:
    """A name of the campaign, which may be in letters of the other direction."""
    return isolated(name) if direction(words.language) == "rtl" else name


def _status(words: Words, one: Readiness) -> str:
    return words.of(STATUSES[one.state.status])
