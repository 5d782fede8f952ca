"""Workers die by SIGKILL while they hand posts to a person: she may get a packet twice, but it is the same one."""

import json
import signal
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from schedules.clock import SystemClock
from schedules.store.engine import Store
from schedules.store.tables import delivery, post
from tests.support.deliveries import add_accounts, add_deliveries
from tests.support.processes import PATIENT, run_to_the_end

POSTS = 30
IN_FLIGHT = 5

pytestmark = pytest.mark.timeout(1_200)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = Store(database_url)
    await add_accounts(store, "by-hand", rate=10_000, burst=10_000, channel="handoff")
    yield store
    await store.close()


def _wanted(store: Store, packets: Path, **more: Any) -> dict[str, Any]:
    url = store.url.render_as_string(hide_password=False)
    settings = {"platform": "handoff", "to": "mina", "then": "noor"}
    channel = {"name": "handoff", "secret": "", "settings": settings, "packets": str(packets)}
    return {"database": url, "channel": channel, "in_flight": IN_FLIGHT, **more}


@pytest.mark.parametrize("step", ["claimed", "marked", "accepted", "settled"])
async def test_a_hand_over_that_was_killed_is_repeated_as_the_same_packet(
    store: Store, step: str, tmp_path: Path
) -> None:
    await add_deliveries(store, ["by-hand"], POSTS, due_at=SystemClock().now())
    packets = tmp_path / "packets.jsonl"
    packets.touch()
    assert run_to_the_end(_wanted(store, packets, die_at=step, times=17)) == -signal.SIGKILL
    assert run_to_the_end(_wanted(store, packets, **PATIENT)) == 0
    async with store.read() as connection:
        keys = (await connection.execute(select(post.c.key))).scalars().all()
        rows = (await connection.execute(select(delivery.c.kind, delivery.c.state))).all()
    brought = [json.loads(line) for line in packets.read_text(encoding="utf-8").splitlines()]
    assert {each["key"] for each in brought} == set(keys)
    assert {each["person"] for each in brought} == {"mina"}
    assert len(brought) - POSTS <= IN_FLIGHT
    assert step != "accepted" or len(brought) > POSTS
    assert Counter((row.kind, row.state) for row in rows) == {
        ("publish", "handed_off"): POSTS,
        ("remind", "ready"): POSTS,
        ("escalate", "ready"): POSTS,
    }
