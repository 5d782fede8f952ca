"""Watches the ledger while a rehearsal plays, often enough for a person and no oftener."""

import time
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime
from typing import Final

from bot.rehearsal.report import Progress, Step
from bot.rehearsal.stage import Stage
from schedules.commands.posts import PostView
from schedules.lifecycle import ENDED, WAITING_FOR_A_PERSON, State

FRAME_SECONDS: Final = 0.1
SHARE: Final = 15
"""A look may take one part in this many of the time."""
RECENT: Final = 8
ARRIVED: Final = ENDED | WAITING_FOR_A_PERSON


class Watch:
    """Shows the progress of a rehearsal.

    Args:
        show: Gets the progress.
        elapsed: A clock that only counts up, in seconds.
    """

    def __init__(
        self,
        stage: Stage,
        starts_at: datetime,
        ends_at: datetime,
        show: Callable[[Progress], None],
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stage, self._show, self._elapsed = stage, show, elapsed
        self._starts_at, self._ends_at = starts_at, ends_at
        self._known: dict[int, State] = {}
        self._recent: deque[Step] = deque(maxlen=RECENT)
        self._next_frame = float("-inf")

    async def glance(self) -> None:
        """Show the progress, if the last look is long enough ago."""
        if self._elapsed() >= self._next_frame:
            await self.look()

    async def look(self) -> None:
        """Show the progress now."""
        began = self._elapsed()
        posts = await self._stage.posts()
        moved = [post for post in posts if post.state in ARRIVED and self._known.get(post.id) != post.state]
        self._known = {post.id: post.state for post in posts}
        self._recent.extend(_step(post, self._stage.clock.now()) for post in moved)
        counts = Counter(post.state for post in posts)
        now = self._stage.clock.now()
        self._show(Progress(now, self._starts_at, self._ends_at, counts, tuple(self._recent)))
        ended = self._elapsed()
        self._next_frame = ended + max(FRAME_SECONDS, SHARE * (ended - began))


def _step(post: PostView, now: datetime) -> Step:
    at = post.accepted_at or now
    return Step(at, post.account, post.language, post.message, post.city, post.state, post.reason)
