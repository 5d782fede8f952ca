"""The turning points of an action day in a rehearsal: the worker dies at T-0, the count closes, numbers are approved, the board is read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from bot.rehearsal.cast import ACTORS
from bot.rehearsal.plots import Plot, starts
from bot.rehearsal.stage import Act, Stage
from channels.base import Ports
from content.models import ActionDay, Campaign
from schedules.action_days.board import Board, read_board
from schedules.action_days.calls import LAST
from schedules.action_days.counts import closes_at
from schedules.action_days.roundups import close_counts
from schedules.commands.accounts import views
from schedules.commands.approvals import Seen, approve
from schedules.commands.posts import Filter, list_posts
from schedules.lifecycle import State
from schedules.planning.kits import Kits

APPROVED_AFTER: Final = timedelta(minutes=10)
"""How long after the count somebody approves the round-up with its numbers."""


@dataclass(frozen=True, slots=True)
class Turning:
    """What happens to action days besides what their captains do.

    Attributes:
        boards: The organisers' board of each day, as it was some hours after the last T-0.
    """

    stage: Stage
    campaign: Campaign
    plots: Sequence[Plot]
    boards: dict[str, Board]

    def script(self, ports: Ports, *, faults: bool) -> Iterator[Act]:
        """Each at its time."""
        days = {day.id: day for day in self.campaign.action_days}
        for plot in self.plots:
            day, at = days[plot.day], starts(self.campaign, plot)
            closes = closes_at(day, self.campaign)
            if closes is not None:
                yield Act(closes, self._close)
                yield Act(closes + APPROVED_AFTER, partial(self._approve, day))
            if at:
                yield Act(max(at.values()) + LAST, partial(self._look, day))
            if at and faults:
                yield Act(min(at.values()), partial(self.stage.crash, ports))

    async def _close(self) -> None:
        store = self.stage.app.store
        await close_counts(store, self.stage.clock, Kits(store), views)

    async def _approve(self, day: ActionDay) -> None:
        """Approve the round-ups with the very numbers that will appear."""
        slots = {slot.id for slot in day.round_ups}
        found = await list_posts(self.stage.app.store, Filter(states=(State.PLANNED,)))
        seen = [Seen(post.id, post.digest) for post in found if post.slot in slots]
        for actor in ACTORS[: self.campaign.review.approvals]:
            await approve(self.stage.app.store, self.stage.clock, actor, seen)

    async def _look(self, day: ActionDay) -> None:
        now = self.stage.clock.now()
        self.boards[day.id] = await read_board(self.stage.app.store, self.campaign, day, now, public=False)
