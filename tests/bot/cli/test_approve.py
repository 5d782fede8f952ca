from pathlib import Path

import pytest

from tests.bot.cli.terminal import Terminal, new_campaign


@pytest.fixture
def three(terminal: Terminal, tmp_path: Path) -> Terminal:
    """Three posts that wait, in three languages."""
    folder = new_campaign(tmp_path / "balloons", languages=["en", "de", "tr"])
    for language in ("en", "de", "tr"):
        terminal.add_telegram(language)
    terminal.run("plan", str(folder), "--yes")
    return terminal


def states(terminal: Terminal) -> list[str]:
    return [post["state"] for post in terminal.json("posts", "list")]


def test_approve_shows_each_post_as_it_will_appear_and_asks(three: Terminal) -> None:
    shown = three.run("approve", typed="y\nn\ny\n")
    assert shown.stdout.count("#WhiteBalloons") == 3
    assert "Room: " in shown.stdout
    assert "2 posts approved" in shown.stdout
    assert sorted(states(three)) == ["planned", "ready", "ready"]


def test_quitting_keeps_what_was_approved_before(three: Terminal) -> None:
    three.run("approve", typed="y\nq\n")
    assert sorted(states(three)) == ["planned", "planned", "ready"]


def test_approve_all_shows_a_summary_and_asks_once(three: Terminal) -> None:
    shown = three.run("approve", "--all", typed="y\n")
    assert "telegram-de" in shown.stdout
    assert "Approve 3 posts?" in shown.stderr
    assert states(three) == ["ready"] * 3


def test_approve_all_does_nothing_where_the_answer_is_no(three: Terminal) -> None:
    three.run("approve", "--all", typed="n\n", code=1)
    assert states(three) == ["planned"] * 3


def test_approve_takes_numbers(three: Terminal) -> None:
    three.run("approve", "2", "--yes")
    assert [post["id"] for post in three.json("posts", "list", "--state", "ready")] == [2]


def test_approve_of_a_campaign_finds_nothing_once_all_is_approved(three: Terminal) -> None:
    three.run("approve", "--campaign", "balloons", "--yes")
    assert three.out("approve", "--campaign", "balloons", "--yes") == "No post waits for approval.\n"


def test_approving_what_is_approved_is_refused(planned: Terminal) -> None:
    planned.run("approve", "1", "--yes")
    assert "only a planned post is approved" in planned.run("approve", "1", "--yes", code=3).stderr


def test_one_who_planned_may_not_approve_where_the_campaign_says_so(
    terminal: Terminal, folder: Path
) -> None:
    rules = folder / "campaign.toml"
    rules.write_text(rules.read_text().replace("author_may_approve = true", "author_may_approve = false"))
    terminal.add_telegram("en")
    terminal.run("plan", str(folder), "--yes", actor="amal")
    assert "another person approves it" in terminal.run("approve", "--yes", actor="amal", code=1).stderr
    assert states(terminal) == ["planned"]
    terminal.run("approve", "--yes", actor="sam")
    assert states(terminal) == ["ready"]


def test_a_second_person_is_asked_for_where_the_campaign_wants_two(
    terminal: Terminal, folder: Path
) -> None:
    rules = folder / "campaign.toml"
    rules.write_text(rules.read_text().replace("approvals = 1", "approvals = 2"))
    terminal.add_telegram("en")
    terminal.run("plan", str(folder), "--yes")
    assert "another person must approve as well" in terminal.out("approve", "--yes")
    terminal.run("approve", "--yes", "--as", "sam")
    assert states(terminal) == ["ready"]


def test_nobody_answering_approves_nothing(planned: Terminal) -> None:
    assert "Stopped" in planned.run("approve", code=130).stderr
    assert states(planned) == ["planned"]
