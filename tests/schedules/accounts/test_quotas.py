"""Quotas are read now and then, so that a plan's forecast is fresh."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from channels.base import AccountCheck, Channel, Connection, Feature, OutgoingPost, Prepared, Quota, Receipt
from channels.errors import ChannelError, NotAuthorised, Unreachable
from channels.secret import Secret
from content.limits import LIMITS
from schedules.accounts import accounts, quotas
from schedules.accounts.accounts import NewAccount
from schedules.accounts.buckets import buckets_for
from schedules.accounts.keys import Key
from schedules.accounts.vault import Vault
from schedules.clock import SetClock
from schedules.errors import StoreUnusable
from schedules.store.engine import Store

NOON = datetime(2027, 3, 6, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
VAULT = Vault(Key(b"k" * 32))


class Counting(Channel):
    """Says how many posts its platform has counted, or fails."""

    name = "x"
    limits = LIMITS["x"]
    features = frozenset({Feature.QUOTA})

    def __init__(self, connection: Connection, said: int | ChannelError) -> None:
        super().__init__(connection)
        self._said = said

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        raise NotImplementedError

    async def verify(self) -> AccountCheck:
        if isinstance(self._said, ChannelError):
            raise self._said
        return AccountCheck(ready=True, identity="@x", detail="Fine.", quota=Quota(self._said, 100, DAY))

    async def aclose(self) -> None: ...


class Scene:
    """Accounts of two channels, of which only ``x`` tells its quota."""

    def __init__(self, store: Store) -> None:
        self.store, self.clock = store, SetClock(NOON)
        self.says: dict[str, int | ChannelError] = {}
        self.asked: list[str] = []

    async def connect(self, account: str) -> Channel:
        self.asked.append(account)
        if account == "x-lost":
            raise StoreUnusable("It cannot be opened.")
        known = await accounts.connection(self.store, VAULT, account)
        return Counting(known, self.says.get(account, 0))

    async def read(self) -> list[str]:
        """Who was asked."""
        self.asked.clear()
        await quotas.read_due(self.store, self.clock, self.connect, telling)
        return list(self.asked)

    async def used(self, account: str) -> int | None:
        quota = (await accounts.get(self.store, account)).quota
        return None if quota is None else quota.used


def telling(names: Sequence[str]) -> frozenset[str]:
    return frozenset({"x"}) & set(names)


@pytest.fixture
async def scene(store: Store) -> Scene:
    for name in ("x-a", "x-b", "x-lost", "telegram-en"):
        channel = name.partition("-")[0]
        new = NewAccount(id=name, channel=channel, language="en", owner="press", disclosure="Ours.")
        await accounts.add(store, VAULT, new, secret=Secret(name), buckets=buckets_for(channel), now=NOON)
    return Scene(store)


async def test_each_is_asked_again_when_an_hour_has_gone_by(scene: Scene) -> None:
    scene.says = {"x-a": 38, "x-b": 7}
    assert await scene.read() == ["x-a", "x-b", "x-lost"]
    assert [await scene.used(name) for name in ("x-a", "x-b", "telegram-en")] == [38, 7, None]
    assert (await accounts.get(scene.store, "x-a")).quota_read_at == NOON
    scene.says["x-a"] = 39
    scene.clock.set(NOON + timedelta(minutes=59))
    assert await scene.read() == ["x-lost"]
    scene.clock.set(NOON + timedelta(hours=1))
    assert await scene.read() == ["x-a", "x-b", "x-lost"]
    assert await scene.used("x-a") == 39


async def test_what_goes_wrong_with_one_is_logged_by_its_class_and_stops_nobody(scene: Scene) -> None:
    scene.says = {"x-a": NotAuthorised("x", "x-a", "canary-detail"), "x-b": 7}
    with structlog.testing.capture_logs() as logged:
        await scene.read()
    assert [(each["account"], each["why"]) for each in logged] == [
        ("x-a", "NotAuthorised"),
        ("x-lost", "StoreUnusable"),
    ]
    assert "canary" not in str(logged)
    assert await scene.used("x-b") == 7
    assert (await accounts.get(scene.store, "x-a")).held is None


async def test_a_quota_that_cannot_be_read_now_stays_as_it_was(scene: Scene) -> None:
    scene.says = {"x-a": 38}
    await scene.read()
    scene.says = {"x-a": Unreachable("x", "x-a", "no network")}
    scene.clock.set(NOON + timedelta(hours=1))
    await scene.read()
    assert await scene.used("x-a") == 38


async def test_held_accounts_are_left_alone(scene: Scene) -> None:
    await accounts.hold(scene.store, "x-a", "Revoked.", NOON)
    assert "x-a" not in await scene.read()
