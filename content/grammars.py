"""What each platform makes of a ``#`` in a text: its tag grammar, emulated.

Sources, all measured: X is twitter-text 3.1.0; Bluesky is ``@atproto/api`` 0.19.19; Mastodon is
``Tag::Naming``; Telegram is ``match_hashtags`` of TDLib. No grammar of Facebook, Instagram, Threads or
TikTok is published; there only a tag counts on which the four others agree.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from typing import Final

import regex

from content.counting import utf16_units
from content.weblinks import Place, http_links, x_links

BLUESKY_MAX_UTF16: Final = 64
TELEGRAM_MAX: Final = 256

_X_OTHER: Final = (
    r"_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\u00b7"
)
_X_ALPHA: Final = r"\p{L}\p{M}"
_X_ALL: Final = rf"{_X_ALPHA}\p{{Nd}}{_X_OTHER}"
_X_TAG: Final = regex.compile(
    rf"(?<=^|[\ufe0e\ufe0f]|[^&{_X_ALL}])[#＃](?![\ufe0f\u20e3])([{_X_ALL}]++)(?![#＃]|://)"
)
_X_LETTER: Final = regex.compile(rf"[{_X_ALPHA}]")

_SPACE: Final = r"\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_BREAKS: Final = rf"{_SPACE}\u00ad\u2060\u200b-\u200d\u20e2"
_BLUESKY_TAG: Final = regex.compile(rf"(?<=^|[{_SPACE}])[#＃](?!\ufe0f)([^{_BREAKS}]++)")
_BLUESKY_LETTER: Final = regex.compile(rf"[^0-9\p{{P}}{_BREAKS}]")
_PUNCTUATION: Final = regex.compile(r"\p{P}")

_MASTODON_WORD: Final = r"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}"
_MASTODON_SEPARATORS: Final = "_\u00b7\u30fb\u200c"
_MASTODON_TAG: Final = regex.compile(
    rf"(?<=^|\p{{White_Space}})[#＃]([{_MASTODON_WORD}][{_MASTODON_WORD}{_MASTODON_SEPARATORS}]*+)"
)
_MASTODON_FIRST: Final = regex.compile(rf"[{_MASTODON_WORD}]++")
_MASTODON_ALPHA: Final = regex.compile(r"\p{Alphabetic}")
_MASTODON_JOINT: Final = regex.compile(rf"[\p{{Alphabetic}}{_MASTODON_SEPARATORS}]")

_TELEGRAM_ALL: Final = r"\p{L}\p{Nd}_\u200c\u00b7\u0d80-\u0dff"
_TELEGRAM_TAG: Final = regex.compile(
    rf"(?<![{_TELEGRAM_ALL}])#([{_TELEGRAM_ALL}]++)(?!#)(@[A-Za-z0-9_]{{3,32}}+)?"
)
_TELEGRAM_LETTER: Final = regex.compile(r"\p{L}")
_TELEGRAM_DELETED: Final = regex.compile(r"[\u202a-\u202e]")
_TELEGRAM_MARK_RUN: Final = regex.compile(r"[\u200e\u200f](?=[\u200e\u200f])")


def x_tags(text: str) -> tuple[str, ...]:
    """The tags that X links, without ``#``."""
    found = _outside(x_links(text), _X_TAG.finditer(text))
    return tuple(match[1] for match in found if _X_LETTER.search(match[1]))


def bluesky_tags(text: str) -> tuple[str, ...]:
    """The tags that Bluesky's own clients detect; explicit facets are free of this grammar."""
    names = (
        _without_end_punctuation(run) for run in _BLUESKY_TAG.findall(text) if _BLUESKY_LETTER.search(run)
    )
    return tuple(name for name in names if name and utf16_units(name) <= BLUESKY_MAX_UTF16)


def mastodon_tags(text: str) -> tuple[str, ...]:
    """The tags that a current Mastodon server links."""
    names = (_mastodon_name(run) for run in _MASTODON_TAG.findall(text))
    return tuple(name for name in names if name)


def telegram_tags(text: str) -> tuple[str, ...]:
    """The tags that Telegram links. ``#tag@name`` is a tag of one channel only and stays whole."""
    clean = _TELEGRAM_MARK_RUN.sub("\u200c", _TELEGRAM_DELETED.sub("", text))
    matches = _outside(http_links(clean), _TELEGRAM_TAG.finditer(clean))
    found = ((match[1][:TELEGRAM_MAX], match[2] or "") for match in matches)
    return tuple(name + scope for name, scope in found if _TELEGRAM_LETTER.search(name))


def agreed_tags(text: str) -> tuple[str, ...]:
    """The tags that X, Bluesky, Mastodon and Telegram all see, in the order of the text."""
    seen = [grammar(text) for grammar in GRAMMARS.values()]
    common = reduce(frozenset.intersection, (frozenset(tags) for tags in seen))
    return tuple(tag for tag in seen[0] if tag in common)


GRAMMARS: Final[Mapping[str, Callable[[str], tuple[str, ...]]]] = {
    "x": x_tags,
    "bluesky": bluesky_tags,
    "mastodon": mastodon_tags,
    "telegram": telegram_tags,
}


def extract_tags(platform: str, text: str) -> tuple[str, ...]:
    """The tags that readers of a platform can tap, without ``#``, in the order of the text.

    Where a platform publishes no grammar, only tags on which all known grammars agree are returned.
    """
    return GRAMMARS.get(platform, agreed_tags)(text)


def tag_count(platform: str, text: str) -> int:
    """How many tags a platform may count at most, for its limit on hashtags."""
    grammars = [GRAMMARS[platform]] if platform in GRAMMARS else list(GRAMMARS.values())
    return max(len(grammar(text)) for grammar in grammars)


def _outside(links: tuple[Place, ...], found: Iterator[regex.Match[str]]) -> Iterator[regex.Match[str]]:
    ends = dict(links)
    starts = sorted(ends)
    for match in found:
        index = bisect_right(starts, match.start()) - 1
        if index < 0 or ends[starts[index]] <= match.start():
            yield match


def _without_end_punctuation(run: str) -> str:
    end = len(run)
    while end and _PUNCTUATION.match(run, end - 1):
        end -= 1
    return run[:end]


def _mastodon_name(run: str) -> str | None:
    name = run.rstrip(_MASTODON_SEPARATORS.replace("_", ""))
    if _MASTODON_JOINT.search(name, 1, max(len(name) - 1, 1)):
        return name
    first = _MASTODON_FIRST.match(run)
    return first.group() if first and _MASTODON_ALPHA.search(first.group()) else None
