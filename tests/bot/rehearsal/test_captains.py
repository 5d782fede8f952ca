"""What captains of a small action day did on their phones, and what came of it."""

from bot.rehearsal.captains import ORGANISER_CHAT, staff
from bot.rehearsal.dayjudge import Evidence


def _texts(day: Evidence, city: str, rank: int) -> list[str]:
    [chat] = [one.chat for one in day.staff if (one.city, one.rank) == (city, rank)]
    return [entry["text"] for entry in day.told if entry["chat"] == chat]


def test_each_city_has_the_captains_that_it_needs_and_none_is_named_by_her_city(day: Evidence) -> None:
    teams = {city: [one.rank for one in day.staff if one.city == city] for city in day.at}
    assert teams == {"berlin": [0, 1], "paris": [0, 1], "lyon": [0, 1], "london": [0, 1], "cairo": [0]}
    assert staff(day.campaign) == tuple(day.staff)
    assert not any(one.city in one.handle for one in day.staff)


def test_everybody_but_the_silent_one_comes_home_and_the_deputy_speaks_for_her(day: Evidence) -> None:
    plot = day.plot
    at_home = {city: said.safe for city, said in day.said.items() if city != plot.danger}
    assert sorted(at_home) == sorted(set(day.at) - {plot.danger})
    ranks = {one.number: one.rank for one in day.staff}
    for city, numbers in at_home.items():
        assert {ranks[number] for number in numbers} == ({1} if city == plot.silent else {0})
    assert day.said[plot.silent or ""].people


def test_whoever_presses_a_number_first_may_correct_it(day: Evidence) -> None:
    counted = [
        one.city
        for one in day.staff
        if one.number % 3 == 0 and one.rank == 0 and one.city not in (day.plot.danger, day.plot.silent)
    ]
    assert counted
    for city in counted:
        numbers = [text for text in _texts(day, city, 0) if "~" not in text and "20" in text]
        assert numbers, "the key with 20 was pressed before the number was written"


def test_in_the_city_in_danger_nothing_begins(day: Evidence) -> None:
    said = day.said[day.plot.danger or ""]
    assert said.danger_at is not None
    assert (said.begun_at, said.people, said.safe) == (None, None, set())


def test_an_organiser_hears_of_silence_and_of_danger_and_of_nothing_else(day: Evidence) -> None:
    told = [entry for entry in day.told if entry["chat"] == ORGANISER_CHAT]
    assert len(told) == 2
