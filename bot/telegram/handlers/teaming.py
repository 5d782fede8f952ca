"""Who is in charge of what: seeing it, granting and taking back, and locking a phone that was lost."""

from html import escape
from typing import Final

from bot.telegram.table import command
from bot.telegram.talk import Talk
from content.later import later
from content.words import isolated
from schedules.commands import people as commands
from schedules.commands.people import InCharge
from schedules.commands.scopes import called
from schedules.errors import ScheduleError
from schedules.people.roles import CALLED, EVERYTHING, Grant, Role

WORDS: Final = 2
"""How many words a grant has at least: a handle and a role; a scope may follow."""


@command("team", role=Role.ADMIN, menu=later("Who is in charge of what"))
async def team(talk: Talk, argument: str) -> None:
    """Everybody in charge, with what they were granted."""
    del argument
    found = await commands.in_charge(talk.means.store, await talk.actor())
    lines = [_line(talk, one) for one in found]
    how = talk.words.say(
        "To grant: {grant}\nTo take back: {withdraw}\nTo lock out at once: {lock}",
        grant="/grant amal approver city:berlin",
        withdraw="/withdraw amal approver city:berlin",
        lock="/lock amal",
    )
    await talk.say("\n".join(lines) + f"\n\n{escape(how)}")


@command("grant", role=Role.ADMIN)
async def grant(talk: Talk, argument: str) -> None:
    """Give somebody a role."""
    handle, given = _granted(argument)
    await commands.grant(talk.means.store, talk.means.clock, await talk.actor(), handle, given)
    await _confirm(talk, talk.words.say("Granted."), handle, given)


@command("withdraw", role=Role.ADMIN)
async def withdraw(talk: Talk, argument: str) -> None:
    """Take a role back."""
    handle, given = _granted(argument)
    await commands.withdraw(talk.means.store, await talk.actor(), handle, given)
    await _confirm(talk, talk.words.say("Taken back."), handle, given)


@command("lock", role=Role.ADMIN)
async def lock(talk: Talk, handle: str) -> None:
    """Lock somebody out whose phone was lost; asks for no code."""
    await commands.lock(talk.means.store, talk.means.clock, await talk.actor(), handle)
    text = talk.words.say(
        "{name} is locked out: nothing that was granted works. To let them in again: /unlock {handle}",
        name=isolated(handle),
        handle=handle,
    )
    await talk.say(escape(text))


@command("unlock", role=Role.ADMIN)
async def unlock(talk: Talk, handle: str) -> None:
    """Let somebody in again; they need a new second factor."""
    await commands.unlock(talk.means.store, await talk.actor(), handle)
    text = talk.words.say(
        "{name} is let in again. A fresh link lets them set up a new second factor.", name=isolated(handle)
    )
    await talk.say(escape(text))


def _granted(argument: str) -> tuple[str, Grant]:
    given = argument.split()
    if len(given) < WORDS or given[1] not in set(Role):
        raise ScheduleError(
            later(
                "Write a name, a role and where: {example}. Roles: {roles}",
                example="amal approver city:berlin",
                roles=", ".join(Role),
            )
        )
    scope = given[WORDS] if len(given) > WORDS else EVERYTHING
    return given[0], Grant(Role(given[1]), scope)


async def _confirm(talk: Talk, said: str, handle: str, given: Grant) -> None:
    await talk.say(escape(f"{said}\n{handle} · {_granted_told(talk, given)}"))


def _granted_told(talk: Talk, given: Grant) -> str:
    return f"{talk.words.of(CALLED[given.role])} ({talk.words.of(called(given.scope))})"


def _line(talk: Talk, one: InCharge) -> str:
    granted = ", ".join(_granted_told(talk, given) for given in one.grants) or "–"
    marks = [talk.words.say("locked out")] if one.locked_at else []
    marks += [] if one.has_second_factor else [talk.words.say("no second factor")]
    return escape(" · ".join((one.handle, granted, *marks)))
