from dataclasses import replace
from datetime import date
from typing import Final

from markupsafe import Markup

from bot.rehearsal.crowd import Someone
from bot.rehearsal.letters import Letter
from bot.rehearsal.screens import counts, phones, uncertain
from bot.rehearsal.volunteers import Face, Screen
from content.models import Level
from schedules.ledger.answers import Answer
from schedules.lifecycle import State

ON: Final = date(2027, 2, 2)
OPEN: Final = Someone(1, "ar", "amman", "Asia/Amman", 20, Level.ONE, is_guarded=False)
HIDDEN: Final = Someone(2, "ar", "aleppo", "Asia/Damascus", 9, Level.NOBODY, is_guarded=True)
CARD: Final = Face(Markup("a task"), (("Done", "Not today"),))
READY: Final = Face(Markup("Ready."), (("Open",), ("Hide",)))
SCREEN: Final = Screen(OPEN, ON, CARD, None, Answer.NOT_TODAY, "")
CITIES: Final = {"amman": "Amman", "aleppo": "Aleppo"}


def test_each_language_has_one_open_phone_and_one_guarded_that_names_no_place() -> None:
    hidden = Screen(HIDDEN, ON, READY, CARD, None, "")
    found = list(phones([SCREEN, hidden, replace(SCREEN, said=Answer.DONE)], CITIES))
    assert [(each.title, each.reply, each.opened) for each in found] == [
        ("Amman", "تمّ", None),
        ("A guarded city", "", CARD),
    ]
    assert {each.language for each in found} == {"ar"}


def test_whoever_writes_a_word_is_shown_with_it() -> None:
    (phone,) = phones([SCREEN, replace(SCREEN, said=None, word="توقّف")], CITIES)
    assert phone.reply == "توقّف"


def test_who_does_not_say_where_they_live_is_not_shown() -> None:
    nowhere = replace(HIDDEN, city=None)
    assert list(phones([Screen(nowhere, ON, READY, CARD, None, "")], CITIES)) == []


def test_fewer_than_five_are_not_counted_out() -> None:
    few = [Letter(OPEN, ON, Level.NOBODY, State.SENT, Answer.DONE, ())] * 4
    (count,) = counts([*few, Letter(OPEN, ON, Level.NOBODY, State.UNKNOWN, None, ())])
    assert (count.language, count.sent, count.done, count.not_today, count.unknown) == (
        "Arabic",
        "<5",
        "<5",
        "0",
        "<5",
    )


def test_what_nobody_can_tell_is_listed_without_a_name() -> None:
    lost = Letter(HIDDEN, ON, Level.NOBODY, State.UNKNOWN, None, ())
    assert uncertain([lost, replace(lost, state=State.SENT)]) == (
        "Task of 02 February for a volunteer who reads Arabic: the stand-in for the phone never got it.",
    )
