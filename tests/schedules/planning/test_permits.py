from datetime import timedelta

import pytest

from content.crowds import SAMPLE
from content.errors import Severity
from content.models import ActionDay, Campaign, DayCity, Permit, Step, StepKind
from schedules.planning.cities import GENERAL, CityState, Status
from schedules.planning.occurrences import occurrences
from schedules.planning.permits import permit_problems, withheld_by, withheld_posts
from tests.schedules.planning.factories import account, action_day, campaign, city, utc

CITIES = (city("berlin", "Europe/Berlin"), city("tokyo", "Asia/Tokyo"))
PLACE = Step(
    id="place",
    kind=StepKind.REVEAL,
    offset=timedelta(hours=-3),
    message="launch",
    channels=("telegram",),
    cities="all",
)
WEEK = PLACE.model_copy(update={"id": "week", "kind": StepKind.POST, "message": "reminder"})


def day(permit: Permit) -> ActionDay:
    cities = (DayCity(id="berlin", permit=permit), DayCity(id="tokyo", permit=Permit.GRANTED))
    return action_day(utc("2026-09-05 18:00"), cities=cities, steps=(WEEK, PLACE))


def planned(permit: Permit) -> Campaign:
    return campaign(cities=CITIES, action_days=(day(permit),))


@pytest.mark.parametrize("permit", Permit)
def test_only_an_open_permit_lets_a_place_be_named(permit: Permit) -> None:
    is_closed = permit in {Permit.NEEDED, Permit.APPLIED}
    assert withheld_by(day(permit), PLACE, "berlin") == (permit if is_closed else None)
    assert withheld_by(day(permit), PLACE, "tokyo") is None
    assert withheld_by(day(permit), WEEK, "berlin") is None


def test_a_withheld_post_is_not_planned_and_everything_else_is() -> None:
    accounts = [account("b", city="berlin"), account("t", city="tokyo")]
    posts = [(one.slot_id, str(one.city)) for one in occurrences(planned(Permit.APPLIED), accounts)]
    assert sorted(posts) == [
        ("the-day:place", "tokyo"),
        ("the-day:week", "berlin"),
        ("the-day:week", "tokyo"),
    ]
    assert withheld_posts(planned(Permit.APPLIED)) == {("the-day:place", "berlin")}


def test_it_is_planned_as_soon_as_the_permit_is_there() -> None:
    accounts = [account("b", city="berlin"), account("t", city="tokyo")]
    assert len(list(occurrences(planned(Permit.NOTIFIED), accounts))) == 4
    assert list(permit_problems(planned(Permit.NOTIFIED))) == []


def test_what_waits_is_told_with_its_cities_and_what_to_do() -> None:
    (problem,) = permit_problems(planned(Permit.APPLIED))
    assert (problem.code, problem.severity) == ("permit-missing", Severity.WARNING)
    assert problem.what == (
        'the step "place" names the place and is withheld in berlin: the permit is applied for and not granted'
    )
    assert 'permit = "granted"' in problem.remedy


@pytest.mark.parametrize(
    ("status", "city", "left"),
    [
        (Status.ABORTED, "berlin", {"tokyo week", "tokyo round-up", "None all"}),
        (Status.ENDED, "berlin", {"berlin round-up", "tokyo week", "tokyo round-up", "None all"}),
        (
            Status.ABORTED,
            GENERAL,
            {f"{name} {step}" for name in ("berlin", "tokyo") for step in ("week", "round-up")},
        ),
    ],
)
def test_what_people_called_off_is_not_planned_there_any_more(
    status: Status, city: str, left: set[str]
) -> None:
    every = WEEK.model_copy(update={"id": "all", "cities": ()})
    told = WEEK.model_copy(update={"id": "round-up", "kind": StepKind.ROUND_UP})
    used = day(Permit.GRANTED).model_copy(update={"steps": (WEEK, every, told)})
    accounts = [account("all"), account("b", city="berlin"), account("t", city="tokyo")]
    states = {("the-day", city): CityState(status=status)}
    crowds = {"the-day": SAMPLE}
    found = occurrences(
        campaign(cities=CITIES, action_days=(used,)), accounts, states=states, crowds=crowds
    )
    assert {f"{one.city} {one.slot_id.partition(':')[2]}" for one in found} == left
