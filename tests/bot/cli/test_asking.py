import json
from pathlib import Path

import click
import pytest

from bot.cli.asking import pairs, secret
from channels.registry import CHANNELS
from channels.secret import unpack
from tests.bot.cli.terminal import Terminal
from tests.support.guided_channel import GUIDED, GuidedChannel

CANARY = "canary-that-must-never-be-seen"
PARTS = {"key": "k1", "key_secret": CANARY}


@pytest.fixture(autouse=True)
def _guided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CHANNELS, "x", GUIDED)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a person keeps the parts of a token."""
    return tmp_path / "token"


def test_the_guide_stands_before_the_first_question(terminal: Terminal) -> None:
    answers = ["en", "", "Press", "Ours", "us-38", "k1", CANARY, ""]
    shown = terminal.run("accounts", "add", "x", "--no-verify", typed="\n".join(answers) + "\n")
    assert shown.stderr.startswith(" 1. Open the page Keys.\n 2. Tick Write.\n\nLanguage")
    assert "refresh: A token to renew (it stays hidden; it may stay empty)" in shown.stderr
    assert shown.stdout.startswith("x-en is stored.")
    assert CANARY not in shown.output


def test_every_part_is_asked_for_and_reaches_the_channel(terminal: Terminal) -> None:
    answers = ["k1", CANARY, ""]
    shown = terminal.run(*add("us-38"), typed="\n".join(answers) + "\n")
    assert "x-en (@balloons): It may post with key+key_secret." in shown.stdout
    assert "38 of 100 posts used within 24 hours." in shown.stdout
    assert CANARY not in shown.output


@pytest.mark.parametrize("text", [json.dumps(PARTS), f'key = "k1"\nkey_secret = "{CANARY}"\n'])
def test_parts_are_read_from_json_and_toml(file: Path, text: str) -> None:
    file.write_text(text)
    assert unpack(secret(GuidedChannel, file)) == PARTS


def test_a_number_is_a_part_like_any_other(file: Path) -> None:
    file.write_text('{"key": 42, "key_secret": " s\\n"}')
    assert unpack(secret(GuidedChannel, file)) == {"key": "42", "key_secret": "s"}


@pytest.mark.parametrize("text", ["", CANARY, '{"key": ', f'["{CANARY}"]', f'key = ["{CANARY}"]', "{" * 9])
def test_a_file_without_names_is_refused_with_what_to_write_and_not_shown(file: Path, text: str) -> None:
    file.write_text(text)
    if not text:
        assert unpack(secret(GuidedChannel, file)) == {}
        return
    with pytest.raises(click.BadParameter, match=r"Write these: key, key_secret, refresh\.") as caught:
        secret(GuidedChannel, file)
    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_file_names_what_it_lacks(terminal: Terminal, file: Path) -> None:
    file.write_text('{"key": "k1"}')
    shown = terminal.run(*add("us-1"), "--secret-file", str(file), code=3)
    assert "key_secret (Its secret)" in shown.stderr
    assert "1. Open the page" not in shown.stderr
    assert terminal.json("accounts", "list") == []


def test_a_new_token_is_asked_for_in_parts_as_well(terminal: Terminal, file: Path) -> None:
    file.write_text(json.dumps(PARTS))
    terminal.run(*add("us-1"), "--secret-file", str(file))
    shown = terminal.run("accounts", "token", "x-en", typed=f"k2\n{CANARY}\nr\n")
    assert shown.stderr.startswith(" 1. Open the page Keys.")
    assert "key+key_secret+refresh" in terminal.out("accounts", "test", "x-en")
    file.write_text(f'key_secret = "{CANARY}"')
    refused = terminal.run("accounts", "token", "x-en", "--secret-file", str(file), code=3)
    assert "Give key (The key of the app)" in refused.stderr
    assert CANARY not in refused.output


def test_a_setting_may_hold_an_equals_sign() -> None:
    assert pairs(["base_url=https://example.org/?a=b"]) == {"base_url": "https://example.org/?a=b"}


@pytest.mark.parametrize("crooked", ["folder", "=x"])
def test_a_setting_needs_a_name_and_an_equals_sign(crooked: str) -> None:
    with pytest.raises(click.BadParameter, match="KEY=VALUE"):
        pairs([crooked])


def add(handle: str) -> tuple[str, ...]:
    """Connect the guided channel, saying everything but the token."""
    return (
        *("accounts", "add", "x", "--name", "x-en", "--language", "en", "--owner", "Press"),
        *("--disclosure", "Ours", "--set", f"handle={handle}"),
    )
