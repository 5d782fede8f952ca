import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import httpx
import pytest

from bot.cli.starter import Start, write_starter
from schedules.clock import SystemClock
from tests.bot.cli.terminal import Terminal, today
from tests.conftest import ENVIRONMENT
from tests.support.source import ROOT

pytestmark = pytest.mark.timeout(300)

SLOT: Final = """\
[[slots]]
id = "now"
message = "launch"
channels = ["feed"]
at = {at}
late_by = "2h"
"""


@pytest.fixture
def due(terminal: Terminal, tmp_path: Path) -> Terminal:
    """A home with one approved post that is due on a feed."""
    folder = tmp_path / "balloons"
    yesterday = today() - timedelta(days=1)
    write_starter(folder, Start("balloons", "Balloons", "WhiteBalloons", ("en",), "UTC", yesterday))
    at = SystemClock().now() - timedelta(minutes=1)
    (folder / "slots.toml").write_text(SLOT.format(at=f"{at:%Y-%m-%dT%H:%M:%SZ}"))
    (tmp_path / "feed").mkdir()
    terminal.add_feed(tmp_path / "feed")
    terminal.run("plan", str(folder), "--yes")
    terminal.run("approve", "--all", "--yes")
    return terminal


@contextmanager
def running(terminal: Terminal) -> Iterator[subprocess.Popen[str]]:
    """``munasara run`` as a process of its own; killed where the test left it."""
    foreign = {name: value for name, value in ENVIRONMENT.items() if not name.startswith("MUNASARA_")}
    ours = {name: value for name, value in terminal.environment.items() if value is not None}
    command = [sys.executable, "-m", "bot", "run"]
    with subprocess.Popen(
        command, cwd=ROOT, env=foreign | ours, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str], what: str) -> str:
    """Read what it prints until a line says this."""
    assert process.stdout is not None
    for line in process.stdout:
        if what in line:
            return line
    raise AssertionError(process.stderr.read() if process.stderr else "")


def logged(process: subprocess.Popen[str], what: str) -> str:
    """Read its log until a line says this."""
    assert process.stderr is not None
    return next(line for line in process.stderr if what in line)


def await_ready(address: str) -> None:
    """Ask until the worker knows the pauses; the test's own time limit ends it."""
    while httpx.get(address).status_code != 200:
        time.sleep(0.02)


def test_it_sends_what_is_due_and_stops_cleanly(due: Terminal, tmp_path: Path) -> None:
    with running(due) as process:
        address = said(process, "Health: ").split()[1]
        assert httpx.get(address).json() == {"alive": True}
        await_ready(address.replace("health", "ready"))
        assert "sent" in logged(process, "settled")
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert out.endswith("Stopped. Nothing is in flight.\n")
    assert "Traceback" not in errors
    assert "This campaign needs you." in (tmp_path / "feed" / "feed.json").read_text()
    assert due.json("posts", "show", "1")["post"]["state"] == "sent"
    assert due.json("status")["workers"] == []


def test_a_supervisor_stops_it_as_cleanly(terminal: Terminal) -> None:
    with running(terminal) as process:
        said(process, "Health: ")
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors


def test_a_second_worker_on_sqlite_is_refused_with_a_sentence(terminal: Terminal) -> None:
    with running(terminal) as first:
        said(first, "Health: ")
        shown = terminal.run("run", code=3).stderr
    assert shown.startswith("Another worker is already running on ")
    assert "Traceback" not in shown


def test_an_address_in_use_is_a_sentence(terminal: Terminal) -> None:
    with running(terminal) as first:
        address = said(first, "Health: ").split()[1].removeprefix("http://").removesuffix("/health")
        other = Terminal(terminal.home.with_name("other"))
        other.run("init")
        shown = Terminal.run_in({**other.environment, "MUNASARA_HTTP": address}, "run", code=3)
    assert "Choose another port" in shown.stderr
