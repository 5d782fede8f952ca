"""``munasara preview``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.exits import NO
from bot.cli.output import moment, say, show_problems
from bot.cli.session import Session, pass_session
from bot.cli.texts import letters_of_day, platforms_of, show_body, show_post

if TYPE_CHECKING:
    from content.errors import Problem
    from schedules.planning.drafts import Draft


@click.command(
    epilog="""\b
Examples:
  munasara preview my-campaign --language ar --channel telegram
  munasara preview 17
"""
)
@click.argument("what", metavar="FOLDER|POST")
@click.option("--language", help="Only this language.")
@click.option("--channel", help="Only this channel.")
@click.option("--message", help="Only this message.")
@click.option("--city", help="Only this city.")
@pass_session
@click.pass_context
def preview(ctx: click.Context, session: Session, /, what: str, **wanted: str | None) -> None:
    """Show exactly what will appear: text, pictures in words, warning, and how much room is used.

    From a campaign folder it needs no account and no database. With the number of a recorded post it shows
    that post as it was frozen.
    """
    if what.isdecimal() and not Path(what).exists():
        _show_recorded(session, int(what))
        return
    problems: list[Problem] = []
    shown = 0
    for draft in _drafts(Path(what), problems):
        if all(value in (None, _traits(draft)[name]) for name, value in wanted.items()):
            _show_draft(draft)
            shown += 1
    show_problems(dict.fromkeys(problems))
    if not shown:
        say("Nothing of this kind is planned in the folder.", err=True)
    ctx.exit(0 if shown else NO)


def _drafts(folder: Path, problems: "list[Problem]") -> "list[Draft]":
    from content.errors import CampaignInvalid
    from content.loader import read_campaign
    from schedules.commands.checks import first_drafts
    from schedules.walltime import use_pinned_zones

    use_pinned_zones()
    campaign, found = read_campaign(folder)
    if campaign is None:
        raise CampaignInvalid(found)
    return list(first_drafts(campaign, problems))


def _traits(draft: "Draft") -> dict[str, str | None]:
    planned = draft.occurrence
    return {
        "language": planned.language,
        "channel": planned.channel,
        "message": planned.message_id,
        "city": planned.city,
    }


def _show_draft(draft: "Draft") -> None:
    planned = draft.occurrence
    place = f", {planned.city}" if planned.city else ""
    audience = f", for {planned.audience}" if planned.audience else ""
    samples = ", with sample numbers" if draft.has_samples else ""
    say(
        f"--- {planned.message_id} on {planned.channel}{place}, {planned.language}{audience}, "
        f"{moment(planned.shown_at, planned.zone)}{letters_of_day(draft.body)}{samples}, from {draft.rendered.file}"
    )
    show_body(draft.body, planned.channel)


def _show_recorded(session: Session, number: int) -> None:
    from schedules.commands import posts

    with session.desk() as desk:
        post, _ = desk.do(posts.show_post(desk.store, number))
        show_post(post, platforms_of(desk))
