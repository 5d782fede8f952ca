"""``munasara resume``."""

import click

from bot.cli.output import say
from bot.cli.session import Session, acting, pass_session


@click.command
@click.argument("scope", metavar="SCOPE")
@acting
@pass_session
def resume(session: Session, scope: str) -> None:
    """Start sending again. Two different people must ask for it.

    SCOPE is what was paused, as `munasara status` shows it.
    """
    from schedules.commands import pauses

    actor = session.actor()
    with session.desk() as desk:
        done = desk.do(pauses.resume(desk.store, desk.clock, actor, scope))
    if done is pauses.Resumed.RESUMED:
        say(f"Resumed: {scope}.")
    else:
        say(f"Asked. {scope} stays paused until another person says: munasara resume {scope}")
