"""What the transcript shows: every post as a card, and what a person would have to look at."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from markupsafe import Markup

from bot.rehearsal.cast import BY_HAND
from bot.rehearsal.looks import look
from bot.rehearsal.mishaps import platform_name
from bot.rehearsal.pictures import Thumbnail
from channels.handoff import LINKS
from content.errors import Problem
from content.languages import direction, locale_for
from content.limits import LIMITS, Limits, length
from content.models import Campaign, Risk, is_video
from content.richtext import from_json
from content.visible import counted, has_alt_texts, visible
from schedules.commands.posts import Event, PostView
from schedules.commands.status import LATE_AFTER
from schedules.lifecycle import State
from schedules.walltime import Note, zone

LATE: Final = "late"
UNNAMED: Final = "[a guarded city]"
NOTES: Final[Mapping[str, str]] = {
    Note.GAP_SHIFTED: "The clocks jump over this time that day; it goes out an hour later on the wall.",
    Note.OVERLAP_FIRST: "This time comes twice that night, as the clocks go back; it goes out the first time.",
    Note.OVERLAP_SECOND: "This time comes twice that night, as the clocks go back; it goes out the second time.",
}
_BEGINNING: Final = re.compile(r"^[a-z]|(?<=[.?!] )[a-z]")
URGENCY: Final = (State.UNKNOWN, State.REFUSED, State.EXPIRED, State.CANCELLED, State.HANDED_OFF)


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of a post, or its video, which has no thumbnail.

    ``alt`` is in the post's language; ``is_native`` where the platform carries it.
    """

    thumbnail: Thumbnail | None
    alt: str
    is_native: bool
    sensitive: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A later part of a thread: its place, such as ``2/3``, and how much of the platform's room it takes."""

    place: str
    text: Markup
    used: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Card:
    """One post as it would look.

    Attributes:
        city: The city's name, or ``None`` where it is for the whole campaign.
        local: The wall time in ``zone`` at which it was planned to go out, as text.
        planned_at: The same instant, in UTC.
        badge: The state, or ``late`` for a post that was sent more than a minute after its time.
        delay: How late it was, in words; empty below a second.
        text: The text, or the first part of its thread; ``more`` are the later ones.
        warning: Shown before the text by the platform's own means.
        by_hand: Whether a person gets it to publish it by hand; ``link`` opens the app, where there is such an address.
        used: Length of the text in the platform's ``unit``; ``most`` is ``None`` where there is no limit.
    """

    post: PostView
    platform: str
    platform_name: str
    city: str | None
    language: str
    language_name: str
    direction: str
    local: str
    zone: str
    planned_at: datetime
    badge: str
    delay: str
    text: Markup
    more: tuple[Part, ...]
    warning: str | None
    by_hand: bool
    link: str
    pictures: tuple[Shown, ...]
    used: int
    most: int | None
    unit: str
    note: str | None
    history: tuple[Event, ...]

    @property
    def anchor(self) -> str:
        """Where the page can be linked to."""
        return f"post-{self.post.id}"

    @property
    def fullness(self) -> float | None:
        """How much of the platform's room the text takes, from 0 to 1."""
        return None if self.most is None else min(1.0, self.used / self.most)


def cards(
    campaign: Campaign,
    posts: Iterable[PostView],
    platforms: Mapping[str, str],
    thumbnails: Mapping[str, Thumbnail],
    histories: Mapping[int, tuple[Event, ...]],
) -> tuple[Card, ...]:
    """Every post as it would look, in order of time.

    Args:
        platforms: The platform of each account.
        thumbnails: Small pictures by SHA-256.
        histories: What happened to a post, where more happened than a smooth delivery.
    """
    names = city_names(campaign)
    return tuple(
        _card(post, platforms[post.account], names, thumbnails, histories.get(post.id, ()))
        for post in posts
    )


def _card(
    post: PostView,
    platform: str,
    cities: Mapping[str, str],
    thumbnails: Mapping[str, Thumbnail],
    history: tuple[Event, ...],
) -> Card:
    limits = LIMITS[platform]
    text, warning = from_json(post.body["text"]), post.body["warning"]
    media = post.body["media"]
    alts, moving = [each["alt"] for each in media], any(is_video(each["file"]) for each in media)
    caption = limits.max_caption if media else None
    return Card(
        post=post,
        platform=platform,
        platform_name=_titled(platform_name(platform)),
        city=None if post.city is None else cities.get(post.city, post.city),
        language=post.language,
        language_name=language_name(post.language),
        direction=direction(post.language),
        local=f"{post.planned_at.astimezone(zone(post.zone)):%a %d %b %Y, %H:%M}",
        zone=post.zone,
        planned_at=post.planned_at,
        badge=_badge(post),
        delay=in_words(lateness(post)) if lateness(post) >= timedelta(seconds=1) else "",
        text=look(visible(text, limits, alts=alts, warning=warning, moving=moving), platform),
        more=tuple(_later_parts(post, limits)),
        warning=warning if limits.content_warnings else None,
        by_hand=platform in BY_HAND,
        link=LINKS.get(platform, ""),
        pictures=tuple(
            Shown(
                None if moving else thumbnails[each["sha256"]],
                each["alt"],
                has_alt_texts(limits, moving=moving),
                each["sensitive"],
            )
            for each in media
        ),
        used=length(counted(text, limits, alts=alts, warning=warning, moving=moving), limits),
        most=caption or limits.max_length,
        unit=limits.unit.value,
        note=NOTES.get(post.note),
        history=history,
    )


def _later_parts(post: PostView, limits: Limits) -> Iterator[Part]:
    later = [from_json(part) for part in post.body.get("thread", ())]
    for number, part in enumerate(later, 2):
        used = length(counted(part, limits), limits)
        yield Part(
            f"{number}/{len(later) + 1}",
            look(visible(part, limits), limits.platform),
            used,
            limits.max_length,
        )


def lateness(post: PostView) -> timedelta:
    """How long after its time a post was accepted; nothing where it was not."""
    return timedelta() if post.accepted_at is None else post.accepted_at - post.planned_at


def in_words(duration: timedelta) -> str:
    """A duration for a person, such as ``2 h 5 min``."""
    seconds = round(duration.total_seconds())
    parts = ((seconds // 3600, "h"), (seconds % 3600 // 60, "min"), (seconds % 60, "s"))
    told = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(told[:2]) or "0 s"


def language_name(tag: str) -> str:
    """A language's name in English."""
    try:
        return locale_for(tag).get_display_name("en") or tag
    except LookupError:
        return tag


def tally(found: Iterable[Card]) -> Sequence[tuple[str, int]]:
    """Cards per badge, in the order in which a page shows them."""
    counts = Counter(card.badge for card in found)
    order = (State.SENT.value, LATE, *(state.value for state in URGENCY))
    rest = sorted(set(counts) - set(order))
    return [(badge, counts[badge]) for badge in (*order, *rest) if counts[badge] or badge == State.SENT]


def _badge(post: PostView) -> str:
    return LATE if post.state is State.SENT and lateness(post) >= LATE_AFTER else post.state.value


def sentence(words: str) -> str:
    """A reason as whole sentences."""
    closed = words if not words or words.endswith((".", "?", "!")) else f"{words}."
    return _BEGINNING.sub(lambda found: found.group().upper(), closed)


def city_names(campaign: Campaign) -> dict[str, str]:
    """Every city's name by its id, in English where there is one."""
    return {city.id: _in_english(city.name, city.id) for city in campaign.cities}


def discreet(problem: Problem, campaign: Campaign) -> Problem:
    """A remark of the review that names no guarded city, as a transcript is shown around."""
    named = {
        name
        for city in campaign.cities
        if city.risk is Risk.GUARDED
        for name in (city.id, *city.name.values())
    }
    if not named:
        return problem
    found = re.compile(r"\b(?:" + "|".join(re.escape(name) for name in sorted(named)) + r")\b")
    where, what, remedy = (
        found.sub(UNNAMED, text) for text in (problem.where, problem.what, problem.remedy)
    )
    return replace(problem, where=where, what=what, remedy=remedy)


def _in_english(texts: Mapping[str, str], otherwise: str) -> str:
    return texts.get("en") or next(iter(texts.values()), otherwise)


def _titled(name: str) -> str:
    return "Feed" if name == "the feed" else name
