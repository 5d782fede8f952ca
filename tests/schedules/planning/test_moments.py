from datetime import date, time, timedelta
from typing import Any

import pytest

from content.errors import Problem, Severity
from content.models import Campaign, Gap, Overlap, Slot
from schedules.planning.moments import Moment, Timetable
from schedules.walltime import Note
from tests.schedules.planning.factories import action_day, campaign, slot, utc, wall

HOUR = timedelta(hours=1)


def moments(
    whole: Campaign, which: str, city_zone: str | None = None
) -> tuple[list[Moment], list[Problem]]:
    problems: list[Problem] = []
    timetable = Timetable(whole, problems)
    one = next(slot for slot in whole.slots if slot.id == which)
    anchor = timetable.anchor(one)
    return list(timetable.moments(one, anchor, city_zone)) if anchor else [], problems


def only(*slots: Slot, city_zone: str | None = None, **keys: Any) -> Moment:
    found, problems = moments(campaign(*slots, **keys), slots[0].id, city_zone)
    assert problems == []
    (moment,) = found
    return moment


def what(*slots: Slot, **keys: Any) -> list[str]:
    found, problems = moments(campaign(*slots, **keys), slots[0].id)
    assert found == []
    assert {problem.severity for problem in problems} == {Severity.ERROR}
    return [problem.what for problem in problems]


def test_a_wall_time_is_read_on_the_clock_of_the_campaign() -> None:
    moment = only(slot())
    assert (moment.local_at, moment.zone) == (wall("2026-06-01 12:00"), "Europe/Berlin")
    assert (moment.due_at, moment.fixed) == (utc("2026-06-01 10:00"), False)


def test_the_zone_of_the_slot_comes_before_that_of_the_campaign() -> None:
    assert only(slot(zone="Asia/Tokyo")).due_at == utc("2026-06-01 03:00")


def test_a_slot_for_cities_is_read_on_the_clock_of_each() -> None:
    moment = only(slot(cities=("tokyo",)), city_zone="Asia/Tokyo")
    assert (moment.due_at, moment.zone, moment.fixed) == (utc("2026-06-01 03:00"), "Asia/Tokyo", False)


def test_an_instant_is_shown_on_the_clock_of_the_city() -> None:
    moment = only(slot(at=utc("2026-06-01 12:00"), cities=("tokyo",)), city_zone="Asia/Tokyo")
    assert (moment.due_at, moment.local_at) == (utc("2026-06-01 12:00"), wall("2026-06-01 21:00"))
    assert moment.fixed


def test_an_offset_is_counted_from_the_instant_of_the_event() -> None:
    before = slot("before", relative_to="launch", offset=-12 * HOUR)
    moment = only(before, slot(at=wall("2026-03-29 12:00")))
    assert moment.due_at == utc("2026-03-28 22:00")
    assert moment.local_at == wall("2026-03-28 23:00")


def test_offsets_add_up_along_a_chain() -> None:
    chain = [
        slot("third", relative_to="second", offset=2 * HOUR),
        slot("second", relative_to="launch", offset=-HOUR),
        slot(zone="Asia/Tokyo"),
    ]
    moment = only(*chain)
    assert (moment.due_at, moment.zone) == (utc("2026-06-01 04:00"), "Asia/Tokyo")


def test_a_circle_is_a_problem() -> None:
    circle = [
        slot("outside", relative_to="one"),
        slot("one", relative_to="two"),
        slot("two", relative_to="one"),
    ]
    assert what(*circle) == ["`relative_to` goes in a circle: one → two → one"]


@pytest.mark.parametrize(
    ("minutes", "at", "overlap"), [(-630, "00:30", Overlap.FIRST), (-570, "01:30", Overlap.SECOND)]
)
def test_an_offset_into_an_overlap_says_which_of_the_two_it_is(
    minutes: int, at: str, overlap: Overlap
) -> None:
    before = slot("before", relative_to="launch", offset=timedelta(minutes=minutes))
    moment = only(before, slot(at=wall("2026-10-25 12:00")))
    assert (moment.local_at, moment.overlap) == (wall("2026-10-25 02:30"), overlap)
    assert moment.due_at == utc(f"2026-10-25 {at}")


def test_a_long_chain_is_followed_to_its_end() -> None:
    chain = [slot(f"s{i}", relative_to=f"s{i + 1}", offset=timedelta(seconds=1)) for i in range(2000)]
    assert only(*chain, slot("s2000")).due_at == utc("2026-06-01 10:33:20")


def test_an_event_that_does_not_exist_is_a_problem() -> None:
    assert what(slot(relative_to="nowhere", offset=HOUR)) == ["nothing has the id nowhere"]


def test_a_slot_counts_from_the_local_hour_of_an_action_day() -> None:
    keys: dict[str, Any] = {"action_days": (action_day(wall("2026-09-05 18:00")),)}
    reminder = slot("reminder", relative_to="the-day", offset=-HOUR, cities="all")
    assert only(reminder, city_zone="America/Lima", **keys).due_at == utc("2026-09-05 22:00")
    assert only(reminder, city_zone="Asia/Tokyo", **keys).due_at == utc("2026-09-05 08:00")
    assert only(reminder, **keys).due_at == utc("2026-09-05 15:00")


def test_a_slot_counts_from_the_one_instant_of_an_action_day() -> None:
    keys: dict[str, Any] = {"action_days": (action_day(utc("2026-09-05 18:00")),)}
    moment = only(slot("now", relative_to="the-day", cities="all"), city_zone="America/Lima", **keys)
    assert (moment.due_at, moment.local_at) == (utc("2026-09-05 18:00"), wall("2026-09-05 13:00"))
    assert moment.fixed


def test_cities_follow_an_event_that_has_one_clock() -> None:
    after = slot("after", relative_to="launch", offset=HOUR, cities="all")
    moment = only(after, slot(), city_zone="Asia/Tokyo")
    assert (moment.due_at, moment.local_at) == (utc("2026-06-01 11:00"), wall("2026-06-01 20:00"))
    assert moment.fixed


def test_a_recurrence_is_named_by_its_wall_dates() -> None:
    daily = slot(daily_at=time(9), first_on=date(2026, 3, 28), last_on=date(2026, 3, 30))
    found, _ = moments(campaign(daily), "launch")
    assert [(each.occurrence, each.due_at) for each in found] == [
        ("2026-03-28", utc("2026-03-28 08:00")),
        ("2026-03-29", utc("2026-03-29 07:00")),
        ("2026-03-30", utc("2026-03-30 07:00")),
    ]


def test_a_gap_that_shifts_to_the_next_day_keeps_the_date_it_was_asked_for() -> None:
    daily = slot(
        daily_at=time(23, 30), first_on=date(2026, 3, 28), last_on=date(2026, 3, 29), zone="America/Nuuk"
    )
    found, problems = moments(campaign(daily), "launch")
    assert [each.occurrence for each in found] == ["2026-03-28", "2026-03-29"]
    assert [each.note for each in found] == [Note.GAP_SHIFTED, Note.NONE]
    assert found[0].local_at == wall("2026-03-28 23:30")
    assert [problem.code for problem in problems] == ["time-gap-shifted"]


def test_a_recurrence_lasts_as_long_as_the_campaign() -> None:
    found, _ = moments(campaign(slot(daily_at=time(9))), "launch")
    assert (found[0].occurrence, found[-1].occurrence, len(found)) == ("2026-01-01", "2026-12-31", 365)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"on_days": ()}, "no day between 2026-01-01 and 2026-12-31 is meant"),
        ({"last_on": date(2025, 1, 1)}, "no day between 2026-01-01 and 2025-01-01 is meant"),
        ({"last_on": date(9999, 1, 1)}, "it recurs from 2026-01-01 to 9999-01-01"),
    ],
)
def test_a_recurrence_that_cannot_be_meant_is_a_problem(keys: dict[str, Any], expected: str) -> None:
    assert what(slot(daily_at=time(9), **keys)) == [expected]


def test_a_slot_without_time_is_a_problem() -> None:
    assert what(slot(at=None)) == ["it has no time"]


def test_an_unknown_zone_is_one_problem() -> None:
    assert what(slot(daily_at=time(9), zone="Mars/Olympus")) == ["'Mars/Olympus' is not a time zone"]


@pytest.mark.parametrize(
    "keys",
    [
        {"at": wall("9999-12-31 23:00"), "zone": "America/Lima"},
        {"at": wall("0001-01-01 01:00+14:00")},
        {"at": utc("9999-12-31 23:59"), "zone": "Asia/Tokyo"},
    ],
)
def test_a_time_outside_the_calendar_is_a_problem(keys: dict[str, Any]) -> None:
    (problem,) = what(slot(**keys))
    assert "out of range" in problem or "too far away" in problem


@pytest.mark.parametrize("offset", [timedelta(days=99999999), timedelta.max, timedelta.min])
def test_an_offset_that_leaves_the_calendar_is_a_problem(offset: timedelta) -> None:
    twice = [
        slot("two", relative_to="one", offset=offset),
        slot("one", relative_to="launch", offset=offset),
    ]
    (problem,) = what(*twice, slot())
    assert "out of range" in problem


def test_a_skipped_time_is_left_out_visibly() -> None:
    found, problems = moments(campaign(slot(at=wall("2026-03-29 02:30"), gap=Gap.SKIP)), "launch")
    assert found == []
    assert [(problem.code, problem.severity) for problem in problems] == [
        ("time-gap-skipped", Severity.WARNING)
    ]
    assert "2026-03-29 02:30 does not exist in Europe/Berlin" in problems[0].what


def test_a_refused_time_is_an_error_and_the_other_days_stand() -> None:
    daily = slot(
        daily_at=time(2, 30), first_on=date(2026, 3, 28), last_on=date(2026, 3, 30), gap=Gap.REFUSE
    )
    found, problems = moments(campaign(daily), "launch")
    assert [each.occurrence for each in found] == ["2026-03-28", "2026-03-30"]
    assert [(problem.code, problem.severity) for problem in problems] == [("time-invalid", Severity.ERROR)]
    assert problems[0].remedy.startswith("Choose a time before or after")


def test_a_shifted_time_is_shown_with_both_times() -> None:
    found, problems = moments(campaign(slot(at=wall("2026-03-29 02:30"))), "launch")
    assert [each.due_at for each in found] == [utc("2026-03-29 01:30")]
    assert "02:30 does not exist" in problems[0].what
    assert "it becomes 2026-03-29 03:30" in problems[0].what


@pytest.mark.parametrize(
    ("overlap", "meant", "other"),
    [(Overlap.FIRST, "00:30", "01:30"), (Overlap.SECOND, "01:30", "00:30")],
)
def test_a_repeated_time_is_shown_with_both_instants(overlap: Overlap, meant: str, other: str) -> None:
    found, problems = moments(campaign(slot(at=wall("2026-10-25 02:30"), overlap=overlap)), "launch")
    assert [each.due_at for each in found] == [utc(f"2026-10-25 {meant}")]
    assert f"2026-10-25 {meant} UTC and not 2026-10-25 {other} UTC" in problems[0].what


def test_what_follows_a_skipped_event_is_left_out_with_it() -> None:
    after = slot("after", relative_to="launch", offset=HOUR)
    skipped = slot(at=wall("2026-03-29 02:30"), gap=Gap.SKIP)
    found, problems = moments(campaign(after, skipped), "after")
    assert found == []
    assert [problem.where for problem in problems] == ["slot after"]


def test_one_change_of_one_clock_is_told_once_for_all_cities() -> None:
    problems: list[Problem] = []
    after = slot("after", relative_to="launch", offset=HOUR, cities="all")
    timetable = Timetable(campaign(after, slot(at=wall("2026-03-29 02:30"))), problems)
    anchor = timetable.anchor(after)
    assert anchor is not None
    for city_zone in ("Asia/Tokyo", "America/Lima"):
        assert len(list(timetable.moments(after, anchor, city_zone))) == 1
    assert len(problems) == 1
