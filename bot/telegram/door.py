"""The bot at work: one process per installation fetches its updates, answers them and tidies phones."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from telegram.constants import ParseMode
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Defaults

import bot.telegram.handlers  # noqa: F401 - fills the table
from bot.telegram.alerts import tell_alerts, tell_the_day_ahead
from bot.telegram.boards import keep_boards
from bot.telegram.countdown import tell_readiness
from bot.telegram.farewells import ask_who_stays
from bot.telegram.floods import Floods
from bot.telegram.keys import DoorKeys
from bot.telegram.lanes import Lanes
from bot.telegram.menus import StaffMenus, show_menus
from bot.telegram.musters import MUSTER_SECONDS, Musters
from bot.telegram.phones import tidy_phones
from bot.telegram.polling import PollingBot, log_failure, poll
from bot.telegram.rounds import keep_prompts, leave_strangers, tell_the_week
from bot.telegram.router import Router
from bot.telegram.signing import Signer
from bot.telegram.talk import Means
from bot.telegram.vanishing import Vanishing, VanishingBot
from bot.telegram.webhook import Webhook
from channels.base import Connection
from channels.registry import BOT_CHANNEL
from channels.telegram.bot import UNREADABLE, api_root
from channels.telegram.client import BotRequest
from schedules.accounts import accounts, buckets
from schedules.accounts.vault import Vault
from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.commands.installation import note_fetched_elsewhere
from schedules.errors import ScheduleError
from schedules.people.invites import Links
from schedules.people.people import Person
from schedules.planning.kits import Kits
from schedules.store import leases
from schedules.store.engine import Store

LEASE: Final = timedelta(seconds=10)
"""So long after a process dies another one serves the bot."""
LOOK_SECONDS: Final = 2.0
"""Between two looks whether the bot was connected, changed or removed, and whether it is ours to serve."""
LONGEST_PAUSE: Final = 30.0
"""Between two attempts to serve a bot that cannot be served."""
CHORES: Final = (
    (5.0, tidy_phones),
    (30.0, tell_alerts),
    (60.0, tell_the_day_ahead),
    (60.0, tell_readiness),
    (60.0, ask_who_stays),
    (5.0, leave_strangers),
    (20.0, keep_prompts),
    (20.0, keep_boards),
    (60.0, tell_the_week),
)
"""What the bot does by itself, with the seconds between two rounds."""

MENU_SECONDS: Final = 20.0
"""Between two looks whether somebody in charge has other roles or another language."""
BOT_UNKNOWN: Final = "Telegram does not know this token: ask @BotFather for it and give it anew."
NO_ANSWER: Final = (TelegramError, *UNREADABLE)
NO_STORE: Final = (SQLAlchemyError, OSError)

log = structlog.get_logger()


class TelegramDoor:
    """Serves the bot of an installation for as long as it runs.

    Args:
        holder: This process, as leases know it; of several only one fetches updates.
        actor_of: Who somebody acts as.
        key: Where the key lies that a wipe destroys first.
        webhook: Where Telegram brings updates; without it they are asked for.
    """

    def __init__(
        self,
        store: Store,
        vault: Vault,
        clock: Clock,
        keys: DoorKeys,
        *,
        holder: str,
        actor_of: Callable[[Person], Awaitable[Actor]],
        key: Path,
        webhook: Webhook | None = None,
    ) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._keys = keys
        self._holder = holder
        self._actor_of = actor_of
        self._key = key
        self._webhook = webhook

    async def run(self, stop: asyncio.Event) -> None:
        """Serve the bot whenever there is one, until ``stop`` is set. What fails is tried again."""
        pause = LOOK_SECONDS
        while not stop.is_set():
            went_well = await self._round(stop)
            pause = LOOK_SECONDS if went_well else min(pause * 2, LONGEST_PAUSE)
            await _until(stop, pause)

    async def _round(self, stop: asyncio.Event) -> bool:
        """Serve the bot if there is one for us. Whether nothing failed."""
        try:
            connection = await self._ours()
            if connection is not None:
                await self._serve_or_hold(connection, stop)
        except InvalidToken:
            log.warning("the bot's token is not known to Telegram; give it anew: munasara accounts token")
        except NO_ANSWER as error:
            log.warning("Telegram cannot be reached for the bot", error=type(error).__name__)
        except NO_STORE as error:
            log.warning("database unreachable", error=type(error).__name__)
        except ScheduleError as error:
            log.warning("the bot cannot be served", why=str(error))
        except Exception as error:  # noqa: BLE001 - the worker beside it goes on
            log_failure("the bot stopped", error)
        else:
            return True
        return False

    async def _ours(self) -> Connection | None:
        name = await accounts.first_of(self._store, BOT_CHANNEL)
        if name is None or not await self._hold():
            return None
        return await accounts.connection(self._store, self._vault, name)

    async def _hold(self) -> bool:
        return await leases.hold(self._store, self._clock, BOT_CHANNEL, self._holder, LEASE)

    async def _serve_or_hold(self, connection: Connection, stop: asyncio.Event) -> None:
        try:
            await self._serve(connection, stop)
        except InvalidToken:
            await accounts.hold(self._store, connection.account, BOT_UNKNOWN, self._clock.now())
            raise

    async def _serve(self, connection: Connection, stop: asyncio.Event) -> None:
        credential = self._vault.credential_lane(connection.account, BOT_CHANNEL, connection.secret)
        draw = partial(buckets.draw, self._store, self._clock, credential, ahead=buckets.ANSWERS)
        lanes = Lanes(draw, partial(buckets.block, self._store, self._clock, credential))
        vanishing = Vanishing(self._store, self._vault, self._clock, Kits(self._store))
        bot = bot_of(connection, vanishing, lanes)
        done = asyncio.Event()
        try:
            async with bot:
                means = await self._means(bot, connection)
                await show_menus(means)
                router = Router(means, Floods())
                log.info("the bot is at work", account=connection.account)
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._take_updates(bot, router, done))
                    for seconds, chore in CHORES:
                        tasks.create_task(self._again(seconds, partial(chore, means), done))
                    tasks.create_task(self._again(MENU_SECONDS, StaffMenus(means).keep, done))
                    musters = Musters(means, since=self._clock.now())
                    tasks.create_task(self._again(MUSTER_SECONDS, musters.keep, done))
                    await self._watch(connection, stop)
                    done.set()
        finally:
            await leases.give_back(self._store, BOT_CHANNEL, self._holder)

    async def _take_updates(self, bot: PollingBot, router: Router, done: asyncio.Event) -> None:
        if self._webhook is not None:
            await self._webhook.serve(bot, router.handle, done)
            return
        # Telegram answers no question for updates while they are brought somewhere.
        await bot.delete_webhook()
        elsewhere = partial(note_fetched_elsewhere, self._store, self._clock, self._holder)
        await poll(bot, router.handle, done, elsewhere=elsewhere)

    async def _means(self, bot: PollingBot, connection: Connection) -> Means:
        username = (await bot.get_me()).username or ""
        await accounts.learn(self._store, connection.account, username=username)
        return Means(
            store=self._store,
            vault=self._vault,
            clock=self._clock,
            kits=Kits(self._store),
            signer=Signer(self._keys.buttons, self._clock),
            links=Links(self._keys.links),
            bot=bot,
            account=connection.account,
            username=username,
            actor_of=self._actor_of,
            key=self._key,
        )

    async def _watch(self, connection: Connection, stop: asyncio.Event) -> None:
        """Return when it is time to stop, when the bot changed, or when another process serves it."""
        while not stop.is_set():
            await _until(stop, LOOK_SECONDS)
            if stop.is_set() or not await self._is_still(connection):
                return

    async def _is_still(self, connection: Connection) -> bool:
        try:
            now = await self._ours()
        except (*NO_STORE, ScheduleError) as error:
            log.warning("the bot's account cannot be read", error=type(error).__name__)
            return False
        return (
            now is not None
            and now.account == connection.account
            and now.secret.reveal() == connection.secret.reveal()
            and api_root(now) == api_root(connection)
        )

    async def _again(self, seconds: float, job: Callable[[], Awaitable[Any]], done: asyncio.Event) -> None:
        while not done.is_set():
            try:
                await job()
            except Exception as error:  # noqa: BLE001 - the bot goes on answering
                log.warning("chore failed", error=type(error).__name__)
            await _until(done, seconds)


def bot_of(connection: Connection, vanishing: Vanishing, lanes: Lanes | None = None) -> VanishingBot:
    """The library's bot for an account, within our bounds. Start and close it."""
    return VanishingBot(
        connection.secret.reveal(),
        base_url=f"{api_root(connection)}/bot",
        base_file_url=f"{api_root(connection)}/file/bot",
        request=BotRequest(),
        get_updates_request=BotRequest(),
        rate_limiter=lanes,
        defaults=Defaults(parse_mode=ParseMode.HTML),
        vanishing=vanishing,
    )


async def _until(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
