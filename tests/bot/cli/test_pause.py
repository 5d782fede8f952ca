from pathlib import Path

import pytest

from tests.bot.cli.terminal import Terminal


def test_pause_stops_everything_and_says_how_to_go_on(terminal: Terminal) -> None:
    shown = terminal.out("pause", "everything")
    assert "Paused: everything." in shown
    assert "munasara resume everything" in shown
    assert terminal.json("status")["paused"] == ["everything"]


def test_stopping_takes_no_key(terminal: Terminal) -> None:
    (terminal.home / "munasara.key").rename(terminal.home / "lost")
    assert "Paused: everything." in terminal.out("pause", "everything")
    (terminal.home / "lost").rename(terminal.home / "munasara.key")
    assert terminal.json("status")["paused"] == ["everything"]


def test_pause_needs_a_scope(terminal: Terminal) -> None:
    assert "SCOPE" in terminal.run("pause", code=2).stderr


def test_pause_of_what_does_not_exist_says_how_to_be_safe(terminal: Terminal) -> None:
    shown = terminal.run("pause", "city:atlantis", code=3).stderr
    assert "munasara pause everything" in shown
    assert terminal.json("status")["paused"] == []


@pytest.mark.parametrize(
    "words",
    [("pause", "everything"), ("status",), ("run",), ("posts", "list"), ("approve", "--all", "--yes")],
)
def test_a_home_that_is_not_there_is_said_and_not_made(tmp_path: Path, words: tuple[str, ...]) -> None:
    elsewhere = Terminal(tmp_path / "elsewhere")
    said = elsewhere.run(*words, code=3)
    assert "There is no database at" in said.stderr
    assert not (tmp_path / "elsewhere").exists()
