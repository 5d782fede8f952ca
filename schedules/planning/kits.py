"""Campaigns as they were last planned, for doors that answer people."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from pydantic import BaseModel, ValidationError
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from content.later import later
from content.models import Campaign
from schedules.errors import ScheduleError
from schedules.store.engine import Store
from schedules.store.tables import campaign

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Namesake:
    """A campaign that is planned under the id of another one.

    Attributes:
        folder: Where it was planned from.
    """

    title: str
    folder: str


async def namesake(store: Store, kit: Campaign) -> Namesake | None:
    """Another campaign than ``kit`` that is planned under its id, whose posts it would take over.

    A folder that was moved or renamed is still its campaign where title and tags are the same; so is one that says
    something else now, where it was.
    """
    async with store.read() as connection:
        found = await connection.execute(
            select(campaign.c.title, campaign.c.folder, campaign.c.kit).where(campaign.c.id == kit.id)
        )
        row = found.one_or_none()
    if row is None or row.folder == str(kit.folder):
        return None
    is_same = row.title in {kit.id, *kit.title.values()} and _tags(row.kit) in {None, kit.hashtag.tags}
    return None if is_same else Namesake(row.title, row.folder)


class Kits:
    """Reads campaigns from the store, and reads one again only after it was planned again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[datetime, Campaign]] = {}

    async def get(self, name: str) -> Campaign:
        """A campaign by its id.

        Raises:
            ScheduleError: There is none, or it was planned by an older version.
        """
        async with self._store.read() as connection:
            found = await connection.execute(select(campaign.c.planned_at).where(campaign.c.id == name))
            planned_at = found.scalar()
        known = self._known.get(name)
        if known is not None and known[0] == planned_at:
            return known[1]
        return await self._read(name)

    async def names(self) -> tuple[str, ...]:
        """The ids of every campaign that goes out, the latest planned first: none that is dormant."""
        return await self._names(campaign.c.dormant.is_(False))

    async def dormant(self) -> tuple[str, ...]:
        """The ids of those that wait for their launch."""
        return await self._names(campaign.c.dormant.is_(True))

    async def known(self) -> tuple[str, ...]:
        """The ids of every campaign that ``get`` can give: first those that go out."""
        return (*await self.names(), *await self.dormant())

    async def readable(self, names: Iterable[str]) -> tuple[Campaign, ...]:
        """Those of these campaigns that can be given; one that must be planned again keeps no other one waiting."""
        found = []
        for name in names:
            try:
                found.append(await self.get(name))
            except ScheduleError as error:
                log.warning("a campaign was left out", campaign=name, error=type(error).__name__)
        return tuple(found)

    async def offered(self, names: Sequence[str]) -> tuple[Campaign, ...]:
        """The same, for somebody who waits for them and must hear where there is none left.

        Raises:
            ScheduleError: There are some, and each must be planned again.
        """
        found = await self.readable(names)
        if names and not found:
            raise _unplanned(names[0])
        return found

    async def _names(self, condition: ColumnElement[bool]) -> tuple[str, ...]:
        async with self._store.read() as connection:
            found = await connection.execute(
                select(campaign.c.id)
                .where(campaign.c.kit.is_not(None), condition)
                .order_by(campaign.c.planned_at.desc(), campaign.c.id)
            )
            return tuple(found.scalars())

    async def _read(self, name: str) -> Campaign:
        async with self._store.read() as connection:
            found = await connection.execute(
                select(campaign.c.planned_at, campaign.c.kit).where(campaign.c.id == name)
            )
            row = found.one_or_none()
        if row is None or row.kit is None:
            raise _unplanned(name)
        read = _read_kit(name, row.kit)
        self._known[name] = (row.planned_at, read)
        return read


def _tags(kit: str | None) -> tuple[str, ...] | None:
    """The tags of a kit, whichever version wrote it; ``None`` where it has none."""
    tags = None if kit is None else json.loads(kit).get("hashtag", {}).get("tags")
    return None if tags is None else tuple(tags)


def _read_kit(name: str, kit: str) -> Campaign:
    try:
        return Campaign.model_validate_json(kit)
    except ValidationError:
        # Another version wrote it; what does not fit is the texts of the campaign.
        raise _unplanned(name) from None


class _Named(BaseModel):
    id: str


class _Places(BaseModel):
    cities: tuple[_Named, ...] = ()
    partners: tuple[_Named, ...] = ()


async def places(connection: AsyncConnection) -> tuple[frozenset[str], frozenset[str]]:
    """The cities and the partners that any kept campaign names, dormant ones too, and those that only another version can read."""
    kits = select(campaign.c.kit).where(campaign.c.kit.is_not(None))
    found = [_places(kit) for kit in (await connection.execute(kits)).scalars()]
    cities = frozenset(city.id for each in found for city in each.cities)
    return cities, frozenset(partner.id for each in found for partner in each.partners)


def _places(kit: str) -> _Places:
    try:
        return _Places.model_validate_json(kit)
    except ValidationError:
        log.warning("the places of a campaign were left out")
        return _Places()


def _unplanned(name: str) -> ScheduleError:
    return ScheduleError(
        f"The campaign {name!r:.80} is not planned here. Plan it: munasara plan <folder>",
        later("This campaign is not planned here any more."),
    )
