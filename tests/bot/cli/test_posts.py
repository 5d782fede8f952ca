import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.bot.cli.terminal import Terminal, execute, today

LATER = f"{today() + timedelta(days=20)}T18:00"


def put_into(terminal: Terminal, state: str) -> None:
    """Bring post 1 into a state that only a worker leads to."""
    with closing(sqlite3.connect(terminal.home / "munasara.db")) as connection:
        connection.execute("UPDATE delivery SET state = ?", (state,))
        connection.commit()


def state(terminal: Terminal) -> str:
    found: str = terminal.json("posts", "show", "1")["post"]["state"]
    return found


def test_list_shows_each_post_with_its_local_time_and_state(planned: Terminal) -> None:
    shown = planned.out("posts", "list").splitlines()
    assert shown[1].split()[0] == "1"
    assert {"telegram-en", "launch", "planned"} <= set(shown[1].split())


def test_list_keeps_to_what_is_asked_for(planned: Terminal) -> None:
    assert planned.out("posts", "list", "--state", "sent") == "No such post.\n"
    assert planned.json("posts", "list", "--account", "telegram-en")[0]["id"] == 1
    assert "ask for more with --limit" in planned.out("posts", "list", "--limit", "1")
    planned.run("posts", "list", "--state", "lost", code=2)


def test_show_tells_the_text_and_the_history(planned: Terminal) -> None:
    planned.run("approve", "1", "--yes")
    shown = planned.out("posts", "show", "1")
    assert "This campaign needs you." in shown
    assert "State: ready" in shown
    assert "approved: by amal" in shown


def test_a_cancelled_post_stays_cancelled_when_planned_again(planned: Terminal, folder: object) -> None:
    planned.run("posts", "cancel", "1")
    assert state(planned) == "cancelled"
    assert "1 kept as changed at a door" in planned.out("plan", str(folder))


def test_a_moved_post_waits_for_approval_again(planned: Terminal) -> None:
    planned.run("approve", "1", "--yes")
    shown = planned.out("posts", "reschedule", "1", "--at", LATER, "--zone", "Europe/Berlin")
    assert "18:00 Europe/Berlin" in shown
    assert "munasara approve 1" in shown
    assert state(planned) == "planned"


def test_a_moved_post_keeps_its_zone(planned: Terminal) -> None:
    assert "18:00 UTC" in planned.out("posts", "reschedule", "1", "--at", LATER)


def test_a_post_is_not_moved_into_the_past(planned: Terminal) -> None:
    assert "is over" in planned.run("posts", "reschedule", "1", "--at", "2020-01-01T10:00", code=3).stderr


def test_a_post_that_nobody_knows_about_is_resolved_by_what_a_person_saw(planned: Terminal) -> None:
    put_into(planned, "unknown")
    assert "counts as sent" in planned.out("posts", "resolve", "1", "--sent", "https://t.me/balloons/5")
    assert planned.json("posts", "show", "1")["post"]["url"] == "https://t.me/balloons/5"


@pytest.mark.parametrize(("flag", "becomes"), [("--again", "ready"), ("--drop", "cancelled")])
def test_a_post_that_did_not_land_is_sent_again_or_dropped(
    planned: Terminal, flag: str, becomes: str
) -> None:
    put_into(planned, "unknown")
    planned.run("posts", "resolve", "1", flag)
    assert state(planned) == becomes


def test_resolve_asks_where_nothing_was_said(planned: Terminal) -> None:
    put_into(planned, "unknown")
    shown = planned.run("posts", "resolve", "1", typed="sent\n")
    assert "Open telegram-en and look. Did this land?" in shown.stdout
    assert state(planned) == "sent"


def test_resolve_takes_one_answer_and_a_web_address(planned: Terminal) -> None:
    put_into(planned, "unknown")
    planned.run("posts", "resolve", "1", "--again", "--drop", code=2)
    planned.run("posts", "resolve", "1", "--sent", "1", code=2)
    assert state(planned) == "unknown"


def test_resolve_of_a_post_that_is_known_is_refused(planned: Terminal) -> None:
    assert "only an unknown" in planned.run("posts", "resolve", "1", "--again", code=3).stderr


def test_show_tells_letters_and_what_the_platform_told_later(planned: Terminal) -> None:
    put_into(planned, "sent")
    with closing(sqlite3.connect(planned.home / "munasara.db")) as connection:
        connection.execute(
            "INSERT INTO delivery (post, kind, account, campaign, state, due_at, planned_at, expires_at, changed_at)"
            " SELECT post, 'letter-ab12', account, campaign, 'refused', 0, 0, 0, 0 FROM delivery"
        )
        connection.execute('INSERT INTO measurement VALUES (1, 24, 0, \'{"likes": 1200, "replies": 3}\')')
        connection.commit()
    shown = planned.out("posts", "show", "1")
    assert "Letters: 1 refused" in shown
    assert "After 24 hours: 1,200 likes, 3 replies" in shown
    assert planned.json("posts", "show", "1")["aftermath"]["letters"] == {"refused": 1}


@pytest.mark.parametrize("at", ["9998-12-31T23:59", "9999-12-31T23:59"])
def test_a_post_is_not_moved_beyond_the_dates_of_any_campaign(planned: Terminal, at: str) -> None:
    refused = planned.run("posts", "reschedule", "1", "--at", at, code=3)
    assert "no campaign has dates after 2100. Correct the year." in refused.stderr
    assert "Post 1 moves" in planned.out("posts", "reschedule", "1", "--at", LATER)


def test_a_time_that_the_clocks_jump_over_is_refused_with_what_can_be_done_here(planned: Terminal) -> None:
    at = ("--at", "2099-03-29T02:30", "--zone", "Europe/Berlin")
    refused = planned.run("posts", "reschedule", "1", *at, code=3).stderr
    assert refused.endswith("Choose a time before or after.\n")


@pytest.mark.parametrize(
    "command",
    [
        ("posts", "show"),
        ("posts", "cancel"),
        ("posts", "resolve", "--again"),
        ("posts", "reschedule", "--at", LATER),
        ("preview",),
        ("approve",),
        ("retract", "--yes"),
        ("retract", "--report"),
    ],
)
def test_a_number_beyond_every_post_is_the_number_of_none(
    terminal: Terminal, command: tuple[str, ...]
) -> None:
    assert "There is no post 9223372036854775808." in terminal.run(*command, str(2**63), code=3).stderr


def test_what_needs_no_answer_is_refused_before_anybody_is_asked(planned: Terminal) -> None:
    refused = planned.run("posts", "resolve", "1", code=3)
    assert "only an unknown or handed-off post is resolved" in refused.stderr
    assert refused.stdout == ""
    planned.run("posts", "cancel", "1")
    assert "Post 1 is cancelled already." in planned.run("posts", "cancel", "1", code=3).stderr


def test_a_post_that_was_taken_back_is_no_longer_told_as_public(planned: Terminal) -> None:
    put_into(planned, "sent")
    execute(planned, "UPDATE delivery SET url = 'https://t.me/balloons/5', remote_id = '5'")
    planned.run("retract", "1", "--yes")
    assert planned.out("posts", "list").splitlines()[1].endswith("sent   https://t.me/balloons/5")
    put_into(planned, "sent")
    assert planned.out("posts", "list").splitlines()[1].endswith("retracted")
    assert "State: retracted\n" in planned.out("posts", "show", "1")
    assert planned.json("posts", "list")[0]["retracted"] is True


def test_posts_of_several_campaigns_are_told_apart_and_an_unknown_one_is_refused(
    planned: Terminal, tmp_path: Path
) -> None:
    assert "CAMPAIGN" not in planned.out("posts", "list")
    planned.run("new", str(tmp_path / "kites"), "--title", "Kites", "--tag", "WhiteKites")
    (tmp_path / "kites/messages/launch/en.md").write_text("Let them fly.\n\n{{ hashtag }}\n")
    planned.run("plan", str(tmp_path / "kites"), "--yes")
    shown = planned.out("posts", "list").splitlines()
    assert "CAMPAIGN" in shown[0]
    assert [line.split()[5] for line in shown[1:]] == ["balloons", "kites"]
    for command in (("posts", "list"), ("approve",), ("retract", "--report")):
        refused = planned.run(*command, "--campaign", "nope", code=3).stderr
        assert refused == "There is no campaign 'nope'. There is: balloons, kites.\n"
