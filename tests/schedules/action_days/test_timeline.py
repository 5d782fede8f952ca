import tracemalloc
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.models import DayCity, Permit, StepKind
from schedules.action_days.timeline import starts_at, timelines
from schedules.planning.cities import CityState
from schedules.planning.occurrences import occurrences
from schedules.walltime import Note, zone
from tests.schedules.action_days.days import STEPS, ZONES, day_at, many, step, with_day
from tests.schedules.planning.factories import account, city, utc, wall

BERLIN, TOKYO = city("berlin", "Europe/Berlin"), city("tokyo", "Asia/Tokyo")
WALLS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)).map(lambda at: at.replace(microsecond=0))


def test_a_wave_has_the_same_hour_on_the_wall_of_each_city() -> None:
    day = day_at(wall("2026-09-05 18:00"))
    berlin, tokyo = timelines(day, with_day(day, BERLIN, TOKYO))
    assert berlin.local_at == tokyo.local_at == wall("2026-09-05 18:00")
    assert (berlin.starts_at, tokyo.starts_at) == (utc("2026-09-05 16:00"), utc("2026-09-05 09:00"))


def test_one_instant_is_another_hour_in_each_city() -> None:
    day = day_at(utc("2026-09-05 16:00"))
    berlin, tokyo = timelines(day, with_day(day, BERLIN, TOKYO))
    assert berlin.starts_at == tokyo.starts_at == utc("2026-09-05 16:00")
    assert (berlin.local_at, tokyo.local_at) == (wall("2026-09-05 18:00"), wall("2026-09-06 01:00"))


def test_steps_come_in_the_order_in_which_they_happen() -> None:
    day = day_at(utc("2026-09-05 16:00"), step("late", 2), step("early", -2))
    (berlin,) = timelines(day, with_day(day, BERLIN))
    assert [(timed.step.id, timed.local_at) for timed in berlin.steps] == [
        ("early", wall("2026-09-05 16:00")),
        ("late", wall("2026-09-05 20:00")),
    ]


def test_what_speaks_for_the_whole_campaign_comes_first_and_by_its_own_clock() -> None:
    general = step("all", -1, StepKind.POST, channels=("telegram",))
    day = day_at(utc("2026-09-05 16:00"), general, step("own", -2))
    whole, tokyo = timelines(day, with_day(day, TOKYO))
    assert (whole.city, whole.zone, tokyo.city) == (None, "Europe/Berlin", TOKYO)
    assert ([timed.step.id for timed in whole.steps], [timed.step.id for timed in tokyo.steps]) == (
        ["all"],
        ["own"],
    )


def test_a_step_for_some_cities_happens_in_no_other() -> None:
    day = day_at(utc("2026-09-05 16:00"), step("some", 0, cities=("tokyo",)))
    found = {
        line.city and line.city.id: len(line.steps) for line in timelines(day, with_day(day, BERLIN, TOKYO))
    }
    assert found == {"berlin": 0, "tokyo": 1}


def test_a_city_that_takes_no_part_has_no_timeline() -> None:
    day = day_at(utc("2026-09-05 16:00"), cities=(DayCity(id="tokyo"),))
    assert [line.city for line in timelines(day, with_day(day, BERLIN, TOKYO))] == [TOKYO]


def test_a_step_that_waits_for_a_permit_says_so_and_keeps_its_time() -> None:
    entries = (DayCity(id="berlin", permit=Permit.APPLIED), DayCity(id="tokyo", permit=Permit.GRANTED))
    day = day_at(utc("2026-09-05 16:00"), cities=entries)
    berlin, tokyo = timelines(day, with_day(day, BERLIN, TOKYO))
    assert {timed.step.id: timed.withheld for timed in berlin.steps if timed.withheld} == {
        "place": Permit.APPLIED
    }
    assert not any(timed.withheld for timed in tokyo.steps)
    assert [timed.at for timed in berlin.steps] == [timed.at for timed in tokyo.steps]


@pytest.mark.parametrize(
    "at", [wall("2026-10-24 18:00"), utc("2026-10-24 16:00"), wall("2026-03-29 02:30")]
)
def test_posts_of_the_plan_go_out_at_the_very_instants_of_the_timeline(at: datetime) -> None:
    day = day_at(at)
    found = with_day(day, BERLIN, TOKYO)
    drawn = {
        (line.city and line.city.id, timed.step.id, timed.at)
        for line in timelines(day, found)
        for timed in line.steps
        if timed.step.channels
    }
    accounts = [account("b", city="berlin"), account("t", city="tokyo")]
    posts = {(one.city, one.slot_id.partition(":")[2], one.due_at) for one in occurrences(found, accounts)}
    assert posts == drawn
    assert len(drawn) == 4


NIGHTS = [
    ("Europe/Berlin", "2026-03-29 02:30", Note.GAP_SHIFTED, "2026-03-29 03:30", "2026-03-29 01:30"),
    ("Europe/Berlin", "2026-10-25 02:30", Note.OVERLAP_FIRST, "2026-10-25 02:30", "2026-10-25 00:30"),
    ("Asia/Beirut", "2026-03-29 00:30", Note.GAP_SHIFTED, "2026-03-29 01:30", "2026-03-28 22:30"),
    ("Asia/Beirut", "2026-10-24 23:30", Note.OVERLAP_FIRST, "2026-10-24 23:30", "2026-10-24 20:30"),
    ("Africa/Cairo", "2026-04-24 00:30", Note.GAP_SHIFTED, "2026-04-24 01:30", "2026-04-23 22:30"),
    ("Africa/Cairo", "2026-10-29 23:30", Note.OVERLAP_FIRST, "2026-10-29 23:30", "2026-10-29 20:30"),
    ("America/Santiago", "2026-09-06 00:30", Note.GAP_SHIFTED, "2026-09-06 01:30", "2026-09-06 04:30"),
    ("America/Santiago", "2026-04-04 23:30", Note.OVERLAP_FIRST, "2026-04-04 23:30", "2026-04-05 02:30"),
    ("Africa/Casablanca", "2026-02-15 02:30", Note.OVERLAP_FIRST, "2026-02-15 02:30", "2026-02-15 01:30"),
    ("Africa/Casablanca", "2026-03-22 02:30", Note.GAP_SHIFTED, "2026-03-22 03:30", "2026-03-22 02:30"),
]


@pytest.mark.parametrize(("where", "asked", "note", "shown", "instant"), NIGHTS)
def test_on_the_night_of_a_change_gap_and_overlap_are_told(
    where: str, asked: str, note: Note, shown: str, instant: str
) -> None:
    day = day_at(wall(asked))
    (line,) = timelines(day, with_day(day, city("here", where)))
    assert (line.note, line.local_at, line.starts_at) == (note, wall(shown), utc(instant))
    assert any(timed.shifted for timed in line.steps)


@pytest.mark.parametrize(("where", "asked"), [(where, asked) for where, asked, *_ in NIGHTS])
def test_on_the_evening_before_each_city_is_at_its_hour_on_the_wall(where: str, asked: str) -> None:
    evening = wall(asked).replace(hour=18, minute=0) - timedelta(days=1)
    day = day_at(evening)
    (line,) = timelines(day, with_day(day, city("here", where)))
    assert (line.local_at, line.note) == (evening, Note.NONE)
    assert line.starts_at.astimezone(ZoneInfo(where)).replace(tzinfo=None) == evening


@given(
    at=WALLS, where=st.sampled_from(ZONES), hours=st.lists(st.integers(-400, 400), min_size=2, max_size=12)
)
@settings(max_examples=200)
def test_steps_of_a_city_never_change_places(at: datetime, where: str, hours: list[int]) -> None:
    steps = tuple(step(f"step-{number}", each) for number, each in enumerate(hours))
    for day in (day_at(at, *steps), day_at(at.replace(tzinfo=UTC), *steps)):
        (line,) = timelines(day, with_day(day, city("here", where)))
        assert all(one.at <= two.at for one, two in pairwise(line.steps))
        assert [timed.at - line.starts_at for timed in line.steps] == sorted(one.offset for one in steps)


@given(at=WALLS)
@settings(max_examples=100)
def test_one_instant_is_one_instant_in_every_zone(at: datetime) -> None:
    day = day_at(at.replace(tzinfo=UTC))
    assert {starts_at(day, name).at for name in ZONES} == {at.replace(tzinfo=UTC)}


@given(at=WALLS, where=st.sampled_from(ZONES))
@settings(max_examples=300)
def test_a_wave_keeps_the_hour_on_the_wall_wherever_that_hour_exists(at: datetime, where: str) -> None:
    start = starts_at(day_at(at), where)
    there = at.replace(tzinfo=zone(where)).astimezone(UTC).astimezone(zone(where)).replace(tzinfo=None)
    assert start.at is not None
    assert (start.shown == at) is (there == at)
    assert start.note is Note.GAP_SHIFTED or start.at.astimezone(zone(where)).replace(tzinfo=None) == at


@pytest.mark.parametrize("at", [wall("2026-09-05 18:00"), utc("2026-09-05 16:00")])
def test_150_cities_in_38_zones_each_have_every_step(at: datetime) -> None:
    found = many(at)
    lines = list(timelines(found.action_days[0], found))
    assert (len(lines), len({line.zone for line in lines})) == (150, 38)
    assert Counter(len(line.steps) for line in lines) == {len(STEPS): 150}
    expected = 1 if at.tzinfo else len({ZoneInfo(name).utcoffset(at) for name in ZONES})
    assert len({line.starts_at for line in lines}) == expected


def test_memory_does_not_grow_with_the_number_of_cities() -> None:
    found = many(utc("2026-09-05 16:00"), count=1_500)
    list(timelines(found.action_days[0], many(utc("2026-09-05 16:00"))))
    tracemalloc.start()
    assert sum(len(line.steps) for line in timelines(found.action_days[0], found)) == 1_500 * len(STEPS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_permit_that_somebody_said_stands_over_the_folder() -> None:
    place = step("place", -1, StepKind.REVEAL)
    entries = (DayCity(id="berlin", permit=Permit.APPLIED), DayCity(id="tokyo", permit=Permit.GRANTED))
    day = day_at(utc("2026-09-05 16:00"), place, cities=entries)
    said = {
        ("the-day", "berlin"): CityState(permit=Permit.NOTIFIED),
        ("the-day", "tokyo"): CityState(permit=Permit.NEEDED),
    }
    found = {
        line.city and line.city.id: line.steps[0].withheld
        for line in timelines(day, with_day(day, BERLIN, TOKYO), said)
    }
    assert found == {"berlin": None, "tokyo": Permit.NEEDED}
