"""Turns what a bot or a person wrote into the text and entities that a chat keeps."""

import re
from typing import Any, Final

from content.counting import utf16_units
from tests.support.telegram.errors import Rejected, bad
from tests.support.telegram.markup import Entity, parsed

MAX_TEXT_UNITS: Final = 4096
MAX_CAPTION_UNITS: Final = 1024

_PLAIN: Final = {
    *("mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"),
    *(
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
    ),
}
_NEEDED: Final[dict[str, tuple[str, type]]] = {
    "text_link": ("url", str),
    "text_mention": ("user", dict),
    "custom_emoji": ("custom_emoji_id", str),
    "date_time": ("unix_time", int),
}
_OPTIONAL: Final = {"pre": {"language"}, "date_time": {"date_time_format"}}
_OPAQUE: Final = {"code", "pre", "text_link", "text_mention"}
_DETECTED: Final = {
    "url": re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]"),
    "bot_command": re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/])"),
    "mention": re.compile(r"(?<![\w@/])@[A-Za-z0-9_]{3,32}(?!\w)"),
    "hashtag": re.compile(r"(?<![\w#/])#(?!\d+\b)\w+"),
}


def message_text(text: str, parse_mode: str | None, entities: list[Any] | None) -> tuple[str, list[Entity]]:
    """The text of a message and its entities.

    Raises:
        Rejected: It is empty or too long after parsing, or its markup or entities are wrong.
    """
    return _within(text, parse_mode, entities, MAX_TEXT_UNITS, "message is too long", may_be_empty=False)


def caption_text(
    caption: str | None, parse_mode: str | None, entities: list[Any] | None
) -> tuple[str, list[Entity]]:
    """The same for the text below a picture, which may be empty."""
    complaint = "message caption is too long"
    return _within(caption or "", parse_mode, entities, MAX_CAPTION_UNITS, complaint, may_be_empty=True)


def typed_text(text: str) -> tuple[str, list[Entity]]:
    """What a person typed, with the commands, tags and addresses in it."""
    return text, _detected(text, [])


def _within(
    source: str,
    parse_mode: str | None,
    explicit: list[Any] | None,
    most: int,
    complaint: str,
    *,
    may_be_empty: bool,
) -> tuple[str, list[Entity]]:
    text, entities = _read(source, parse_mode, explicit)
    text, entities = _trimmed(text, entities)
    if not text and not may_be_empty:
        raise bad("message text is empty")
    if utf16_units(text) > most:
        raise bad(complaint)
    return text, sorted(entities + _detected(text, entities), key=lambda found: found["offset"])


def _read(source: str, parse_mode: str | None, explicit: list[Any] | None) -> tuple[str, list[Entity]]:
    if not parse_mode:
        return source, [_checked(source, entity) for entity in explicit or []]
    if parse_mode.lower() != "html":
        raise bad("unsupported parse_mode; this server reads HTML only")
    return parsed(source)


def _checked(text: str, entity: Any) -> Entity:
    if not isinstance(entity, dict):
        raise _wrong("expected an Object")
    kind = entity.get("type")
    _check_place(text, entity)
    if kind in _NEEDED:
        name, wanted = _NEEDED[kind]
        if not isinstance(entity.get(name), wanted):
            raise _wrong(f'field "{name}" of the entity "{kind}" is missing or wrong')
    elif kind not in _PLAIN | {"pre"}:
        raise _wrong(f'unsupported entity type "{kind}"')
    allowed = {"type", "offset", "length", _NEEDED.get(kind, ("type",))[0], *_OPTIONAL.get(kind, ())}
    if entity.keys() - allowed:
        raise _wrong(f"unknown fields in an entity: {', '.join(sorted(entity.keys() - allowed))}")
    return dict(entity)


def _check_place(text: str, entity: Entity) -> None:
    offset, length = entity.get("offset"), entity.get("length")
    if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length < 1:
        raise _wrong("offset and length of an entity must be numbers, the length positive")
    if offset + length > utf16_units(text):
        raise _wrong(f"entity ends after the end of the text at UTF-16 offset {offset + length}")
    for edge in (offset, offset + length):
        if _splits_a_character(text, edge):
            raise _wrong(f"entity edge in the middle of a UTF-16 symbol at UTF-16 offset {edge}")


def _splits_a_character(text: str, units: int) -> bool:
    try:
        text.encode("utf-16-le")[: 2 * units].decode("utf-16-le")
    except UnicodeDecodeError:
        return True
    return False


def _wrong(detail: str) -> Rejected:
    return bad(f"can't parse entities: {detail}")


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    gone = utf16_units(text) - utf16_units(text.lstrip())
    kept = text.strip()
    moved = [_clipped(entity, entity["offset"] - gone, utf16_units(kept)) for entity in entities]
    return kept, [entity for entity in moved if entity["length"] > 0]


def _clipped(entity: Entity, offset: int, end: int) -> Entity:
    first, last = max(offset, 0), min(offset + entity["length"], end)
    return {**entity, "offset": first, "length": last - first}


def _detected(text: str, entities: list[Entity]) -> list[Entity]:
    taken = [_range(entity) for entity in entities if entity["type"] in _OPAQUE]
    found = []
    for kind, pattern in _DETECTED.items():
        for match in pattern.finditer(text):
            entity = {
                "type": kind,
                "offset": utf16_units(text[: match.start()]),
                "length": utf16_units(match[0]),
            }
            if not any(_meet(_range(entity), other) for other in taken):
                taken.append(_range(entity))
                found.append(entity)
    return found


def _range(entity: Entity) -> range:
    return range(entity["offset"], entity["offset"] + entity["length"])


def _meet(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop
