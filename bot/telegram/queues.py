"""Queued messages in the hands of people, and the one message on the phone of its author that shows where it stands."""

from dataclasses import dataclass
from datetime import datetime

from bot.telegram import gridview, readers
from bot.telegram.readers import Reader
from bot.telegram.talk import Means
from channels.registry import BOT_CHANNEL
from content.limits import LIMITS
from content.models import Campaign
from schedules.clock import Clock
from schedules.commands import door_messages, door_posts
from schedules.commands.accounts import views
from schedules.commands.actor import Actor
from schedules.commands.door_posts import Queue, Scheduled
from schedules.errors import Forbidden
from schedules.planning.destinations import AccountView
from schedules.planning.doors import DoorMessage
from schedules.store.engine import Store


@dataclass(frozen=True, slots=True)
class Desk:
    """One queued message in the hands of one person."""

    means: Means
    actor: Actor
    campaign: Campaign
    accounts: tuple[AccountView, ...]
    number: int

    async def look(self) -> Queue:
        """Where it stands."""
        return await door_posts.look(*self._all)

    async def follow(self) -> None:
        """Let what is planned follow a change."""
        await door_posts.follow(*self._all)

    async def schedule(self) -> Scheduled:
        """Plan what is ready."""
        return await door_posts.schedule(*self._all)

    async def hold(self, until: datetime | None = None) -> int:
        """Take back what is planned and not out."""
        return await door_posts.hold(*self._all, until=until)

    async def drop(self) -> int:
        """Give it up."""
        return await door_posts.drop(*self._all)

    @property
    def _all(self) -> tuple[Store, Clock, Actor, Campaign, tuple[AccountView, ...], int]:
        means = self.means
        return means.store, means.clock, self.actor, self.campaign, self.accounts, self.number


async def desk(means: Means, actor: Actor, number: int) -> Desk:
    """A queued message in the hands of an editor.

    Raises:
        Forbidden: They are nowhere an editor.
        ScheduleError: There is none of that number.
    """
    door = await door_messages.show(means.store, actor, number)
    campaign = await means.kits.get(door.campaign)
    every = await views(means.store)
    known = tuple(one for one in every if one.adapter != BOT_CHANNEL and one.channel in LIMITS)
    return Desk(means, actor, campaign, known, number)


async def refresh(means: Means, number: int) -> Reader | None:
    """Bring the grid on the author's phone up to date; gives the author where they can be reached.

    Whoever is no editor of it any more is shown nothing.
    """
    door = await _door(means, number)
    author = await readers.called(means, door.author)
    if author is None:
        return None
    try:
        queue = await (await desk(means, author.actor, number)).look()
    except Forbidden:
        return None
    html, rows = gridview.shown(queue, author)
    if door.card is None or not await author.show(door.card, html, rows):
        card = await author.say(html, rows)
        if card is not None:
            await door_messages.keep_card(means.store, number, card)
    return author


async def _door(means: Means, number: int) -> DoorMessage:
    return await door_messages.show(means.store, Actor("bot"), number)
