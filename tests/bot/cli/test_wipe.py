import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from schedules.accounts.keys import create_key
from tests.bot.cli.terminal import Terminal, damage, execute, make_read_only


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
    create_key(planned.home / "munasara.key")
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


@pytest.mark.parametrize("harm", [damage, make_read_only])
def test_a_database_that_cannot_be_emptied_is_destroyed_with_everything_else(
    planned: Terminal, harm: Callable[[Path], None]
) -> None:
    database, page = planned.home / "munasara.db", planned.home / "board" / "b" / "d" / "public"
    for folder in (page, planned.home / "media"):
        folder.mkdir(parents=True)
        (folder / "board.json").write_text("{}", encoding="utf-8")
    harm(database)
    kept_open = database.open("rb")
    said = planned.run("wipe", "--yes", code=1)
    assert said.stderr.startswith("No worker could be told: ")
    assert "End each by hand" in said.stderr
    left = {path.name for path in planned.home.rglob("*") if path.is_file()}
    assert left <= {"munasara.db.lock"}
    with kept_open:
        assert b"balloons" not in kept_open.read()
    again = planned.run("wipe", "--yes", code=1)
    assert f"There is no database at {database}." in again.stderr
    assert not database.exists()


def test_where_there_is_no_way_to_a_database_file_it_is_named_and_the_rest_goes(
    planned: Terminal, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file" / "x.db", tmp_path):
        (planned.home / "media").mkdir()
        away = {**planned.environment, "MUNASARA_DATABASE": f"sqlite:///{place}"}
        said = planned.run_in(away, "--as", "amal", "wipe", "--yes", code=1)
        assert str(place.parent if place.suffix else place) in said.stderr
        assert "by hand" in said.stderr
        assert not (planned.home / "munasara.key").exists()
        assert not (planned.home / "media").exists()


def test_the_next_command_says_that_it_was_wiped_and_how_to_begin_anew(planned: Terminal) -> None:
    planned.run("wipe", "--yes")
    for words in (("status",), ("init",), ("run", "--init")):
        assert "This installation was wiped" in planned.run(*words, code=3).stderr
    assert not (planned.home / "munasara.key").exists()
    for rest in planned.home.glob("munasara.db*"):
        rest.unlink()
    assert "(new)" in planned.out("init")


def test_a_worker_that_does_not_confirm_is_named(planned: Terminal) -> None:
    execute(
        planned,
        "INSERT INTO worker (id, version, started_at, seen_at) "
        "SELECT 'silent', '1', 0, 1000000 * (strftime('%s', 'now') + 60)",
    )
    said = planned.run("wipe", "--yes", code=1)
    assert "Worker silent did not confirm." in said.stderr


def test_nothing_of_the_home_but_the_wipe_itself_is_left(planned: Terminal, tmp_path: Path) -> None:
    board = planned.home / "board" / "white-balloons" / "release" / "private"
    board.mkdir(parents=True)
    (board / "board.json").write_text("{}", encoding="utf-8")
    planned.run("wipe", "--yes")
    assert not board.exists()
    for name in ("munasara.db", "munasara.db-wal"):
        path = planned.home / name
        assert not path.exists() or b"balloons" not in path.read_bytes()
    assert not (tmp_path / "home" / "media").exists()
