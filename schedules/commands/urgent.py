"""Urgent prompts: from a text on a phone to a post that waits for approval."""

import secrets
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import select

from channels.registry import BOT_CHANNEL
from content.models import Campaign
from schedules.accounts import accounts
from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.commands.audiences import reach_of_post
from schedules.commands.scopes import named
from schedules.errors import AccountUnknown
from schedules.people.roles import Role
from schedules.planning.reach import Reach
from schedules.planning.record import add_to_plan
from schedules.planning.urgent import urgent_draft
from schedules.store.engine import Store
from schedules.store.tables import post

NAME_BYTES: Final = 4

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Urgent:
    """An urgent prompt that waits for approval.

    Attributes:
        post: The number under which it is approved.
        reach: Whom it would reach now; ``None`` where that is nobody.
        rate: Letters per second.
    """

    post: int
    reach: Reach | None
    rate: float


async def plan_urgent(
    store: Store, clock: Clock, actor: Actor, campaign: Campaign, language: str, text: str
) -> Urgent:
    """Plan an urgent prompt in one language; it goes out when it is approved, to everybody who is awake.

    Raises:
        Forbidden: They are no editor of this language of this campaign.
        AccountUnknown: No bot is connected that could bring it.
        CampaignInvalid: The text cannot be used; says what is wrong.
    """
    actor.require(Role.EDITOR, named(campaign=campaign.id, language=language))
    account = await accounts.first_of(store, BOT_CHANNEL)
    if account is None:
        raise AccountUnknown("No bot is connected. Connect one: munasara accounts add telegram-bot")
    draft = urgent_draft(campaign, account, language, text, secrets.token_hex(NAME_BYTES), clock.now())
    await add_to_plan(store, clock, campaign.id, [draft], author=actor.name)
    async with store.read() as connection:
        found = await connection.execute(select(post.c.id).where(post.c.key == draft.occurrence.key))
        number = int(found.scalar_one())
    reached = await reach_of_post(store, clock, campaign.id, account, language, draft.body)
    log.info("urgent prompt planned", post=number, actor=actor.name)
    reach, rate = reached or (None, 0.0)
    return Urgent(number, reach, rate)
