from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.calendars import read_calendar, slug_of
from content.models import Event

FIRST, LAST = date(2027, 3, 1), date(2027, 4, 30)
COUNCIL = """\
UID:council-1
SUMMARY:City Council
DTSTART;TZID=Europe/Berlin:20270320T100000
DTEND;TZID=Europe/Berlin:20270320T120000
LOCATION:Berlin, town hall
CATEGORIES:Politics,Berlin
"""


def calendar(*events: str, extra: str = "") -> str:
    made = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{extra}{made}END:VCALENDAR\n"


def read(*events: str, extra: str = "") -> tuple[Event, ...]:
    found, faults = read_calendar("town", calendar(*events, extra=extra), FIRST, LAST)
    assert faults == ()
    return found


def faults(text: str) -> list[tuple[str, int | None]]:
    return [(fault.what, fault.line) for fault in read_calendar("town", text, FIRST, LAST)[1]]


def test_an_event_is_read_with_its_instant_its_length_and_its_places() -> None:
    (event,) = read(COUNCIL)
    assert event == Event(
        calendar="town",
        uid="council-1",
        name="city-council",
        title="City Council",
        at=datetime(2027, 3, 20, 9, tzinfo=UTC),
        on=date(2027, 3, 20),
        lasts=timedelta(hours=2),
        all_day=False,
        places=("Berlin, town hall", "Politics", "Berlin"),
    )


def test_a_series_keeps_its_hour_and_names_each_date() -> None:
    events = read(f"{COUNCIL}RRULE:FREQ=WEEKLY;COUNT=3\n")
    assert [(event.on.isoformat(), event.at.hour) for event in events] == [
        ("2027-03-20", 9),
        ("2027-03-27", 9),
        ("2027-04-03", 8),
    ]


def test_one_date_of_a_series_may_be_moved_or_cancelled() -> None:
    moved = (
        COUNCIL.replace("20270320T1", "20270328T1") + "RECURRENCE-ID;TZID=Europe/Berlin:20270327T100000\n"
    )
    gone = f"{COUNCIL}RECURRENCE-ID:20270403T080000Z\nSTATUS:CANCELLED\n"
    events = read(f"{COUNCIL}RRULE:FREQ=WEEKLY;COUNT=4\n", moved, gone)
    assert [event.on.day for event in events] == [20, 28, 10]


def test_whole_days_and_floating_times_follow_the_clocks_of_each_city() -> None:
    day = "UID:d\nSUMMARY:Vote\nDTSTART;VALUE=DATE:20270321"
    floating = "UID:f\nSUMMARY:Vigil\nDTSTART:20270322T190000\nDURATION:PT90M"
    one, two = read(day, floating)
    assert (one.at, one.all_day, one.lasts) == (datetime(2027, 3, 21), True, timedelta(days=1))
    assert (two.at, two.all_day, two.lasts) == (datetime(2027, 3, 22, 19), False, timedelta(minutes=90))


def test_a_zone_that_the_file_defines_itself_is_used() -> None:
    own = (
        "BEGIN:VTIMEZONE\nTZID:Our time\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
        "TZOFFSETFROM:+0530\nTZOFFSETTO:+0530\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    (event,) = read("UID:o\nSUMMARY:Talk\nDTSTART;TZID=Our time:20270320T100000", extra=own)
    assert event.at == datetime(2027, 3, 20, 4, 30, tzinfo=UTC)


def test_events_outside_the_dates_are_not_kept() -> None:
    assert read(COUNCIL.replace("202703", "202603")) == ()


@pytest.mark.parametrize("text", ["", "hello", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n"])
def test_a_broken_file_is_told_as_a_whole(text: str) -> None:
    found, (fault,) = read_calendar("town", text, FIRST, LAST)
    assert (found, fault.whole) == ((), True)
    assert fault.remedy == "Export it again as iCalendar (.ics)."


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("DTSTART;TZID=Europe/Berlin:20270320T100000", "DTSTART:soon", "a value of it cannot be read"),
        ("DTSTART;TZID=Europe/Berlin:20270320T100000\n", "", "it has no beginning"),
        ("DTSTART;TZID=Europe/Berlin", "DTSTART;TZID=Mars/X", "nobody knows its time zone “Mars/X”"),
        ("DTEND;TZID=Europe/Berlin:20270320T12", "DTEND;TZID=Europe/Berlin:20270320T09", "it ends before it begins"),
        ("DTEND;TZID=Europe/Berlin:20270320T120000", "DTEND;VALUE=DATE:20270321", "a value of it cannot be read"),
        ("LOCATION", "RRULE:FREQ=SECONDLY\nLOCATION", "it recurs in a way that is not understood, or more than once a day"),
        ("LOCATION", "RECURRENCE-ID;RANGE=THISANDFUTURE:20270320T090000Z\nLOCATION", "it changes every later date of its series at once, which is not understood"),
    ],
)  # fmt: skip
def test_a_broken_event_is_left_out_and_told_with_its_line(old: str, new: str, reason: str) -> None:
    assert COUNCIL.count(old) == 1
    text = calendar("UID:fine\nSUMMARY:Fine\nDTSTART:20270320T100000Z", COUNCIL.replace(old, new))
    assert faults(text) == [(f"the event “City Council” is left out: {reason}", 9)]
    assert read_calendar("town", text, FIRST, LAST)[0][0].name == "fine"


@pytest.mark.parametrize(
    ("title", "slug"),
    [("City Council: Übung №5", "city-council-ubung-no5"), ("مجلس المدينة", ""), ("-- a --", "a")],
)
def test_a_title_becomes_an_id(title: str, slug: str) -> None:
    assert slug_of(title) == slug


def test_a_title_in_another_script_is_named_by_its_uid() -> None:
    assert read(COUNCIL.replace("City Council", "مجلس المدينة"))[0].name == "council-1"


LINES = st.sampled_from(
    [*COUNCIL.splitlines(), "RRULE:FREQ=WEEKLY", "EXDATE:x", "BEGIN:VEVENT", "END:VEVENT", "DTSTART:", "X"]
)


@given(st.lists(LINES, max_size=12), st.text(max_size=20))
@settings(max_examples=150)
def test_no_file_makes_reading_fail(lines: list[str], noise: str) -> None:
    text = calendar("\n".join([*lines, noise]))
    events, found = read_calendar("town", text, FIRST, LAST)
    assert all(FIRST <= event.on <= LAST for event in events)
    assert all(fault.what and fault.remedy for fault in found)
