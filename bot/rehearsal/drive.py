"""The clock of a rehearsal: do what is due, then go straight to the next moment at which something is."""

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.rehearsal.stage import Act, Stage
from channels.base import Ports
from schedules.errors import ScheduleError
from schedules.ledger.ledger import Ledger

MOST_MOMENTS_PER_POST: Final = 100
MOST_MOMENTS: Final = 10_000
A_MOMENT: Final = timedelta(milliseconds=1)
"""How far the clock goes at least, so that time never stands still."""


class People(Protocol):
    """People who answer some time after something has reached them."""

    def answers(self) -> Iterable[Act]:
        """The answers that are to come since this was asked last."""
        ...


class Stuck(ScheduleError):
    """The rehearsal goes on without an end; this is a defect."""


async def drive(
    stage: Stage,
    acts: Iterable[Act],
    *,
    ports: Ports,
    people: Sequence[People],
    posts: int,
    tell: Callable[[], Awaitable[None]],
) -> None:
    """Play from the clock's time until nothing is left to do.

    Args:
        ports: How adapters reach the people who play here.
        people: Whose answers are acts of their own.
        posts: How many posts there are, by which an endless loop is told from a long campaign.
        tell: Called after each moment.
    """
    waiting = deque(_in_order(acts))
    async with stage.works(ports) as works:
        for _ in range(MOST_MOMENTS + MOST_MOMENTS_PER_POST * posts):
            while waiting and waiting[0].at <= stage.clock.now():
                await waiting.popleft().do()
            await works.run_dry()
            await tell()
            answers = [act for each in people for act in each.answers()]
            waiting = deque(_in_order([*waiting, *answers]))
            moments = [act.at for act in list(waiting)[:1]]
            moment = min([*moments, *await _next(stage, works.ledger)], default=None)
            if moment is None:
                return
            stage.clock.set(moment)
    raise Stuck("The rehearsal does not come to an end. Please report this with the campaign folder.")


def _in_order(acts: Iterable[Act]) -> list[Act]:
    return sorted(acts, key=lambda act: act.at)


async def _next(stage: Stage, ledger: Ledger) -> list[datetime]:
    moment = await ledger.next_moment()
    return [] if moment is None else [max(moment, stage.clock.now() + A_MOMENT)]
