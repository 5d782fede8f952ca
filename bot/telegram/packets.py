"""Hand-overs: a person gets a post to publish by hand, and says what became of it."""

import re
from dataclasses import dataclass, replace
from datetime import UTC
from html import escape
from typing import Final

from sqlalchemy import select
from telegram import Bot, InputMediaPhoto, InputMediaVideo
from telegram.constants import ParseMode
from telegram.error import Forbidden

from bot.telegram.signing import Signer
from channels.base import Button, Connection, OutgoingMedia, Packet, Receipt, Rows, Urging
from channels.errors import NotAuthorised
from channels.registry import BOT_CHANNEL
from channels.telegram.bot import TelegramBot
from channels.telegram.keyboards import can_copy, markup
from content.counting import utf16_units
from content.filters import time_
from content.words import Words, words
from schedules.accounts import accounts
from schedules.accounts.vault import Vault
from schedules.errors import PersonUnknown
from schedules.people import people
from schedules.store.engine import Store
from schedules.store.tables import post

LONGEST: Final = 3_500
"""UTF-16 units of a text that still fits into one message with what is told about it."""
VIDEO: Final = "video/"
NAME: Final = "handoff"

_WORD: Final = re.compile(r"\S+\s*|\s+")


@dataclass(frozen=True, slots=True)
class Packets:
    """Brings packets to people in charge, by the bot of the installation."""

    store: Store
    vault: Vault
    signer: Signer

    async def __call__(self, packet: Packet, person: str) -> Receipt:
        """Write the media, the text ready to copy, and what to do, to a person by their handle.

        Raises:
            ChannelError: As ``channels.base.HandOver`` says.
        """
        connection = await self._connection(packet)
        chat, their_words = await self._reader(packet, person)
        number = await self._number(packet)
        bot = TelegramBot(NAME, replace(connection, account=packet.account))
        try:
            async with bot.calling(publishing=True):
                try:
                    return await self._write(bot.api, chat, packet, number, their_words)
                except Forbidden:
                    raise _lost(packet, person) from None
        finally:
            await bot.aclose()

    async def _connection(self, packet: Packet) -> Connection:
        name = await accounts.first_of(self.store, BOT_CHANNEL)
        if name is None:
            raise NotAuthorised(
                NAME,
                packet.account,
                "no bot is connected",
                "Connect one: munasara accounts add telegram-bot",
            )
        return await accounts.connection(self.store, self.vault, name)

    async def _reader(self, packet: Packet, person: str) -> tuple[int, Words]:
        try:
            known = await people.called(self.store, person)
        except PersonUnknown as error:
            raise NotAuthorised(NAME, packet.account, str(error)) from None
        chat = await people.address(self.store, self.vault, known.id)
        if chat is None:
            raise _lost(packet, person)
        return chat, words(known.language)

    async def _number(self, packet: Packet) -> str:
        """The number of the post, with that of its part where it is a later one of a thread."""
        key, _, part = packet.key.partition("#")
        async with self.store.read() as connection:
            found = await connection.execute(select(post.c.id).where(post.c.key == key))
            return f"{found.scalar_one()}.{part}" if part else f"{found.scalar_one()}"

    async def _write(self, bot: Bot, chat: int, packet: Packet, number: str, their_words: Words) -> Receipt:
        if packet.media and packet.urging is not Urging.REMINDER:
            await _send_media(bot, chat, packet.media)
        if utf16_units(packet.text) > LONGEST:
            for piece in pieces(packet.text):
                await bot.send_message(chat, piece)
            packet = replace(packet, text="")
        sent = await bot.send_message(
            chat,
            told(packet, number, their_words),
            parse_mode=ParseMode.HTML,
            reply_markup=markup(self._rows(chat, packet, number, their_words)),
        )
        return Receipt(str(sent.message_id), None, sent.date.astimezone(UTC))

    def _rows(self, chat: int, packet: Packet, number: str, their_words: Words) -> Rows:
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


async def _send_media(bot: Bot, chat: int, media: tuple[OutgoingMedia, ...]) -> None:
    if len(media) > 1:
        await bot.send_media_group(chat, [_in_album(each) for each in media])
    elif media[0].mime.startswith(VIDEO):
        await bot.send_video(chat, media[0].data, caption=media[0].alt)
    else:
        await bot.send_photo(chat, media[0].data, caption=media[0].alt)


def _lost(packet: Packet, person: str) -> NotAuthorised:
    return NotAuthorised(
        NAME,
        packet.account,
        f"{person} cannot be reached by the bot",
        "Name another person in the account.",
    )


def _in_album(media: OutgoingMedia) -> InputMediaPhoto | InputMediaVideo:
    kind = InputMediaVideo if media.mime.startswith(VIDEO) else InputMediaPhoto
    return kind(media.data, caption=media.alt)
