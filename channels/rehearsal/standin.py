"""A platform that is not there: enforces real limits, writes down what it accepts, fails when told to.

``python -m channels.rehearsal.standin --log FILE`` runs it in a process of its own and prints
``{"base_url": ...}`` as its first line.
"""

import argparse
import asyncio
import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.rehearsal.answers import NOTHING, HalfAnswer, error_answer, failure
from channels.rehearsal.faults import Fault, FaultKind, Faults, read_fault
from channels.rehearsal.journal import Entry, Journal, accepted, digest, machine_time
from channels.rehearsal.server import serve
from content.counting import graphemes
from content.limits import LIMITS, Limits, excess, extract_tags

PLACE: Final = "/v1/{platform}/{account}"


class StandIn:
    """Plays every platform at once, one account per path.

    Attributes:
        can_look_back: Whether a client may ask if a key was accepted; otherwise it answers 405.
        idempotent: Whether a key that was accepted before is answered with the first acceptance.
        faults: Failures that are due.
    """

    def __init__(
        self,
        log: Path,
        *,
        can_look_back: bool = True,
        idempotent: bool = False,
        sync: bool = False,
        seed: int = 0,
        now: Callable[[], datetime] = machine_time,
    ) -> None:
        self.can_look_back, self.idempotent = can_look_back, idempotent
        self.faults = Faults(seed)
        self.journal = Journal(log, sync=sync, now=now)
        self._uploads: dict[str, int] = {}
        self._posts: dict[tuple[str, str, str], Entry] = {}
        self._numbers: dict[str, tuple[str, str, str]] = {}
        for entry in accepted(self.journal.entries):
            self._remember(dict(entry))
        for entry in self.journal.entries:
            if entry["event"] == "retracted":
                self._forget(entry["id"])

    @property
    def app(self) -> Starlette:
        """The stand-in as a web application."""
        return Starlette(
            routes=[
                Route(f"{PLACE}/posts", self._publish, methods=["POST"]),
                Route(f"{PLACE}/posts", self._find, methods=["GET"]),
                Route(f"{PLACE}/posts/{{number}}", self._retract, methods=["DELETE"]),
                Route(f"{PLACE}/posts/{{number}}/pin", self._pin, methods=["PUT"]),
                Route(f"{PLACE}/posts/{{number}}/metrics", self._metrics, methods=["GET"]),
                Route(f"{PLACE}/media/{{sha256}}", self._upload, methods=["PUT"]),
                Route(PLACE, self._verify, methods=["GET"]),
                Route("/faults", self._add_faults, methods=["POST"]),
                Route("/faults", self._clear_faults, methods=["DELETE"]),
            ]
        )

    def close(self) -> None:
        """Close the log."""
        self.journal.close()

    async def _publish(self, request: Request) -> Response:
        post = await request.json()
        facts = {**request.path_params, "key": post["key"]}
        text = {"sha256": digest(post["text"]), "text": post["text"]}
        self.journal.write("begun", **facts, **text)
        struck = self.faults.strike(facts["account"])
        await _wait(struck, FaultKind.LATENCY)
        failed = await failure(struck, request)
        return failed or await self._take(request, struck, post, {**facts, **text})

    async def _take(
        self, request: Request, struck: list[Fault], post: Mapping[str, Any], facts: Entry
    ) -> Response:
        found = (
            _complaints(LIMITS[facts["platform"]], post) + self._missing(post) + self._astray(post, facts)
        )
        if found:
            return error_answer(400, "; ".join(found))
        entry = self._accept(post, facts)
        await _wait(struck, FaultKind.SLOW_ANSWER)
        if struck and struck[-1].kind is FaultKind.DROP_AFTER:
            return HalfAnswer(request.state.hang_up)
        return JSONResponse(_receipt(entry), 201)

    def _accept(self, post: Mapping[str, Any], facts: Entry) -> Entry:
        earlier = self._posts.get(_place(facts))
        if earlier and self.idempotent:
            return earlier
        number = f"{facts['account']}-{self.journal.last + 1}"
        extra = {
            name: post.get(name)
            for name in ("language", "content_warning", "media", "options", "links", "reply_to")
        }
        tags = extract_tags(facts["platform"], facts["text"])
        return self._remember(self.journal.write("accepted", id=number, **facts, **extra, tags=tags))

    def _remember(self, entry: Entry) -> Entry:
        self._posts.setdefault(_place(entry), entry)
        self._numbers[entry["id"]] = _place(entry)
        return entry

    def _forget(self, number: str) -> Entry | None:
        return self._posts.pop(self._numbers.pop(number, ("", "", "")), None)

    def _missing(self, post: Mapping[str, Any]) -> list[str]:
        return [
            "a picture was never uploaded" for each in post["media"] if each["sha256"] not in self._uploads
        ]

    def _astray(self, post: Mapping[str, Any], facts: Entry) -> list[str]:
        answered = post.get("reply_to")
        if answered is None:
            return []
        if not LIMITS[facts["platform"]].threads:
            return [f"{facts['platform']} takes no replies"]
        is_known = self._numbers.get(answered, ("", "", ""))[:2] == (facts["platform"], facts["account"])
        return [] if is_known else ["the post that it replies to is not there"]

    async def _find(self, request: Request) -> Response:
        if not self.can_look_back:
            return error_answer(405, "this platform does not show old posts")
        place = (*_whose(request), request.query_params["key"])
        entry = self._posts.get(place)
        return JSONResponse(_receipt(entry)) if entry else error_answer(404, "no such post")

    async def _retract(self, request: Request) -> Response:
        entry = self._forget(request.path_params["number"])
        if entry is None:
            return error_answer(404, "no such post")
        self.journal.write(
            "retracted", **{name: entry[name] for name in ("platform", "account", "key", "id")}
        )
        return NOTHING

    async def _pin(self, request: Request) -> Response:
        if request.path_params["number"] not in self._numbers:
            return error_answer(404, "no such post")
        self.journal.write("pinned", id=request.path_params["number"])
        return NOTHING

    async def _metrics(self, request: Request) -> Response:
        if request.path_params["number"] not in self._numbers:
            return error_answer(404, "no such post")
        return JSONResponse({"likes": 0, "replies": 0, "shares": 0, "views": 0})

    async def _upload(self, request: Request) -> Response:
        body = await request.body()
        if hashlib.sha256(body).hexdigest() != request.path_params["sha256"]:
            return error_answer(400, "the file arrived damaged")
        if len(body) > _most_bytes(LIMITS[request.path_params["platform"]], request):
            return error_answer(400, "the file is too large")
        self._uploads[request.path_params["sha256"]] = len(body)
        return NOTHING

    async def _verify(self, request: Request) -> Response:
        platform, account = _whose(request)
        expired = any(
            fault.kind is FaultKind.EXPIRE_TOKEN and fault.concerns(account) for fault in self.faults.due
        )
        if platform not in LIMITS:
            return error_answer(404, "no such platform")
        return (
            error_answer(401, "the token has expired")
            if expired
            else JSONResponse({"identity": f"@{account}"})
        )

    async def _add_faults(self, request: Request) -> Response:
        asked = await request.json()
        try:
            faults = [read_fault(each) for each in asked]
        except (KeyError, TypeError, ValueError) as error:
            return error_answer(400, str(error))
        for fault in faults:
            self.faults.add(fault)
        return NOTHING

    async def _clear_faults(self, request: Request) -> Response:
        del request
        self.faults.clear()
        return NOTHING


def _complaints(limits: Limits, post: Mapping[str, Any]) -> list[str]:
    media = post["media"]
    found = [str(each) for each in excess(post["text"], limits, caption=bool(media))]
    moving = any(_is_video(each.get("mime", "")) for each in media)
    if moving and (len(media) > 1 or limits.video is None):
        found.append("a video where none is taken")
    if len(media) > limits.max_media:
        found.append(f"{len(media)} pictures, {limits.platform} takes {limits.max_media}")
    if limits.requires_media and not media:
        found.append("no picture")
    if limits.max_alt_graphemes and any(
        graphemes(each["alt"]) > limits.max_alt_graphemes for each in media
    ):
        found.append("a description is too long")
    return found


def _most_bytes(limits: Limits, request: Request) -> int:
    if not _is_video(request.headers.get("content-type", "")):
        return limits.max_media_bytes
    return limits.video.max_bytes if limits.video else 0


def _is_video(mime: str) -> bool:
    return mime.startswith("video/")


def _whose(request: Request) -> tuple[str, str]:
    return request.path_params["platform"], request.path_params["account"]


def _place(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    return entry["platform"], entry["account"], entry["key"]


def _receipt(entry: Mapping[str, Any]) -> dict[str, str]:
    url = f"https://rehearsal.invalid/{entry['platform']}/{entry['account']}/{entry['id']}"
    return {"id": entry["id"], "url": url, "accepted_at": entry["at"]}


async def _wait(struck: list[Fault], kind: FaultKind) -> None:
    for fault in struck:
        if fault.kind is kind:
            await asyncio.sleep(fault.seconds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-look-back", action="store_true")
    parser.add_argument("--idempotent", action="store_true")
    parser.add_argument("--sync", action="store_true")
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    standin = StandIn(
        arguments.log,
        can_look_back=not arguments.no_look_back,
        idempotent=arguments.idempotent,
        sync=arguments.sync,
        seed=arguments.seed,
    )
    async with serve(standin.app, arguments.port) as base_url:
        sys.stdout.write(json.dumps({"base_url": base_url}) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(_run(_arguments()))
    except KeyboardInterrupt:
        sys.exit(130)
