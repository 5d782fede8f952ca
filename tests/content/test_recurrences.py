from datetime import date, datetime
from typing import Any

import pytest
from icalendar import Calendar

from content.recurrences import Unclear, wall_of, walls, zone_of

LAST = date(2027, 4, 30)


def event(*lines: str) -> Any:
    text = "\r\n".join(
        ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:a", *lines, "END:VEVENT", "END:VCALENDAR", ""]
    )
    return Calendar.from_ical(text).walk("VEVENT")[0]


def days(*lines: str) -> list[str]:
    return [f"{wall:%m-%d %H:%M}" for wall in walls(event(*lines), LAST)]


BERLIN = "DTSTART;TZID=Europe/Berlin:20270320T100000"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("RRULE:FREQ=WEEKLY;COUNT=3", ["03-20 10:00", "03-27 10:00", "04-03 10:00"]),
        ("RRULE:FREQ=WEEKLY;UNTIL=20270403T080000Z", ["03-20 10:00", "03-27 10:00", "04-03 10:00"]),
        ("RRULE:FREQ=WEEKLY;UNTIL=20270403T075959Z", ["03-20 10:00", "03-27 10:00"]),
        ("RRULE:FREQ=WEEKLY;UNTIL=20270327", ["03-20 10:00", "03-27 10:00"]),
        ("RRULE:FREQ=MONTHLY;BYDAY=3SA", ["03-20 10:00", "04-17 10:00"]),
        ("RDATE;TZID=Europe/Berlin:20270322T110000", ["03-20 10:00", "03-22 11:00"]),
        ("RDATE:20270322T110000Z", ["03-20 10:00", "03-22 12:00"]),
    ],
)
def test_a_series_keeps_its_hour_on_the_wall_through_a_change_of_the_clocks(
    rule: str, expected: list[str]
) -> None:
    assert days(BERLIN, rule) == expected


@pytest.mark.parametrize(
    "left_out",
    ["EXDATE;TZID=Europe/Berlin:20270327T100000", "EXDATE:20270327T090000Z", "EXDATE;VALUE=DATE:20270327"],
)
def test_dates_that_are_left_out_are_left_out_however_they_are_written(left_out: str) -> None:
    assert days(BERLIN, "RRULE:FREQ=WEEKLY;COUNT=3", left_out) == ["03-20 10:00", "04-03 10:00"]


@pytest.mark.parametrize(
    "rule",
    [
        "RRULE:FREQ=SECONDLY",
        "RRULE:FREQ=HOURLY",
        "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "RRULE:FREQ=DAILY;BYSETPOS=400",
    ],
)
def test_rules_without_an_end_in_sight_are_refused(rule: str) -> None:
    with pytest.raises(Unclear, match="recurs"):
        days(BERLIN, rule)


def test_a_rule_for_ever_ends_with_the_last_date() -> None:
    assert days(BERLIN, "RRULE:FREQ=DAILY")[-1] == "04-30 10:00"


def test_zones_are_those_of_iana_and_of_windows() -> None:
    assert str(zone_of(event(BERLIN)["DTSTART"])) == "Europe/Berlin"
    windows = event("DTSTART;TZID=W. Europe Standard Time:20270320T100000")
    assert str(zone_of(windows["DTSTART"])) == "Europe/Berlin"


def test_a_zone_that_nobody_knows_is_told_and_not_guessed() -> None:
    with pytest.raises(Unclear, match="Mars/X"):
        days("DTSTART;TZID=Mars/X:20270320T100000")


def test_a_date_begins_at_midnight_and_keeps_no_zone() -> None:
    start = event("DTSTART;VALUE=DATE:20270320")["DTSTART"]
    assert (wall_of(start, None), zone_of(start)) == (datetime(2027, 3, 20), None)
