"""What came of a campaign so far: what platforms told of its posts, and what volunteers said of their prompts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, select

from schedules.commands.actor import Actor
from schedules.commands.scopes import named
from schedules.ledger.tallies import Progress, progress
from schedules.lifecycle import PUBLISH, State
from schedules.people.days import is_prompt
from schedules.people.roles import Role
from schedules.people.steps import is_to_people
from schedules.store.engine import Store
from schedules.store.tables import account, delivery, measurement, post


@dataclass(frozen=True, slots=True)
class Results:
    """What is known.

    Attributes:
        posts: How many posts are out, by kind of platform.
        numbers: What platforms told of them, by kind of platform: the latest of each post, added up.
        prompts: What volunteers said, all days together; as they say themselves.
    """

    posts: Mapping[str, int]
    numbers: Mapping[str, Mapping[str, int]]
    prompts: Progress


async def results(store: Store, actor: Actor, campaign: str) -> Results:
    """What came of a campaign so far.

    Raises:
        Forbidden: They may not look at this campaign.
    """
    actor.require(Role.VIEWER, named(campaign=campaign))
    numbers: dict[str, Counter[str]] = {}
    async with store.read() as connection:
        out = await connection.execute(_out(campaign))
        posts = {row.channel: row.number for row in out}
        for row in await connection.execute(_latest(campaign)):
            numbers.setdefault(row.channel, Counter()).update(row.counts)
        found = await connection.execute(
            select(post.c.id).where(post.c.campaign == campaign, is_prompt(post.c.slot))
        )
        prompts = tuple(found.scalars())
    return Results(posts, numbers, await progress(store, prompts))


def _out(campaign: str) -> Select[Any]:
    return (
        select(account.c.channel, func.count().label("number"))
        .join_from(delivery, account, account.c.id == delivery.c.account)
        .join(post, post.c.id == delivery.c.post)
        .where(
            delivery.c.campaign == campaign,
            delivery.c.kind == PUBLISH,
            delivery.c.state == State.SENT.value,
            ~is_to_people(post.c.slot),
        )
        .group_by(account.c.channel)
        .order_by(account.c.channel)
    )


def _latest(campaign: str) -> Select[Any]:
    later = measurement.alias("later")
    is_last = ~exists().where(
        later.c.delivery == measurement.c.delivery, later.c.hours > measurement.c.hours
    )
    return (
        select(account.c.channel, measurement.c.counts)
        .join_from(measurement, delivery, delivery.c.id == measurement.c.delivery)
        .join(account, account.c.id == delivery.c.account)
        .where(delivery.c.campaign == campaign, is_last)
        .order_by(account.c.channel)
    )
