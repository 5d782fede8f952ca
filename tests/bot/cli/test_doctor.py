import json
from datetime import timedelta
from pathlib import Path

import pytest

from channels.registry import CHANNELS
from schedules.clock import SystemClock
from schedules.store.columns import to_micros
from tests.bot.cli.terminal import Terminal, execute
from tests.support.guided_channel import GUIDED


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


def account_finding(terminal: Terminal, code: int = 0) -> tuple[str, str]:
    """What the doctor says of the one account."""
    findings = terminal.json("doctor", code=code)["findings"]
    (found,) = [one for one in findings if one["what"] == "account telegram-en"]
    return found["state"], found["detail"]


def set_instant(terminal: Terminal, column: str, after: timedelta) -> None:
    """Set a time of every account, counted from now."""
    execute(terminal, f"UPDATE account SET {column} = {to_micros(SystemClock().now() + after)}")


def test_a_token_near_its_end_is_pointed_out_and_one_past_it_is_broken(terminal: Terminal) -> None:
    terminal.add_telegram("en")
    for days, state in ((4, "ok"), (2, "look")):
        set_instant(terminal, "expires_at", timedelta(days=days))
        assert account_finding(terminal)[0] == state
    set_instant(terminal, "expires_at", -timedelta(seconds=1))
    state, detail = account_finding(terminal, code=1)
    assert (state, detail.startswith("Its token expired on ")) == ("broken", True)
    assert "munasara accounts token telegram-en" in detail


def test_a_token_that_lives_for_hours_is_well_while_it_is_renewed(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.add_telegram("en")
    set_instant(terminal, "expires_at", timedelta(hours=2))
    set_instant(terminal, "renew_at", timedelta(hours=1))
    assert account_finding(terminal)[0] == "ok"
    monkeypatch.setitem(CHANNELS, "telegram", GUIDED)
    state, detail = account_finding(terminal)
    assert (state, "was not renewed" in detail) == ("look", True)


def test_a_renewal_that_nobody_made_is_pointed_out(terminal: Terminal) -> None:
    terminal.add_telegram("en")
    set_instant(terminal, "renew_at", -timedelta(minutes=30))
    assert account_finding(terminal)[0] == "ok"
    set_instant(terminal, "renew_at", -timedelta(hours=2))
    state, detail = account_finding(terminal)
    assert (state, "munasara run" in detail) == ("look", True)


@pytest.mark.parametrize(
    ("used", "read_hours_ago", "state"), [(90, 0, "ok"), (91, 0, "look"), (91, 23, "look"), (91, 24, "ok")]
)
def test_a_quota_that_is_nearly_used_is_pointed_out(
    terminal: Terminal, used: int, read_hours_ago: int, state: str
) -> None:
    terminal.add_telegram("en")
    read_at = SystemClock().now() - timedelta(hours=read_hours_ago)
    kept = {"used": used, "allowed": 100, "seconds": 86400, "read_at": read_at.isoformat()}
    execute(terminal, f"UPDATE account SET quota = '{json.dumps(kept)}'")
    found = account_finding(terminal)
    assert found[0] == state
    assert (f"{used} of 100 posts used within 24 hours" in found[1]) == (state == "look")


def test_ffmpeg_is_named_where_it_is_and_missed_by_nobody(
    terminal: Terminal, ffmpeg: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert video_finding(terminal) == ("ok", f"They are prepared with {ffmpeg}.")
    monkeypatch.setenv("PATH", "")
    assert video_finding(terminal) == ("ok", "ffmpeg is not installed; only posts with a video need it.")


def video_finding(terminal: Terminal) -> tuple[str, str]:
    (found,) = [one for one in terminal.json("doctor")["findings"] if one["what"] == "videos"]
    return found["state"], found["detail"]
