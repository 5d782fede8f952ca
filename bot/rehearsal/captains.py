"""Captains and deputies of a rehearsal: what they press and write on their phones on the day, as the bot asks them."""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from telegram import Update
from telegram.constants import ParseMode
from telegram.ext import Defaults

import bot.telegram.handlers  # noqa: F401 - fills the table
from bot.rehearsal.cast import ACTORS, BOT
from bot.rehearsal.plots import ABORT, DANGER, GOES_ON, RAIN, Plot, starts, team_size
from bot.rehearsal.stage import PHONES, Act, Stage
from bot.rehearsal.telegraph import ME, TOKEN, Bubble, Telegraph, as_message
from bot.telegram.floods import Floods
from bot.telegram.musters import Musters
from bot.telegram.router import Router
from bot.telegram.signing import Signer
from bot.telegram.talk import Means
from bot.telegram.vanishing import Vanishing, VanishingBot
from channels.rehearsal.journal import Journal
from content.models import Campaign, Risk, StepKind
from schedules.action_days.calls import BEFORE, Due, gatherings
from schedules.commands import action_days, pauses
from schedules.commands.approvals import Seen, approve
from schedules.commands.people import actor_of
from schedules.commands.posts import Filter, list_posts
from schedules.lifecycle import State
from schedules.people import people, roles
from schedules.people.invites import Links
from schedules.people.roles import Grant, Role
from schedules.planning.kits import Kits

FIRST_CHAT: Final = 900_000
ORGANISER_CHAT: Final = FIRST_CHAT - 1
FIRST_WRITTEN: Final = 1_000_000
"""The numbers of what they write begin far above those of what they get."""
JOURNAL: Final = "in-charge.jsonl"
TAKES: Final = timedelta(minutes=3)
"""How long after a question somebody answers."""
CORRECTS_AFTER: Final = timedelta(minutes=10)
BEGINS_AFTER: Final = timedelta(minutes=1)
A_MOMENT: Final = timedelta(milliseconds=1)
"""Between two grants, so that who came first is known."""
CROWDS: Final = range(23, 400)
CORRECTING: Final = 3
"""Every so manieth captain first presses a number, and corrects it."""


@dataclass(frozen=True, slots=True)
class Captain:
    """Somebody who runs a city and does not exist. ``rank`` is 0 for the captain, 1 for her deputy."""

    number: int
    city: str
    rank: int
    language: str
    is_guarded: bool

    @property
    def chat(self) -> int:
        """Their private chat with the bot."""
        return FIRST_CHAT + self.number

    @property
    def handle(self) -> str:
        """The name under which they act; it does not tell where."""
        return f"captain-{self.number}"


@dataclass(slots=True)
class Said:
    """What was reported from one city. Instants are in UTC."""

    begun_at: datetime | None = None
    people: int | None = None
    danger_at: datetime | None = None
    safe: set[int] = field(default_factory=set)


def staff(campaign: Campaign) -> tuple[Captain, ...]:
    """Everybody who runs a city on some action day."""
    sizes = {
        city.id: max((team_size(day, city.id) for day in campaign.action_days), default=0)
        for city in campaign.cities
    }
    ranks = [(city, rank) for city in campaign.cities for rank in range(sizes[city.id])]
    return tuple(
        Captain(number, city.id, rank, city.languages[0], city.risk is Risk.GUARDED)
        for number, (city, rank) in enumerate(ranks)
    )


class Captains:
    """Everybody in charge in a rehearsal, with their phones.

    Attributes:
        said: What was reported, by day and city, as whoever reported it remembers.
        journal: Where what their phones get is written down.

    Args:
        journals: A folder; what their phones get is written down below it.
    """

    def __init__(
        self, stage: Stage, campaign: Campaign, plots: Iterable[Plot], seed: int, journals: Path
    ) -> None:
        self._stage, self._campaign, self._seed = stage, campaign, seed
        self._plots = {plot.day: plot for plot in plots}
        self.staff = staff(campaign)
        self._by_chat = {each.chat: each for each in self.staff}
        self.journal = journals / PHONES / JOURNAL
        self.journal.parent.mkdir(parents=True, exist_ok=True)
        self.journal.unlink(missing_ok=True)
        self._journal = Journal(self.journal, now=stage.clock.now)
        self.telegraph = Telegraph(self._journal, stage.clock)
        self.means = _means(stage, self.telegraph)
        self._router = Router(self.means, Floods(lambda: stage.clock.now().timestamp()))
        self.said: dict[tuple[str, str], Said] = {}
        self._updates = self._heard = 0
        self._roll_calls: dict[int, int] = {}

    def close(self) -> None:
        """Close the journal."""
        self._journal.close()

    async def join(self) -> None:
        """Captains take up their cities, and an organiser the campaign."""
        await self.means.bot.initialize()
        if not self.staff:
            return
        organises = Grant(Role.APPROVER, f"campaign:{self._campaign.id}")
        await self._grant(ORGANISER_CHAT, self._campaign.languages[0], ACTORS[0].name, organises)
        for each in self.staff:
            await self._grant(
                each.chat, each.language, each.handle, Grant(Role.CAPTAIN, f"city:{each.city}")
            )

    async def _grant(self, chat: int, language: str, handle: str, given: Grant) -> None:
        app, clock = self._stage.app, self._stage.clock
        clock.set(clock.now() + A_MOMENT)
        async with app.store.write() as connection:
            name = await people.welcome(connection, app.vault, clock, chat, language, handle)
            await roles.grant(connection, clock, name, given, by=ACTORS[0].name)

    def script(self) -> Iterator[Act]:
        """What happens at times that are known beforehand: the bot asks, and what goes wrong."""
        keep = Musters(self.means, since=self._stage.clock.now()).keep
        yield from (Act(at, keep) for at in sorted(self._rounds()))
        for plot in self._plots.values():
            at = starts(self._campaign, Plot(plot.day))
            if plot.danger:
                yield Act(at[plot.danger] + DANGER, partial(self._report_danger, plot))
                yield Act(at[plot.danger] + ABORT, partial(self._call_off, plot))
                yield Act(at[plot.danger] + GOES_ON, partial(self._go_on, plot))
            if plot.late:
                yield Act(at[plot.late] + RAIN, partial(self._delay, plot))

    def answers(self) -> Iterable[Act]:
        """What they do because of what has reached their phones since this was asked last."""
        fresh = [each for number, each in self.telegraph.bubbles.items() if number > self._heard]
        self._heard = max((each.number for each in fresh), default=self._heard)
        return [act for bubble in fresh for act in self._reactions(bubble)]

    def _rounds(self) -> set[datetime]:
        """When the bot looks after the captains: whenever somebody is to be asked, or was silent for too long."""
        found = set()
        for each in gatherings(self._campaign, {}):
            plot = self._plots[each.day.id]
            begins = each.starts_at + plot.delay(each.city.id)
            found.add(begins - BEFORE)
            for step in each.day.steps:
                if step.kind in {StepKind.ROLL_CALL, StepKind.CHECK_IN} and step.includes(each.city.id):
                    delayed = step.offset > RAIN
                    due = Due(each, step, (begins if delayed else each.starts_at) + step.offset)
                    waits = each.city.id == plot.silent and step.kind is StepKind.ROLL_CALL
                    found |= {due.at + due.patience * times for times in range(3 if waits else 1)}
        return found

    def _reactions(self, bubble: Bubble) -> Iterator[Act]:
        captain = self._by_chat.get(bubble.chat)
        if captain is None:
            return
        plot, actions, soon = self._plot(), self._actions(bubble), bubble.sent_at + TAKES
        leads = captain.rank == (captain.city == plot.silent)
        if "caphere" in actions and self._answers(captain, plot):
            yield Act(soon, partial(self._press, captain, bubble.number, "caphere"))
        elif "capbegun" in actions and leads and captain.city != plot.danger:
            begins = starts(self._campaign, plot)[captain.city] + BEGINS_AFTER
            yield Act(begins, partial(self._begin, captain, bubble.number, plot))
        elif "cappeople" in actions and leads:
            yield from self._counts(captain, bubble, plot)
        elif "caphome" in actions:
            yield Act(soon, partial(self._come_home, captain, bubble.number, plot))

    def _answers(self, captain: Captain, plot: Plot) -> bool:
        """The captain of the silent city answers no roll call, and her deputy not the first."""
        if captain.city != plot.silent:
            return True
        asked = self._roll_calls[captain.chat] = self._roll_calls.get(captain.chat, 0) + 1
        return captain.rank > 0 and asked > 1

    def _counts(self, captain: Captain, bubble: Bubble, plot: Plot) -> Iterator[Act]:
        dice = random.Random(f"{self._seed}/{plot.day}/{captain.city}")  # noqa: S311 - a rehearsal must be repeatable
        people, at = dice.choice(CROWDS), bubble.sent_at + TAKES
        if captain.number % CORRECTING == 0:
            yield Act(at, partial(self._press, captain, bubble.number, "cappeople"))
            at += CORRECTS_AFTER
        yield Act(at, partial(self._write_number, captain, people, plot))

    async def _begin(self, captain: Captain, card: int, plot: Plot) -> None:
        await self._press(captain, card, "capbegun")
        self._of(plot, captain).begun_at = self._stage.clock.now()

    async def _write_number(self, captain: Captain, people: int, plot: Plot) -> None:
        await self._write(captain, str(people))
        self._of(plot, captain).people = people

    async def _come_home(self, captain: Captain, question: int, plot: Plot) -> None:
        await self._press(captain, question, "caphome")
        self._of(plot, captain).safe.add(captain.number)

    async def _report_danger(self, plot: Plot) -> None:
        captain = self._captain(plot.danger)
        card = await self._card(captain)
        await self._press(captain, card, "capdanger")
        await self._press(captain, card, "capkind")
        self._of(plot, captain).danger_at = self._stage.clock.now()

    async def _delay(self, plot: Plot) -> None:
        captain = self._captain(plot.late)
        card = await self._card(captain)
        await self._press(captain, card, "capchange")
        await self._press(captain, card, "capdelay")

    async def _call_off(self, plot: Plot) -> None:
        """An organiser calls the day off in a city, and approves what is drawn anew without it."""
        store, clock = self._stage.app.store, self._stage.clock
        before = await self._planned()
        await action_days.abort(store, clock, ACTORS[0], self._campaign, plot.day, plot.danger)
        again = [seen for seen in await self._planned() if seen.post not in {each.post for each in before}]
        for actor in ACTORS[: self._campaign.review.approvals]:
            await approve(store, clock, actor, again)

    async def _go_on(self, plot: Plot) -> None:
        """Two people start again what is not of the day in the city that was in danger."""
        for actor in ACTORS[:2]:
            await pauses.resume(self._stage.app.store, self._stage.clock, actor, f"city:{plot.danger}")

    async def _planned(self) -> list[Seen]:
        found = await list_posts(self._stage.app.store, Filter(states=(State.PLANNED,)))
        return [Seen(post.id, post.digest) for post in found]

    async def _card(self, captain: Captain) -> int:
        """Ask for the card; gives its number."""
        await self._write(captain, "/card")
        return self.telegraph.in_chat(captain.chat)[-1].number

    async def _press(self, captain: Captain, number: int, action: str) -> None:
        """Press the first key on a message that does this; one that is gone cannot be pressed."""
        bubble = self.telegraph.bubbles.get(number)
        data = self._actions(bubble).get(action) if bubble else None
        if bubble is None or data is None:
            return
        pressed = {"chat_instance": "1", "data": data, "message": as_message(bubble)}
        await self._update(captain, "callback_query", {"id": str(self._updates + 1), **pressed})

    async def _write(self, captain: Captain, text: str) -> None:
        sent_at = int(self._stage.clock.now().timestamp())
        chat = {"id": captain.chat, "type": "private"}
        number = FIRST_WRITTEN + self._updates
        await self._update(
            captain, "message", {"message_id": number, "date": sent_at, "chat": chat, "text": text}
        )

    async def _update(self, captain: Captain, kind: str, what: Mapping[str, Any]) -> None:
        self._updates += 1
        user = {"id": captain.chat, "is_bot": False, "first_name": captain.handle}
        raw = {"update_id": self._updates, kind: {**what, "from": user}}
        await self._router.handle(Update.de_json(raw, self.means.bot))

    def _actions(self, bubble: Bubble) -> dict[str, str]:
        """What the keys of a message do, each with its data; of several that do one thing the first."""
        found: dict[str, str] = {}
        for _, data in (key for row in bubble.keys for key in row):
            meant = self.means.signer.read(bubble.chat, data)
            if meant is not None:
                found.setdefault(meant.action, data)
        return found

    def _captain(self, city: str | None) -> Captain:
        return next(each for each in self.staff if each.city == city and each.rank == 0)

    def _plot(self) -> Plot:
        """The plot of the day that is nearest to now."""
        now = self._stage.clock.now()
        nearest = min(gatherings(self._campaign, {}), key=lambda each: abs(each.starts_at - now))
        return self._plots[nearest.day.id]

    def _of(self, plot: Plot, captain: Captain) -> Said:
        return self.said.setdefault((plot.day, captain.city), Said())


def _means(stage: Stage, telegraph: Telegraph) -> Means:
    app, clock = stage.app, stage.clock
    kits = Kits(app.store)
    bot = VanishingBot(
        TOKEN,
        request=telegraph,
        get_updates_request=telegraph,
        defaults=Defaults(parse_mode=ParseMode.HTML),
        vanishing=Vanishing(app.store, app.vault, clock, kits),
    )
    return Means(
        store=app.store,
        vault=app.vault,
        clock=clock,
        kits=kits,
        signer=Signer(app.keys.buttons, clock),
        links=Links(app.keys.links),
        bot=bot,
        account=BOT,
        username=str(ME["username"]),
        actor_of=partial(actor_of, app.store, app.vault, clock),
        key=app.settings.key_path,
    )
