from collections import Counter
from datetime import date, timedelta

from icalendar import Calendar

from content.calendars import read_calendar
from content.loader import load_campaign
from content.models import Campaign, DayCity, Permit, Risk, StepKind
from schedules.action_days.calendars import calendar_of
from schedules.action_days.timeline import timelines
from tests.schedules.action_days.days import day_at, step, with_day
from tests.schedules.planning.factories import city, utc, wall
from tests.support.source import ROOT

EXAMPLE = ROOT / "content/examples/white-balloons"
NOW = utc("2026-08-01 12:00")
BERLIN, TOKYO, CAIRO = (
    city("berlin", "Europe/Berlin"),
    city("tokyo", "Asia/Tokyo"),
    city("cairo", "Africa/Cairo", Risk.GUARDED),
)


def exported(campaign: Campaign) -> list[tuple[str, str]]:
    found, faults = read_calendar(
        "back", calendar_of(campaign, NOW).decode(), campaign.starts_on, campaign.ends_on
    )
    assert faults == ()
    return [(event.uid, f"{event.at:%Y-%m-%d %H:%M}") for event in found]


def test_a_wave_is_read_back_at_the_instants_of_each_city() -> None:
    campaign = with_day(day_at(wall("2026-09-05 18:00"), step("soon", -2)), BERLIN, TOKYO)
    assert set(exported(campaign)) == {
        ("balloons.the-day.berlin.soon@munasara", "2026-09-05 14:00"),
        ("balloons.the-day.berlin.T-0@munasara", "2026-09-05 16:00"),
        ("balloons.the-day.tokyo.soon@munasara", "2026-09-05 07:00"),
        ("balloons.the-day.tokyo.T-0@munasara", "2026-09-05 09:00"),
    }


def test_guarded_cities_are_not_in_it() -> None:
    campaign = with_day(day_at(utc("2026-09-05 12:00")), BERLIN, CAIRO)
    assert b"cairo" not in calendar_of(campaign, NOW).lower()
    assert {uid.split(".")[2] for uid, _ in exported(campaign)} == {"berlin"}


def test_what_waits_for_a_permit_is_tentative() -> None:
    day = day_at(utc("2026-09-05 12:00"), step("place", -3, StepKind.REVEAL), step("soon", -2))
    entries = (DayCity(id="berlin", permit=Permit.APPLIED),)
    campaign = with_day(day.model_copy(update={"cities": entries}), BERLIN)
    events = Calendar.from_ical(calendar_of(campaign, NOW)).walk("VEVENT")
    assert [str(event["UID"]) for event in events if event.get("STATUS") == "TENTATIVE"] == [
        "balloons.the-day.berlin.place@munasara"
    ]


def test_the_example_comes_back_whole_with_no_text_of_it_in_lines_of_at_most_75_bytes() -> None:
    campaign = load_campaign(EXAMPLE)
    lines = list(timelines(campaign.action_days[0], campaign))
    openly = [line for line in lines if line.city is None or line.city.risk is Risk.OPEN]
    data = calendar_of(campaign, NOW)
    assert all(len(line) <= 75 and line.decode() for line in data.split(b"\r\n")[:-1])
    found, faults = read_calendar("back", data.decode(), date(2027, 1, 1), date(2027, 12, 31))
    assert faults == ()
    expected = Counter(timed.at for line in openly for timed in line.steps)
    expected += Counter(line.starts_at for line in openly if line.city)
    assert Counter(event.at for event in found) == expected
    said = {variant.source.split()[0] for message in campaign.messages for variant in message.variants}
    assert all(f" {word} " not in data.decode() for word in said if len(word) > 6)
    assert {event.lasts for event in found} == {timedelta(0), timedelta(hours=1)}
