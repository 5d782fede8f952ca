"""Hand-overs: a person gets a post to publish by hand, and says what became of it."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from html import escape
from typing import Final

from sqlalchemy import select
from telegram import Bot, InputMediaPhoto, InputMediaVideo, Message
from telegram.constants import ParseMode
from telegram.error import Forbidden, TelegramError

from bot.telegram.guarding import behind_a_tap, covered
from bot.telegram.signing import Signer
from bot.telegram.vanishing import Vanishing
from channels.base import Button, Connection, OutgoingMedia, Packet, Receipt, Rows, Urging
from channels.errors import NotAuthorised, RateLimited
from channels.registry import BOT_CHANNEL
from channels.telegram.bot import TelegramBot
from channels.telegram.client import FloodControl
from channels.telegram.keyboards import can_copy, markup
from content.counting import utf16_units
from content.filters import time_
from content.words import Words, words
from schedules.accounts import accounts, buckets
from schedules.errors import PersonUnknown
from schedules.people import people
from schedules.store.tables import post

LONGEST: Final = 3_500
"""UTF-16 units of a text that still fits into one message with what is told about it."""
VIDEO: Final = "video/"
NAME: Final = "handoff"
LONGEST_WAIT: Final = timedelta(seconds=10)
"""For the rate of the bot; a longer wait is the ledger's."""

_WORD: Final = re.compile(r"\S+\s*|\s+")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who gets a packet.

    Attributes:
        is_guarded: Whether being found out is dangerous for them.
    """

    person: str
    chat: int = field(repr=False)
    words: Words
    is_guarded: bool


@dataclass(frozen=True, slots=True)
class Packets:
    """Brings packets to people in charge, by the bot of the installation."""

    vanishing: Vanishing
    signer: Signer
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def __call__(self, packet: Packet, person: str) -> Receipt:
        """Write the media, the text ready to copy, and what to do, to a person by their handle.

        Raises:
            ChannelError: As ``channels.base.HandOver`` says.
        """
        connection = await self._connection(packet)
        reader = await self._reader(packet, person)
        number = await self._number(packet)
        lane = self.vanishing.vault.credential_lane(connection.account, BOT_CHANNEL, connection.secret)
        await self._turn(packet, lane)
        bot = TelegramBot(NAME, replace(connection, account=packet.account))
        try:
            async with bot.calling(publishing=True):
                try:
                    return await self._bring(bot.api, reader, packet, number)
                except Forbidden:
                    raise _lost(packet, person) from None
                except FloodControl as flood:
                    await buckets.block(self.vanishing.store, self.vanishing.clock, lane, flood.wait)
                    raise
        finally:
            await bot.aclose()

    async def _turn(self, packet: Packet, lane: str) -> None:
        """Draw all its messages on the rate of the bot, ahead of bulk, and wait for it as long as that is short.

        Raises:
            RateLimited: It would take longer.
        """
        wait = timedelta()
        for _ in range(_messages(packet)):
            wait = await buckets.draw(
                self.vanishing.store, self.vanishing.clock, lane, ahead=buckets.ANSWERS
            )
            if wait > LONGEST_WAIT:
                raise RateLimited(
                    NAME, packet.account, "the bot is busy", wait, "It will be tried again by itself."
                )
        await self.sleep(wait.total_seconds())

    async def _bring(self, bot: Bot, reader: Holder, packet: Packet, number: str) -> Receipt:
        """Write it; in a guarded city it is noted before, to vanish within a day."""
        if not reader.is_guarded:
            return _receipt(await self._write(bot, reader, packet, number))
        key = await self.vanishing.begin(reader.person)
        try:
            sent = await self._write(bot, reader, packet, number)
        except TelegramError as error:
            if not packet.media and utf16_units(packet.text) <= LONGEST:
                await self.vanishing.failed(key, error)
            raise
        messages = [each.message_id for each in sent]
        if not await self.vanishing.arrived(key, *messages):
            await bot.delete_messages(reader.chat, messages)
        return _receipt(sent)

    async def _connection(self, packet: Packet) -> Connection:
        store, vault = self.vanishing.store, self.vanishing.vault
        name = await accounts.first_of(store, BOT_CHANNEL)
        if name is None:
            raise NotAuthorised(
                NAME,
                packet.account,
                "no bot is connected",
                "Connect one: munasara accounts add telegram-bot",
            )
        return await accounts.connection(store, vault, name)

    async def _reader(self, packet: Packet, person: str) -> Holder:
        store, vault = self.vanishing.store, self.vanishing.vault
        try:
            known = await people.called(store, person)
        except PersonUnknown as error:
            raise NotAuthorised(NAME, packet.account, str(error)) from None
        chat = None if known.locked_at else await people.address(store, vault, known.id)
        if chat is None:
            raise _lost(packet, person)
        return Holder(known.id, chat, words(known.language), await self.vanishing.is_guarded(known.id))

    async def _number(self, packet: Packet) -> str:
        """The number of the post, with that of its part where it is a later one of a thread."""
        key, _, part = packet.key.partition("#")
        async with self.vanishing.store.read() as connection:
            found = await connection.execute(select(post.c.id).where(post.c.key == key))
            return f"{found.scalar_one()}.{part}" if part else f"{found.scalar_one()}"

    async def _write(self, bot: Bot, reader: Holder, packet: Packet, number: str) -> list[Message]:
        sent: list[Message] = []
        if packet.media and packet.urging is not Urging.REMINDER:
            sent += await _send_media(bot, reader, packet.media)
        if utf16_units(packet.text) > LONGEST:
            for piece in pieces(packet.text):
                html = covered(escape(piece)) if reader.is_guarded else escape(piece)
                sent.append(await bot.send_message(reader.chat, html, parse_mode=ParseMode.HTML))
            packet = replace(packet, text="")
        html = told(packet, number, reader.words)
        last = await bot.send_message(
            reader.chat,
            behind_a_tap(html, reader.words) if reader.is_guarded else html,
            parse_mode=ParseMode.HTML,
            reply_markup=markup(self._rows(reader, packet, number)),
        )
        return [*sent, last]

    def _rows(self, reader: Holder, packet: Packet, number: str) -> Rows:
        chat, their_words = reader.chat, reader.words

        def ask(text: str, action: str) -> Button:
            return Button(text, data=self.signer.data(chat, action, number))

        opening = []
        if can_copy(packet.text):
            opening.append(Button(their_words.say("Copy the text"), copy=packet.text))
        if packet.link:
            opening.append(
                Button(their_words.say("Open {platform}", platform=packet.platform), url=packet.link)
            )
        answers = (ask(their_words.say("Posted"), "posted"), ask(their_words.say("Cannot"), "cannot"))
        return (tuple(opening), answers) if opening else (answers,)


def _messages(packet: Packet) -> int:
    """How many messages it takes at most."""
    return len(packet.media) + len(pieces(packet.text)) + 1


def told(packet: Packet, number: str, their_words: Words) -> str:
    """The message that a person reads, in Telegram's HTML; a tap on the text copies it."""
    clock_time = time_(their_words.habits, packet.planned_at.astimezone(UTC))
    match packet.urging:
        case Urging.NOTHING:
            head = their_words.say("To post now, number {number}:", number=number)
        case Urging.REMINDER:
            head = their_words.say("Number {number} still waits for you:", number=number)
        case Urging.ESCALATION:
            head = their_words.say(
                "Number {number} was not posted by whoever had it. To post now:", number=number
            )
    place = their_words.say(
        "{platform}, account {account}, planned for {time} UTC.",
        platform=packet.platform,
        account=packet.account,
        time=clock_time,
    )
    body = f"<code>{escape(packet.text)}</code>" if packet.text else ""
    return "\n\n".join(part for part in (f"<b>{head}</b>", escape(place), body) if part)


def pieces(text: str) -> list[str]:
    """A text that is too long for one message, in as few as it takes, cut between words."""
    found = [""]
    for word in _WORD.findall(text):
        if found[-1] and utf16_units(found[-1] + word) > LONGEST:
            found.append("")
        found[-1] += word
    return found


async def _send_media(bot: Bot, reader: Holder, media: tuple[OutgoingMedia, ...]) -> Sequence[Message]:
    """In a guarded city the pictures are covered, and nothing is written below them."""
    guarded = reader.is_guarded
    if len(media) > 1:
        return await bot.send_media_group(reader.chat, [_in_album(each, guarded=guarded) for each in media])
    caption, covered_ = None if guarded else media[0].alt, guarded or None
    send = bot.send_video if media[0].mime.startswith(VIDEO) else bot.send_photo
    return [await send(reader.chat, media[0].data, caption=caption, has_spoiler=covered_)]


def _receipt(sent: list[Message]) -> Receipt:
    return Receipt(str(sent[-1].message_id), None, sent[-1].date.astimezone(UTC))


def _lost(packet: Packet, person: str) -> NotAuthorised:
    return NotAuthorised(
        NAME,
        packet.account,
        f"{person} cannot be reached by the bot",
        "Name another person in the account.",
    )


def _in_album(media: OutgoingMedia, *, guarded: bool) -> InputMediaPhoto | InputMediaVideo:
    kind = InputMediaVideo if media.mime.startswith(VIDEO) else InputMediaPhoto
    return kind(media.data, caption=None if guarded else media.alt, has_spoiler=guarded or None)
