"""Synthetic volunteers and the prompts that they get, made without a bot and without a folder."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from content.models import LEVELS, Level
from schedules.ledger.dispatcher import Dispatcher
from schedules.people.days import FIRST_ZONE, LASTS, SLOT, URGENT_SLOT, DailyPrompt
from schedules.people.steps import DayStep
from schedules.store.engine import Store
from schedules.store.tables import delivery, person, post, sign_up, volunteer
from schedules.walltime import zone
from tests.support.deliveries import BODY, add_accounts

BOT = "bot"
DAY = date(2027, 3, 8)
BEGINS = datetime.combine(DAY, datetime.min.time(), zone(FIRST_ZONE)).astimezone(UTC)
"""When that date begins in the first zone of the world."""


async def add_bot(store: Store, **lane: float) -> None:
    """The account of the bot, and the campaign ``demo``."""
    await add_accounts(store, BOT, channel="telegram-bot", **lane)


async def add_volunteers(store: Store, names: Iterable[str], **chosen: Any) -> None:
    """Volunteers in Berlin who read English and get their prompt at nine, unless something else is said."""
    rows = [_volunteer(name) | chosen for name in names]
    people = [_person(row["person"]) for row in rows]
    async with store.write() as connection:
        for start in range(0, len(rows), 5_000):
            await connection.execute(person.insert(), people[start : start + 5_000])
            await connection.execute(volunteer.insert(), rows[start : start + 5_000])


def _person(name: str) -> Mapping[str, Any]:
    joined_at = BEGINS - timedelta(days=2)
    return {
        "id": name,
        "fingerprint": f"f-{name}",
        "address": b"x",
        "language": "en",
        "joined_at": joined_at,
    }


def _volunteer(name: str) -> dict[str, Any]:
    return {
        "person": name,
        "campaign": "demo",
        "language": "en",
        "zone": "Europe/Berlin",
        "hour": 9,
        "level": "nobody",
        "consent": 1,
        "rhythm": "daily",
        "active_on": (DAY - timedelta(days=1)).isoformat(),
        "done": 0,
        "streak": 0,
        "apps": [],
    }


async def add_prompt(
    store: Store,
    name: str = "day-1",
    *,
    on: date = DAY,
    language: str = "en",
    serves: Sequence[Level] = LEVELS,
    urgent: bool = False,
    state: str = "ready",
    due_at: datetime | None = None,
) -> int:
    """A prompt as a plan records it, approved already. The number of its delivery."""
    begins = datetime.combine(on, datetime.min.time(), zone(FIRST_ZONE)).astimezone(UTC)
    prompt = DailyPrompt(name, on, serves[0], tuple(serves), urgent=urgent)
    slot = f"{URGENT_SLOT}{name}" if urgent else f"{SLOT}{name}:{language}"
    async with store.write() as connection:
        made = await connection.execute(
            post.insert().returning(post.c.id),
            [_post(slot, name, language, on) | {"body": BODY | {"options": prompt.as_options()}}],
        )
        times = {"due_at": due_at or begins, "planned_at": begins, "expires_at": begins + LASTS}
        row = {"post": made.scalar_one(), "account": BOT, "campaign": "demo", "state": state}
        new = await connection.execute(
            delivery.insert().returning(delivery.c.id), [row | times | {"changed_at": begins}]
        )
        return int(new.scalar_one())


async def add_step(
    store: Store,
    step: DayStep,
    at: datetime,
    *,
    language: str = "en",
    late_by: timedelta = timedelta(hours=12),
) -> int:
    """The letters of a step of an action day as a plan records them, approved already. The number of their delivery."""
    slot = f"{step.day}:{step.step}:{language}"
    async with store.write() as connection:
        made = await connection.execute(
            post.insert().returning(post.c.id),
            [
                _post(slot, step.step, language, at.date(), step.city)
                | {"body": BODY | {"options": step.as_options()}}
            ],
        )
        times = {"due_at": at, "planned_at": at, "expires_at": at + late_by, "changed_at": at}
        row = {"post": made.scalar_one(), "account": BOT, "campaign": "demo", "city": step.city}
        new = await connection.execute(
            delivery.insert().returning(delivery.c.id), [row | times | {"state": "ready"}]
        )
        return int(new.scalar_one())


async def sign_up_all(store: Store, step: DayStep, *names: str) -> None:
    """These come to the day of a step, in its city."""
    rows = [
        {"campaign": "demo", "day": step.day, "city": step.city, "guests": 0, "signed_at": BEGINS}
        | {"person": name}
        for name in names
    ]
    async with store.write() as connection:
        await connection.execute(sign_up.insert(), rows)


def _post(slot: str, name: str, language: str, on: date, city: str = "-") -> dict[str, Any]:
    return {
        "key": f"demo/{slot}/{name}/{BOT}/{city}/1",
        "campaign": "demo",
        "slot": slot,
        "message": name,
        "account": BOT,
        "occurrence": "1",
        "language": language,
        "variant": f"prompts/{name}/{language}.md",
        "local_at": f"{on.isoformat()}T00:00:00",
        "zone": FIRST_ZONE,
        "gap": "shift",
        "overlap": "first",
        "fixed": False,
        "note": "none",
        "digest": "d",
        "revision": 1,
        "author": "ada",
    }


async def letters(store: Store, *names: str) -> list[Any]:
    """Every letter, or those of the volunteers named, by volunteer and number."""
    wanted = select(delivery, post.c.language, post.c.message).join(post, post.c.id == delivery.c.post)
    kinds = [f"letter-{name}" for name in names]
    chosen = delivery.c.kind.in_(kinds) if names else delivery.c.kind.startswith("letter-")
    async with store.read() as connection:
        found = await connection.execute(wanted.where(chosen).order_by(delivery.c.kind, delivery.c.id))
        return list(found.all())


async def chosen(store: Store, name: str) -> Any:
    """The row of one volunteer."""
    async with store.read() as connection:
        return (await connection.execute(select(volunteer).where(volunteer.c.person == name))).one()


async def choose(store: Store, name: str, **values: Any) -> None:
    """Change what a volunteer chose, and nothing else."""
    async with store.write() as connection:
        await connection.execute(volunteer.update().where(volunteer.c.person == name).values(values))


def recipients(published: Iterable[str]) -> list[str]:
    """Who got something, from the keys that a platform wrote down, in that order."""
    return [key.rpartition("#")[2] for key in published]


async def finish(worker: Dispatcher) -> None:
    """Tick once and wait for what it took up."""
    await worker.tick()
    await worker.drain()
