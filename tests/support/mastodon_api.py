"""A small Mastodon server: enough of one account to post, look, pin and delete in one process."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count as counting
from typing import Any

import regex
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.channels.posts import PLANNED_AT

ACCOUNT = {"id": "109", "acct": "balloons", "username": "balloons", "bot": True}
ALL_SCOPES = ["read:accounts", "read:statuses", "write:accounts", "write:media", "write:statuses"]
FIELDS = {"status", "language", "visibility", "spoiler_text", "sensitive", "media_ids", "in_reply_to_id"}
AN_HOUR = timedelta(hours=1)
LINK = re.compile(r"https?://\S+")
TOKENS = re.compile(r"https?://\S+|(?<!\S)#\w+|(?<!\S)@\w+(?:@[\w.-]+\w)?")


class Rejected(Exception):
    def __init__(self, status: int, error: str = "no", **headers: str) -> None:
        self.status, self.error, self.headers = status, error, headers


@dataclass
class Media:
    id: str
    description: str
    looks: int
    file_name: str
    kind: str = "image"
    attached: bool = False


@dataclass
class MastodonApi:
    token: str
    now: datetime = PLANNED_AT
    max_characters: int = 500
    max_attachments: int = 4
    image_size_limit: int = 16_000_000
    video_size_limit: int = 40_000_000
    description_limit: int = 1_500
    scopes: list[str] | None = field(default_factory=lambda: list(ALL_SCOPES))
    scopes_status: int = 200
    instance_versions: frozenset[int] = frozenset({1, 2})
    tells_sources: bool = True
    looks_until_processed: int = 0
    markdown: bool = False
    statuses: dict[str, dict[str, Any]] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    pinned: set[str] = field(default_factory=set)
    keys: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    rejections: list[Rejected] = field(default_factory=list)
    ids: Iterator[int] = field(default_factory=lambda: counting(115_000_000_000_000_000))

    @property
    def app(self) -> Starlette:
        one = "/api/v1/statuses/{id}"
        return Starlette(
            routes=[
                self._route("/api/v{version:int}/instance", self.instance),
                self._route("/api/v1/apps/verify_credentials", self.application),
                self._route("/api/v1/accounts/verify_credentials", self.account),
                self._route("/api/v1/accounts/{id}/statuses", self.listing),
                self._route("/api/v2/media", self.upload, "POST"),
                self._route("/api/v1/media/{id}", self.processing),
                self._route("/api/v1/statuses", self.post, "POST"),
                self._route(one, self.show),
                self._route(one, self.delete, "DELETE"),
                self._route(f"{one}/source", self.source),
                self._route(f"{one}/pin", self.pin, "POST"),
            ]
        )

    def say(self, text: str, **more: Any) -> dict[str, Any]:
        """Publish something by another hand."""
        status = {"status": text, "visibility": "public", **more}
        return self._store(status, [])

    async def instance(self, request: Request) -> Response:
        version = request.path_params["version"]
        if version not in self.instance_versions:
            raise Rejected(404, "Record not found")
        return JSONResponse(
            {
                **({"domain": "example.social"} if version == 2 else {"uri": "example.social"}),
                "configuration": {
                    "statuses": {
                        "max_characters": self.max_characters,
                        "max_media_attachments": self.max_attachments,
                        "characters_reserved_per_url": 23,
                    },
                    "media_attachments": {
                        "image_size_limit": self.image_size_limit,
                        "video_size_limit": self.video_size_limit,
                        "description_limit": self.description_limit,
                    },
                },
            }
        )

    async def application(self, request: Request) -> Response:
        if self.scopes_status != 200:
            raise Rejected(self.scopes_status)
        return JSONResponse(
            {"name": "munasara", **({} if self.scopes is None else {"scopes": self.scopes})}
        )

    async def account(self, request: Request) -> Response:
        return JSONResponse(ACCOUNT)

    async def listing(self, request: Request) -> Response:
        assert request.path_params["id"] == ACCOUNT["id"]
        before = int(request.query_params.get("max_id", 10**18))
        newest = sorted(self.statuses, key=int, reverse=True)
        boosts = request.query_params.get("exclude_reblogs") != "true"
        page = [self.statuses[each] for each in newest if int(each) < before]
        page = [each for each in page if boosts or not each["reblog"]]
        return JSONResponse(page[: min(int(request.query_params.get("limit", 20)), 40)])

    async def upload(self, request: Request) -> Response:
        async with request.form() as form:
            file, description = form["file"], str(form.get("description", ""))
            assert isinstance(file, UploadFile)
            kind, most = self._kind(str(file.content_type))
            if len(await file.read()) > most:
                raise Rejected(422, "Validation failed: File is too large")
            if len(description) > self.description_limit:
                raise Rejected(422, "Validation failed: Description is too long")
            looks = self.looks_until_processed
            media = Media(str(next(self.ids)), description, looks, str(file.filename), kind)
        self.media[media.id] = media
        shown = {"id": media.id, "url": None if media.looks else "https://example.social/a.png"}
        return JSONResponse(shown, 202 if media.looks else 200)

    async def processing(self, request: Request) -> Response:
        media = self.media[request.path_params["id"]]
        media.looks -= 1
        return JSONResponse({"id": media.id}, 206 if media.looks > 0 else 200)

    async def post(self, request: Request) -> Response:
        key, status = request.headers.get("idempotency-key", ""), await request.json()
        if set(status) - FIELDS:
            raise Rejected(422, "unknown fields")
        known, at = self.keys.get(key, ("", self.now))
        if known in self.statuses and self.now - at < AN_HOUR:
            return JSONResponse(self.statuses[known])
        self._check(status)
        stored = self._store(status, self._attached(status.get("media_ids", [])))
        if key:
            self.keys[key] = (stored["id"], self.now)
        return JSONResponse(stored)

    async def show(self, request: Request) -> Response:
        status = self._existing(request)
        return JSONResponse({**status, "pinned": status["id"] in self.pinned})

    async def delete(self, request: Request) -> Response:
        return JSONResponse(self.statuses.pop(self._existing(request)["id"]))

    async def source(self, request: Request) -> Response:
        if not self.tells_sources:
            raise Rejected(404, "Record not found")
        status = self._existing(request)
        return JSONResponse({each: status[each] for each in ("id", "text", "spoiler_text")})

    async def pin(self, request: Request) -> Response:
        status = self._existing(request)
        if status["id"] in self.pinned:
            raise Rejected(422, "Validation failed: Status has already been taken")
        if len(self.pinned) > 4:
            raise Rejected(422, "Validation failed: You have already pinned the maximum number of posts")
        self.pinned.add(status["id"])
        return JSONResponse(status)

    def _route(self, path: str, answer: Any, method: str = "GET") -> Route:
        async def endpoint(request: Request) -> Response:
            self.calls.append((method, request.url.path))
            try:
                self._authorise(request)
                response: Response = await answer(request)
            except Rejected as rejected:
                return JSONResponse({"error": rejected.error}, rejected.status, rejected.headers)
            return response

        return Route(path, endpoint, methods=[method])

    def _kind(self, mime: str) -> tuple[str, int]:
        sizes = {"image": self.image_size_limit, "video": self.video_size_limit}
        kind = mime.partition("/")[0]
        if kind not in sizes:
            raise Rejected(422, "Validation failed: File content type is invalid")
        return kind, sizes[kind]

    def _authorise(self, request: Request) -> None:
        if self.rejections:
            raise self.rejections.pop(0)
        if request.headers.get("authorization") != f"Bearer {self.token}":
            raise Rejected(401, "The access token is invalid")

    def _existing(self, request: Request) -> dict[str, Any]:
        try:
            return self.statuses[request.path_params["id"]]
        except KeyError:
            raise Rejected(404, "Record not found") from None

    def _check(self, status: dict[str, Any]) -> None:
        if not status.get("status") and not status.get("media_ids"):
            raise Rejected(422, "Validation failed: Text can't be blank")
        if visible_length(status) > self.max_characters:
            raise Rejected(422, f"Validation failed: Text limit of {self.max_characters} exceeded")
        if status.get("visibility") not in {"public", "unlisted", "private"}:
            raise Rejected(422, "Validation failed: Visibility is not included in the list")
        if status.get("in_reply_to_id", "") not in {"", *self.statuses}:
            raise Rejected(404, "The post you are trying to reply to does not appear to exist.")

    def _attached(self, media_ids: list[str]) -> list[Media]:
        if len(media_ids) > self.max_attachments:
            raise Rejected(422, "Validation failed: Cannot attach more than 4 files")
        found = [self.media[each] for each in media_ids if each in self.media]
        if len(found) < len(media_ids) or any(each.attached for each in found):
            raise Rejected(422, "Validation failed: Media not found or already attached to another post")
        if len(found) > 1 and any(each.kind == "video" for each in found):
            raise Rejected(422, "Cannot attach a video to a post that already contains images")
        if any(each.looks > 0 for each in found):
            raise Rejected(422, "Cannot attach files that have not finished processing")
        for each in found:
            each.attached = True
        return found

    def _store(self, status: dict[str, Any], media: list[Media]) -> dict[str, Any]:
        number = str(next(self.ids))
        self.now += timedelta(seconds=1)
        self.statuses[number] = {
            "id": number,
            "url": f"https://example.social/@balloons/{number}",
            "created_at": self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "content": rendered(status.get("status", ""), markdown=self.markdown),
            "text": status.get("status", ""),
            "spoiler_text": status.get("spoiler_text", ""),
            "visibility": status["visibility"],
            "sensitive": bool(status.get("sensitive") or status.get("spoiler_text")),
            "language": status.get("language"),
            "in_reply_to_id": status.get("in_reply_to_id"),
            "media_attachments": [{"id": each.id, "description": each.description} for each in media],
            "reblog": status.get("reblog"),
            "favourites_count": 3,
            "replies_count": 1,
            "reblogs_count": 2,
        }
        return self.statuses[number]


def visible_length(status: dict[str, Any]) -> int:
    shortened = LINK.sub("x" * 23, status.get("status", ""))
    near = re.sub(r"(@\w+)@[\w.-]+\w", r"\1", shortened)
    return len(regex.findall(r"\X", status.get("spoiler_text", "") + near))


def rendered(text: str, *, markdown: bool = False) -> str:
    """HTML as Mastodon makes it: shortened addresses, mentions without their server, paragraphs and breaks."""
    if markdown:
        text = re.sub(r"\*(\w+)\*", r"\1", text)
    parts, position = [], 0
    for token in TOKENS.finditer(text):
        parts += [html.escape(text[position : token.start()]), _linked(token.group())]
        position = token.end()
    whole = "".join([*parts, html.escape(text[position:])])
    blocks = re.split(r"\n\n+", whole.strip())
    return "".join(f"<p>{block.replace(chr(10), '<br />')}</p>" for block in blocks)


def _linked(token: str) -> str:
    shown = html.escape(token)
    if token[0] == "#":
        return (
            f'<a href="/tags/{shown[1:]}" class="mention hashtag" rel="tag">#<span>{shown[1:]}</span></a>'
        )
    if token[0] == "@":
        near = shown.split("@")[1]
        return f'<span class="h-card"><a href="/@x" class="u-url mention">@<span>{near}</span></a></span>'
    scheme, rest = token.split("://")
    pieces = (("invisible", f"{scheme}://"), ("ellipsis", rest[:30]), ("invisible", rest[30:]))
    spans = "".join(f'<span class="{name}">{html.escape(piece)}</span>' for name, piece in pieces)
    return f'<a href="{shown}" rel="nofollow">{spans}</a>'
