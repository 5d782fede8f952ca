"""Who gets the letters of a list."""

from collections.abc import Iterable, Sequence
from typing import Final

import structlog

from schedules.accounts import accounts, recipients
from schedules.accounts.recipients import Added
from schedules.accounts.vault import Vault
from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.commands.scopes import of_stored_account
from schedules.errors import ScheduleError
from schedules.people.roles import Role
from schedules.store.engine import Store

MAIL: Final = "mail"

log = structlog.get_logger()


async def add(
    store: Store, vault: Vault, clock: Clock, actor: Actor, account: str, lines: Iterable[str]
) -> Added:
    """Put addresses on a list, one a line. Those who left it stay away.

    Raises:
        Forbidden: They are no approver of that list.
        AccountUnknown: There is none of that name.
        ScheduleError: It is no mailing list.
    """
    actor.require(Role.APPROVER, await of_stored_account(store, account))
    await _require_list(store, account)
    done = await recipients.add(store, vault, account, lines, clock.now())
    log.info("recipients added", account=account, new=done.new, actor=actor.name)
    return done


async def addresses(store: Store, vault: Vault, actor: Actor, account: str) -> Sequence[str]:
    """Every address of a list, in alphabetical order. That they were taken out is recorded.

    Raises:
        Forbidden: They are no admin of that list.
        CodeNeeded: Their second factor was not shown.
        AccountUnknown: There is none of that name.
        ScheduleError: It is no mailing list.
    """
    actor.require(Role.ADMIN, await of_stored_account(store, account))
    actor.require_proof()
    await _require_list(store, account)
    async with store.write() as connection:
        await actor.record(connection, "exported", f"account:{account}")
    return await recipients.addresses(store, vault, account)


async def remove(store: Store, vault: Vault, actor: Actor, account: str, address: str) -> None:
    """Take an address off a list for good: no import brings it back.

    Raises:
        Forbidden: They have no role there but that of a viewer.
        AccountUnknown: There is none of that name.
        ScheduleError: It is no mailing list, or the address is not on it.
    """
    actor.require_coordinator(await of_stored_account(store, account))
    await _require_list(store, account)
    if not await recipients.remove(store, vault, account, address):
        raise ScheduleError(f"That address was not on {account}. No import will put it there from now on.")
    log.info("recipient removed", account=account, actor=actor.name)


async def _require_list(store: Store, account: str) -> None:
    found = await accounts.get(store, account)
    if found.channel != MAIL:
        raise ScheduleError(
            f"{account} is no mailing list but {found.channel}. Connect one: munasara accounts add mail"
        )
