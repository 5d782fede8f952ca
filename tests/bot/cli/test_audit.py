import pytest

from tests.bot.cli.terminal import Terminal, execute


@pytest.fixture
def recorded(terminal: Terminal) -> Terminal:
    """A terminal whose home has two records."""
    terminal.run("pause", "everything")
    terminal.run("resume", "everything", actor="sami")
    return terminal


def test_what_was_done_is_shown_the_newest_first(recorded: Terminal) -> None:
    shown = recorded.json("audit", "show")
    assert [(one["actor"], one["act"], one["object"]) for one in shown] == [
        ("sami", "asked", "everything"),
        ("amal", "paused", "everything"),
    ]
    assert "paused" in recorded.out("audit", "show")
    assert len(recorded.json("audit", "show", "--most", "1")) == 1


def test_an_untouched_record_is_whole(recorded: Terminal) -> None:
    assert "Whole: 2 records." in recorded.out("audit", "verify")
    head = recorded.json("audit", "verify")["head"]
    recorded.run("pause", "everything")
    assert "Whole: 3 records." in recorded.out("audit", "verify", "--head", head)


def test_before_anything_was_done_there_is_nothing_to_keep(terminal: Terminal) -> None:
    assert "Nothing was recorded yet." in terminal.out("audit", "verify")


def test_an_edit_past_munasara_is_found(recorded: Terminal) -> None:
    execute(recorded, "UPDATE audit SET actor = 'ines' WHERE number = 1")
    assert "Record 1 was changed" in recorded.out("audit", "verify", code=1)
    states = {one["what"]: one["state"] for one in recorded.json("doctor", code=1)["findings"]}
    assert states["audit"] == "broken"


def test_an_end_that_was_cut_off_is_found_with_the_head(recorded: Terminal) -> None:
    head = recorded.json("audit", "verify")["head"]
    execute(recorded, "DELETE FROM audit WHERE number = 2")
    assert "Whole: 1 record." in recorded.out("audit", "verify")
    assert "the end was cut off" in recorded.out("audit", "verify", "--head", head, code=1)


def test_what_is_no_head_is_no_alarm(recorded: Terminal) -> None:
    head = recorded.json("audit", "verify")["head"]
    for wrong in ("foo", "", head[:-1]):
        shown = recorded.run("audit", "verify", "--head", wrong, code=3)
        assert "is no head. Copy it whole" in shown.stderr
        assert "cut off" not in shown.output
    recorded.run("audit", "verify", "--head", f" {head}\n")


def test_the_doctor_shows_the_head(recorded: Terminal) -> None:
    head = recorded.json("audit", "verify")["head"]
    assert f"Whole, 2 records. Keep the head elsewhere: {head}" in recorded.out("doctor")
