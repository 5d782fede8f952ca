from tests.bot.cli.terminal import Terminal


def test_tag_shows_how_platforms_read_it_and_how_people_misspell_it(terminal: Terminal) -> None:
    shown = terminal.out("tag", "#WhiteBalloons")
    assert shown.startswith("#WhiteBalloons\n")
    assert "Read aloud: White Balloons" in shown
    assert "#whiteballoons" in shown
    assert "mastodon" in shown


def test_tag_that_cannot_be_used_is_an_answer_of_no(terminal: Terminal) -> None:
    shown = terminal.out("tag", "White Balloons!", code=1)
    assert "It cannot be used: " in shown
    assert "Nearest form that works: #" in shown


def test_tag_as_json_names_languages_of_another_script(terminal: Terminal) -> None:
    found = terminal.json("tag", "WhiteBalloons", "--language", "ar", "--language", "en")
    assert found["faults"] == []
    assert any("Readers of ar" in sentence for sentence in found["advice"])


def test_tag_reads_from_right_to_left(terminal: Terminal) -> None:
    assert "Arabic, from right to left" in terminal.out("tag", "بالونات_بيضاء")


def test_tag_takes_no_language_that_nobody_knows(terminal: Terminal) -> None:
    assert (
        "no language is known as 'xx'" in terminal.run("tag", "Balloons", "--language", "xx", code=2).stderr
    )
