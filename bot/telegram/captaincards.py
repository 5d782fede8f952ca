"""The captain's card: one message that stands in her chat on the day and says where her city stands, with four large keys.

In a guarded city it says so only behind a tap, and is not pinned: Telegram writes a line of its own for that, which the bot
cannot take away.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Final

from telegram.error import TelegramError

from bot.telegram.choices import code, marked
from bot.telegram.guarding import behind_a_tap
from bot.telegram.readers import Reader, called, holding
from bot.telegram.spoken import spoken
from bot.telegram.talk import Means
from channels.base import Button, Rows
from content.filters import datetime_, number_, time_
from content.models import Risk, StepKind
from content.words import Words, isolated
from schedules.action_days import calls, checkins
from schedules.action_days.calls import BEFORE, CARD, LAST, Call, Gathering, asks_home
from schedules.action_days.checkins import NOTHING, CheckIns
from schedules.action_days.crew import Member, crew
from schedules.action_days.meetings import Meeting, read_meeting
from schedules.commands import pauses
from schedules.commands.scopes import named
from schedules.people.roles import EVERYTHING, Role
from schedules.planning.cities import OVER, Status, load_cities
from schedules.walltime import zone

NUMBERS: Final = (20, 50, 100, 300)
"""How many people there are, for whoever has no hand free to write."""
NEAR: Final = timedelta(days=3)
"""So long before T-0 a city has anything to do with its captain."""
OFFERED: Final = timedelta(days=1)
"""So long before T-0 a captain who asks for her card gets it."""


class Shown:
    """What stands on each card, as far as this process wrote it; a card that it did not write is written once more."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], int] = {}

    def is_new(self, chat: int, message: int, text: str, rows: Rows) -> bool:
        """Whether something else stands there; from now on this does."""
        keys = tuple(button.text for row in rows for button in row)
        mark = hash((text, keys))
        is_new = self._known.get((chat, message)) != mark
        self._known[chat, message] = mark
        return is_new

    def forget(self, chat: int, message: int) -> None:
        """Nobody knows what stands there."""
        self._known.pop((chat, message), None)


SHOWN: Final = Shown()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an action day stands in one city, and what was filled in of it.

    Attributes:
        is_held: Whether nothing of the city is sent now.
    """

    gathering: Gathering
    said: CheckIns
    meeting: Meeting | None
    is_held: bool


async def near(means: Means) -> AsyncIterator[Gathering]:
    """Every city in which an action day is less than a few days ahead, or was today."""
    now = means.clock.now()
    for campaign in await means.kits.readable(await means.kits.names()):
        states = await load_cities(means.store, campaign.id) if campaign.action_days else {}
        for each in calls.gatherings(campaign, states):
            if each.starts_at - NEAR <= now < each.starts_at + NEAR:
                yield each


async def found(means: Means, given: str) -> Gathering | None:
    """The city and day that a button stands for; ``None`` where it is over or gone."""
    async for each in near(means):
        if code(each.name) == given:
            return each
    return None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of all cities of a day at once.

    Attributes:
        said: What was reported, by city.
        held: The scopes in which nothing is sent.
        asked: Who was asked and has a card, by city.
    """

    said: Mapping[str, CheckIns]
    held: frozenset[str]
    asked: Mapping[str, tuple[Call, ...]]

    def asked_in(self, gathering: Gathering) -> tuple[Call, ...]:
        """Who was asked in one city."""
        return self.asked.get(gathering.city.id, ())

    def said_in(self, gathering: Gathering) -> CheckIns:
        """What was reported from one city."""
        return self.said.get(gathering.city.id, NOTHING)

    def is_held(self, gathering: Gathering) -> bool:
        """Whether nothing of one city is sent."""
        campaign, _, city = gathering.keys
        return not self.held.isdisjoint({EVERYTHING, f"campaign:{campaign}", f"city:{city}"})


async def facts(means: Means, gathering: Gathering) -> Facts:
    """What is known of the day now."""
    campaign, day, _ = gathering.keys
    return Facts(
        await checkins.latest(means.store, campaign, day),
        frozenset(pause.scope for pause in await pauses.paused(means.store)),
        await calls.of_day(means.store, campaign, day),
    )


async def standing(means: Means, gathering: Gathering, known: Facts) -> Standing:
    """Where it stands in one city."""
    filled = await read_meeting(means.store, means.vault, *gathering.keys)
    return Standing(gathering, known.said_in(gathering), filled, known.is_held(gathering))


async def organisers(means: Means, gathering: Gathering) -> list[Reader]:
    """Whoever answers for the whole campaign."""
    return await holding(means, Role.APPROVER, named(campaign=gathering.campaign.id))


def holders(members: tuple[Member, ...], asked: tuple[Call, ...]) -> tuple[Member, ...]:
    """Who of a city has its card: the captain, and every deputy who has answered a call or asked for the card."""
    active = {one.person for one in asked if one.answered_at is not None or one.step == CARD}
    return tuple(one for one in members if one.rank == 0 or one.person in active)


def is_home(gathering: Gathering, asked: tuple[Call, ...], person: str) -> bool:
    """Whether somebody has said that they are home safe."""
    steps = {step.id for step in gathering.day.steps if asks_home(step)}
    return any(one.step in steps and one.answered_at for one in asked if one.person == person)


def card_of(asked: tuple[Call, ...], person: str) -> int | None:
    """The number of the card on somebody's phone."""
    return next((one.message for one in asked if one.step == CARD and one.person == person), None)


async def keep_cards(means: Means, gathering: Gathering, known: Facts) -> None:
    """Bring the card to whoever is to have it and has none, and let every card say how things stand now."""
    now, asked = means.clock.now(), known.asked_in(gathering)
    is_time = gathering.starts_at - BEFORE <= now < gathering.starts_at + LAST
    if not is_time and all(one.step != CARD for one in asked):
        return
    shown = await standing(means, gathering, known)
    for member in holders(await crew(means.store, means.clock, *_scope(gathering)), asked):
        reader = await called(means, member.handle)
        if reader is None:
            continue
        if card_of(asked, member.person) is not None:
            await _renew(reader, shown, asked)
        elif is_time and gathering.state.status not in OVER:
            await bring(reader, shown, asked)


async def bring(reader: Reader, shown: Standing, asked: tuple[Call, ...]) -> None:
    """Send somebody the card, pinned where that is harmless; one that they had before goes."""
    means, gathering, person = reader.means, shown.gathering, reader.person.id
    await calls.ask(means.store, means.clock, gathering, CARD, person)
    text, rows = card(reader, shown, home=is_home(gathering, asked, person))
    sent = await reader.say(text, rows)
    if sent is None:
        return
    before = await calls.arrived(means.store, means.clock, gathering, CARD, person, sent)
    SHOWN.is_new(reader.chat, sent, text, rows)
    with suppress(TelegramError):
        if not reader.is_guarded:
            await means.bot.pin_chat_message(reader.chat, sent, disable_notification=True)
        if before is not None:
            await means.bot.delete_messages(reader.chat, [before])


async def _renew(reader: Reader, shown: Standing, asked: tuple[Call, ...]) -> None:
    message = card_of(asked, reader.person.id)
    text, rows = card(reader, shown, home=is_home(shown.gathering, asked, reader.person.id))
    if message is None or not SHOWN.is_new(reader.chat, message, text, rows):
        return
    told = behind_a_tap(text, reader.words) if reader.is_guarded else text
    if not await reader.show(message, told, rows):
        SHOWN.forget(reader.chat, message)


def card(reader: Reader, shown: Standing, *, home: bool) -> tuple[str, Rows]:
    """What the card says to somebody, and its keys."""
    if home:
        return (
            f"{title(reader, shown.gathering)}\n\n{reader.words.say('You are home safe. Thank you.')}",
            (),
        )
    parts = (
        title(reader, shown.gathering),
        "\n".join(_now(reader.words, shown)),
        "\n".join(_without_a_signal(reader.words, shown)),
        numbers(reader.words, shown.meeting),
    )
    return "\n\n".join(filter(None, parts)), _keys(reader, shown)


def title(reader: Reader, gathering: Gathering) -> str:
    """The day and the city, as their reader calls them."""
    campaign, language = gathering.campaign, reader.words.language
    day = escape(isolated(spoken(gathering.day.title, language, campaign)))
    return f"<b>{day} · {city_name(reader, gathering)}</b>"


def city_name(reader: Reader, gathering: Gathering) -> str:
    """The city, as its reader calls it; escaped."""
    return escape(isolated(spoken(gathering.city.name, reader.words.language, gathering.campaign)))


def numbers(their_words: Words, filled: Meeting | None) -> str:
    """Whom to call; empty where nobody has filled that in."""
    if filled is None:
        return ""
    lines = (
        their_words.say("Legal help: {contact}", contact=_told(filled.legal)) if filled.legal else "",
        their_words.say("First aid: {contact}", contact=_told(filled.first_aid))
        if filled.first_aid
        else "",
        their_words.say("To call: {contact}", contact=_told(filled.contacts)) if filled.contacts else "",
    )
    return "\n".join(filter(None, lines))


def local_time(their_words: Words, gathering: Gathering, at: datetime) -> str:
    """What the clocks of the city show at an instant."""
    return time_(their_words.habits, at.astimezone(zone(gathering.city.zone)))


def when(their_words: Words, gathering: Gathering, at: datetime) -> str:
    """The same with its date."""
    return datetime_(their_words.habits, at.astimezone(zone(gathering.city.zone)), "medium")


def how_many(their_words: Words) -> str:
    """What a captain is asked beside the keys with numbers."""
    return their_words.say("How many people are there? Press a number, or write one.")


def key(reader: Reader, text: str, action: str, gathering: Gathering, *choice: str) -> Button:
    """A key that concerns one city and day."""
    return reader.button(text, action, ".".join((code(gathering.name), *choice)))


def number_keys(reader: Reader, gathering: Gathering) -> Rows:
    """How many people are there, to press."""
    few, *rest = [
        key(reader, f"~{number_(reader.words.habits, number)}", "cappeople", gathering, str(number))
        for number in NUMBERS
    ]
    return ((few, rest[0]), (rest[1], rest[2]))


def _now(their_words: Words, shown: Standing) -> Iterable[str]:
    gathering, said = shown.gathering, shown.said
    state, at = gathering.state, local_time(their_words, gathering, gathering.starts_at)
    if state.status is Status.ABORTED:
        yield their_words.say("It does not take place.")
        return
    if state.status is Status.ENDED:
        yield their_words.say("It is over.")
    elif state.status is Status.BEGUN and said.begun_at is not None:
        begun = local_time(their_words, gathering, said.begun_at)
        yield their_words.say("It has begun at {time}.", time=begun)
    else:
        yield their_words.say("It begins at {time} by your clock.", time=at)
    if state.delay and state.status is Status.PLANNED:
        late = int(state.delay / timedelta(minutes=1))
        yield their_words.count(
            "That is {n} minute later than planned.", "That is {n} minutes later than planned.", late
        )
    is_told = shown.meeting is not None and gathering.city.risk is Risk.OPEN
    place = shown.meeting.place(state.place).strip() if shown.meeting and is_told else ""
    if place and state.status is not Status.ENDED:
        yield their_words.say("Where: {place}", place=_told(place))
    if said.people is not None and said.people_at is not None:
        yield their_words.count(
            "You counted about {n} person at {time}.",
            "You counted about {n} people at {time}.",
            said.people,
            time=local_time(their_words, gathering, said.people_at),
        )
    if shown.is_held:
        yield their_words.say("Stopped: nothing of your city goes out. Two people start it again.")


def _without_a_signal(their_words: Words, shown: Standing) -> Iterable[str]:
    """What to do when, by the clock on her arm."""
    gathering, status = shown.gathering, shown.gathering.state.status
    if status not in {Status.PLANNED, Status.BEGUN}:
        return
    yield their_words.say("Without a signal:")
    if status is Status.PLANNED:
        at = local_time(their_words, gathering, gathering.starts_at)
        yield "• " + their_words.say("{time}: begin.", time=at)
    for step in sorted(gathering.day.steps, key=lambda step: step.offset):
        if (
            step.kind is StepKind.CHECK_IN
            and step.offset >= timedelta()
            and step.includes(gathering.city.id)
        ):
            at = local_time(their_words, gathering, gathering.starts_at + step.offset)
            yield "• " + (
                their_words.say("{time}: say that you are home safe.", time=at)
                if asks_home(step)
                else their_words.say("{time}: count the people and write the number here.", time=at)
            )
    yield their_words.say("What you write goes out by itself as soon as there is a signal.")


def _keys(reader: Reader, shown: Standing) -> Rows:
    gathering, status = shown.gathering, shown.gathering.state.status
    begun = marked(reader.words.say("We have begun"), chosen=status is Status.BEGUN)
    rows = {
        "capbegun": begun,
        "capmany": reader.words.say("How many"),
        "capchange": reader.words.say("Change"),
        "capdanger": reader.words.say("Danger"),
    }
    left = {
        Status.ENDED: ("capmany", "capdanger"),
        Status.ABORTED: ("capdanger",),
    }.get(status, tuple(rows))
    return tuple((key(reader, rows[action], action, gathering),) for action in left)


def _told(filled: str) -> str:
    return escape(isolated(filled))


def _scope(gathering: Gathering) -> tuple[str, str]:
    return gathering.campaign.id, gathering.city.id
