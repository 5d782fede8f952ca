from typing import Any

import pytest
from pydantic import ValidationError

from content.models import City, Goal, Hashtag, Part, ReviewRules, Risk, Slot, Weekday


def parts(kind: type[Part]) -> set[type[Part]]:
    return {kind}.union(*(parts(inner) for inner in kind.__subclasses__()))


@pytest.mark.parametrize("kind", sorted(parts(Part), key=str))
def test_every_part_is_immutable_and_refuses_unknown_keys(kind: type[Part]) -> None:
    assert kind.model_config["frozen"] is True
    assert kind.model_config["extra"] == "forbid"


def test_a_part_cannot_be_changed() -> None:
    goal: Any = Goal(text={"en": "x"}, number=1, unit="y")
    with pytest.raises(ValidationError, match="frozen"):
        goal.number = 2


@pytest.mark.parametrize("name", ["launch", "day-1", "a" * 64, "0"])
def test_ids_are_small_letters_digits_and_hyphens(name: str) -> None:
    assert Slot(id=name, message="x").id == name


@pytest.mark.parametrize("name", ["", "Launch", "-a", "a b", "a/b", "..", "a\n", "ü", "a" * 65])
def test_nothing_else_is_an_id(name: str) -> None:
    with pytest.raises(ValidationError):
        Slot(id=name, message="x")


def test_a_city_is_guarded_unless_it_says_otherwise() -> None:
    city = City(id="a", name={"en": "A"}, zone="UTC", territory="DE", languages=("en",))
    assert city.risk is Risk.GUARDED


def test_a_slot_goes_out_on_every_day_of_the_week_unless_it_says_otherwise() -> None:
    assert Slot(id="a", message="b").on_days == tuple(Weekday)


def test_a_campaign_has_a_tag_and_reviews_by_one_person_at_least() -> None:
    with pytest.raises(ValidationError):
        Hashtag(tags=())
    with pytest.raises(ValidationError):
        ReviewRules(approvals=0)


def test_lines_are_trimmed_and_never_empty() -> None:
    assert Goal(text={"en": " x "}, number=1, unit=" y ").text == {"en": "x"}
    with pytest.raises(ValidationError):
        Goal(text={"en": " "}, number=1, unit="y")
