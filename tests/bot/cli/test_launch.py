from pathlib import Path

import pytest

from tests.bot.cli.terminal import Terminal, execute


@pytest.fixture
def dormant(terminal: Terminal, folder: Path) -> Terminal:
    """A terminal whose home keeps the campaign of the folder ready."""
    head = folder / "campaign.toml"
    head.write_text("dormant = true\n" + head.read_text(encoding="utf-8"), encoding="utf-8")
    terminal.add_telegram("en")
    terminal.run("plan", str(folder), "--yes")
    return terminal


def test_planning_keeps_the_kit_and_says_how_to_launch_it(dormant: Terminal, folder: Path) -> None:
    again = dormant.out("plan", str(folder))
    assert "balloons is dormant: the kit is kept, none of these posts is recorded." in again
    (folder / "messages/launch/en.md").write_text(
        "Other words for the missing: {{ ask.link }}\n\n#WhiteBalloons\n", encoding="utf-8"
    )
    shown = dormant.run("plan", str(folder), typed="y\n")
    assert "Keep this kit?" in shown.stderr
    assert f"munasara launch {folder}" in shown.stdout
    assert dormant.json("posts", "list") == []


def test_two_names_launch_it_from_the_first_look_to_an_approved_post(
    dormant: Terminal, folder: Path
) -> None:
    asked = dormant.run("launch", str(folder), actor="amal", typed="y\n")
    assert "1 post on 1 account, under #WhiteBalloons." in asked.stdout
    assert f"munasara --as NAME launch {folder}" in asked.stdout
    assert dormant.json("posts", "list") == []
    dormant.run("launch", str(folder), actor="sami", typed="n\n", code=130)
    done = dormant.run("launch", str(folder), actor="sami", typed="y\n")
    assert "amal asked at" in done.stderr
    assert "Launched: 1 post recorded, 1 approved." in done.stdout
    assert [post["state"] for post in dormant.json("posts", "list")] == ["ready"]
    again = dormant.run("launch", str(folder), "--yes", actor="ines", code=3)
    assert "launched already" in again.stderr
    assert "1 unchanged" in dormant.out("plan", str(folder))


def test_what_was_asked_for_can_be_taken_back_and_asked_for_another_time(
    dormant: Terminal, folder: Path
) -> None:
    shown = dormant.out("launch", str(folder), "--at", "2099-01-01T09:30", "--yes")
    assert "T-0 is Thu 2099-01-01 09:30 UTC" in shown
    assert "Taken back: balloons stays dormant." in dormant.out("launch", str(folder), "--cancel")
    assert "Nobody has asked" in dormant.run("launch", str(folder), "--cancel", code=3).stderr


def test_a_folder_that_is_not_what_was_planned_is_refused(dormant: Terminal, folder: Path) -> None:
    dormant.run("launch", str(folder), "--yes", actor="amal")
    (folder / "messages/launch/en.md").write_text("Other words.\n\n#WhiteBalloons\n", encoding="utf-8")
    refused = dormant.run("launch", str(folder), "--yes", actor="sami", code=3)
    assert (
        f"is not what was planned, or is not dormant. Plan it first: munasara plan {folder}"
        in refused.stderr
    )
    assert dormant.json("posts", "list") == []


def test_what_is_stale_is_listed_and_nothing_is_asked(dormant: Terminal, folder: Path) -> None:
    execute(dormant, "UPDATE account SET held = 'The token was revoked.'")
    refused = dormant.run("launch", str(folder), code=1)
    assert "account telegram-en" in refused.stdout
    assert "nothing was launched" in refused.stderr


@pytest.mark.parametrize(
    ("at", "why"),
    [("2020-01-01T10:00", "over already"), ("9999-12-31T23:59", "no campaign has dates after 2100")],
)
def test_a_moment_at_which_nothing_can_begin_is_said(
    dormant: Terminal, folder: Path, at: str, why: str
) -> None:
    assert why in dormant.run("launch", str(folder), "--at", at, code=3).stderr


def test_a_launch_that_the_clocks_jump_over_says_when_it_is_instead(
    dormant: Terminal, folder: Path
) -> None:
    head = folder / "campaign.toml"
    head.write_text(head.read_text(encoding="utf-8").replace('"UTC"', '"Europe/Berlin"'), encoding="utf-8")
    dormant.run("plan", str(folder), "--yes")
    shown = dormant.run("launch", str(folder), "--at", "2099-03-29T02:30", "--yes")
    assert (
        "The clocks jump over 2099-03-29 02:30 in Europe/Berlin: T-0 becomes 2099-03-29 03:30."
        in shown.stderr
    )
