"""The texts of training prompts, which nobody is sent and whoever would like to do more opens one after the other. Pure."""

from collections.abc import Iterator

from content.errors import ContentError, Problem
from content.limits import LIMITS
from content.models import Campaign, Prompt
from content.rendering import RenderedMessage, context_for, render
from content.review import check
from content.variants import choose
from schedules.planning.drafts import problems_of
from schedules.planning.prompts import PLATFORM


def training_text(campaign: Campaign, prompt: Prompt, language: str) -> RenderedMessage:
    """What one training prompt says in one language.

    Raises:
        ContentError: It is not there in this language, or cannot be rendered.
    """
    variant = choose(prompt, language=language, channel=PLATFORM)
    return render(variant, context_for(campaign, prompt, language=language, channel=PLATFORM))


def training_texts(campaign: Campaign, problems: list[Problem]) -> Iterator[RenderedMessage]:
    """Every training text in every language of the campaign; what is wrong with them goes to ``problems``."""
    for prompt in campaign.training:
        for language in campaign.languages:
            try:
                text = training_text(campaign, prompt, language)
            except ContentError as error:
                problems.extend(problems_of(error))
                continue
            problems.extend(check(text, LIMITS[PLATFORM]))
            yield text
