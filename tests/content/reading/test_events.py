from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from content.errors import Severity
from content.loader import load_campaign
from tests.support.folders import COMPLETE, brief, problems_of, write_campaign

RISE, COUNCIL = "action_days/rise.toml", "calendars/council.ics"
ICS = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:council-1
SUMMARY:City Council
DTSTART;TZID=Europe/Berlin:20260917T100000
RRULE:FREQ=WEEKLY;COUNT=2
END:VEVENT
BEGIN:VEVENT
UID:vote-1
SUMMARY:Final vote
DTSTART;TZID=Europe/Berlin:20260921T140000
LOCATION:Berlin
END:VEVENT
BEGIN:VEVENT
UID:holiday-1
SUMMARY:Holiday
DTSTART;VALUE=DATE:20260920
END:VEVENT
END:VCALENDAR
"""
DAY = """\
title = {en = "The balloons rise", de = "Die Ballons steigen"}
relative_to = "event:final-vote"
offset = "-2h"
cities = ["berlin"]

[[steps]]
id = "call"
kind = "roll_call"
offset = "-24h"

[[steps]]
id = "again"
kind = "roll_call"
relative_to = "event:city-council@2026-09-17"
offset = "-1h"
"""


def files(*edits: tuple[str, str], ics: str = ICS) -> dict[str, str | bytes | None]:
    day = DAY
    for old, new in edits:
        assert day.count(old) == 1, old
        day = day.replace(old, new)
    return {RISE: day, COUNCIL: ics}


def test_a_day_and_its_steps_may_hang_on_events(tmp_path: Path) -> None:
    campaign = load_campaign(write_campaign(tmp_path, files(), base=COMPLETE))
    day = campaign.action_days[0]
    assert day.at == datetime(2026, 9, 21, 10, tzinfo=UTC)
    assert [step.offset for step in day.steps] == [timedelta(hours=-24), timedelta(hours=-99)]
    assert day.at + day.steps[1].offset == datetime(2026, 9, 17, 7, tzinfo=UTC)
    assert [event.name for event in campaign.events] == [
        "city-council",
        "holiday",
        "final-vote",
        "city-council",
    ]


def test_when_an_event_moves_what_hangs_on_it_moves_along(tmp_path: Path) -> None:
    later = ICS.replace("20260921T140000", "20260922T150000")
    day = load_campaign(write_campaign(tmp_path, files(ics=later), base=COMPLETE)).action_days[0]
    assert day.at == datetime(2026, 9, 22, 11, tzinfo=UTC)
    assert day.at + day.steps[1].offset == datetime(2026, 9, 17, 7, tzinfo=UTC)


def test_a_day_on_a_whole_day_is_a_wave(tmp_path: Path) -> None:
    wave = files(("event:final-vote", "event:holiday-1"), ('"-2h"', '"18h"'), ("-1h", "1h"))
    day_alone = {**wave, RISE: str(wave[RISE]).split('[[steps]]\nid = "again"', maxsplit=1)[0]}
    day = load_campaign(write_campaign(tmp_path, day_alone, base=COMPLETE)).action_days[0]
    assert day.at == datetime(2026, 9, 20, 18)
    assert day.at.tzinfo is None
    assert brief(problems_of(tmp_path / "x", wave, base=COMPLETE)) == [f"event-clock {RISE}:14"]


@pytest.mark.parametrize(
    ("old", "new", "expected", "remedy"),
    [
        ("event:final-vote", "event:final-voto", f"event-unknown {RISE}:2", 'Did you mean "event:final-vote"?'),
        ("event:final-vote", "final-vote", f"event-unknown {RISE}:2", 'Write "event:"'),
        ("event:final-vote", "event:city-council", f"event-ambiguous {RISE}:2", '"event:city-council@2026-09-17"'),
        ("@2026-09-17", "", f"event-ambiguous {RISE}:14", "2026-09-17"),
        ('offset = "-2h"', 'offset = "soon"', f"duration-invalid {RISE}:3", "90m"),
        ('offset = "-1h"', 'offset = "soon"', f"duration-invalid {RISE}:15", "90m"),
        ('offset = "-2h"', "at = 2026-09-21T12:00:00Z", f"day-time {RISE}:3", "Remove one of the two."),
    ],
)  # fmt: skip
def test_each_slip_about_an_event_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, expected: str, remedy: str
) -> None:
    found = problems_of(tmp_path, files((old, new)), base=COMPLETE)
    assert brief(found) == [expected]
    assert remedy in found[0].remedy


def test_a_broken_calendar_stops_the_plan_and_a_broken_event_only_warns(tmp_path: Path) -> None:
    whole = problems_of(tmp_path, {COUNCIL: "hello"}, base=COMPLETE)
    assert [(problem.code, problem.severity) for problem in whole] == [("calendar-broken", Severity.ERROR)]
    one = problems_of(
        tmp_path / "x", files(ics=ICS.replace("VALUE=DATE:2026", "VALUE=DATE:x")), base=COMPLETE
    )
    assert [(*brief([problem]), problem.severity) for problem in one] == [
        (f"calendar-broken {COUNCIL}:16", Severity.WARNING)
    ]


def test_other_files_beside_calendars_are_pointed_out(tmp_path: Path) -> None:
    assert brief(problems_of(tmp_path, {"calendars/notes.txt": "x"})) == [
        "unexpected-file calendars/notes.txt"
    ]
