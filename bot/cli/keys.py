"""``munasara keys``."""

import asyncio
from typing import TYPE_CHECKING

import click

from bot.cli.output import say
from bot.cli.session import Session, acting, pass_session

if TYPE_CHECKING:
    from bot.settings import Settings
    from schedules.commands.actor import Actor

WARNING = """\
Everything that is sealed is sealed with a new key, and the old one is destroyed.
  Links and buttons that were given out stop working; people get new ones.
  Heads of the audit that were kept elsewhere are of no use afterwards.
  Who left a mailing list is no longer recognised when lists are imported.
  Backups made before open with a copy of the old key alone."""


@click.group
def keys() -> None:
    """Look after the key that protects tokens, addresses and people."""


@keys.command(epilog="Cut off at any instant, it is finished by calling it again.")
@click.option("--yes", is_flag=True, help="Rotate without asking.")
@acting
@pass_session
def rotate(session: Session, yes: bool) -> None:
    """Make a new key, seal everything with it, and destroy the old one. Stop every worker first."""
    session.configure_logs()
    actor, settings = session.actor(recorded=False), session.settings
    if not yes:
        say(WARNING, err=True)
        click.confirm("Change the key?", abort=True, err=True)
    say("Sealing everything with a new key ...", err=True)
    version = asyncio.run(_rotate(settings, actor))
    say(f"{settings.key_path.absolute()} holds key {version}, and nothing is sealed with another.")
    say(
        "Keep a copy in a safe place, away from backups of the database, and one on every machine with a worker."
    )
    say(
        "Next:\n  munasara audit verify    note the new head\n  munasara run             start the workers again"
    )


async def _rotate(settings: "Settings", actor: "Actor") -> str:
    from bot.app import open_store
    from schedules.clock import SystemClock
    from schedules.commands import keys as commands

    async with open_store(settings) as store:
        return await commands.rotate(store, SystemClock(), actor, settings.key_path)
