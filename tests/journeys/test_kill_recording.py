"""A plan of two thousand posts, recorded by a process that is killed in the middle, then recorded again."""

import signal
import subprocess
import sys

import pytest
from sqlalchemy import func, select

from schedules.store.tables import approval, delivery, media, post
from tests.support.folders import picture
from tests.support.office import NOON_SLOT, Office
from tests.support.processes import ROOT

POSTS = 2_000
CHUNKS = 4


@pytest.fixture
async def large(office: Office) -> Office:
    """Two thousand posts of one picture, each with a pin."""
    office.replace("campaign.toml", "ends_on = 2026-09-30", "ends_on = 2033-09-30")
    office.edit("media/balloon.png", picture())
    alt = '\n[[media]]\nfile = "balloon.png"\nalt = {en = "A white balloon"}\n'
    message = office.folder / "messages/launch/message.toml"
    office.edit("messages/launch/message.toml", message.read_text(encoding="utf-8") + alt)
    slot = {**NOON_SLOT, "daily_at": "09:00:00", "first_on": "2026-09-06", "last_on": "2032-02-26"}
    del slot["at"]
    office.write({**slot, "pin": True})
    return office


@pytest.mark.parametrize("chunks", [1, 3])
async def test_recording_again_completes_what_a_kill_cut_short(
    large: Office, chunks: int, database_url: str
) -> None:
    assert _record(large, database_url, chunks) == -signal.SIGKILL
    assert await _counts(large) == _expected(chunks * POSTS // CHUNKS)
    assert _record(large, database_url, 0) == 0
    assert await _counts(large) == _expected(POSTS)


def _record(office: Office, database: str, chunks: int) -> int:
    command = [sys.executable, "-m", "tests.support.kill_recording"]
    run = subprocess.run(
        [*command, database, str(office.folder), str(chunks)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode in {0, -signal.SIGKILL}, run.stderr[-2000:]
    return run.returncode


def _expected(posts: int) -> dict[str, int]:
    """Every post whole: with its delivery, its pin and its picture, and none of them approved."""
    return {
        "posts": posts,
        "keys": posts,
        "planned": 2 * posts,
        "deliveries": 2 * posts,
        "pictures": 1,
        "approvals": 0,
    }


async def _counts(office: Office) -> dict[str, int]:
    wanted = {
        "posts": select(func.count(post.c.id)),
        "keys": select(func.count(post.c.key.distinct())),
        "planned": select(func.count(delivery.c.id)).where(delivery.c.state == "planned"),
        "deliveries": select(func.count(delivery.c.id)),
        "pictures": select(func.count(media.c.sha256)),
        "approvals": select(func.count(approval.c.id)),
    }
    async with office.store.read() as connection:
        return {name: int((await connection.execute(query)).scalar_one()) for name, query in wanted.items()}
