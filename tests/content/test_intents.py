from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.intents import Intent, intent_of, label, ways
from content.languages import OURS

EVERY_WAY = [(intent, way) for intent, language in product(Intent, OURS) for way in ways(intent, language)]
LONGEST_KEY = 24


def test_no_way_of_saying_one_intent_is_a_way_of_saying_another() -> None:
    assert {(way, intent_of(way)) for intent, way in EVERY_WAY if intent_of(way) is not intent} == set()


@pytest.mark.parametrize("language", OURS)
def test_every_intent_can_be_said_in_three_ways(language: str) -> None:
    assert [intent for intent in Intent if len(set(ways(intent, language))) < 3] == []


@pytest.mark.parametrize("language", OURS)
def test_labels_differ_are_short_and_are_understood(language: str) -> None:
    labels = [label(intent, language) for intent in Intent]
    assert len({text.casefold() for text in labels}) == len(Intent)
    assert max(map(len, labels)) <= LONGEST_KEY
    assert [intent_of(text) for text in labels] == list(Intent)


@pytest.mark.parametrize(
    ("language", "expected"), [("ar-SY", "إيقاف مؤقّت"), ("tr", "Duraklat"), ("ckb", "Pause"), ("", "Pause")]
)
def test_a_label_is_in_the_nearest_of_our_languages(language: str, expected: str) -> None:
    assert label(Intent.PAUSE, language) == expected


@given(
    way=st.sampled_from(EVERY_WAY),
    before=st.sampled_from(["", " ", "¡", "«", "/", "🛑 "]),
    after=st.sampled_from(["", "!!!", ".", "؟", " …", " 🙏🏽", "»", "\n", "\u200f"]),
    spelled=st.sampled_from(["{}", "{}", "\u2067{}\u2069"]),
)
def test_what_stands_around_a_word_does_not_matter(
    way: tuple[Intent, str], before: str, after: str, spelled: str
) -> None:
    intent, text = way
    assert intent_of(before + spelled.format(text) + after) is intent


@given(st.sampled_from([pair for pair in EVERY_WAY if not pair[1].isascii()]))
def test_marks_and_capitals_do_not_matter(way: tuple[Intent, str]) -> None:
    intent, text = way
    assert intent_of(text.upper()) is intent
    assert intent_of(text.replace("ي", "يـ").replace("ّ", "")) is intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("توقف", Intent.PAUSE),
        ("تَوَقَّفْ", Intent.PAUSE),
        ("ايقاف مؤقت", Intent.PAUSE),
        ("مهمه اليوم", Intent.TODAY),
        ("ﻣﺤﻮ ﺃﺛﺮﻱ", Intent.FORGET),
        ("STOP", Intent.PAUSE),
        ("Arret", Intent.PAUSE),
        ("Stopp!", Intent.PAUSE),
        ("DUR", Intent.PAUSE),
        ("forget  me", Intent.FORGET),
        ("oublie moi", Intent.FORGET),
        ("Vergiss mich.", Intent.FORGET),
        ("Beni unut", Intent.FORGET),
        ("IZLERIMI SIL", Intent.FORGET),
        ("Today's task", Intent.TODAY),
        ("todays task", Intent.TODAY),
        ("aujourdhui", Intent.TODAY),
        ("تو\u200cقف", Intent.PAUSE),
        ("ok", Intent.YES),
        ("موافق", Intent.YES),
        ("iptal", Intent.PAUSE),
        ("Abonelikten çık!", Intent.PAUSE),
        ("إلغاء الاشتراك", Intent.PAUSE),
        ("Se désabonner", Intent.PAUSE),
        ("Abmelden", Intent.PAUSE),
        ("unsubscribe", Intent.PAUSE),
    ],
)
def test_people_spell_as_they_like(text: str, intent: Intent) -> None:
    assert intent_of(text) is intent


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🛑",
        "…",
        "Please stop the war",
        "No one can forget me",
        "لن نتوقف",
        "لا توقف",
        "Stop " * 800,
        "Ich kann heute nicht mehr",
        "1",
        "oldu",
        "sakla",
        "emniyet",
        "durumum",
    ],
)
def test_a_sentence_is_no_command(text: str) -> None:
    assert intent_of(text) is None
