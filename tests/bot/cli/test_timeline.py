from datetime import date
from pathlib import Path

import pytest

from bot.cli.timeline import show_timelines, timelines_as_data, write_calendar
from content.calendars import read_calendar
from content.loader import load_campaign
from content.models import DayCity, Permit
from schedules.clock import SystemClock
from tests.bot.cli.terminal import Terminal
from tests.schedules.action_days.days import day_at, many, step, with_day
from tests.schedules.planning.factories import city, utc, wall
from tests.support.folders import COMPLETE, write_campaign

BERLIN, HAMBURG, TOKYO = (
    city("berlin", "Europe/Berlin"),
    city("hamburg", "Europe/Berlin"),
    city("tokyo", "Asia/Tokyo"),
)
RISE = f"""{COMPLETE["action_days/rise.toml"]!s}
[[steps]]
id = "call"
kind = "roll_call"
offset = "-24h"
"""


def shown(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line for line in capsys.readouterr().out.splitlines() if line]


def test_cities_of_one_clock_and_the_same_steps_share_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    day = day_at(utc("2026-09-05 12:00"), step("soon", -2))
    show_timelines(with_day(day, BERLIN, HAMBURG, TOKYO), None)
    assert [" ".join(line.split()) for line in shown(capsys)] == [
        "Action day the-day. T-0 is one instant, 2026-09-05 12:00 UTC.",
        "WHERE STEP LOCAL TIME UTC NOTE",
        "berlin, hamburg (Europe/Berlin) soon Sat 2026-09-05 12:00 2026-09-05 10:00",
        "berlin, hamburg (Europe/Berlin) T-0 Sat 2026-09-05 14:00 2026-09-05 12:00",
        "tokyo (Asia/Tokyo) soon Sat 2026-09-05 19:00 2026-09-05 10:00",
        "tokyo (Asia/Tokyo) T-0 Sat 2026-09-05 21:00 2026-09-05 12:00",
    ]


def test_gaps_overlaps_and_moved_clocks_are_noted(capsys: pytest.CaptureFixture[str]) -> None:
    day = day_at(wall("2026-03-29 02:30"), step("eve", -12), step("late", 2))
    show_timelines(with_day(day, BERLIN, TOKYO), None)
    text = "\n".join(shown(capsys))
    assert "T-0 is 2026-03-29 02:30 on the clocks of each city." in text
    assert text.count("the clocks jump over 02:30") == 1
    assert text.count("the clocks were moved by +60 minutes since the step before") == 1


def test_a_withheld_step_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    entries = (DayCity(id="berlin", permit=Permit.APPLIED), DayCity(id="hamburg", permit=Permit.GRANTED))
    show_timelines(with_day(day_at(utc("2026-09-05 12:00"), cities=entries), BERLIN, HAMBURG), None)
    withheld = [line for line in shown(capsys) if "withheld" in line]
    assert len(withheld) == 1
    assert withheld[0].startswith("berlin (Europe/Berlin)")
    assert withheld[0].endswith("withheld: the permit is applied for and not granted")


def test_150_cities_stand_in_one_block_per_clock(capsys: pytest.CaptureFixture[str]) -> None:
    found = many(utc("2026-09-05 12:00"))
    show_timelines(found, None)
    assert len(shown(capsys)) == 2 + 38 * 13
    show_timelines(found, 100)
    lines = shown(capsys)
    assert len(lines) == 2 + 100 + 1
    assert lines[-1].startswith("... and 394 more")
    assert len(timelines_as_data(found)) == 150


def test_plan_shows_the_day_with_its_warnings_and_the_same_as_json(
    terminal: Terminal, tmp_path: Path
) -> None:
    folder = write_campaign(
        tmp_path, {"action_days/rise.toml": RISE.replace("-24h", "-20h")}, base=COMPLETE
    )
    text = terminal.run("plan", str(folder), code=1).output
    assert "Action day rise. T-0 is 2026-09-20 18:00 on the clocks of each city." in text
    assert 'the step "call" reaches people at night' in text
    day = terminal.json("plan", str(folder), code=1)["action_days"][0]
    assert (day["city"], day["zone"], day["steps"][0]["local_at"]) == (
        "berlin",
        "Europe/Berlin",
        "2026-09-19T22:00:00",
    )


def test_the_days_are_written_as_a_calendar(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_campaign(tmp_path, {"action_days/rise.toml": RISE}, base=COMPLETE)
    file = tmp_path / "days.ics"
    write_calendar(load_campaign(folder), SystemClock().now(), file)
    assert "without guarded cities" in capsys.readouterr().err
    found, faults = read_calendar("days", file.read_text("utf-8"), date(2026, 9, 1), date(2026, 9, 30))
    assert (len(found), faults) == (2, ())


def test_a_plan_writes_its_calendar_unless_it_is_wrong_or_only_looked_at(
    terminal: Terminal, folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "days.ics"
    terminal.run("plan", str(folder), "--yes", "--ics", str(file), code=1)
    terminal.add_telegram("en")
    terminal.run("plan", str(folder), "--dry-run", "--ics", str(file))
    assert not file.exists()
    refused = terminal.run("plan", str(folder), "--yes", "--ics", str(tmp_path / "no" / "a.ics"), code=3)
    assert "a.ics: No such file or directory. Look how the name is written" in refused.stderr
    terminal.run("plan", str(folder), "--yes", "--ics", str(file))
    assert file.read_bytes().startswith(b"BEGIN:VCALENDAR")
