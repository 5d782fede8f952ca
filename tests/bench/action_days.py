"""How long an action day in 150 cities and 38 zones takes to plan, and how late 1,800 posts go out at its T-0."""

import asyncio
import time
import tracemalloc
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg

from bot.logs import configure_logs
from channels.registry import BOT_CHANNEL
from channels.rehearsal.faults import FaultKind
from schedules.action_days.cautions import cautions
from schedules.action_days.rushes import rushes
from schedules.action_days.timeline import timelines
from schedules.clock import SystemClock
from schedules.ledger.dispatcher import Pace
from schedules.planning.occurrences import occurrences
from schedules.store.engine import Store
from tests.bench.burst import lateness, on_both, on_postgresql, send_all
from tests.schedules.action_days.days import ZONES, many
from tests.schedules.planning.factories import account
from tests.support.deliveries import add_accounts, add_deliveries
from tests.support.postgres import for_libpq
from tests.support.processes import PATIENT, StandInProcess, WorkerProcess

AT = datetime(2026, 9, 5, 18)
LATENCY_SECONDS: Final = 0.1
ANNOUNCING: Final = tuple(f"channel-{number:03}" for number in range(60))
GROUPS: Final = tuple(f"a-group-{number:03}" for number in range(150))
BOT: Final = "a-bot"
EACH_GROUP: Final = 10
LETTERS: Final = 240
KINDS: Final = {"channel": "announcement", "a-group": "post in a group"}
WORKERS: Final = 2
PATIENCE_SECONDS: Final = 120.0


def main() -> None:
    """Measure the plan and T-0."""
    configure_logs(form="json", level="error")
    plan_on_both_clocks()
    total = len(ANNOUNCING) + EACH_GROUP * len(GROUPS) + LETTERS
    print(
        f"T-0 of {total:,} deliveries, stand-ins with {LATENCY_SECONDS * 1000:.0f} ms latency (target: 99th percentile < 2 s); "
        "idle ticks are transactions too"
    )
    on_both(one_worker)
    with on_postgresql() as (url, standin):
        print(several_workers(url, standin))


async def one_worker(url: str, standin: StandInProcess) -> str:
    """With one worker in this process."""
    standin.add_fault(kind=FaultKind.LATENCY, seconds=LATENCY_SECONDS)
    store = Store(url)
    due_at = await t_zero(store)
    commits = await send_all(store, standin)
    return _line(f"{store.url.get_backend_name()}, one worker", standin, due_at, commits)


def several_workers(url: str, standin: StandInProcess) -> str:
    """With two workers, each in a process of its own, on one PostgreSQL."""
    standin.add_fault(kind=FaultKind.LATENCY, seconds=LATENCY_SECONDS)
    due_at = asyncio.run(_fill(url))
    wanted = {"database": url, "base_url": standin.base_url, "in_flight": Pace().in_flight, **PATIENT}
    commits = _commits(url)
    with ExitStack() as stack:
        for worker in [stack.enter_context(WorkerProcess(wanted)) for _ in range(WORKERS)]:
            assert worker.ends_within(PATIENCE_SECONDS), "it is still at work"
    return _line(f"postgresql, {WORKERS} workers", standin, due_at, _commits(url) - commits)


async def _fill(url: str) -> datetime:
    store = Store(url)
    due_at = await t_zero(store)
    await store.close()
    return due_at


def _commits(url: str) -> int:
    """What the server has counted of this database once nobody else is connected: it counts at the end of each session."""
    others = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    wanted = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
    with psycopg.connect(for_libpq(url), autocommit=True) as connection:
        while connection.execute(others).fetchall():
            time.sleep(0.1)
        return int(connection.execute(wanted).fetchall()[0][0])


async def t_zero(store: Store) -> datetime:
    """Announcements, posts in the groups of cities and private letters, all due at the instant that is returned."""
    await add_accounts(store, *ANNOUNCING)
    await add_accounts(store, *GROUPS, city="berlin")
    await add_accounts(store, BOT, channel=BOT_CHANNEL)
    due_at = SystemClock().now() + timedelta(seconds=6)
    await add_deliveries(store, [BOT], LETTERS, due_at=due_at)
    await add_deliveries(store, GROUPS, EACH_GROUP, due_at=due_at)
    await add_deliveries(store, ANNOUNCING, 1, due_at=due_at)
    return due_at


def _line(what: str, standin: StandInProcess, due_at: datetime, commits: int) -> str:
    accepted = len(standin.entries("accepted"))
    return (
        f"{what:<22} {accepted:,} accepted   {lateness(standin, due_at)}   "
        f"transactions per post {commits / accepted:.2f}   {_order(standin)}"
    )


def _order(standin: StandInProcess) -> str:
    """How many letters overtook an announcement, and how many a post in a group, on their ways side by side, and by how much."""
    begun = [
        (entry["account"].rpartition("-")[0], datetime.fromisoformat(entry["at"]))
        for entry in standin.entries("begun")
    ]
    said = (f"the last {name} {_overtaken(begun, kind)}" for kind, name in KINDS.items())
    return f"letters that began before {', before '.join(said)}"


def _overtaken(begun: Sequence[tuple[str, datetime]], kind: str) -> str:
    last = max(at for each, at in begun if each == kind)
    early = [last - at for each, at in begun if each == "a" and at < last]
    return f"{len(early)} (by up to {max(early, default=timedelta()).total_seconds():.3f} s)"


def plan_on_both_clocks() -> None:
    """Measure each clock, first the time and then, in a second run, the memory."""
    for clock, at in (("the same instant", AT.replace(tzinfo=UTC)), ("the same local hour", AT)):
        started = time.perf_counter()
        steps, posts, warnings = plan(at)
        seconds = time.perf_counter() - started
        tracemalloc.start()
        plan(at)
        peak = tracemalloc.get_traced_memory()[1] / 1024 / 1024
        tracemalloc.stop()
        print(
            f"{clock}: 150 cities, {len(ZONES)} zones, {steps:,} steps, {posts:,} posts, {warnings} warnings   "
            f"{seconds:.2f} s (target < 5 s), peak {peak:.1f} MB"
        )


def plan(at: datetime) -> tuple[int, int, int]:
    """How many steps, posts and warnings such a day has."""
    campaign = many(at)
    accounts = [account(f"group-{city.id}", city=city.id) for city in campaign.cities]
    lines = (line for day in campaign.action_days for line in timelines(day, campaign))
    steps = sum(len(line.steps) for line in lines)
    posts = sum(1 for _ in occurrences(campaign, accounts))
    return steps, posts, sum(1 for _ in (*cautions(campaign), *rushes(campaign, accounts)))
