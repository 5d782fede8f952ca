import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import bot.rehearsal
from bot.cli.rehearse import _example, _Lines, _picture
from bot.rehearsal.report import CitiesVerdict, LettersVerdict, Progress, Report, Step, Verdict
from content.errors import CampaignInvalid, Problem
from schedules.lifecycle import State
from tests.bot.cli.terminal import Terminal

NOON = datetime(2027, 3, 6, 12, 0, tzinfo=UTC)


def progress(done: int) -> Progress:
    step = Step(NOON, "x-en", "en", "launch", None, State.SENT, None)
    counts = {State.SENT: done, State.READY: 20 - done}
    return Progress(NOON, NOON, NOON + timedelta(days=1), counts, (step,))


class Stage:
    """Stands in for the rehearsal itself and notes how it was asked for."""

    def __init__(self, **verdict: Any) -> None:
        self.asked: dict[str, Any] = {}
        self.asked_twice: tuple[tuple[int, date], ...] = ()
        self.verdict = Verdict(posts=20, once=20, **verdict)

    async def run(self, folder: Path, *, show: Any, **asked: Any) -> Report:
        self.asked = {"folder": folder, **asked}
        for done in range(21):
            show(progress(done))
        return Report(
            campaign="one",
            title="One",
            counts={State.SENT: 20},
            verdict=self.verdict,
            attention=("Look at post 3.",),
            transcript=asked["out"] / "transcript.html",
            journals=asked["out"] / "journals",
            next_steps="Next: munasara new",
            letters=LettersVerdict(people=37, sent=204, done=102, not_today=51, twice=self.asked_twice),
            cities=(CitiesVerdict(18, 17, 3_363, aborted=1, delayed=1, round_ups=10),),
        )


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    stage = Stage()
    monkeypatch.setattr(bot.rehearsal, "run", stage.run)
    return stage


def test_without_a_folder_the_example_is_rehearsed_into_the_home(terminal: Terminal, stage: Stage) -> None:
    shown = terminal.out("rehearse")
    assert stage.asked["folder"] == _example()
    assert (_example() / "campaign.toml").exists()
    assert stage.asked == {**stage.asked, "out": terminal.home / "rehearsal", "faults": True, "seed": 0}
    assert f"Transcript: {terminal.home / 'rehearsal' / 'transcript.html'}" in shown
    assert "! Look at post 3." in shown
    assert "37 volunteers, 204 tasks sent, 102 done" in shown
    assert "17 of 18 cities began, 1 called off, 1 delayed; 3,363 people by their captains" in shown
    assert shown.endswith("Next: munasara new\n")


def test_a_script_gets_the_counts_alone(terminal: Terminal, stage: Stage) -> None:
    told = json.loads(terminal.out("rehearse", "--json"))
    assert told["counts"] == {"sent": 20}
    assert (told["letters"]["people"], told["letters"]["sent"], told["letters"]["twice"]) == (37, 204, [])
    assert stage.asked["faults"] is True


def test_options_reach_the_rehearsal(terminal: Terminal, stage: Stage, tmp_path: Path) -> None:
    terminal.run("rehearse", str(tmp_path), "--no-faults", "--seed", "7", "--out", str(tmp_path / "out"))
    assert stage.asked == {"folder": tmp_path, "out": tmp_path / "out", "faults": False, "seed": 7}


def test_a_broken_promise_is_an_answer_of_no(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(twice=(3,))
    monkeypatch.setattr(bot.rehearsal, "run", stage.run)
    assert stage.verdict.sentence in terminal.out("rehearse", code=1)


def test_a_broken_promise_to_a_volunteer_is_an_answer_of_no(terminal: Terminal, stage: Stage) -> None:
    stage.asked_twice = ((1, NOON.date()),)
    assert "1 twice" in terminal.out("rehearse", code=1)


def test_a_broken_folder_lists_its_problems(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(folder: Path, **asked: Any) -> Report:
        raise CampaignInvalid([Problem("bad", "a.toml", "it is wrong", "Mend it.")])

    monkeypatch.setattr(bot.rehearsal, "run", refuse)
    assert "it is wrong" in terminal.run("rehearse", code=1).stderr


def test_piped_progress_is_a_line_for_every_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    lines = _Lines()
    for done in range(21):
        lines.show(progress(done))
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 10
    assert shown[-1] == "2027-03-06 12:00 UTC  20 of 20 posts"


def test_on_a_terminal_it_is_a_table_of_what_moved() -> None:
    console = Console(file=io.StringIO(), width=120, color_system=None)
    with console.capture() as captured:
        console.print(_picture(progress(5)))
    assert "sent 5  ready 15" in captured.get()
    assert "x-en" in captured.get()
