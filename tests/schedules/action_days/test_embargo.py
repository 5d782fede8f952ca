from datetime import timedelta

import pytest

from content.models import ActionDay, StepKind
from schedules.action_days.embargo import Embargo, says
from schedules.planning.occurrences import Occurrence, occurrences
from tests.schedules.action_days.days import day_at, step, with_day
from tests.schedules.planning.factories import account, city, slot, utc

AT = utc("2026-09-05 12:00")
REVEAL = step("place", -3, StepKind.REVEAL)
CITIES = (city("berlin", "Europe/Berlin"), city("tokyo", "Asia/Tokyo"))


def day(*steps: object, **keys: object) -> ActionDay:
    return day_at(AT, REVEAL, *steps, **{"embargo": ("LetThemRise",)} | keys)  # type: ignore[arg-type]


def planned_at(hours: float, message: str = "reminder") -> Occurrence:
    one = slot(at=AT + timedelta(hours=hours), message=message)
    (found,) = occurrences(with_day(day(), *CITIES).model_copy(update={"slots": (one,)}), [account()])
    return found


def told(found: ActionDay, planned: Occurrence, text: str) -> list[str]:
    embargo = Embargo(with_day(found, *CITIES))
    embargo.note(planned, text)
    embargo.note(planned, text)
    return [problem.what for problem in embargo.problems]


@pytest.mark.parametrize(
    "text",
    ["#LetThemRise", "#let_them_rise now", "Let them rise!", "ＬＥＴ them-rise", "so #wewillLetThemRise"],
)
def test_a_phrase_is_found_however_it_is_joined(text: str) -> None:
    assert says(text, "LetThemRise")


def test_a_short_word_is_not_found_inside_another() -> None:
    assert says("Rise up", "rise")
    assert says("A surprise, then rise", "rise")
    assert not says("A surprise", "rise")


def test_arabic_tags_are_found_as_well() -> None:
    assert says("#بالونات_بيضاء", "بالونات بيضاء")
    assert not says("بالونات", "بالونات بيضاء")


def test_nothing_says_it_before_the_reveal_and_everything_may_after() -> None:
    (what,) = told(day(), planned_at(-4), "We say #let_them_rise")
    assert what == "it says “LetThemRise” before the reveal of the-day, 2026-09-05 09:00 UTC"
    assert told(day(), planned_at(-3), "We say #let_them_rise") == []
    assert told(day(), planned_at(-4), "We say nothing") == []


def test_messages_of_the_reveal_and_after_are_kept_for_it() -> None:
    assert told(day(), planned_at(-4, "launch"), "Words")[0].startswith("it says the message launch")
    assert told(day(), planned_at(-2, "launch"), "Words") == []


def test_a_message_that_the_day_itself_uses_before_is_not_secret() -> None:
    assert told(day(step("week", -168)), planned_at(-4, "launch"), "Words") == []


def test_a_wave_ends_the_embargo_where_it_comes_first() -> None:
    wave = day().model_copy(update={"at": AT.replace(tzinfo=None)})
    assert told(wave, planned_at(-12.5), "let them rise") != []
    assert told(wave, planned_at(-12), "let them rise") == []


def test_a_day_without_a_reveal_keeps_nothing_secret() -> None:
    open_day = day_at(AT, step("week", -168), embargo=("LetThemRise",))
    assert told(open_day, planned_at(-4, "launch"), "let them rise") == []
