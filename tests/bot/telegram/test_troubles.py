"""Problems are told in the reader's language where we have words for them."""

from bot.telegram.troubles import SAID, told
from content.errors import Problem, Severity
from content.languages import OURS
from content.words import words

TAG = Problem("tag-missing", "tr.md", "the tag #WhiteBalloons is missing", "Add it.")
STRANGE = Problem("strange", "tr.md", "something <odd> is there", "Look.")


def test_an_english_reader_learns_the_detail_too() -> None:
    assert told([TAG], words("en")) == (
        "⚠ The campaign&#x27;s tag is missing, or misspelt. the tag #WhiteBalloons is missing. Add it."
    )


def test_another_reader_learns_it_in_their_language() -> None:
    assert "etiketi" in told([TAG], words("tr"))
    assert "the tag" not in told([TAG], words("tr"))


def test_what_has_no_wording_is_told_in_english_and_said_to_be() -> None:
    assert told([STRANGE], words("en")) == "⚠ something &lt;odd&gt; is there. Look."
    introduction, detail = told([STRANGE], words("tr")).splitlines()
    assert "İngilizce" in introduction
    assert detail == "something &lt;odd&gt; is there. Look."


def test_errors_come_first_and_nothing_twice() -> None:
    hint = Problem("hint", "x", "it could be better", "Try.", severity=Severity.WARNING)
    assert told([hint, TAG, TAG], words("de")).splitlines()[0].startswith("⚠")
    assert len(told([hint, TAG, TAG], words("en")).splitlines()) == 2


def test_every_wording_is_there_in_every_language() -> None:
    for language in OURS:
        reader_words = words(language)
        assert all(reader_words.of(phrase) for phrase in SAID.values())
        if language != "en":
            assert not [phrase for phrase in SAID.values() if reader_words.of(phrase) == str(phrase)]
