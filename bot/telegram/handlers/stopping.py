"""Stopping at once with one tap and without a code; starting again by two people with one."""

from typing import Final

from bot.telegram.table import button, command
from bot.telegram.talk import Talk
from channels.base import Button
from content.words import later
from schedules.accounts import accounts
from schedules.commands import pauses
from schedules.commands.actor import Actor
from schedules.commands.pauses import Resumed
from schedules.commands.scopes import of_account
from schedules.people.roles import EVERYTHING, Role

LONGEST_SCOPE: Final = 24
"""Characters of a scope that fit into the data of a button."""


@command("stop", role=Role.VIEWER, menu=later("Stop at once: everything, a campaign, a city, an account"))
async def stop(talk: Talk, scope: str) -> None:
    """Stop what is named, or show what can be stopped with a tap."""
    if scope:
        await _pause(talk, scope)
        return
    actor = await talk.actor()
    rows = [(talk.button(talk.words.say("Stop everything"), "stop", EVERYTHING),)]
    rows += [(talk.button(f"■ {name}", "stop", name),) for name in await _stoppable(talk, actor)]
    paused = await pauses.paused(talk.means.store)
    rows += [(_resume_button(talk, pause.scope),) for pause in paused]
    await talk.say(talk.words.say("What is to be stopped? One tap does it, at once."), tuple(rows))


@button("stop", role=Role.VIEWER)
async def stop_one(talk: Talk, scope: str) -> None:
    """Stop a scope."""
    await _pause(talk, scope)


async def resume(talk: Talk, scope: str) -> None:
    """Ask to start a scope again."""
    await _resume(talk, scope or EVERYTHING)


@button("resume", role=Role.APPROVER)
async def resume_one(talk: Talk, scope: str) -> None:
    """Ask to start a scope again."""
    await _resume(talk, scope)


async def _pause(talk: Talk, scope: str) -> None:
    await pauses.pause(talk.means.store, talk.means.clock, await talk.actor(), scope)
    await talk.say(
        talk.words.say(
            "Stopped: {scope}. Nothing of it goes out from now on, within a second.\n"
            "Two people start it again, each with a code.",
            scope=scope,
        ),
        ((_resume_button(talk, scope),),),
    )


async def _resume(talk: Talk, scope: str) -> None:
    done = await pauses.resume(talk.means.store, talk.means.clock, await talk.actor(), scope)
    if done is Resumed.ASKED:
        await talk.say(talk.words.say("Noted. {scope} goes on when another person asks too.", scope=scope))
    else:
        await talk.say(talk.words.say("{scope} goes on.", scope=scope))


def _resume_button(talk: Talk, scope: str) -> Button:
    return talk.button(talk.words.say("Start again: {scope}", scope=scope), "resume", scope)


async def _stoppable(talk: Talk, actor: Actor) -> list[str]:
    """What this person may stop, by scope: campaigns, cities and accounts."""
    store = talk.means.store
    found = [f"campaign:{name}" for name in await talk.means.kits.names()]
    known = await accounts.list_all(store)
    found += sorted({f"city:{one.city}" for one in known if one.city})
    names = [scope for scope in found if _may_stop(actor, frozenset({scope}))]
    async with store.read() as connection:
        names += [
            f"account:{one.id}" for one in known if _may_stop(actor, await of_account(connection, one.id))
        ]
    return [name for name in names if len(name) <= LONGEST_SCOPE]


def _may_stop(actor: Actor, scopes: frozenset[str]) -> bool:
    return any(actor.may(role, scopes) for role in (Role.EDITOR, Role.CAPTAIN))
