from datetime import datetime, timedelta

import pytest

from content.errors import Problem, Severity
from content.models import Campaign, DayCity, Effort, Event, Step, StepKind
from schedules.action_days.cautions import cautions, is_night
from tests.schedules.action_days.days import day_at, step, with_day
from tests.schedules.planning.factories import campaign, city, message, utc, wall

BERLIN, TOKYO = city("berlin", "Europe/Berlin"), city("tokyo", "Asia/Tokyo")
NOON = wall("2026-09-05 12:00")


def every(*days: Campaign) -> dict[str, Problem]:
    return {problem.code: problem for each in days for problem in cautions(each)}


def found(*days: Campaign) -> dict[str, Problem]:
    """Without what is said of days that ask for nothing afterwards, as most of these do."""
    return {code: problem for code, problem in every(*days).items() if code != "no-next-ask"}


def test_a_day_in_order_has_nothing_to_be_told() -> None:
    assert (
        found(with_day(day_at(NOON, step("soon", -2), step("how", 1, StepKind.CHECK_IN)), BERLIN, TOKYO))
        == {}
    )


@pytest.mark.parametrize(
    ("at", "asleep"), [("06:59", True), ("07:00", False), ("21:59", False), ("22:00", True)]
)
def test_the_night_goes_from_ten_to_seven(at: str, asleep: bool) -> None:
    assert is_night(wall(f"2026-09-05 {at}")) is asleep


def test_a_step_in_the_night_is_told_with_the_cities_and_their_hours() -> None:
    problem = found(with_day(day_at(utc("2026-09-05 16:00"), step("soon", -2)), BERLIN, TOKYO))[
        "step-at-night"
    ]
    assert problem.what == 'the step "soon" reaches people at night: tokyo 23:00'
    assert (problem.where, problem.severity) == ("action_days/the-day.toml", Severity.WARNING)


@pytest.mark.parametrize(
    "quiet",
    [
        step("post", -2, StepKind.POST, channels=("telegram",), cities="all"),
        step("count", -2, StepKind.COUNT_CLOSES),
    ],
    ids=lambda quiet: quiet.kind,
)
def test_what_wakes_nobody_may_happen_at_night(quiet: object) -> None:
    assert found(with_day(day_at(utc("2026-09-05 16:00"), quiet), TOKYO)) == {}  # type: ignore[arg-type]


def test_a_change_of_the_clocks_between_two_steps_is_told() -> None:
    day = day_at(wall("2026-10-27 12:00"), step("week", -168), step("soon", -2))
    problems = found(with_day(day, BERLIN, TOKYO))
    assert list(problems) == ["clock-change"]
    assert problems["clock-change"].what == (
        'the clocks change between the steps "week" and "soon": Europe/Berlin'
    )


@pytest.mark.parametrize(
    ("at", "code", "said"),
    [
        (wall("2026-03-29 02:30"), "time-gap-shifted", "becomes 2026-03-29 03:30"),
        (wall("2026-10-25 02:30"), "time-overlap-first", "the first is meant, 2026-10-25 00:30 UTC"),
    ],
)
def test_an_hour_that_the_clocks_jump_over_or_show_twice_is_told_before_anybody_approves(
    at: datetime, code: str, said: str
) -> None:
    problems = found(with_day(day_at(at, step("late", 12)), BERLIN, TOKYO))
    assert {code, "clock-change-on-the-day"} <= problems.keys()
    assert said in problems[code].what
    assert "Europe/Berlin" in problems["clock-change-on-the-day"].what
    assert "Asia/Tokyo" not in problems["clock-change-on-the-day"].what


def test_a_city_with_one_captain_has_no_deputy() -> None:
    entries = (DayCity(id="berlin", captains=1), DayCity(id="tokyo"))
    problem = found(with_day(day_at(NOON, cities=entries), BERLIN, TOKYO))["deputy-missing"]
    assert problem.what == "there is no deputy in berlin"


def test_two_action_days_of_one_city_at_one_hour_are_told() -> None:
    early = day_at(wall("2026-09-05 12:00"), step("soon", -2)).model_copy(update={"id": "first"})
    late = day_at(utc("2026-09-05 10:59"), step("now", 0)).model_copy(update={"id": "second"})
    both = campaign(cities=(BERLIN, TOKYO), action_days=(early, late))
    problem = found(both)["events-collide"]
    assert problem.where == "action_days/second.toml"
    assert problem.what == 'it begins within an hour of the action day "first" in berlin'
    apart = late.model_copy(update={"at": utc("2026-09-05 11:00")})
    assert found(campaign(cities=(BERLIN, TOKYO), action_days=(early, apart))) == {}


def event(at: datetime, *places: str, lasts: timedelta = timedelta(0), all_day: bool = False) -> Event:
    return Event(
        calendar="partner",
        uid="1",
        name="vigil",
        title="Vigil",
        at=at,
        on=at.date(),
        lasts=lasts,
        all_day=all_day,
        places=places,
    )


@pytest.mark.parametrize(
    ("outside", "collides"),
    [
        (event(utc("2026-09-05 10:30"), "At the river, Berlin"), True),
        (event(utc("2026-09-05 09:30"), "berlin"), True),
        (event(utc("2026-09-05 07:00"), "Berlin", lasts=timedelta(hours=4)), True),
        (event(wall("2026-09-05 12:30"), "Berlin"), True),
        (event(utc("2026-09-05 08:00"), "Berlin"), False),
        (event(utc("2026-09-05 12:00"), "Berlin"), False),
        (event(utc("2026-09-05 10:30"), "Berliner Straße, Paris"), False),
        (event(utc("2026-09-05 10:30")), False),
        (event(wall("2026-09-05 00:00"), "Berlin", all_day=True, lasts=timedelta(days=1)), False),
    ],
)
def test_an_event_of_others_in_the_city_at_that_hour_is_told(outside: Event, collides: bool) -> None:
    day = day_at(NOON, step("soon", -2))
    problems = found(with_day(day, BERLIN, TOKYO, events=(outside,)))
    assert list(problems) == (["events-collide"] if collides else [])
    if collides:
        what = 'it begins within an hour of "Vigil" in the calendar "partner" in berlin'
        assert problems["events-collide"].what == what


HARD = message("harder").model_copy(
    update={"ask": message().ask.model_copy(update={"effort": Effort.MEDIUM})}
)
NEXT = step("next", 47, StepKind.NEXT_ASK).model_copy(update={"message": "harder"})


@pytest.mark.parametrize(
    ("following", "left"),
    [
        (NEXT, None),
        (NEXT.model_copy(update={"message": "launch"}), "berlin, tokyo"),
        (NEXT.model_copy(update={"offset": timedelta(hours=49)}), "berlin, tokyo"),
        (NEXT.model_copy(update={"cities": ("tokyo",)}), "berlin"),
        (step("soon", -2), "berlin, tokyo"),
    ],
    ids=["asked", "as-easy-as-before", "too-late", "not-everywhere", "nothing"],
)
def test_a_day_that_asks_for_nothing_harder_afterwards_is_told_so(
    following: Step, left: str | None
) -> None:
    day = day_at(NOON, step("come", -24), following)
    problems = every(with_day(day, BERLIN, TOKYO, messages=(message(), HARD)))
    assert list(problems) == (["no-next-ask"] if left else [])
    if left:
        assert problems["no-next-ask"].what.endswith(f"within 48 hours after T-0 in {left}")


@pytest.mark.parametrize(("hours", "early"), [(3, True), (7, True), (8, False)])
def test_a_round_up_before_the_last_count_of_a_wave_is_told(hours: int, early: bool) -> None:
    told = step("told", hours, StepKind.ROUND_UP, channels=("telegram",))
    day = day_at(NOON, step("count", 1, StepKind.COUNT_CLOSES), told)
    of_a_wave = with_day(day, city("new-york", "America/New_York"), BERLIN)
    assert ("round-up-early" in found(of_a_wave)) is early
