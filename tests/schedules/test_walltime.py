import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.models import Gap, Overlap, Weekday
from schedules.errors import LocalTimeInvalid
from schedules.walltime import Note, Resolution, resolve, tzdata_version, use_pinned_zones, wall_times, zone

RESTLESS = [
    "Africa/Casablanca",
    "America/Nuuk",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Asia/Gaza",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/Dublin",
    "Pacific/Apia",
]
A_WEEK = tuple(Weekday)
wall = datetime.fromisoformat
CHANGES = [
    ("Africa/Casablanca", wall("2026-02-15 03:00")),
    ("America/Nuuk", wall("2026-03-28 23:00")),
    ("America/Nuuk", wall("2026-10-25 00:00")),
    ("Australia/Lord_Howe", wall("2026-04-05 02:00")),
    ("Australia/Lord_Howe", wall("2026-10-04 02:00")),
    ("Europe/Dublin", wall("2026-03-29 01:00")),
    ("Europe/Dublin", wall("2026-10-25 02:00")),
    ("Pacific/Apia", wall("2011-12-30 00:00")),
]
ANY_TIME = st.tuples(st.sampled_from(RESTLESS), st.datetimes(wall("2005-01-01"), wall("2037-12-31")))
BESIDE_A_CHANGE = st.builds(
    lambda change, minutes: (change[0], change[1] + timedelta(minutes=minutes)),
    st.sampled_from(CHANGES),
    st.integers(-180, 180),
)
PLACE_AND_LOCAL = ANY_TIME | BESIDE_A_CHANGE


def shifted(local: datetime, name: str) -> Resolution:
    return resolve(local, name, gap=Gap.SHIFT, overlap=Overlap.FIRST)


def utc(text: str) -> datetime:
    return wall(text).replace(tzinfo=UTC)


@pytest.fixture
def system_zones() -> Iterator[None]:
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath()
    yield
    zoneinfo.reset_tzpath(before)


def test_a_plain_wall_time_is_what_it_says() -> None:
    assert shifted(wall("2026-07-01 12:00"), "Europe/Berlin") == Resolution(
        utc("2026-07-01 10:00"), Note.NONE, wall("2026-07-01 12:00")
    )


@pytest.mark.parametrize(
    ("name", "local", "at", "shown"),
    [
        ("Europe/Berlin", "2026-03-29 02:30", "2026-03-29 01:30", "2026-03-29 03:30"),
        ("Europe/Dublin", "2026-03-29 01:30", "2026-03-29 01:30", "2026-03-29 02:30"),
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:45", "2026-10-04 02:45"),
        ("America/Nuuk", "2026-03-28 23:30", "2026-03-29 01:30", "2026-03-29 00:30"),
        ("Pacific/Apia", "2011-12-30 12:00", "2011-12-30 22:00", "2011-12-31 12:00"),
    ],
)
def test_a_time_in_a_gap_moves_on_by_the_length_of_the_gap(
    name: str, local: str, at: str, shown: str
) -> None:
    resolution = shifted(wall(local), name)
    assert resolution == Resolution(utc(at), Note.GAP_SHIFTED, wall(shown))


@pytest.mark.parametrize(
    ("name", "local", "first", "second"),
    [
        ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25 00:30", "2026-10-25 01:30"),
        ("Europe/Dublin", "2026-10-25 01:30", "2026-10-25 00:30", "2026-10-25 01:30"),
        ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 14:45", "2026-04-04 15:15"),
        ("America/Nuuk", "2026-10-24 23:30", "2026-10-25 00:30", "2026-10-25 01:30"),
    ],
)
def test_a_time_that_comes_twice_is_the_one_asked_for(
    name: str, local: str, first: str, second: str
) -> None:
    at = wall(local)
    assert shifted(at, name) == Resolution(utc(first), Note.OVERLAP_FIRST, at)
    later = resolve(at, name, gap=Gap.SHIFT, overlap=Overlap.SECOND)
    assert later == Resolution(utc(second), Note.OVERLAP_SECOND, at)


def test_a_skipped_time_has_no_instant() -> None:
    skipped = resolve(wall("2026-03-29 02:30"), "Europe/Berlin", gap=Gap.SKIP, overlap=Overlap.FIRST)
    assert skipped == Resolution(None, Note.GAP_SKIPPED, None)


@pytest.mark.parametrize(
    ("name", "local", "leaves", "lands"),
    [
        ("Europe/Berlin", wall("2026-03-29 02:30"), "2026-03-29 02:00", "2026-03-29 03:00"),
        ("America/Nuuk", wall("2026-03-28 23:00"), "2026-03-28 23:00", "2026-03-29 00:00"),
        ("Pacific/Apia", wall("2011-12-30 05:17:03.000009"), "2011-12-30 00:00", "2011-12-31 00:00"),
    ],
)
def test_a_refused_time_names_both_sides_of_the_gap(
    name: str, local: datetime, leaves: str, lands: str
) -> None:
    with pytest.raises(LocalTimeInvalid) as caught:
        resolve(local, name, gap=Gap.REFUSE, overlap=Overlap.FIRST)
    assert f"does not exist in {name}: the clocks jump from {leaves} to {lands}." in str(caught.value)


def test_a_time_beside_a_gap_is_not_in_it() -> None:
    for local in (wall("2026-03-29 01:59:59"), wall("2026-03-29 03:00")):
        refused = resolve(local, "Europe/Berlin", gap=Gap.REFUSE, overlap=Overlap.FIRST)
        assert (refused.note, refused.shown) == (Note.NONE, local)


def test_the_fold_of_the_wall_time_does_not_decide() -> None:
    local = wall("2026-10-25 02:30")
    assert shifted(local.replace(fold=1), "Europe/Berlin") == shifted(local, "Europe/Berlin")


@pytest.mark.parametrize(
    ("name", "local"), [("Asia/Tokyo", "0001-01-01 00:00"), ("America/New_York", "9999-12-31 23:59")]
)
def test_the_ends_of_the_calendar_are_refused_where_they_do_not_fit(name: str, local: str) -> None:
    with pytest.raises(LocalTimeInvalid, match="out of range"):
        shifted(wall(local), name)


def test_a_time_with_an_offset_is_not_a_wall_time() -> None:
    with pytest.raises(ValueError, match="offset"):
        shifted(utc("2026-01-01 00:00"), "Europe/Berlin")


@given(PLACE_AND_LOCAL)
def test_a_time_is_only_ever_shifted_forward_and_out_of_the_gap(place: tuple[str, datetime]) -> None:
    name, local = place
    resolution = shifted(local, name)
    assert resolution.shown is not None
    assert resolution.shown >= local
    assert (resolution.shown > local) == (resolution.note is Note.GAP_SHIFTED)
    assert shifted(resolution.shown, name).note is not Note.GAP_SHIFTED


@given(PLACE_AND_LOCAL, st.integers(0, 2 * 86_400))
def test_order_is_kept_outside_gaps(place: tuple[str, datetime], seconds: int) -> None:
    name, local = place
    earlier, later = shifted(local, name), shifted(local + timedelta(seconds=seconds), name)
    assert earlier.at is not None
    assert later.at is not None
    if Note.GAP_SHIFTED not in {earlier.note, later.note}:
        assert earlier.at <= later.at


@given(PLACE_AND_LOCAL)
def test_of_two_readings_the_first_comes_first(place: tuple[str, datetime]) -> None:
    name, local = place
    first = shifted(local, name)
    second = resolve(local, name, gap=Gap.SHIFT, overlap=Overlap.SECOND)
    assert first.at is not None
    assert second.at is not None
    assert (first.at < second.at) == (first.note is Note.OVERLAP_FIRST)
    assert first.at <= second.at


@given(PLACE_AND_LOCAL, st.sampled_from(Overlap))
def test_the_clocks_show_what_was_promised(place: tuple[str, datetime], overlap: Overlap) -> None:
    name, local = place
    resolution = resolve(local, name, gap=Gap.SHIFT, overlap=overlap)
    assert resolution.at is not None
    assert resolution.at.astimezone(zone(name)).replace(tzinfo=None) == resolution.shown


@given(PLACE_AND_LOCAL)
def test_every_instant_can_be_written_as_a_wall_time(place: tuple[str, datetime]) -> None:
    name, at = place[0], place[1].replace(tzinfo=UTC)
    there = at.astimezone(zone(name))
    overlap = Overlap.SECOND if there.fold else Overlap.FIRST
    resolution = resolve(there.replace(tzinfo=None), name, gap=Gap.REFUSE, overlap=overlap)
    assert resolution.at == at


@given(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(0, 60),
    st.times(),
    st.sets(st.sampled_from(Weekday)),
)
def test_a_recurrence_comes_once_on_each_of_its_days(
    first_on: date, days: int, daily_at: time, on_days: set[Weekday]
) -> None:
    daily_at = daily_at.replace(microsecond=0, fold=0)
    every = [first_on + timedelta(days=day) for day in range(days + 1)]
    meant = [day for day in every if A_WEEK[day.weekday()] in on_days]
    found = list(wall_times(daily_at, on_days, first_on, every[-1]))
    assert found == [datetime.combine(day, daily_at) for day in meant]


def test_sunday_is_sunday() -> None:
    found = list(wall_times(time(9), (Weekday.SUN,), date(2026, 3, 23), date(2026, 3, 30)))
    assert found == [wall("2026-03-29 09:00")]


def test_a_recurrence_that_ends_before_it_starts_never_comes() -> None:
    assert list(wall_times(time(9), A_WEEK, date(2026, 1, 2), date(2026, 1, 1))) == []


def test_a_recurrence_may_end_with_the_calendar() -> None:
    found = list(wall_times(time(23, 59), A_WEEK, date(9999, 12, 30), date.max))
    assert found == [wall("9999-12-30 23:59"), wall("9999-12-31 23:59")]


@pytest.mark.parametrize(
    "name", ["", "Europe", "europe/berlin", "../tzdata", "/etc/localtime", "Berlin\0", "x" * 999]
)
def test_an_unknown_zone_says_what_to_write(name: str) -> None:
    with pytest.raises(LocalTimeInvalid, match=r"is not a time zone\. Use a name of the IANA"):
        zone(name)


def test_a_misspelt_zone_is_answered_with_the_nearest() -> None:
    with pytest.raises(LocalTimeInvalid, match="such as Asia/Damascus"):
        zone("Asia/Damascos")


def test_zones_come_from_the_package_whatever_the_system_has(system_zones: None) -> None:
    del system_zones
    use_pinned_zones()
    assert zoneinfo.TZPATH == ()
    at = utc("2026-12-01 12:00")
    for name in RESTLESS:
        assert at.astimezone(zoneinfo.ZoneInfo(name)).utcoffset() == at.astimezone(zone(name)).utcoffset()


def test_the_release_of_the_zones_is_known() -> None:
    year, number = version("tzdata").split(".")[:2]
    assert tzdata_version() == f"{year}{chr(ord('a') + int(number) - 1)}"
