"""Processes that tests start and always stop: the stand-in and workers."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class StandInProcess:
    """A stand-in in a process of its own, and the log of what it accepted."""

    base_url: str
    log: Path

    def add_fault(self, **fault: Any) -> None:
        """Let it fail from now on."""
        httpx.post(f"{self.base_url}/faults", json=[fault]).raise_for_status()

    def entries(self, event: str) -> list[dict[str, Any]]:
        """Lines of its log, in order."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [entry for entry in map(json.loads, lines) if entry["event"] == event]


@contextmanager
def standin_process(log: Path, *options: str) -> Iterator[StandInProcess]:
    """Run the stand-in until the block ends."""
    command = [sys.executable, "-m", "channels.rehearsal.standin", "--log", str(log), *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield StandInProcess(json.loads(process.stdout.readline())["base_url"], log)
        finally:
            process.kill()


@contextmanager
def python_process(
    module: str, *arguments: str, stderr: Any = subprocess.PIPE
) -> Iterator[subprocess.Popen[str]]:
    """Run a module until the block ends; what is left of it is killed."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, cwd=ROOT, text=True, stderr=stderr, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def kill_worker(wanted: Mapping[str, Any]) -> subprocess.Popen[str]:
    """Start ``tests.support.kill_worker``; the caller ends it."""
    command = [sys.executable, "-m", "tests.support.kill_worker", json.dumps(dict(wanted))]
    return subprocess.Popen(command, cwd=ROOT, text=True, stderr=subprocess.PIPE)


def run_to_the_end(wanted: Mapping[str, Any], *, timeout: float = 120) -> int:
    """Run one such worker until it ends by itself. Returns its exit code; negative is a signal."""
    with kill_worker(wanted) as process:
        try:
            _, errors = process.communicate(timeout=timeout)
        finally:
            process.kill()
    if process.returncode not in {0, -signal.SIGKILL}:
        raise AssertionError(errors[-3000:])
    return process.returncode
