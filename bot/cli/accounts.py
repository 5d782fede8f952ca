"""``munasara accounts``."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.asking import SECRET_FILE, new_account, pairs, secret, show_guide
from bot.cli.exits import FINE, NO, NOT_NOW
from bot.cli.output import json_option, say, show_json, show_table, used, utc
from bot.cli.session import Desk, Session, acting, pass_session

if TYPE_CHECKING:
    from channels.base import AccountCheck, Channel
    from schedules.accounts.accounts import Account
    from schedules.commands.actor import Actor


@click.group
def accounts() -> None:
    """Connect the accounts of the campaign or of a partner, and look after them."""


@accounts.command(
    epilog="""\b
Examples:
  munasara accounts add telegram
  munasara accounts add feed --name news-en --language en --owner "Press team" \\
      --disclosure "Run by the campaign" --set folder=/srv/news \\
      --set base_url=https://example.org/news/ --set title=News

A token is asked for without showing it, and encrypted before it is stored. It is never an option: other
users of a machine can read the options of a command.
"""
)
@click.argument("channel")
@click.option("--name", help="A short name for the account, such as telegram-tr.")
@click.option("--language", help="The language in which it speaks, such as tr.")
@click.option("--owner", help="Who answers for it, in the campaign or at the partner.")
@click.option("--disclosure", help="How its profile tells readers who speaks.")
@click.option("--city", help="The city for which it speaks; else the whole campaign.")
@click.option("--partner", help="The partner that owns it, and may withdraw it alone.")
@click.option("--audience", help="The audience for which it is kept; else everyone.")
@click.option(
    "--set", "given", multiple=True, metavar="KEY=VALUE", help="A setting of the channel; repeat it."
)
@SECRET_FILE
@click.option("--no-verify", is_flag=True, help="Do not ask the platform whether the account may post.")
@acting
@pass_session
@click.pass_context
def add(
    ctx: click.Context,
    session: Session,
    /,
    channel: str,
    given: Sequence[str],
    secret_file: Path | None,
    no_verify: bool,
    **said: str | None,
) -> None:
    """Connect an account: asks for everything that is not given, and whether the platform agrees.

    Publishes nothing.
    """
    from schedules.commands import accounts as commands

    kind, settings = _kind(channel), pairs(given)
    actor = session.actor()
    commands.require_known(kind, settings)
    if secret_file is None:
        show_guide(kind)
    new = new_account(kind, said, settings)
    token = secret(kind, secret_file)
    with session.desk() as desk:
        stored = desk.do(
            commands.add(
                desk.store, desk.vault, desk.clock, actor, new, secret=token, kinds={channel: kind}
            )
        )
        say(f"{stored.id} is stored.")
        if no_verify:
            say(f"The platform was not asked. Ask it: munasara accounts test {stored.id}")
            return
        code = _ask_platform(desk, actor, stored)
    ctx.exit(code)


@accounts.command("list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List every account, and whether something keeps it from sending."""
    from schedules.commands import accounts as commands

    with session.desk() as desk:
        found = desk.do(commands.list_all(desk.store))
    if as_json:
        show_json(found)
    elif found:
        rows = [
            (
                one.id,
                one.channel,
                one.language,
                one.city,
                one.partner,
                f"held: {one.held}" if one.held else "ok",
            )
            for one in found
        ]
        show_table(["account", "channel", "language", "city", "partner", "state"], rows)
    else:
        say("No account is connected. Connect one: munasara accounts add telegram")


@accounts.command()
@click.argument("name", metavar="ACCOUNT")
@json_option
@pass_session
def show(session: Session, name: str, as_json: bool) -> None:
    """Show what is known of an account; never its token."""
    from schedules.accounts.accounts import get

    with session.desk() as desk:
        found = desk.do(get(desk.store, name))
    if as_json:
        show_json(found)
    else:
        _show(found)


@accounts.command()
@click.argument("name", metavar="ACCOUNT")
@acting
@pass_session
@click.pass_context
def test(ctx: click.Context, session: Session, name: str) -> None:
    """Ask the platform whether an account may post, publishing nothing. Releases it if it was held."""
    from schedules.accounts.accounts import get
    from schedules.commands import accounts as commands

    actor = session.actor()
    with session.desk() as desk:
        known = desk.do(get(desk.store, name))
        held = known.held
        if held is not None:
            check = desk.do(
                commands.release(desk.store, actor, name, lambda account: _verify(desk, account))
            )
        else:
            check = desk.do(_verify(desk, name))
        desk.do(commands.note(desk.store, desk.clock, name, check))
    _show_check(name, check, has_token=known.has_secret)
    if held is not None:
        say(f"{name} was held ({held}) and sends again.")
    ctx.exit(0 if check.ready else NO)


@accounts.command(
    epilog="""\b
Examples:
  munasara accounts change telegram-tr --disclosure "Run by the campaign"
  munasara accounts change tiktok-en --set to=amal --set then=sami
"""
)
@click.argument("name", metavar="ACCOUNT")
@click.option("--owner", help="Who answers for it, in the campaign or at the partner.")
@click.option("--disclosure", help="How its profile tells readers who speaks.")
@click.option(
    "--set",
    "given",
    multiple=True,
    metavar="KEY=VALUE",
    help="A setting of the channel; repeat it. Without a value it is taken away.",
)
@acting
@pass_session
def change(
    session: Session, name: str, owner: str | None, disclosure: str | None, given: Sequence[str]
) -> None:
    """Give an account another owner, disclosure or setting. Its name, language and place stay."""
    from schedules.accounts.accounts import get
    from schedules.commands import accounts as commands

    settings = pairs(given)
    if owner is None and disclosure is None and not settings:
        raise click.UsageError("Say what changes: --owner, --disclosure or --set KEY=VALUE.")
    actor = session.actor()
    with session.desk() as desk:
        channel = desk.do(get(desk.store, name)).channel
        kinds = {channel: _kind(channel)}
        changed = desk.do(
            commands.change(
                desk.store, actor, name, kinds=kinds, owner=owner, disclosure=disclosure, settings=settings
            )
        )
    _show(changed)
    say(f"\n{name} is changed. Would a post be accepted? munasara accounts test {name}")


@accounts.command()
@click.argument("name", metavar="ACCOUNT")
@SECRET_FILE
@acting
@pass_session
def token(session: Session, name: str, secret_file: Path | None) -> None:
    """Give an account a new token, such as after it was revoked."""
    from schedules.accounts.accounts import get
    from schedules.commands import accounts as commands

    actor = session.actor()
    with session.desk() as desk:
        channel = desk.do(get(desk.store, name)).channel
        kind = _kind(channel)
        if secret_file is None:
            show_guide(kind)
        fresh = secret(kind, secret_file)
        desk.do(
            commands.set_secret(
                desk.store, desk.vault, desk.clock, actor, name, secret=fresh, kinds={channel: kind}
            )
        )
    say(f"{name} has a new token. Next: munasara accounts test {name}")


@accounts.command()
@click.argument("name", metavar="ACCOUNT")
@acting
@pass_session
def pause(session: Session, name: str) -> None:
    """Send nothing through an account until two people resume it."""
    from schedules.commands import pauses

    actor = session.actor()
    with session.desk() as desk:
        done = desk.do(pauses.pause(desk.store, desk.clock, actor, f"account:{name}"))
    say(f"Paused: {name}. To start again, two people say: munasara resume {done.scope}")


@accounts.command()
@click.argument("name", metavar="ACCOUNT")
@click.option("--yes", is_flag=True, help="Remove without asking.")
@acting
@pass_session
def remove(session: Session, name: str, yes: bool) -> None:
    """Take an account away and erase its token. The receipts of what it sent stay."""
    from schedules.commands import accounts as commands

    actor = session.actor()
    if not yes:
        click.confirm(f"Remove {name} and erase its token?", abort=True, err=True)
    with session.desk() as desk:
        desk.do(commands.remove(desk.store, desk.clock, actor, name))
    say(f"{name} is removed and its token erased here. Revoke it on the platform as well.")


def _kind(channel: str) -> "type[Channel]":
    from channels.registry import UnknownChannel, channel_class

    try:
        return channel_class(channel)
    except UnknownChannel as error:
        raise click.BadParameter(str(error), param_hint="CHANNEL") from None


async def _verify(desk: Desk, account: str) -> "AccountCheck":
    async with await desk.app.connect(account) as channel:
        return await channel.verify()


def _ask_platform(desk: Desk, actor: "Actor", stored: "Account") -> int:
    from channels.base import AccountCheck
    from channels.errors import ChannelError, NotAuthorised
    from schedules.commands import accounts as commands

    account = stored.id
    try:
        check = desk.do(_verify(desk, account))
    except NotAuthorised as error:
        check = AccountCheck.failed(error)
    except ChannelError as error:
        say(f"Its platform gave no answer: {error.detail.rstrip('.')}.", err=True)
        say(f"Ask again later: munasara accounts test {account}", err=True)
        return NOT_NOW
    if not check.ready:
        desk.do(commands.hold(desk.store, desk.clock, actor, account, check.detail))
    desk.do(commands.note(desk.store, desk.clock, account, check))
    _show_check(account, check, has_token=stored.has_secret)
    return FINE if check.ready else NO


def _show_check(name: str, check: "AccountCheck", *, has_token: bool) -> None:
    known = f" ({check.identity})" if check.identity else ""
    say(f"{name}{known}: {check.detail}")
    if check.quota is not None:
        say(f"{used(check.quota)}.")
    if not check.ready:
        say(f"Nothing is sent through it. When that is mended: munasara accounts test {name}")
        if has_token:
            say(f"If the token was wrong: munasara accounts token {name}")
        say(f"If a setting was wrong: munasara accounts change {name} --set KEY=VALUE")


def _show(found: "Account") -> None:
    facts = {
        "Account": found.id,
        "Channel": found.channel,
        "Language": found.language,
        "City": found.city,
        "Partner": found.partner,
        "Audience": found.audience,
        "Owner": found.owner,
        "Disclosure": found.disclosure,
        "Token": "stored, encrypted" if found.has_secret else "none",
        "Expires": utc(found.expires_at),
        "Quota": f"{used(found.quota)}, on {utc(found.quota_read_at)}" if found.quota else None,
        "Held": f"{found.held} (since {utc(found.held_at)})" if found.held else None,
        **{f"  {name}": value for name, value in found.settings.items()},
    }
    for name, value in facts.items():
        if value:
            say(f"{name + ':':14}{value}")
