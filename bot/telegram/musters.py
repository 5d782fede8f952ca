"""On an action day: asks captains whether they are there, how many people are, and whether they are home safe.

Who is asked is noted before the question leaves; again they are asked only where nobody knows that it arrived. Silence goes to the next deputy, then to the
organisers. A captain who does not say that she is home safe has no access any more until an administrator lets her in again.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from html import escape
from typing import Any, Final

import structlog
from telegram.error import TelegramError

from bot.telegram.captaincards import (
    Facts,
    facts,
    how_many,
    is_home,
    keep_cards,
    key,
    near,
    number_keys,
    organisers,
    title,
    when,
)
from bot.telegram.choices import code
from bot.telegram.deputies import on_duty
from bot.telegram.phones import hide, wipe_phone
from bot.telegram.readers import Reader, called
from bot.telegram.talk import Means
from channels.base import Rows
from content.models import StepKind
from content.words import isolated
from schedules.action_days import calls
from schedules.action_days.calls import CARD, Call, Due, Gathering, asks_home
from schedules.action_days.crew import Member, crew
from schedules.commands.actor import Actor
from schedules.commands.people import lock
from schedules.commands.scopes import named
from schedules.people import people
from schedules.people.audit import Journal
from schedules.people.roles import Role
from schedules.people.traces import Left
from schedules.planning.cities import Status
from schedules.store import leases

UNREACHED: Final = timedelta(minutes=5)
"""How long somebody is waited for of whom nobody knows that the question arrived."""
MUSTER_SECONDS: Final = 10.0
"""Between two looks at every city that has an action day now."""
HEARING: Final = timedelta(minutes=5)
"""So long after Telegram was away, or nobody fetched what people press, silence may still be a press that waits there."""
TOLD_ONCE: Final = timedelta(days=1)
MOST: Final = 15
"""Cities in one message."""
NOBODY: Final = "bot"
"""Who locks somebody out, in the audit: no person does."""

log = structlog.get_logger()


class Musters:
    """Asks whoever is to be asked, passes on what nobody answers, and keeps the captains' cards.

    It remembers what it saw: a city in which nothing happens is looked at again only after a minute.

    Args:
        since: Since when what people press is fetched, in UTC.
    """

    def __init__(self, means: Means, *, since: datetime) -> None:
        self._means = means
        self._since = since
        self._hears: bool | None = None
        self._seen: dict[str, tuple[Any, ...]] = {}

    async def keep(self) -> None:
        """Look after every city once."""
        self._hears = None
        days: dict[tuple[str, str], Facts] = {}
        silent: list[Due] = []
        async for gathering in near(self._means):
            campaign, day, city = gathering.keys
            if (campaign, day) not in days:
                days[campaign, day] = await facts(self._means, gathering)
            try:
                silent += await self._serve(gathering, days[campaign, day])
            except Exception as error:  # noqa: BLE001 - the captains of the other cities are asked all the same
                log.warning("a city was not served", city=city, error=type(error).__name__)
        await _tell_organisers(self._means, silent)

    async def _serve(self, gathering: Gathering, known: Facts) -> list[Due]:
        """Look after one city. The call that nobody there answers, if there is one."""
        now = self._means.clock.now()
        one, asked = calls.due(gathering, now), known.asked_in(gathering)
        if not self._is_news(gathering, known, one, now):
            return []
        is_silent = False
        if one is not None and one.asks_home:
            is_waiting = any(each.step == one.step.id and each.answered_at is None for each in asked)
            await _ask_home(self._means, one, known, hears=is_waiting and await self._is_hearing())
        elif one is not None:
            here = [each for each in asked if each.step == one.step.id]
            is_silent = await _is_in_vain(self._means, one, here)
        await keep_cards(self._means, gathering, known)
        return [one] if one is not None and is_silent else []

    async def _is_hearing(self) -> bool:
        """Whether everything that people pressed has been heard by now; found out once a round."""
        if self._hears is None:
            if not await _answers(self._means):
                self._since = self._means.clock.now()
            self._hears = self._means.clock.now() >= self._since + HEARING
        return self._hears

    def _is_news(self, gathering: Gathering, known: Facts, one: Due | None, now: datetime) -> bool:
        seen = (
            gathering.state,
            gathering.starts_at,
            None if one is None else one.step.id,
            known.said_in(gathering),
            known.is_held(gathering),
            known.asked_in(gathering),
            now.replace(second=0, microsecond=0),
        )
        is_news = self._seen.get(gathering.name) != seen
        self._seen[gathering.name] = seen
        return is_news


async def _answers(means: Means) -> bool:
    try:
        await means.bot.get_me()
    except TelegramError:
        return False
    return True


async def _is_in_vain(means: Means, one: Due, asked: list[Call]) -> bool:
    """Ask one after the other, until somebody answers. Whether there is nobody left to be asked."""
    if any(each.answered_at for each in asked):
        return False
    for each in asked:
        if each.passed_at is None and not await _is_passed_on(means, one, each):
            await _ask_again(means, one, each)
            return False
    known = {each.person for each in asked}
    for member in await _crew(means, one.gathering):
        reader = None if member.person in known else await called(means, member.handle)
        if reader is not None:
            await _ask(one, reader)
            return False
    return True


async def _is_passed_on(means: Means, one: Due, each: Call) -> bool:
    patience = one.patience if each.message is not None else min(UNREACHED, one.patience)
    if means.clock.now() < each.asked_at + patience:
        return False
    return await calls.pass_on(means.store, means.clock, one.gathering, each)


async def _ask(one: Due, reader: Reader) -> None:
    """Ask somebody, once; again only where nobody knows that the question has arrived."""
    means, step, person = reader.means, one.step.id, reader.person.id
    await calls.ask(means.store, means.clock, one.gathering, step, person)
    sent = await reader.say(*_question(one, reader))
    if sent is not None:
        await calls.arrived(means.store, means.clock, one.gathering, step, person, sent)


async def _ask_again(means: Means, one: Due, each: Call) -> None:
    asked = await people.get(means.store, each.person) if each.message is None else None
    reader = await called(means, asked.handle) if asked and asked.handle else None
    if reader is not None:
        await _ask(one, reader)


def _question(one: Due, reader: Reader) -> tuple[str, Rows]:
    gathering, their_words = one.gathering, reader.words
    head = title(reader, gathering)
    if one.step.kind is StepKind.ROLL_CALL:
        begins = when(their_words, gathering, gathering.starts_at)
        text = their_words.say("It begins: {time}. Will you be there? One tap says so.", time=begins)
        return f"{head}\n{text}", ((key(reader, their_words.say("I am here"), "caphere", gathering),),)
    if one.asks_home:
        text = their_words.say("Are you home safe? One tap says so.")
        home = key(reader, their_words.say("I am home safe"), "caphome", gathering)
        return f"{head}\n{text}", ((home,),)
    return f"{head}\n{how_many(their_words)}", number_keys(reader, gathering)


async def _ask_home(means: Means, one: Due, facts_now: Facts, *, hears: bool) -> None:
    """Ask everybody who was at work that day; whoever stays silent is locked out, while their answer would be heard.

    Who is away is not asked; but going away is no answer of whoever has been asked: it may be said by another on their phone.
    """
    gathering, asked = one.gathering, facts_now.asked_in(one.gathering)
    if gathering.state.status is Status.ABORTED and facts_now.said_in(gathering).begun_at is None:
        return
    members = await _crew(means, gathering)
    away = {member.person for member in members if member.is_away}
    here = [each for each in asked if each.step == one.step.id]
    known = {each.person for each in here}
    for member in _at_work(members, gathering, asked):
        reader = None if member.person in away | known else await called(means, member.handle)
        if reader is not None and not is_home(gathering, asked, member.person):
            await _ask(one, reader)
    for each in here:
        if not is_home(gathering, asked, each.person):
            await _wait_for(means, one, each, asked, hears=hears)


def _at_work(members: list[Member], gathering: Gathering, asked: tuple[Call, ...]) -> list[Member]:
    """Who answered, took the card without being the captain, or was asked already; the captain where nobody was."""
    homes = {step.id for step in gathering.day.steps if asks_home(step)}
    active = {each.person for each in asked if each.answered_at is not None or each.step in homes}
    has_card = {each.person for each in asked if each.step == CARD}
    found = [one for one in members if one.person in active or (one.rank and one.person in has_card)]
    return found or ([] if any(each.step in homes for each in asked) else members[:1])


async def _wait_for(means: Means, one: Due, each: Call, asked: tuple[Call, ...], *, hears: bool) -> None:
    """Lock out whoever was asked whether they are home safe and stays silent for too long, and tell the others."""
    if not await _is_silent(means, one, each, hears=hears):
        return
    silent = await people.get(means.store, each.person)
    if silent is None or silent.handle is None:
        return
    name, is_locked = _name(f"gone.{each.person}", one), each.message is not None
    is_told = await leases.is_held(means.store, means.clock, name)
    if is_locked and not is_told:
        bot = Actor(NOBODY, journal=Journal(means.vault, means.clock))
        await lock(means.store, means.clock, bot, silent.handle)
    if is_locked:
        await _wipe_once(means, one, each.person, asked)
    told = partial(_is_missing, one.gathering, silent.handle, one.patience, is_locked=is_locked)
    if not is_told and await _has_reached(await _others(means, one.gathering, each.person), told):
        await leases.take(means.store, means.clock, name, TOLD_ONCE)


async def _is_silent(means: Means, one: Due, each: Call, *, hears: bool) -> bool:
    if each.passed_at is not None:
        return hears and not await _has_answered(means, one.gathering, each)
    if means.clock.now() < each.asked_at + one.patience:
        await _ask_again(means, one, each)
        return False
    return hears and await calls.pass_on(means.store, means.clock, one.gathering, each)


async def _has_answered(means: Means, gathering: Gathering, each: Call) -> bool:
    """Whether they have answered meanwhile."""
    campaign, day, city = gathering.keys
    now = (await calls.of_day(means.store, campaign, day)).get(city, ())
    return is_home(gathering, now, each.person)


async def _wipe_once(means: Means, one: Due, person: str, asked: Iterable[Call]) -> None:
    """Leave nothing of the day on a phone; as long as Telegram does not answer, it is tried again."""
    name = _name(f"wiped.{person}", one)
    if await leases.is_held(means.store, means.clock, name):
        return
    left = Left(tuple(each.message for each in asked if each.person == person and each.message is not None))
    if await wipe_phone(means, person, left) and await hide(means, person):
        await leases.take(means.store, means.clock, name, TOLD_ONCE)


async def _others(means: Means, gathering: Gathering, missing: str) -> list[Reader]:
    """The deputies and the organisers."""
    deputies = [await called(means, each.handle) for each in await _crew(means, gathering)]
    readers = [each for each in deputies if each is not None]
    everybody = {each.person.id: each for each in (*readers, *await organisers(means, gathering))}
    return [each for each in everybody.values() if each.person.id != missing]


async def _tell_organisers(means: Means, silent: Iterable[Due]) -> None:
    """Tell those of them who are not away, in one message, which cities are silent; again only as long as it reached nobody."""
    new = [one for one in silent if not await leases.is_held(means.store, means.clock, _silence(one))]
    for campaign in dict.fromkeys(one.gathering.campaign.id for one in new):
        theirs = [one for one in new if one.gathering.campaign.id == campaign]
        readers = await on_duty(means, named(campaign=campaign), Role.APPROVER)
        for some in (theirs[start : start + MOST] for start in range(0, len(theirs), MOST)):
            if await _has_reached(readers, partial(_silent_cities, some)):
                for one in some:
                    await leases.take(means.store, means.clock, _silence(one), TOLD_ONCE)


async def _has_reached(readers: Iterable[Reader], told: Callable[[Reader], str]) -> bool:
    return any([await reader.say(told(reader)) is not None for reader in readers])


def _silent_cities(silent: Iterable[Due], reader: Reader) -> str:
    return "\n\n".join(_nobody_answers(one, reader) for one in silent)


def _nobody_answers(one: Due, reader: Reader) -> str:
    head, their_words = title(reader, one.gathering), reader.words
    if one.step.kind is StepKind.ROLL_CALL:
        begins = when(their_words, one.gathering, one.gathering.starts_at)
        text = their_words.say(
            "⚠ Nobody there answers the roll call, or nobody is captain. It begins: {time}.", time=begins
        )
    else:
        text = their_words.say("⚠ Nobody there says how many people are there, or nobody is captain.")
    return f"{head}\n{text}"


def _is_missing(
    gathering: Gathering, handle: str, silence: timedelta, reader: Reader, *, is_locked: bool
) -> str:
    text = reader.words.count(
        "⚠ {name} has been asked {n} minute ago whether they are home safe, and has not answered.",
        "⚠ {name} has been asked {n} minutes ago whether they are home safe, and has not answered.",
        int(silence / timedelta(minutes=1)),
        name=escape(isolated(handle)),
    )
    if is_locked:
        text += "\n" + reader.words.say(
            "Nothing that was granted to them works any more, until an admin lets them in again: /unlock {handle}",
            handle=escape(handle),
        )
    return f"{title(reader, gathering)}\n{text}"


def _silence(one: Due) -> str:
    return _name(f"silent.{one.step.id}", one)


def _name(what: str, one: Due) -> str:
    return f"{what}:{code(one.gathering.name)}"


async def _crew(means: Means, gathering: Gathering) -> list[Member]:
    return list(await crew(means.store, means.clock, gathering.campaign.id, gathering.city.id))
