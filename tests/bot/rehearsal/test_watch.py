from pathlib import Path

from bot.rehearsal.report import Progress
from bot.rehearsal.stage import open_stage
from bot.rehearsal.watch import FRAME_SECONDS, RECENT, Watch
from schedules.lifecycle import State
from schedules.planning.destinations import AccountView
from tests.bot.rehearsal.factories import HOUR, NOON
from tests.support.deliveries import add_accounts, add_deliveries

GROUP = "telegram-en"


async def test_progress_tells_counts_and_what_arrived_last(tmp_path: Path) -> None:
    frames: list[Progress] = []
    async with open_stage([AccountView(GROUP, "telegram", "en")], tmp_path, NOON) as stage:
        store = stage.app.store
        await add_accounts(store, "spare")
        await add_deliveries(store, [GROUP], RECENT + 2, state="sent", accepted_at=NOON)
        await add_deliveries(store, [GROUP], 2, state="ready")
        watch = Watch(stage, NOON, NOON + HOUR, frames.append)
        await watch.look()
        await watch.look()
    first, second = frames
    assert first.counts == {State.SENT: RECENT + 2, State.READY: 2}
    assert (first.now, first.starts_at, first.ends_at) == (NOON, NOON, NOON + HOUR)
    assert [(step.account, step.state, step.at) for step in first.recent] == [
        (GROUP, State.SENT, NOON)
    ] * RECENT
    assert second.recent == first.recent


async def test_looks_are_no_more_frequent_than_a_person_can_see(tmp_path: Path) -> None:
    frames: list[Progress] = []
    seconds = [0.0]
    async with open_stage([], tmp_path, NOON) as stage:
        watch = Watch(stage, NOON, NOON, frames.append, elapsed=lambda: seconds[0])
        await watch.glance()
        await watch.glance()
        assert len(frames) == 1
        seconds[0] = FRAME_SECONDS
        await watch.glance()
    assert len(frames) == 2
