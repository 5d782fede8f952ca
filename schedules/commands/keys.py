"""A new key for everything that is sealed: in the database at once, then in the key file."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import structlog
from sqlalchemy import select

from schedules.accounts import vault
from schedules.accounts.keys import Key, create_key, load_key, next_key, replace_key
from schedules.accounts.vault import Vault
from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.commands.status import ALIVE_WITHIN
from schedules.errors import ScheduleError, StoreUnusable
from schedules.people import audit
from schedules.people.audit import Journal
from schedules.people.roles import Role
from schedules.store import tables
from schedules.store.engine import Store

log = structlog.get_logger()


async def rotate(store: Store, clock: Clock, actor: Actor, path: Path) -> str:
    """Make a new key, seal everything with it, and put it in the place of the old one, which is destroyed.

    The new key lies beside the old one until everything is sealed with it, and meanwhile no installation is opened: where
    this is cut off at any instant, doing it again finishes what was begun. Gives the version of the new key.

    Raises:
        Forbidden: They are no admin of everything.
        CodeNeeded: Their second factor was not shown.
        ScheduleError: A worker is alive, or the key is being changed already.
        StoreUnusable: Something cannot be opened with the old key, or a key file cannot be read or written.
    """
    actor.require(Role.ADMIN)
    actor.require_proof()
    old = load_key(path)
    await _refuse_workers(store, clock)
    new = _begun(path)
    await _refuse_workers(store, clock)
    with _alone(store):
        if not await _is_sealed_with(store, new):
            await vault.rotate(store, Vault(old), Vault(new))
        replace_key(path)
    async with store.write() as connection:
        await Journal(Vault(new), clock).append(connection, actor.name, "rotated", "key")
    log.warning("key rotated", actor=actor.name, version=new.version)
    return new.version


def _begun(path: Path) -> Key:
    """The key that takes over; a worker that starts from now on finds its file and goes no further."""
    fresh = next_key(path)
    return load_key(fresh) if fresh.exists() else create_key(fresh)


@contextmanager
def _alone(store: Store) -> Iterator[None]:
    with ExitStack() as held:
        try:
            held.enter_context(store.sole_worker())
        except StoreUnusable:
            raise ScheduleError(
                "The key is being changed by another command at this moment, or a worker is just starting. "
                "Wait until that has ended; then do it again if it is still wanted: munasara keys rotate"
            ) from None
        yield


async def _refuse_workers(store: Store, clock: Clock) -> None:
    columns = tables.worker.c
    async with store.read() as connection:
        found = await connection.execute(
            select(columns.id).where(columns.seen_at > clock.now() - ALIVE_WITHIN).order_by(columns.id)
        )
        alive = ", ".join(found.scalars())
    if alive:
        raise ScheduleError(
            f"Workers have the old key in their hands: {alive}. Stop them, then change the key, then start them again."
        )


async def _is_sealed_with(store: Store, key: Key) -> bool:
    """Whether an earlier attempt got as far as the database: it is sealed with this key, or its audit is."""
    async with store.read() as connection:
        if key.version in await vault.sealed_with(connection):
            return True
    known = await audit.verify(store, Vault(key))
    return known.records > 0 and known.is_whole
