"""How long a text is, in the unit of each platform."""

import unicodedata
from typing import Final

import regex

from content.weblinks import http_links, without_links, x_links

X_LINK_WEIGHT: Final = 23
"""twitter-text ``config/v3.json``, ``transformedURLLength``."""

MASTODON_LINK_LENGTH: Final = 23
"""``configuration.statuses.characters_reserved_per_url`` of an unchanged server."""

_GRAPHEME: Final = regex.compile(r"\X")
# Weight 1 in twitter-text config/v3.json; every other character weighs 2.
_LIGHT: Final = regex.compile(r"[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_EMOJI: Final = regex.compile(
    r"\p{Regional_Indicator}{2}"
    r"|[0-9#*]\ufe0f?\u20e3"
    r"|\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
    r"|(?:\p{Emoji_Presentation}|(?![0-9#*])\p{Emoji}(?=\ufe0f|\p{Emoji_Modifier}|\u200d))(?:\ufe0f|\p{Emoji_Modifier})?+"
    r"(?:\u200d(?![0-9#*])\p{Emoji}(?:\ufe0f|\p{Emoji_Modifier})?+)*+"
)
_FAR_MENTION: Final = regex.compile(
    r"(?<![=/\w])(@[a-z0-9_]++(?:[.\-]+[a-z0-9_]++)*+)@\w++(?:[.\-]++\w++)*+", regex.IGNORECASE
)


def graphemes(text: str) -> int:
    """Length in extended grapheme clusters, what a reader would call characters."""
    return sum(1 for _ in _GRAPHEME.finditer(text))


def utf8_bytes(text: str) -> int:
    """Length in bytes of UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def utf16_units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def code_points(text: str) -> int:
    """Length in Unicode code points."""
    return len(text)


def x_weight(text: str) -> int:
    """Length on X: NFC, addresses 23, emoji 2, most letters 1 (twitter-text ``config/v3.json``)."""
    normal = unicodedata.normalize("NFC", text)
    links = x_links(normal)
    rest = without_links(normal, links, "\n")
    plain, emoji = _EMOJI.subn("", rest)
    light = sum(1 for _ in _LIGHT.finditer(plain))
    return 2 * len(plain) - light + 2 * emoji + (X_LINK_WEIGHT - 1) * len(links)


def mastodon_length(text: str) -> int:
    """Length on Mastodon: graphemes, an address as 23, ``@user@host`` as ``@user``.

    Source: ``status_length_validator.rb``. A content warning counts too; pass it with the text.
    """
    shortened = without_links(text, http_links(text), "x" * MASTODON_LINK_LENGTH)
    return graphemes(_FAR_MENTION.sub(r"\1", shortened))
