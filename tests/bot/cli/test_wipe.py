import shutil
from pathlib import Path

from tests.bot.cli.terminal import Terminal, execute


def test_a_wipe_asks_for_the_name_of_the_installation(planned: Terminal) -> None:
    assert "Type its name, home, to go on" in planned.run("wipe", typed="house\n", code=130).stderr
    assert (planned.home / "munasara.key").exists()
    said = planned.run("wipe", typed="home\n")
    assert said.stdout.startswith("Wiped.\n")
    assert "Telegram's\nown copy" in said.stdout
    assert not (planned.home / "munasara.key").exists()


def test_after_a_wipe_a_backup_of_the_database_opens_nothing(planned: Terminal) -> None:
    backup = planned.home.parent / "backup.db"
    shutil.copy(planned.home / "munasara.db", backup)
    planned.run("wipe", "--yes")
    shutil.copy(backup, planned.home / "munasara.db")
    planned.run("init")
    said = planned.run("accounts", "test", "telegram-en", code=3)
    assert "was sealed with key" in said.stderr


def test_a_key_that_others_could_read_is_destroyed_as_well(planned: Terminal) -> None:
    (planned.home / "munasara.key").chmod(0o644)
    planned.run("wipe", "--yes")
    assert not (planned.home / "munasara.key").exists()


def test_where_the_database_does_not_answer_the_key_dies_and_what_is_left_is_said(
    planned: Terminal,
) -> None:
    away = {**planned.environment, "MUNASARA_DATABASE": "postgresql://nobody@127.0.0.1:9/munasara"}
    said = planned.run_in(away, "--as", "amal", "wipe", "--yes", code=1)
    assert not (planned.home / "munasara.key").exists()
    assert "The database could not be erased" in said.stderr
    assert "Wiped, but for what is named above." in said.stdout


def test_a_worker_that_does_not_confirm_is_named(planned: Terminal) -> None:
    execute(
        planned,
        "INSERT INTO worker (id, version, started_at, seen_at) "
        "SELECT 'silent', '1', 0, 1000000 * (strftime('%s', 'now') + 60)",
    )
    said = planned.run("wipe", "--yes", code=1)
    assert "Worker silent did not confirm." in said.stderr


def test_nothing_of_the_home_but_the_wipe_itself_is_left(planned: Terminal, tmp_path: Path) -> None:
    planned.run("wipe", "--yes")
    for name in ("munasara.db", "munasara.db-wal"):
        path = planned.home / name
        assert not path.exists() or b"balloons" not in path.read_bytes()
    assert not (tmp_path / "home" / "media").exists()
