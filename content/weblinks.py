"""Where a platform sees a web address in a text."""

from functools import cache
from importlib.resources import files
from typing import Final, TypeAlias

import regex

Place: TypeAlias = tuple[int, int]

# twitter-text 3.1.0 (npm), its address grammar in our own words.
_LATIN: Final = r"\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
_MARKS: Final = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_ANY: Final = rf"[^\p{{White_Space}}\p{{Cc}}!-/:-@\[-`{{-~\u180e\ufffe\ufeff\uffff{_MARKS}]"
_LABEL: Final = rf"{_ANY}++(?:[_\-]++{_ANY}++)*+"
_HOST: Final = regex.compile(rf"{_LABEL}(?:\.{_LABEL})++")
_SCHEME: Final = regex.compile(r"(?<![A-Za-z0-9@＠$#＃\ufffe\ufeff\uffff])https?://\Z", regex.IGNORECASE)
_LATIN_HOST: Final = regex.compile(rf"[A-Za-z0-9\-{_LATIN}]++(?:\.[A-Za-z0-9\-{_LATIN}]++)++")
_FIRST_LETTERS: Final = regex.compile(r"[A-Za-z0-9]*+.?", regex.DOTALL)
_LONGEST_SCHEME: Final = 9
_PORT: Final = regex.compile(r":[0-9]++")
_PATH_CHARACTER: Final = rf"a-z0-9\u0400-\u04ff{_LATIN}!*';:=+,.$/%#\[\]\-\u2013_~@|&"
_PATH: Final = regex.compile(rf"/[{_PATH_CHARACTER}()]*+", regex.IGNORECASE)
_PATH_END: Final = regex.compile(rf"[a-z0-9\u0400-\u04ff{_LATIN}+\-=_#/]", regex.IGNORECASE)
_QUERY: Final = regex.compile(r"\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*+", regex.IGNORECASE)
_QUERY_END: Final = regex.compile(r"[a-z0-9\-_&=#/]", regex.IGNORECASE)
_ASCII_LETTERS: Final = regex.compile(r"[A-Za-z]++(?![0-9A-Za-z@+\-])")
_GLUED: Final = regex.compile(r"[0-9A-Za-z@+\-]")
_HTTP: Final = regex.compile(r"(?<![\p{L}\p{N}@])https?://[^\s<>]++", regex.IGNORECASE)
_TRAILING: Final = ".,;:!?'\"»”’…،؛؟*_"


@cache
def top_level_domains() -> frozenset[str]:
    """The top-level domains of the IANA root zone, lower case."""
    text = files("content").joinpath("tlds.txt").read_text(encoding="utf-8")
    return frozenset(name for line in text.splitlines()[1:] for name in line.split())


def http_links(text: str) -> tuple[Place, ...]:
    """Where addresses that begin with ``http://`` or ``https://`` stand, without closing punctuation."""
    return tuple(
        (found.start(), _trimmed_end(text, found.start(), found.end())) for found in _HTTP.finditer(text)
    )


def x_links(text: str) -> tuple[Place, ...]:
    """Where X sees an address, with or without a scheme; each counts as 23 characters there."""
    places: list[Place] = []
    position = 0
    while found := _HOST.search(text, position):
        position = found.end()
        places += (seen := _addresses(text, found))
        position = max(position, seen[-1][1]) if seen else position
    return tuple(places)


def without_links(text: str, places: tuple[Place, ...], filler: str) -> str:
    """The text with ``filler`` in the place of every address."""
    parts, position = [], 0
    for start, end in places:
        parts += [text[position:start], filler]
        position = end
    return "".join([*parts, text[position:]])


def _trimmed_end(text: str, start: int, end: int) -> int:
    while end > start and (
        text[end - 1] in _TRAILING or (text[end - 1] == ")" and "(" not in text[start:end])
    ):
        end -= 1
    return end


def _addresses(text: str, found: regex.Match[str]) -> list[Place]:
    start = found.start()
    if scheme := _SCHEME.search(text, max(0, start - _LONGEST_SCHEME), start):
        end = _domain_end(text, start, found.end())
        return [(scheme.start(), _address_end(text, end))] if end else []
    before = text[start - 1] if start else ""
    if before and before in "-_./":
        return []
    if before and before in "@＠$#＃":
        start += len(_FIRST_LETTERS.findall(found.group())[0])
    return _latin_addresses(text, start, found.end())


def _latin_addresses(text: str, start: int, end: int) -> list[Place]:
    """Without a scheme only the Latin parts of a name are addresses; the last one takes the path, if any."""
    domain_end = _domain_end(text, start, end)
    found = [
        (part.start(), latin_end)
        for part in _LATIN_HOST.finditer(text, start, domain_end)
        if (latin_end := _domain_end(text, part.start(), part.end()))
    ]
    whole = _address_end(text, domain_end)
    if found and "/" in text[domain_end:whole]:
        found[-1] = (found[-1][0], whole)
    return found


def _domain_end(text: str, start: int, end: int) -> int:
    """The end of the longest name that closes with a top-level domain; 0 where there is none."""
    label_end = end
    while (dot := text.rfind(".", start, label_end)) > start:
        size = _domain_size(text[dot + 1 : label_end], glued=bool(_GLUED.match(text, label_end)))
        if size and "_" not in text[max(start, text.rfind(".", start, dot)) : dot]:
            return dot + 1 + size
        label_end = dot
    return 0


def _domain_size(label: str, *, glued: bool) -> int:
    name = label.lower()
    if name.startswith("xn--") or (name in top_level_domains() and not glued):
        return len(label)
    letters = _ASCII_LETTERS.match(label)
    if not letters or letters.end() == len(label) or letters.group().lower() not in top_level_domains():
        return 0
    return int(letters.end())


def _address_end(text: str, end: int) -> int:
    if port := _PORT.match(text, end):
        end = int(port.end())
    if path := _PATH.match(text, end):
        end = _path_end(text, end, path.end())
    if query := _QUERY.match(text, end):
        size = _last(_QUERY_END, query.group())
        end += size if size > 1 else 0
    return end


def _path_end(text: str, start: int, end: int) -> int:
    opened = text.count("(", start, end)
    closed = text.count(")", start, end)
    while end > start and not _PATH_END.match(text, end - 1):
        last = text[end - 1]
        if last == ")" and closed <= opened:
            return end
        opened, closed = opened - (last == "("), closed - (last == ")")
        end -= 1
    return end


def _last(pattern: regex.Pattern[str], text: str) -> int:
    end = len(text)
    while end and not pattern.match(text, end - 1):
        end -= 1
    return end
