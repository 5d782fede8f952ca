"""Golden pairs: the same posts for every channel, and exactly what each channel makes of them.

``golden/posts/`` holds the posts, ``golden/<channel>/`` what they become there, under the same names: the requests
(or the letter, or the files), or an ``error`` with its ``detail`` where the channel cannot take one. A pair of one
channel alone names another ``post``, or holds it, and may have ``settings`` of the account.
"""

import hashlib
import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

from starlette.types import ASGIApp

from channels.base import Channel, Feature, OutgoingMedia, OutgoingPost, Receipt
from channels.errors import ChannelError
from channels.rehearsal.server import serve
from content.richtext import from_json
from tests.channels.conformance import CANARY, published
from tests.channels.posts import PLANNED_AT
from tests.support.wire import Wire

GOLDEN: Final = Path(__file__).parent / "golden"
POSTS: Final = "posts"
NO_THREAD: Final = (Receipt("1", None, PLANNED_AT),)
"""For a channel without threads, which could not publish the first part as a thread either."""

Outcome: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Pair:
    post: OutgoingPost
    after: tuple[OutgoingPost, ...]
    settings: dict[str, str]
    outcome: Outcome


def channels() -> set[str]:
    """Every channel that has pairs."""
    return {folder.name for folder in GOLDEN.iterdir()} - {POSTS}


def names(channel: str) -> list[str]:
    """Every common post, and the pairs of this channel alone."""
    return sorted({path.stem for folder in (POSTS, channel) for path in (GOLDEN / folder).glob("*.toml")})


def read(channel: str, name: str) -> Pair:
    """A pair of a channel.

    Raises:
        FileNotFoundError: A common post has no counterpart there yet.
    """
    outcome = _table(channel, name)
    own = outcome.pop("post", name)
    value = _table(POSTS, own) if isinstance(own, str) else own
    if "requests" in outcome:
        outcome["requests"] = json.loads(outcome["requests"])
    return Pair(
        post=_post(name, value),
        after=tuple(_post(each, _table(POSTS, each)) for each in value.get("after", [])),
        settings=outcome.pop("settings", {}),
        outcome=outcome,
    )


async def outcome(channel: Channel, pair: Pair, sent: Callable[[], Outcome]) -> Outcome:
    """What publishing the post of a pair really becomes.

    Args:
        sent: Tells what was sent since it was asked last.
    """
    thread = await _thread(channel, pair)
    sent()
    try:
        await published(channel, replace(pair.post, thread=thread))
    except ChannelError as error:
        in_spite_of_it = {name: value for name, value in sent().items() if value}
        return {"error": type(error).__name__, "detail": error.detail, **in_spite_of_it}
    return sent()


async def assert_requests(pair: Pair, app: ASGIApp, connect: Callable[[str], Channel]) -> None:
    """Publish the post of a pair to a double and compare what went over the wire."""
    wire = Wire(app, CANARY)

    def sent() -> Outcome:
        requests, wire.requests = wire.requests, []
        return {"requests": requests}

    async with serve(wire) as base_url, connect(base_url) as channel:
        assert await outcome(channel, pair, sent) == pair.outcome


async def _thread(channel: Channel, pair: Pair) -> tuple[Receipt, ...]:
    if Feature.THREADS not in channel.features:
        return NO_THREAD if pair.after else ()
    thread: tuple[Receipt, ...] = ()
    for part in pair.after:
        thread = (*thread, await published(channel, replace(part, thread=thread)))
    return thread


def _table(folder: str, name: str) -> dict[str, Any]:
    return tomllib.loads((GOLDEN / folder / f"{name}.toml").read_text(encoding="utf-8"))


def _post(name: str, value: dict[str, Any]) -> OutgoingPost:
    return OutgoingPost(
        key=name,
        language=value["language"],
        text=from_json(value["text"]),
        planned_at=PLANNED_AT,
        media=tuple(_media(**each) for each in value.get("media", [])),
        content_warning=value.get("content_warning"),
        options=value.get("options", {}),
    )


def _media(alt: str, data: str = "", mime: str = "image/png", **more: Any) -> OutgoingMedia:
    content = (data or alt).encode()
    digest = hashlib.sha256(content).hexdigest()
    return OutgoingMedia(content, mime, f"{digest[:8]}.{mime.partition('/')[2]}", digest, alt, **more)
