"""A small X API v2: strict about requests, and it shows texts as X does, with t.co and escaped characters."""

import base64
import hashlib
import hmac
import html
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from content.counting import x_weight
from content.weblinks import x_links

Tweet = dict[str, Any]
ME = {"id": "42", "name": "Balloons", "username": "balloons"}
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
REPLY_TO_NOTHING = "You attempted to reply to a Tweet that is deleted or not visible to you."
EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)
CREATE_SCHEMA = {"text": str, "reply": dict, "media": dict}
TIMELINE_PARAMETERS = {
    "max_results", "start_time", "end_time", "pagination_token", "exclude", "tweet.fields",
}  # fmt: skip
METADATA_PARTS = {"alt_text", "sensitive_media_warning"}
PICTURES = {"image/jpeg", "image/png", "image/webp", "image/bmp", "image/tiff", "image/pjpeg"}


class Rejected(Exception):
    def __init__(self, status: int, detail: str, title: str = "", **headers: str) -> None:
        self.status, self.headers = status, {k.replace("_", "-"): v for k, v in headers.items()}
        self.body: dict[str, Any] = {
            "title": title or "Forbidden",
            "detail": detail,
            "type": "about:blank",
            "status": status,
        }


@dataclass
class XApi:
    """Who may call is told by ``keys`` (the four of OAuth 1.0a) or by ``bearer``."""

    now: datetime
    keys: dict[str, str] = field(default_factory=dict)
    bearer: str = ""
    client: tuple[str, str] = ("client", "")
    refresh_token: str = ""
    access_level: str = "read-write"
    page_size: int = 100
    tweets: dict[str, Tweet] = field(default_factory=dict)
    media: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    rejections: dict[tuple[str, str], Rejected] = field(default_factory=dict)
    states: list[str] = field(default_factory=list)
    renewals: int = 0
    last_number: int = 0

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/2/oauth2/token", self.call_token, methods=["POST"]),
                Route("/2/{path:path}", self.call, methods=["GET", "POST", "DELETE"]),
            ]
        )

    async def call(self, request: Request) -> Response:
        body = await request.body()
        parts = request.url.path.removeprefix("/2/").split("/")
        try:
            self._reject(request)
            self._authorise(request)
            return JSONResponse(
                self._answer(request, parts, body), headers={"x-access-level": self.access_level}
            )
        except Rejected as rejected:
            return JSONResponse(rejected.body, rejected.status, rejected.headers)

    async def call_token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        client_id, client_secret = self.client
        basic = "Basic " + base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        if client_secret and request.headers.get("authorization") != basic:
            return JSONResponse({"error": "unauthorized_client"}, 401)
        wanted = {
            "grant_type": "refresh_token",
            "client_id": client_id,
            "refresh_token": self.refresh_token,
        }
        if form != wanted:
            return JSONResponse({"error": "invalid_request", "error_description": "Value invalid."}, 400)
        self.renewals += 1
        self.bearer = f"access-{self.renewals}"
        self.refresh_token = f"refresh-{self.renewals}"
        return JSONResponse(
            {
                "token_type": "bearer",
                "expires_in": 7200,
                "access_token": self.bearer,
                "refresh_token": self.refresh_token,
                "scope": "tweet.read tweet.write users.read media.write offline.access",
            }
        )

    def post(self, text: str, at: datetime, media: int = 0) -> Tweet:
        """A post that is there without a request."""
        self.last_number += 1
        number = (int((at - EPOCH) / timedelta(milliseconds=1)) << 22) | self.last_number
        shown, urls = self._shown(html.escape(text, quote=False), number, media)
        tweet = {
            "id": str(number),
            "sent": text,
            "at": at,
            "text": shown,
            "entities": {"urls": urls},
            "media_ids": [],
        }
        self.tweets[str(number)] = tweet
        return tweet

    def _answer(self, request: Request, parts: list[str], body: bytes) -> dict[str, Any]:
        if request.method == "GET":
            return self._read(parts, dict(request.query_params))
        match (request.method, *parts):
            case ("POST", "tweets"):
                return self._create(self._json(request, body))
            case ("DELETE", "tweets", number):
                return self._delete(number)
            case ("POST", "media", "upload"):
                return self._upload(request, body)
            case ("POST", "media", "upload", *step):
                return self._film(request, step, body)
            case ("POST", "media", "metadata"):
                return self._describe(self._json(request, body))
        raise Rejected(404, "no such route", "Not Found")

    def _read(self, parts: list[str], query: dict[str, str]) -> dict[str, Any]:
        match parts:
            case ["users", "me"]:
                return {"data": ME}
            case ["users", "42", "tweets"]:
                return self._timeline(query)
            case ["tweets", number]:
                return self._lookup(number, query)
            case ["media", "upload"]:
                self._check(query.pop("command") == "STATUS" and list(query) == ["media_id"])
                return self._told_of(query["media_id"])
        raise Rejected(404, "no such route", "Not Found")

    def _create(self, wanted: dict[str, Any]) -> dict[str, Any]:
        self._check(all(isinstance(wanted[name], CREATE_SCHEMA.get(name, ())) for name in wanted))
        media_ids = wanted.get("media", {"media_ids": []}).get("media_ids")
        self._check(isinstance(media_ids, list) and all(isinstance(each, str) for each in media_ids))
        self._check("media" not in wanted or 1 <= len(media_ids) <= 4)
        if not set(media_ids) <= set(self.media):
            raise Rejected(400, "Your media IDs are invalid.", "Invalid Request")
        self._check(not any("total" in self.media[each] for each in media_ids) or len(media_ids) == 1)
        self._check(all(self.media[each].get("state", "succeeded") == "succeeded" for each in media_ids))
        self._check(bool(wanted.get("text") or media_ids))
        self._check(x_weight(wanted.get("text", "")) <= 280)
        if "reply" in wanted:
            self._check(set(wanted["reply"]) == {"in_reply_to_tweet_id"})
            if wanted["reply"]["in_reply_to_tweet_id"] not in self.tweets:
                raise Rejected(403, REPLY_TO_NOTHING)
        return self._publish(wanted, media_ids)

    def _publish(self, wanted: dict[str, Any], media_ids: list[str]) -> dict[str, Any]:
        text = wanted.get("text", "")
        since = self.now - timedelta(hours=12)
        if any(each["sent"] == text and each["at"] > since for each in self.tweets.values()):
            raise Rejected(403, DUPLICATE)
        self.now += timedelta(seconds=1)
        tweet = self.post(text, self.now, len(media_ids))
        tweet.update(media_ids=media_ids, reply=wanted.get("reply"))
        return {"data": {"id": tweet["id"], "text": tweet["text"], "edit_history_tweet_ids": [tweet["id"]]}}

    def _shown(self, text: str, number: int, media: int) -> tuple[str, list[dict[str, Any]]]:
        urls: list[dict[str, Any]] = []
        for start, end in reversed(x_links(text)):
            address = html.unescape(text[start:end])
            expanded = address if "://" in address else f"http://{address}"
            short = f"https://t.co/{number % 1000:05}{start:05}"
            urls.append({"url": short, "expanded_url": expanded, "display_url": address[:20]})
            text = text[:start] + short + text[end:]
        for index in range(min(media, 1)):
            short = f"https://t.co/m{number % 1000:05}{index:04}"
            photo = f"https://x.com/balloons/status/{number}/photo/1"
            urls.append({"url": short, "expanded_url": photo, "display_url": "pic.x.com/m1"})
            text = f"{text} {short}".strip()
        return text, urls

    def _timeline(self, query: dict[str, str]) -> dict[str, Any]:
        self._check(set(query) <= TIMELINE_PARAMETERS and 5 <= int(query.get("max_results", "10")) <= 100)
        start, end = (self._instant(query.get(name)) for name in ("start_time", "end_time"))
        self._check(start is None or start < self.now)
        self._check(end is None or end < self.now - timedelta(seconds=10))
        found = [
            each
            for each in sorted(self.tweets.values(), key=lambda each: each["at"], reverse=True)
            if (start is None or each["at"] >= start) and (end is None or each["at"] < end)
        ]
        offset = int(query.get("pagination_token", "0"))
        page = found[offset : offset + self.page_size]
        meta: dict[str, Any] = {"result_count": len(page)}
        if offset + self.page_size < len(found):
            meta["next_token"] = str(offset + self.page_size)
        fields = {"id", "text", *query.get("tweet.fields", "").split(",")}
        return {"data": [_told(each, fields) for each in page], "meta": meta} if page else {"meta": meta}

    def _lookup(self, number: str, query: dict[str, str]) -> dict[str, Any]:
        self._check(query == {"tweet.fields": "public_metrics"})
        if number not in self.tweets:
            return {"errors": [{"title": "Not Found Error", "resource_type": "tweet", "value": number}]}
        metrics = {
            "retweet_count": 3, "reply_count": 2, "like_count": 7, "quote_count": 1,
            "bookmark_count": 9, "impression_count": 250,
        }  # fmt: skip
        return {"data": {"id": number, "text": self.tweets[number]["text"], "public_metrics": metrics}}

    def _delete(self, number: str) -> dict[str, Any]:
        if self.tweets.pop(number, None) is None:
            raise Rejected(404, "Could not find tweet.", "Not Found Error")
        return {"data": {"deleted": True}}

    def _upload(self, request: Request, body: bytes) -> dict[str, Any]:
        parts = {
            str(part.get_param("name", header="content-disposition")): part
            for part in _parts(request, body)
        }
        self._check(set(parts) == {"media", "media_category", "media_type"})
        values = {name: _bytes(part) for name, part in parts.items()}
        self._check(values["media_category"] == b"tweet_image")
        self._check(parts["media"].get_content_type().encode() == values["media_type"])
        self._check(parts["media"].get_content_type() in PICTURES and bool(parts["media"].get_filename()))
        number = str(1_900_000_000_000_000_000 + len(self.media))
        self.media[number] = {"size": len(values["media"])}
        return {"data": {"id": number, "media_key": f"3_{number}", "expires_after_secs": 86400}}

    def _film(self, request: Request, step: list[str], body: bytes) -> dict[str, Any]:
        match step:
            case ["initialize"]:
                return self._initialize(self._json(request, body))
            case [number, "append"]:
                return self._append(number, request, body)
            case [number, "finalize"]:
                return self._finalize(number)
        raise Rejected(404, "no such route", "Not Found")

    def _initialize(self, wanted: dict[str, Any]) -> dict[str, Any]:
        self._check(set(wanted) == {"media_category", "media_type", "total_bytes"})
        self._check((wanted["media_category"], wanted["media_type"]) == ("tweet_video", "video/mp4"))
        number = str(1_900_000_000_000_000_000 + len(self.media))
        self.media[number] = {"total": wanted["total_bytes"], "segments": [], "state": "open"}
        return self._told_of(number)

    def _append(self, number: str, request: Request, body: bytes) -> dict[str, Any]:
        parts = {
            str(part.get_param("name", header="content-disposition")): _bytes(part)
            for part in _parts(request, body)
        }
        self._check(set(parts) == {"media", "segment_index"} and len(parts["media"]) <= 5_000_000)
        self._check(int(parts["segment_index"]) == len(self.media[number]["segments"]))
        self.media[number]["segments"].append(parts["media"])
        return {"data": {"expires_at": 1_800_000_000}}

    def _finalize(self, number: str) -> dict[str, Any]:
        media = self.media[number]
        self._check(sum(map(len, media["segments"])) == media["total"])
        media["state"] = "pending"
        return self._told_of(number)

    def _told_of(self, number: str) -> dict[str, Any]:
        self._check(number in self.media)
        media, told = self.media[number], {"id": number, "media_key": f"13_{number}"}
        if media["state"] != "open":
            media["state"] = self.states.pop(0) if self.states else "succeeded"
            told["processing_info"] = {"state": media["state"], "check_after_secs": 5}  # type: ignore[assignment]
        return {"data": told}

    def _describe(self, wanted: dict[str, Any]) -> dict[str, Any]:
        self._check(set(wanted) == {"id", "metadata"} and wanted["id"] in self.media)
        metadata = wanted["metadata"]
        self._check(bool(metadata) and set(metadata) <= METADATA_PARTS)
        self._check(len(metadata.get("alt_text", {"text": ""})["text"]) <= 1000)
        self.media[wanted["id"]].update(metadata)
        return {"data": {"id": wanted["id"], "associated_metadata": metadata}}

    def _json(self, request: Request, body: bytes) -> dict[str, Any]:
        self._check(request.headers.get("content-type", "").startswith("application/json"))
        value: dict[str, Any] = json.loads(body)
        self.calls.append((request.method, request.url.path, value))
        return value

    def _reject(self, request: Request) -> None:
        rejected = self.rejections.pop((request.method, request.url.path), None)
        if rejected:
            raise rejected

    def _authorise(self, request: Request) -> None:
        given = request.headers.get("authorization", "")
        allowed = self._signed(request, given) if self.keys else given == f"Bearer {self.bearer}"
        if not allowed:
            raise Rejected(401, "Unauthorized", "Unauthorized")

    def _signed(self, request: Request, given: str) -> bool:
        """Whether the signature is the one of RFC 5849, recomputed by hand."""
        scheme, _, rest = given.partition(" ")
        pairs = [each.strip().split("=", 1) for each in rest.split(",")]
        sent = {name: unquote(value.strip('"')) for name, value in pairs}
        signature = sent.pop("oauth_signature", "")
        values = [*sent.items(), *request.query_params.multi_items()]
        normal = "&".join(f"{name}={value}" for name, value in sorted((_q(n), _q(v)) for n, v in values))
        address = str(request.url).partition("?")[0]
        base = "&".join((request.method, _q(address), _q(normal)))
        key = f"{_q(self.keys['consumer_secret'])}&{_q(self.keys['access_token_secret'])}"
        digest = hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()
        return (
            scheme == "OAuth"
            and (sent["oauth_consumer_key"], sent["oauth_token"])
            == (self.keys["consumer_key"], self.keys["access_token"])
            and signature == base64.b64encode(digest).decode()
        )

    def _instant(self, value: str | None) -> datetime | None:
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) if value else None

    def _check(self, sound: bool) -> None:
        if not sound:
            raise Rejected(400, "One or more parameters to your request was invalid.", "Invalid Request")


def _told(tweet: Tweet, fields: set[str]) -> Tweet:
    whole = {**tweet, "created_at": tweet["at"].strftime("%Y-%m-%dT%H:%M:%S.000Z")}
    return {name: whole[name] for name in fields if name in whole}


def _q(value: str) -> str:
    return quote(value, safe="-._~")


def _bytes(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def _parts(request: Request, body: bytes) -> Iterator[EmailMessage]:
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    whole = message_from_bytes(head + body, policy=HTTP)
    return (part for part in whole.walk() if not part.is_multipart())
