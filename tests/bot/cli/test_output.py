import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.cli.output import (
    PIPED_WIDTH,
    counted,
    local_moment,
    moment,
    plain_value,
    say,
    show_json,
    show_problems,
    show_table,
    used,
    utc,
)
from channels.base import Quota
from content.errors import Problem, Severity

NOON = datetime(2027, 3, 6, 12, 0, tzinfo=UTC)


def test_a_piped_table_never_folds_or_cuts_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(["a", "b"], [("x" * 500, "[red]y[/red]"), (None, 3)])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [["A", "B"], ["x" * 500, "[red]y[/red]"], ["3"]]
    assert len(lines[1]) < PIPED_WIDTH


def test_no_text_can_steer_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say("a\x1b[2Jb\x07\x9b\r\tc\nd")
    show_table(["a"], [("\x1b]0;title\x07",)])
    shown = capsys.readouterr().out
    assert not set(shown) & {"\x1b", "\x07", "\x9b", "\r"}
    assert shown.startswith("a\ufffd[2Jb\ufffd\ufffd\ufffd\tc\nd\n")


def test_problems_stand_errors_first_under_their_file(capsys: pytest.CaptureFixture[str]) -> None:
    show_problems(
        [
            Problem("later", "b.toml", "it is odd", "Look.", severity=Severity.WARNING),
            Problem("bad", "a.toml", "it is wrong", "Mend it.", line=3),
            Problem("worse", "a.toml", "it is lost", "Find it."),
        ]
    )
    assert capsys.readouterr().out == (
        "Errors (2)\n  a.toml\n    line 3: it is wrong. Mend it. [bad]\n    it is lost. Find it. [worse]\n\n"
        "Warnings (1)\n  b.toml\n    it is odd. Look. [later]\n\n"
    )


def test_json_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    problem = Problem("bad", "a.toml", "it is wrong", "Mend it.")
    show_json({Severity.ERROR: [problem], "at": NOON, "on": date(2027, 3, 6), "ü": (Path("x"),)})
    found = json.loads(capsys.readouterr().out)
    assert found["error"][0]["severity"] == "error"
    assert (found["at"], found["on"], found["ü"]) == ("2027-03-06T12:00:00+00:00", "2027-03-06", ["x"])
    assert plain_value(timedelta(minutes=2)) == 120


def test_times_are_written_with_their_zone() -> None:
    assert moment(datetime(2027, 3, 6, 12, 0), "Asia/Beirut") == "Sat 2027-03-06 12:00 Asia/Beirut"
    assert local_moment(NOON, "Asia/Beirut") == "Sat 2027-03-06 14:00 Asia/Beirut"
    assert (utc(NOON), utc(None)) == ("2027-03-06 12:00 UTC", "")


def test_numbers_agree_with_their_nouns() -> None:
    assert (counted(1, "post"), counted(2000, "post")) == ("1 post", "2,000 posts")
    assert counted(2, "person", "people") == "2 people"


def test_a_quota_is_told_with_its_window() -> None:
    assert used(Quota(38, 1000, timedelta(hours=24))) == "38 of 1,000 posts used within 24 hours"


def test_a_price_is_exact_in_json() -> None:
    assert plain_value(Decimal("0.10")) == "0.10"
