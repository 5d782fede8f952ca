"""The decision of an approver: approve, take that back within a minute, reject, or ask for a change."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from html import escape
from typing import Final, TypeAlias

from bot.telegram import readers
from bot.telegram.handlers.pending import group_of, mark_of, open_post, tell_state, together
from bot.telegram.readers import Reader
from bot.telegram.table import answer, button
from bot.telegram.talk import Talk
from channels.base import Button, Rows
from schedules.commands import pending
from schedules.commands.approvals import UNDO, Approved, Seen, approve, unapprove
from schedules.commands.posts import Filter, PostView, list_posts, show_post
from schedules.lifecycle import UNCLAIMED, State
from schedules.people.roles import Role

GROUP: Final = "g"
UNDO_LIVES: Final = timedelta(minutes=3)
"""How long the button is there; the command behind it says when the minute is over."""

Telling: TypeAlias = Callable[[Reader, str, str, str], str]
"""What an author is told, of whose decision, about which posts, in which words of theirs."""


@button("pa", role=Role.APPROVER)
async def approve_one(talk: Talk, argument: str) -> None:
    """Approve exactly what was shown."""
    number, _, digest = argument.partition(".")
    post, _ = await show_post(talk.means.store, int(number))
    if not post.digest.startswith(digest):
        await talk.say(
            talk.words.say("Number {number} has changed since you saw it. Look at it again.", number=number)
        )
        await open_post(talk, f"{number}.1")
        return
    if post.state is not State.PLANNED:
        await tell_state(talk, post.id)
        return
    await _approve(talk, [post])


@button("pb", role=Role.APPROVER)
async def approve_group(talk: Talk, argument: str) -> None:
    """Approve every post of a message, all of which were walked through."""
    number, _, mark = argument.partition(".")
    group = await group_of(talk, int(number))
    if not group or mark_of(group) != mark:
        await talk.say(talk.words.say("Something has changed since you saw it. Walk through it again."))
        return
    await _approve(talk, group)


@button("pu", role=Role.APPROVER)
async def undo(talk: Talk, argument: str) -> None:
    """Take one's approval back."""
    number, _, together_with = argument.partition(".")
    means, actor = talk.means, await talk.actor()
    posts = await _approved_with(talk, int(number), alone=together_with != GROUP)
    taken = await unapprove(means.store, means.clock, actor, [Seen(one.id, one.digest) for one in posts])
    if not taken:
        await talk.say(talk.words.say("Too late to take it back. To stop it: /stop"))
        return
    await talk.show(talk.words.say("Your approval is taken back."))
    await _tell_authors(talk, [one for one in posts if one.id in taken], _taken_back)


@button("pr", role=Role.APPROVER)
async def reject(talk: Talk, number: str) -> None:
    """Reject a post: why?"""
    await talk.expect(f"preject:{number}")
    await talk.say(talk.words.say("Why is number {number} rejected? One sentence.", number=number))


@answer("preject", role=Role.APPROVER)
async def rejected(talk: Talk, number: str) -> None:
    """Why it is rejected."""
    if not talk.text.strip():
        await reject(talk, number)
        return
    means = talk.means
    post, _ = await show_post(means.store, int(number))
    await pending.reject(means.store, means.clock, await talk.actor(), post.id, talk.text)
    await talk.say(talk.words.say("Number {number} is rejected. Its author hears why.", number=number))
    await _tell_authors(talk, [post], _rejected)


@button("pc", role=Role.APPROVER)
async def ask_for_change(talk: Talk, number: str) -> None:
    """Ask for a change: which?"""
    await talk.expect(f"pchange:{number}")
    await talk.say(
        talk.words.say("What should be changed in number {number}? One sentence.", number=number)
    )


@answer("pchange", role=Role.APPROVER)
async def change_asked(talk: Talk, number: str) -> None:
    """Which change is asked for."""
    if not talk.text.strip():
        await ask_for_change(talk, number)
        return
    means = talk.means
    post, _ = await show_post(means.store, int(number))
    await pending.ask_for_change(means.store, means.clock, await talk.actor(), post.id, talk.text)
    await talk.say(
        talk.words.say("The author of number {number} is asked. It goes on waiting.", number=number)
    )
    await _tell_authors(talk, [post], _change)


async def _approve(talk: Talk, posts: Sequence[PostView]) -> None:
    means, actor = talk.means, await talk.actor()
    seen = [Seen(one.id, one.digest) for one in posts]
    done = await approve(means.store, means.clock, actor, seen, rest=UNDO)
    signed = sorted({*done.ready, *done.waiting})
    left = "\n".join(escape(talk.words.of(why)) for why in done.left)
    if not signed:
        await talk.say(left)
        return
    await talk.show(_told_approved(talk, done), _undo_row(talk, signed))
    if left:
        await talk.say(left)
    await _tell_authors(talk, [one for one in posts if one.id in signed], _approved)


def _told_approved(talk: Talk, done: Approved) -> str:
    parts = []
    if done.ready:
        parts.append(
            talk.words.count(
                "{n} post is approved and goes out at its time.",
                "{n} posts are approved and go out at their time.",
                len(done.ready),
            )
        )
    if done.waiting:
        parts.append(
            talk.words.count(
                "{n} post has your approval and needs that of one more person.",
                "{n} posts have your approval and need that of one more person.",
                len(done.waiting),
            )
        )
    parts.append(talk.words.say("For a minute you can take it back."))
    return "\n".join(parts)


def _undo_row(talk: Talk, signed: Sequence[int]) -> Rows:
    argument = f"{signed[0]}.{GROUP if len(signed) > 1 else ''}"
    return ((talk.button(talk.words.say("Take it back"), "pu", argument, UNDO_LIVES),), _more(talk))


def _more(talk: Talk) -> tuple[Button, ...]:
    return (talk.button(talk.words.say("Everything that waits"), "pl"),)


async def _approved_with(talk: Talk, number: int, *, alone: bool) -> list[PostView]:
    post, _ = await show_post(talk.means.store, number)
    if alone:
        return [post]
    near = await list_posts(talk.means.store, Filter(campaign=post.campaign, states=tuple(UNCLAIMED)))
    return [one for one in near if together(one) == together(post)]


async def _tell_authors(talk: Talk, posts: Sequence[PostView], telling: Telling) -> None:
    """Each author hears once, of all the posts of theirs."""
    mine = talk.known().handle or ""
    for author in dict.fromkeys(post.author for post in posts):
        reader = None if author == mine else await readers.called(talk.means, author)
        if reader is not None:
            numbers = ", ".join(str(post.id) for post in posts if post.author == author)
            await reader.say(telling(reader, mine, numbers, escape(talk.text)))


def _approved(reader: Reader, by: str, numbers: str, _: str) -> str:
    return reader.words.say("{name} has approved: {numbers}", name=by, numbers=numbers)


def _taken_back(reader: Reader, by: str, numbers: str, _: str) -> str:
    return reader.words.say("{name} has taken the approval back: {numbers}", name=by, numbers=numbers)


def _rejected(reader: Reader, by: str, numbers: str, why: str) -> str:
    return reader.words.say("{name} has rejected {numbers}: {why}", name=by, numbers=numbers, why=why)


def _change(reader: Reader, by: str, numbers: str, why: str) -> str:
    return reader.words.say(
        "{name} asks for a change in {numbers}: {why}", name=by, numbers=numbers, why=why
    )
