import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from channels.registry import CHANNELS
from tests.bot.cli.terminal import Terminal, today
from tests.support.guided_channel import GUIDED


def test_plan_without_accounts_is_refused_with_what_to_do(terminal: Terminal, folder: Path) -> None:
    shown = terminal.out("plan", str(folder), "--yes", code=1)
    assert "no account for telegram in en" in shown
    assert "nothing was recorded" in shown


def test_plan_shows_each_post_and_what_would_change_and_asks(terminal: Terminal, folder: Path) -> None:
    terminal.add_telegram("en")
    shown = terminal.run("plan", str(folder), typed="y\n")
    assert "telegram-en" in shown.stdout
    assert "1 post on 1 account." in shown.stdout
    assert "Against what is recorded: 1 added." in shown.stdout
    assert "Recorded: 1 added." in shown.stdout
    assert "munasara approve" in shown.stdout
    assert terminal.json("posts", "list")[0]["state"] == "planned"


def test_plan_records_nothing_where_the_answer_is_no(terminal: Terminal, folder: Path) -> None:
    terminal.add_telegram("en")
    terminal.run("plan", str(folder), typed="n\n", code=130)
    assert terminal.json("posts", "list") == []


def test_plan_records_nothing_on_a_dry_run(terminal: Terminal, folder: Path) -> None:
    terminal.add_telegram("en")
    terminal.run("plan", str(folder), "--dry-run", "--yes")
    assert terminal.json("posts", "list") == []


def test_plan_again_without_changes_asks_nothing(planned: Terminal, folder: Path) -> None:
    assert "Against what is recorded: 1 unchanged." in planned.out("plan", str(folder))


def test_plan_as_json_is_for_scripts_and_records_only_with_yes(terminal: Terminal, folder: Path) -> None:
    terminal.add_telegram("en")
    found = terminal.json("plan", str(folder))
    assert (found["errors"], found["changes"]) == (0, {"added": 1})
    assert found["posts"][0]["account"] == "telegram-en"
    assert terminal.json("posts", "list") == []
    terminal.json("plan", str(folder), "--yes")
    assert len(terminal.json("posts", "list")) == 1


def test_plan_of_a_broken_folder_lists_its_problems(terminal: Terminal, folder: Path) -> None:
    (folder / "slots.toml").write_text("[[slots]]\nid = 1\n")
    shown = terminal.run("plan", str(folder), code=1)
    assert shown.stderr.startswith("Errors (")
    assert "slots.toml" in shown.stderr


def test_plan_tells_what_a_change_of_the_clocks_does(terminal: Terminal, folder: Path) -> None:
    terminal.add_telegram("en")
    write_line(folder / "campaign.toml", "ends_on", "ends_on = 2099-12-31")
    write_line(folder / "slots.toml", "at", 'at = 2099-03-29T02:30:00\nzone = "Europe/Berlin"')
    shown = terminal.out("plan", str(folder), "--dry-run")
    assert "Sun 2099-03-29 03:30 Europe/Berlin" in shown
    assert "the clocks jump over 02:30; sent at 03:30" in shown


def test_plan_shows_the_first_posts_of_a_long_plan(terminal: Terminal, folder: Path) -> None:
    terminal.add_telegram("en")
    first = today() + timedelta(days=1)
    last = first + timedelta(days=149)
    write_line(folder / "campaign.toml", "ends_on", f"ends_on = {last}")
    write_line(folder / "slots.toml", "at", f"daily_at = 23:59:00\nfirst_on = {first}\nlast_on = {last}")
    command = ("plan", str(folder), "--dry-run")
    assert f"... and 50 more: munasara plan {folder} --every" in terminal.out(*command)
    assert "more: munasara plan" not in terminal.out(*command, "--every")


def test_progress_goes_to_nobody_where_there_is_no_terminal(terminal: Terminal, folder: Path) -> None:
    terminal.add_telegram("en")
    assert terminal.run("plan", str(folder), "--yes").stderr == ""


def test_plan_tells_its_price_and_how_many_posts_fall_together(
    terminal: Terminal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CHANNELS, "x", GUIDED)
    write_line(folder / "slots.toml", "channels", 'channels = ["x"]')
    settings = ("--set", "handle=us-1", "--secret-file", "-", "--no-verify")
    terminal.run(
        *("accounts", "add", "x", "--name", "paid-en", "--language", "en", "--owner", "o"),
        *("--disclosure", "d", *settings),
        typed='key = "k"\nkey_secret = "s"',
    )
    shown = terminal.out("plan", str(folder), "--dry-run")
    assert "This plan costs $0.20 on paid-en.\n1 of 3 posts within 24 hours on paid-en." in shown
    (found,) = terminal.json("plan", str(folder))["forecast"]
    assert (found["account"], found["posts"], found["cost"], found["allowed"]) == ("paid-en", 1, "0.200", 3)
    assert found["busiest"]["posts"] == 1


def test_a_plan_that_costs_nothing_and_has_no_quota_says_nothing_of_them(
    planned: Terminal, folder: Path
) -> None:
    shown = planned.out("plan", str(folder))
    assert "costs" not in shown
    assert "within" not in shown


def write_line(file: Path, key: str, line: str) -> None:
    """Replace the line of one key."""
    lines = file.read_text().splitlines()
    file.write_text("\n".join(line if old.startswith(f"{key} =") else old for old in lines))


def test_another_campaign_of_the_same_id_replaces_one_only_where_that_is_said(
    planned: Terminal, folder: Path, tmp_path: Path
) -> None:
    planned.run("approve", "1", "--yes")
    other = tmp_path / "copied"
    shutil.copytree(folder, other)
    write_line(other / "campaign.toml", "tags", 'tags = ["OtherTag"]')
    refused = planned.run("plan", str(other), "--yes", code=3)
    assert f"“Balloons” in {folder.resolve()}" in refused.stderr
    assert "munasara plan --replace" in refused.stderr
    assert [problem["code"] for problem in planned.json("plan", str(other))["problems"]] == ["id-taken"]
    planned.run("plan", str(other), typed="y\nn\n", code=130)
    assert planned.json("posts", "list")[0]["state"] == "ready"
    assert "1 changed" in planned.out("plan", str(other), "--yes", "--replace")


def test_a_campaign_that_moved_or_says_something_else_is_planned_as_before(
    planned: Terminal, folder: Path, tmp_path: Path
) -> None:
    moved = folder.rename(tmp_path / "elsewhere")
    (moved / "messages/launch/en.md").write_text("Anew.\n\n{{ hashtag }}\n")
    assert "1 changed" in planned.out("plan", str(moved), "--yes")
    write_line(moved / "campaign.toml", "tags", 'tags = ["OtherTag"]')
    assert "1 changed" in planned.out("plan", str(moved), "--yes")
