from pathlib import Path

import pytest

from content.phrases import Found, phrases_in, phrases_under, placeholders


def found(line: str) -> Found:
    """What is found in a file of one line."""
    return phrases_in(line, "here.py")


@pytest.mark.parametrize(
    "line",
    [
        'words.say("Hello")',
        'self.words.say("Hello")',
        'her_words.say("Hello")',
        'self._words.say("Hello")',
        'words("ar").say("Hello")',
        'words.say("Hel" "lo")',
        '@command(menu=later("Hello"))\ndef f(): ...',
        'f(words.say("Hello"), key=[words.say("Hello")])',
    ],
)
def test_a_phrase_is_found_wherever_words_say_it(line: str) -> None:
    assert found(line) == Found(frozenset({"Hello"}), ())


def test_a_counted_phrase_is_known_by_both_its_forms() -> None:
    line = 'words.count("{n} person in {city}", "{n} people in {city}", n, city=city)'
    assert found(line) == Found(frozenset({("{n} person in {city}", "{n} people in {city}")}), ())


@pytest.mark.parametrize(
    "line",
    ['say("Hello")', "talk.say(html)", '"Hello".count("l")', 'text.count("l", 2)'],
)
def test_what_others_say_is_no_phrase(line: str) -> None:
    assert found(line) == Found(frozenset(), ())


@pytest.mark.parametrize(
    "line",
    [
        "words.say(text)",
        'words.say(f"Hello {name}")',
        'words.say("Hello" + name)',
        'words.say("Hello" if polite else "Hi")',
        "words.say()",
        "later(text)",
        'words.count("one")',
        "words.say(*texts)",
        'words.count("one", many, n)',
        "words.count(one, many, n)",
    ],
)
def test_a_computed_text_is_refused(line: str) -> None:
    (fault,) = found(line).faults
    assert fault.startswith("here.py:1: ")
    assert "Write the text out at this place." in fault


@pytest.mark.parametrize(
    "line",
    [
        'vocabulary.say("Hello")',
        'swords.say("Hello")',
        'talk.say("Hello")',
        'texts.count("one", "many", n)',
    ],
)
def test_words_under_another_name_are_refused(line: str) -> None:
    assert found(line).faults == (
        'here.py:1: A text is said by something that is not called "words". Let words say it, or call it so.',
    )


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ('words.say("Hello {name}")', ["name"]),
        ('words.say("Hello", name=name)', ["name"]),
        ('later("Hello {name}")', ["name"]),
        ('words.say("Hello {name}", nmae=name)', ["name", "nmae"]),
        ('words.say("Hello {name!r}", name=name)', ["name", "name!r"]),
        ('words.count("one in {city}", "{n} in {city}", n)', ["city"]),
        ('words.count("one", "{n}", n, n=n)', ["n"]),
    ],
)
def test_values_and_braces_must_be_equal(line: str, names: list[str]) -> None:
    assert [fault.split("{")[1].split("}")[0] for fault in found(line).faults] == names


def test_the_names_in_braces_are_the_placeholders() -> None:
    assert placeholders("{a} and {b:>3} and {{c}}") == {"a", "b:>3"}
    assert placeholders("{{{a}}}") == {"a"}


@pytest.mark.parametrize(("text", "stray"), [("{a", "{"), ("a}", "}"), ("{}", ""), ("{a}}", "{")])
def test_a_stray_brace_is_taken_for_a_placeholder_that_nobody_gives(text: str, stray: str) -> None:
    assert stray in placeholders(text)
    assert found(f'words.say("{text}", a=1)').faults != ()


def test_every_file_of_a_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "one.py").write_text('words.say("One")', encoding="utf-8")
    (tmp_path / "deep" / "two.py").write_text('words.say("Two")\nwords.say(x)', encoding="utf-8")
    (tmp_path / "note.txt").write_text('words.say("Three")', encoding="utf-8")
    both = phrases_under(tmp_path)
    assert both.phrases == {"One", "Two"}
    assert len(both.faults) == 1
    assert "two.py:2" in both.faults[0]
