"""Who gets the letters of a list."""

from collections.abc import Iterable, Sequence
from typing import Final

import structlog

from schedules.accounts import accounts, recipients
from schedules.accounts.recipients import Added
from schedules.accounts.vault import Vault
from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.errors import ScheduleError
from schedules.store.engine import Store

MAIL: Final = "mail"

log = structlog.get_logger()


async def add(
    store: Store, vault: Vault, clock: Clock, actor: Actor, account: str, lines: Iterable[str]
) -> Added:
    """Put addresses on a list, one a line. Those who left it stay away.

    Raises:
        AccountUnknown: There is none of that name.
        ScheduleError: It is no mailing list.
    """
    await _require_list(store, account)
    done = await recipients.add(store, vault, account, lines, clock.now())
    log.info("recipients added", account=account, new=done.new, actor=actor.name)
    return done


async def addresses(store: Store, vault: Vault, account: str) -> Sequence[str]:
    """Every address of a list, in alphabetical order.

    Raises:
        AccountUnknown: There is none of that name.
        ScheduleError: It is no mailing list.
    """
    await _require_list(store, account)
    return await recipients.addresses(store, vault, account)


async def remove(store: Store, vault: Vault, actor: Actor, account: str, address: str) -> None:
    """Take an address off a list for good: no import brings it back.

    Raises:
        AccountUnknown: There is none of that name.
        ScheduleError: It is no mailing list, or the address is not on it.
    """
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
