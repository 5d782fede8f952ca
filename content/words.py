"""What Munasara itself says, in one of its languages."""

import sys
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from gettext import GNUTranslations
from pathlib import Path
from typing import Final, LiteralString

import regex
from babel.dates import format_timedelta

from content.catalogs import compiled, read, read_by
from content.filters import Habits, habits_for, number_
from content.languages import OURS, chain, direction, in_digits, ours
from content.later import BETWEEN, Phrase, Value
from content.tagform import BIDI_CONTROLS
from content.upkeep import bring_up_to_date

_CONTROLS: Final = regex.compile(rf"[{BIDI_CONTROLS}\p{{Cc}}]+")
_BARE: Final = regex.compile(r"[#＃@]|://|www\.")


@dataclass(frozen=True, slots=True)
class Words:
    """Our own words in one language.

    Texts are written out in English where they are said, so that ``python -m content.words`` finds them; what
    changes stands in braces. Numbers are written as the language writes them; other values are texts.

    Attributes:
        language: The language of the words, one of ``content.languages.OURS``.
        habits: How numbers, dates and times are written; the filters of ``content.filters`` take it.
        is_read: Whether a native speaker has read these words.
    """

    language: str
    habits: Habits
    is_read: bool
    _catalog: GNUTranslations = field(repr=False)

    def say(self, message: LiteralString, /, **values: str | int) -> str:
        """A text, with its values in their places."""
        return self._filled(self._catalog.gettext(message), values)

    def of(self, phrase: Phrase) -> str:
        """A text that was kept for later; names in it keep their places among letters of the other direction."""
        values = {name: self._told(value) for name, value in phrase.values}
        return self._filled(self._catalog.gettext(phrase.english), values)

    def count(self, singular: LiteralString, plural: LiteralString, n: int, /, **values: str | int) -> str:
        """A text in the form that the language has for ``n``, which stands at ``{n}``."""
        return self._filled(self._catalog.ngettext(singular, plural, n), {"n": n, **values})

    def duration(self, length: timedelta) -> str:
        """A length of time, rounded to its largest unit: ``3 minutes``."""
        text = format_timedelta(length, threshold=1, locale=self.habits.locale)
        return in_digits(text, self.habits.digits)

    def _told(self, value: Value) -> str | int:
        if isinstance(value, Phrase):
            return self.of(value)
        if isinstance(value, tuple):
            return BETWEEN.join(map(self.of, value))
        return isolated(value) if isinstance(value, str) and direction(self.language) == "rtl" else value

    def _filled(self, text: str, values: dict[str, str | int]) -> str:
        written = {
            name: value if isinstance(value, str) else number_(self.habits, value)
            for name, value in values.items()
        }
        return text.format_map(written)


@lru_cache(maxsize=64)
def words(language: str, digits: str = "latn") -> Words:
    """Our words for a reader of ``language``: the nearest of our languages, else English.

    Regional habits are kept where the language is ours: ``ar-SY`` reads the Arabic words with Syria's months.

    Args:
        language: A language tag such as ``ar-SY``; in any case, known or unknown.
        digits: The campaign's setting for the language: ``latn``, ``arab`` or ``arabext``.
    """
    own = ours(language)
    is_own = own in chain(language.lower())
    habits = habits_for(language if is_own else own, digits if is_own else "latn")
    return Words(own, habits, read_by(own) is not None, compiled(read(own)))


def unread() -> tuple[str, ...]:
    """Our languages whose words no native speaker has read yet."""
    return tuple(language for language in OURS if read_by(language) is None)


def isolated(text: str) -> str:
    """A name or phone number that stands in a sentence of either direction without disturbing it.

    Marks of direction and line ends inside it are taken out, so that it cannot disturb what follows. Nothing is
    put beside a hashtag, a handle or an address, which platforms would cut: those belong on lines of their own.
    """
    plain = " ".join(_CONTROLS.sub(" ", text).split())
    return plain if _BARE.search(plain) else f"\N{FIRST STRONG ISOLATE}{plain}\N{POP DIRECTIONAL ISOLATE}"


if __name__ == "__main__":
    sys.exit("\n".join(bring_up_to_date(Path(__file__).parents[1])) or None)
