"""The campaign's bot: private messages to the people who came to it.

Telegram has no idempotency key and a bot cannot read what it wrote (core.telegram.org/bots/api), so a message
without an answer may or may not have arrived; whoever presses one of its buttons proves that it did.
"""

import contextlib
from datetime import UTC
from typing import Final

from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError

from channels.base import (
    WEB_ADDRESS,
    AccountCheck,
    Card,
    Cards,
    Channel,
    Connection,
    Feature,
    OutgoingPost,
    Prepared,
    Receipt,
    Setting,
)
from channels.demands import require_features
from channels.errors import NotAuthorised, Refused
from channels.telegram.bot import DEFAULT_BASE_URL, SECRET_HELP, SECRET_SHAPE, TelegramBot
from channels.telegram.keyboards import markup
from content.limits import LIMITS

NO_DOOR: Final = "nothing here knows the people whom it writes to"
NO_CHAT: Final = "chat not found"
GONE: Final = "They do not want it any more."


class DirectChannel(Channel):
    """Writes to one volunteer at a time."""

    name = "telegram-bot"
    limits = LIMITS["telegram"]
    features = frozenset({Feature.LETTERS, Feature.SILENT})
    settings = (
        Setting(
            "base_url", f"Address of the Bot API server; {DEFAULT_BASE_URL} by default.", shape=WEB_ADDRESS
        ),
        Setting(
            "username", "The bot's name without @, for links that let people in; learned when it starts."
        ),
    )
    secret_help = SECRET_HELP
    secret_shape = SECRET_SHAPE
    guide = (
        "Open https://t.me/BotFather in Telegram and send /newbot.",
        "Give the bot a name that says whose it is, and a username that ends in bot.",
        "Send /setjoingroups and choose Enable, if the bot is to serve groups.",
        "Send /setprivacy and choose Enable, so that the bot does not see what people write in groups.",
        "Copy the token that BotFather gave you, and keep it to yourself: whoever has it is the bot.",
    )

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._bot = TelegramBot(self.name, connection)

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        """Write the card of this post to its one recipient."""
        del prepared
        require_features(self, post)
        cards, recipient = self._door(post)
        card = await cards.card(post)
        if card is None:
            raise self._gone()
        async with self._bot.calling(publishing=True):
            try:
                receipt = await self._write(card, silent=bool(post.options.get("silent")))
            except TelegramError as error:
                if not _nobody_there(error):
                    raise
                await cards.lost(recipient)
                raise self._gone() from None
        if not await cards.arrived(post, int(receipt.remote_id)):
            await self._take_back(card, int(receipt.remote_id))
        return receipt

    async def verify(self) -> AccountCheck:
        """Ask who the bot is."""
        try:
            async with self._bot.calling():
                me = await self._bot.api.get_me()
        except (NotAuthorised, Refused) as error:
            return AccountCheck.failed(error)
        groups = "may join groups" if me.can_join_groups else "may not join groups"
        detail = f"The bot writes to whoever comes to it, and {groups}."
        return AccountCheck(ready=True, identity=f"@{me.username}", detail=detail)

    async def aclose(self) -> None:
        """Close the connections to Telegram."""
        await self._bot.aclose()

    async def _take_back(self, card: Card, message: int) -> None:
        with contextlib.suppress(TelegramError):
            await self._bot.api.delete_message(card.chat, message)

    async def _write(self, card: Card, *, silent: bool) -> Receipt:
        sent = await self._bot.api.send_message(
            card.chat,
            card.html,
            parse_mode=ParseMode.HTML,
            reply_markup=markup(card.rows),
            disable_notification=True if silent else None,
        )
        return Receipt(str(sent.message_id), None, sent.date.astimezone(UTC))

    def _door(self, post: OutgoingPost) -> tuple[Cards, str]:
        cards = self.connection.ports.cards
        if cards is None or post.recipient is None:
            raise self._bot.errors.not_authorised(NO_DOOR, "Send it with munasara run.")
        return cards, post.recipient

    def _gone(self) -> Refused:
        return Refused(self.name, self.connection.account, GONE, "Nothing is to be done.")


def _nobody_there(error: TelegramError) -> bool:
    """Whether only this one recipient cannot be reached, which says nothing about the bot."""
    is_unknown = isinstance(error, BadRequest) and NO_CHAT in error.message.lower()
    return isinstance(error, Forbidden) or is_unknown
