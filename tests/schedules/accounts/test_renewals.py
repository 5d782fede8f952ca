"""Tokens that are exchanged in time, under a lease, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from channels.base import (
    AccountCheck,
    Channel,
    Connection,
    Feature,
    OutgoingPost,
    Prepared,
    Receipt,
    Renewal,
)
from channels.errors import ChannelError, NotAuthorised, Unreachable
from channels.secret import Secret
from content.limits import LIMITS
from schedules.accounts import accounts, renewals
from schedules.accounts.accounts import NewAccount
from schedules.accounts.buckets import buckets_for
from schedules.accounts.keys import Key
from schedules.accounts.vault import Vault
from schedules.clock import SetClock
from schedules.store.engine import Store
from schedules.store.tables import account

NOON = datetime(2027, 3, 6, 12, 0, tzinfo=UTC)
VAULT = Vault(Key(b"k" * 32))


class Platform:
    """Rotates tokens: each may be exchanged once."""

    def __init__(self) -> None:
        self.token = "t0"
        self.renewals = 0
        self.failure: ChannelError | None = None
        self.lives: timedelta | None = timedelta(hours=2)
        self.ready = True
        self.gate = asyncio.Event()
        self.gate.set()


class Rotating(Channel):
    name = "x"
    limits = LIMITS["x"]
    features = frozenset({Feature.RENEWAL})

    def __init__(self, connection: Connection, platform: Platform) -> None:
        super().__init__(connection)
        self.platform = platform

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        raise NotImplementedError

    async def renew(self) -> Renewal:
        await self.platform.gate.wait()
        if self.platform.failure is not None:
            raise self.platform.failure
        assert self.connection.secret.reveal() == self.platform.token, "an old token was used"
        self.platform.renewals += 1
        self.platform.token = f"t{self.platform.renewals}"
        return Renewal(Secret(self.platform.token), self.platform.lives)

    async def verify(self) -> AccountCheck:
        return AccountCheck(ready=self.platform.ready, identity="@x", detail="Fine.")

    async def aclose(self) -> None:
        return None


class Scene:
    def __init__(self, store: Store) -> None:
        self.store, self.clock, self.platform = store, SetClock(NOON), Platform()

    async def open_channel(self, name: str) -> Channel:
        return Rotating(await accounts.connection(self.store, VAULT, name), self.platform)

    async def renew(self) -> None:
        await renewals.renew(self.store, VAULT, self.clock, "x-en", self.open_channel)

    async def due(self) -> tuple[str, ...]:
        return await renewals.due(self.store, self.clock)

    async def held(self) -> str | None:
        return (await accounts.get(self.store, "x-en")).held


@pytest.fixture
async def scene(store: Store) -> Scene:
    new = NewAccount(id="x-en", channel="x", language="en", owner="press", disclosure="Run by us.")
    await accounts.add(
        store, VAULT, new, secret=Secret("t0"), buckets=buckets_for("x"), now=NOON, renew_at=NOON
    )
    return Scene(store)


async def test_a_renewed_token_is_stored_and_renewed_again_at_half_its_life(scene: Scene) -> None:
    await scene.renew()
    stored = await accounts.connection(scene.store, VAULT, "x-en")
    assert stored.secret == Secret("t1")
    assert (await accounts.get(scene.store, "x-en")).expires_at == NOON + timedelta(hours=2)
    assert await scene.due() == ()
    scene.clock.set(NOON + timedelta(hours=1))
    assert await scene.due() == ("x-en",)


async def test_eight_at_once_renew_once(scene: Scene) -> None:
    scene.platform.gate.clear()
    waiting = [asyncio.create_task(scene.renew()) for _ in range(8)]
    await asyncio.sleep(0)
    scene.platform.gate.set()
    await asyncio.gather(*waiting)
    assert scene.platform.renewals == 1


async def test_who_comes_late_finds_the_token_renewed(scene: Scene) -> None:
    await scene.renew()
    await scene.renew()
    assert scene.platform.renewals == 1


async def test_a_token_about_to_expire_is_renewed_although_a_failure_put_that_off(scene: Scene) -> None:
    await scene.renew()
    scene.clock.set(NOON + timedelta(hours=2) - renewals.NEARLY_EXPIRED)
    scene.platform.failure = Unreachable("x", "x-en", "no network")
    with pytest.raises(Unreachable):
        await scene.renew()
    scene.platform.failure = None
    await scene.renew()
    assert scene.platform.renewals == 2


async def test_a_network_failure_keeps_the_account_and_the_token(scene: Scene) -> None:
    scene.platform.failure = Unreachable("x", "x-en", "no network")
    with pytest.raises(Unreachable):
        await scene.renew()
    assert await scene.held() is None
    assert await scene.due() == ()
    scene.platform.failure = None
    scene.clock.set(NOON + renewals.AGAIN_AFTER)
    assert await scene.due() == ("x-en",)
    await scene.renew()
    assert scene.platform.renewals == 1


async def test_a_revoked_token_holds_the_account_until_a_person_gives_a_new_one(scene: Scene) -> None:
    scene.platform.failure = NotAuthorised("x", "x-en", "the permission was withdrawn")
    with pytest.raises(NotAuthorised):
        await scene.renew()
    assert await scene.held() == "the permission was withdrawn"
    scene.clock.set(NOON + timedelta(days=9))
    assert await scene.due() == ()


async def test_an_account_that_was_held_sends_again_after_a_renewal_that_the_platform_confirms(
    scene: Scene,
) -> None:
    await accounts.hold(scene.store, "x-en", "The token has expired.", NOON)
    scene.platform.ready = False
    await scene.renew()
    assert await scene.held() == "The token has expired."
    scene.platform.ready = True
    scene.clock.set(NOON + timedelta(hours=1))
    await scene.renew()
    assert await scene.held() is None


async def test_a_crash_in_the_middle_is_taken_over_when_its_lease_ends(scene: Scene) -> None:
    async with scene.store.write() as connection:
        await connection.execute(account.update().values(renewing_until=NOON + renewals.LEASE))
    renewing = asyncio.create_task(scene.renew())
    await asyncio.sleep(0)
    scene.clock.set(NOON + renewals.LEASE)
    await renewing
    assert scene.platform.renewals == 1


async def test_a_token_that_does_not_expire_is_left_alone(scene: Scene) -> None:
    scene.platform.lives = None
    await scene.renew()
    scene.clock.set(NOON + timedelta(days=365))
    assert await scene.due() == ()
    assert (await accounts.get(scene.store, "x-en")).expires_at is None


async def test_one_failure_keeps_no_other_account_waiting(scene: Scene) -> None:
    scene.platform.failure = Unreachable("x", "x-en", "no network")
    await renewals.renew_due(scene.store, VAULT, scene.clock, scene.open_channel)
    assert scene.platform.renewals == 0
    scene.platform.failure = None
    scene.clock.set(NOON + renewals.AGAIN_AFTER)
    await renewals.renew_due(scene.store, VAULT, scene.clock, scene.open_channel)
    assert scene.platform.renewals == 1
