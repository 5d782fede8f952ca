from datetime import datetime

import pytest

from content.crowds import Crowd
from content.models import Campaign, Risk, StepKind
from schedules.action_days.checkins import CheckIns
from schedules.action_days.counts import closes_at, count_up
from schedules.planning.cities import CityState, Status
from tests.schedules.action_days.days import day_at, step, with_day
from tests.schedules.planning.factories import city, utc, wall

BERLIN, NEW_YORK = city("berlin", "Europe/Berlin"), city("new-york", "America/New_York")
HONOLULU = city("honolulu", "Pacific/Honolulu", Risk.GUARDED)
COUNT = step("count", 2, StepKind.COUNT_CLOSES)
BEGAN = utc("2026-09-05 12:00")


@pytest.mark.parametrize(
    ("at", "closes"),
    [("2026-09-05 12:00+00:00", "2026-09-05 14:00"), ("2026-09-05 12:00", "2026-09-05 18:00")],
    ids=["one-instant", "wave"],
)
def test_the_count_closes_when_that_of_the_last_open_city_does(at: str, closes: str) -> None:
    day = day_at(wall(at), COUNT, step("again", 5, StepKind.COUNT_CLOSES))
    assert closes_at(day, with_day(day, BERLIN, NEW_YORK, HONOLULU)) == utc(closes)


def test_without_an_open_city_every_city_counts_and_without_a_step_nothing_closes() -> None:
    day = day_at(wall("2026-09-05 12:00"), COUNT)
    assert closes_at(day, with_day(day, HONOLULU)) == utc("2026-09-06 00:00")
    assert closes_at(day_at(wall("2026-09-05 12:00"), step("soon", -2)), with_day(day, BERLIN)) is None


def counted(reports: dict[str, CheckIns], **states: Status) -> tuple[Crowd, dict[str, int]]:
    day = day_at(BEGAN, COUNT)
    campaign: Campaign = with_day(day, BERLIN, city("lyon", "Europe/Paris"), HONOLULU)
    known = {("the-day", name): CityState(status=status) for name, status in states.items()}
    crowd, by_city = count_up(campaign, day, known, reports)
    return crowd, dict(by_city)


def people(number: int | None = None, begun_at: datetime | None = None) -> CheckIns:
    return CheckIns(begun_at=begun_at, people=number)


def test_guarded_cities_count_in_the_totals_alone() -> None:
    reports = {"berlin": people(300), "honolulu": people(20)}
    assert counted(reports) == (Crowd(320, 2, 3), {"berlin": 300})


def test_a_city_that_began_and_told_no_number_is_a_city_without_people() -> None:
    said = {"berlin": people(begun_at=BEGAN)}
    assert counted(said, lyon=Status.BEGUN) == (Crowd(0, 2, 3), {"berlin": 0, "lyon": 0})


def test_an_aborted_city_counts_only_where_it_had_begun() -> None:
    aborted = {"berlin": Status.ABORTED, "lyon": Status.ABORTED}
    assert counted({"berlin": people(80, BEGAN)}, **aborted) == (Crowd(80, 1, 2), {"berlin": 80})


def test_a_city_that_was_only_ended_has_not_begun() -> None:
    ended = {name: CheckIns(ended_at=BEGAN) for name in ("berlin", "lyon", "honolulu")}
    over = dict.fromkeys(ended, Status.ENDED)
    assert counted(ended, **over) == (Crowd(0, 0, 3), {})
    assert counted(ended | {"berlin": CheckIns(ended_at=BEGAN, people=9)}, **over)[0] == Crowd(9, 1, 3)
