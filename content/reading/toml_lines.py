"""On which line of a TOML file a key stands."""

import re
import tomllib
from collections.abc import Mapping
from typing import Final, TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]

_TOKEN: Final = re.compile(
    r'(?P<string>"""(?:[^"\\]|\\.|"(?!""))*"{3,5}|\'\'\'(?:[^\']|\'(?!\'\'))*\'{3,5}'
    r'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\')'
    r"|(?P<comment>\#[^\n]*)|(?P<newline>\n)|(?P<mark>[\[\]{},=.])|(?P<bare>[A-Za-z0-9_+:-]+)|(?P<space>.)",
    re.DOTALL,
)
_SKIPPED: Final = frozenset({"comment", "space"})


def locate(text: str) -> Mapping[KeyPath, int]:
    """Map each key and each list item of a valid TOML text to its 1-based line.

    Items of ``[[lists]]`` and of ``[a, b]`` are counted from 0.
    """
    return _Scanner(text).scan()


def line_of(lines: Mapping[KeyPath, int], path: KeyPath) -> int | None:
    """The line of a path, or of the closest thing around it that is written in the file."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None


class _Scanner:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._lists: dict[KeyPath, int] = {}
        self._table: KeyPath = ()
        self.lines: dict[KeyPath, int] = {}

    def scan(self) -> Mapping[KeyPath, int]:
        while self._at < len(self._tokens):
            if self._peek() == "\n":
                self._at += 1
            elif self._peek() == "[":
                self._header()
            else:
                self._pair(self._table)
        return self.lines

    def _peek(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _line(self) -> int:
        return self._tokens[min(self._at, len(self._tokens) - 1)][1]

    def _take(self, sign: str) -> bool:
        taken = self._peek() == sign
        self._at += taken
        return taken

    def _skip_newlines(self) -> None:
        while self._take("\n"):
            pass

    def _header(self) -> None:
        line = self._line()
        self._at += 1
        is_list = self._take("[")
        path = self._resolve(self._key(), line)
        if is_list:
            self._lists[path] = self._lists.get(path, -1) + 1
            path = (*path, self._lists[path])
        self._table = path
        self.lines.setdefault(path, line)
        while self._peek() not in {"\n", ""}:
            self._at += 1

    def _resolve(self, key: KeyPath, line: int) -> KeyPath:
        path: KeyPath = ()
        for number, part in enumerate(key, start=1):
            path = (*path, part)
            self.lines.setdefault(path, line)
            if path in self._lists and number < len(key):
                path = (*path, self._lists[path])
        return path

    def _key(self) -> KeyPath:
        parts: list[str] = []
        while True:
            parts.append(_plain(self._peek()))
            self._at += 1
            if not self._take("."):
                return tuple(parts)

    def _pair(self, parent: KeyPath) -> None:
        line = self._line()
        path = parent
        for part in self._key():
            path = (*path, part)
            self.lines.setdefault(path, line)
        self._at += 1
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        if self._take("["):
            self._list(path)
        elif self._take("{"):
            self._inline_table(path)
        else:
            while self._peek() not in {"\n", ",", "]", "}", ""}:
                self._at += 1

    def _list(self, path: KeyPath) -> None:
        number = 0
        self._skip_newlines()
        while self._peek() not in {"]", ""}:
            self.lines.setdefault((*path, number), self._line())
            self._value((*path, number))
            number += 1
            self._skip_newlines()
            self._take(",")
            self._skip_newlines()
        self._at += 1

    def _inline_table(self, path: KeyPath) -> None:
        self._skip_newlines()
        while self._peek() not in {"}", ""}:
            self._pair(path)
            self._skip_newlines()
            self._take(",")
            self._skip_newlines()
        self._at += 1


def _tokens(text: str) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    line = 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup not in _SKIPPED:
            found.append((match.group(), line))
        line += match.group().count("\n")
    return found


def _plain(key: str) -> str:
    if not key.startswith(('"', "'")):
        return key
    return next(iter(tomllib.loads(f"{key} = 0")))
