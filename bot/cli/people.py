"""``munasara people``."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from bot.cli.output import json_option, say, show_json, show_table, utc
from bot.cli.qr import drawn
from bot.cli.session import Desk, Session, acting, pass_session

if TYPE_CHECKING:
    from schedules.people.invites import Invite
    from schedules.people.roles import Grant

VOLUNTEER = "volunteer"
ROLES = ("viewer", "editor", "approver", "captain", "admin")
SCOPE = click.option(
    "--scope",
    default="everything",
    show_default=True,
    help="Where: everything, or one of campaign:, city:, language:, account:, partner: and its name.",
)
ROLE = click.option("--role", type=click.Choice(ROLES), required=True, help="What they may do.")


@click.group
def people() -> None:
    """Let people in, say who is in charge of what, and lock out a lost phone. Nobody's name is kept."""


@people.command(
    epilog="""\b
Examples:
  munasara people invite amal --role admin
  munasara people invite sami --role approver --scope city:berlin
  munasara people invite --role volunteer --campaign balloons --city berlin --open-city --uses 30
"""
)
@click.argument("name", required=False)
@click.option("--role", type=click.Choice((VOLUNTEER, *ROLES)), required=True, help="What they come as.")
@SCOPE
@click.option("--campaign", help="The campaign that volunteers join.")
@click.option("--city", help="The city that volunteers belong to; else they choose.")
@click.option("--language", help="The language that they are spoken to in; else guessed.")
@click.option("--partner", help="The partner whose volunteers they are.")
@click.option(
    "--uses", type=click.IntRange(1, 1000), default=1, show_default=True, help="How many it lets in."
)
@click.option("--open-city", is_flag=True, help="The city is an open one, so a link may let in several.")
@click.option("--days", type=click.IntRange(1, 365), default=7, show_default=True, help="When it ends.")
@json_option
@acting
@pass_session
def invite(
    session: Session,
    /,
    name: str | None,
    open_city: bool,
    days: int,
    as_json: bool,
    **said: Any,
) -> None:
    """Make a link that lets people in: NAME to be in charge, or, without a name, volunteers.

    NAME is the handle under which they will act. Whoever comes by the first link for an admin can invite the others from
    their phone.
    """
    from schedules.commands import invites as commands
    from schedules.people.invites import Invite, new_id

    actor = session.actor()
    with session.desk() as desk:
        ends = desk.clock.now() + timedelta(days=days)
        wanted = Invite(id=new_id(), handle=name, expires_at=ends, **said)
        made = desk.do(commands.invite(desk.store, desk.clock, actor, wanted, guarded=not open_city))
        payload, username = _payload(desk, made.id), desk.do(_username(desk))
    link = f"https://t.me/{username}?start={payload}" if username else None
    if as_json:
        show_json({"id": made.id, "payload": payload, "link": link, "expires_at": made.expires_at})
        return
    _show_link(made, payload, link)


@people.command
@json_option
@acting
@pass_session
def invites(session: Session, as_json: bool) -> None:
    """List the links that still let somebody in."""
    from schedules.commands import invites as commands

    actor = session.actor()
    with session.desk() as desk:
        found = desk.do(commands.open_invites(desk.store, desk.clock, actor))
    if as_json:
        show_json(found)
        return
    rows = [
        (one.id, one.role, one.handle, one.city or one.scope, one.uses, utc(one.expires_at))
        for one in found
    ]
    show_table(["id", "role", "name", "where", "uses", "ends"], rows)


@people.command
@click.argument("invitation", metavar="ID")
@acting
@pass_session
def revoke(session: Session, invitation: str) -> None:
    """Close a link at once. ID is what `munasara people invites` shows."""
    from schedules.commands import invites as commands

    actor = session.actor()
    with session.desk() as desk:
        desk.do(commands.revoke(desk.store, desk.clock, actor, invitation))
    say("It lets nobody in any more.")


@people.command("list")
@json_option
@acting
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List everybody in charge, and of what."""
    from schedules.commands import people as commands

    actor = session.actor()
    with session.desk() as desk:
        found = desk.do(commands.in_charge(desk.store, actor))
    if as_json:
        show_json(found)
        return
    rows = [
        (
            one.handle,
            ", ".join(f"{given.role} of {given.scope}" for given in one.grants) or "nothing",
            "yes" if one.has_second_factor else "not yet",
            _state(one.locked_at, one.left_at),
        )
        for one in found
    ]
    show_table(["name", "in charge of", "second factor", "state"], rows)


@people.command
@click.argument("name")
@ROLE
@SCOPE
@acting
@pass_session
def grant(session: Session, name: str, role: str, scope: str) -> None:
    """Give a role to somebody who has come to the bot."""
    from schedules.commands import people as commands

    actor = session.actor()
    with session.desk() as desk:
        desk.do(commands.grant(desk.store, desk.clock, actor, name, _granted(role, scope)))
    say(f"{name} is {role} of {scope}.")


@people.command
@click.argument("name")
@ROLE
@SCOPE
@acting
@pass_session
def withdraw(session: Session, name: str, role: str, scope: str) -> None:
    """Take a role back."""
    from schedules.commands import people as commands

    actor = session.actor()
    with session.desk() as desk:
        desk.do(commands.withdraw(desk.store, actor, name, _granted(role, scope)))
    say(f"{name} is no longer {role} of {scope}.")


@people.command
@click.argument("name")
@acting
@pass_session
def lock(session: Session, name: str) -> None:
    """Lock somebody out whose phone was lost: every role sleeps until they are unlocked."""
    from schedules.commands import people as commands

    actor = session.actor()
    with session.desk() as desk:
        desk.do(commands.lock(desk.store, desk.clock, actor, name))
    say(f"{name} is locked out. When they have a new phone: munasara people unlock {name}")


@people.command
@click.argument("name")
@acting
@pass_session
def unlock(session: Session, name: str) -> None:
    """Let somebody in again, who by a fresh link then sets up a new second factor."""
    from schedules.commands import people as commands

    actor = session.actor()
    with session.desk() as desk:
        desk.do(commands.unlock(desk.store, actor, name))
    say(
        f"{name} is let in again. A fresh link lets them set up a new second factor: munasara people invite"
    )


@people.command
@json_option
@acting
@pass_session
def volunteers(session: Session, as_json: bool) -> None:
    """Count volunteers by city and language. Fewer than five are not counted out."""
    from schedules.commands import people as commands
    from schedules.people.days import FEW

    actor = session.actor()
    with session.desk() as desk:
        found = desk.do(commands.volunteers(desk.store, actor))
    if as_json:
        show_json(found)
        return
    rows = [
        (one.city or "not said", one.language, f"<{FEW}" if one.number is None else one.number)
        for one in found
    ]
    show_table(["city", "language", "volunteers"], rows)


def _granted(role: str, scope: str) -> "Grant":
    from schedules.people.roles import Grant, Role

    return Grant(Role(role), scope)


def _payload(desk: Desk, invitation: str) -> str:
    from schedules.people.invites import Links

    return Links(desk.app.keys.links).payload(invitation)


async def _username(desk: Desk) -> str | None:
    """The name of the installation's bot, once it has been served."""
    from channels.registry import BOT_CHANNEL
    from schedules.accounts import accounts

    name = await accounts.first_of(desk.store, BOT_CHANNEL)
    return None if name is None else (await accounts.get(desk.store, name)).settings.get("username")


def _show_link(made: "Invite", payload: str, link: str | None) -> None:
    if link is None:
        say(f"Send this to the bot: /start {payload}")
        say(
            "Once its bot is connected and `munasara run` has served it, links are shown instead.", err=True
        )
    else:
        say(link)
        click.echo(drawn(link))
    say(f"It lets in {made.uses:,}, until {utc(made.expires_at)}. Show it to nobody else.", err=True)
    say(f"To close it: munasara people revoke {made.id}", err=True)


def _state(locked_at: datetime | None, left_at: datetime | None) -> str:
    if locked_at is not None:
        return f"locked since {utc(locked_at)}"
    return "" if left_at is None else f"left on {utc(left_at)}"
