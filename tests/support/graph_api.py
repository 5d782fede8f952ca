"""Small Graph APIs: enough of Facebook, Instagram and Threads to post in one process, and as strict.

They fetch no picture; they look whether its address is one that Meta could fetch.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from io import BytesIO
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.rehearsal.server import serve
from content.counting import utf8_bytes, utf16_units
from content.weblinks import http_links
from tests.channels.conformance import Seen
from tests.channels.posts import PLANNED_AT

OWN = "17841400000000001"
DAY = 86_400
RENEWED = "RENEWED-token-of-60-days"
LONGEST_ALT = 1_000
PNG_OR_JPEG = (".jpg", ".jpeg", ".png")
PICTURE = frozenset({"image_url", "alt_text", "is_carousel_item"})
REEL = frozenset({"media_type", "video_url", "caption"})
PIECE = 3
"""Bytes of a video that Facebook asks for at a time."""


class Rejected(Exception):
    def __init__(
        self,
        code: int,
        subcode: int = 0,
        status: int = 400,
        message: str = "Invalid parameter",
        **more: Any,
    ) -> None:
        error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A", **more}
        self.body = {"error": {**error, "error_subcode": subcode} if subcode else error}
        self.status = status


@dataclass
class Post:
    text: str
    time: str
    url: str
    alts: tuple[str, ...] = ()
    parent: str = ""


@dataclass
class GraphApi:
    """What the three have in common.

    Attributes:
        rejections: Answers to the next requests whose path ends like this, before anything happens.
        breaking: Requests whose path ends like this happen, and their answers are a server error.
    """

    TEXT: ClassVar[str] = ""
    TIME: ClassVar[str] = "timestamp"
    URL: ClassVar[str] = "permalink"
    LISTS: ClassVar[tuple[str, ...]] = ()
    VERSION: ClassVar[str] = "v25.0"

    token: str
    base_url: str = ""
    posts: dict[str, Post] = field(default_factory=dict)
    calls: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    rejections: dict[str, Rejected] = field(default_factory=dict)
    breaking: set[str] = field(default_factory=set)
    last_id: int = 18_000_000_000_000_000

    def public(self) -> list[Seen]:
        return [Seen(each.text, each.alts) for each in self.posts.values()]

    @property
    def app(self) -> Starlette:
        methods = ["GET", "POST", "DELETE"]
        return Starlette(routes=[Route("/{path:path}", self.call, methods=methods)])

    async def call(self, request: Request) -> Response:
        method, path = request.method, request.path_params["path"]
        try:
            self._authorise(request)
            parameters, files = await _parameters(request)
            self.calls.append((method, path, parameters))
            self._reject(path)
            answer = self.answer(method, self._spoken(path), parameters, files)
            self._break(path)
            return JSONResponse(answer)
        except Rejected as rejected:
            return JSONResponse(rejected.body, rejected.status)

    def answer(self, method: str, path: str, parameters: dict[str, str], files: list[UploadFile]) -> Any:
        if method == "GET" and path in self.LISTS:
            _allow(parameters, {"fields", "limit"})
            newest = sorted(self.posts, key=lambda number: self.posts[number].time, reverse=True)
            listed = [number for number in newest if self.is_listed(path, self.posts[number])]
            return {
                "data": [self._shown(number, parameters) for number in listed[: int(parameters["limit"])]]
            }
        if method == "GET" and path in self.posts:
            return self._shown(path, parameters)
        if method == "DELETE" and path in self.posts:
            del self.posts[path]
            return {"success": True}
        raise Rejected(100, 33, message=f"Object with ID '{path}' does not exist")

    def is_listed(self, path: str, post: Post) -> bool:
        return True

    def counts(self) -> dict[str, Any]:
        return {}

    def store(self, text: str, alts: tuple[str, ...] = (), parent: str = "") -> str:
        number = self.number()
        at = PLANNED_AT + timedelta(seconds=len(self.posts))
        self.posts[number] = Post(
            text, f"{at:%Y-%m-%dT%H:%M:%S}+0000", f"https://example.org/p/{number}", alts, parent
        )
        return number

    def number(self) -> str:
        self.last_id += 1
        return str(self.last_id)

    def _shown(self, number: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        post = self.posts[number]
        known = {
            "id": number,
            self.TEXT: post.text,
            self.TIME: post.time,
            self.URL: post.url,
            **self.counts(),
        }
        return {"id": number, **_fields(known, parameters)}

    def _authorise(self, request: Request) -> None:
        if "access_token" in request.query_params:
            raise Rejected(100, message="the token stands in the address")
        if request.headers.get("authorization") != f"Bearer {self.token}":
            raise Rejected(190, status=401, message=f"Malformed access token {self.token}")

    def _reject(self, path: str) -> None:
        for end in [each for each in self.rejections if path.endswith(each)]:
            raise self.rejections.pop(end)

    def _break(self, path: str) -> None:
        if any(path.endswith(each) for each in self.breaking):
            raise Rejected(2, status=500, message="Service temporarily unavailable", is_transient=True)

    def _spoken(self, path: str) -> str:
        version, _, rest = path.partition("/")
        if version == "refresh_access_token":
            return path
        if version != self.VERSION:
            raise Rejected(2500, message="Unknown path components")
        return rest


@dataclass
class Upload:
    size: int
    data: bytes = b""


@dataclass
class FacebookApi(GraphApi):
    TEXT = "message"
    TIME = "created_time"
    URL = "permalink_url"
    LISTS = (f"{OWN}/published_posts",)

    owner: str = OWN
    photos: dict[str, str] = field(default_factory=dict)
    videos: dict[str, "Upload"] = field(default_factory=dict)
    shows_videos: bool = True
    uploads: list[tuple[str | None, str | None, int]] = field(default_factory=list)

    def answer(self, method: str, path: str, parameters: dict[str, str], files: list[UploadFile]) -> Any:
        match method, path:
            case "GET", "me":
                return _fields({"id": self.owner, "name": "White Balloons"}, parameters)
            case "POST", place if place == f"{OWN}/photos":
                return {"id": self._upload(parameters, files)}
            case "POST", place if place == f"{OWN}/feed":
                return {"id": self._post(parameters)}
            case "POST", place if place == f"{OWN}/videos":
                return self._film(parameters, files)
            case "GET", number if number in self.videos:
                return self._video(number, parameters)
            case _:
                return super().answer(method, path, parameters, files)

    def _film(self, parameters: dict[str, str], files: list[UploadFile]) -> dict[str, Any]:
        match parameters.get("upload_phase"):
            case "start":
                _allow(parameters, {"upload_phase", "file_size"})
                number = self.number()
                self.videos[number] = Upload(int(parameters["file_size"]))
                return {"video_id": number, "upload_session_id": f"s{number}", **self._wanted(number)}
            case "transfer":
                _allow(parameters, {"upload_phase", "upload_session_id", "start_offset"})
                return self._take_piece(parameters, files)
            case "finish":
                _allow(parameters, {"upload_phase", "upload_session_id", "description"})
                return self._finish(parameters)
            case phase:
                raise Rejected(100, message=f"upload_phase {phase}")

    def _wanted(self, number: str) -> dict[str, str]:
        upload = self.videos[number]
        end = min(len(upload.data) + PIECE, upload.size)
        return {"start_offset": str(len(upload.data)), "end_offset": str(end)}

    def _take_piece(self, parameters: dict[str, str], files: list[UploadFile]) -> dict[str, Any]:
        number = parameters["upload_session_id"].removeprefix("s")
        wanted, (piece,) = self._wanted(number), files
        data = piece.file.read()
        if parameters["start_offset"] != wanted["start_offset"] or len(data) != int(
            wanted["end_offset"]
        ) - int(wanted["start_offset"]):
            raise Rejected(1363037, message="the piece is not the one that was asked for")
        self.videos[number].data += data
        return dict(self._wanted(number))

    def _finish(self, parameters: dict[str, str]) -> dict[str, Any]:
        number = parameters["upload_session_id"].removeprefix("s")
        upload = self.videos[number]
        if len(upload.data) != upload.size:
            raise Rejected(1363037, message="pieces are missing")
        stored = self.posts.pop(self.store(parameters["description"]))
        self.posts[number] = replace(stored, url=f"/{OWN}/videos/{number}/")
        return {"success": True}

    def _video(self, number: str, parameters: dict[str, str]) -> dict[str, Any]:
        post = self.posts.get(number)
        known = {"published": post is not None and self.shows_videos, "id": number}
        if post is not None:
            counted = {name: count for name, count in self.counts().items() if name != "shares"}
            known |= {self.TIME: post.time, self.URL: post.url, **counted}
        wanted = {name: known.get(name) for name in (self.TIME, self.URL)} if post is None else {}
        return {"id": number, **_fields(wanted | known, parameters)}

    def counts(self) -> dict[str, Any]:
        return {
            "likes": {"data": [], "summary": {"total_count": 5}},
            "comments": {"data": [], "summary": {"total_count": 2}},
            "shares": {"count": 3},
        }

    def _upload(self, parameters: dict[str, str], files: list[UploadFile]) -> str:
        _allow(parameters, {"published", "alt_text_custom"})
        if parameters.get("published") != "false" or len(files) != 1:
            raise Rejected(100, message="expected one unpublished photo")
        self.uploads.append((files[0].filename, files[0].content_type, files[0].size or 0))
        number = self.number()
        self.photos[number] = parameters.get("alt_text_custom", "")
        return number

    def _post(self, parameters: dict[str, str]) -> str:
        _allow(parameters, {"message", "attached_media"})
        if utf16_units(parameters["message"]) > 63_206:
            raise Rejected(100, message="message is too long")
        attached = [each["media_fbid"] for each in json.loads(parameters.get("attached_media", "[]"))]
        if not set(attached) <= set(self.photos):
            raise Rejected(100, message="attached_media is unknown")
        alts = tuple(self.photos[number] for number in attached)
        number = f"{OWN}_{self.store(parameters['message'], alts)}"
        self.posts[number] = self.posts.pop(number.partition("_")[2])
        return number


@dataclass
class ContainerApi(GraphApi):
    """Instagram and Threads: containers first, of which each is published once.

    Attributes:
        statuses: What the next looks at a container are told; afterwards it is finished.
    """

    MADE_AT: ClassVar[str] = ""
    PUBLISHED_AT: ClassVar[str] = ""
    STATUS: ClassVar[str] = ""
    LIMIT_AT: ClassVar[str] = ""
    GRANT: ClassVar[str] = ""
    ALLOWED: ClassVar[frozenset[str]] = frozenset()
    PICTURES: ClassVar[tuple[str, ...]] = PNG_OR_JPEG
    MOST_CHILDREN: ClassVar[int] = 10

    containers: dict[str, dict[str, str]] = field(default_factory=dict)
    published: set[str] = field(default_factory=set)
    statuses: list[str] = field(default_factory=list)
    used: int = 3
    allowed: int = 50

    def answer(self, method: str, path: str, parameters: dict[str, str], files: list[UploadFile]) -> Any:
        if method == "POST":
            return {"id": self._posted(path, parameters)}
        match path.removeprefix(f"{OWN}/"):
            case "refresh_access_token":
                return self._renew(parameters)
            case place if place == OWN:
                return {"id": OWN, **_fields({"username": "balloons"}, parameters)}
            case place if place == self.LIMIT_AT:
                config = {"quota_total": self.allowed, "quota_duration": DAY}
                return {"data": [_fields({"quota_usage": self.used, "config": config}, parameters)]}
            case number if number in self.containers:
                return _fields({self.STATUS: self._status(number)}, parameters)
            case _:
                return super().answer(method, path, parameters, files)

    def check_text(self, container: Mapping[str, str]) -> None:
        raise NotImplementedError

    def check_kind(self, container: Mapping[str, str]) -> None:
        raise NotImplementedError

    def _posted(self, path: str, parameters: dict[str, str]) -> str:
        if path == f"{OWN}/{self.MADE_AT}":
            return self._make(parameters)
        if path == f"{OWN}/{self.PUBLISHED_AT}":
            return self._publish(parameters)
        raise Rejected(100, 33, message=f"Object with ID '{path}' does not exist")

    def _renew(self, parameters: dict[str, str]) -> dict[str, Any]:
        if parameters != {"grant_type": self.GRANT}:
            raise Rejected(100, message="grant_type")
        return {"access_token": RENEWED, "token_type": "bearer", "expires_in": 60 * DAY}

    def _status(self, number: str) -> str:
        if self.statuses:
            return self.statuses.pop(0)
        return "PUBLISHED" if number in self.published else "FINISHED"

    def _make(self, container: dict[str, str]) -> str:
        _allow(container, self.ALLOWED)
        self.check_kind(container)
        self.check_text(container)
        self._check_picture(container)
        self._check_video(container)
        self._check_children(container)
        number = self.number()
        self.containers[number] = container
        return number

    def _check_picture(self, container: Mapping[str, str]) -> None:
        if "image_url" not in container:
            return
        url = urlsplit(container["image_url"])
        if url.scheme != "https" and url.hostname != "127.0.0.1":
            raise Rejected(9004, 2207052, message="Media download has failed")
        if not url.path.endswith(self.PICTURES):
            raise Rejected(36001, 2207005, message="The image format is not supported")
        if len(container.get("alt_text", "")) > LONGEST_ALT:
            raise Rejected(100, message="alt_text is too long")

    def _check_video(self, container: Mapping[str, str]) -> None:
        if "video_url" not in container:
            return
        url = urlsplit(container["video_url"])
        if url.scheme != "https" or "is_carousel_item" in container:
            raise Rejected(9004, 2207052, message="Media download has failed")

    def _check_children(self, container: Mapping[str, str]) -> None:
        if container.get("media_type") != "CAROUSEL":
            return
        children = container.get("children", "").split(",")
        if not 2 <= len(children) <= self.MOST_CHILDREN:
            raise Rejected(100, 2207028, message="wrong number of children")
        for each in children:
            if self.containers.get(each, {}).get("is_carousel_item") != "true":
                raise Rejected(100, message="a child is no carousel item")

    def _publish(self, parameters: dict[str, str]) -> str:
        _allow(parameters, {"creation_id"})
        number = parameters["creation_id"]
        container = self.containers.get(number)
        if container is None or number in self.published or "is_carousel_item" in container:
            raise Rejected(24, 2207006, message="The requested resource does not exist")
        self.published.add(number)
        parts = [self.containers[each] for each in container.get("children", "").split(",") if each]
        alts = tuple(each.get("alt_text", "") for each in parts or [container])
        return self.store(container.get(self.TEXT, ""), alts, container.get("reply_to_id", ""))


@dataclass
class InstagramApi(ContainerApi):
    TEXT = "caption"
    LISTS = (f"{OWN}/media",)
    MADE_AT = "media"
    PUBLISHED_AT = "media_publish"
    STATUS = "status_code"
    LIMIT_AT = "content_publishing_limit"
    GRANT = "ig_refresh_token"
    ALLOWED = PICTURE | REEL | {"children"}
    PICTURES = (".jpg", ".jpeg")

    def counts(self) -> dict[str, Any]:
        return {"like_count": 5, "comments_count": 2}

    def check_kind(self, container: Mapping[str, str]) -> None:
        if container.get("media_type") == "REELS":
            self._check_reel(container)
            return
        if container.get("media_type") not in {None, "CAROUSEL"}:
            raise Rejected(100, message="media_type")
        if ("image_url" in container) == ("children" in container):
            raise Rejected(100, 2207004, message="Only photo or video can be accepted as media type.")

    def _check_reel(self, container: Mapping[str, str]) -> None:
        if set(container) - REEL or "video_url" not in container:
            raise Rejected(100, message="a reel has a video and a caption")

    def check_text(self, container: Mapping[str, str]) -> None:
        if "caption" in container and "is_carousel_item" in container:
            raise Rejected(100, message="a carousel item has no caption")
        if utf16_units(container.get("caption", "")) > 2_200:
            raise Rejected(36004, 2207010, message="The caption was too long")


@dataclass
class ThreadsApi(ContainerApi):
    TEXT = "text"
    VERSION = "v1.0"
    LISTS = (f"{OWN}/threads", f"{OWN}/replies")
    MADE_AT = "threads"
    PUBLISHED_AT = "threads_publish"
    STATUS = "status"
    LIMIT_AT = "threads_publishing_limit"
    GRANT = "th_refresh_token"
    ALLOWED = PICTURE | {"text", "media_type", "video_url", "children", "reply_to_id"}
    MOST_CHILDREN = 20

    def answer(self, method: str, path: str, parameters: dict[str, str], files: list[UploadFile]) -> Any:
        number, _, edge = path.partition("/")
        if edge == "insights" and number in self.posts:
            wanted = parameters["metric"].split(",")
            return {"data": [_insight(name, value) for value, name in enumerate(wanted, 1)]}
        return super().answer(method, path, parameters, files)

    def is_listed(self, path: str, post: Post) -> bool:
        return path.endswith("/replies") == bool(post.parent)

    def check_kind(self, container: Mapping[str, str]) -> None:
        needed = {"TEXT": "text", "IMAGE": "image_url", "VIDEO": "video_url", "CAROUSEL": "children"}
        if needed.get(container.get("media_type", ""), "media_type") not in container:
            raise Rejected(100, message="media_type")
        parent = container.get("reply_to_id")
        if parent is not None and parent not in self.posts:
            raise Rejected(100, message="reply_to_id")

    def check_text(self, container: Mapping[str, str]) -> None:
        words = container.get("text", "")
        if utf8_bytes(words) > 500:
            raise Rejected(100, message="Param text must be at most 500 characters long.")
        if len(http_links(words)) > 5:
            raise Rejected(100, message="THREADS_API__LINK_LIMIT_EXCEEDED")


Api = TypeVar("Api", bound=GraphApi)


@asynccontextmanager
async def serving(api: Api) -> AsyncIterator[Api]:
    async with serve(api.app) as api.base_url:
        yield api


def _insight(name: str, value: int) -> dict[str, Any]:
    return {"name": name, "period": "lifetime", "values": [{"value": value}]}


def _allow(parameters: Mapping[str, str], allowed: set[str] | frozenset[str]) -> None:
    unknown = set(parameters) - allowed
    if unknown:
        raise Rejected(100, message=f"unknown parameters {sorted(unknown)}")


def _fields(known: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    wanted = [each.partition(".")[0] for each in parameters.get("fields", "id").split(",")]
    unknown = set(wanted) - set(known) - {"id"}
    if unknown:
        raise Rejected(100, message=f"Tried accessing nonexisting field {sorted(unknown)}")
    return {name: known[name] for name in wanted if name in known}


async def _parameters(request: Request) -> tuple[dict[str, str], list[UploadFile]]:
    if request.method != "POST":
        return dict(request.query_params), []
    async with request.form() as form:
        texts = {name: value for name, value in form.items() if isinstance(value, str)}
        return texts, [await _kept(value) for value in form.values() if isinstance(value, UploadFile)]


async def _kept(file: UploadFile) -> UploadFile:
    """A copy that outlives its request."""
    content = BytesIO(await file.read())
    return UploadFile(content, size=file.size, filename=file.filename, headers=file.headers)
