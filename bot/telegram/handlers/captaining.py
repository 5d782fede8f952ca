"""What a captain presses and writes on an action day: she is there, it has begun, how many, danger, home safe."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import wraps
from html import escape
from typing import Any, Final, TypeAlias

from telegram.error import TelegramError

from bot.telegram.captaincards import (
    OFFERED,
    SHOWN,
    Standing,
    bring,
    card,
    card_of,
    city_name,
    facts,
    found,
    how_many,
    is_home,
    keep_cards,
    key,
    local_time,
    near,
    number_keys,
    numbers,
    organisers,
    standing,
    title,
)
from bot.telegram.choices import code
from bot.telegram.guarding import behind_a_tap
from bot.telegram.readers import Reader, called, reader_of
from bot.telegram.spoken import spoken
from bot.telegram.table import Handler, button, command
from bot.telegram.talk import Talk
from channels.base import Button, Rows
from content.later import Phrase, later
from content.models import Campaign
from content.words import isolated
from schedules.action_days import calls
from schedules.action_days.calls import BEFORE, LAST, Call, Gathering
from schedules.action_days.crew import crew
from schedules.clock import Clock
from schedules.commands import action_days
from schedules.commands import captaining as commands
from schedules.commands.action_days import ONE_DELAY, Changed
from schedules.commands.actor import Actor
from schedules.commands.captaining import Danger
from schedules.commands.scopes import named
from schedules.people.roles import EVERYTHING, Role
from schedules.planning.cities import Status
from schedules.store.engine import Store

DANGERS: Final[Mapping[Danger, Phrase]] = {
    Danger.POLICE: later("Police"),
    Danger.INJURY: later("Somebody is hurt"),
    Danger.ATTACK: later("Attack"),
    Danger.WEATHER: later("Weather"),
}
MOST_DIGITS: Final = 5
"""Codes of a second factor have more."""
AGAIN: Final = timedelta(minutes=1)
"""So long after a danger was passed on, the same press means a new one."""
AROUND: Final = " ~≈\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}\N{ARABIC LETTER MARK}"
"""What may stand around a number."""

OfGathering: TypeAlias = Callable[[Talk, Gathering, str], Coroutine[Any, Any, None]]
"""A handler that also gets the city and day that a key concerns, and what else was chosen."""


class Told:
    """Which presses of danger were just passed on, as far as this process did; after a crash they are passed on again."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, tuple[int, ...], str], datetime] = {}

    def is_new(self, chat: int, messages: tuple[int, ...], what: str, now: datetime) -> bool:
        """Whether this was not just passed on; from now on it was."""
        mark = (chat, messages, what)
        before = self._known.get(mark)
        is_new = before is None or not before <= now < before + AGAIN
        if is_new:
            self._known[mark] = now
        return is_new

    def forget(self, chat: int, messages: tuple[int, ...], what: str) -> None:
        """It reached nobody."""
        self._known.pop((chat, messages, what), None)


TOLD: Final = Told()


def for_captains(handler: OfGathering) -> Handler:
    """Find the city and day that a key concerns, and let only its captains go on."""

    @wraps(handler)
    async def only(talk: Talk, argument: str) -> None:
        given, _, choice = argument.partition(".")
        gathering = await found(talk.means, given)
        if gathering is None:
            await talk.show(talk.words.say("That is over."))
            return
        (await talk.actor()).require(Role.CAPTAIN, _covering(gathering))
        await handler(talk, gathering, choice)

    return only


@command("card", role=Role.CAPTAIN, menu=later("My card for the action day"))
async def bring_cards(talk: Talk, argument: str) -> None:
    """Bring the card of every city of theirs that has an action day now; whoever asks is at work there from now on."""
    del argument
    reader, now = await reader_of(talk), talk.means.clock.now()
    mine = [
        each
        async for each in near(talk.means)
        if _is_captain(reader.actor, each) and each.starts_at - OFFERED <= now < each.starts_at + LAST
    ]
    if not mine:
        await talk.say(talk.words.say("No action day of yours is less than a day away."))
    for each in mine:
        known = await facts(talk.means, each)
        await bring(reader, await standing(talk.means, each, known), known.asked_in(each))


@button("capcard", role=Role.CAPTAIN)
@for_captains
async def show_card(talk: Talk, gathering: Gathering, choice: str) -> None:
    """Back to the card."""
    del choice
    reader, known = await reader_of(talk), await facts(talk.means, gathering)
    shown = await standing(talk.means, gathering, known)
    text, rows = _remembered(reader, shown, known.asked_in(gathering))
    await _show(talk, reader, text, rows)


@button("caphere", role=Role.CAPTAIN)
@for_captains
async def be_here(talk: Talk, gathering: Gathering, choice: str) -> None:
    """They are there."""
    del choice
    await commands.answer(*await _means(talk, gathering))
    await _settle(
        talk,
        gathering,
        talk.words.say("Noted: you are there. Your card comes half an hour before it begins."),
    )


@button("capbegun", role=Role.CAPTAIN)
@for_captains
async def begin(talk: Talk, gathering: Gathering, choice: str) -> None:
    """It has begun."""
    del choice
    await commands.begin(*await _means(talk, gathering), at=talk.means.clock.now())
    await _settle(talk, gathering, talk.words.say("Noted: it has begun."))


@button("capmany", role=Role.CAPTAIN)
@for_captains
async def ask_how_many(talk: Talk, gathering: Gathering, choice: str) -> None:
    """Ask how many people are there, in place of the card."""
    del choice
    reader = await reader_of(talk)
    rows = (*number_keys(reader, gathering), _back(reader, gathering))
    await _show(talk, reader, f"{title(reader, gathering)}\n\n{how_many(reader.words)}", rows)


@button("cappeople", role=Role.CAPTAIN)
@for_captains
async def count(talk: Talk, gathering: Gathering, choice: str) -> None:
    """So many people are there."""
    number = int(choice)
    await commands.count(*await _means(talk, gathering), number=number, at=_written_at(talk))
    await _settle(talk, gathering, _counted(await reader_of(talk), gathering, number))


@button("capchange", role=Role.CAPTAIN)
@for_captains
async def ask_what_changes(talk: Talk, gathering: Gathering, choice: str) -> None:
    """Ask what changes in the city, in place of the card."""
    del choice
    reader, known = await reader_of(talk), await facts(talk.means, gathering)
    shown = await standing(talk.means, gathering, known)
    text = reader.words.say("What changes? One tap does it, in your city alone.")
    rows = (*_changes(reader, shown), _back(reader, gathering))
    await _show(talk, reader, f"{title(reader, gathering)}\n\n{text}", rows)


@button("capdelay", role=Role.CAPTAIN)
@for_captains
async def delay(talk: Talk, gathering: Gathering, choice: str) -> None:
    """It begins later, by so many minutes altogether."""
    to = timedelta(minutes=int(choice))
    done = await action_days.delay(*await _means(talk, gathering), to=to)
    await _changed(talk, gathering, done)


@button("capmove", role=Role.CAPTAIN)
@for_captains
async def move(talk: Talk, gathering: Gathering, choice: str) -> None:
    """People meet at the other place."""
    store, clock, actor, campaign, day, city = await _means(talk, gathering)
    vault = talk.means.vault
    done = await action_days.move(store, vault, clock, actor, campaign, day, city, place=choice)
    await _changed(talk, gathering, done)


@button("capend", role=Role.CAPTAIN)
@for_captains
async def end(talk: Talk, gathering: Gathering, choice: str) -> None:
    """It ends now."""
    del choice
    await _changed(talk, gathering, await action_days.end(*await _means(talk, gathering)))


@button("capcancel", role=Role.CAPTAIN)
@for_captains
async def ask_before_cancelling(talk: Talk, gathering: Gathering, choice: str) -> None:
    """Ask once more: it cannot be taken back."""
    del choice
    reader = await reader_of(talk)
    text = reader.words.say(
        "It does not take place in your city, and those who come are told. This cannot be taken back."
    )
    yes = key(reader, reader.words.say("Yes, cancel it"), "capoff", gathering)
    await _show(talk, reader, f"{title(reader, gathering)}\n\n{text}", ((yes,), _back(reader, gathering)))


@button("capoff", role=Role.CAPTAIN)
@for_captains
async def cancel(talk: Talk, gathering: Gathering, choice: str) -> None:
    """It does not take place."""
    del choice
    await _changed(talk, gathering, await action_days.abort(*await _means(talk, gathering)))


@button("capdanger", role=Role.CAPTAIN)
@for_captains
async def ask_which_danger(talk: Talk, gathering: Gathering, choice: str) -> None:
    """Ask what it is, in place of the card."""
    del choice
    reader = await reader_of(talk)
    text = reader.words.say(
        "What is it? One tap: organisers and deputies hear of it, and nothing more of your city goes out."
    )
    kinds = tuple(
        (key(reader, reader.words.of(phrase), "capkind", gathering, kind.value),)
        for kind, phrase in DANGERS.items()
    )
    await _show(talk, reader, f"{title(reader, gathering)}\n\n{text}", (*kinds, _back(reader, gathering)))


@button("capkind", role=Role.CAPTAIN)
@for_captains
async def be_in_danger(talk: Talk, gathering: Gathering, choice: str) -> None:
    """Stop everything of the city, tell the others, and show whom to call."""
    kind, reader = Danger(choice), await reader_of(talk)
    await commands.danger(*await _means(talk, gathering), kind=kind)
    is_new = TOLD.is_new(talk.chat, talk.dialog, f"{gathering.name}|{kind}", talk.means.clock.now())
    is_told = await _alert(reader, gathering, kind) if is_new else True
    if not is_told:
        TOLD.forget(talk.chat, talk.dialog, f"{gathering.name}|{kind}")
    known = await facts(talk.means, gathering)
    shown = await standing(talk.means, gathering, known)
    _remembered(reader, shown, known.asked_in(gathering))
    await _show(talk, reader, _in_danger(reader, shown, kind, is_told=is_told), (_back(reader, gathering),))
    await keep_cards(talk.means, gathering, known)


@button("caphome", role=Role.CAPTAIN)
@for_captains
async def be_home(talk: Talk, gathering: Gathering, choice: str) -> None:
    """They are home safe; the card is not needed any more."""
    del choice
    await commands.safe(*await _means(talk, gathering))
    await _settle(talk, gathering, talk.words.say("You are home safe. Thank you."))
    mine = card_of(await _asked(talk, gathering), talk.known().id)
    if mine is not None:
        with suppress(TelegramError):
            await talk.means.bot.unpin_chat_message(talk.chat, message_id=mine)


async def take_count(talk: Talk) -> bool:
    """Take a bare number for the people in the city of whoever wrote it. Whether it was one."""
    number = _bare_number(talk.text)
    if number is None:
        return False
    reader, now = await reader_of(talk), talk.means.clock.now()
    mine = [
        each
        async for each in near(talk.means)
        if _is_captain(reader.actor, each) and each.starts_at - BEFORE <= now < each.starts_at + LAST
    ]
    if not mine:
        return False
    if len(mine) > 1:
        keys = tuple(
            (key(reader, _plain_name(reader, each), "cappeople", each, str(number)),) for each in mine
        )
        await _say(talk, reader, talk.words.say("In which city?"), keys)
        return True
    await commands.count(*await _means(talk, mine[0]), number=number, at=_written_at(talk))
    await _say(talk, reader, _counted(reader, mine[0], number))
    await _refresh(talk, mine[0])
    return True


async def decline_kindly(talk: Talk) -> bool:
    """Take no voice and no place of anybody; what can be taken away goes. Whether it was one."""
    message = talk.update.message
    if message is None or not any(
        (message.voice, message.audio, message.video_note, message.location, message.venue)
    ):
        return False
    with suppress(TelegramError):
        await talk.means.bot.delete_messages(talk.chat, [message.message_id])
    await talk.say(
        talk.words.say(
            "Voices and places are not taken here, so that they endanger nobody. Nothing of it was kept. "
            "Write it in words, or press a key."
        )
    )
    return True


async def _settle(talk: Talk, gathering: Gathering, noted: str) -> None:
    """Say that it was noted, on the question, or on the card by how things stand now."""
    reader, asked = await reader_of(talk), await _asked(talk, gathering)
    if card_of(asked, reader.person.id) in talk.dialog:
        SHOWN.forget(reader.chat, talk.dialog[0])
    else:
        await _show(talk, reader, f"{title(reader, gathering)}\n\n{noted}")
    await _refresh(talk, gathering)


async def _changed(talk: Talk, gathering: Gathering, done: Changed) -> None:
    """Back to the card, which tells it; beside it only where people are not told."""
    await _settle(talk, gathering, talk.words.say("It is done."))
    if done.untold:
        reader = await reader_of(talk)
        text = talk.words.say(
            "It is done, and nobody is told of it: no text for that was written and approved."
        )
        await _say(talk, reader, text)


async def _refresh(talk: Talk, gathering: Gathering) -> None:
    """Every card of the city says how things stand now."""
    now = await found(talk.means, code(gathering.name))
    if now is not None:
        await keep_cards(talk.means, now, await facts(talk.means, now))


def _remembered(reader: Reader, shown: Standing, asked: tuple[Call, ...]) -> tuple[str, Rows]:
    """The card of somebody; it counts as standing there, whatever is shown in its place until they go back."""
    text, rows = card(reader, shown, home=is_home(shown.gathering, asked, reader.person.id))
    mine = card_of(asked, reader.person.id)
    if mine is not None:
        SHOWN.is_new(reader.chat, mine, text, rows)
    return text, rows


async def _alert(reader: Reader, gathering: Gathering, kind: Danger) -> bool:
    """Tell the organisers and the other captains at once. Whether it reached any of them."""
    means = reader.means
    members = await crew(means.store, means.clock, gathering.campaign.id, gathering.city.id)
    captains = [await called(means, each.handle) for each in members]
    everybody = {
        each.person.id: each
        for each in (*captains, *await organisers(means, gathering))
        if each is not None and each.person.id != reader.person.id
    }
    told = [each.say(_in_alarm(each, gathering, kind, reader)) for each in everybody.values()]
    return any(number is not None for number in await asyncio.gather(*told))


def _in_alarm(reader: Reader, gathering: Gathering, kind: Danger, captain: Reader) -> str:
    their_words = reader.words
    lines = (
        title(reader, gathering),
        their_words.say("⚠ Danger: {danger}", danger=their_words.of(DANGERS[kind])),
        their_words.say(
            "{name} says so, at {time} by the clock there.",
            name=escape(isolated(captain.handle)),
            time=local_time(their_words, gathering, captain.means.clock.now()),
        ),
        their_words.say(
            "Nothing of the city goes out any more. Two people start it again: {command}",
            command=f"/resume city:{gathering.city.id}",
        ),
    )
    return "\n".join(lines)


def _in_danger(reader: Reader, shown: Standing, kind: Danger, *, is_told: bool) -> str:
    their_words = reader.words
    told = (
        their_words.say("The organisers and deputies have been told.")
        if is_told
        else their_words.say("Nobody could be reached. Call somebody.")
    )
    lines = (
        their_words.say("⚠ Danger: {danger}", danger=their_words.of(DANGERS[kind])),
        their_words.say("Stopped: nothing of your city goes out. Two people start it again."),
        told,
    )
    parts = (title(reader, shown.gathering), "\n".join(lines), numbers(their_words, shown.meeting))
    return "\n\n".join(filter(None, parts))


def _counted(reader: Reader, gathering: Gathering, number: int) -> str:
    return reader.words.count(
        "Noted for {city}: about {n} person. Another number corrects it.",
        "Noted for {city}: about {n} people. Another number corrects it.",
        number,
        city=city_name(reader, gathering),
    )


def _changes(reader: Reader, shown: Standing) -> Rows:
    """What a captain alone may change, the harmless above the final."""
    gathering, their_words = shown.gathering, reader.words
    other = "a" if gathering.state.place == "b" else "b"
    later_now = (gathering.state.delay + ONE_DELAY) // timedelta(minutes=1)
    delayed = key(reader, their_words.say("Delay by 30 minutes"), "capdelay", gathering, str(later_now))
    moved = key(reader, their_words.say("Move to the other place"), "capmove", gathering, other)
    ended = key(reader, their_words.say("End now"), "capend", gathering)
    cancelled = key(reader, their_words.say("Cancel"), "capcancel", gathering)
    has_other = shown.meeting is not None and shown.meeting.place(other).strip()
    has_begun = gathering.state.status is Status.BEGUN
    keys = (ended if has_begun else delayed, moved if has_other else None, cancelled)
    return tuple((each,) for each in keys if each is not None)


def _back(reader: Reader, gathering: Gathering) -> tuple[Button, ...]:
    return (key(reader, reader.words.say("Back to the card"), "capcard", gathering),)


async def _show(talk: Talk, reader: Reader, html: str, rows: Rows = ()) -> None:
    await talk.show(behind_a_tap(html, reader.words) if reader.is_guarded else html, rows)


async def _say(talk: Talk, reader: Reader, html: str, rows: Rows = ()) -> None:
    await talk.say(behind_a_tap(html, reader.words) if reader.is_guarded else html, rows)


async def _means(talk: Talk, gathering: Gathering) -> tuple[Store, Clock, Actor, Campaign, str, str]:
    """What every command of a captain takes first."""
    means = talk.means
    _, day, city = gathering.keys
    return means.store, means.clock, await talk.actor(), gathering.campaign, day, city


async def _asked(talk: Talk, gathering: Gathering) -> tuple[Call, ...]:
    campaign, day, city = gathering.keys
    return (await calls.of_day(talk.means.store, campaign, day)).get(city, ())


def _bare_number(text: str) -> int | None:
    """Digits of any writing alone."""
    bare = text.strip().strip(AROUND)
    return int(bare) if bare.isdecimal() and len(bare) <= MOST_DIGITS else None


def _written_at(talk: Talk) -> datetime:
    """When a captain wrote a message; a press tells no time of its own and counts as it arrives."""
    message = talk.update.message
    return talk.means.clock.now() if message is None else message.date


def _is_captain(actor: Actor, gathering: Gathering) -> bool:
    """Whether somebody runs the city; an administrator may, and does not."""
    covering = {EVERYTHING, *_covering(gathering)}
    return any(grant.role is Role.CAPTAIN and grant.scope in covering for grant in actor.grants or ())


def _covering(gathering: Gathering) -> frozenset[str]:
    return named(campaign=gathering.campaign.id, city=gathering.city.id)


def _plain_name(reader: Reader, gathering: Gathering) -> str:
    return spoken(gathering.city.name, reader.words.language, gathering.campaign)
