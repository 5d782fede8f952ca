import asyncio
import json

import pytest

from bot.app import open_app
from bot.settings import Settings
from schedules.commands import invites
from schedules.people import volunteers
from schedules.people.volunteers import Volunteer
from tests.bot.cli.terminal import Terminal, execute

TELEGRAM = 7_351_926_480


def come(terminal: Terminal, name: str, *, telegram: int = TELEGRAM, role: str = "editor") -> None:
    """Somebody is invited and comes to the bot."""
    made = terminal.json("people", "invite", name, "--role", role)

    async def accept() -> None:
        async with open_app(Settings(home=terminal.home)) as app:
            await invites.accept(app.store, app.vault, app.clock, telegram, made["id"], "ar")

    asyncio.run(accept())


def test_an_invitation_is_told_until_the_bot_has_a_name(terminal: Terminal) -> None:
    said = terminal.run("people", "invite", "amal", "--role", "admin")
    made = terminal.json("people", "invite", "sami", "--role", "approver", "--scope", "city:berlin")
    assert "Send this to the bot: /start " in said.stdout
    assert made["link"] is None
    assert len(made["payload"]) == 32


def test_an_invitation_is_a_link_and_a_code_to_be_scanned(planned: Terminal) -> None:
    execute(
        planned,
        """UPDATE account SET channel = 'telegram-bot', settings = '{"username": "balloons_bot"}'""",
    )
    shown = planned.out("people", "invite", "amal", "--role", "admin")
    assert shown.startswith("https://t.me/balloons_bot?start=")
    assert "█" in shown


def test_volunteers_are_invited_for_a_campaign(planned: Terminal) -> None:
    words = ("people", "invite", "--role", "volunteer", "--campaign", "balloons", "--uses", "20")
    assert "guarded city" in planned.run(*words, code=3).stderr
    planned.run(*words, "--open-city")
    (open_one,) = planned.json("people", "invites")
    assert (open_one["role"], open_one["uses"]) == ("volunteer", 20)


def test_a_link_is_closed(terminal: Terminal) -> None:
    made = terminal.json("people", "invite", "amal", "--role", "admin")
    assert made["id"] in terminal.out("people", "invites")
    terminal.run("people", "revoke", made["id"])
    assert terminal.json("people", "invites") == []
    assert "not valid any more" in terminal.run("people", "revoke", made["id"], code=3).stderr


def test_roles_are_given_and_taken_back(terminal: Terminal) -> None:
    come(terminal, "amal")
    terminal.run("people", "grant", "amal", "--role", "captain", "--scope", "city:berlin")
    terminal.run("people", "withdraw", "amal", "--role", "editor")
    (amal,) = terminal.json("people", "list")
    assert amal["grants"] == [{"role": "captain", "scope": "city:berlin"}]
    shown = terminal.out("people", "list")
    assert "captain of city:berlin" in shown
    assert "not yet" in shown


def test_a_scope_that_is_none_is_explained(terminal: Terminal) -> None:
    come(terminal, "amal")
    said = terminal.run("people", "grant", "amal", "--role", "editor", "--scope", "berlin", code=3)
    assert "such as `city:berlin`" in said.stderr


def test_nobody_is_granted_anything_who_has_not_come(terminal: Terminal) -> None:
    said = terminal.run("people", "grant", "sami", "--role", "editor", code=3)
    assert "munasara people invite sami --role ROLE" in said.stderr


def test_a_lost_phone_is_locked_out_and_let_in_again(terminal: Terminal) -> None:
    come(terminal, "amal")
    terminal.run("people", "lock", "amal")
    assert "locked since" in terminal.out("people", "list")
    terminal.run("people", "unlock", "amal")
    assert terminal.json("people", "list")[0]["locked_at"] is None


@pytest.mark.parametrize(("number", "shown"), [(4, "<5"), (5, "5")])
def test_a_few_volunteers_are_not_counted_out(planned: Terminal, number: int, shown: str) -> None:
    async def join() -> None:
        async with open_app(Settings(home=planned.home)) as app:
            from schedules.people import people

            async with app.store.write() as connection:
                for telegram in range(number):
                    name = await people.welcome(connection, app.vault, app.clock, telegram, "ar")
                    new = Volunteer(name, "balloons", "ar", "Asia/Damascus", 18, city="aleppo")
                    await volunteers.join(connection, new, app.clock.now())

    asyncio.run(join())
    assert planned.out("people", "volunteers").split() == [
        *("CITY", "LANGUAGE", "VOLUNTEERS"),
        *("aleppo", "ar", shown),
    ]
    assert planned.json("people", "volunteers")[0]["number"] == (None if number < 5 else number)


def test_no_telegram_id_is_ever_shown(terminal: Terminal) -> None:
    come(terminal, "amal")
    shown = json.dumps(terminal.json("people", "list")) + terminal.out("audit", "show")
    assert str(TELEGRAM) not in shown
