"""Reads the parameters of a request and holds them against what a method declares."""

import json
import re
import types
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Final, TypeAlias, Union, get_args, get_origin
from urllib.parse import parse_qsl

from tests.support.telegram.errors import Rejected, bad

ChatId: TypeAlias = int | str
Json: TypeAlias = dict[str, Any]

_NUMBER: Final = re.compile(r"-?\d+")
_BOOLEANS: Final = {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file inside a request."""

    name: str
    content: bytes


Attachment: TypeAlias = Upload | str


def read(content_type: str, query: str, body: bytes) -> dict[str, Any]:
    """All parameters of a request, as they arrived."""
    given: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        return {**given, **_object(body)}
    if kind == "multipart/form-data":
        return {**given, **_multipart(content_type, body)}
    return {**given, **dict(parse_qsl(body.decode(), keep_blank_values=True))}


def _object(body: bytes) -> dict[str, Any]:
    try:
        values = json.loads(body)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise bad("can't parse the request as a JSON object")
    return values


def _multipart(content_type: str, body: bytes) -> dict[str, Any]:
    header = EmailMessage()
    header["content-type"] = content_type
    boundary = b"\r\n--" + str(header.get_param("boundary")).encode()
    parts = (b"\r\n" + body).split(boundary)[1:-1]
    return dict(_part(part.removeprefix(b"\r\n")) for part in parts)


def _part(part: bytes) -> tuple[str, Any]:
    head, _, content = part.partition(b"\r\n\r\n")
    name = re.search(rb'[ ;]name="([^"]*)"', head)
    file = re.search(rb'filename="([^"]*)"', head)
    if name is None:
        raise bad("a part of the request has no name")
    return name[1].decode(), Upload(file[1].decode(), content) if file else content.decode()


def convert(name: str, value: Any, kind: Any) -> Any:
    """A value as its declared type.

    Raises:
        Rejected: It cannot be read as that type.
    """
    kinds = _alternatives(kind)
    for candidate in kinds:
        try:
            return _READERS[candidate](value)
        except (ValueError, TypeError):
            continue
    wanted = " or ".join(candidate.__name__ for candidate in kinds)
    raise bad(f'parameter "{name}" must be {wanted}')


def missing(name: str) -> Rejected:
    """The answer to a request that lacks a parameter."""
    return bad(_EMPTY.get(name, f'parameter "{name}" is required'))


_EMPTY: Final = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
}


def _alternatives(kind: Any) -> list[Any]:
    if get_origin(kind) in {Union, types.UnionType}:
        return [found for part in get_args(kind) if part is not type(None) for found in _alternatives(part)]
    return [get_origin(kind) or kind]


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not _NUMBER.fullmatch(str(value)):
        raise ValueError
    return int(value)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value not in _BOOLEANS:
        raise ValueError
    return _BOOLEANS[value]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _upload(value: Any) -> Upload:
    if not isinstance(value, Upload):
        raise TypeError
    return value


def _decoded(wanted: type) -> Any:
    def decode(value: Any) -> Any:
        decoded = json.loads(value) if isinstance(value, str) else value
        if not isinstance(decoded, wanted):
            raise TypeError
        return decoded

    return decode


_READERS: Final[dict[Any, Any]] = {
    int: _integer,
    bool: _boolean,
    str: _text,
    Upload: _upload,
    dict: _decoded(dict),
    list: _decoded(list),
}
