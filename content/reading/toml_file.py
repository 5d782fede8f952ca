"""One TOML file of a campaign: its values, and problems that know their line."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from typing import Any, Final

from content.errors import Problem, Severity
from content.reading.files import Folder, has_control_characters, place
from content.reading.known import shown
from content.reading.toml_lines import KeyPath, line_of, locate

MAX_DEPTH: Final = 20
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)

_LONG_KEY: Final = re.compile(
    r"""(?<![A-Za-z0-9_-])(?:(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){20}"""
)
_LINE: Final = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
_WRITTEN_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])(?:[T ][0-9:.+\-Z]*)?$")
_LIKE_A_DATE: Final = re.compile(r"""^[^"'#]*=\s*(?:[0-9]{1,4}-[0-9]{1,2}\b|[0-9]{1,2}:)""")
_WHAT: Final = (
    (re.compile("Invalid date"), "this date or time does not exist"),
    (re.compile("overwrite a value|Cannot declare|Cannot mutate"), "this is written twice"),
    (re.compile("Expected '='"), 'an "=" is missing after the key'),
    (re.compile("Invalid initial character for a key|Invalid statement"), "a key cannot begin like this"),
    (re.compile("Unclosed array"), 'a list is not closed with "]"'),
    (re.compile("Unclosed inline table"), 'a table is not closed with "}"'),
    (
        re.compile("Unterminated string|Illegal character '\\\\n'"),
        "a text is not closed with a quotation mark",
    ),
    (re.compile("Invalid value"), "a value is missing or cannot be read; texts stand in quotation marks"),
    (re.compile("Unescaped"), 'a "\\" in a text must be written twice'),
    (re.compile("Expected newline or end"), "there is something after the end of the value"),
)


@dataclass(frozen=True)
class TomlFile:
    """A file that could be read.

    Attributes:
        name: Its path relative to the campaign folder.
        data: What it says, as Python values.
    """

    name: str
    data: dict[str, Any]
    _text: str = field(repr=False)

    def problem(
        self, path: KeyPath, code: str, what: str, remedy: str, severity: Severity = Severity.ERROR
    ) -> Problem:
        """A problem at a key, with its line."""
        return Problem(code, place(self.name), what, remedy, line_of(self._lines, path), severity)

    @cached_property
    def _lines(self) -> Mapping[KeyPath, int]:
        return locate(self._text)


def read_toml(folder: Folder, name: str) -> TomlFile | None:
    """Read one file, or note in ``folder.problems`` why it cannot be read."""
    text = folder.text(name)
    if text is None:
        return None
    try:
        file = _parse(name, text)
    except RecursionError:
        _too_deep(folder, name)
        return None
    except ValueError as error:
        _broken(folder, name, text, str(error))
        return None
    if file is None:
        _too_deep(folder, name)
        return None
    folder.problems.extend(_odd_values(file))
    return file


def written_in_json(value: object) -> object:
    """The same value with dates and times as ISO 8601 texts."""
    if isinstance(value, dict):
        return {key: written_in_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [written_in_json(inner) for inner in value]
    return value.isoformat() if isinstance(value, date | time) else value


def _parse(name: str, text: str) -> TomlFile | None:
    if _LONG_KEY.search(text):
        return None
    data = tomllib.loads(text)
    return None if _depth(data) > MAX_DEPTH else TomlFile(name, data, text)


def _depth(data: object) -> int:
    level, depth = [data], 0
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [inner for value in level for inner in _inside(value)]
    return depth


def _inside(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _too_deep(folder: Folder, name: str) -> None:
    folder.add(
        "toml-too-deep",
        name,
        "tables or lists stand inside each other too often",
        "Write it as the guide shows; no part of a campaign is deeper than a few levels.",
    )


def _broken(folder: Folder, name: str, text: str, message: str) -> None:
    at = _LINE.search(message)
    line = int(at[1]) if at and at[1] else text.count("\n") + 1 if at else None
    if line is not None and _LIKE_A_DATE.search(text.split("\n")[line - 1]):
        message = f"Invalid date: {message}"
    reason = next((what for pattern, what in _WHAT if pattern.search(message)), None)
    what = reason or f"this is not valid TOML ({shown(_LINE.sub('', message))[1:-1]})"
    folder.add(
        "toml-broken", name, what, "Correct this line; the guide shows each kind of entry.", line=line
    )


def _odd_values(file: TomlFile) -> Iterator[Problem]:
    todo: list[tuple[KeyPath, object]] = [((), file.data)]
    while todo:
        path, value = todo.pop()
        if isinstance(value, dict):
            todo.extend(((*path, key), inner) for key, inner in value.items())
            yield from (_control(file, (*path, key)) for key in value if has_control_characters(key))
        elif isinstance(value, list):
            todo.extend(((*path, number), inner) for number, inner in enumerate(value))
        elif isinstance(value, str) and has_control_characters(value):
            yield _control(file, path)
        elif (day := _day(value)) is not None and not EARLIEST <= day <= LATEST:
            yield _far_away(file, path)


def _day(value: object) -> date | None:
    """The date that a value says, also where it is written as a text."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str) and _WRITTEN_DATE.match(value):
        with suppress(ValueError):
            return date.fromisoformat(value[:10])
    return value if isinstance(value, date) else None


def _control(file: TomlFile, path: KeyPath) -> Problem:
    what, remedy = "the text holds an invisible control character", "Delete it, or write the line again."
    return file.problem(path, "control-character", what, remedy)


def _far_away(file: TomlFile, path: KeyPath) -> Problem:
    what = f"no campaign has dates before {EARLIEST.year} or after {LATEST.year}"
    return file.problem(path, "date-far-away", what, "Correct the year.")
