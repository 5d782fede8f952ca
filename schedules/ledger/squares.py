"""The prompts that groups got: which message it is, and its text as it was approved."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select

from content.richtext import RichText, from_json
from schedules.lifecycle import PUBLISH, State
from schedules.people.days import GROUP_SLOT, group_day
from schedules.store.engine import Store
from schedules.store.tables import delivery, post

SAME_MOMENT: Final = timedelta(seconds=30)
"""Platforms tell whole seconds, of their own clocks."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A prompt that stands in a group.

    Attributes:
        message: The number of the message there.
        on: The date that it is for.
    """

    message: int
    on: date
    language: str
    text: RichText = field(repr=False)


async def newest(store: Store, account: str, since: datetime) -> Shown | None:
    """The last prompt that an account brought its group since then; ``None`` where there is none."""
    async with store.read() as connection:
        found = await connection.execute(
            select(delivery.c.remote_id, post.c.language, post.c.body)
            .join(post, post.c.id == delivery.c.post)
            .where(
                post.c.account == account,
                post.c.slot.startswith(GROUP_SLOT),
                delivery.c.kind == PUBLISH,
                delivery.c.state == State.SENT.value,
                delivery.c.accepted_at >= since - SAME_MOMENT,
            )
            .order_by(delivery.c.accepted_at.desc(), delivery.c.id.desc())
            .limit(1)
        )
        row = found.one_or_none()
    on = row and group_day(row.body["options"])
    if row is None or on is None:
        return None
    return Shown(int(row.remote_id), on, row.language, from_json(row.body["text"]))
