import re
from pathlib import Path

import pytest
from click.testing import Result

from channels.registry import CHANNELS
from tests.bot.cli.terminal import NOWHERE, TOKEN, Terminal, execute
from tests.support.guided_channel import GUIDED

SECRET = TOKEN.partition(":")[2]


def everything_in(home: Path) -> bytes:
    return b"".join(file.read_bytes() for file in home.iterdir())


def test_add_asks_a_first_timer_for_everything(terminal: Terminal) -> None:
    answers = ["tr", "", "Press team", "Run by the campaign", "@balloons", TOKEN]
    shown = terminal.run("accounts", "add", "telegram", "--no-verify", typed="\n".join(answers) + "\n")
    assert "@BotFather" in shown.stderr
    assert "telegram-tr is stored." in shown.stdout
    found = terminal.json("accounts", "show", "telegram-tr")
    assert (found["owner"], found["settings"]) == ("Press team", {"chat_id": "@balloons"})
    assert found["has_secret"] is True


def test_an_answer_that_cannot_be_right_is_asked_for_again(terminal: Terminal) -> None:
    answers = ["tr", "", "Press team", "Run by the campaign", "balloons", "@balloons", TOKEN]
    shown = terminal.run("accounts", "add", "telegram", "--no-verify", typed="\n".join(answers) + "\n")
    assert "Error: Write @name of a public chat, or the chat's number" in shown.stderr
    assert terminal.json("accounts", "show", "telegram-tr")["settings"] == {"chat_id": "@balloons"}


def test_a_misspelt_setting_is_named_before_anything_is_asked(terminal: Terminal) -> None:
    shown = terminal.run("accounts", "add", "telegram", "--set", "chat=@balloons", code=3)
    assert shown.stderr.startswith("telegram knows no setting 'chat'. It takes: chat_id,")


def test_where_nobody_answers_it_says_that_options_do(terminal: Terminal) -> None:
    shown = terminal.run("accounts", "add", "telegram", code=130)
    assert shown.stderr.endswith("options do it, such as --yes; --help lists them.\n")


def test_a_token_is_never_seen_again(terminal: Terminal, capfd: pytest.CaptureFixture[str]) -> None:
    shown: list[Result] = [
        terminal.run(
            *("-v", "accounts", "add", "telegram", "--name", "t", "--language", "en", "--owner", "o"),
            *("--disclosure", "d", "--set", "chat_id=@b", "--set", f"base_url={NOWHERE}"),
            typed=f"{TOKEN}\n",
            code=3,
        ),
        terminal.run("-v", "accounts", "test", "t", code=3),
        terminal.run("-v", "accounts", "token", "t", typed=f"{TOKEN}\n"),
        terminal.run("-v", "doctor"),
        terminal.run("accounts", "list", "--json"),
        terminal.run("accounts", "show", "t"),
    ]
    captured = capfd.readouterr()
    printed = "".join(result.output for result in shown) + captured.out + captured.err
    assert SECRET not in printed
    assert SECRET.encode() not in everything_in(terminal.home)
    assert "stored, encrypted" in printed


def test_a_token_is_no_option(terminal: Terminal) -> None:
    shown = terminal.out("accounts", "add", "--help")
    assert set(re.findall(r"--(?:secret|token)[a-z-]*", shown)) == {"--secret-file"}


def test_a_platform_that_cannot_be_asked_leaves_the_account_stored(terminal: Terminal) -> None:
    shown = terminal.run(
        *("accounts", "add", "telegram", "--name", "t", "--language", "en", "--owner", "o"),
        *("--disclosure", "d", "--set", "chat_id=@b", "--set", f"base_url={NOWHERE}"),
        typed=f"{TOKEN}\n",
        code=3,
    )
    assert "munasara accounts test t" in shown.stderr
    assert terminal.json("accounts", "show", "t")["held"] is None


def test_an_account_that_may_not_post_is_held_until_it_may(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "feed").write_text("a file where the folder should be")
    shown = terminal.add_feed(tmp_path / "feed", code=1)
    assert "munasara accounts test feed-en" in shown.stdout
    assert "held" in terminal.out("accounts", "list")
    assert "stays held" in terminal.run("accounts", "test", "feed-en", code=3).stderr
    (tmp_path / "feed").unlink()
    (tmp_path / "feed").mkdir()
    assert "sends again" in terminal.out("accounts", "test", "feed-en")
    assert terminal.json("accounts", "show", "feed-en")["held"] is None


def test_an_account_that_may_post_says_what_it_may(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "feed").mkdir()
    assert "feed-en (News): The feed has 0 entries." in terminal.add_feed(tmp_path / "feed").stdout
    assert terminal.out("accounts", "test", "feed-en").startswith("feed-en (News)")


def test_an_unknown_channel_and_a_crooked_setting_are_not_understood(terminal: Terminal) -> None:
    assert "telegram" in terminal.run("accounts", "add", "telegramm", code=2).stderr
    assert "KEY=VALUE" in terminal.run("accounts", "add", "feed", "--set", "folder", code=2).stderr


def test_a_setting_that_the_channel_does_not_know_is_refused_and_nothing_stored(
    terminal: Terminal,
) -> None:
    terminal.add_telegram("en")
    shown = terminal.run(
        *("accounts", "add", "telegram", "--name", "u", "--language", "en", "--owner", "o"),
        *("--disclosure", "d", "--set", "chat_id=@b", "--set", "colour=red", "--no-verify"),
        typed=f"{TOKEN}\n",
        code=3,
    )
    assert "'colour'" in shown.stderr
    assert [one["id"] for one in terminal.json("accounts", "list")] == ["telegram-en"]


def test_a_paused_account_needs_two_to_go_on(terminal: Terminal) -> None:
    terminal.add_telegram("en")
    assert "munasara resume account:telegram-en" in terminal.out("accounts", "pause", "telegram-en")
    assert terminal.json("status")["paused"] == ["account:telegram-en"]


def test_a_setting_is_changed_and_shown(terminal: Terminal) -> None:
    terminal.add_telegram("en")
    shown = terminal.out("accounts", "change", "telegram-en", "--owner", "Sami", "--set", "chat_id=@doves")
    assert "Owner:        Sami" in shown
    assert terminal.json("accounts", "show", "telegram-en")["settings"]["chat_id"] == "@doves"
    assert "Say what changes" in terminal.run("accounts", "change", "telegram-en", code=2).stderr


@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        ("chat_id=hello", "Write @name of a public chat"),
        ("base_url=ftp://example.org", "Write an address that begins with https:// or http://"),
    ],
)
def test_a_setting_that_cannot_be_right_is_stored_neither_now_nor_later(
    terminal: Terminal, given: str, remedy: str
) -> None:
    terminal.add_telegram("en")
    before = terminal.json("accounts", "list")
    added = terminal.run(
        *("accounts", "add", "telegram", "--name", "u", "--language", "en", "--owner", "o"),
        *("--disclosure", "d", "--set", "chat_id=@b", "--set", given, "--no-verify"),
        typed=f"{TOKEN}\n",
        code=3,
    )
    changed = terminal.run("accounts", "change", "telegram-en", "--set", given, code=3)
    for shown in (added, changed):
        assert remedy in shown.stderr
    assert terminal.json("accounts", "list") == before


def test_the_folder_of_a_feed_is_named_from_the_root_on(terminal: Terminal, tmp_path: Path) -> None:
    shown = terminal.add_feed(Path("news"), code=3)
    assert "'news' cannot be its folder. Write the whole path" in shown.stderr
    assert terminal.json("accounts", "list") == []
    assert "Its folder" not in terminal.add_feed(tmp_path / "news").stdout


def test_a_folder_that_cannot_be_made_is_told_with_what_to_do(terminal: Terminal) -> None:
    shown = terminal.add_feed(Path("/proc/x"), code=1).stdout
    assert "could not be written (No such file or directory). See that its folder" in shown


def test_what_cannot_be_a_token_replaces_none(terminal: Terminal, tmp_path: Path) -> None:
    terminal.add_telegram("en")
    shown = terminal.run("accounts", "token", "telegram-en", typed="abc\n", code=3)
    assert "A token is digits, a colon, and letters" in shown.stderr
    assert "'abc'" not in shown.output
    terminal.add_feed(tmp_path / "feed")
    assert "feed-en has no token" in terminal.run("accounts", "token", "feed-en", code=3).stderr


def test_a_token_is_advised_only_where_there_is_one(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "feed").write_text("a file where the folder should be")
    shown = terminal.add_feed(tmp_path / "feed", code=1).stdout
    assert "accounts token" not in shown
    assert "munasara accounts change feed-en --set KEY=VALUE" in shown


def test_a_removed_account_is_gone(terminal: Terminal) -> None:
    terminal.add_telegram("en")
    terminal.run("accounts", "remove", "telegram-en", typed="n\n", code=130)
    terminal.run("accounts", "remove", "telegram-en", "--yes")
    assert "No account is connected" in terminal.out("accounts", "list")


def test_an_account_with_open_posts_is_not_removed(planned: Terminal) -> None:
    shown = planned.run("accounts", "remove", "telegram-en", "--yes", code=3)
    assert "posts that have not ended" in shown.stderr
    assert "pause" not in shown.stderr
    planned.run("posts", "cancel", "1")
    planned.run("accounts", "remove", "telegram-en", "--yes")


def test_what_the_platform_says_of_its_quota_is_shown_and_kept(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CHANNELS, "x", GUIDED)
    shown = terminal.run(
        *(
            "accounts",
            "add",
            "x",
            "--name",
            "x-en",
            "--language",
            "en",
            "--owner",
            "o",
            "--disclosure",
            "d",
        ),
        *("--set", "handle=us-38", "--secret-file", "-"),
        typed='{"key": "k", "key_secret": "s"}',
    )
    assert "38 of 100 posts used within 24 hours." in shown.stdout
    assert "Quota:        38 of 100 posts used within 24 hours, on 20" in terminal.out(
        "accounts", "show", "x-en"
    )
    execute(terminal, "UPDATE account SET quota = NULL")
    assert "38 of 100 posts used" in terminal.out("accounts", "test", "x-en")
    assert terminal.json("accounts", "show", "x-en")["quota"] == {
        "used": 38,
        "allowed": 100,
        "window": 86400.0,
    }
