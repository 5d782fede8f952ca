"""Whether somebody in charge is away for a while."""

from schedules.clock import Clock
from schedules.store import leases
from schedules.store.engine import Store


async def is_away(store: Store, clock: Clock, handle: str) -> bool:
    """Whether whoever acts under this handle is away now."""
    return await leases.is_held(store, clock, absence(handle))


async def who_is_away(store: Store, clock: Clock) -> frozenset[str]:
    """The handles of everybody who is away now."""
    beginning = absence("")
    return frozenset(name.removeprefix(beginning) for name in await leases.held(store, clock, beginning))


def absence(handle: str) -> str:
    """The name of the lease that somebody holds who is away."""
    return f"away:{handle}"
