"""``munasara pause``."""

import asyncio
from typing import TYPE_CHECKING

import click

from bot.cli.output import say
from bot.cli.session import Session, acting, pass_session

if TYPE_CHECKING:
    from bot.settings import Settings
    from schedules.commands.actor import Actor
    from schedules.commands.pauses import Pause


@click.command(
    epilog="""\b
Examples:
  munasara pause everything
  munasara pause city:berlin
"""
)
@click.argument("scope", metavar="SCOPE")
@acting
@pass_session
def pause(session: Session, scope: str) -> None:
    """Stop sending, at once. One person is enough; it takes two to start again.

    SCOPE is `everything`, or one of campaign:, city:, partner:, account: and its name.
    """
    session.configure_logs()
    done = asyncio.run(_pause(session.settings, session.actor(), scope))
    say(f"Paused: {done.scope}. Nothing of it is sent from now on.")
    say(f"To start again, two people say: munasara resume {done.scope}")


async def _pause(settings: "Settings", actor: "Actor", scope: str) -> "Pause":
    """Stopping takes no key, so that a lost one never keeps a post from being stopped."""
    from bot.app import open_store
    from schedules.clock import SystemClock
    from schedules.commands import pauses

    async with open_store(settings) as store:
        return await pauses.pause(store, SystemClock(), actor, scope)
