"""Before a prompt is approved: who gets it, when, and whether it can be done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from content.models import Campaign, Level
from schedules.clock import Clock
from schedules.people.days import LASTS, DailyPrompt, prompt_of
from schedules.people.volunteers import is_here
from schedules.planning.destinations import AccountView
from schedules.planning.prompts import PlannedPrompt, planned_prompts
from schedules.planning.reach import Cohort, Reach, reach
from schedules.store.engine import Store
from schedules.store.tables import account, lane, person, volunteer


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom the prompts of a campaign reach, as things are now.

    Attributes:
        rate: Letters per second.
        languages: By language, the date that asks most of the bot.
        together: Of all languages, the date that asks most of it; ``None`` where nobody gets a prompt.
    """

    rate: float
    languages: Mapping[str, Reach]
    together: Reach | None


async def audience(
    store: Store, clock: Clock, campaign: Campaign, accounts: Sequence[AccountView]
) -> Audience | None:
    """Whom the prompts of a plan reach that are not over; ``None`` where none is planned."""
    planned = [each for each in planned_prompts(campaign, accounts) if each.due_at + LASTS > clock.now()]
    if not planned:
        return None
    cohorts, rate = await _cohorts(store, clock.now(), campaign.id), await _rate(store, planned[0].account)
    languages = {
        language: most
        for language in campaign.languages
        if (most := _most(_each_kind_of_day(planned, language), cohorts, rate)) is not None
    }
    return Audience(rate, languages, _most(_each_kind_of_day(planned), cohorts, rate))


async def reach_of_post(
    store: Store, clock: Clock, campaign: str, account_name: str, language: str, body: Mapping[str, object]
) -> tuple[Reach | None, float] | None:
    """Whom one recorded prompt reaches, and the letters per second; ``None`` where the post is no prompt."""
    prompt = prompt_of(body)
    if prompt is None:
        return None
    cohorts, rate = await _cohorts(store, clock.now(), campaign), await _rate(store, account_name)
    return reach([(prompt, language)], cohorts, rate), rate


def _each_kind_of_day(
    planned: Iterable[PlannedPrompt], language: str | None = None
) -> list[list[tuple[DailyPrompt, str]]]:
    """The prompts of the next date of each kind: dates whose prompts serve the same volunteers are alike."""
    days: dict[date, list[tuple[DailyPrompt, str]]] = {}
    for each in planned:
        if language in (None, each.language):
            days.setdefault(each.prompt.on, []).append((each.prompt, each.language))
    kinds = {
        frozenset((tongue, prompt.serves) for prompt, tongue in prompts): prompts
        for _, prompts in sorted(days.items(), reverse=True)
    }
    return list(kinds.values())


def _most(
    days: Iterable[list[tuple[DailyPrompt, str]]], cohorts: Sequence[Cohort], rate: float
) -> Reach | None:
    found = [one for prompts in days if (one := reach(prompts, cohorts, rate)) is not None]
    return max(found, key=lambda one: (one.late, one.busiest.people, one.people), default=None)


async def _cohorts(store: Store, now: datetime, campaign: str) -> tuple[Cohort, ...]:
    alike = (volunteer.c.language, volunteer.c.level, volunteer.c.zone, volunteer.c.hour)
    async with store.read() as connection:
        found = await connection.execute(
            select(*alike, func.count().label("people"))
            .join(person, person.c.id == volunteer.c.person)
            .where(volunteer.c.campaign == campaign, is_here(now))
            .group_by(*alike)
        )
        return tuple(
            Cohort(row.language, Level(row.level), row.zone, row.hour, row.people) for row in found
        )


async def _rate(store: Store, name: str) -> float:
    """The slower of the two lanes of an account."""
    own, shared = lane.alias("own"), lane.alias("shared")
    async with store.read() as connection:
        found = await connection.execute(
            select(own.c.rate, shared.c.rate.label("shared"))
            .select_from(account)
            .join(own, own.c.id == account.c.destination_lane)
            .join(shared, shared.c.id == account.c.credential_lane)
            .where(account.c.id == name)
        )
        row = found.one()
    return float(min(row.rate, row.shared))
