"""People for tests, kept as the bot keeps them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from schedules.accounts.keys import Key
from schedules.accounts.vault import Vault
from schedules.clock import SetClock
from schedules.people import people, roles, secondfactor, volunteers
from schedules.people.roles import Grant
from schedules.people.secondfactor import Enrolment
from schedules.people.volunteers import Volunteer
from schedules.store.engine import Store

MORNING: Final = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
VAULT: Final = Vault(Key(b"p" * 32))
OTHER: Final = Vault(Key(b"q" * 32))
TELEGRAM: Final = 7_351_926_480
"""A Telegram id that is larger than 32 bits, as many are."""
AMAL: Final = Volunteer("", "demo", "ar", "Asia/Damascus", 18, city="aleppo", consent=1)


def clock() -> SetClock:
    """A clock that shows eight in the morning, UTC, until it is set."""
    return SetClock(MORNING)


async def arrive(store: Store, telegram: int = TELEGRAM, handle: str | None = None) -> str:
    """Somebody comes to the bot; gives their pseudonym."""
    async with store.write() as connection:
        return await people.welcome(connection, VAULT, clock(), telegram, "ar", handle)


async def enrolled(store: Store, name: str, label: str = "amal") -> Enrolment:
    """Somebody who came by a link a moment ago sets up their second factor."""
    async with store.write() as connection:
        await secondfactor.may_enrol(connection, clock(), name)
    return await secondfactor.enrol(store, VAULT, clock(), name, label)


async def join(store: Store, telegram: int = TELEGRAM, **chosen: Any) -> str:
    """Somebody volunteers for the campaign ``demo``; gives their pseudonym."""
    async with store.write() as connection:
        name = await people.welcome(connection, VAULT, clock(), telegram, "ar")
        await volunteers.join(connection, replace(AMAL, person=name, **chosen), MORNING)
    return name


async def appoint(store: Store, handle: str, *grants: Grant, telegram: int = TELEGRAM) -> str:
    """Somebody in charge comes to the bot and is granted roles; gives their pseudonym."""
    name = await arrive(store, telegram, handle)
    async with store.write() as connection:
        for given in grants:
            await roles.grant(connection, clock(), name, given, by="root")
    return name
