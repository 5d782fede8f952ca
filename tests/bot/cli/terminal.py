"""A person at a terminal, for tests."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from click.testing import CliRunner, Result

from bot.cli.root import munasara
from bot.cli.starter import Start, write_starter
from schedules.clock import SystemClock
from tests.conftest import ENVIRONMENT

TOKEN: Final = "7351926480:AAH-canary-that-must-never-be-seen-XYZ"
NOWHERE: Final = "http://127.0.0.1:9"


def today() -> date:
    """The date of this machine, in UTC."""
    return SystemClock().now().date()


@dataclass(frozen=True, slots=True)
class Terminal:
    """Runs commands against one home folder."""

    home: Path

    @property
    def environment(self) -> dict[str, str | None]:
        """Settings of this home alone, whatever the machine says."""
        foreign = [name for name in ENVIRONMENT if name.startswith("MUNASARA_")]
        ours = {"MUNASARA_HOME": str(self.home), "MUNASARA_HTTP": "127.0.0.1:0", "MUNASARA_LOG": "json"}
        return {**dict.fromkeys(foreign), **ours}

    def run(self, *words: str, actor: str = "amal", typed: str = "", code: int = 0) -> Result:
        """Run one command and expect its exit code."""
        return self.run_in(self.environment, "--as", actor, *words, typed=typed, code=code)

    @staticmethod
    def run_in(
        environment: Mapping[str, str | None], *words: str, typed: str = "", code: int = 0
    ) -> Result:
        """Run one command with settings of its own."""
        result = CliRunner(env=environment).invoke(munasara, words, input=typed)
        assert result.exit_code == code, f"{words}: {result.exit_code}\n{result.output}"
        return result

    def out(self, *words: str, **options: Any) -> str:
        """What one command prints on standard output."""
        return self.run(*words, **options).stdout

    def json(self, *words: str, **options: Any) -> Any:
        """What one command prints with ``--json``."""
        return json.loads(self.out(*words, "--json", **options))

    def add_telegram(self, language: str, *more: str) -> None:
        """Connect a Telegram account without asking anybody."""
        self.run(
            *("accounts", "add", "telegram", "--name", f"telegram-{language}", "--language", language),
            *("--owner", "Press", "--disclosure", "Run by the campaign", "--set", "chat_id=@balloons"),
            *("--set", f"base_url={NOWHERE}", "--no-verify", "--secret-file", "-", *more),
            typed=TOKEN,
        )

    def add_feed(self, folder: Path, *, code: int = 0) -> Result:
        """Connect a feed, asking it."""
        return self.run(
            *("accounts", "add", "feed", "--name", "feed-en", "--language", "en", "--owner", "Press"),
            *("--disclosure", "Run by the campaign", "--set", f"folder={folder}"),
            *("--set", "base_url=https://example.org/", "--set", "title=News"),
            code=code,
        )


def execute(terminal: Terminal, statement: str) -> None:
    """Change the database past Munasara."""
    with closing(sqlite3.connect(terminal.home / "munasara.db")) as connection:
        connection.execute(statement)
        connection.commit()


def damage(database: Path) -> None:
    """Put something else in the place of a database."""
    for beside in database.parent.glob("munasara.db-*"):
        beside.unlink()
    database.write_bytes(b"balloons, and no database at all" * 1_000)


def make_read_only(database: Path) -> None:
    """As a file that may not be written, also for root: a format that SQLite only reads (sqlite.org/fileformat.html)."""
    with database.open("r+b") as file:
        file.seek(18)
        file.write(b"\3")


def new_campaign(folder: Path, *, languages: Sequence[str] = ("en",)) -> Path:
    """A campaign with one message on Telegram, a week from today."""
    write_starter(folder, Start("balloons", "Balloons", "WhiteBalloons", tuple(languages), "UTC", today()))
    return folder
