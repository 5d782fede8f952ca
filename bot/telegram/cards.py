"""The card of the day: one ask, why it matters, what it costs, what comes next, and what to press.

In a guarded city the message that makes the phone ring says only that something is ready; a tap opens it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Final

from bot.telegram.choices import code
from bot.telegram.guarding import is_guarded
from bot.telegram.signing import Signer
from bot.telegram.spoken import own_name, spoken, words_for
from channels.base import Button, Card, OutgoingPost, Rows
from channels.errors import Unreachable
from channels.registry import BOT_CHANNEL
from channels.telegram.entities import as_html
from content.counting import utf16_units
from content.intents import Intent, label
from content.models import LEVELS, AskKind, Campaign, Effort, Level, Prompt
from content.words import Words
from schedules.accounts.vault import Vault
from schedules.clock import Clock
from schedules.errors import ScheduleError
from schedules.ledger import prompts
from schedules.ledger.cards import Written
from schedules.people import people, traces, volunteers
from schedules.people.days import DailyPrompt, prompt_of
from schedules.people.silence import LONG, silent_days
from schedules.people.volunteers import Rhythm, Volunteer
from schedules.planning.kits import Kits
from schedules.store.engine import Store

LONGEST: Final = 4096
"""UTF-16 units of a message (core.telegram.org/bots/api#sendmessage)."""
UNPLANNED: Final = "Another version of Munasara planned this campaign, and this one cannot read it."
UNPLANNED_REMEDY: Final = (
    "Plan it again: munasara plan <folder>. What is not too late by then goes out by itself."
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who a card is for.

    Attributes:
        chat: Their private chat with the bot.
        is_guarded: Whether being found out is dangerous for them.
    """

    chat: int = field(repr=False)
    volunteer: Volunteer
    campaign: Campaign
    words: Words
    is_guarded: bool


@dataclass(frozen=True, slots=True)
class PromptCards:
    """Makes the cards of prompts, for whoever sends them and for whoever opens them."""

    store: Store
    vault: Vault
    clock: Clock
    signer: Signer
    kits: Kits

    async def card(self, post: OutgoingPost) -> Card | None:
        """What a volunteer gets of a prompt; ``None`` where they want none, or not this one, any more.

        In a guarded city it is noted now, before anybody can know its number.

        Raises:
            Unreachable: Their campaign must be planned again first.
        """
        letter, reader = await self._letter(post), await self.recipient(post)
        if letter is None or reader is None or not self._wants(reader.volunteer, letter.prompt):
            return None
        if reader.is_guarded:
            await traces.begin(self.store, self.clock, reader.volunteer.person, post.key)
        return self.shut(reader, letter)

    async def arrived(self, post: OutgoingPost, message: int) -> bool:
        """It vanishes within a day from the phone of somebody in a guarded city. Whether it may stay until then."""
        recipient = post.recipient or ""
        if await traces.arrived(self.store, post.key, message):
            return True
        known = await people.get(self.store, recipient)
        return known is not None and not await is_guarded(self.store, self.kits, recipient)

    async def lost(self, recipient: str) -> None:
        """They blocked the bot or are gone."""
        await people.left(self.store, self.clock, recipient)

    async def recipient(self, post: OutgoingPost) -> Reader | None:
        """Who a letter is for; ``None`` where they left.

        Raises:
            Unreachable: Their campaign must be planned again first.
        """
        try:
            return await self.reader(post.recipient or "")
        except ScheduleError:
            raise Unreachable(BOT_CHANNEL, "", UNPLANNED, UNPLANNED_REMEDY) from None

    async def reader(self, person: str) -> Reader | None:
        """Who reads the cards of a volunteer; ``None`` where they left.

        Raises:
            ScheduleError: Their campaign must be planned again first.
        """
        volunteer = await volunteers.get(self.store, person)
        known = await people.get(self.store, person)
        chat = await people.address(self.store, self.vault, person)
        if volunteer is None or known is None or chat is None:
            return None
        campaign = await self.kits.get(volunteer.campaign)
        guarded = await is_guarded(self.store, self.kits, person)
        return Reader(chat, volunteer, campaign, words_for(campaign, known.language), guarded)

    def shut(self, reader: Reader, letter: Written) -> Card:
        """The card as it arrives: open where that is safe, else one that says nothing until a tap opens it."""
        return self._closed(reader, letter) if reader.is_guarded else self.opened(reader, letter)

    async def _letter(self, post: OutgoingPost) -> Written | None:
        person, prompt = post.recipient or "", prompt_of({"options": post.options})
        number = await prompts.letter_id(self.store, post.key.removesuffix(f"#{person}"), person)
        if number is None or prompt is None:
            return None
        return Written(number, post.language, post.text, prompt)

    def _closed(self, reader: Reader, letter: Written) -> Card:
        rows = (
            (self._key(reader, reader.words.say("Open"), "open", letter),),
            (self._key(reader, label(Intent.HIDE, reader.words.language), "hide", letter),),
        )
        return Card(reader.chat, reader.words.say("Ready."), rows)

    def opened(self, reader: Reader, letter: Written) -> Card:
        """The whole card."""
        prompt = next((each for each in reader.campaign.prompts if each.id == letter.prompt.id), None)
        return Card(reader.chat, _told(reader, letter, prompt), tuple(self._rows(reader, letter, prompt)))

    def _rows(self, reader: Reader, letter: Written, prompt: Prompt | None) -> Iterator[tuple[Button, ...]]:
        language = reader.words.language
        if prompt is not None and prompt.ask.link:
            yield (Button(spoken(prompt.ask.text, letter.language, reader.campaign), url=prompt.ask.link),)
        if prompt is not None and prompt.ask.kind is AskKind.POST:
            yield (self._key(reader, reader.words.say("In my own words"), "words", letter),)
        if prompt is not None and prompt.ask.kind in {AskKind.WRITE, AskKind.CALL}:
            yield (self._key(reader, reader.words.say("To the office"), "reach", letter),)
        yield (
            self._key(reader, label(Intent.DONE, language), "done", letter),
            self._key(reader, label(Intent.NOT_TODAY, language), "not_today", letter),
        )
        other = reader.volunteer.other_than(letter.language)
        if other is not None and prompt is not None:
            yield (self._in_other(reader, letter, other),)
        if reader.is_guarded:
            yield (self._key(reader, label(Intent.HIDE, language), "hide", letter),)
        if silent_days(reader.volunteer, reader.volunteer.today(self.clock.now())) >= LONG:
            yield from self._when_silent(reader, letter)

    def _when_silent(self, reader: Reader, letter: Written) -> Rows:
        daily = self._key(reader, reader.words.say("Go on every day"), "daily", letter)
        weekly = self._key(reader, reader.words.say("Once a week"), "weekly", letter)
        return (daily, weekly), (
            self._key(reader, label(Intent.FORGET, reader.words.language), "forget", letter),
        )

    def _in_other(self, reader: Reader, letter: Written, other: str) -> Button:
        text = reader.words.say("In {language}", language=own_name(other))
        return Button(text, data=self.signer.data(reader.chat, "in", f"{letter.number}.{code(other)}"))

    def _key(self, reader: Reader, text: str, action: str, letter: Written) -> Button:
        return Button(text, data=self.signer.data(reader.chat, action, str(letter.number)))

    def _wants(self, volunteer: Volunteer, prompt: DailyPrompt) -> bool:
        """Whether they still want this prompt: it is looked at again at the last moment before it is sent."""
        return not self.is_paused(volunteer) and _is_safe(prompt.level, volunteer.level)

    def is_paused(self, volunteer: Volunteer) -> bool:
        """Whether nothing is to come to them now."""
        until = volunteer.paused_until
        return volunteer.rhythm is Rhythm.PAUSED or (until is not None and until > self.clock.now())


def _is_safe(level: Level, chosen: Level) -> bool:
    return LEVELS.index(level) <= LEVELS.index(chosen)


def _told(reader: Reader, letter: Written, prompt: Prompt | None) -> str:
    """The text in Telegram's HTML. What does not fit any more is left out, the least important first."""
    body = as_html(letter.text)
    if prompt is None:
        return body
    language, campaign, her_words = letter.language, reader.campaign, reader.words
    head = f"<b>{escape(spoken(prompt.ask.text, language, campaign))}</b>"
    why = escape(spoken(prompt.why, language, campaign))
    effort = her_words.say("Effort: {effort}", effort=effort_name(her_words, prompt.ask.effort))
    after = her_words.say(
        "Next step: {step}", step=escape(spoken(prompt.ask.next_step, language, campaign))
    )
    told = _if_it_fits(f"{head}\n\n{body}", body)
    for part in (why, effort, after):
        told = _if_it_fits(f"{told}\n\n{part}", told)
    return told


def _if_it_fits(longer: str, otherwise: str) -> str:
    return longer if utf16_units(longer) <= LONGEST else otherwise


def effort_name(words: Words, effort: Effort) -> str:
    """How much an ask costs, in a word or two."""
    match effort:
        case Effort.LOW:
            return words.say("small, a few minutes")
        case Effort.MEDIUM:
            return words.say("medium, up to an hour")
        case Effort.HIGH:
            return words.say("large, more than an hour")
