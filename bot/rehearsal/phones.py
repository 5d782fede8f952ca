"""The bot's private messages, each brought to a stand-in for the phone of its reader instead of to Telegram."""

import html
import re
from dataclasses import replace
from typing import Any, Final

from channels.base import Card, Connection, OutgoingPost, Prepared, Receipt
from channels.errors import Refused
from channels.httpclient import Answer
from channels.rehearsal.channel import RehearsalChannel
from channels.telegram.direct import GONE, DirectChannel
from schedules.planning.prompts import PLATFORM

TAG: Final = re.compile(r"<[^>]*>")


class PhoneChannel(RehearsalChannel):
    """Writes to volunteers like the adapter of the bot, with the same cards and the same features."""

    name = DirectChannel.name

    def __init__(self, connection: Connection) -> None:
        super().__init__(replace(connection, settings={**connection.settings, "platform": PLATFORM}))
        self.features = DirectChannel.features

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        """Bring the card of this post to its one reader."""
        del prepared
        cards, reader = self.connection.ports.cards, post.recipient
        card = None if cards is None or reader is None else await cards.card(post)
        if cards is None or reader is None or card is None:
            raise Refused(self.name, self.connection.account, GONE, "Nothing is to be done.")
        answer = self._checked(await self._bring(card, post), publishing=True)
        receipt = self._receipt(answer, publishing=True)
        await cards.arrived(post, int(receipt.remote_id.rpartition("-")[2]))
        return receipt

    async def _bring(self, card: Card, post: OutgoingPost) -> Answer:
        path = f"/v1/{PLATFORM}/{card.chat}/posts"
        return await self._errors.ask(self._http, "POST", path, publishing=True, json=_body(card, post))


def labels(card: Card) -> tuple[tuple[str, ...], ...]:
    """What the buttons of a card say, row by row."""
    return tuple(tuple(button.text for button in row) for row in card.rows)


def _body(card: Card, post: OutgoingPost) -> dict[str, Any]:
    return {
        "key": post.key,
        "language": post.language,
        "text": html.unescape(TAG.sub("", card.html)),
        "links": [],
        "content_warning": None,
        "media": [],
        "options": {**post.options, "html": card.html, "buttons": labels(card)},
        "reply_to": None,
    }
