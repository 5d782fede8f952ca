"""A person's process that records a plan and ends itself with SIGKILL after so many chunks.

Run as ``python -m tests.support.kill_recording DATABASE FOLDER CHUNKS``; with 0 chunks it records everything.
"""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from content.loader import load_campaign
from schedules.clock import SetClock
from schedules.commands.actor import Actor
from schedules.commands.plans import check_plan, record_plan
from schedules.store.engine import Store
from schedules.walltime import use_pinned_zones
from tests.support.office import ENGLISH


async def main(database: str, folder: Path, chunks: int) -> None:
    """Check and record one folder."""
    store, clock = Store(database), SetClock(datetime(2026, 9, 1, tzinfo=UTC))
    told: list[int] = []

    def die_in_time(done: int) -> None:
        told.append(done)
        if len(told) == chunks:
            os.kill(os.getpid(), signal.SIGKILL)

    checked = await check_plan(store, clock, load_campaign(folder), (ENGLISH,))
    await record_plan(store, clock, Actor("amal"), checked, progress=die_in_time)
    await store.close()


if __name__ == "__main__":
    use_pinned_zones()
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
