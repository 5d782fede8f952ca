"""Processes that tests start and always stop: the stand-in and workers."""

import json
import multiprocessing
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import httpx

from tests.support.kill_worker import work

ROOT = Path(__file__).parents[2]
PATIENT: Final = {"lease": 60, "deadline": 45}
"""For a worker that is not to die: nothing becomes uncertain only because the machine is busy."""
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["pytest", "tests.support.kill_worker"])


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


class WorkerProcess:
    """``tests.support.kill_worker``, forked from a process that has imported everything already."""

    def __init__(self, wanted: Mapping[str, Any]) -> None:
        self._heard, told = FORKS.Pipe(duplex=False)
        self._process = FORKS.Process(target=work, args=(dict(wanted), told))
        self._process.start()
        told.close()
        self._said: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def exit_code(self) -> int | None:
        """``None`` while it runs; negative is a signal."""
        return self._process.exitcode

    def until_at_work(self) -> None:
        """Wait until it has settled its first delivery, or has ended."""
        if not self._said:
            self._listen()

    def ends_within(self, seconds: float) -> bool:
        """Whether it has ended, after so many seconds at most.

        Raises:
            AssertionError: It failed.
        """
        self._process.join(seconds)
        if self.exit_code not in {None, 0, -signal.SIGKILL}:
            while self._listen():
                pass
            raise AssertionError("".join(self._said)[-3000:])
        return self.exit_code is not None

    def kill(self) -> None:
        """SIGKILL, and wait for its end."""
        self._process.kill()
        self._process.join()
        self._heard.close()

    def _listen(self) -> bool:
        with suppress(EOFError, OSError):
            self._said.append(self._heard.recv())
            return True
        return False


def run_to_the_end(wanted: Mapping[str, Any], *, timeout: float = 240) -> int:
    """Run one such worker until it ends by itself. Returns its exit code; negative is a signal."""
    with WorkerProcess(wanted) as process:
        assert process.ends_within(timeout), "it is still at work"
    assert process.exit_code is not None
    return process.exit_code
