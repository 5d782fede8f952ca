from content.later import later
from content.words import words


def test_a_phrase_is_its_own_english() -> None:
    assert str(later("Write one to {number} characters.", number=1_000)) == "Write one to 1,000 characters."


def test_phrases_within_a_phrase_are_told_too() -> None:
    roles = (later("editor"), later("captain"))
    phrase = later("This takes one of the roles {roles} there. An admin can grant it.", roles=roles)
    assert "editor, captain" in str(phrase)
    told = words("de").of(phrase)
    assert not {"editor", "captain", "role"} & set(told.split())


def test_a_name_within_a_phrase_keeps_its_place_among_arabic_words() -> None:
    phrase = later("Nobody acts here under the name {handle}. See /team", handle="amal")
    assert "\N{FIRST STRONG ISOLATE}amal\N{POP DIRECTIONAL ISOLATE}" in words("ar").of(phrase)
    assert "\N{FIRST STRONG ISOLATE}" not in words("fr").of(phrase)
