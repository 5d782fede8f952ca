"""What people changed at a door: it survives every re-planning of the folder."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from content.models import Gap, Overlap
from schedules.planning.cities import CityStates, load_cities, state_of_slot
from schedules.planning.counts import Crowds, load_crowds
from schedules.planning.occurrences import Occurrence
from schedules.store.engine import Store
from schedules.store.tables import override
from schedules.walltime import Note, resolve


@dataclass(frozen=True, slots=True)
class Override:
    """One change by a person. ``local_at`` is naive, in ``zone``; both are ``None`` where it was cancelled."""

    key: str
    cancelled: bool
    local_at: datetime | None
    zone: str | None
    actor: str


@dataclass(frozen=True, slots=True)
class Overrides:
    """Every change of one campaign, by key; what people changed of its action days in their cities, and their numbers."""

    by_key: Mapping[str, Override]
    cities: CityStates = field(default_factory=dict)
    crowds: Crowds = field(default_factory=dict)

    @property
    def cancelled(self) -> frozenset[str]:
        """Keys of the posts that a person cancelled."""
        return frozenset(key for key, override in self.by_key.items() if override.cancelled)

    def apply(self, occurrences: Iterable[Occurrence]) -> Iterator[Occurrence]:
        """The occurrences, at the times that people gave them.

        Where an action day is delayed, so are its steps; what somebody moved by itself stays where it is.
        """
        for occurrence in occurrences:
            changed = self.by_key.get(occurrence.key)
            yield self._delayed(occurrence) if changed is None else _moved(occurrence, changed)

    def _delayed(self, occurrence: Occurrence) -> Occurrence:
        delay = state_of_slot(self.cities, occurrence.slot_id, occurrence.city).delay
        if not delay or occurrence.waits:
            return occurrence
        return replace(occurrence, due_at=occurrence.due_at + delay, delay=delay)


async def load_overrides(store: Store, campaign_id: str) -> Overrides:
    """Every change that was made at a door to posts of one campaign."""
    cities, crowds = await load_cities(store, campaign_id), await load_crowds(store, campaign_id)
    async with store.read() as connection:
        found = await connection.execute(
            select(override).where(override.c.key.startswith(f"{campaign_id}/", autoescape=True))
        )
        return Overrides({row.key: _override(row) for row in found}, cities, crowds)


def _override(row: Any) -> Override:
    local_at = None if row.local_at is None else datetime.fromisoformat(row.local_at)
    return Override(row.key, row.cancelled, local_at, row.zone, row.actor)


def _moved(occurrence: Occurrence, changed: Override) -> Occurrence:
    if changed.local_at is None or changed.zone is None:
        return occurrence
    resolution = resolve(changed.local_at, changed.zone, gap=Gap.SHIFT, overlap=Overlap.FIRST)
    return replace(
        occurrence,
        local_at=changed.local_at,
        zone=changed.zone,
        due_at=resolution.at or occurrence.due_at,
        note=Note.NONE,
        gap=Gap.SHIFT,
        overlap=Overlap.FIRST,
        fixed=False,
    )
