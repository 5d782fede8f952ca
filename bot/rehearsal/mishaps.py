"""What goes wrong in a rehearsal: chosen from the plan by a seed, one of each kind, far from each other."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from bot.rehearsal.cast import BY_HAND, nature
from bot.rehearsal.picker import Picker
from channels.rehearsal.faults import FaultKind
from schedules.commands.posts import PostView
from schedules.ledger.ledger import URGE_AFTER
from schedules.lifecycle import ESCALATE, REMIND

JUST_BEFORE: Final = timedelta(seconds=1)
AROUND: Final = timedelta(hours=1)
OUTAGE: Final = timedelta(hours=2)
DOWN_BEFORE: Final = timedelta(minutes=5)
DOWN_AFTER: Final = timedelta(minutes=20)
"""So long around the beginning of an action day a platform is down."""
RECONNECTED_AFTER: Final = timedelta(hours=6)
PAUSE: Final = timedelta(hours=1)
ASKED_TO_WAIT: Final = timedelta(minutes=15)
ENOUGH: Final = 5
POSTS_PER_MISHAP: Final = 3
UNAPPROVED: Final = "unapproved"
EXPIRING: Final = frozenset({"x", "bluesky", "facebook", "instagram", "threads"})
"""Platforms whose tokens end by themselves; elsewhere only a person can revoke one."""
OUR_OWN: Final = frozenset({"feed"})
"""Files that we write ourselves: no platform stands in between that could fail."""
REMINDED: Final = "reminded"
PASSED_ON: Final = "passed-on"
CANNOT: Final = "cannot"
SILENT: Final = "silent"
SLACK: Final = timedelta(minutes=15)
"""A post that still has this long when an obstacle is gone goes out late; retries are at most ten minutes apart."""


@dataclass(frozen=True, slots=True)
class Mishap:
    """One thing that goes wrong.

    Attributes:
        what: One sentence for the transcript.
        kind: What the stand-in does; ``None`` where a person does something, or nothing.
        scope: The platform, the account or the city that it hits.
        begins_at: When it begins, in UTC.
        ends_at: When it is over; ``None`` where it hits once.
        posts: Ids of the posts in its way.
    """

    name: str
    what: str
    scope: str
    begins_at: datetime
    posts: tuple[int, ...]
    kind: FaultKind | None = None
    ends_at: datetime | None = None
    seconds: float = 0.0


def choose(
    posts: Sequence[PostView],
    platforms: Mapping[str, str],
    *,
    cities: Mapping[str, str],
    seed: int,
    starts: Sequence[datetime] = (),
) -> tuple[Mishap, ...]:
    """What goes wrong with these posts, in order of time.

    A kind for which the plan has no place is left out, and a small plan does not meet every kind.

    Args:
        platforms: The platform of each account.
        cities: The name of each city.
        starts: When action days begin, in UTC; a platform is down around the first.
    """
    picker = Picker(posts, platforms, random.Random(seed))  # noqa: S311 - a rehearsal must be repeatable
    found = islice(_chosen(picker, cities, starts), max(1, len(posts) // POSTS_PER_MISHAP))
    return tuple(sorted(found, key=lambda mishap: mishap.begins_at))


@dataclass(frozen=True, slots=True)
class _Single:
    """A mishap of one post. ``{account}`` stands in the sentence for the account; ``room`` is how late it must still be of use."""

    name: str
    what: str
    kind: FaultKind | None
    blind: bool | None = None
    keyed: bool | None = None
    seconds: float = 0.0
    by_hand: bool | None = False
    room: timedelta = timedelta()


_SINGLES: Final = (
    _Single(
        "answer-lost-unseen",
        "{Platform} accepts a post on {account}, and the connection dies before the answer arrives. "
        "{Platform} shows no old posts, so nobody but a person can tell.",
        FaultKind.DROP_AFTER,
        blind=True,
    ),
    _Single(
        "answer-lost-found",
        "{Platform} accepts a post on {account}, and the connection dies before the answer arrives. "
        "Munasara looks whether it is there.",
        FaultKind.DROP_AFTER,
        blind=False,
        keyed=False,
    ),
    _Single(
        "answer-lost-keyed",
        "{Platform} accepts a post on {account}, and the connection dies before the answer arrives. "
        "{Platform} takes a post's key only once, so Munasara may simply repeat it.",
        FaultKind.DROP_AFTER,
        keyed=True,
    ),
    _Single(
        "request-lost",
        "The connection to {platform} dies before a post on {account} is accepted. "
        "Munasara looks, does not find it, and sends it.",
        FaultKind.DROP_BEFORE,
        blind=False,
        keyed=False,
    ),
    _Single("refused", "{Platform} refuses a post on {account} for good.", FaultKind.REFUSE),
    _Single(
        "rate-limited",
        "{Platform} asks {account} to wait for 15 minutes.",
        FaultKind.RATE_LIMIT,
        seconds=ASKED_TO_WAIT.total_seconds(),
        room=ASKED_TO_WAIT + SLACK,
    ),
    _Single(UNAPPROVED, "Nobody approves a post on {account}.", None, by_hand=None),
    _Single(
        REMINDED,
        "The person who publishes on {account} by hand does not answer until she is reminded.",
        None,
        by_hand=True,
        room=URGE_AFTER[REMIND] + SLACK,
    ),
    _Single(
        PASSED_ON,
        "The person who publishes on {account} by hand does not answer, so the next person is asked.",
        None,
        by_hand=True,
        room=URGE_AFTER[ESCALATE] + SLACK,
    ),
    _Single(
        CANNOT,
        "The person who publishes on {account} by hand says that she cannot.",
        None,
        by_hand=True,
    ),
    _Single(SILENT, "Nobody says whether a post on {account} was published by hand.", None, by_hand=True),
)


def _chosen(picker: Picker, cities: Mapping[str, str], starts: Sequence[datetime]) -> Iterator[Mishap]:
    yield from _down_at_the_start(picker, starts)
    yield from _token_expires(picker)
    yield from _platform_is_down(picker)
    yield from _city_is_paused(picker, cities)
    for single in _SINGLES:
        yield from _single(picker, single)


def _down_at_the_start(picker: Picker, starts: Sequence[datetime]) -> Iterator[Mishap]:
    """The platform with the most posts around the first T-0 cannot be reached."""
    if not starts:
        return
    begins, ends = min(starts) - DOWN_BEFORE, min(starts) + DOWN_AFTER
    hit = [p for p in picker.posts if begins <= p.planned_at <= ends and _has_a_platform(picker, p)]
    counts = Counter(picker.platforms[p.account] for p in hit)
    if not counts:
        return
    platform = min(counts, key=lambda each: (-counts[each], each))
    struck = [p for p in hit if picker.platforms[p.account] == platform]
    picker.take(struck, begins - AROUND, ends + AROUND)
    what = f"{_sentence(platform_name(platform))} is down from five minutes before an action day begins until twenty minutes after."
    ids = tuple(p.id for p in struck)
    yield Mishap("down-at-the-start", what, platform, begins, ids, FaultKind.UNAVAILABLE, ends_at=ends)


def _token_expires(picker: Picker) -> Iterator[Mishap]:
    alone = [
        p
        for p in picker.sample
        if _has_a_platform(picker, p) and len(picker.after(p, [p.account], RECONNECTED_AFTER)) == 1
    ]
    alone = [p for p in alone if picker.platforms[p.account] in EXPIRING] or alone
    hasty = [p for p in alone if p.expires_at < p.planned_at + RECONNECTED_AFTER]
    followed = [p for p in hasty if picker.is_followed(p, RECONNECTED_AFTER)]
    chosen = picker.best(followed or hasty or alone)
    if chosen is None or len(picker.posts) == 1:
        return
    begins, ends = chosen.planned_at - JUST_BEFORE, chosen.planned_at + RECONNECTED_AFTER
    picker.take([chosen], begins - AROUND, ends + AROUND)
    what = f"The token of {chosen.account} expires; a person reconnects the account six hours later."
    kind = FaultKind.EXPIRE_TOKEN
    yield Mishap("token-expired", what, chosen.account, begins, (chosen.id,), kind, ends_at=ends)


def _platform_is_down(picker: Picker) -> Iterator[Mishap]:
    scored = [(score, p) for p in picker.sample if (score := _outage_score(picker, p)) is not None]
    best = max((score for score, _ in scored), default=None)
    chosen = picker.best([p for score, p in scored if score == best])
    if chosen is None:
        return
    platform = picker.platforms[chosen.account]
    hit = picker.after(chosen, picker.accounts_of(platform), OUTAGE)
    begins, ends = chosen.planned_at - JUST_BEFORE, chosen.planned_at + OUTAGE
    picker.take(hit, begins - AROUND, ends + AROUND)
    what = f"{_sentence(platform_name(platform))} is down for two hours."
    ids = tuple(p.id for p in hit)
    yield Mishap("down", what, platform, begins, ids, FaultKind.UNAVAILABLE, ends_at=ends)


def _outage_score(picker: Picker, post: PostView) -> tuple[bool, bool, int] | None:
    """Best where several posts can wait, and exactly one, or at least not many, cannot."""
    hit = picker.after(post, picker.accounts_of(picker.platforms[post.account]), OUTAGE)
    over = post.planned_at + OUTAGE
    wait = sum(p.expires_at > over + SLACK for p in hit)
    lost = sum(p.expires_at <= over for p in hit)
    fits = wait and wait + lost == len(hit) and all(picker.is_free(p) for p in hit)
    if not fits or not _has_a_platform(picker, post):
        return None
    return lost <= 1, lost == 1, min(wait, ENOUGH)


def _city_is_paused(picker: Picker, cities: Mapping[str, str]) -> Iterator[Mishap]:
    half = PAUSE / 2
    chosen = picker.best(
        [p for p in picker.sample if p.city and p.expires_at > p.planned_at + half + SLACK]
    )
    if chosen is None or chosen.city is None:
        return
    begins, ends = chosen.planned_at - half, chosen.planned_at + half
    accounts = {p.account for p in picker.posts if p.city == chosen.city}
    hit = [p for p in picker.between(accounts, begins, ends) if p.city == chosen.city]
    picker.take(hit, begins - AROUND, ends + AROUND)
    what = (
        f"One person pauses {cities.get(chosen.city, chosen.city)} for an hour; two people start it again."
    )
    yield Mishap("paused", what, chosen.city, begins, tuple(p.id for p in hit), ends_at=ends)


def _single(picker: Picker, wanted: "_Single") -> Iterator[Mishap]:
    chosen = picker.best([p for p in picker.sample if _suits(picker, p, wanted)])
    if chosen is None:
        return
    at = chosen.planned_at
    picker.take([chosen], at - AROUND, at + AROUND)
    platform = platform_name(picker.platforms[chosen.account])
    what = wanted.what.format(account=chosen.account, platform=platform, Platform=_sentence(platform))
    begins = at - JUST_BEFORE
    yield Mishap(
        wanted.name, what, chosen.account, begins, (chosen.id,), wanted.kind, seconds=wanted.seconds
    )


def _suits(picker: Picker, post: PostView, wanted: "_Single") -> bool:
    platform = picker.platforms[post.account]
    kind = nature(platform)
    alone = len(picker.between([post.account], post.planned_at, post.planned_at)) == 1
    return (
        alone
        and (wanted.kind is None or _has_a_platform(picker, post))
        and wanted.by_hand in (None, platform in BY_HAND)
        and post.expires_at > post.planned_at + wanted.room
        and wanted.blind in (None, not kind.look_back)
        and wanted.keyed in (None, kind.idempotent)
    )


def _has_a_platform(picker: Picker, post: PostView) -> bool:
    return picker.platforms[post.account] not in OUR_OWN | BY_HAND


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


_NAMES: Final[Mapping[str, str]] = {
    "x": "X",
    "tiktok": "TikTok",
    "whatsapp": "WhatsApp",
    "youtube": "YouTube",
    "feed": "the feed",
}


def platform_name(platform: str) -> str:
    """How people call a platform."""
    return _NAMES.get(platform, platform.capitalize())
