"""Which prompt of the campaign goes to whom on which date. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from channels.registry import BOT_CHANNEL
from content.models import Campaign, City, Level, Prompt, Risk
from schedules.people.days import FIRST_ZONE, GROUP_SLOT, SLOT, DailyPrompt, Waking, served, waking
from schedules.planning.destinations import AccountView
from schedules.walltime import zone

PLATFORM: Final = "telegram"
"""Whose limits its texts keep."""
OPENLY_ASKED: Final = (Level.NOBODY, Level.PUBLIC)
"""The levels of prompts that are put before a group, the better one first.

What is safe for everybody who reads it comes first, so that no group urges anybody beyond what they chose; where a day has
none, the public one, which shows nothing that a public post does not show. A letter to one recipient never: its wordings
are dealt out to one person each, and the office would get one of them from the whole group.
"""


@dataclass(frozen=True, slots=True)
class PlannedPrompt:
    """One prompt in one language.

    Attributes:
        local_at: The beginning of its date, naive, in the first zone of the world.
        due_at: The same instant in UTC: from then on it is somebody's day.
    """

    prompt: DailyPrompt
    account: str
    language: str
    local_at: datetime

    @property
    def slot(self) -> str:
        """A slot of its own for each language."""
        return f"{SLOT}{self.prompt.id}:{self.language}"

    @property
    def due_at(self) -> datetime:
        """When its date begins in the first zone of the world, in UTC."""
        return self.local_at.replace(tzinfo=zone(FIRST_ZONE)).astimezone(UTC)


def planned_prompts(campaign: Campaign, accounts: Sequence[AccountView]) -> Iterator[PlannedPrompt]:
    """Every prompt in every language of the campaign; none where no account writes to volunteers."""
    bots = [account.name for account in accounts if account.channel == BOT_CHANNEL]
    for prompt in daily_prompts(campaign):
        for bot in bots:
            for language in campaign.languages:
                yield PlannedPrompt(prompt, bot, language, datetime.combine(prompt.on, time.min))


@dataclass(frozen=True, slots=True)
class GroupPrompt:
    """The prompt of one day for a group.

    Attributes:
        local_at: The wall time in ``zone``, naive.
        times: When it is due, and until when it may come.
    """

    prompt: DailyPrompt
    account: AccountView
    local_at: datetime
    zone: str
    times: Waking

    @property
    def slot(self) -> str:
        """A slot of its own beside that of the volunteers' letters."""
        return f"{GROUP_SLOT}{self.prompt.id}"


def group_prompts(campaign: Campaign, accounts: Sequence[AccountView]) -> Iterator[GroupPrompt]:
    """The prompt of each day for every group of an open city that is to get one; a guarded city has no groups."""
    open_cities = {city.id: city for city in campaign.cities if city.risk is Risk.OPEN}
    chosen = tuple(_openly_asked(daily_prompts(campaign)))
    for account in accounts:
        city = open_cities.get(account.city or "")
        if account.prompt_hour is not None and city and account.language in campaign.languages:
            for prompt in chosen:
                yield from _for_group(prompt, account, city, account.prompt_hour)


def _openly_asked(prompts: Sequence[DailyPrompt]) -> Iterator[DailyPrompt]:
    """The one of each day that a group is asked; none where the day has only letters."""
    days: dict[date, dict[Level, DailyPrompt]] = {}
    for prompt in prompts:
        days.setdefault(prompt.on, {})[prompt.level] = prompt
    for levels in days.values():
        yield from [levels[level] for level in OPENLY_ASKED if level in levels][:1]


def _for_group(prompt: DailyPrompt, account: AccountView, city: City, hour: int) -> Iterator[GroupPrompt]:
    times = waking(prompt.on, city.zone, hour)
    if times is not None:
        yield GroupPrompt(prompt, account, datetime.combine(prompt.on, time(hour)), city.zone, times)


def daily_prompts(campaign: Campaign) -> tuple[DailyPrompt, ...]:
    """Every prompt of a day with its date and those whom it serves."""
    days: dict[int, list[Prompt]] = {}
    for prompt in campaign.daily:
        days.setdefault(prompt.day, []).append(prompt)
    return tuple(made for day in sorted(days) for made in _of_day(campaign, day, days[day]))


def _of_day(campaign: Campaign, day: int, prompts: Sequence[Prompt]) -> Iterator[DailyPrompt]:
    on = campaign.starts_on + timedelta(days=day - 1)
    serves = served(prompt.level for prompt in prompts)
    for prompt in prompts:
        yield DailyPrompt(prompt.id, on, prompt.level, serves[prompt.level])
