"""Posts as readers will meet them, printed for those who write and approve them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from bot.cli.output import local_moment, say
from bot.cli.session import Desk

if TYPE_CHECKING:
    from content.limits import Limits
    from content.richtext import RichText
    from schedules.commands.posts import PostView

UNKNOWN_PLATFORM: Final = "handoff"
"""Stands in for the platform of an account that was removed: it has no limit of length."""


def platforms_of(desk: Desk) -> dict[str, str]:
    """The platform of every connected account."""
    from channels.registry import BOT_CHANNEL
    from schedules.commands import accounts
    from schedules.planning.prompts import PLATFORM

    views = desk.do(accounts.views(desk.store))
    return {view.name: PLATFORM if view.channel == BOT_CHANNEL else view.channel for view in views}


def show_post(post: "PostView", platforms: Mapping[str, str]) -> None:
    """Print a recorded post under a line that says what it is, where and when."""
    place = f", {post.city}" if post.city else ""
    when = local_moment(post.planned_at, post.zone)
    what = letters_of_day(post.body)
    say(f"--- post {post.id}: {post.message} on {post.account}{place}, {post.language}, {when}{what}")
    show_body(post.body, platforms.get(post.account, UNKNOWN_PLATFORM))


def letters_of_day(body: Mapping[str, Any]) -> str:
    """Said of a post that is letters of an action day; empty for any other."""
    from schedules.people.steps import step_of

    return "" if step_of(body) is None else ", letters of the day"


def show_body(body: Mapping[str, Any], platform: str) -> None:
    """Print a frozen post and how much of the platform's room it takes, each part of a thread for itself.

    Every address is written out, also one that readers will see as a word only.
    """
    from content.limits import LIMITS
    from content.richtext import from_json

    limits = LIMITS[platform]
    later = [from_json(part) for part in body.get("thread", ())]
    if body["warning"] and limits.content_warnings:
        say(f"Warning: {body['warning']}\n")
    if answered := body.get("options", {}).get("reply_to"):
        say(f"It answers {answered}\n")
    if later:
        say(f"1/{len(later) + 1}\n")
    _show_part(from_json(body["text"]), limits, media=body["media"], warning=body["warning"])
    for number, part in enumerate(later, 2):
        say(f"{number}/{len(later) + 1}\n")
        _show_part(part, limits)


def _show_part(
    text: "RichText",
    limits: "Limits",
    *,
    media: Sequence[Mapping[str, Any]] = (),
    warning: str | None = None,
) -> None:
    from content.limits import length
    from content.models import is_video
    from content.richtext import plain
    from content.visible import counted, visible

    alts, moving = [each["alt"] for each in media], any(is_video(each["file"]) for each in media)
    say(plain(visible(text, limits, alts=alts, warning=warning, moving=moving)))
    say()
    for each in media:
        kind = "Video" if moving else "Picture"
        say(f"{kind} {each['file']}: {each['alt'] or 'no description'}")
    most = limits.max_caption if media and limits.max_caption else limits.max_length
    taken = length(counted(text, limits, alts=alts, warning=warning, moving=moving), limits)
    say(f"Room: {taken:,}{f' of {most:,}' if most is not None else ''} {limits.unit.value}\n")
