"""Which posts say nearly the same. Platforms punish it, and readers learn to skip it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from math import ceil
from typing import Final
from unicodedata import normalize

import regex

from content.errors import Problem, Severity

SHARED_OF_BOTH: Final = 0.7
"""Two texts are near-equal when they share this part of their words (Dice's coefficient) …"""
SHARED_OF_SHORTER: Final = 0.9
"""… or when this part of the shorter one stands in the other, and it is at least half as long."""

Word = tuple[str, int]

_NOT_COMPARED: Final = regex.compile(r"https?://\S+|[#@][\w\u200c\u200d]+|\p{Mn}|\u0640|\p{Cf}")
_WORD: Final = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]|\p{Nd}+|[\p{L}_]+"
)
_LEAST_OF_ONE: Final = SHARED_OF_SHORTER / 2 - 1e-9
_X_RULE: Final = (
    "X forbids one operator to publish the same or nearly the same text from several accounts; "
    "the other platforms treat it as spam"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A post that is planned or was sent, as far as it is compared with others.

    Attributes:
        where: The file or post that a person would change.
        text: As ``richtext.plain`` gives it.
        on: The local date of the post.
        general: Whether its message is meant to be uniform; near-equal texts are refused all the same.
    """

    where: str
    platform: str
    account: str
    on: date
    text: str = field(repr=False)
    general: bool = False


@dataclass(slots=True)
class _Family:
    """The posts of one platform whose words are the same, with the families that are near to it."""

    words: frozenset[Word]
    posts: list[Candidate] = field(default_factory=list)
    near: list["_Family"] = field(default_factory=list)


def too_similar(a: str, b: str) -> bool:
    """Whether two texts are the same to a reader, but for tags, mentions, addresses and numbers."""
    one, other = _words(a), _words(b)
    return one == other or _near(len(one), len(other), len(one & other))


def check_similarity(posts: Iterable[Candidate], *, similar_days: int = 30) -> tuple[Problem, ...]:
    """Refuse near-equal texts on two accounts of one platform, and point out repeats on one account.

    Each post is reported at most once for each, beside the earliest other post. Ten thousand posts take seconds.

    Args:
        similar_days: How many days two posts must be apart to be left alone.
    """
    by_platform: dict[str, list[Candidate]] = defaultdict(list)
    for post in sorted(posts, key=lambda post: (post.on, post.where, post.account)):
        by_platform[post.platform].append(post)
    return tuple(
        problem for group in by_platform.values() for problem in _check_platform(group, similar_days)
    )


def _check_platform(posts: list[Candidate], days: int) -> Iterator[Problem]:
    families = _families(posts)
    said: dict[tuple[str, str], date] = {}
    for post in posts:
        family = families[post.text]
        earlier = (other for near in (family, *family.near) for other in _within(near.posts, post, days))
        elsewhere = next((other for other in earlier if other.account != post.account), None)
        if elsewhere is not None:
            yield _cloned(post, elsewhere)
        before = said.get((post.account, post.text))
        if before is not None and (post.on - before).days <= days:
            yield _repeated(post)
        family.posts.append(post)
        said[post.account, post.text] = post.on


def _within(others: list[Candidate], post: Candidate, days: int) -> Iterator[Candidate]:
    """The latest earlier post of each account, while it is recent enough."""
    seen: set[str] = set()
    for other in reversed(others):
        if (post.on - other.on).days > days or len(seen) > 1:
            return
        if other.account not in seen:
            seen.add(other.account)
            yield other


def _cloned(post: Candidate, other: Candidate) -> Problem:
    return Problem(
        "text-too-similar",
        post.where,
        f"the text for {post.account} on {post.platform} is nearly that of {other.account} "
        f"on {other.on} ({other.where}); {_X_RULE}",
        "Write a text of its own for this account, or leave one of the two out.",
    )


def _repeated(post: Candidate) -> Problem:
    return Problem(
        "text-repeated",
        post.where,
        f"{post.account} says the very same on {post.platform} twice within the campaign's similar_days",
        "Change the wording: X answers a repeated text with an error, and readers skip it.",
        severity=Severity.WARNING,
    )


def _families(posts: list[Candidate]) -> dict[str, _Family]:
    """The family of each text. Texts with the same words share one; only where rare words meet are two compared."""
    families: dict[frozenset[Word], _Family] = {}
    of_text: dict[str, _Family] = {}
    for text in dict.fromkeys(post.text for post in posts):
        words = _words(text)
        of_text[text] = families.setdefault(words, _Family(words))
    numbers = _by_rarity(families)
    members = list(families.values())
    masks: list[int] = []
    index: dict[int, list[int]] = defaultdict(list)
    for place, family in enumerate(members):
        own = sorted(numbers[word] for word in family.words)
        rarest = own[: len(own) - ceil(_LEAST_OF_ONE * len(own)) + 1]
        mask = sum(1 << number for number in own)
        for other in set().union(*(index[number] for number in rarest)):
            if _near(len(own), len(members[other].words), (mask & masks[other]).bit_count()):
                family.near.append(members[other])
                members[other].near.append(family)
        for number in rarest:
            index[number].append(place)
        masks.append(mask)
    return of_text


def _by_rarity(families: Iterable[frozenset[Word]]) -> dict[Word, int]:
    frequency = Counter(word for words in families for word in words)
    rarest_first = sorted(frequency, key=lambda word: (frequency[word], word))
    return {word: number for number, word in enumerate(rarest_first)}


@lru_cache(maxsize=256)
def _words(text: str) -> frozenset[Word]:
    plain = _NOT_COMPARED.sub("", normalize("NFKD", text).casefold())
    counts: Counter[str] = Counter()
    words = []
    for word in _WORD.findall(plain):
        known = "0" if word.isdecimal() else word
        words.append((known, counts[known]))
        counts[known] += 1
    return frozenset(words)


def _near(one: int, other: int, shared: int) -> bool:
    shorter, longer = min(one, other), max(one, other)
    return shared >= SHARED_OF_BOTH * (shorter + longer) / 2 or (
        shared >= SHARED_OF_SHORTER * shorter and 2 * shorter >= longer
    )
