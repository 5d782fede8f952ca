from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bot.rehearsal import drive as driving
from bot.rehearsal.drive import Stuck, drive
from bot.rehearsal.hands import Hands
from bot.rehearsal.judge import acceptances
from bot.rehearsal.stage import Act, Stage, open_stage
from channels.base import Ports
from channels.rehearsal.faults import Fault, FaultKind
from schedules.planning.destinations import AccountView
from schedules.store.tables import delivery
from tests.bot.rehearsal.factories import HOUR, NOON
from tests.support.deliveries import add_accounts, add_deliveries, row, states
from tests.support.people import People

GROUP = "telegram-en"


async def silence() -> None:
    """Tell nobody."""


@asynccontextmanager
async def a_stage(journals: Path) -> AsyncIterator[Stage]:
    async with open_stage([AccountView(GROUP, "telegram", "en")], journals, NOON - HOUR) as stage:
        await add_accounts(stage.app.store, "spare")
        yield stage


async def play(stage: Stage, journals: Path, acts: list[Act], *, posts: int) -> None:
    with closing(Hands(stage, journals / "by-hand.jsonl", {})) as hands:
        await drive(stage, acts, ports=Ports(hand_over=hands), people=[hands], posts=posts, tell=silence)


def times(journals: Path) -> list[datetime]:
    return [datetime.fromisoformat(entry["at"]) for entry in acceptances(journals)]


async def test_each_post_goes_out_at_its_moment(tmp_path: Path) -> None:
    async with a_stage(tmp_path) as stage:
        for hours in (0, 30):
            await add_deliveries(stage.app.store, [GROUP], 1, due_at=NOON + hours * HOUR)
        await play(stage, tmp_path, [], posts=2)
        assert await states(stage.app.store) == {"sent": 2}
    assert times(tmp_path) == [NOON, NOON + 30 * HOUR]


async def test_posts_of_one_moment_keep_to_the_rate_of_the_platform(tmp_path: Path) -> None:
    async with a_stage(tmp_path) as stage:
        await add_deliveries(stage.app.store, [GROUP], 3)
        await play(stage, tmp_path, [], posts=3)
    gaps = [later - earlier for earlier, later in zip(times(tmp_path), times(tmp_path)[1:], strict=False)]
    assert len(gaps) == 2
    assert all(timedelta(seconds=3) < gap < timedelta(seconds=4) for gap in gaps)


async def test_acts_happen_at_their_moments_and_the_last_one_too(tmp_path: Path) -> None:
    seen: list[datetime] = []
    async with a_stage(tmp_path) as stage:

        async def look() -> None:
            seen.append(stage.clock.now())

        await play(stage, tmp_path, [Act(NOON + HOUR, look), Act(NOON, look)], posts=0)
    assert seen == [NOON, NOON + HOUR]


async def test_pin_of_a_post_that_may_not_have_landed_does_not_stop_the_clock(tmp_path: Path) -> None:
    async with a_stage(tmp_path) as stage:
        store = stage.app.store
        (first,) = await add_deliveries(store, [GROUP], 1, late_by=3 * HOUR)
        async with store.write() as connection:
            parent = (await connection.execute(select(delivery).where(delivery.c.id == first))).one()
            values = dict(parent._mapping) | {"id": first + 1_000, "kind": "pin", "after": first}
            await connection.execute(insert(delivery).values(values))
        stage.standins["telegram"].faults.add(Fault(FaultKind.DROP_AFTER, count=1))
        await play(stage, tmp_path, [], posts=1)
        assert await states(store) == {"expired": 1, "unknown": 1}
        assert (await row(store, first)).state == "unknown"
        assert stage.clock.now() == NOON + 3 * HOUR
    assert times(tmp_path) == [NOON]


async def test_rehearsal_without_an_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driving, "MOST_MOMENTS", 2)
    monkeypatch.setattr(driving, "MOST_MOMENTS_PER_POST", 0)
    acts = [Act(NOON + hours * HOUR, silence) for hours in range(5)]
    async with a_stage(tmp_path) as stage:
        with pytest.raises(Stuck, match="does not come to an end"):
            await play(stage, tmp_path, acts, posts=0)


async def test_what_was_begun_is_settled_before_the_works_close(tmp_path: Path) -> None:
    async with a_stage(tmp_path) as stage:
        await add_deliveries(stage.app.store, [GROUP], 1)
        stage.clock.set(NOON)
        async with stage.works(Ports(hand_over=People())) as works:
            await works.control.refresh()
            assert await works.dispatcher.tick() == 1
        assert await states(stage.app.store) == {"sent": 1}
