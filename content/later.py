"""Texts that are kept until it is known who reads them, and in which language."""

from dataclasses import dataclass
from typing import Final, LiteralString, TypeAlias

Value: TypeAlias = "str | int | Phrase | tuple[Phrase, ...]"
"""What may stand in a phrase: a name, a number, or other phrases, told in the reader's language as well."""

BETWEEN: Final = ", "


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text in English that the catalogs know; ``str`` gives it to whoever reads English.

    Attributes:
        values: What stands in its places, by name.
    """

    english: str
    values: tuple[tuple[str, Value], ...] = ()

    def __str__(self) -> str:
        return self.english.format_map({name: _in_english(value) for name, value in self.values})


def later(text: LiteralString, /, **values: Value) -> Phrase:
    """Keep a text, such as a line of a table or of an error, that ``Words.of`` says when the reader is known."""
    return Phrase(text, tuple(values.items()))


def _in_english(value: Value) -> str:
    if isinstance(value, tuple):
        return BETWEEN.join(map(str, value))
    return f"{value:,}" if isinstance(value, int) else str(value)
