"""A world in a process of its own, so that a bot that is killed can be judged from outside."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.support.processes import ROOT
from tests.support.telegram.remote import Remote


@dataclass(frozen=True, slots=True)
class TelegramProcess:
    """Its address, the token of its bot, its world, and the log of what it accepted."""

    address: str
    token: str
    world: Any
    log: Path

    @property
    def base_url(self) -> str:
        return f"{self.address}/bot"

    @property
    def base_file_url(self) -> str:
        return f"{self.address}/file/bot"

    def accepted(self, *methods: str) -> list[dict[str, Any]]:
        """Lines of the log about these methods, in order; about all without any."""
        if not self.log.exists():
            return []
        lines = map(json.loads, self.log.read_text(encoding="utf-8").splitlines())
        return [line for line in lines if not methods or line["method"] in methods]


@contextmanager
def telegram_process(log: Path, **wanted: Any) -> Iterator[TelegramProcess]:
    """Run a world until the block ends. ``wanted``: ``port``, ``token``, ``reads_everything``."""
    options = json.dumps({"log": str(log), **wanted})
    command = [sys.executable, "-m", "tests.support.telegram", options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            with httpx.Client(base_url=told["address"], trust_env=False) as client:
                yield TelegramProcess(told["address"], told["token"], Remote(client), log)
        finally:
            process.kill()
