from datetime import timedelta

from bot.dayreport.wording import STATES, STATUSES, in_words, local, minutes, seconds
from schedules.action_days.report import FAILED
from schedules.lifecycle import State
from schedules.planning.cities import Status
from tests.schedules.planning.factories import utc


def test_every_end_and_every_status_has_a_word() -> None:
    assert set(STATES) == {State.SENT, *FAILED}
    assert set(STATUSES) == set(Status)


def test_what_is_not_known_is_empty() -> None:
    assert (local(None, "Europe/Berlin"), seconds(None), in_words({})) == ("", "", "")


def test_times_are_those_of_the_city_and_durations_plain_numbers() -> None:
    assert local(utc("2027-07-20 12:00"), "Europe/Berlin") == "2027-07-20 14:00"
    assert seconds(timedelta(milliseconds=1_250)) == "1.2"
    assert minutes(timedelta(minutes=30)) == 30
    assert in_words({"ar": "اليوم", "en": "The day"}) == "The day"
