"""What an adapter sends over HTTP, written down in front of a platform's double."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
ONLY_READING: Final = frozenset({"GET", "HEAD"})
DRAWN_BY_LOT: Final = re.compile(r"attached[0-9a-f]{32}")
"""What python-telegram-bot calls an upload inside one request."""


@dataclass
class Wire:
    """Passes requests on and keeps those that change something: method and path, body, and key if there is one.

    A file stands with its digest, JSON inside a form as JSON. ``secret`` is cut out of paths.
    """

    app: ASGIApp
    secret: str
    requests: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        if scope["method"] not in ONLY_READING:
            self.requests.append(await self._written(Request(scope, _replay(body)), body))
        await self.app(scope, _replay(body), send)

    async def _written(self, request: Request, body: bytes) -> dict[str, Any]:
        path = request.url.path.replace(self.secret, "TOKEN")
        query = f"?{request.url.query}" if request.url.query else ""
        key = request.headers.get("idempotency-key")
        return {
            "request": f"{request.method} {path}{query}",
            **({"idempotency_key": key} if key else {}),
            **await _content(request, body),
        }


def _replay(body: bytes) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive


async def _content(request: Request, body: bytes) -> dict[str, Any]:
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind in FORMS:
        async with request.form() as form:
            return {"form": _numbered(await _fields(form))}
    if kind == "application/json":
        return {"json": json.loads(body)}
    return {"file": _file(kind, body)} if body else {}


async def _fields(form: FormData) -> dict[str, Any]:
    return {
        name: {"name": value.filename, **_file(value.content_type or "", await value.read())}
        if isinstance(value, UploadFile)
        else _value(value)
        for name, value in form.items()
    }


def _file(kind: str, content: bytes) -> dict[str, str]:
    return {"type": kind, "sha256": hashlib.sha256(content).hexdigest()}


def _value(text: str) -> Any:
    try:
        return json.loads(text) if text.startswith(("[", "{")) else text
    except ValueError:
        return text


def _numbered(fields: dict[str, Any]) -> Any:
    whole = json.dumps(fields)
    for number, name in enumerate(dict.fromkeys(DRAWN_BY_LOT.findall(whole)), 1):
        whole = whole.replace(name, f"attached{number}")
    return json.loads(whole)
