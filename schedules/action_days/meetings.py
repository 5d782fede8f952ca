"""Where people meet, and whom to call: sealed, and written nowhere but to those who are to know."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.secret import Secret
from content.models import Risk
from schedules.accounts.vault import Vault, meeting_row
from schedules.action_days.timeline import starts_at
from schedules.clock import Clock
from schedules.errors import ScheduleError
from schedules.ledger import stepping
from schedules.people.purge import note_erasure
from schedules.planning.kits import Kits
from schedules.store.engine import Store
from schedules.store.tables import meeting
from schedules.store.upsert import insert_new

KEPT: Final = timedelta(days=7)
"""How long after T-0 it is known where people met."""
UNREAD: Final = timedelta(days=90)
"""As long as a plan must be made again before it can be read, nobody knows T-0: then it is kept so long after it was filled in."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Meeting:
    """Everything that is filled in for one city of an action day; empty where nothing is.

    Attributes:
        a: Where people meet.
        b: Where they meet if that is not possible.
        legal: How to reach legal help.
        first_aid: How to reach first aid.
        contacts: Whom the captains call.
    """

    a: str = field(default="", repr=False)
    b: str = field(default="", repr=False)
    legal: str = field(default="", repr=False)
    first_aid: str = field(default="", repr=False)
    contacts: str = field(default="", repr=False)

    def place(self, which: str) -> str:
        """One of the two places, ``a`` or ``b``."""
        return self.b if which == "b" else self.a


async def read_meeting(store: Store, vault: Vault, campaign: str, day: str, city: str) -> Meeting | None:
    """What is filled in for a city; ``None`` where nothing is.

    Raises:
        StoreUnusable: It was sealed with another key, or changed, or moved here from another row.
    """
    mine = (meeting.c.campaign == campaign, meeting.c.day == day, meeting.c.city == city)
    async with store.read() as connection:
        sealed = (await connection.execute(select(meeting.c.sealed).where(*mine))).scalar()
    return None if sealed is None else _opened(vault, campaign, day, city, sealed)


async def read_meetings(store: Store, vault: Vault, campaign: str, day: str) -> Mapping[str, Meeting]:
    """What is filled in for each city of a day; a city for which nothing is, is not in it.

    Raises:
        StoreUnusable: One was sealed with another key, or changed, or moved here from another row.
    """
    mine = (meeting.c.campaign == campaign, meeting.c.day == day)
    async with store.read() as connection:
        rows = (await connection.execute(select(meeting.c.city, meeting.c.sealed).where(*mine))).all()
    return {row.city: _opened(vault, campaign, day, row.city, row.sealed) for row in rows}


async def write_meeting(
    store: Store, vault: Vault, clock: Clock, campaign: str, day: str, city: str, filled: Meeting
) -> None:
    """Keep what is filled in for a city. Letters that were refused because nothing was go out now."""
    now = clock.now()
    sealed = _sealed(vault, campaign, day, city, filled)
    mine = (meeting.c.campaign == campaign, meeting.c.day == day, meeting.c.city == city)
    names = {"campaign": campaign, "day": day, "city": city}
    async with store.write() as connection:
        await insert_new(connection, meeting, [names | {"sealed": sealed, "changed_at": now}])
        await connection.execute(meeting.update().where(*mine).values(sealed=sealed, changed_at=now))
        await connection.run_sync(
            lambda blocking: stepping.place_is_known(blocking, campaign, day, city, now)
        )


async def forget_old(store: Store, clock: Clock, kits: Kits) -> None:
    """Take away what was filled in for days that are over for a week, and for days that no plan has any more."""
    async with store.read() as connection:
        names = (meeting.c.campaign, meeting.c.day, meeting.c.city)
        rows = (await connection.execute(select(*names, meeting.c.changed_at).order_by(*names))).all()
    old = [row for row in rows if await _ended_at(kits, row) <= clock.now() - KEPT]
    if not old:
        return
    async with store.write() as connection:
        for row in old:
            mine = (
                meeting.c.campaign == row.campaign,
                meeting.c.day == row.day,
                meeting.c.city == row.city,
            )
            await connection.execute(delete(meeting).where(*mine))
        await note_erasure(connection, clock)
    log.info("meetings forgotten", number=len(old))


async def forget_guarded(store: Store, vault: Vault, clock: Clock, kits: Kits) -> None:
    """Take away where people meet in cities that have become guarded; whom to call stays.

    Raises:
        StoreUnusable: One was sealed with another key, or changed, or moved here from another row.
    """
    for campaign in await kits.readable(await kits.known()):
        guarded = [city.id for city in campaign.cities if city.risk is Risk.GUARDED]
        mine = (meeting.c.campaign == campaign.id, meeting.c.city.in_(guarded))
        async with store.write() as connection:
            rows = (
                await connection.execute(
                    select(meeting).where(*mine).order_by(meeting.c.day, meeting.c.city).with_for_update()
                )
            ).all()
            for row in rows:
                await _forget_places(connection, vault, clock, row)


async def _forget_places(connection: AsyncConnection, vault: Vault, clock: Clock, row: Any) -> None:
    names = (row.campaign, row.day, row.city)
    filled = _opened(vault, *names, row.sealed)
    if not filled.a and not filled.b:
        return
    mine = (meeting.c.campaign == row.campaign, meeting.c.day == row.day, meeting.c.city == row.city)
    sealed = _sealed(vault, *names, replace(filled, a="", b=""))
    await connection.execute(meeting.update().where(*mine).values(sealed=sealed, changed_at=clock.now()))
    await note_erasure(connection, clock)
    log.info("a meeting place was forgotten, its city is guarded", campaign=row.campaign, day=row.day)


async def _ended_at(kits: Kits, row: Any) -> datetime:
    """T-0 there, or when it was written where no plan knows the day or the city."""
    try:
        campaign = await kits.get(row.campaign)
    except ScheduleError:
        is_planned = row.campaign in await kits.known()
        return row.changed_at + (UNREAD - KEPT if is_planned else timedelta())  # type: ignore[no-any-return]
    day = next((each for each in campaign.action_days if each.id == row.day), None)
    city = next((each for each in campaign.cities if each.id == row.city), None)
    at = None if day is None or city is None else starts_at(day, city.zone).at
    return row.changed_at if at is None else at


def _sealed(vault: Vault, campaign: str, day: str, city: str, filled: Meeting) -> bytes:
    return vault.seal(meeting_row(campaign, day, city), Secret(json.dumps(asdict(filled))))


def _opened(vault: Vault, campaign: str, day: str, city: str, sealed: bytes) -> Meeting:
    return Meeting(**json.loads(vault.open(meeting_row(campaign, day, city), sealed).reveal()))
