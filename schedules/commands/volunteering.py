"""What volunteers decide for themselves: to join, to choose, to pause, to be forgotten.

Nobody decides it for them, so there is no actor: each verb concerns whoever asks, and nobody else.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from schedules.accounts.vault import Vault
from schedules.clock import Clock
from schedules.ledger import prompts, tallies
from schedules.people import invites, people, purge, signups, volunteers
from schedules.people.purge import Forgotten
from schedules.people.volunteers import Rhythm, Volunteer
from schedules.store.engine import Store

YEAR: Final = timedelta(days=365)


async def join(
    store: Store, vault: Vault, clock: Clock, telegram: int, invite: str, chosen: Volunteer
) -> str:
    """Keep somebody who has agreed, and count their invite; gives their pseudonym. All or nothing.

    Args:
        telegram: Their Telegram id.
        chosen: What they chose; ``person`` is not known yet and stays empty.

    Raises:
        InviteInvalid: Meanwhile the invite lets nobody in any more.
    """
    known = await people.find(store, vault, telegram)
    if known is not None:
        await prompts.drop(store, clock, known.id)
    async with store.write() as connection:
        await invites.use(connection, clock, invite)
        person = await people.welcome(connection, vault, clock, telegram, chosen.language)
        await volunteers.join(connection, replace(chosen, person=person), clock.now())
        await signups.move(connection, clock, person, chosen.city)
    return person


async def choose(store: Store, clock: Clock, person: str, **values: Any) -> None:
    """Change what a volunteer chose, and move what waits for them accordingly; in another city they come to nothing."""
    if "city" in values:
        async with store.write() as connection:
            await signups.move(connection, clock, person, values["city"])
    await volunteers.change(store, person, **values)
    await prompts.move(store, clock, person)


async def come_back(store: Store, clock: Clock, person: str) -> None:
    """Somebody who had blocked the bot writes to it again."""
    await people.change(store, person, {"left_at": None})
    await prompts.move(store, clock, person)


async def pause(store: Store, clock: Clock, person: str, until: datetime | None) -> None:
    """Send no prompts, until an instant or until they come back."""
    if until is None:
        await choose(store, clock, person, rhythm=Rhythm.PAUSED, paused_until=None)
        return
    known = await volunteers.get(store, person)
    is_weekly = known is not None and known.rhythm is Rhythm.WEEKLY
    rhythm = Rhythm.WEEKLY if is_weekly else Rhythm.DAILY
    await choose(store, clock, person, rhythm=rhythm, paused_until=until)


async def resume(store: Store, clock: Clock, person: Volunteer) -> None:
    """Send prompts again, as often as before."""
    rhythm = Rhythm.WEEKLY if person.rhythm is Rhythm.WEEKLY else Rhythm.DAILY
    await _go_on(store, clock, person, rhythm)


async def slow_down(store: Store, clock: Clock, person: Volunteer) -> None:
    """Send a prompt once a week from now on."""
    await _go_on(store, clock, person, Rhythm.WEEKLY)


async def go_on(store: Store, clock: Clock, person: Volunteer) -> None:
    """Send a prompt every day again."""
    await _go_on(store, clock, person, Rhythm.DAILY)


async def keep_a_year(store: Store, clock: Clock, person: str) -> datetime:
    """Keep somebody after the campaign, for the next one. Until when, in UTC."""
    until = clock.now() + YEAR
    await volunteers.change(store, person, keep_until=until)
    return until


async def forget(store: Store, clock: Clock, person: str) -> Forgotten:
    """Take away every row of somebody at once; what they did stays as a number. Repeating it does no harm."""
    await prompts.drop(store, clock, person)
    async with store.write() as connection:
        await tallies.forget(connection, person)
    return await purge.forget(store, clock, person)


async def _go_on(store: Store, clock: Clock, person: Volunteer, rhythm: Rhythm) -> None:
    today = person.today(clock.now())
    await choose(store, clock, person.person, rhythm=rhythm, paused_until=None, active_on=today)
