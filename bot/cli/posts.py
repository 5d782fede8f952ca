"""``munasara posts``."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

import click

from bot.cli.output import counted, json_option, local_moment, say, show_json, show_table, utc
from bot.cli.session import Desk, Session, acting, pass_session
from bot.cli.texts import UNKNOWN_PLATFORM, platforms_of, show_body
from bot.cli.walltimes import WallTime
from schedules.lifecycle import State

if TYPE_CHECKING:
    from schedules.commands.post_changes import Verdict
    from schedules.commands.posts import Aftermath, Event, PostView

MOST_SHOWN: Final = 1_000_000


@click.group
def posts() -> None:
    """Look at single posts, and change them."""


@posts.command("list", epilog="\b\nExample:\n  munasara posts list --state unknown --state refused")
@click.option("--campaign", help="Only posts of this campaign.")
@click.option("--account", help="Only posts on this account.")
@click.option("--city", help="Only posts for this city.")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([state.value for state in State]),
    help="Only this state; repeat it.",
)
@click.option(
    "--limit", type=click.IntRange(1, MOST_SHOWN), default=100, show_default=True, help="At most so many."
)
@json_option
@pass_session
def list_(
    session: Session,
    campaign: str | None,
    account: str | None,
    city: str | None,
    states: Sequence[str],
    limit: int,
    as_json: bool,
) -> None:
    """List posts by planned time, with the state of each and why."""
    from schedules.commands.posts import Filter, list_posts, require_campaign

    wanted = Filter(campaign, account, city, tuple(State(state) for state in states), limit)
    with session.desk() as desk:
        if campaign is not None:
            desk.do(require_campaign(desk.store, campaign))
        found = desk.do(list_posts(desk.store, wanted))
    if as_json:
        show_json(found)
    elif found:
        _show_list(found)
        if len(found) == limit:
            say(f"... these are the first {limit:,}; ask for more with --limit.")
    else:
        say("No such post.")


@posts.command
@click.argument("number", type=int, metavar="POST")
@json_option
@pass_session
def show(session: Session, number: int, as_json: bool) -> None:
    """Show one post with its text and everything that happened to it."""
    from schedules.commands.posts import aftermath, show_post

    with session.desk() as desk:
        post, events = desk.do(show_post(desk.store, number))
        after = desk.do(aftermath(desk.store, number))
        platform = _platform(desk, post)
    if as_json:
        show_json({"post": post, "events": events, "aftermath": after})
    else:
        _show_post(post, events, platform)
        _show_aftermath(after)


@posts.command
@click.argument("number", type=int, metavar="POST")
@acting
@pass_session
def cancel(session: Session, number: int) -> None:
    """Withdraw a post that is not out. It stays withdrawn when its folder is planned again."""
    from schedules.commands import post_changes as commands

    actor = session.actor()
    with session.desk() as desk:
        desk.do(commands.cancel(desk.store, desk.clock, actor, number))
    say(f"Post {number} is cancelled.")


@posts.command(
    epilog="\b\nExample:\n  munasara posts reschedule 17 --at 2030-03-01T18:00 --zone Europe/Berlin"
)
@click.argument("number", type=int, metavar="POST")
@click.option("--at", "local_at", required=True, type=WallTime(), help="The new time on the wall.")
@click.option("--zone", help="In which zone; else the post's own.")
@acting
@pass_session
def reschedule(session: Session, number: int, local_at: datetime, zone: str | None) -> None:
    """Move a post to another time. It must be approved again, and keeps its time when planned again."""
    from schedules.commands import post_changes as commands
    from schedules.commands.posts import show_post

    actor = session.actor()
    with session.desk() as desk:
        place = zone or desk.do(show_post(desk.store, number))[0].zone
        due_at = desk.do(commands.reschedule(desk.store, desk.clock, actor, number, local_at, place))
    say(f"Post {number} moves to {local_moment(due_at, place)} ({utc(due_at)}).")
    say(f"Next: munasara approve {number}")


@posts.command(
    epilog="""\b
Examples:
  munasara posts resolve 17 --sent https://t.me/example/5
  munasara posts resolve 17 --again
"""
)
@click.argument("number", type=int, metavar="POST")
@click.option("--sent", metavar="URL", help="It is public, at this address; `-` where it has none.")
@click.option("--again", is_flag=True, help="It is not public: send it.")
@click.option("--drop", is_flag=True, help="It is not public: leave it.")
@click.option("--part", type=click.IntRange(min=1), default=1, help="Which part of a thread is meant.")
@acting
@pass_session
def resolve(session: Session, number: int, sent: str | None, again: bool, drop: bool, part: int) -> None:
    """Say what became of a post that may or may not be public, or that a person was handed.

    Look at the account first. Without an option it asks.
    """
    from schedules.commands.post_changes import require_open, resolve_unknown

    actor = session.actor()
    with session.desk() as desk:
        desk.do(require_open(desk.store, actor, number, part=part))
        verdict = _verdict(sent, again, drop) or _ask(desk, number)
        url = None if sent in (None, "-") else sent
        desk.do(resolve_unknown(desk.store, desk.clock, actor, number, verdict, url, part=part))
    outcomes = {"sent": "counts as sent", "again": "is sent again", "drop": "is dropped"}
    say(f"Post {number} {outcomes[verdict.value]}.")


def _verdict(sent: str | None, again: bool, drop: bool) -> "Verdict | None":
    from schedules.commands.post_changes import Verdict

    said = [
        verdict
        for verdict, given in (
            (Verdict.SENT, sent is not None),
            (Verdict.AGAIN, again),
            (Verdict.DROP, drop),
        )
        if given
    ]
    if len(said) > 1:
        raise click.UsageError("Say one of --sent, --again and --drop.")
    if sent is not None and sent != "-" and not sent.startswith(("http://", "https://")):
        raise click.BadParameter(
            "write the address of the post, or - where it has none.", param_hint="--sent"
        )
    return said[0] if said else None


def _ask(desk: Desk, number: int) -> "Verdict":
    from schedules.commands.post_changes import Verdict
    from schedules.commands.posts import show_post

    post, events = desk.do(show_post(desk.store, number))
    _show_post(post, events, _platform(desk, post))
    say(f"Open {post.account} and look. Did this land?")
    choice = click.Choice([verdict.value for verdict in Verdict])
    return Verdict(
        click.prompt("sent: it is public, again: send it, drop: leave it", type=choice, err=True)
    )


def _platform(desk: Desk, post: "PostView") -> str:
    return platforms_of(desk).get(post.account, UNKNOWN_PLATFORM)


def _show_list(found: "Sequence[PostView]") -> None:
    several = len({post.campaign for post in found}) > 1
    headings = ["post", "local time", "account", "language", "message", "state", "where or why"]
    show_table(
        [*headings[:2], *(["campaign"] if several else []), *headings[2:]],
        (_row(post, several=several) for post in found),
    )


def _row(post: "PostView", *, several: bool) -> tuple[object, ...]:
    return (
        post.id if post.kind == "publish" else f"{post.id} {post.kind.replace('-', ' ')}",
        local_moment(post.planned_at, post.zone),
        *([post.campaign] if several else []),
        post.account,
        post.language,
        post.message,
        _state(post),
        post.reason if post.retracted else post.url or post.reason,
    )


def _state(post: "PostView") -> str:
    return "retracted" if post.retracted else post.state.value


def _show_aftermath(after: "Aftermath") -> None:
    if after.letters:
        say(f"Letters: {', '.join(f'{count:,} {state}' for state, count in after.letters.items())}")
    for hours, counts in after.measurements.items():
        numbers = ", ".join(f"{count:,} {what}" for what, count in counts.items())
        say(f"After {counted(hours, 'hour')}: {numbers}")


def _show_post(post: "PostView", events: "Sequence[Event]", platform: str) -> None:
    say(f"Post {post.id}: {post.message} ({post.variant}), campaign {post.campaign}, slot {post.slot}")
    say(
        f"On {post.account}{f', {post.city}' if post.city else ''}, {post.language}, "
        f"{local_moment(post.planned_at, post.zone)} ({utc(post.planned_at)})"
    )
    say(f"State: {_state(post)}{f', {post.url}' if post.url and not post.retracted else ''}")
    for sentence in (post.reason, post.remedy):
        if sentence:
            say(sentence)
    say()
    show_body(post.body, platform)
    say(f"{counted(len(events), 'event')}, version {post.revision} by {post.author}")
    for event in events:
        say(f"  {utc(event.at)}  {event.what}{f': {event.detail}' if event.detail else ''}")
