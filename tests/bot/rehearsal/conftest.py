"""The example campaign, rehearsed once for every test that looks at the result."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.rehearsal import Progress, Report, run

EXAMPLE = Path("content/examples/white-balloons")


@dataclass(frozen=True)
class Played:
    """A rehearsal of the example, with things going wrong, and everything that was shown on the way."""

    report: Report
    frames: tuple[Progress, ...]

    @property
    def html(self) -> str:
        return self.report.transcript.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Played:
    frames: list[Progress] = []
    out = tmp_path_factory.mktemp("rehearsal")
    report = asyncio.run(run(pytestconfig.rootpath / EXAMPLE, out=out, show=frames.append))
    return Played(report, tuple(frames))
