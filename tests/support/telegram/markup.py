"""``parse_mode`` HTML the way Telegram reads it, with its own tags and complaints."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from content.counting import utf16_units
from tests.support.telegram.errors import Rejected, bad

Entity = dict[str, Any]

TAGS: Final = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_PIECE: Final = re.compile(
    r"</(?P<end>[^>]*)(?P<closed>>?)|<(?P<tag>[^\s>/]*)|&(?P<reference>#\d+|#x[0-9a-f]+|lt|gt|amp|quot);?|(?P<text>[^<&]+|&)",
    re.IGNORECASE,
)
_ATTRIBUTE: Final = re.compile(
    r"\s*(?P<name>[a-z0-9-]+)\s*(?:=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s>]+)))?",
    re.IGNORECASE,
)
_WEB_ADDRESS: Final = re.compile(
    r"(?:https?://)?(?:[^\s/?#:@]+\.[^\s/?#:@.\d][^\s/?#:@.]+|\d+(?:\.\d+){3})(?::\d+)?(?:[/?#]\S*)?"
)
_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_VALUELESS: Final = {("blockquote", "expandable")}


@dataclass(slots=True)
class _Open:
    tag: str
    attributes: dict[str, str]
    start: int


@dataclass(slots=True)
class _Reader:
    source: str
    text: str = ""
    entities: list[Entity] = field(default_factory=list)
    nested: list[_Open] = field(default_factory=list)

    def read(self) -> None:
        position = 0
        while position < len(self.source):
            position = self._piece(position)
        if self.nested:
            raise _complaint(f'Can\'t find end tag corresponding to start tag "{self.nested[-1].tag}"')

    def _piece(self, position: int) -> int:
        found = _PIECE.match(self.source, position)
        assert found is not None
        if found["end"] is not None:
            self._end(found["end"].strip().lower(), position, closed=bool(found["closed"]))
        elif found["tag"] is not None:
            return self._start(found["tag"].lower(), position, found.end())
        else:
            self.text += found["text"] or _character(found["reference"])
        return found.end()

    def _start(self, tag: str, position: int, after: int) -> int:
        offset = self._bytes(position)
        if tag not in TAGS:
            raise _complaint(f'Unsupported start tag "{tag}" at byte offset {offset}')
        attributes: dict[str, str] = {}
        while True:
            closing = re.compile(r"\s*>").match(self.source, after)
            if closing:
                break
            after = self._attribute(tag, after, attributes, offset)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise _complaint(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
        self.nested.append(_Open(tag, attributes, utf16_units(self.text)))
        return closing.end()

    def _attribute(self, tag: str, position: int, attributes: dict[str, str], offset: int) -> int:
        found = _ATTRIBUTE.match(self.source, position)
        if found is None or found.end() >= len(self.source):
            raise _complaint(f"Unclosed start tag at byte offset {offset}")
        value = next(
            (found[kind] for kind in ("double", "single", "bare") if found[kind] is not None), None
        )
        if value is None and (tag, found["name"]) not in _VALUELESS:
            where = self._bytes(found.end())
            raise _complaint(
                f'Expected equal sign in declaration of an attribute of the tag "{tag}" at byte offset {where}'
            )
        attributes[found["name"].lower()] = _unescaped(value or "")
        return found.end()

    def _end(self, tag: str, position: int, *, closed: bool) -> None:
        offset = self._bytes(position)
        if not closed:
            raise _complaint(f"Unclosed end tag at byte offset {offset}")
        if not self.nested:
            raise _complaint(f"Unexpected end tag at byte offset {offset}")
        opened = self.nested.pop()
        if tag not in {"", opened.tag}:
            raise _complaint(
                f'Unmatched end tag at byte offset {offset}, expected "</{opened.tag}>", found "</{tag}>"'
            )
        self._close(opened)

    def _close(self, opened: _Open) -> None:
        length = utf16_units(self.text) - opened.start
        kind = _kind(opened, self.text)
        if length and kind:
            self._join_language(opened, kind, length)
            self.entities.append({"type": "", "offset": opened.start, "length": length, **kind})

    def _join_language(self, opened: _Open, kind: Entity, length: int) -> None:
        last = self.entities[-1] if self.entities else {}
        inside = last.get("type") == "code" and last["offset"] == opened.start and last["length"] == length
        if opened.tag == "pre" and inside:
            language = self.entities.pop().get("language")
            kind.update({"language": language} if language else {})

    def _bytes(self, position: int) -> int:
        return len(self.source[:position].encode())


def _kind(opened: _Open, text: str) -> Entity:
    found = opened.attributes
    match opened.tag:
        case "a":
            return _link(found.get("href") or _since(opened, text))
        case "tg-emoji":
            return {"type": "custom_emoji", "custom_emoji_id": found.get("emoji-id", "")}
        case "tg-time":
            return _time(found)
        case "blockquote" if "expandable" in found:
            return {"type": "expandable_blockquote"}
        case "code" if found.get("class", "").startswith("language-"):
            return {"type": "code", "language": found["class"].removeprefix("language-")}
    return {"type": TAGS[opened.tag]}


def _link(address: str) -> Entity:
    person = re.fullmatch(r"tg://user\?id=(\d+)", address)
    if person:
        return {"type": "text_mention", "user": {"id": int(person[1]), "is_bot": False, "first_name": ""}}
    if not is_web_address(address):
        return {}
    return {"type": "text_link", "url": address if "://" in address else f"http://{address}/"}


def _time(found: dict[str, str]) -> Entity:
    if not re.fullmatch(r"\d+", found.get("unix", "")):
        raise _complaint('Invalid Unix time in the tag "tg-time"')
    shape = {"date_time_format": found["format"]} if found.get("format") else {}
    return {"type": "date_time", "unix_time": int(found["unix"]), **shape}


def _since(opened: _Open, text: str) -> str:
    return text.encode("utf-16-le")[2 * opened.start :].decode("utf-16-le")


def _character(reference: str) -> str:
    if not reference.startswith("#"):
        return _NAMED[reference.lower()]
    return chr(int(f"0{reference[1:]}", 0) if reference[1] in "xX" else int(reference[1:]))


def _unescaped(value: str) -> str:
    return re.sub(
        r"&(#\d+|#x[0-9a-f]+|lt|gt|amp|quot);",
        lambda found: _character(found[1]),
        value,
        flags=re.IGNORECASE,
    )


def _complaint(detail: str) -> Rejected:
    return bad(f"can't parse entities: {detail}")


def is_web_address(address: str) -> bool:
    """Whether Telegram would take this as the address of a link or button."""
    if re.match(r"tg://[a-z]", address):
        return True
    return bool(_WEB_ADDRESS.fullmatch(address))


def parsed(source: str) -> tuple[str, list[Entity]]:
    """The text without its tags, and its entities in the order of their start."""
    reader = _Reader(source)
    reader.read()
    kept = [
        {name: value for name, value in entity.items() if entity["type"] != "code" or name != "language"}
        for entity in reader.entities
    ]
    return reader.text, sorted(kept, key=lambda entity: (entity["offset"], -entity["length"]))
