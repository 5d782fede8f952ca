"""Binding Telegram groups to open cities, and letting them go."""

from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.secret import Secret
from content.later import later
from content.models import Campaign, City, Risk
from schedules.accounts import accounts
from schedules.accounts.accounts import REMOVED, NewAccount
from schedules.accounts.buckets import buckets_for
from schedules.accounts.vault import Vault
from schedules.action_days import boards
from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.commands.scopes import named
from schedules.errors import ScheduleError
from schedules.people import groups
from schedules.people.groups import GUARDED, LOST, Group
from schedules.people.roles import Role
from schedules.people.volunteers import HOURS
from schedules.store import tables
from schedules.store.engine import Store

CHANNEL: Final = "telegram"
PROMPT_HOUR: Final = "9"
"""The wall hour of the city at which its groups get the prompt, where nobody says otherwise."""
GUARDED_CITY: Final = later(
    "This city is guarded: a group would show its members to each other. "
    "Volunteers there are served in private alone."
)
UNBOUND: Final = (
    "The group was unbound. Bind it again with /setup, or take the account away: munasara accounts remove."
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Binding:
    """Which group is to serve which city.

    Attributes:
        chat: The group's id.
        bot: The account of the bot, whose token the group's account shares.
        language: Of what is posted there; one of the campaign's.
    """

    chat: int = field(repr=False)
    bot: str
    campaign: Campaign = field(repr=False)
    city: str
    language: str


async def bind(store: Store, vault: Vault, clock: Clock, actor: Actor, wanted: Binding) -> Group:
    """Make an account of a group, so that what is planned for its city and language is posted there.

    Binding it again to the same city lets it send again where it was lost.

    Raises:
        Forbidden: They are no captain of that city.
        ScheduleError: The city is guarded or unknown, or the group serves another one, or organisers.
    """
    actor.require(Role.CAPTAIN, _scopes(wanted))
    city = _open_city(wanted)
    known = await groups.of_chat(store, vault, wanted.chat)
    if known is not None:
        return await _again(store, actor, known, wanted)
    if await boards.is_board(store, vault, wanted.chat):
        raise ScheduleError(
            later(
                "The board of an action day stands in this group, for organisers alone. Make another group."
            )
        )
    token = (await accounts.connection(store, vault, wanted.bot)).secret
    settings = await _settings(store, wanted.bot)
    async with store.write() as connection:
        name = await _free_name(connection, f"group-{city.id}-{wanted.language.lower()}")
        new = NewAccount(
            name,
            CHANNEL,
            wanted.language,
            actor.name,
            "A group of the campaign.",
            city.id,
            settings=settings,
        )
        await _connect(connection, vault, clock, new, token)
        await groups.save(connection, vault, clock, name, wanted.chat, wanted.campaign.id, actor.name)
        await actor.record(connection, "bound", f"account:{name}")
    log.info("group bound", account=name)
    return await _bound(store, name)


async def unbind(store: Store, vault: Vault, clock: Clock, actor: Actor, chat: int) -> Group:
    """Let a group go: nothing more is posted there. What was posted stays.

    Raises:
        Forbidden: They are no captain of its city.
        ScheduleError: Nobody bound this group.
    """
    actor.require_somewhere(Role.CAPTAIN)
    group = await groups.of_chat(store, vault, chat)
    if group is None:
        raise ScheduleError(later("This group is bound to no city."))
    actor.require(Role.CAPTAIN, group.scopes)
    await accounts.release(store, group.account)
    await accounts.hold(store, group.account, UNBOUND, clock.now())
    async with store.write() as connection:
        await groups.drop(connection, group.account)
        await actor.record(connection, "unbound", f"account:{group.account}")
    log.info("group unbound", account=group.account)
    return group


async def hour_of(store: Store, group: Group) -> int:
    """The wall hour of its city at which a group gets the prompt."""
    return int((await accounts.get(store, group.account)).settings.get("prompt_hour", PROMPT_HOUR))


async def set_hour(store: Store, vault: Vault, actor: Actor, chat: int, hour: int) -> Group:
    """Let the prompts that are planned from now on come to a group at another wall hour of its city.

    Raises:
        Forbidden: They are no captain of its city.
        ScheduleError: Nobody bound this group, or the hour is a quiet one.
    """
    actor.require_somewhere(Role.CAPTAIN)
    group = await groups.of_chat(store, vault, chat)
    if group is None:
        raise ScheduleError(later("This group is bound to no city."))
    actor.require(Role.CAPTAIN, group.scopes)
    if hour not in HOURS:
        raise ScheduleError(
            later(
                "Nothing is sent at night. Choose an hour from {first} to {last}.",
                first=str(HOURS.start),
                last=str(HOURS.stop - 1),
            )
        )
    async with store.write() as connection:
        await groups.keep_hour(connection, group.account, hour)
        await actor.record(connection, "chose an hour", f"account:{group.account}")
    return group


async def vet(store: Store, vault: Vault, actor: Actor, chat: int, act: str) -> Group:
    """Whether somebody may say who is let into a group; that they did is recorded, and not about whom.

    Args:
        act: What they decided, in one or two words.

    Raises:
        Forbidden: They are no captain of its city.
        ScheduleError: Nobody bound this group, or its city is guarded now.
    """
    actor.require_somewhere(Role.CAPTAIN)
    group = await groups.of_chat(store, vault, chat)
    if group is None:
        raise ScheduleError(later("This group is bound to no city."))
    actor.require(Role.CAPTAIN, group.scopes)
    if group.held == GUARDED:
        raise ScheduleError(GUARDED, GUARDED_CITY)
    async with store.write() as connection:
        await actor.record(connection, act, f"account:{group.account}")
    return group


def _scopes(wanted: Binding) -> frozenset[str]:
    return named(campaign=wanted.campaign.id, city=wanted.city, language=wanted.language)


def _open_city(wanted: Binding) -> City:
    campaign = wanted.campaign
    city = next((each for each in campaign.cities if each.id == wanted.city), None)
    if city is None or wanted.language not in campaign.languages:
        raise ScheduleError(
            later("The campaign has no such city or language any more. Write /setup again.")
        )
    if city.risk is Risk.GUARDED:
        raise ScheduleError(
            f"{city.id} is a guarded city: a group would show its members to each other. Volunteers there are "
            "served in private alone.",
            GUARDED_CITY,
        )
    return city


async def _again(store: Store, actor: Actor, group: Group, wanted: Binding) -> Group:
    if (group.campaign, group.city, group.language) != (wanted.campaign.id, wanted.city, wanted.language):
        raise ScheduleError(
            later("This group serves {city} already. To change that, write /unbind first.", city=group.city)
        )
    async with store.write() as connection:
        await groups.let_send(connection, group.account, LOST, GUARDED)
        await actor.record(connection, "bound", f"account:{group.account}")
    return await _bound(store, group.account)


async def _bound(store: Store, name: str) -> Group:
    group = await groups.of_account(store, name)
    if group is None:
        raise ScheduleError(later("The group was unbound meanwhile. Write /setup again."))
    return group


async def _settings(store: Store, bot: str) -> dict[str, str]:
    """The server of the bot's own account, where it has one, and the hour of the prompt."""
    server = (await accounts.get(store, bot)).settings.get("base_url")
    return {"prompt_hour": PROMPT_HOUR} | ({"base_url": server} if server else {})


async def _free_name(connection: AsyncConnection, wanted: str) -> str:
    """A name that no account has, or one that a group had which was let go."""
    column = tables.account.c
    found = await connection.execute(
        select(column.id, column.held).where(column.id.startswith(wanted, autoescape=True))
    )
    taken = {row.id for row in found if row.held not in {REMOVED, UNBOUND}}
    names = [wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


async def _connect(
    connection: AsyncConnection, vault: Vault, clock: Clock, new: NewAccount, token: Secret
) -> None:
    """One that was let go comes back as one that was taken away does."""
    column = tables.account.c
    await connection.execute(
        tables.account.update().where(column.id == new.id, column.held == UNBOUND).values(held=REMOVED)
    )
    await accounts.add_within(
        connection, vault, new, secret=token, buckets=buckets_for(CHANNEL), now=clock.now()
    )
