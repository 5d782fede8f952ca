"""The list of one city before an action day: what is checked, and what its captain or an organiser ticks."""

from collections.abc import Sequence
from html import escape
from typing import Final

from bot.telegram.choices import CODE_DIGITS, FIRST_PAGE, code, coded, marked, paged
from bot.telegram.deputies import on_duty
from bot.telegram.readyview import Meant, called, city_list, city_name, days_to_prepare
from bot.telegram.table import button, command
from bot.telegram.talk import Talk
from channels.base import Button, Rows
from content.later import later
from content.models import Permit
from content.words import Words
from schedules.action_days.readiness import PERMITS, Check, Readiness
from schedules.commands import readiness
from schedules.commands.scopes import named
from schedules.people.roles import Role

DONE, UNDONE = "y", "n"
"""How the argument of a tick ends."""
PLAN_AGAIN: Final = "munasara plan"
ORDER: Final = tuple(Permit)
_DAY, _CITY = CODE_DIGITS, 2 * CODE_DIGITS
"""Where the code of the day ends in the argument of a button, and where that of the city."""


@command("ready", role=Role.CAPTAIN, menu=later("Action days: is my city ready?"))
async def show_mine(talk: Talk, argument: str) -> None:
    """The list of their city; where they look after several, a key for each."""
    del argument
    theirs = await _theirs(talk)
    if not theirs:
        await talk.say(talk.words.say("No action day is ahead in a city of yours."))
    elif len(theirs) == 1:
        ((meant, one),) = theirs
        await _show(talk, meant, (one,), one.city.id)
    else:
        await talk.say(talk.words.say("Which city?"), _paged(talk, theirs, FIRST_PAGE))


@button("readypage", role=Role.VIEWER)
async def turn_to(talk: Talk, page: str) -> None:
    """Another page of their cities."""
    await talk.show(talk.words.say("Which city?"), _paged(talk, await _theirs(talk), int(page)))


@button("ready", role=Role.VIEWER)
async def show_city(talk: Talk, argument: str) -> None:
    """The list of one city."""
    found = await _found(talk, argument)
    if found is not None:
        await _show(talk, *found)


@button("readytick", role=Role.VIEWER)
async def tick(talk: Talk, argument: str) -> None:
    """Tick an item, or take that back."""
    found = await _found(talk, argument)
    if found is None:
        return
    meant, lists, city = found
    checks = next(one.checks for one in lists if one.city.id == city)
    item = coded(argument[_CITY:-1], [check.item for check in checks]) or ""
    means, actor = talk.means, await talk.actor()
    names = (meant.campaign, meant.day.id, city, item)
    await readiness.tick(means.store, means.clock, actor, *names, done=argument.endswith(DONE))
    await show_city(talk, argument[:_CITY])


@button("readypermit", role=Role.VIEWER)
async def permit(talk: Talk, argument: str) -> None:
    """Ask how far the city is with the authorities, or take the answer."""
    found = await _found(talk, argument)
    if found is None:
        return
    meant, lists, city = found
    one = next(one for one in lists if one.city.id == city)
    chosen = argument[_CITY:]
    if not chosen:
        asked = talk.words.say("How far is the permit in {city}?", city=escape(_name(talk, meant, one)))
        await talk.show(asked, _permits(talk, meant, one))
        return
    means = talk.means
    has_to_be_planned = await readiness.set_permit(
        means.store,
        means.clock,
        await talk.actor(),
        meant.campaign,
        meant.day.id,
        city,
        ORDER[int(chosen)],
    )
    await show_city(talk, argument[:_CITY])
    if has_to_be_planned and not meant.campaign.dormant:
        await talk.say(_plan_again(talk.words, meant, one))
        await _tell_organisers(talk, meant, one)


async def _tell_organisers(talk: Talk, meant: Meant, one: Readiness) -> None:
    """A captain cannot plan; whoever can hears of it."""
    for reader in await on_duty(talk.means, named(campaign=meant.campaign.id), Role.APPROVER):
        if reader.person.id != talk.known().id:
            await reader.say(_plan_again(reader.words, meant, one))


def _plan_again(words: Words, meant: Meant, one: Readiness) -> str:
    return words.say(
        "The permit in {city} is there. What names the place goes out once the campaign is planned again: {command}",
        city=escape(city_name(words, meant.campaign, one)),
        command=f"<code>{PLAN_AGAIN} {escape(meant.campaign.folder.name)}</code>",
    )


async def lists_of(talk: Talk, meant: Meant) -> tuple[Readiness, ...]:
    """The list of each city that they look after."""
    means = talk.means
    return await readiness.lists(
        means.store, means.vault, means.clock, await talk.actor(), meant.campaign, meant.day.id
    )


async def day_of(talk: Talk, given: str) -> Meant | None:
    """The day that the code of a button stands for; where it is gone, they are told."""
    days = await days_to_prepare(talk.means.kits, talk.means.clock.now())
    found = next((meant for meant in days if meant.code == given), None)
    if found is None:
        await talk.show(talk.words.say("That is over."))
    return found


async def _theirs(talk: Talk) -> list[tuple[Meant, Readiness]]:
    days = await days_to_prepare(talk.means.kits, talk.means.clock.now())
    return [(meant, one) for meant in days for one in await lists_of(talk, meant)]


async def _found(talk: Talk, argument: str) -> tuple[Meant, tuple[Readiness, ...], str] | None:
    meant = await day_of(talk, argument[:_DAY])
    if meant is None:
        return None
    lists = await lists_of(talk, meant)
    city = coded(argument[_DAY:_CITY], [one.city.id for one in lists])
    if city is None:
        await talk.show(talk.words.say("That is over."))
        return None
    return meant, lists, city


async def _show(talk: Talk, meant: Meant, lists: Sequence[Readiness], city: str) -> None:
    place = next(number for number, one in enumerate(lists) if one.city.id == city)
    one = lists[place]
    text = city_list(talk.words, meant, one, talk.means.clock.now())
    await talk.show(text, (*_ticks(talk, meant, one), *_turning(talk, meant, lists, place)))


def _ticks(talk: Talk, meant: Meant, one: Readiness) -> Rows:
    where = f"{meant.code}{code(one.city.id)}"
    rows = [(_tickable(talk, meant, check, where),) for check in one.checks if check.is_ticked_by_hand]
    more = (
        talk.button(talk.words.say("Permit …"), "readypermit", where),
        talk.button(talk.words.say("Places and numbers …"), "places", where),
    )
    return (*rows, more)


def _tickable(talk: Talk, meant: Meant, check: Check, where: str) -> Button:
    label = marked(called(talk.words, meant.campaign, check), chosen=bool(check.is_ready))
    wanted = UNDONE if check.is_ready else DONE
    return talk.button(label, "readytick", f"{where}{code(check.item)}{wanted}")


def _turning(talk: Talk, meant: Meant, lists: Sequence[Readiness], place: int) -> Rows:
    """The ways to the cities before and after, and to the whole day."""
    around = [("‹", place - 1), ("›", place + 1)]
    keys = [
        talk.button(label, "ready", f"{meant.code}{code(lists[number].city.id)}")
        for label, number in around
        if 0 <= number < len(lists)
    ]
    return (tuple(keys),) if keys else ()


def _permits(talk: Talk, meant: Meant, one: Readiness) -> Rows:
    where = f"{meant.code}{code(one.city.id)}"
    rows = [
        (
            talk.button(
                marked(talk.words.of(PERMITS[each]), chosen=each is one.permit),
                "readypermit",
                f"{where}{number}",
            ),
        )
        for number, each in enumerate(ORDER)
    ]
    return (*rows, (talk.button(talk.words.say("Back"), "ready", where),))


def _key(talk: Talk, meant: Meant, one: Readiness) -> Button:
    label = f"{'✓' if one.is_ready else '✗'} {_name(talk, meant, one)} · {meant.title(talk.words)}"
    return talk.button(label, "ready", f"{meant.code}{code(one.city.id)}")


def _name(talk: Talk, meant: Meant, one: Readiness) -> str:
    return city_name(talk.words, meant.campaign, one)


def _paged(talk: Talk, theirs: Sequence[tuple[Meant, Readiness]], page: int) -> Rows:
    keys = [(_key(talk, meant, one),) for meant, one in theirs]
    return paged(keys, page, lambda label, number: talk.button(label, "readypage", str(number)))
