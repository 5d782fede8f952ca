"""Once a day: whether somebody wrote to the rows of people past Munasara, and the head of the audit for the log."""

from typing import Final

import structlog

from schedules.accounts.vault import Vault
from schedules.clock import Clock
from schedules.people import people
from schedules.people.audit import Journal, post_head
from schedules.store.engine import Store

WORKER: Final = "worker"
"""Who has seen it, in the audit."""

log = structlog.get_logger()


async def inspect(store: Store, vault: Vault, clock: Clock) -> None:
    """Record how many rows of people were changed or moved, without naming one, and write the audit's head to the log."""
    changed = await people.unreadable(store, vault)
    if changed:
        log.error("rows of people were changed past Munasara", rows=changed)
        async with store.write() as connection:
            await Journal(vault, clock).append(
                connection, WORKER, "found changed rows", f"people: {changed}"
            )
    await post_head(store)
