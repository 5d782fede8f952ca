"""The board of an action day in a group of organisers."""

import structlog

from content.later import later
from schedules.accounts.vault import Vault
from schedules.action_days import boards
from schedules.commands.actor import Actor
from schedules.commands.scopes import named
from schedules.errors import ScheduleError
from schedules.people import groups
from schedules.people.roles import Role
from schedules.store.engine import Store

log = structlog.get_logger()


async def put_up(
    store: Store, vault: Vault, actor: Actor, chat: int, campaign: str, day: str, language: str
) -> None:
    """Let the board of a day stand in a group, and in no other one any more.

    Raises:
        Forbidden: They are no admin of the campaign.
        ScheduleError: Volunteers of a city are served in this group.
    """
    actor.require(Role.ADMIN, named(campaign=campaign))
    if await groups.of_chat(store, vault, chat) is not None:
        raise ScheduleError(
            later(
                "Volunteers are served in this group, and the board is for organisers alone. Make another group."
            )
        )
    async with store.write() as connection:
        await boards.put(connection, vault, chat, campaign, day, language)
        await actor.record(connection, "put up the board", f"campaign:{campaign}")
    await groups.stop_waiting(store, vault, chat)
    log.info("board put up", campaign=campaign, day=day)
