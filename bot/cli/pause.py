"""``munasara pause``."""

import click

from bot.cli.output import say
from bot.cli.session import Session, acting, pass_session


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
    from schedules.commands import pauses

    actor = session.actor()
    with session.desk() as desk:
        done = desk.do(pauses.pause(desk.store, desk.clock, actor, scope))
    say(f"Paused: {done.scope}. Nothing of it is sent from now on.")
    say(f"To start again, two people say: munasara resume {done.scope}")
