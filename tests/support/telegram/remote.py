"""A world in another process, spoken to as if it were here."""

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.telegram.errors import Rejected
from tests.support.telegram.people import Impossible
from tests.support.telegram.world import World

PATH: Final = "/world"
_IMPOSSIBLE: Final = (Impossible, Rejected, LookupError, AttributeError, TypeError, ValueError)


class Things:
    """Numbers for what a caller elsewhere holds in her hands; the world itself is number 0."""

    def __init__(self, world: World) -> None:
        self._known: list[Any] = [world]

    @property
    def route(self) -> Route:
        return Route(PATH, self.serve, methods=["POST"])

    async def serve(self, request: Request) -> Response:
        """Read an attribute of a thing, and call it if arguments are given."""
        order = await request.json()
        try:
            value = getattr(self._known[order["of"]], order["name"])
            if "arguments" in order:
                arguments, options = self._read(order["arguments"])
                value = value(*arguments, **options)
            return JSONResponse(self._told(value))
        except _IMPOSSIBLE as error:
            return JSONResponse({"complaint": f"{type(error).__name__}: {error}"}, 400)

    def _told(self, value: Any) -> Any:
        match value:
            case None | str() | int() | float():
                return value
            case list() | tuple() | set() | frozenset():
                return [self._told(each) for each in value]
            case dict():
                return {"dict": [[self._told(key), self._told(each)] for key, each in value.items()]}
            case datetime() | timedelta():
                return _told_plainly(value)
        return {"callable": True} if callable(value) else {"thing": self._number(value)}

    def _number(self, value: Any) -> int:
        for number, known in enumerate(self._known):
            if known is value:
                return number
        self._known.append(value)
        return len(self._known) - 1

    def _read(self, value: Any) -> Any:
        match value:
            case list():
                return [self._read(each) for each in value]
            case {"thing": number}:
                return self._known[number]
            case {"dict": pairs}:
                return {key: self._read(each) for key, each in pairs}
        return _plain(value)


def _plain(value: Any) -> Any:
    match value:
        case {"bytes": text}:
            return b64decode(text)
        case {"seconds": number}:
            return timedelta(seconds=number)
        case {"instant": text}:
            return datetime.fromisoformat(text)
    return value


class Remote:
    """Something in the other process; its attributes are the same as there, and it can only be read and called."""

    def __init__(self, client: httpx.Client, number: int = 0) -> None:
        self._client, self._number = client, number

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        value = self._ask({"of": self._number, "name": name})
        return self._function(name) if value == {"callable": True} else self._read(value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remote) and other._number == self._number

    def __hash__(self) -> int:
        return hash(self._number)

    def _function(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            told = [[_told(each) for each in arguments], _told(options)]
            return self._read(self._ask({"of": self._number, "name": name, "arguments": told}))

        return call

    def _ask(self, order: dict[str, Any]) -> Any:
        response = self._client.post(PATH, json=order)
        if response.is_error:
            raise Impossible(response.json()["complaint"])
        return response.json()

    def _read(self, value: Any) -> Any:
        match value:
            case list():
                return [self._read(each) for each in value]
            case {"thing": number}:
                return Remote(self._client, number)
            case {"dict": pairs}:
                return {self._read(key): self._read(each) for key, each in pairs}
        return _plain(value)


def _told(value: Any) -> Any:
    match value:
        case Remote():
            return {"thing": value._number}
        case list() | tuple():
            return [_told(each) for each in value]
        case dict():
            return {"dict": [[key, _told(each)] for key, each in value.items()]}
    return _told_plainly(value)


def _told_plainly(value: Any) -> Any:
    match value:
        case bytes():
            return {"bytes": b64encode(value).decode()}
        case timedelta():
            return {"seconds": value.total_seconds()}
        case datetime():
            return {"instant": value.isoformat()}
    return value
