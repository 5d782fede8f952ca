import sqlite3
from contextlib import closing

from tests.bot.cli.terminal import Terminal, execute


def put_into(terminal: Terminal, state: str) -> None:
    """Bring post 1 into a state that only a worker leads to."""
    with closing(sqlite3.connect(terminal.home / "munasara.db")) as connection:
        connection.execute(
            "UPDATE delivery SET state = ?, remote_id = '5', url = 'https://t.me/b/5'", (state,)
        )
        connection.commit()


def worker_retracts(terminal: Terminal) -> None:
    with closing(sqlite3.connect(terminal.home / "munasara.db")) as connection:
        connection.execute("UPDATE delivery SET state = 'sent' WHERE kind = 'retract'")
        connection.commit()


def test_a_post_is_taken_back_after_a_yes(planned: Terminal) -> None:
    put_into(planned, "sent")
    shown = planned.run("retract", "1", typed="y\n")
    assert "Delete post 1? It cannot be undone." in shown.stderr
    assert "1 text to be taken back." in shown.stderr
    assert "waiting" in shown.stdout
    assert "0 of 1 text gone." in shown.stdout


def test_without_a_yes_nothing_is_taken_back(planned: Terminal) -> None:
    put_into(planned, "sent")
    planned.run("retract", "1", typed="n\n", code=130)
    assert planned.json("retract", "1", "--report", code=1)[0]["state"] is None


def test_the_report_says_what_is_gone_and_exits_by_it(planned: Terminal) -> None:
    put_into(planned, "sent")
    planned.run("retract", "1", "--yes")
    assert "0 of 1 text gone." in planned.run("retract", "1", "--report", code=1).stdout
    worker_retracts(planned)
    assert "1 of 1 text gone." in planned.out("retract", "1", "--report")


def test_what_nobody_will_delete_is_a_no_whether_it_is_asked_for_or_reported(planned: Terminal) -> None:
    execute(planned, "UPDATE delivery SET state = 'sent'")
    shown = planned.run("retract", "1", "--yes", code=1)
    assert "still public" in shown.stdout
    assert "0 of 1 text gone." in planned.run("retract", "1", "--report", code=1).stdout


def test_a_whole_campaign_is_taken_back(planned: Terminal) -> None:
    put_into(planned, "sent")
    campaign = planned.json("posts", "show", "1")["post"]["campaign"]
    shown = planned.run("retract", "--campaign", campaign, "--yes")
    assert "1 text to be taken back." in shown.stderr


def test_what_is_not_out_is_refused_with_what_to_do(planned: Terminal) -> None:
    assert "munasara posts cancel 1" in planned.run("retract", "1", "--yes", code=3).stderr
    assert "munasara posts list" in planned.run("retract", "99", "--yes", code=3).stderr


def test_one_thing_is_named(planned: Terminal) -> None:
    planned.run("retract", code=2)
    planned.run("retract", "1", "--campaign", "balloons", code=2)
