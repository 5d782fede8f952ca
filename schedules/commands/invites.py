"""Links that let people in: made by captains and admins, revoked at once, and accepted by whoever is to be in charge."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from content.later import later
from schedules.accounts.vault import Vault
from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.commands.scopes import checked, named
from schedules.errors import Forbidden, InviteInvalid, ScheduleError
from schedules.people import invites, people, roles, secondfactor
from schedules.people.audit import Journal
from schedules.people.invites import VOLUNTEER, Invite
from schedules.people.roles import Grant, Role
from schedules.store import tables
from schedules.store.engine import Store

log = structlog.get_logger()


async def invite(store: Store, clock: Clock, actor: Actor, new: Invite, *, guarded: bool = True) -> Invite:
    """Make a link: for volunteers by a captain, for people in charge by an admin of the scope.

    Args:
        guarded: Whether the city, or any city where the link names none, is a guarded one, as cities are unless their
            campaign says otherwise. There a link lets one person in.

    Raises:
        Forbidden: They may not let people in there.
        CodeNeeded: A role would be granted, and their second factor was not shown.
        ScheduleError: The scope, the name, the number or the end cannot be used.
    """
    if new.role == VOLUNTEER:
        actor.require(Role.CAPTAIN, _where(new))
    else:
        actor.require(Role.ADMIN, {new.scope})
        actor.require_proof()
    _check(new, clock.now(), guarded=guarded)
    async with store.write() as connection:
        await _require_campaign(connection, new.campaign)
        await invites.save(connection, clock, new, by=actor.name)
        await actor.record(connection, "invited", new.handle or f"{new.role}: {new.uses}")
    return new


async def open_invites(store: Store, clock: Clock, actor: Actor) -> Sequence[Invite]:
    """Every link that still lets somebody in and that they may revoke, the first to end first.

    Raises:
        Forbidden: They are nowhere a captain or admin.
    """
    actor.require_somewhere(Role.CAPTAIN)
    columns = tables.invite.c
    async with store.read() as connection:
        rows = await connection.execute(
            select(*(columns[name] for name in Invite.__dataclass_fields__))
            .where(columns.revoked_at.is_(None), columns.expires_at > clock.now(), columns.uses > 0)
            .order_by(columns.expires_at, columns.id)
        )
        found = [Invite(**row._mapping) for row in rows]  # noqa: SLF001 - the documented way
    return [one for one in found if _may_revoke(actor, one)]


async def revoke(store: Store, clock: Clock, actor: Actor, name: str) -> None:
    """Close a link at once. Asks for no code.

    Raises:
        Forbidden: They could not have made it.
        InviteInvalid: There is no such link, or it lets nobody in any more.
    """
    actor.require_somewhere(Role.CAPTAIN)
    found = await invites.look(store, clock, name)
    if not _may_revoke(actor, found):
        raise Forbidden(later("Whoever revokes this link must be allowed to make one like it."))
    async with store.write() as connection:
        if not await invites.revoke(connection, clock, name):
            raise InviteInvalid(invites.NOT_VALID)
        await actor.record(connection, "revoked", found.handle or found.role)


async def accept(store: Store, vault: Vault, clock: Clock, telegram: int, name: str, language: str) -> str:
    """Somebody in charge comes in by a link and gets what it grants; gives their pseudonym.

    From now on, for a while, they may set up their first second factor.

    Raises:
        InviteInvalid: It lets nobody in, or it is one for volunteers.
        ScheduleError: Somebody else acts under that handle already.
    """
    found = await invites.look(store, clock, name)
    if found.role == VOLUNTEER or found.handle is None:
        raise InviteInvalid(invites.NOT_VALID)
    await _require_own_handle(store, vault, telegram, found.handle)
    async with store.write() as connection:
        await invites.use(connection, clock, name)
        person = await people.welcome(connection, vault, clock, telegram, language, found.handle)
        await roles.grant(connection, clock, person, Grant(Role(found.role), found.scope), by="invite")
        await secondfactor.may_enrol(connection, clock, person)
        journal = Journal(vault, clock)
        await journal.append(connection, found.handle, "came in", f"{found.role} {found.scope}")
    log.info("somebody in charge came in", role=found.role)
    return person


def _where(new: Invite) -> frozenset[str]:
    return named(campaign=new.campaign, city=new.city, language=new.language, partner=new.partner)


def _may_revoke(actor: Actor, found: Invite) -> bool:
    if found.role == VOLUNTEER:
        return actor.may(Role.CAPTAIN, _where(found))
    return actor.may(Role.ADMIN, {found.scope})


def _check(new: Invite, now: datetime, *, guarded: bool) -> None:
    if new.expires_at <= now:
        raise ScheduleError("The link would have ended before it is sent. Give an end to come.")
    if new.uses < 1:
        raise ScheduleError("A link lets in one person or more.")
    if new.role == VOLUNTEER:
        _check_for_volunteers(new, guarded=guarded)
        return
    if new.handle is None or new.uses != 1:
        raise ScheduleError("A link for somebody in charge names them by a handle and lets in one person.")
    Actor(new.handle)
    checked(new.scope)
    if new.role not in set(Role):
        raise ScheduleError(f"There is no role {new.role!r:.80}. Choose one of: {', '.join(Role)}.")


def _check_for_volunteers(new: Invite, *, guarded: bool) -> None:
    if new.campaign is None:
        raise ScheduleError("Say for which campaign the link is.")
    if new.handle is not None:
        raise ScheduleError("A link for volunteers names nobody.")
    if guarded and new.uses != 1:
        raise ScheduleError(
            "In a guarded city each link lets in one person, so that whoever finds one finds nobody else. "
            "Make several, or name an open city."
        )


async def _require_campaign(connection: AsyncConnection, name: str | None) -> None:
    known = (
        (await connection.execute(select(tables.campaign.c.id).order_by(tables.campaign.c.id)))
        .scalars()
        .all()
    )
    if name is not None and name not in known:
        raise ScheduleError(f"There is no campaign {name!r:.80}. Known: {', '.join(known) or 'none'}.")


async def _require_own_handle(store: Store, vault: Vault, telegram: int, handle: str) -> None:
    known = await people.find(store, vault, telegram)
    if known is not None and known.handle not in {None, handle}:
        raise ScheduleError(
            later("You act under another name already. Ask for a role instead of a new link.")
        )
    async with store.read() as connection:
        theirs = select(tables.person.c.fingerprint).where(tables.person.c.handle == handle)
        mark = (await connection.execute(theirs)).scalar()
    if mark not in {None, people.fingerprint(vault, telegram)}:
        raise ScheduleError(
            later(
                "Somebody else acts as {handle} already. Ask for a link with another name.", handle=handle
            )
        )
