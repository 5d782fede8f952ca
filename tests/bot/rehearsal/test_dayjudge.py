"""The judge finds whatever does not agree: each piece of evidence is spoilt once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.rehearsal.captains import ORGANISER_CHAT, Said
from bot.rehearsal.dayjudge import Evidence, judge_day
from content.models import Risk
from schedules.planning.cities import Status


def test_a_day_on_which_everything_agrees(day: Evidence) -> None:
    verdict = judge_day(day)
    assert verdict.holds, verdict.mismatches
    assert (verdict.cities, verdict.begun, verdict.aborted, verdict.delayed) == (5, 4, 1, 1)
    assert verdict.round_ups == 10
    assert verdict.sentence.startswith("4 of 5 cities began, 1 called off, 1 delayed;")


def test_guarded_cities_count_in_the_sums_alone(day: Evidence) -> None:
    [guarded] = [city.id for city in day.campaign.cities if city.risk is Risk.GUARDED and city.id in day.at]
    assert guarded not in {view.id for view in day.board.cities}
    in_the_open = sum(view.people or 0 for view in day.board.cities)
    assert day.board.totals.people == in_the_open + (day.said[guarded].people or 0)
    assert day.said[guarded].people


def _more_people(day: Evidence) -> Evidence:
    said = dict(day.said)
    said["paris"] = Said(said["paris"].begun_at, (said["paris"].people or 0) + 1_000)
    return replace(day, said=said)


def _city_changed(day: Evidence, **values: Any) -> Evidence:
    city = day.plot.late
    cities = tuple(replace(each, **values) if each.id == city else each for each in day.board.cities)
    return replace(day, board=replace(day.board, cities=cities))


def _sent_too_early(day: Evidence) -> Evidence:
    """What tells of the delay was a step of the day itself."""
    late = day.plot.late
    post = next(post for post in day.posts.values() if post.city == late and ":!" in post.slot)
    step = next(step for step in day.day.steps if step.offset == timedelta(hours=2))
    posts = {post.key: replace(post, slot=f"{day.day.id}:{step.id}:de")}
    at = (day.at[late or ""] + timedelta(hours=1)).isoformat()
    return replace(day, posts=posts, taken=[{"account": "1", "key": post.key, "at": at}])


def _sent_after_the_end(day: Evidence) -> Evidence:
    danger = day.plot.danger
    post = next(post for post in day.posts.values() if post.city == danger)
    posts = {post.key: replace(post, slot=f"{day.day.id}:two-hours:de")}
    at = day.at[danger or ""].isoformat()
    return replace(day, posts=posts, taken=[{"account": "1", "key": post.key, "at": at}])


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        (_more_people, "the board adds up to"),
        (_more_people, "has other numbers than captains gave"),
        (lambda day: _city_changed(day, status=Status.PLANNED), "for status"),
        (lambda day: _city_changed(day, delay=timedelta()), "for delay"),
        (lambda day: replace(day, taken=day.taken[1:]), "the board counts"),
        (lambda day: replace(day, posts={}), "there is no round-up"),
        (lambda day: replace(day, told=[]), "who was asked in"),
        (lambda day: replace(day, told=[*day.told, *day.told[-9:]]), "was asked the same twice"),
        (
            lambda day: replace(day, told=[one for one in day.told if one["chat"] != ORGANISER_CHAT]),
            "was not told of the danger",
        ),
        (
            lambda day: replace(day, told=[one for one in day.told if one["chat"] != ORGANISER_CHAT]),
            "no organiser was told that a city is silent",
        ),
        (_sent_too_early, "before its later time"),
        (_sent_after_the_end, "after it had been called off"),
    ],
)
def test_each_mismatch_is_told(day: Evidence, spoilt: Callable[[Evidence], Evidence], told: str) -> None:
    verdict = judge_day(spoilt(day))
    assert not verdict.holds
    assert told in verdict.sentence
