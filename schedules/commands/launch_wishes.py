"""Who wants to launch which dormant campaign, and what became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from content.anchoring import anchored
from content.later import later
from content.models import Campaign
from schedules.errors import ScheduleError
from schedules.planning.kits import Kits
from schedules.store import tables
from schedules.store.engine import Store
from schedules.store.upsert import insert_new
from schedules.walltime import SHOWN

WITHIN: Final = timedelta(minutes=15)
"""How long after the first person asked the second one may confirm."""

_COLUMNS: Final = tables.launch.c


@dataclass(frozen=True, slots=True)
class Wish:
    """The wish to launch a campaign.

    Attributes:
        digest: Names the kit with its times, its pictures, and the accounts, each by a part.
        starts_at: T-0, in UTC.
        launched_by: Who confirmed it; from then on it is decided.
        launched_at: When everything was recorded and approved, in UTC.
    """

    campaign: str
    digest: str
    starts_at: datetime
    asked_by: str
    asked_at: datetime
    launched_by: str | None = None
    launched_at: datetime | None = None

    @property
    def open_until(self) -> datetime:
        """Until when another person may confirm it, in UTC."""
        return self.asked_at + WITHIN

    def is_open(self, now: datetime) -> bool:
        """Whether another person may confirm it now."""
        return self.launched_by is None and now <= self.open_until


async def wish_for(store: Store, name: str) -> Wish | None:
    """What was last asked for, whatever became of it."""
    async with store.read() as connection:
        row = (await connection.execute(_wish(name))).one_or_none()
    return None if row is None else Wish(*row)


async def unlaunched(store: Store, kits: Kits) -> tuple[str, ...]:
    """The campaigns that wait for their launch, and those whose launch was decided and not completed."""
    async with store.read() as connection:
        begun = await connection.execute(
            select(_COLUMNS.campaign)
            .where(_COLUMNS.launched_by.is_not(None), _COLUMNS.launched_at.is_(None))
            .order_by(_COLUMNS.campaign)
        )
        names = (*begun.scalars(), *await kits.dormant())
    return tuple(dict.fromkeys(names))


async def as_launched(store: Store, campaign: Campaign) -> Campaign:
    """A campaign as it is in its folder, with its times moved where it is dormant there and was launched."""
    wish = await wish_for(store, campaign.id) if campaign.dormant else None
    if wish is None or wish.launched_by is None:
        return campaign
    return anchored(campaign, wish.starts_at, asked_at=wish.asked_at)


async def kit_of(store: Store, name: str) -> Campaign:
    """The kit of a campaign that waits for its launch, or whose launch was decided.

    Raises:
        ScheduleError: There is none.
    """
    kit = await Kits(store).get(name)
    wish = None if kit.dormant else await wish_for(store, name)
    if not kit.dormant and (wish is None or wish.launched_by is None):
        raise ScheduleError(
            f"{name} is not dormant. Write dormant = true in its campaign.toml and plan it: munasara plan <folder>",
            later("This campaign is not kept for a launch."),
        )
    return kit


async def replace(connection: AsyncConnection, wish: Wish, now: datetime) -> None:
    """Write a wish in place of one's own, or of one that has run out.

    Raises:
        ScheduleError: Another person's is open, or it was launched.
    """
    there = await _locked(connection, wish.campaign)
    if there is not None and there.launched_by is not None:
        raise launched_already(there)
    if there is not None and there.is_open(now) and there.asked_by != wish.asked_by:
        raise ScheduleError(
            f"{there.asked_by} has asked already, for {there.starts_at:{SHOWN}} UTC. Confirm that, or take it "
            "back: munasara launch <folder> --cancel",
            later("{name} has asked already. Confirm that, or take it back: /launch", name=there.asked_by),
        )
    row = {name: getattr(wish, name) for name in ("digest", "starts_at", "asked_by", "asked_at")}
    await insert_new(connection, tables.launch, [{"campaign": wish.campaign, **row}])
    await _change(connection, wish.campaign, **row)


async def withdraw(connection: AsyncConnection, name: str) -> None:
    """Take a wish back that nobody has confirmed yet.

    Raises:
        ScheduleError: Nobody asked, or it was confirmed.
    """
    gone = await connection.execute(
        delete(tables.launch).where(_COLUMNS.campaign == name, _COLUMNS.launched_by.is_(None))
    )
    if not gone.rowcount:
        raise _too_late(name, await _locked(connection, name))


async def decide(connection: AsyncConnection, wish: Wish, by: str) -> None:
    """Write down that another person wants the very same.

    Raises:
        ScheduleError: It is not the wish any more that it was.
    """
    if await _locked(connection, wish.campaign) != wish:
        raise ScheduleError(
            f"The launch of {wish.campaign} was asked for anew, taken back or confirmed since you looked.",
            later("It was asked for anew since you looked. Look at it again: /launch"),
        )
    await _change(connection, wish.campaign, launched_by=by)


async def complete(connection: AsyncConnection, name: str, at: datetime) -> None:
    """Write down that everything of a launch is recorded and approved."""
    await _change(connection, name, launched_at=at)


def nobody_asked(name: str) -> ScheduleError:
    """Says that there is no wish."""
    return ScheduleError(
        f"Nobody has asked to launch {name}. Ask first: munasara launch <folder>",
        later("Nobody has asked for that launch, or it was taken back."),
    )


def launched_already(wish: Wish) -> ScheduleError:
    """Says that a campaign is launched only once."""
    return ScheduleError(
        f"{wish.campaign} was launched already, with T-0 at {wish.starts_at:{SHOWN}} UTC. To launch it once more, "
        "copy its folder under another id; the tag stays.",
        later("This campaign was launched already."),
    )


def _wish(name: str) -> Any:
    return select(tables.launch).where(_COLUMNS.campaign == name)


async def _locked(connection: AsyncConnection, name: str) -> Wish | None:
    row = (await connection.execute(_wish(name).with_for_update())).one_or_none()
    return None if row is None else Wish(*row)


async def _change(connection: AsyncConnection, name: str, **values: Any) -> None:
    await connection.execute(update(tables.launch).where(_COLUMNS.campaign == name).values(values))


def _too_late(name: str, wish: Wish | None) -> ScheduleError:
    if wish is None:
        return nobody_asked(name)
    return ScheduleError(
        f"{name} was launched. To stop it: munasara pause campaign:{name}",
        later("It was launched already. To stop it: /stop"),
    )
