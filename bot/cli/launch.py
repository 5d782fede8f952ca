"""``munasara launch``."""

from datetime import datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Final

import click

from bot.cli.exits import NO
from bot.cli.output import counted, local_moment, say, show_problems, show_table, utc
from bot.cli.session import Desk, Session, acting, pass_session
from bot.cli.walltimes import WallTime

if TYPE_CHECKING:
    from content.models import Campaign
    from schedules.commands.actor import Actor
    from schedules.commands.launch_checks import Ahead
    from schedules.commands.launch_wishes import Wish
    from schedules.planning.occurrences import Occurrence

ROWS_SHOWN: Final = 30


@click.command(
    epilog="""\b
Examples:
  munasara --as amal launch my-campaign             show what happens, and ask
  munasara --as sami launch my-campaign             confirm it
  munasara launch my-campaign --cancel              take it back, before that

Exit code 1 where something in it is stale; nothing is launched then.
"""
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--at", "local_at", type=WallTime(), help="T-0 by the clocks of the campaign.")
@click.option("--cancel", "cancelled", is_flag=True, help="Take back what was asked for.")
@click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
@acting
@pass_session
@click.pass_context
def launch(
    ctx: click.Context,
    session: Session,
    /,
    folder: Path,
    local_at: datetime | None,
    cancelled: bool,
    yes: bool,
) -> None:
    """Launch a dormant campaign: all of its times move to now, and everything is checked anew.

    One person asks, another runs the same command under their own name within 15 minutes: that binds both to this
    very kit and moment, records the whole plan, and approves every post.
    """
    from content.loader import load_campaign

    actor = session.actor()
    with session.desk() as desk:
        campaign = load_campaign(folder)
        if cancelled:
            _cancel(desk, actor, campaign)
            return
        ahead = _look(desk, actor, campaign, local_at)
        _show(ahead)
        if ahead.errors:
            say(f"{counted(len(ahead.errors), 'error')} to correct first; nothing was launched.", err=True)
            ctx.exit(NO)
        if ahead.wish is None or (ahead.wish.asked_by == actor.name and ahead.wish.launched_by is None):
            _ask(desk, actor, ahead, local_at, yes=yes)
        else:
            ctx.exit(_confirm(desk, actor, ahead, ahead.wish, yes=yes))


def _look(desk: Desk, actor: "Actor", campaign: "Campaign", local_at: datetime | None) -> "Ahead":
    from schedules.commands.launch_checks import is_kept
    from schedules.commands.launch_wishes import wish_for
    from schedules.commands.launches import look
    from schedules.errors import ScheduleError

    wish = desk.do(wish_for(desk.store, campaign.id))
    is_decided = wish is not None and wish.launched_by is not None
    if not is_decided and not desk.do(is_kept(desk.store, campaign)):
        raise ScheduleError(
            f"{campaign.folder} is not what was planned, or is not dormant. "
            f"Plan it first: munasara plan {quote(str(campaign.folder))}"
        )
    return desk.do(look(desk.store, desk.clock, actor, campaign.id, _instant(campaign, local_at)))


def _instant(campaign: "Campaign", local_at: datetime | None) -> datetime | None:
    from content.models import Gap, Overlap
    from schedules.walltime import SHOWN, Note, resolve

    if local_at is None:
        return None
    found = resolve(local_at, campaign.zone, gap=Gap.SHIFT, overlap=Overlap.FIRST)
    if found.note is Note.GAP_SHIFTED and found.shown is not None:
        say(
            f"The clocks jump over {local_at:{SHOWN}} in {campaign.zone}: T-0 becomes {found.shown:{SHOWN}}.",
            err=True,
        )
    return found.at


def _show(ahead: "Ahead") -> None:
    campaign = ahead.checked.campaign
    show_problems(ahead.problems)
    planned = sorted(ahead.checked.planned(), key=lambda one: (one.due_at, one.key))
    show_table(
        ["local time", "UTC", "city", "account", "language", "message"], map(_row, planned[:ROWS_SHOWN])
    )
    if len(planned) > ROWS_SHOWN:
        say(f"... and {len(planned) - ROWS_SHOWN:,} more")
    accounts = len({one.account for one in planned})
    say(
        f"\n{counted(len(planned), 'post')} on {counted(accounts, 'account')}, under #{' #'.join(campaign.hashtag.tags)}."
    )
    say(f"T-0: {local_moment(ahead.starts_at, campaign.zone)} ({utc(ahead.starts_at)}).")


def _row(one: "Occurrence") -> tuple[object, ...]:
    local = local_moment(one.due_at, one.zone)
    return local, utc(one.due_at).removesuffix(" UTC"), one.city, one.account, one.language, one.message_id


def _ask(desk: Desk, actor: "Actor", ahead: "Ahead", local_at: datetime | None, *, yes: bool) -> None:
    from schedules.commands import launches

    if not yes:
        click.confirm("Ask to launch it?", abort=True, err=True)
    at = None if local_at is None else ahead.starts_at
    wish = desk.do(launches.ask(desk.store, desk.clock, actor, ahead.kit.id, at))
    say(f"\nAsked: T-0 is {local_moment(wish.starts_at, ahead.kit.zone)} ({utc(wish.starts_at)}).")
    folder = quote(str(ahead.kit.folder))
    say(f"Next, until {utc(wish.open_until)}, another person:\n  munasara --as NAME launch {folder}")
    say(f"To take it back:\n  munasara launch {folder} --cancel")


def _confirm(desk: Desk, actor: "Actor", ahead: "Ahead", wish: "Wish", *, yes: bool) -> int:
    from schedules.commands import launches

    if not yes:
        decided = f"{wish.asked_by} and {wish.launched_by}" if wish.launched_by else wish.asked_by
        question = "Complete it?" if wish.launched_by else "Launch exactly this?"
        click.confirm(f"{decided} asked at {utc(wish.asked_at)}. {question}", abort=True, err=True)
    done = desk.do(launches.confirm(desk.store, desk.clock, actor, ahead.kit.id, ahead.seal))
    for why in done.left:
        say(why, err=True)
    say(f"\nLaunched: {counted(done.posts, 'post')} recorded, {done.posts - done.waiting:,} approved.")
    say(f"To stop it at once:\n  munasara pause campaign:{ahead.kit.id}")
    return NO if done.waiting else 0


def _cancel(desk: Desk, actor: "Actor", campaign: "Campaign") -> None:
    from schedules.commands import launches

    desk.do(launches.cancel(desk.store, actor, campaign.id))
    say(f"Taken back: {campaign.id} stays dormant.")
