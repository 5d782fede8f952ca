"""The whole bot on a stage: a real store, real adapters and handlers, and a fake Telegram over loopback HTTP.

``settle`` hands every waiting update to the handlers, one after the other, and ``send_due`` lets one worker send what is
due, so that a test never waits and never races:

    async with bot_stage(database_url) as stage:
        ada = stage.world.add_user("Ada", language_code="ar")
        ada.open_link(await stage.invite(city="aleppo"))
        await stage.settle()
        ada.press(ada.last, "نعم")
        await stage.settle()
        assert "…" in ada.phone
"""

import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from telegram import Update
from telegram.ext import ExtBot

import bot.telegram.handlers  # noqa: F401 - fills the table
from bot.pool import ChannelPool
from bot.telegram.door import CHORES, bot_of
from bot.telegram.floods import Floods
from bot.telegram.groups import BoundGroups
from bot.telegram.packets import Packets
from bot.telegram.phones import tidy_phones
from bot.telegram.router import Router
from bot.telegram.signing import Signer
from bot.telegram.stepcards import StepCards
from bot.telegram.talk import Means
from bot.telegram.vanishing import Vanishing
from channels.base import Channel, Ports
from channels.registry import channel_class
from channels.secret import Secret
from content.loader import load_campaign
from content.models import Campaign, Risk
from schedules.accounts import accounts
from schedules.accounts.accounts import NewAccount
from schedules.accounts.buckets import buckets_for
from schedules.accounts.keys import Key
from schedules.accounts.vault import Vault
from schedules.clock import Clock
from schedules.commands import accounts as account_commands
from schedules.commands.actor import Actor
from schedules.commands.approvals import Seen, approve
from schedules.commands.people import actor_of
from schedules.commands.plans import check_plan, record_plan
from schedules.commands.posts import Filter, list_posts
from schedules.ledger.control import Control
from schedules.ledger.dispatcher import Dispatcher
from schedules.ledger.ledger import Ledger
from schedules.lifecycle import State
from schedules.people import invites, people, volunteers
from schedules.people.invites import Invite, Links
from schedules.people.volunteers import Volunteer
from schedules.planning.kits import Kits
from schedules.planning.record import record
from schedules.store.engine import Store
from schedules.store.migrate import migrate
from schedules.store.tables import campaign as campaign_table
from tests.support.telegram.people import Person
from tests.support.telegram.server import BotApi, serving
from tests.support.telegram.world import World

EXAMPLE: Final = Path(__file__).parents[2] / "content" / "examples" / "white-balloons"
BOT: Final = "the-bot"
COORDINATOR: Final = Actor("sara")
ORDINARY_NOON: Final = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
"""On a Wednesday before the campaign begins; what is played does not depend on the day it is played on."""
SOON: Final = timedelta(seconds=5)
MOMENT: Final = timedelta(milliseconds=200)
IDLE_ROUNDS: Final = 50
"""So often nothing may happen before what is due counts as held back by something else than its lane."""
APPROVERS: Final = (Actor("omar"), Actor("noor"))
KEY: Final = Key(b"k" * 32)


@dataclass
class BotStage:
    """Everything that the bot consists of, and the world around it."""

    world: World
    api: BotApi
    store: Store
    means: Means
    campaign: Campaign
    router: Router
    ledger: Ledger
    dispatcher: Dispatcher
    control: Control
    _offset: int = field(default=0, init=False)

    async def settle(self) -> None:
        """Hand every waiting update to the handlers, until none is left."""
        while updates := await self.updates():
            for update in updates:
                await self.router.handle(update)

    async def updates(self) -> tuple[Update, ...]:
        """The updates that wait, which are confirmed with this."""
        found = await self.means.bot.get_updates(
            offset=self._offset, timeout=0, allowed_updates=Update.ALL_TYPES
        )
        if found:
            self._offset = found[-1].update_id + 1
        return found

    async def send_due(self) -> None:
        """Let one worker send everything that is due now, however long its rate lanes take for that."""
        idle = 0
        while idle < IDLE_ROUNDS:
            await self.control.refresh()
            if await self.dispatcher.tick():
                await self.dispatcher.drain()
                idle = 0
                continue
            moment = await self.ledger.next_moment()
            if moment is None or moment > self.means.clock.now() + SOON:
                return
            self.world.clock.advance(MOMENT)
            idle += 1

    async def advance(self, by: timedelta) -> None:
        """Let time pass, and messages vanish whose time has come."""
        self.world.clock.advance(by)
        await tidy_phones(self.means)

    async def invite(self, role: str = invites.VOLUNTEER, **values: Any) -> str:
        """The address of a fresh invitation, for a day and one person unless ``values`` say otherwise."""
        clock = self.means.clock
        given: dict[str, Any] = {
            "campaign": self.campaign.id,
            "expires_at": clock.now() + timedelta(days=1),
            **values,
        }
        new = Invite(id=invites.new_id(), role=role, **given)
        async with self.store.write() as connection:
            await invites.save(connection, clock, new, COORDINATOR.name)
        return f"https://t.me/{self.means.username}?start={self.means.links.payload(new.id)}"

    async def plan_many_cities(self, number: int) -> None:
        """The campaign is planned anew with so many cities like Berlin, and no other."""
        berlin = next(city for city in self.campaign.cities if city.id == "berlin")
        many = tuple(
            berlin.model_copy(update={"id": f"berlin-{each}", "name": {"en": f"Berlin {each}"}})
            for each in range(number)
        )
        larger = self.campaign.model_copy(update={"cities": many})
        self.world.clock.advance(timedelta(seconds=1))
        await record(self.store, self.means.clock, larger, (), author="sara", kept=frozenset())

    async def guard(self, name: str) -> None:
        """The campaign as it was last planned is planned anew, with one more city in which being found out is dangerous."""
        known = await self.means.kits.get(self.campaign.id)
        cities = tuple(
            city.model_copy(update={"risk": Risk.GUARDED}) if city.id == name else city
            for city in known.cities
        )
        guarded = known.model_copy(update={"cities": cities}).model_dump_json()
        async with self.store.write() as connection:
            later = {"planned_at": self.means.clock.now() + timedelta(seconds=1), "kit": guarded}
            await connection.execute(
                campaign_table.update().where(campaign_table.c.id == known.id).values(later)
            )

    async def comes(self, handle: str, role: str, **values: Any) -> Person:
        """Somebody in charge opens her link and takes up her role; her phone is in English."""
        person = self.world.add_user("Somebody", language_code="en")
        person.open_link(await self.invite(role, handle=handle, **values))
        await self.settle()
        person.press(person.last, "I take it up")
        await self.settle()
        return person

    async def volunteer(self, city: str | None = "berlin", language: str = "en", **chosen: Any) -> Person:
        """Somebody who joined a while ago, with the hour and the level that nobody changed."""
        person = self.world.add_user("Somebody", language_code=language)
        person.send("/start")
        await self.settle()
        zone = next((one.zone for one in self.campaign.cities if one.id == city), self.campaign.zone)
        means = self.means
        async with self.store.write() as connection:
            name = await people.welcome(connection, means.vault, means.clock, person.id, language)
            new = Volunteer(name, self.campaign.id, language, zone, 9, city=city, **chosen)
            await volunteers.join(connection, new, means.clock.now())
        return person

    async def plan_prompts(self) -> None:
        """Plan the campaign's prompts and nothing else, and approve them."""
        await self._plan(self.campaign.model_copy(update={"slots": (), "action_days": ()}))

    async def plan_letters(self) -> None:
        """Plan what the action days write to people and nothing else, and approve it."""
        await self._plan(self.letters())

    def letters(self) -> Campaign:
        """The campaign with nothing but what its action days write to people."""
        days = tuple(
            day.model_copy(update={"steps": tuple(step for step in day.steps if not step.channels)})
            for day in self.campaign.action_days
        )
        return self.campaign.model_copy(update={"slots": (), "prompts": (), "action_days": days})

    async def _plan(self, campaign: Campaign) -> None:
        views = await account_commands.views(self.store)
        clock = self.means.clock
        checked = await check_plan(self.store, clock, campaign, views)
        await record_plan(self.store, clock, COORDINATOR, checked)
        posts = await list_posts(self.store, Filter(states=(State.PLANNED,)))
        for approver in APPROVERS:
            await approve(self.store, clock, approver, [Seen(one.id, one.digest) for one in posts])

    async def do_chores(self) -> None:
        """Everything that the bot does by itself, once."""
        for _, chore in CHORES:
            await chore(self.means)

    async def add_account(
        self,
        name: str,
        channel: str,
        settings: Mapping[str, str],
        language: str = "en",
        *,
        city: str | None = None,
    ) -> None:
        """Connect an account that needs no token."""
        means = self.means
        await _connect(self.store, means.vault, means.clock, name, channel, settings, "", city, language)


@asynccontextmanager
async def bot_stage(
    database_url: str,
    *,
    at: datetime = ORDINARY_NOON,
    campaign: Campaign | None = None,
    videos: Path | None = None,
) -> AsyncIterator[BotStage]:
    """A stage with the example campaign planned and the bot connected.

    Args:
        at: When the play begins.
        videos: The folder that keeps them.
    """
    migrate(database_url)
    world, played = World(), campaign or load_campaign(EXAMPLE)
    world.clock.set(at)
    store, vault = Store(database_url, videos), Vault(KEY)
    try:
        async with serving(world) as api:
            await record(store, world.clock, played, (), author="sara", kept=frozenset())
            settings = {"base_url": api.address, "username": world.bot.username}
            await _connect(store, vault, world.clock, BOT, "telegram-bot", settings, world.token)
            vanishing = Vanishing(store, vault, world.clock, Kits(store))
            connection = await accounts.connection(store, vault, BOT)
            async with bot_of(connection, vanishing) as bot:
                stage, pool = _stage(world, api, _means(store, vault, world, bot), played)
                try:
                    yield stage
                finally:
                    await pool.aclose()
    finally:
        await store.close()


async def _connect(
    store: Store,
    vault: Vault,
    clock: Clock,
    name: str,
    channel: str,
    settings: Mapping[str, str],
    secret: str,
    city: str | None = None,
    language: str = "en",
) -> None:
    new = NewAccount(
        id=name,
        channel=channel,
        language=language,
        owner="sara",
        disclosure="Run by the campaign.",
        settings=settings,
        city=city,
    )
    await accounts.add(
        store, vault, new, secret=Secret(secret), buckets=buckets_for(channel), now=clock.now()
    )


def _means(store: Store, vault: Vault, world: World, bot: ExtBot[None]) -> Means:
    return Means(
        store=store,
        vault=vault,
        clock=world.clock,
        kits=Kits(store),
        signer=Signer(b"buttons" * 4, world.clock),
        links=Links(b"links" * 4),
        bot=bot,
        account=BOT,
        username=world.bot.username,
        actor_of=partial(actor_of, store, vault, world.clock),
        key=Path("no-key"),
    )


def _stage(world: World, api: BotApi, means: Means, campaign: Campaign) -> tuple[BotStage, ChannelPool]:
    ledger = Ledger(means.store, means.clock, server_time=False, lease=timedelta(seconds=90))
    # What it knows never grows old: a slow machine must not stop a play.
    control = Control(ledger.pauses, elapsed=lambda: 0.0)
    ports = Ports(
        hand_over=Packets(Vanishing(means.store, means.vault, means.clock, means.kits), means.signer),
        cards=StepCards(means.store, means.vault, means.clock, means.signer, means.kits),
        groups=BoundGroups(means.store, means.vault, means.clock),
    )

    async def connect(name: str) -> Channel:
        known = await accounts.get(means.store, name)
        connection = await accounts.connection(means.store, means.vault, name)
        return channel_class(known.channel)(replace(connection, ports=ports))

    pool = ChannelPool(connect)
    dispatcher = Dispatcher(ledger, pool, control, name="stage", draw=random.Random(7))
    router = Router(means, Floods(world.clock.ticks))
    return BotStage(world, api, means.store, means, campaign, router, ledger, dispatcher, control), pool
