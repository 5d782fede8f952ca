"""From `munasara new` to a first post on Telegram, as the README tells it, with real processes."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from channels.rehearsal.server import serve
from schedules.clock import SystemClock
from schedules.store.engine import Store
from schedules.store.tables import delivery
from tests.support.bot_api import BotApi
from tests.support.deliveries import states
from tests.support.processes import ROOT

TOKEN = "123456789:AAFirstPostJourneyToken0123456789"


class Terminal:
    """A shell of one person, with a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},  # noqa: TID251
            "MUNASARA_HOME": str(folder / "home"),
            "MUNASARA_HTTP": "127.0.0.1:0",
            "MUNASARA_LOG": "json",
            "MUNASARA_LOG_LEVEL": "debug",
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
        }
        self.said: list[str] = []

    def __call__(self, *words: str, given: str = "", code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "bot", *words],
            cwd=self.folder,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.said += [done.stdout, done.stderr]
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "bot", *words],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def _due_in(folder: Path, wait: timedelta) -> None:
    slots = folder / "slots.toml"
    at = (SystemClock().now() + wait).astimezone(UTC)
    text, count = re.subn(
        r"^at = .*$", f"at = {at:%Y-%m-%dT%H:%M:%SZ}", slots.read_text("utf-8"), flags=re.MULTILINE
    )
    assert count == 1
    slots.write_text(text, "utf-8")


async def test_a_newcomer_gets_from_nothing_to_a_post_on_telegram(terminal: Terminal) -> None:
    api = BotApi(TOKEN)
    async with serve(api.app) as base_url:
        terminal("init")
        terminal("new", "balloons", "--title", "Balloons", "--tag", "WhiteBalloons", "--language", "en")
        terminal("check", "balloons")
        _due_in(terminal.folder / "balloons", timedelta(hours=1))
        await asyncio.to_thread(_connect_plan_and_approve, terminal, base_url)
        worker = terminal.start("run")
        store = Store(f"sqlite+aiosqlite:///{terminal.folder}/home/munasara.db")
        await _its_time_comes(store)
        for _ in range(600):
            if "sent" in await states(store):
                break
            await asyncio.to_thread(_a_moment, worker)
        worker.send_signal(signal.SIGINT)
        said, _ = await asyncio.to_thread(worker.communicate)
        terminal.said.append(said)
        assert await states(store) == {"sent": 1}
        await store.close()
    assert worker.returncode == 0
    assert [message["text"].count("#WhiteBalloons") for message in api.messages.values()] == [1]
    assert "sent" in terminal("posts", "list")
    assert all(TOKEN not in text and TOKEN.split(":")[1] not in text for text in terminal.said)


async def _its_time_comes(store: Store) -> None:
    async with store.write() as connection:
        await connection.execute(delivery.update().values(due_at=SystemClock().now()))


def _connect_plan_and_approve(terminal: Terminal, base_url: str) -> None:
    terminal(
        *("accounts", "add", "telegram", "--name", "telegram-en", "--language", "en"),
        *("--owner", "press", "--disclosure", "Run by the campaign", "--secret-file", "-"),
        *("--set", "chat_id=@balloons", "--set", f"base_url={base_url}"),
        given=TOKEN + "\n",
    )
    terminal("plan", "balloons", "--yes")
    terminal("approve", "--all", "--yes")


def _a_moment(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(0.1)
    except subprocess.TimeoutExpired:
        return
    raise AssertionError(process.communicate()[0])
