"""Whether two hashtags are one tag in two spellings, a look-alike, a near miss, or something else."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Final

import regex

from content.scripts import plain_digits, skeletons


class Kind(StrEnum):
    """How close two tags are, the closest first."""

    SAME = "same"
    SAME_TAG_OTHER_SPELLING = "same tag, other spelling"
    SPOOF = "look-alike letters"
    NEAR = "near"
    DISTINCT = "distinct"


@dataclass(frozen=True, slots=True)
class Likeness:
    """How close two tags are and why, in words that end a sentence."""

    kind: Kind
    reason: str


LONGEST_COMPARED: Final = 200
"""Longer strings are no hashtags on any platform; of them only equal spellings are recognised."""

_IGNORABLE: Final = regex.compile(r"\p{Default_Ignorable_Code_Point}")
_MARK: Final = regex.compile(r"\p{Mn}")
_DIGIT: Final = regex.compile(r"\p{Nd}")
_WORD_ENDS: Final = regex.compile(
    r"[_\u00b7\-]++|(?<=[\p{Ll}\p{Nd}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})"
)
_FOLDED: Final = str.maketrans("ٱىیےېکڪةۀہەھıłøđ", "اييييككهههههilod", "ءـ") | {0xE6: "ae", 0x153: "oe"}
_ARABIC_ARTICLE: Final = regex.compile(r"^(?:ال|لل)(?=\p{L}{2})")
_JOINED_ARTICLE: Final = regex.compile(r"^[وفبك]ال(?=\p{L}{2})")
_LATIN_ARTICLE: Final = regex.compile(r"^(?:al|el|ul)(?=[a-z]{4})")
_ARTICLES: Final = frozenset({"al", "el", "ul", "the"})
_SOUNDS: Final = (
    ("sch", "s"), ("sh", "s"), ("gh", "g"), ("kh", "k"), ("dh", "d"), ("th", "t"), ("ph", "f"),
    ("q", "k"), ("c", "k"), ("z", "s"), ("j", "g"),
)  # fmt: skip
_DOUBLED: Final = regex.compile(r"(.)\1+")
_SILENT: Final = regex.compile(r"[aeiouy]|(?<!^)h")
_LATIN: Final = regex.compile(r"^[a-z0-9]+$")
_SHORTEST_KEY: Final = 4
_ONE_SLIP: Final = 5
_TWO_SLIPS: Final = 10


class Keys:
    """The keys of one tag by which it is compared."""

    def __init__(self, tag: str) -> None:
        self.tag = tag.lstrip("#＃")

    @cached_property
    def caseless(self) -> str:
        """The tag without invisible characters, caselessly: what platforms themselves treat as equal."""
        return _IGNORABLE.sub("", unicodedata.normalize("NFC", self.tag)).casefold()

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the tag, each folded to one spelling."""
        plain = unicodedata.normalize("NFKC", _IGNORABLE.sub("", self.tag)).replace("İ", "I")
        folded = (fold(word) for word in _WORD_ENDS.split(plain))
        return tuple(word for word in folded if word)

    @cached_property
    def folded(self) -> str:
        """The words joined."""
        return "".join(self.words)

    @cached_property
    def without_articles(self) -> tuple[str, ...]:
        """The words without an article, Arabic or transcribed."""
        words = (word for word in self.words if word not in _ARTICLES)
        return tuple(_LATIN_ARTICLE.sub("", _ARABIC_ARTICLE.sub("", word)) for word in words)

    @cached_property
    def bare(self) -> str:
        """The words without articles, joined."""
        return "".join(self.without_articles)

    @cached_property
    def bares(self) -> frozenset[str]:
        """``bare``, and once more without the articles that are joined to a short word, as in بالغوطة."""
        joined = "".join(_JOINED_ARTICLE.sub("", word) for word in self.without_articles)
        return frozenset({self.bare, joined}) - {""}

    @cached_property
    def digits(self) -> str:
        """The digits of the tag in order, as 0 to 9."""
        return "".join(_DIGIT.findall(self.folded))

    @cached_property
    def looks(self) -> frozenset[str]:
        """What the tag looks like."""
        return skeletons(_IGNORABLE.sub("", self.tag).replace("_", "")) - {""}

    @cached_property
    def sounds(self) -> frozenset[str]:
        """The consonants of the tag as it may be heard, with and without articles; empty if not Latin."""
        return frozenset({_consonants(self.folded), _consonants(self.bare)}) - {""}


@lru_cache(maxsize=4_096)
def keys_of(tag: str) -> Keys:
    """The keys of a tag, computed once."""
    return Keys(tag)


def words_of(tag: str) -> tuple[str, ...]:
    """The words of a tag as written, split at underscores, hyphens and capitals."""
    return tuple(word for word in _WORD_ENDS.split(tag) if word)


def fold(word: str) -> str:
    """One spelling for every way to type a word: no case, marks, hamza or tatweel; digits 0 to 9."""
    plain = unicodedata.normalize("NFD", word.casefold())
    return plain_digits(_MARK.sub("", plain).translate(_FOLDED))


def compare(a: str, b: str) -> Likeness:
    """How close two tags are, written with or without ``#``; the order of the two does not matter."""
    one, other = keys_of(a), keys_of(b)
    if one.caseless == other.caseless:
        return Likeness(Kind.SAME, "they differ at most in capitals and invisible characters")
    if one.folded == other.folded and one.folded:
        return Likeness(Kind.SAME_TAG_OTHER_SPELLING, "readers take them for one tag, platforms for two")
    if max(len(one.tag), len(other.tag)) > LONGEST_COMPARED:
        return Likeness(Kind.DISTINCT, "one is too long to be a tag")
    if one.looks & other.looks:
        return Likeness(Kind.SPOOF, "they look alike and are written with other letters")
    return _nearness(one, other)


def distance_within(a: str, b: str, most: int) -> bool:
    """Whether at most ``most`` letters are added, left out, changed or swapped with their neighbour."""
    if abs(len(a) - len(b)) > most:
        return False
    before_last, last = [], list(range(len(b) + 1))
    for index, letter in enumerate(a, 1):
        before_last, last = last, _next_row(a, b, index, letter, before_last, last)
        if min(last) > most and min(before_last) > most:
            return False
    return last[-1] <= most


def _nearness(one: Keys, other: Keys) -> Likeness:
    if one.digits != other.digits:
        return Likeness(Kind.DISTINCT, "their numbers differ")
    if one.bares & other.bares:
        return Likeness(Kind.NEAR, "they differ only in an article")
    if one.sounds & other.sounds:
        return Likeness(Kind.NEAR, "they may be heard as one")
    if _is_slip(one.folded, other.folded) or _is_slip(one.bare, other.bare):
        return Likeness(Kind.NEAR, "one is a slip of the fingers away from the other")
    if _one_word_more(one.without_articles, other.without_articles):
        return Likeness(Kind.NEAR, "one is the other with one word more")
    return Likeness(Kind.DISTINCT, "they are different words")


def _is_slip(a: str, b: str) -> bool:
    shorter = min(len(a), len(b))
    if shorter < _ONE_SLIP:
        return False
    return distance_within(a, b, 2 if shorter >= _TWO_SLIPS else 1)


def _one_word_more(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    short, long = sorted((a, b), key=len)
    if len(short) < 2 or len(long) != len(short) + 1:  # noqa: PLR2004
        return False
    return any(long[:place] + long[place + 1 :] == short for place in range(len(long)))


def _consonants(word: str) -> str:
    if not _LATIN.match(word):
        return ""
    for spelling, sound in _SOUNDS:
        word = word.replace(spelling, sound)
    key = _SILENT.sub("", _DOUBLED.sub(r"\1", word))
    return key if len(key) >= _SHORTEST_KEY else ""


def _next_row(
    a: str, b: str, index: int, letter: str, before_last: list[int], last: list[int]
) -> list[int]:
    row = [index]
    for place, other in enumerate(b, 1):
        cost = min(row[-1] + 1, last[place] + 1, last[place - 1] + (letter != other))
        if index > 1 and place > 1 and letter == b[place - 2] and a[index - 2] == other:
            cost = min(cost, before_last[place - 2] + 1)
        row.append(cost)
    return row
