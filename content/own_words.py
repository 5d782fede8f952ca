"""A volunteer's own sentence: what to mend before it is posted, and the addresses that open her apps with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Final
from urllib.parse import quote

import regex

from content.hashtags import check_text, tag_for
from content.limits import LIMITS, excess
from content.models import Campaign
from content.similarity import too_similar

COMPOSERS: Final[Mapping[str, str]] = {
    "x": "https://x.com/intent/post?text=",
    "bluesky": "https://bsky.app/intent/compose?text=",
    "mastodon": "https://share.joinmastodon.org/#text=",
    "whatsapp": "https://wa.me/?text=",
    "telegram": "https://t.me/share/url?url=",
}
"""Addresses that open an app with a text in it, as each platform documents them for share buttons."""
OPENERS: Final[Mapping[str, str]] = {
    "facebook": "https://www.facebook.com/",
    "instagram": "https://www.instagram.com/",
    "tiktok": "https://www.tiktok.com/",
    "snapchat": "https://www.snapchat.com/",
}
"""Apps that take no text from outside: she copies it, then opens them."""
APPS: Final = (*COMPOSERS, *OPENERS)
LEAST_WORDS: Final = 3

_TEMPLATE: Final = regex.compile(r"\{[{%#].*?[}%#]\}", regex.DOTALL)
_WORD: Final = regex.compile(r"[\p{L}\p{M}]+")


class Fault(StrEnum):
    """What can be wrong with a sentence."""

    TAG_MISSING = "tag_missing"
    TAG_MISSPELT = "tag_misspelt"
    """The detail is what she wrote."""
    TAG_LOST = "tag_lost"
    """It is there, but not where platforms read it as a tag, or more than once."""
    TOO_LONG = "too_long"
    """The detail is the app, the excess how much too long it is in that app's own count."""
    OURS = "ours"
    """It is simply one of the campaign's own texts."""
    TOO_SHORT = "too_short"


@dataclass(frozen=True, slots=True)
class Mend:
    """One thing to mend."""

    fault: Fault
    detail: str = ""
    excess: int = 0


_FAULTS: Final[Mapping[str, Fault]] = {
    "tag-missing": Fault.TAG_MISSING,
    "tag-spelling": Fault.TAG_MISSPELT,
    "tag-look-alike": Fault.TAG_MISSPELT,
    "tag-rival": Fault.TAG_MISSPELT,
    "tag-near": Fault.TAG_MISSPELT,
    "tag-repeated": Fault.TAG_LOST,
    "tag-lost": Fault.TAG_LOST,
    "tag-glued": Fault.TAG_LOST,
    "bidi-control": Fault.TAG_LOST,
}


def check_own_words(text: str, campaign: Campaign, language: str, apps: Sequence[str]) -> tuple[Mend, ...]:
    """What to mend in a sentence; empty where it is good. Nothing of it is kept.

    Args:
        apps: Where she may post it, names of ``APPS``; their lengths and tags count.
    """
    if len(_WORD.findall(text)) <= LEAST_WORDS:
        return (Mend(Fault.TOO_SHORT),)
    mends = [
        *_tag_mends(text, campaign, language, apps),
        *_long_mends(text, apps),
        *(Mend(Fault.OURS) for ours in _own_texts(campaign, language) if too_similar(text, ours)),
    ]
    return tuple(dict.fromkeys(mends))


def composer(app: str, text: str) -> str:
    """The address that opens an app, with the text in it where the app takes one."""
    return COMPOSERS[app] + quote(text, safe="") if app in COMPOSERS else OPENERS[app]


def _tag_mends(text: str, campaign: Campaign, language: str, apps: Sequence[str]) -> Iterator[Mend]:
    platforms = [app for app in apps if app in LIMITS]
    problems = check_text(
        text, hashtag=campaign.hashtag, language=language, platforms=platforms, where="sentence"
    )
    for problem in problems:
        if problem.code in _FAULTS:
            yield Mend(_FAULTS[problem.code], _written(problem.what))


def _written(what: str) -> str:
    """The tag that she wrote: what the sentence about it begins with."""
    first = what.split(" ", 1)[0]
    return first if first.startswith("#") else ""


def _long_mends(text: str, apps: Sequence[str]) -> Iterator[Mend]:
    for app in apps:
        for found in excess(text, LIMITS[app]) if app in LIMITS else ():
            yield Mend(Fault.TOO_LONG, app, found.found - found.allowed)


def _own_texts(campaign: Campaign, language: str) -> Iterator[str]:
    ours = chain(
        *(said.variants for said in campaign.messages), *(said.variants for said in campaign.prompts)
    )
    for variant in ours:
        if variant.language == language:
            yield _TEMPLATE.sub(" ", variant.source)
    for prompt in campaign.prompts:
        yield from (angle[language] for angle in prompt.angles if language in angle)


def tag_in(campaign: Campaign, language: str) -> str:
    """The campaign's tag as she is to write it."""
    return f"#{tag_for(campaign.hashtag, language)}"
