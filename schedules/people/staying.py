"""Who stays after the end of a campaign: each volunteer is asked once, and silence forgets."""

from sqlalchemy import select, update

from schedules.clock import Clock
from schedules.people.purge import AFTER_SILENCE
from schedules.people.volunteers import is_quiet
from schedules.store.engine import Store
from schedules.store.tables import person, volunteer


async def unasked(store: Store, clock: Clock, campaign: str, most: int) -> tuple[str, ...]:
    """Volunteers of a campaign who were not asked yet and have no quiet hour now, by pseudonym."""
    async with store.read() as connection:
        found = await connection.execute(
            select(volunteer.c.zone).where(volunteer.c.campaign == campaign).distinct()
        )
        awake = [zone for zone in found.scalars() if not is_quiet(zone, clock.now())]
    wanted = (
        select(volunteer.c.person)
        .join(person, person.c.id == volunteer.c.person)
        .where(
            volunteer.c.campaign == campaign,
            volunteer.c.keep_until.is_(None),
            volunteer.c.zone.in_(awake),
            person.c.left_at.is_(None),
        )
        .order_by(volunteer.c.person)
        .limit(most)
    )
    async with store.read() as connection:
        return tuple((await connection.execute(wanted)).scalars())


async def note_asked(store: Store, clock: Clock, name: str) -> bool:
    """Note that somebody is being asked; they have 30 days to answer. Whether they had not been asked before."""
    async with store.write() as connection:
        noted = await connection.execute(
            update(volunteer)
            .where(volunteer.c.person == name, volunteer.c.keep_until.is_(None))
            .values(keep_until=clock.now() + AFTER_SILENCE)
        )
        return bool(noted.rowcount)
