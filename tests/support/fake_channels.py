"""Channels that live in memory, with outcomes that a test scripts."""

from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from channels.base import (
    AccountCheck,
    CannotTell,
    Channel,
    Connection,
    Feature,
    Finding,
    HandedOff,
    NotThere,
    OutgoingPost,
    Prepared,
    Receipt,
    Urging,
)
from content.limits import LIMITS
from tests.support.deliveries import NOON


class FakePlatform:
    """What was published, and what to answer next. A scripted error is raised instead of publishing."""

    def __init__(self) -> None:
        self.published: list[str] = []
        self.begun: list[str] = []
        self.pinned: list[str] = []
        self.retracted: list[str] = []
        self.urged: list[tuple[str, Urging]] = []
        self.by_hand = False
        self.threads: dict[str, tuple[str, ...]] = {}
        self.counts: dict[str, int] | Exception = {"likes": 3}
        self.script: defaultdict[str, deque[Exception]] = defaultdict(deque)
        self.found: dict[str, Finding | Exception] = {}
        self.on_publish: Callable[[OutgoingPost], Any] | None = None


class FakeChannel(Channel):
    """Publishes into a ``FakePlatform``."""

    name = "x"
    limits = LIMITS["x"]
    features: frozenset[Feature] = frozenset({Feature.PIN})

    def __init__(
        self, connection: Connection, platform: FakePlatform, features: frozenset[Feature]
    ) -> None:
        super().__init__(connection)
        self.platform = platform
        self.features = features

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt | HandedOff:
        self.platform.begun.append(post.key)
        if self.platform.on_publish is not None:
            await self.platform.on_publish(post)
        if self.platform.script[self.connection.account]:
            raise self.platform.script[self.connection.account].popleft()
        self.platform.published.append(post.key)
        self.platform.threads[post.key] = tuple(earlier.remote_id for earlier in post.thread)
        if self.platform.by_hand:
            return HandedOff("mina")
        return Receipt(f"r{len(self.platform.published)}", None, NOON)

    async def remind(self, post: OutgoingPost, urging: Urging) -> Receipt:
        if self.platform.script[self.connection.account]:
            raise self.platform.script[self.connection.account].popleft()
        self.platform.urged.append((post.key, urging))
        return Receipt("1", None, NOON)

    async def find(self, post: OutgoingPost, prepared: Prepared) -> Finding:
        if Feature.FIND not in self.features:
            return CannotTell("it gives no way to look")
        answer = self.platform.found.get(post.key, NotThere())
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def pin(self, receipt: Receipt) -> None:
        self.platform.pinned.append(receipt.remote_id)

    async def retract(self, receipt: Receipt) -> None:
        if self.platform.script[self.connection.account]:
            raise self.platform.script[self.connection.account].popleft()
        self.platform.retracted.append(receipt.remote_id)

    async def metrics(self, receipt: Receipt) -> Mapping[str, int]:
        if isinstance(self.platform.counts, Exception):
            raise self.platform.counts
        return self.platform.counts

    async def verify(self) -> AccountCheck:
        return AccountCheck(ready=True, identity="fake", detail="")

    async def aclose(self) -> None:
        return None


class FakeChannels:
    """Opens a ``FakeChannel`` for any account."""

    def __init__(self, *features: Feature) -> None:
        self.platform = FakePlatform()
        self.features = frozenset(features)

    @asynccontextmanager
    async def open(self, account: str) -> AsyncIterator[Channel]:
        yield FakeChannel(Connection(account), self.platform, self.features)
