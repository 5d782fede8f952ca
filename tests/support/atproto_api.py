"""A small server of the AT Protocol: sessions, uploads, one repository of posts, and numbers about them."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from content.counting import graphemes

DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
COLLECTION = "app.bsky.feed.post"
TIMES = {"iat": 1_790_000_000, "exp": 1_790_007_200}
KNOWN = {"$type", "text", "facets", "createdAt", "langs", "reply", "embed", "labels"}


class Rejected(Exception):
    def __init__(self, name: str, message: str = "", status: int = 400, **headers: str) -> None:
        self.body = {"error": name, "message": message}
        self.status, self.headers = status, headers


@dataclass
class AtprotoApi:
    """One account, its app password, and tokens that end when a test says so.

    Attributes:
        rejections: Answers to the next authorised requests, whatever these are.
        calls: Every method and what it was given; uploads as the number of their bytes.
    """

    app_password: str
    access: str
    handle: str = "balloons.bsky.social"
    refresh: str = "refresh-0"
    session: dict[str, Any] = field(default_factory=lambda: {"active": True})
    counts: dict[str, int] = field(default_factory=dict)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    blobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    rejections: list[Rejected] = field(default_factory=list)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    expired: set[str] = field(default_factory=set)
    issued: int = 0
    content_type: str = ""

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/xrpc/{method}", self.call, methods=["GET", "POST"])])

    def named(self, method: str) -> list[Any]:
        """What the calls of one method were given."""
        return [given for name, given in self.calls if name.endswith(f".{method}")]

    async def call(self, request: Request) -> Response:
        method = request.path_params["method"].rpartition(".")[2]
        given = await _given(request)
        self.content_type = request.headers.get("content-type", "")
        self.calls.append(
            (request.path_params["method"], len(given) if isinstance(given, bytes) else given)
        )
        try:
            self._authorise(method, request.headers.get("authorization", "").removeprefix("Bearer "))
            return JSONResponse(getattr(self, f"do_{method}")(given))
        except Rejected as rejected:
            return JSONResponse(rejected.body, rejected.status, rejected.headers)

    def do_createSession(self, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if (given["identifier"], given["password"]) != (self.handle, self.app_password):
            raise Rejected("AuthenticationRequired", "Invalid identifier or password", 401)
        return self._new_session()

    def do_refreshSession(self, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return self._new_session()

    def do_getSession(self, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"handle": self.handle, "did": DID, **self.session}

    def do_uploadBlob(self, given: bytes) -> dict[str, Any]:  # noqa: N802
        link = _cid(given)
        self.blobs[link] = {
            "$type": "blob",
            "ref": {"$link": link},
            "mimeType": self.content_type,
            "size": len(given),
        }
        return {"blob": self.blobs[link]}

    def do_putRecord(self, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._check_repo(given)
        self._check_record(given["record"])
        if not TID.fullmatch(given["rkey"]):
            raise Rejected("InvalidRequest", "Invalid record key")
        cid = _cid(json.dumps(given["record"], sort_keys=True).encode())
        current = self.records.get(given["rkey"])
        if current is not None and current["cid"] != cid and given.get("swapRecord", "absent") is None:
            raise Rejected("InvalidSwap", f"Record was at {current['cid']}")
        self.records[given["rkey"]] = self._view(given["rkey"], cid, given["record"])
        return {"uri": self.records[given["rkey"]]["uri"], "cid": cid, "validationStatus": "valid"}

    def do_getRecord(self, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._check_repo(given)
        if given["rkey"] not in self.records:
            raise Rejected("RecordNotFound", "Could not locate record")
        return self.records[given["rkey"]]

    def do_deleteRecord(self, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._check_repo(given)
        self.records.pop(given["rkey"], None)
        return {}

    def do_getPosts(self, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        found = [each for each in self.records.values() if each["uri"] == given["uris"]]
        return {"posts": [{"uri": each["uri"], **self.counts} for each in found]}

    def _new_session(self) -> dict[str, Any]:
        self.issued += 1
        self.access, self.refresh = token(f"access-{self.issued}"), f"refresh-{self.issued}"
        return {"accessJwt": self.access, "refreshJwt": self.refresh, "handle": self.handle, "did": DID}

    def _authorise(self, method: str, given: str) -> None:
        if self.rejections:
            raise self.rejections.pop(0)
        if method == "createSession":
            return
        if given in self.expired:
            raise Rejected("ExpiredToken", "Token has expired")
        if given != (self.refresh if method == "refreshSession" else self.access):
            raise Rejected("InvalidToken", "Token could not be verified")

    def _check_repo(self, given: dict[str, Any]) -> None:
        if given["repo"] not in {self.handle, DID} or given["collection"] != COLLECTION:
            raise Rejected("InvalidRequest", "Could not find repo")

    def _check_record(self, record: dict[str, Any]) -> None:
        if record["$type"] != COLLECTION or set(record) - KNOWN or not record["createdAt"].endswith("Z"):
            raise Rejected("InvalidRequest", "Invalid record")
        if graphemes(record["text"]) > 300 or len(record["text"].encode()) > 3000:
            raise Rejected("InvalidRequest", "grapheme too big (maximum 300)")
        for facet in record.get("facets", []):
            _check_facet(record["text"].encode(), facet)
        embed = record.get("embed", {})
        for image in embed.get("images", []):
            self._check_blob(image["image"], "image/")
            if not isinstance(image.get("alt"), str):
                raise Rejected("InvalidRequest", "alt is required")
        if embed.get("$type") == "app.bsky.embed.video":
            self._check_video(embed)

    def _check_video(self, embed: dict[str, Any]) -> None:
        if set(embed) - {"$type", "video", "alt", "aspectRatio"}:
            raise Rejected("InvalidRequest", "Invalid embed")
        self._check_blob(embed["video"], "video/mp4")

    def _check_blob(self, blob: dict[str, Any], mime: str) -> None:
        known = self.blobs.get(blob["ref"]["$link"])
        if known is None:
            raise Rejected("BlobNotFound", "Could not find blob")
        if known != blob or not blob["mimeType"].startswith(mime):
            raise Rejected("InvalidMimeType", f"Referenced Mimetype does not match: {blob['mimeType']}")

    def _view(self, key: str, cid: str, record: dict[str, Any]) -> dict[str, Any]:
        return {"uri": f"at://{DID}/{COLLECTION}/{key}", "cid": cid, "value": record}


def token(name: str) -> str:
    """A token like the real ones, good for two hours."""
    claims = base64.urlsafe_b64encode(json.dumps(TIMES).encode()).rstrip(b"=").decode()
    return f"{name}.{claims}.signature"


async def _given(request: Request) -> Any:
    if request.method == "GET":
        return dict(request.query_params)
    body = await request.body()
    is_json = request.headers.get("content-type", "") == "application/json"
    return (json.loads(body) if body else {}) if is_json or not body else body


def _check_facet(text: bytes, facet: dict[str, Any]) -> None:
    start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
    try:
        covered = text[start:end].decode()
    except UnicodeDecodeError:
        raise Rejected("InvalidRequest", "a facet cuts a character") from None
    (feature,) = facet["features"]
    if not covered or ("tag" in feature and covered != f"#{feature['tag']}"):
        raise Rejected("InvalidRequest", "a facet covers something else")


def _cid(data: bytes) -> str:
    digest = b"\x01\x71\x12\x20" + hashlib.sha256(data).digest()
    return "b" + base64.b32encode(digest).decode().lower().rstrip("=")
