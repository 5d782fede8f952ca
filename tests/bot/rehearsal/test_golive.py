import shutil
import sys
from pathlib import Path

import pytest

from bot.rehearsal.golive import EXAMPLES, next_steps


def test_own_folder_goes_straight_to_its_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/munasara")
    calls = [line.split("  ")[1] for line in next_steps(Path("spring")).splitlines()[2:]]
    assert calls == [
        "munasara init",
        "munasara accounts add telegram",
        "munasara plan spring",
        "munasara approve",
        "munasara run",
    ]


def test_example_is_not_sent_out_but_leads_to_a_campaign_of_ones_own() -> None:
    told = next_steps(EXAMPLES / "white-balloons")
    assert "white-balloons" not in told
    assert "new my-campaign" in told
    assert "plan my-campaign" in told


def test_command_that_is_not_on_the_path_is_told_with_its_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(sys, "executable", str(tmp_path / ".venv" / "bin" / "python"))
    assert "  munasara init" in next_steps(Path("spring"))
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "munasara").touch()
    assert f"  {tmp_path}/.venv/bin/munasara init" in next_steps(Path("spring"))
    monkeypatch.chdir(tmp_path)
    assert "  .venv/bin/munasara init" in next_steps(Path("spring"))
