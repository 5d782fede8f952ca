"""``munasara retract``."""

from typing import TYPE_CHECKING, Final

import click

from bot.cli.exits import FINE, NO
from bot.cli.output import counted, json_option, say, show_json, show_table
from bot.cli.session import Desk, Session, acting, pass_session

if TYPE_CHECKING:
    from schedules.commands.actor import Actor
    from schedules.commands.retractions import Retraction


STILL_PUBLIC: Final = "still public"


@click.command(
    epilog="""\b
Examples:
  munasara retract 17                       delete post 17, with every part of its thread
  munasara retract --campaign my-campaign   delete everything that it published
  munasara retract --campaign my-campaign --report

What is still waiting is not touched: pause the campaign to stop it. Exit code 1 where something stays public, and with
--report also where something is still to be taken back.
"""
)
@click.argument("number", type=int, metavar="[POST]", required=False)
@click.option("--campaign", help="Everything that this campaign published.")
@click.option("--report", "only_report", is_flag=True, help="Only say what is gone; ask for nothing.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@json_option
@acting
@pass_session
@click.pass_context
def retract(
    ctx: click.Context,
    session: Session,
    /,
    number: int | None,
    campaign: str | None,
    only_report: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Delete what was published, wherever the platform can. One person is enough, and no pause stops it.

    The running worker does it; ask again with --report to see what is gone.
    """
    from schedules.commands.posts import require_campaign

    if (number is None) == (campaign is None):
        raise click.UsageError("Name one post, or a campaign with --campaign.")
    actor = session.actor()
    with session.desk() as desk:
        if campaign is not None:
            desk.do(require_campaign(desk.store, campaign))
        if not only_report:
            _ask(desk, actor, number, campaign, yes=yes)
        found = desk.do(_report(desk, number, campaign))
    if as_json:
        show_json(found)
    else:
        _show(found)
    ctx.exit(NO if any(_is_left(one, waits=only_report) for one in found) else FINE)


def _ask(desk: Desk, actor: "Actor", number: int | None, campaign: str | None, *, yes: bool) -> None:
    from schedules.commands.retractions import retract_campaign, retract_post

    what = f"post {number}" if campaign is None else f"everything that {campaign} published"
    if not yes:
        click.confirm(f"Delete {what}? It cannot be undone.", abort=True, err=True)
    if campaign is not None:
        texts = desk.do(retract_campaign(desk.store, desk.clock, actor, campaign))
    else:
        texts = desk.do(retract_post(desk.store, desk.clock, actor, number or 0))
    say(f"{counted(texts, 'text')} to be taken back.", err=True)


async def _report(desk: Desk, number: int | None, campaign: str | None) -> "tuple[Retraction, ...]":
    from schedules.commands.retractions import report

    return await report(desk.store, campaign=campaign, post_id=number)


def _show(found: "tuple[Retraction, ...]") -> None:
    rows = [
        (
            one.post if one.part == 1 else f"{one.post} part {one.part}",
            one.account,
            _outcome(one),
            " ".join(said for said in (one.reason, one.remedy) if said) or one.url,
        )
        for one in found
    ]
    if rows:
        show_table(["post", "account", "now", "where or why"], rows)
    gone = sum(one.is_gone for one in found)
    say(f"{gone} of {counted(len(found), 'text')} gone.")


def _is_left(one: "Retraction", *, waits: bool) -> bool:
    """Whether a text is public and nobody is about to delete it; or, where that counts too, not yet deleted."""
    return not one.is_gone if waits else _outcome(one) == STILL_PUBLIC


def _outcome(one: "Retraction") -> str:
    from schedules.lifecycle import State

    match one.state:
        case None:
            return "public"
        case State.SENT:
            return "gone"
        case State.REFUSED | State.EXPIRED:
            return STILL_PUBLIC
        case _:
            return "waiting"
