"""What the doctor says of accounts, each in one sentence."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.app import open_app
from bot.settings import Settings
from channels.registry import BOT_CHANNEL, CHANNELS
from schedules.accounts.keys import create_key
from schedules.clock import SystemClock
from schedules.commands.installation import note_fetched_elsewhere
from schedules.people import people
from schedules.store.columns import to_micros
from tests.bot.cli.terminal import NOWHERE, TOKEN, Terminal, execute
from tests.support.guided_channel import GUIDED


def said_of(terminal: Terminal, account: str, code: int = 0) -> tuple[str, str]:
    """What the doctor says of one account."""
    findings = terminal.json("doctor", code=code)["findings"]
    (found,) = [one for one in findings if one["what"] == f"account {account}"]
    return found["state"], found["detail"]


def set_instant(terminal: Terminal, column: str, after: timedelta) -> None:
    """Set a time of every account, counted from now."""
    execute(terminal, f"UPDATE account SET {column} = {to_micros(SystemClock().now() + after)}")


def arrive(terminal: Terminal, *handles: str) -> None:
    """People in charge come to the bot."""

    async def come() -> None:
        async with open_app(Settings(home=terminal.home)) as app, app.store.write() as connection:
            for number, handle in enumerate(handles, start=1):
                await people.welcome(connection, app.vault, app.clock, number, "en", handle)

    asyncio.run(come())


def add_bot(terminal: Terminal, name: str = "the-bot") -> None:
    """Connect a bot without asking anybody; it was served once."""
    terminal.run(
        *("accounts", "add", BOT_CHANNEL, "--name", name, "--language", "en", "--owner", "Press"),
        *("--disclosure", "Ours", "--set", f"base_url={NOWHERE}", "--set", "username=ours_bot"),
        *("--no-verify", "--secret-file", "-"),
        typed=TOKEN,
    )


def add_by_hand(terminal: Terminal, **settings: str) -> None:
    """Connect an account on which amal publishes by hand."""
    given = {"platform": "tiktok", "to": "amal", **settings}
    pairs = (word for name, value in given.items() for word in ("--set", f"{name}={value}"))
    terminal.run(
        *("accounts", "add", "handoff", "--name", "tiktok-en", "--language", "en", "--owner", "Press"),
        *("--disclosure", "Ours", "--no-verify", *pairs),
    )


def test_where_no_account_is_connected_it_is_said(terminal: Terminal) -> None:
    assert "look    accounts: None is connected. Connect one: munasara accounts add" in terminal.out(
        "doctor"
    )


def test_a_held_account_is_broken_and_says_why(terminal: Terminal) -> None:
    terminal.add_telegram("en")
    assert said_of(terminal, "telegram-en") == ("ok", "Nothing keeps it from sending.")
    execute(terminal, "UPDATE account SET held = 'Its token expired.'")
    assert said_of(terminal, "telegram-en", code=1) == (
        "broken",
        "Held: Its token expired. When mended: munasara accounts test telegram-en",
    )


def test_a_token_that_this_key_does_not_open_is_broken(terminal: Terminal) -> None:
    terminal.add_telegram("en")
    (terminal.home / "munasara.key").unlink()
    create_key(terminal.home / "munasara.key")
    state, detail = said_of(terminal, "telegram-en", code=1)
    assert (state, "was sealed with key" in detail) == ("broken", True)


def test_a_token_near_its_end_is_pointed_out_and_one_past_it_is_broken(terminal: Terminal) -> None:
    terminal.add_telegram("en")
    for days, state in ((4, "ok"), (2, "look")):
        set_instant(terminal, "expires_at", timedelta(days=days))
        assert said_of(terminal, "telegram-en")[0] == state
    set_instant(terminal, "expires_at", -timedelta(seconds=1))
    state, detail = said_of(terminal, "telegram-en", code=1)
    assert (state, detail.startswith("Its token expired on ")) == ("broken", True)
    assert "munasara accounts token telegram-en" in detail


def test_a_token_that_lives_for_hours_is_well_while_it_is_renewed(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.add_telegram("en")
    set_instant(terminal, "expires_at", timedelta(hours=2))
    set_instant(terminal, "renew_at", timedelta(hours=1))
    assert said_of(terminal, "telegram-en")[0] == "ok"
    monkeypatch.setitem(CHANNELS, "telegram", GUIDED)
    state, detail = said_of(terminal, "telegram-en")
    assert (state, "was not renewed" in detail) == ("look", True)


def test_a_renewal_that_nobody_made_is_pointed_out(terminal: Terminal) -> None:
    terminal.add_telegram("en")
    set_instant(terminal, "renew_at", -timedelta(minutes=30))
    assert said_of(terminal, "telegram-en")[0] == "ok"
    set_instant(terminal, "renew_at", -timedelta(hours=2))
    state, detail = said_of(terminal, "telegram-en")
    assert (state, "munasara run" in detail) == ("look", True)


@pytest.mark.parametrize(
    ("used", "read_hours_ago", "said"),
    [
        (90, 0, "Nothing keeps it from sending."),
        (91, 0, "Its quota is nearly used up: 91 of 100 posts used within 24 hours, on "),
        (100, 23, "Its quota is used up: 100 of 100 posts used within 24 hours, on "),
        (100, 24, "Nothing keeps it from sending."),
    ],
)
def test_a_quota_that_is_used_up_or_nearly_is_pointed_out(
    terminal: Terminal, used: int, read_hours_ago: int, said: str
) -> None:
    terminal.add_telegram("en")
    read_at = SystemClock().now() - timedelta(hours=read_hours_ago)
    kept = {"used": used, "allowed": 100, "seconds": 86400, "read_at": read_at.isoformat()}
    execute(terminal, f"UPDATE account SET quota = '{json.dumps(kept)}'")
    assert said_of(terminal, "telegram-en")[1].startswith(said)


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("disclosure", "Nothing is on record of how its profile"),
        ("owner", "Nobody is on record who answers"),
    ],
)
def test_what_is_not_on_record_is_pointed_out(terminal: Terminal, column: str, said: str) -> None:
    terminal.add_telegram("en")
    execute(terminal, f"UPDATE account SET {column} = ''")
    state, detail = said_of(terminal, "telegram-en")
    assert (state, detail.startswith(said)) == ("look", True)
    assert f"munasara accounts change telegram-en --{column}" in detail


def test_posts_that_nobody_brings_to_a_person_are_broken(terminal: Terminal) -> None:
    arrive(terminal, "amal")
    add_by_hand(terminal)
    assert said_of(terminal, "tiktok-en", code=1) == (
        "broken",
        "No bot brings its posts to a person. Connect one: munasara accounts add telegram-bot",
    )


ABSENCES = {
    "": "never came to the bot. Send them a link: munasara people invite",
    "locked_at = 1": "is locked out since 1970-01-01 00:00 UTC.",
    "left_at = 1": "has blocked or left the bot since 1970-01-01 00:00 UTC.",
}


@pytest.mark.parametrize("change", ABSENCES)
def test_people_who_cannot_publish_by_hand_are_named_with_the_reason(
    terminal: Terminal, change: str
) -> None:
    add_bot(terminal)
    add_by_hand(terminal, then="sami")
    arrive(terminal, "amal", "sami")
    assert said_of(terminal, "tiktok-en")[0] == "ok"
    _make_absent(terminal, "sami", change)
    state, detail = said_of(terminal, "tiktok-en")
    assert (state, detail.startswith(f"sami, who is asked next, {ABSENCES[change]}")) == ("look", True)
    _make_absent(terminal, "amal", change)
    state, detail = said_of(terminal, "tiktok-en", code=1)
    assert (state, ABSENCES[change] in detail) == ("broken", True)
    assert detail.startswith("amal, who publishes its posts by hand, ")


def _make_absent(terminal: Terminal, handle: str, change: str) -> None:
    statement = f"UPDATE person SET {change}" if change else "DELETE FROM person"
    execute(terminal, f"{statement} WHERE handle = '{handle}'")


def test_where_nobody_is_asked_next_it_is_said_how_to_name_somebody(terminal: Terminal) -> None:
    add_bot(terminal)
    add_by_hand(terminal)
    arrive(terminal, "amal")
    state, detail = said_of(terminal, "tiktok-en")
    assert (state, "munasara accounts change tiktok-en --set then=NAME" in detail) == ("look", True)


def _spoil(terminal: Terminal) -> Iterator[Any]:
    """One trouble of the bot after the other, with what is said of it."""
    yield "ok", "Nothing keeps it from sending."
    execute(terminal, "UPDATE account SET settings = '{}'")
    yield "look", "It was never served"

    async def conflict() -> None:
        async with open_app(Settings(home=terminal.home)) as app:
            await note_fetched_elsewhere(app.store, app.clock, "one")

    asyncio.run(conflict())
    yield "broken", "Another program takes what people send to this bot"
    execute(terminal, "UPDATE account SET held = 'Telegram does not know this token.'")
    yield "broken", "Held: Telegram does not know this token. When mended:"


def test_each_trouble_of_the_bot_is_told_the_worst_first(terminal: Terminal) -> None:
    add_bot(terminal)
    for state, said in _spoil(terminal):
        found = said_of(terminal, "the-bot", code=state == "broken")
        assert (found[0], found[1].startswith(said)) == (state, True), found


def test_a_second_bot_serves_nobody(terminal: Terminal) -> None:
    add_bot(terminal)
    add_bot(terminal, "zweite")
    state, detail = said_of(terminal, "zweite")
    assert (state, "which is the-bot" in detail) == ("look", True)
