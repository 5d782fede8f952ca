"""What an action day writes to people: every text in every city and language, at the hour at which it arrives. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from content.errors import ContentError, Problem
from content.limits import LIMITS
from content.models import Campaign, City, Message, Step
from content.rendering import RenderedMessage, context_for, render
from content.review import check
from content.variants import LETTERS, choose
from schedules.action_days.timeline import Timeline, timelines
from schedules.planning.cities import CityStates
from schedules.planning.drafts import problems_of
from schedules.planning.permits import NOTHING_CHANGED, withheld_by


@dataclass(frozen=True, slots=True)
class Letter:
    """One text for the people of one city.

    Attributes:
        at: When it is due, in UTC.
    """

    day: str
    step: Step
    city: City
    language: str
    at: datetime
    rendered: RenderedMessage


class Letters:
    """Renders what the action days of a campaign write to people and no plan has, and collects what is wrong with it.

    Args:
        states: What people changed of the permits.
        planned: Whether the letters are planned as posts and reviewed as such; only what waits for a permit is not.
    """

    def __init__(
        self, campaign: Campaign, states: CityStates = NOTHING_CHANGED, *, planned: bool = False
    ) -> None:
        self._campaign, self._states, self._planned = campaign, states, planned
        self._messages = {message.id: message for message in campaign.messages}
        self._found: dict[Problem, None] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem found so far, each once; complete when the last letter has been taken."""
        return tuple(self._found)

    def all(self) -> Iterator[Letter]:
        """City by city, in the order of the steps. What cannot be rendered becomes a problem and is left out."""
        for day in self._campaign.action_days:
            for line in timelines(day, self._campaign):
                yield from self._of_city(line)

    def _of_city(self, line: Timeline) -> Iterator[Letter]:
        for timed in line.steps:
            message = self._messages.get(timed.step.message or "")
            if line.city is None or timed.step.channels or message is None:
                continue
            if self._planned and not withheld_by(line.day, timed.step, line.city.id, self._states):
                continue
            yield from self._in_languages(line, timed.step, timed.local_at, timed.at)
        for _, step in () if self._planned else line.day.change_steps:
            yield from self._in_languages(line, step, line.local_at, line.starts_at)

    def _in_languages(
        self, line: Timeline, step: Step, local_at: datetime, at: datetime
    ) -> Iterator[Letter]:
        message, city = self._messages.get(step.message or ""), line.city
        if message is None or city is None:
            return
        for language in line.day.spoken_in(city):
            rendered = self._render(message, line, language, local_at)
            if rendered is not None:
                yield Letter(line.day.id, step, city, language, at, rendered)

    def _render(
        self, message: Message, line: Timeline, language: str, local_at: datetime
    ) -> RenderedMessage | None:
        city = None if line.city is None else line.city.id
        try:
            variant = choose(message, language=language, channel=LETTERS, audience=city)
            context = context_for(
                self._campaign,
                message,
                language=language,
                channel=LETTERS,
                city=city,
                local_at=local_at,
                day=line.day,
            )
            rendered = render(variant, context)
        except ContentError as error:
            self._found.update(dict.fromkeys(problems_of(error)))
            return None
        self._found.update(dict.fromkeys(check(rendered, LIMITS[LETTERS])))
        return rendered
