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
from schedules.planning.drafts import problems_of


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
    """Renders what the action days of a campaign write to people, and collects what is wrong with it."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
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
            for language in line.day.spoken_in(line.city):
                rendered = self._render(message, line.city, language, timed.local_at)
                if rendered is not None:
                    yield Letter(line.day.id, timed.step, line.city, language, timed.at, rendered)

    def _render(
        self, message: Message, city: City, language: str, local_at: datetime
    ) -> RenderedMessage | None:
        try:
            variant = choose(message, language=language, channel=LETTERS, audience=city.id)
            context = context_for(
                self._campaign, message, language=language, channel=LETTERS, city=city.id, local_at=local_at
            )
            rendered = render(variant, context)
        except ContentError as error:
            self._found.update(dict.fromkeys(problems_of(error)))
            return None
        self._found.update(dict.fromkeys(check(rendered, LIMITS[LETTERS])))
        return rendered
