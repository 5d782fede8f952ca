"""The example campaign, rehearsed once for every test that looks at the result."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.rehearsal import Progress, Report, play, run
from bot.rehearsal.cast import EDITOR, cast
from bot.rehearsal.dayjudge import Evidence
from bot.rehearsal.stage import open_stage
from content.loader import load_campaign
from content.models import Campaign
from schedules.commands.plans import check_plan, record_plan

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


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Evidence:
    """The action day of the example in five cities, one of them guarded, played with everything that goes wrong."""
    example = load_campaign(pytestconfig.rootpath / EXAMPLE)
    [whole] = example.action_days
    entries = tuple(whole.city(name) for name in ("berlin", "paris", "lyon", "london", "cairo"))
    alone = whole.model_copy(update={"cities": entries})
    campaign = example.model_copy(update={"action_days": (alone,), "slots": (), "prompts": ()})
    return asyncio.run(_play(campaign, tmp_path_factory.mktemp("day")))


async def _play(campaign: Campaign, journals: Path) -> Evidence:
    views = cast(campaign)
    async with open_stage(views, journals, play._start(campaign, views)) as stage:
        checked = await check_plan(stage.app.store, stage.clock, campaign, views)
        await record_plan(stage.app.store, stage.clock, EDITOR, checked)
        wishes = play._Wishes(journals, faults=True, seed=0, show=play.unseen)
        [evidence] = (await play._perform(stage, checked, wishes)).evidence
        return evidence
