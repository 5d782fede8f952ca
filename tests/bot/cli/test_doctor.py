import sqlite3
from contextlib import closing
from pathlib import Path

from tests.bot.cli.terminal import Terminal


def execute(terminal: Terminal, statement: str) -> None:
    """Change the database past Munasara."""
    with closing(sqlite3.connect(terminal.home / "munasara.db")) as connection:
        connection.execute(statement)
        connection.commit()


def states(terminal: Terminal, code: int = 0) -> dict[str, str]:
    """The state of everything that the doctor examines."""
    return {one["what"]: one["state"] for one in terminal.json("doctor", code=code)["findings"]}


def test_a_new_home_is_sound(terminal: Terminal) -> None:
    assert "broken" not in states(terminal).values()
    assert {"home", "key", "database", "time zones", "workers", "pictures", "disk"} <= set(states(terminal))


def test_where_nothing_was_made_the_doctor_makes_nothing(tmp_path: Path) -> None:
    found = states(Terminal(tmp_path / "none"), code=1)
    assert (found["home"], found["key"], found["database"]) == ("broken", "broken", "broken")
    assert not (tmp_path / "none").exists()


def test_a_key_that_others_may_read_is_broken(terminal: Terminal) -> None:
    (terminal.home / "munasara.key").chmod(0o444)
    assert states(terminal, code=1)["key"] == "broken"


def test_a_home_that_others_may_enter_is_pointed_out(terminal: Terminal) -> None:
    terminal.home.chmod(0o755)
    assert states(terminal)["home"] == "look"


def test_a_file_that_is_no_database_is_broken(terminal: Terminal) -> None:
    for name in ("munasara.db-wal", "munasara.db-shm"):
        (terminal.home / name).unlink(missing_ok=True)
    (terminal.home / "munasara.db").write_bytes(b"no database at all" * 100)
    assert states(terminal, code=1)["database"] == "broken"


def test_posts_that_wait_without_a_worker_are_broken(planned: Terminal) -> None:
    found = planned.out("doctor", code=1)
    assert "None is alive and posts are waiting. Start one: munasara run" in found


def test_a_held_account_is_broken_and_says_why(terminal: Terminal) -> None:
    terminal.add_telegram("en")
    assert states(terminal)["account telegram-en"] == "ok"
    execute(terminal, "UPDATE account SET held = 'Its token expired.'")
    assert "Held: Its token expired. When mended: munasara accounts test telegram-en" in terminal.out(
        "doctor", code=1
    )


def test_a_token_that_this_key_does_not_open_is_broken(terminal: Terminal) -> None:
    terminal.add_telegram("en")
    (terminal.home / "munasara.key").unlink()
    terminal.run("init")
    assert states(terminal, code=1)["account telegram-en"] == "broken"


def test_another_release_of_time_zones_is_pointed_out(planned: Terminal) -> None:
    execute(planned, "UPDATE campaign SET tzdata = '1999a'")
    assert states(planned, code=1)["time zones"] == "look"


def test_the_password_of_a_database_is_not_shown(terminal: Terminal) -> None:
    url = "postgresql://someone:canary-password@127.0.0.1:9/none"
    environment = {**terminal.environment, "MUNASARA_DATABASE": url}
    shown = Terminal.run_in(environment, "doctor", code=1)
    assert "canary-password" not in shown.output
    assert "broken  database" in shown.stdout
