"""An admin wipes a running installation from the phone: the process says so, ends, and leaves nothing."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from schedules.clock import SystemClock
from schedules.people.secondfactor import code_at, step_at
from tests.bot.cli.test_run import logged, running
from tests.journeys.test_bot_process import AT_WORK, connect, home, wait_until
from tests.support.searching import found
from tests.support.telegram.process import TelegramProcess, telegram_process

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def telegram(tmp_path: Path) -> Iterator[TelegramProcess]:
    with telegram_process(tmp_path / "accepted.jsonl") as process:
        yield process


def test_the_answer_comes_and_the_process_ends_and_nothing_is_left(
    tmp_path: Path, telegram: TelegramProcess
) -> None:
    terminal, amal = home(tmp_path), telegram.world.add_user("Amal", language_code="en")
    connect(terminal, telegram)
    with running(terminal) as process:
        logged(process, AT_WORK)
        invite = terminal.json("people", "invite", "amal", "--role", "admin")
        amal.open_link(invite["link"])
        wait_until(lambda: "I take it up" in str(amal.last.buttons))
        amal.press(amal.last, "I take it up")
        wait_until(lambda: "Welcome, amal" in amal.phone)
        amal.send("/code")
        wait_until(lambda: re.search(r"^[A-Z2-7]{32}$", amal.last.text, re.MULTILINE))
        key = amal.last.text.split()[-1]
        amal.send("/code " + code_at(base64.b32decode(key), step_at(SystemClock().now())))
        wait_until(lambda: "Open for 15 minutes" in amal.phone)
        amal.send("/wipe")
        wait_until(lambda: "Destroy everything" in str(amal.last.buttons))
        amal.press(amal.last, "Destroy everything")
        wait_until(lambda: "Yes, destroy it now" in str(amal.last.buttons))
        amal.press(amal.last, "Yes, destroy it now")
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert "has ended." in amal.last.text
    assert amal.last.text.endswith("Wiped.")
    left = b"".join(path.read_bytes() for path in sorted(terminal.home.rglob("*")) if path.is_file())
    assert found(left, [amal.id, telegram.token, key, "amal", "the-bot"]) == []
    assert not (terminal.home / "key").exists()
    assert str(amal.id) not in errors
    assert "Traceback" not in errors
