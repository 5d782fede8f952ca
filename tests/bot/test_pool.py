import asyncio

from bot.pool import RENEW_AFTER_SECONDS, ChannelPool
from channels.base import Connection
from tests.support.fake_channels import FakeChannel, FakePlatform


class Opened(FakeChannel):
    """A channel that knows whether it was closed."""

    closed = 0

    async def aclose(self) -> None:
        self.closed += 1


class Door:
    """Opens channels and counts the seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.opened: list[Opened] = []
        self.gate: asyncio.Event | None = None

    async def connect(self, account: str) -> Opened:
        if self.gate is not None:
            await self.gate.wait()
        self.opened.append(Opened(Connection(account), FakePlatform(), frozenset()))
        return self.opened[-1]

    def pool(self) -> ChannelPool:
        return ChannelPool(self.connect, lambda: self.seconds)

    @property
    def closed(self) -> list[int]:
        return [channel.closed for channel in self.opened]


async def test_deliveries_of_one_account_share_a_channel() -> None:
    door = Door()
    pool = door.pool()
    async with pool.open("a") as one, pool.open("a") as other, pool.open("b") as third:
        assert one is other
        assert third is not one
    assert door.closed == [0, 0]
    await pool.aclose()
    assert door.closed == [1, 1]


async def test_a_channel_is_renewed_and_closed_by_its_last_user() -> None:
    door = Door()
    pool = door.pool()
    async with pool.open("a") as old:
        door.seconds = RENEW_AFTER_SECONDS
        async with pool.open("a") as new:
            assert new is not old
            assert door.closed == [0, 0]
        assert door.closed == [0, 0]
    assert door.closed == [1, 0]


async def test_closing_the_pool_waits_for_those_who_still_send() -> None:
    door = Door()
    pool = door.pool()
    async with pool.open("a"):
        await pool.aclose()
        assert door.closed == [0]
    assert door.closed == [1]


async def test_two_who_open_at_once_keep_one_channel_and_leak_none() -> None:
    door = Door()
    pool = door.pool()
    door.gate = asyncio.Event()

    async def use() -> Opened:
        async with pool.open("a") as channel:
            assert isinstance(channel, Opened)
            return channel

    both = asyncio.gather(use(), use())
    await asyncio.sleep(0)
    door.gate.set()
    one, other = await both
    assert one is other
    assert sorted(door.closed) == [0, 1]
    await pool.aclose()
    assert door.closed == [1, 1]
