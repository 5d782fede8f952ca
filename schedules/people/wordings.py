"""Ready wordings of letters: each goes to few people a day, so that an office does not get one text a hundred times."""

from datetime import date
from typing import Final

from sqlalchemy import delete, select, update

from schedules.store.engine import Store
from schedules.store.tables import wording
from schedules.store.upsert import insert_new

MOST_A_DAY: Final = 20
"""People who are given one wording on one day; whoever comes after them gets facts and angles alone."""


async def least_used(store: Store, prompt: str, language: str, numbers: int, on: date) -> int | None:
    """Which wording, counted from 0, to hand out next, and count it; ``None`` where all are used up for the day.

    Args:
        prompt: Names the prompt with its campaign.
        numbers: How many wordings there are.
        on: The day in UTC.
    """
    here = (wording.c.prompt == prompt, wording.c.language == language)
    async with store.write() as connection:
        await connection.execute(delete(wording).where(*here, wording.c.used_on < on.isoformat()))
        keys = {"prompt": prompt, "language": language, "used_on": on.isoformat()}
        await insert_new(
            connection, wording, [{**keys, "number": number, "used": 0} for number in range(numbers)]
        )
        found = await connection.execute(
            select(wording.c.number)
            .where(*here, wording.c.used < MOST_A_DAY, wording.c.number < numbers)
            .order_by(wording.c.used, wording.c.number)
            .limit(1)
            .with_for_update()
        )
        number: int | None = found.scalar()
        if number is not None:
            chosen = (*here, wording.c.number == number)
            await connection.execute(update(wording).where(*chosen).values(used=wording.c.used + 1))
    return number
