"""Stopping at once with one tap and without a code; starting again by two people with one."""

from html import escape
from typing import Final

from bot.telegram.choices import FIRST_PAGE, MOST_ROWS, code, coded, paged
from bot.telegram.table import button, command
from bot.telegram.talk import Talk
from channels.base import Button, Rows
from content.later import later
from schedules.commands import pauses
from schedules.commands.pauses import Resumed
from schedules.commands.scopes import called
from schedules.people.roles import EVERYTHING, Role

LONGEST_SCOPE: Final = 24
"""Characters of a scope that fit into the data of a button; a longer one is there by its code."""
CODED: Final = "#"
LONGEST_WORD: Final = 20
"""Bytes of a word that a key to another page carries; what begins with it is found by it as well."""


@command("stop", role=Role.VIEWER, menu=later("Stop at once: everything, a campaign, a city, an account"))
async def stop(talk: Talk, scope: str) -> None:
    """Stop what is named, or show what can be stopped with a tap: all of it, or what has a word in its name."""
    keys = [] if _is_scope(scope) else await _keys(talk, scope)
    if scope and not keys:
        await _pause(talk, scope)
    else:
        await talk.say(_asked(talk, keys), _page(talk, keys, scope, FIRST_PAGE))


@button("stops", role=Role.VIEWER)
async def turn_to(talk: Talk, argument: str) -> None:
    """Another page of what can be stopped."""
    page, _, word = argument.partition(".")
    keys = await _keys(talk, word)
    await talk.show(_asked(talk, keys), _page(talk, keys, word, int(page)))


@button("stop", role=Role.VIEWER)
async def stop_one(talk: Talk, scope: str) -> None:
    """Stop a scope."""
    await _pause(talk, await _meant(talk, scope))


async def resume(talk: Talk, scope: str) -> None:
    """Ask to start a scope again."""
    await _resume(talk, scope or EVERYTHING)


@button("resume", role=Role.APPROVER)
async def resume_one(talk: Talk, scope: str) -> None:
    """Ask to start a scope again."""
    await _resume(talk, await _meant(talk, scope))


def stop_button(talk: Talk, label: str, scope: str) -> Button:
    """A key that stops a scope."""
    return talk.button(label, "stop", _short(scope))


async def _pause(talk: Talk, scope: str) -> None:
    await pauses.pause(talk.means.store, talk.means.clock, await talk.actor(), scope)
    await talk.say(
        talk.words.say(
            "Stopped: {scope}. In a second at the latest nothing of it goes out any more; what is leaving at "
            "this very moment may still appear.\nTwo people start it again, each with a code.",
            scope=_called(talk, scope),
        ),
        ((_resume_button(talk, scope),),),
    )


async def _resume(talk: Talk, scope: str) -> None:
    done = await pauses.resume(talk.means.store, talk.means.clock, await talk.actor(), scope)
    if done is Resumed.ASKED:
        told = talk.words.say(
            "Noted. It goes on when another person asks too: {scope}", scope=_called(talk, scope)
        )
    else:
        told = talk.words.say("It goes on: {scope}", scope=_called(talk, scope))
    await talk.say(told)


def _resume_button(talk: Talk, scope: str) -> Button:
    name = talk.words.of(called(scope))
    return talk.button(talk.words.say("Start again: {scope}", scope=name), "resume", _short(scope))


def _called(talk: Talk, scope: str) -> str:
    return escape(talk.words.of(called(scope)))


def _is_scope(text: str) -> bool:
    return text == EVERYTHING or ":" in text


async def _keys(talk: Talk, word: str) -> list[tuple[Button, ...]]:
    """A key for everything that can be stopped or started again and has a word in its name."""
    store, actor = talk.means.store, await talk.actor()

    def has_it(scope: str) -> bool:
        return word.lower() in f"{scope} {talk.words.of(called(scope))}".lower()

    stops = [scope for scope in await pauses.stoppable(store, actor) if has_it(scope)]
    paused = [pause.scope for pause in await pauses.seen(store, actor) if has_it(pause.scope)]
    return [
        *((stop_button(talk, f"■ {talk.words.of(called(scope))}", scope),) for scope in stops),
        *((_resume_button(talk, scope),) for scope in paused),
    ]


def _asked(talk: Talk, keys: list[tuple[Button, ...]]) -> str:
    told = talk.words.say("What is to be stopped? One tap does it, at once.")
    if len(keys) <= MOST_ROWS:
        return told
    hint = talk.words.say("To find one, write a part of its name: {example}", example="/stop berlin")
    return f"{told}\n{hint}"


def _page(talk: Talk, keys: list[tuple[Button, ...]], word: str, page: int) -> Rows:
    first = (talk.button(talk.words.say("Stop everything"), "stop", EVERYTHING),)
    kept = word.encode()[:LONGEST_WORD].decode(errors="ignore")
    turned = paged(keys, page, lambda label, number: talk.button(label, "stops", f"{number}.{kept}"))
    return (first, *turned)


def _short(scope: str) -> str:
    return scope if len(scope) <= LONGEST_SCOPE else f"{CODED}{code(scope)}"


async def _meant(talk: Talk, given: str) -> str:
    """Which scope a key stands for."""
    if not given.startswith(CODED):
        return given
    store, actor = talk.means.store, await talk.actor()
    paused = [pause.scope for pause in await pauses.seen(store, actor)]
    names = [*await pauses.stoppable(store, actor), *paused]
    return coded(given.removeprefix(CODED), names) or given
