"""The card of an action day: what was written, where people meet, and what to press.

Where people meet is put in at the moment of sending and stands nowhere else. In a guarded city the message that makes
the phone ring says only that something is ready.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from html import escape
from typing import Final

from bot.telegram.cards import LONGEST, PromptCards, Reader
from bot.telegram.choices import code, marked
from bot.telegram.guarding import city_of, risk_of
from bot.telegram.signing import LIVES
from bot.telegram.spoken import spoken
from channels.base import Button, Card, OutgoingPost, Rows
from channels.errors import Refused
from channels.registry import BOT_CHANNEL
from channels.telegram.entities import as_html
from content.counting import utf16_units
from content.filters import datetime_
from content.intents import Intent, label
from content.models import Risk, StepKind
from content.words import isolated
from schedules.action_days.meetings import read_meeting
from schedules.commands.coming import MOST_GUESTS, Open, open_days
from schedules.ledger import cards, prompts
from schedules.ledger.cards import StepLetter
from schedules.ledger.stepping import NO_PLACE, NO_PLACE_REMEDY, is_stopped
from schedules.people import signups, traces
from schedules.people.signups import SignUp
from schedules.people.steps import DayStep, step_of
from schedules.planning.cities import city_state
from schedules.walltime import zone

AFTER: Final = timedelta(days=1)
"""How long after T-0 a button still does something."""


class StepCards(PromptCards):
    """Makes the cards of prompts, and those of action days."""

    async def card(self, post: OutgoingPost) -> Card | None:
        """What a volunteer gets of a prompt or of a step; ``None`` where they are not to have it any more.

        Raises:
            Refused: It tells where people meet, and nobody has filled that in.
            Unreachable: Their campaign must be planned again first.
        """
        step = step_of({"options": post.options})
        if step is None:
            return await super().card(post)
        letter, reader = await self._step_letter(post), await self.recipient(post)
        if letter is None or reader is None or self.is_paused(reader.volunteer):
            return None
        if reader.volunteer.city != step.city:
            return None
        opened = await self.opened_step(reader, letter)
        if opened is None or not reader.is_guarded:
            return opened
        await traces.begin(self.store, self.clock, reader.volunteer.person, post.key)
        return self._shut_step(reader, letter)

    async def opened_step(self, reader: Reader, letter: StepLetter) -> Card | None:
        """The whole card; ``None`` where the day was stopped there, or its permit is not there any more.

        Raises:
            Refused: It tells where people meet, and nobody has filled that in, or the city is guarded.
        """
        async with self.store.read() as connection:
            if await connection.run_sync(is_stopped, reader.campaign.id, letter.step):
                return None
        told = as_html(letter.text)
        if letter.step.kind is StepKind.REVEAL:
            place = await self._place(reader, letter.step)
            longer = f"{told}\n\n{place}"
            told = longer if utf16_units(longer) <= LONGEST else place
        return Card(reader.chat, told, tuple([row async for row in self._step_rows(reader, letter)]))

    def standing(self, reader: Reader, wanted: Open, signed: SignUp | None) -> Card:
        """What somebody sees of a day who looks whether they come."""
        where, when = _where(reader, wanted), _when(reader, wanted)
        if signed is None:
            told = reader.words.say(
                "{day}, {city}: {when}", day=_title(reader, wanted), city=where, when=when
            )
        else:
            told = reader.words.say(
                "You are coming: {day}, {city}, {when}.", day=_title(reader, wanted), city=where, when=when
            )
            told += "\n" + reader.words.count("With {n} guest.", "With {n} guests.", signed.guests)
        return Card(reader.chat, told, self.answers(reader, wanted, signed))

    def answers(self, reader: Reader, wanted: Open, signed: SignUp | None) -> Rows:
        """What somebody may press who is asked whether they come."""
        day = code(wanted.day.id)
        if wanted.is_guarded:
            return (
                (self._step_key(reader, reader.words.say("I’m in"), "imin", day, wanted),),
                (self._step_key(reader, label(Intent.HIDE, reader.words.language), "hide", "", wanted),),
            )
        if signed is None:
            return ((self._step_key(reader, reader.words.say("I’m coming"), "coming", day, wanted),),)
        guests = tuple(
            self._step_key(
                reader,
                marked(f"+{number}", chosen=number == signed.guests),
                "coming",
                f"{day}.{number}",
                wanted,
            )
            for number in range(MOST_GUESTS + 1)
        )
        away = self._step_key(
            reader, reader.words.say("I’m not coming after all"), "notcoming", day, wanted
        )
        return (guests[:3], guests[3:], (away,))

    async def _step_letter(self, post: OutgoingPost) -> StepLetter | None:
        person = post.recipient or ""
        number = await prompts.letter_id(self.store, post.key.removesuffix(f"#{person}"), person)
        return None if number is None else await cards.step_written(self.store, person, number)

    def _shut_step(self, reader: Reader, letter: StepLetter) -> Card:
        data = self.signer.data(reader.chat, "stepopen", str(letter.number))
        hide = self.signer.data(reader.chat, "hide", str(letter.number))
        rows = (
            (Button(reader.words.say("Open"), data=data),),
            (Button(label(Intent.HIDE, reader.words.language), data=hide),),
        )
        return Card(reader.chat, reader.words.say("Ready."), rows)

    async def _place(self, reader: Reader, step: DayStep) -> str:
        campaign = reader.campaign.id
        state = await city_state(self.store, campaign, step.day, step.city)
        filled = await read_meeting(self.store, self.vault, campaign, step.day, step.city)
        is_told = risk_of(reader.campaign, step.city) is Risk.OPEN
        place = filled.place(state.place).strip() if filled and is_told else ""
        if not place:
            raise Refused(BOT_CHANNEL, step.city, NO_PLACE, NO_PLACE_REMEDY)
        return reader.words.say("Where: {place}", place=f"<b>{escape(isolated(place))}</b>")

    async def _step_rows(self, reader: Reader, letter: StepLetter) -> AsyncIterator[tuple[Button, ...]]:
        step = letter.step
        message = next((each for each in reader.campaign.messages if each.id == letter.message), None)
        if message is not None and message.ask.link:
            text = spoken(message.ask.text, letter.language, reader.campaign)
            yield (Button(text, url=message.ask.link),)
        found = await open_days(self.store, self.clock, reader.campaign, reader.volunteer)
        wanted = next((each for each in found if each.day.id == step.day), None)
        signed = await self.signed(reader, step.day)
        if wanted is not None and (step.kind is StepKind.PROMPT or signed is not None):
            for row in self.answers(reader, wanted, signed)[0 if step.kind is StepKind.PROMPT else -1 :]:
                yield row
        elif reader.is_guarded:
            hide = self.signer.data(reader.chat, "hide", str(letter.number))
            yield (Button(label(Intent.HIDE, reader.words.language), data=hide),)

    async def signed(self, reader: Reader, day: str) -> SignUp | None:
        """Whether a reader comes to a day, and with whom."""
        found = await signups.of(self.store, reader.volunteer.person)
        return next((each for each in found if each.day == day), None)

    def _step_key(self, reader: Reader, text: str, action: str, argument: str, wanted: Open) -> Button:
        lives = max(LIVES, wanted.starts_at + AFTER - self.clock.now())
        return Button(text, data=self.signer.data(reader.chat, action, argument, lives))


def _title(reader: Reader, wanted: Open) -> str:
    return escape(isolated(spoken(wanted.day.title, reader.words.language, reader.campaign)))


def _where(reader: Reader, wanted: Open) -> str:
    city = city_of(reader.campaign, wanted.city.id) or wanted.city
    return escape(isolated(spoken(city.name, reader.words.language, reader.campaign)))


def _when(reader: Reader, wanted: Open) -> str:
    return datetime_(reader.words.habits, wanted.starts_at.astimezone(zone(wanted.city.zone)), "medium")
