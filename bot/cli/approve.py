"""``munasara approve``."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from bot.cli.exits import NO
from bot.cli.output import counted, say, show_table, utc
from bot.cli.session import Desk, Session, acting, pass_session
from bot.cli.texts import platforms_of, show_post

if TYPE_CHECKING:
    from content.later import Phrase
    from schedules.commands.actor import Actor
    from schedules.commands.posts import PostView


@click.command(
    epilog="""\b
Examples:
  munasara approve                          one after the other
  munasara approve --campaign balloons --all
  munasara --as amal approve 17 18 --yes
"""
)
@click.argument("numbers", nargs=-1, type=int, metavar="[POST]...")
@click.option("--campaign", help="Only posts of this campaign.")
@click.option("--all", "together", is_flag=True, help="Show a summary and ask once for all of them.")
@click.option("--yes", is_flag=True, help="Approve without asking; for scripts.")
@acting
@pass_session
@click.pass_context
def approve(
    ctx: click.Context,
    session: Session,
    numbers: tuple[int, ...],
    campaign: str | None,
    together: bool,
    yes: bool,
) -> None:
    """Show each post that waits for approval, as it will appear, and ask.

    An approval holds for exactly what was shown: text, pictures, account and local time. If any of them
    changes afterwards, the post waits again.
    """
    actor = session.actor()
    with session.desk() as desk:
        waiting = _waiting(desk, numbers, campaign)
        if not waiting:
            say("No post waits for approval.")
            return
        platforms = platforms_of(desk)
        if together or yes:
            _show_summary(waiting)
            _show_reaches(desk, waiting)
            chosen = waiting if yes or _agrees(waiting) else []
        else:
            chosen = _asked(desk, waiting, platforms)
        left = _approve(desk, actor, chosen) if chosen else ()
    ctx.exit(NO if left or not chosen else 0)


def _waiting(desk: Desk, numbers: Sequence[int], campaign: str | None) -> "list[PostView]":
    from schedules.commands.posts import Filter, list_posts, require_campaign, show_post
    from schedules.errors import IllegalMove
    from schedules.lifecycle import State

    if campaign is not None:
        desk.do(require_campaign(desk.store, campaign))
    if not numbers:
        return list(desk.do(list_posts(desk.store, Filter(campaign=campaign, states=(State.PLANNED,)))))
    found = [desk.do(show_post(desk.store, number))[0] for number in numbers]
    for post in found:
        if post.state is not State.PLANNED:
            raise IllegalMove(f"Post {post.id} is {post.state}; only a planned post is approved.")
    return found


def _show_summary(waiting: "Sequence[PostView]") -> None:
    counts = Counter((post.campaign, post.account, post.language) for post in waiting)
    first: dict[tuple[str, str, str], datetime] = {}
    for post in waiting:
        first.setdefault((post.campaign, post.account, post.language), post.planned_at)
    rows = [(*key, count, utc(first[key])) for key, count in counts.items()]
    show_table(["campaign", "account", "language", "posts", "first"], rows)
    say()


def _agrees(waiting: "Sequence[PostView]") -> bool:
    return click.confirm(f"Approve {counted(len(waiting), 'post')}?", err=True)


def _show_reaches(desk: Desk, waiting: "Sequence[PostView]") -> None:
    """Whom each prompt among them reaches."""
    from bot.cli.reaches import in_words
    from schedules.commands.audiences import reach_of_post

    for post in waiting:
        found = desk.do(
            reach_of_post(desk.store, desk.clock, post.campaign, post.account, post.language, post.body)
        )
        if found is not None:
            say(f"Prompt {post.message} in {post.language}: {in_words(*found)}\n")


def _asked(desk: Desk, waiting: "Sequence[PostView]", platforms: Mapping[str, str]) -> "list[PostView]":
    chosen: list[PostView] = []
    for number, post in enumerate(waiting, 1):
        show_post(post, platforms)
        _show_reaches(desk, [post])
        answer = click.prompt(
            f"Approve it? ({number} of {len(waiting)}) yes, no, or quit",
            type=click.Choice(["y", "n", "q"]),
            default="n",
            err=True,
        )
        if answer == "q":
            break
        if answer == "y":
            chosen.append(post)
    return chosen


def _approve(desk: Desk, actor: "Actor", chosen: "Sequence[PostView]") -> "tuple[Phrase, ...]":
    from schedules.commands import approvals

    seen = [approvals.Seen(post.id, post.digest) for post in chosen]
    done = desk.do(approvals.approve(desk.store, desk.clock, actor, seen))
    if done.ready:
        say(
            f"{counted(len(done.ready), 'post')} approved; sent at the planned time while `munasara run` runs."
        )
    if done.waiting:
        say(f"{counted(len(done.waiting), 'post')} signed by you; another person must approve as well.")
    for why in done.left:
        say(str(why), err=True)
    return done.left
