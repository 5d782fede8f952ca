"""How long an action day in 150 cities and 38 zones takes to plan, on both clocks, and what it needs of memory."""

import time
import tracemalloc
from datetime import UTC, datetime

from schedules.action_days.cautions import cautions
from schedules.action_days.rushes import rushes
from schedules.action_days.timeline import timelines
from schedules.planning.occurrences import occurrences
from tests.schedules.action_days.days import ZONES, many
from tests.schedules.planning.factories import account

AT = datetime(2026, 9, 5, 18)


def main() -> None:
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
