from bisect import bisect_left
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from channels.registry import CHANNELS
from content.limits import LIMITS
from schedules.accounts.buckets import (
    ANSWERS,
    BUCKETS,
    DEFAULT,
    MARGIN,
    TELEGRAM_BOT,
    Bucket,
    block,
    buckets_for,
    copy_lane,
    draw,
    open_lane,
    within,
)
from schedules.clock import SetClock, SystemClock
from schedules.ledger.lanes import MICROS, Lane
from schedules.store import tables
from schedules.store.columns import EPOCH, to_micros
from schedules.store.engine import Store

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
PROMISED = [
    ("telegram", "destination", 20, MINUTE),
    ("telegram", "credential", 30, timedelta(seconds=1)),
    ("telegram-bot", "credential", 30, timedelta(seconds=1)),
    ("x", "destination", 100, 15 * MINUTE),
    ("mastodon", "destination", 150, 5 * MINUTE),
    ("bluesky", "destination", 1_666, 60 * MINUTE),
    ("bluesky", "destination", 11_666, DAY),
    ("instagram", "destination", 50, DAY),
    ("threads", "destination", 250, DAY),
    ("tiktok", "destination", 6, MINUTE),
]


@pytest.mark.parametrize(("channel", "side", "limit", "window"), PROMISED)
def test_no_window_ever_sees_more_than_the_platform_allows(
    channel: str, side: str, limit: int, window: timedelta
) -> None:
    bucket: Bucket = getattr(buckets_for(channel), side)
    assert bucket.burst + bucket.rate * window.total_seconds() <= limit


@pytest.mark.parametrize(("channel", "side", "limit", "window"), PROMISED)
def test_a_greedy_sender_stays_within_the_limit(
    channel: str, side: str, limit: int, window: timedelta
) -> None:
    bucket: Bucket = getattr(buckets_for(channel), side)
    sends = _greedy(bucket, 3 * window)
    width = window // timedelta(microseconds=1)
    most = max(bisect_left(sends, start + width) - nth for nth, start in enumerate(sends))
    assert 0 < most <= limit


def test_x_lets_most_of_its_window_go_at_once() -> None:
    assert buckets_for("x").destination.burst == 80


def test_a_platform_counted_by_the_day_keeps_as_much_for_every_day_as_for_a_burst() -> None:
    bucket = buckets_for("threads").destination
    assert bucket.burst == 112
    assert bucket.rate * DAY.total_seconds() == pytest.approx(113)


def test_a_platform_that_names_no_limit_gets_the_default() -> None:
    assert buckets_for("facebook") is DEFAULT


@pytest.mark.parametrize("channel", sorted({*LIMITS, *CHANNELS}))
def test_every_platform_has_lanes_that_can_send(channel: str) -> None:
    buckets = buckets_for(channel)
    assert min(buckets.destination.burst, buckets.credential.burst) >= 1
    assert min(buckets.destination.rate, buckets.credential.rate) > 0


def test_every_bucket_is_of_a_platform_that_there_is() -> None:
    assert set(BUCKETS) <= set(CHANNELS) | set(LIMITS)


@given(sends=st.integers(3, 10_000), minutes=st.integers(1, 3_000), at_once=st.floats(0.4, 0.95))
def test_a_window_is_never_promised_in_full(sends: int, minutes: int, at_once: float) -> None:
    window = timedelta(minutes=minutes)
    bucket = within(sends, window, at_once=at_once)
    assert bucket.burst >= 1
    assert bucket.burst + bucket.rate * window.total_seconds() == pytest.approx(0.9 * sends)


async def test_a_new_lane_has_rested(store: Store) -> None:
    async with store.write() as connection:
        await open_lane(connection, "account:a", Bucket(0.5, 3))
    assert await _lanes(store) == {"account:a": (0.5, 3, EPOCH)}


async def test_opening_a_lane_again_changes_its_rate_and_keeps_its_history(store: Store) -> None:
    async with store.write() as connection:
        await open_lane(connection, "account:a", Bucket(0.5, 3))
        await connection.execute(update(tables.lane).values(tat=EPOCH + MINUTE))
        await open_lane(connection, "account:a", Bucket(2, 4))
    assert await _lanes(store) == {"account:a": (2, 4, EPOCH + MINUTE)}


async def test_a_copied_lane_has_spent_what_the_old_one_had(store: Store) -> None:
    async with store.write() as connection:
        await open_lane(connection, "credential:old", Bucket(0.5, 3))
        await connection.execute(update(tables.lane).values(tat=EPOCH + MINUTE))
        await copy_lane(connection, "credential:old", "credential:new")
    assert (await _lanes(store))["credential:new"] == (0.5, 3, EPOCH + MINUTE)


def test_posts_and_letters_of_one_bot_obey_one_rate_and_leave_room_for_answers() -> None:
    assert buckets_for("telegram").credential == buckets_for("telegram-bot").credential == TELEGRAM_BOT
    assert TELEGRAM_BOT.burst + TELEGRAM_BOT.rate + ANSWERS <= MARGIN * 30


SLOW = Bucket(0.01, 2)
"""One in a hundred seconds, beside which the time that a test takes does not count."""


async def test_answers_go_at_once_while_there_is_room_and_then_one_after_the_other(store: Store) -> None:
    clock = await _bot_lane(store, SLOW)
    waits = [await draw(store, clock, "credential:bot", ahead=2) for _ in range(6)]
    seconds = [wait.total_seconds() for wait in waits]
    assert seconds == pytest.approx([0, 0, 0, 0, 100, 200], abs=50)


async def test_bulk_waits_until_answers_are_paid_for(store: Store) -> None:
    clock = await _bot_lane(store, SLOW)
    for _ in range(3):
        await draw(store, clock, "credential:bot", ahead=2)
    assert (await _lane_now(store)).room() == 0


async def test_answers_draw_on_what_bulk_has_spent(store: Store) -> None:
    clock = await _bot_lane(store, SLOW)
    async with store.write() as connection:
        await connection.execute(update(tables.lane).values(tat=clock.now() + timedelta(minutes=60)))
    assert await draw(store, clock, "credential:bot", ahead=2) > timedelta(minutes=50)


async def test_whoever_telegram_asks_to_wait_waits_and_then_goes_one_after_the_other(store: Store) -> None:
    clock = await _bot_lane(store, SLOW)
    await block(store, clock, "credential:bot", timedelta(minutes=60))
    assert (await _lane_now(store)).room() == 0
    waits = [await draw(store, clock, "credential:bot", ahead=2) for _ in range(6)]
    assert waits[0] > timedelta(minutes=59)
    assert (waits[-1] - waits[0]).total_seconds() == pytest.approx(200, abs=50)


async def test_a_shorter_wait_does_not_end_a_longer_one(store: Store) -> None:
    clock = await _bot_lane(store, SLOW)
    await block(store, clock, "credential:bot", timedelta(minutes=5))
    await block(store, clock, "credential:bot", timedelta(minutes=1))
    assert (await _lane_now(store)).blocked_until > to_micros(clock.now() + timedelta(minutes=4))


async def test_a_lane_counts_whole_microseconds(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    clock = SetClock(EPOCH + DAY)
    await _bot_lane(store, Bucket(23, 2))
    await draw(store, clock, "credential:bot", ahead=2)
    assert (await _lanes(store))["credential:bot"][2] == EPOCH + DAY + timedelta(microseconds=43_478)
    await store.close()


async def test_a_lane_that_is_gone_holds_nobody_back(store: Store) -> None:
    assert await draw(store, SystemClock(), "credential:gone", ahead=1) == timedelta(0)


async def _bot_lane(store: Store, bucket: Bucket) -> SystemClock:
    async with store.write() as connection:
        await open_lane(connection, "credential:bot", bucket)
    return SystemClock()


async def _lane_now(store: Store) -> Lane:
    async with store.read() as connection:
        row = (await connection.execute(select(tables.lane))).one()
    return Lane(
        row.id,
        row.rate,
        row.burst,
        to_micros(row.tat),
        to_micros(row.blocked_until),
        to_micros(SystemClock().now()),
    )


def _greedy(bucket: Bucket, span: timedelta) -> list[int]:
    """Microseconds at which sends begin when everything goes as soon as the lane has room."""
    lane = Lane("lane", bucket.rate, bucket.burst, 0, 0, 0)
    sends: list[int] = []
    step = max(int(span.total_seconds() * MICROS / 2_000), 1)
    for now in range(0, int(span.total_seconds() * MICROS), step):
        lane = Lane(lane.id, lane.rate, lane.burst, lane.tat, 0, now)
        room = lane.room()
        lane = lane.spend(room) if room else lane
        sends += [now] * room
    return sends


async def _lanes(store: Store) -> dict[str, tuple[float, float, object]]:
    async with store.read() as connection:
        rows = await connection.execute(select(tables.lane))
        return {row.id: (row.rate, row.burst, row.tat) for row in rows}
