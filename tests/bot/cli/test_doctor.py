from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bot.cli.terminal import Terminal, damage, execute, make_read_only


def states(terminal: Terminal, code: int = 0) -> dict[str, str]:
    """The state of everything that the doctor examines."""
    return {one["what"]: one["state"] for one in terminal.json("doctor", code=code)["findings"]}


def test_a_new_home_is_sound(terminal: Terminal) -> None:
    assert "broken" not in states(terminal).values()
    assert {"home", "key", "database", "time zones", "workers", "pictures", "words", "disk"} <= set(
        states(terminal)
    )


def test_where_nothing_was_made_the_doctor_makes_nothing(tmp_path: Path) -> None:
    found = states(Terminal(tmp_path / "none"), code=1)
    assert (found["home"], found["key"], found["database"]) == ("broken", "broken", "broken")
    assert not (tmp_path / "none").exists()


def test_words_that_no_native_speaker_has_read_are_told_and_are_no_failure(terminal: Terminal) -> None:
    assert states(terminal, code=0)["words"] == "look"
    assert (
        "look    words: The bot's words in Arabic, French, German and Turkish have not been read by a native "
        "speaker yet." in terminal.out("doctor")
    )


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


@pytest.mark.parametrize("harm", [damage, make_read_only])
def test_a_database_that_cannot_be_used_is_told_with_what_to_do(
    terminal: Terminal, harm: Callable[[Path], None]
) -> None:
    database = terminal.home / "munasara.db"
    harm(database)
    said = terminal.out("doctor", code=1)
    assert f"Let the user that runs Munasara read and write {database} and its folder" in said


def test_posts_that_wait_without_a_worker_are_broken(planned: Terminal) -> None:
    found = planned.out("doctor", code=1)
    assert "None is alive and posts are waiting. Start one: munasara run" in found


def test_a_wiped_installation_is_told_how_to_begin_anew(terminal: Terminal) -> None:
    terminal.run("wipe", "--yes")
    said = terminal.out("doctor", code=1)
    assert "broken  database: This installation was wiped" in said
    assert f"delete {terminal.home}/munasara.db*, then: munasara init" in said


def test_another_release_of_time_zones_is_pointed_out(planned: Terminal) -> None:
    execute(planned, "UPDATE campaign SET tzdata = '1999a'")
    assert states(planned, code=1)["time zones"] == "look"


def test_the_password_of_a_database_is_not_shown(terminal: Terminal) -> None:
    url = "postgresql://someone:canary-password@127.0.0.1:9/none"
    environment = {**terminal.environment, "MUNASARA_DATABASE": url}
    shown = Terminal.run_in(environment, "doctor", code=1)
    assert "canary-password" not in shown.output
    assert "broken  database" in shown.stdout


def test_ffmpeg_is_named_where_it_is_and_missed_by_nobody(
    terminal: Terminal, ffmpeg: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert video_finding(terminal) == ("ok", f"They are prepared with {ffmpeg}.")
    monkeypatch.setenv("PATH", "")
    assert video_finding(terminal) == ("ok", "ffmpeg is not installed; only posts with a video need it.")


def video_finding(terminal: Terminal) -> tuple[str, str]:
    (found,) = [one for one in terminal.json("doctor")["findings"] if one["what"] == "videos"]
    return found["state"], found["detail"]
