from datetime import timedelta
from pathlib import Path

import pytest

from tests.bot.cli.terminal import Terminal, today
from tests.support.folders import picture

SOON = str(today() + timedelta(days=10))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A picture."""
    (tmp_path / "photo.png").write_bytes(picture())
    return tmp_path / "photo.png"


def test_an_exception_takes_two_people(terminal: Terminal, photo: Path) -> None:
    command = ("exceptions", "allow", str(photo), "--reason", "Consent on paper", "--until", SOON)
    assert "once another person says the same" in terminal.out(*command)
    assert "Permitted by 2 people" in terminal.out(*command, actor="sam")
    listed = terminal.json("exceptions", "list")
    assert [one["actor"] for one in listed] == ["amal", "sam"]
    assert listed[0]["until"] == f"{SOON}T23:59:00+00:00"


def test_an_exception_is_taken_back_by_one(terminal: Terminal, photo: Path) -> None:
    terminal.run("exceptions", "allow", str(photo), "--reason", "Consent", "--until", SOON)
    assert "Consent" in terminal.out("exceptions", "list")
    terminal.run("exceptions", "withdraw", str(photo), actor="sam")
    assert terminal.out("exceptions", "list") == "No permission is recorded.\n"


def test_an_exception_ends_within_ninety_days(terminal: Terminal, photo: Path) -> None:
    late = str(today() + timedelta(days=200))
    shown = terminal.run("exceptions", "allow", str(photo), "--reason", "Consent", "--until", late, code=3)
    assert "90 days" in shown.stderr


def test_an_exception_is_for_a_file_that_is_there(terminal: Terminal, tmp_path: Path) -> None:
    gone = str(tmp_path / "gone.png")
    terminal.run("exceptions", "allow", gone, "--reason", "Consent", "--until", SOON, code=2)
