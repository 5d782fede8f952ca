"""The bot in processes of their own: connected while they run, stopped, killed, and two of them on one database."""

import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bot.cli.terminal import Terminal
from tests.bot.cli.test_run import logged, running
from tests.support.telegram.process import TelegramProcess, telegram_process

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

AT_WORK = "the bot is at work"
ANSWER = "This bot serves people who were invited."


@dataclass(frozen=True)
class Home(Terminal):
    """A terminal whose commands may use another database."""

    database: str | None = None

    @property
    def environment(self) -> dict[str, str | None]:
        return {**super().environment, "MUNASARA_DATABASE": self.database}


@pytest.fixture
def telegram(tmp_path: Path) -> Iterator[TelegramProcess]:
    with telegram_process(tmp_path / "accepted.jsonl") as process:
        yield process


def home(tmp_path: Path, database: str | None = None) -> Home:
    terminal = Home(tmp_path / "home", database)
    terminal.run("init")
    return terminal


def connect(terminal: Terminal, telegram: TelegramProcess) -> None:
    terminal.run(
        *("accounts", "add", "telegram-bot", "--name", "the-bot", "--language", "en", "--owner", "Press"),
        *("--disclosure", "Run by the campaign", "--set", f"base_url={telegram.address}"),
        *("--secret-file", "-"),
        typed=telegram.token,
    )


def wait_until(condition: Callable[[], object]) -> None:
    """Ask the world until it is so; the test's own time limit ends it."""
    while not condition():
        time.sleep(0.02)


def stop(process: "subprocess.Popen[str]") -> str:
    """End it as a supervisor does; gives the rest of its log."""
    process.terminate()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return errors


def test_it_serves_a_bot_that_is_connected_meanwhile_and_stops_cleanly(
    tmp_path: Path, telegram: TelegramProcess
) -> None:
    terminal, ada = home(tmp_path), telegram.world.add_user("Ada")
    with running(terminal) as process:
        logged(process, "worker started")
        connect(terminal, telegram)
        logged(process, AT_WORK)
        ada.send("/start")
        wait_until(lambda: ANSWER in ada.phone)
        errors = stop(process)
    assert "Traceback" not in errors
    assert telegram.token not in errors
    assert str(ada.id) not in errors


def test_what_it_was_doing_when_it_was_killed_it_does_again(
    tmp_path: Path, telegram: TelegramProcess
) -> None:
    terminal, ada = home(tmp_path), telegram.world.add_user("Ada")
    connect(terminal, telegram)
    with running(terminal) as process:
        logged(process, AT_WORK)
        ada.send("/start")
        wait_until(lambda: ANSWER in ada.phone)
        answering = telegram.world.fail("sendMessage", "hold_before")
        confirming = telegram.world.fail("getUpdates", "hold_before")
        ada.send("/start again")
        wait_until(lambda: answering.struck or confirming.struck)
        if not answering.struck:
            # It was this question by which the bot was to hear of the message.
            telegram.world.fail("getUpdates", "hold_before")
            confirming.release()
            wait_until(lambda: answering.struck)
        process.kill()
    telegram.world.faults.clear()
    with running(terminal) as process:
        logged(process, AT_WORK)
        wait_until(lambda: ada.phone.count("link does not work") + ada.phone.count(ANSWER) > 1)
        errors = stop(process)
    assert "not handled" not in errors


def test_of_two_only_one_asks_and_the_other_takes_over_when_it_dies(
    tmp_path: Path, telegram: TelegramProcess, empty_postgres_url: str
) -> None:
    terminal, ada = (
        home(tmp_path, empty_postgres_url.replace("+psycopg", "")),
        telegram.world.add_user("Ada"),
    )
    connect(terminal, telegram)
    with running(terminal) as first:
        logged(first, AT_WORK)
        with running(terminal) as second:
            logged(second, "worker started")
            ada.send("/start")
            wait_until(lambda: ANSWER in ada.phone)
            first.kill()
            ada.send("/start")
            logged(second, AT_WORK)
            wait_until(lambda: ada.phone.count(ANSWER) == 2)
            errors = stop(second)
    assert "another process asks" not in errors
