"""``munasara preview``."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.exits import NO
from bot.cli.output import local_moment, moment, say, show_problems
from bot.cli.session import Session, pass_session

if TYPE_CHECKING:
    from content.errors import Problem
    from schedules.commands.posts import PostView
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
def preview(ctx: click.Context, session: Session, what: str, **wanted: str | None) -> None:
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


def show_body(body: Mapping[str, Any], channel: str) -> None:
    """Print a frozen post as a reader will meet it, and how much of the channel's room it takes."""
    from content.limits import LIMITS, length
    from content.richtext import from_json, plain

    limits = LIMITS[channel]
    text = plain(from_json(body["text"]), native_links=limits.native_links)
    if body["warning"]:
        text = f"{body['warning']}\n\n{text}"
    say(text)
    say()
    for picture in body["media"]:
        say(f"Picture {picture['file']}: {picture['alt'] or 'no description'}")
    most = limits.max_caption if body["media"] and limits.max_caption else limits.max_length
    room = f" of {most:,}" if most is not None else ""
    say(f"Room: {length(text, limits):,}{room} {limits.unit.value}\n")


def show_post(post: "PostView", channel: str) -> None:
    """Print a recorded post under a line that says what it is, where and when."""
    place = f", {post.city}" if post.city else ""
    say(f"--- post {post.id}: {post.message} on {post.account}{place}, {post.language}, {local_moment(post.planned_at, post.zone)}")
    show_body(post.body, channel)


def platform_of(accounts: Mapping[str, str], account: str) -> str:
    """The platform of an account whose post is shown; one that was removed has no limits any more."""
    return accounts.get(account, "handoff")


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
    say(
        f"--- {planned.message_id} on {planned.channel}{place}, {planned.language}{audience}, "
        f"{moment(planned.shown_at, planned.zone)}, from {draft.rendered.file}"
    )
    show_body(draft.body, planned.channel)


def _show_recorded(session: Session, number: int) -> None:
    from schedules.commands import accounts, posts

    with session.desk() as desk:
        post, _ = desk.do(posts.show_post(desk.store, number))
        platforms = {view.name: view.channel for view in desk.do(accounts.views(desk.store))}
    show_post(post, platform_of(platforms, post.account))
