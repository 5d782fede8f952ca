"""What helps volunteers to words of their own: the facts that a prompt names, and angles to begin from."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from html import escape
from typing import Final

from content.counting import utf16_units
from content.languages import chain
from content.models import Campaign, Claim, Prompt
from content.names import identifier
from content.rendering import claims_used
from content.words import Words

LONGEST: Final = 2500
"""UTF-16 units of a list of hints, so that what stands beside it fits into the same message."""


def hints(campaign: Campaign, prompt: Prompt, language: str, on: date, her_words: Words) -> str:
    """Facts and angles in one language, in Telegram's HTML; empty where there are none.

    Args:
        on: Today: a fact that was to be checked again before then is left out.
        her_words: Our words for the headings.
    """
    facts = _said((claim.text for claim in _claims(campaign, prompt, on)), language)
    told = _listed(her_words.say("Facts:"), facts, "")
    return _listed(
        her_words.say("Where to begin, in your own words:"), _said(prompt.angles, language), told
    )


def _claims(campaign: Campaign, prompt: Prompt, on: date) -> Iterator[Claim]:
    used = {name for each in prompt.variants for name in claims_used(each.source, file=each.file)}
    return (each for each in campaign.claims if identifier(each.id) in used and each.review_by >= on)


def _said(texts: Iterable[Mapping[str, str]], language: str) -> Iterator[str]:
    for text in texts:
        yield from [text[tag] for tag in chain(language) if tag in text][:1]


def _listed(head: str, lines: Iterator[str], before: str) -> str:
    """What was told before with a list below it, as far as it fits; the list is left out where it is empty."""
    told, start = before, "\n\n".join(each for each in (before, head) if each)
    for line in lines:
        longer = f"{start if told == before else told}\n• {escape(line)}"
        told = longer if utf16_units(longer) <= LONGEST else told
    return told
