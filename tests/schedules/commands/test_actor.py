import pytest

from schedules.commands.actor import Actor
from schedules.errors import ScheduleError


@pytest.mark.parametrize("name", ["amal", "a", "amal.k", "night-desk_2", "7", "a" * 64])
def test_a_short_handle_is_taken(name: str) -> None:
    assert Actor(name).name == name


@pytest.mark.parametrize(
    "name", ["", " ", "Amal", "amal k", "-amal", "amal\n", "\u0430mal", "a" * 65, "amal\u202e", "a:b"]
)
def test_anything_else_is_refused_with_what_to_write(name: str) -> None:
    with pytest.raises(ScheduleError, match="Give a short handle"):
        Actor(name)


def test_one_handle_is_one_person() -> None:
    assert Actor("amal") == Actor("amal") != Actor("sami")
