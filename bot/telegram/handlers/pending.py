"""``/pending``: what waits for approval, exactly as it will appear."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final
from zoneinfo import ZoneInfo

from telegram import InputMediaPhoto, InputMediaVideo

from bot.telegram.appearing import appearing, letters_told
from bot.telegram.deputies import on_duty
from bot.telegram.reaching import people_told, reach_told
from bot.telegram.readers import Reader
from bot.telegram.table import button, command
from bot.telegram.talk import Talk
from channels.base import Rows
from content.filters import datetime_
from content.later import later
from content.models import is_video
from schedules.action_days.changes import URGENT
from schedules.commands import pending
from schedules.commands.accounts import views
from schedules.commands.audiences import reach_of_post
from schedules.commands.posts import PostView, no_such_post, show_post
from schedules.ledger import stepping
from schedules.ledger.media import frozen_files
from schedules.lifecycle import CALLED, State
from schedules.people.roles import Role

MOST_GROUPS: Final = 40
MOST_IN_ALBUM: Final = 10
DIGITS: Final = 12
"""Hex digits of a digest that a button carries."""


@command("pending", role=Role.APPROVER, menu=later("What waits for approval"))
@button("pl", role=Role.APPROVER)
async def show_pending(talk: Talk, argument: str) -> None:
    """Everything that waits for an approval which this person may give, the first to be due first."""
    del argument
    waiting = await pending.waiting(talk.means.store, await talk.actor())
    if not waiting:
        await talk.show(talk.words.say("Nothing waits for your approval."))
        return
    groups = _grouped(waiting)
    rows = tuple(
        (talk.button(_group_label(talk, group), "pv", f"{group[0].id}.1"),)
        for group in groups[:MOST_GROUPS]
    )
    on_call = ", ".join(one.handle for one in await _on_call(talk, waiting))
    told = talk.words.count("{n} post waits for approval.", "{n} posts wait for approval.", len(waiting))
    await talk.show(told + "\n" + talk.words.say("On call: {names}", names=escape(on_call)), rows)


@button("pv", role=Role.APPROVER)
async def open_post(talk: Talk, argument: str) -> None:
    """One post, exactly as it will appear, with its pictures."""
    number, _, seen = argument.partition(".")
    group = await group_of(talk, int(number))
    post = next((one for one in group if one.id == int(number)), None)
    if post is None:
        await tell_state(talk, int(number))
        return
    html = await _shown(talk, post)
    rows = _rows(talk, post, group, int(seen or 1))
    if post.body["media"]:
        await _send_media(talk, post.body)
        await talk.say(html, rows)
    else:
        await talk.show(html, rows)


async def tell_state(talk: Talk, number: int) -> None:
    """Tell what has become of a post on which there is nothing to decide any more."""
    post, history = await show_post(talk.means.store, number)
    partners = {one.name: one.partner for one in await views(talk.means.store)}
    if not (await talk.actor()).may(Role.VIEWER, pending.covering(post, partners)):
        raise no_such_post(number)
    by = [event.by for event in history if event.by is not None]
    if post.state is State.PLANNED:
        told = talk.words.say("Number {number} waits for somebody else.", number=str(number))
    else:
        told = talk.words.say(
            "Number {number} is decided already: {state}.",
            number=str(number),
            state=talk.words.of(CALLED[post.state]),
        )
    approved = [
        talk.words.say("{name} has approved: {numbers}", name=name, numbers=str(number)) for name in by[-1:]
    ]
    await talk.say(escape("\n".join([told, *approved])))


def _grouped(waiting: Sequence[PostView]) -> list[list[PostView]]:
    """The posts of each message together, where they are due together; what an action day has made urgent first."""
    ordered = sorted(
        waiting, key=lambda one: (one.reason not in URGENT, one.planned_at, one.campaign, one.slot, one.id)
    )
    groups: dict[tuple[str, str, str], list[PostView]] = {}
    for post in ordered:
        groups.setdefault(together(post), []).append(post)
    return list(groups.values())


def together(post: PostView) -> tuple[str, str, str]:
    """What posts share that are looked at together: the same occurrence of the same slot."""
    return post.campaign, post.slot, post.key.rpartition("/")[2]


async def group_of(talk: Talk, number: int) -> list[PostView]:
    """The posts that wait together with one, which belongs to them; empty where it waits no more."""
    waiting = await pending.waiting(talk.means.store, await talk.actor())
    return next((group for group in _grouped(waiting) if any(one.id == number for one in group)), [])


def mark_of(group: Iterable[PostView]) -> str:
    """Names exactly these posts as they are now."""
    seen = " ".join(f"{post.id} {post.digest}" for post in group)
    return hashlib.sha256(seen.encode()).hexdigest()[:DIGITS]


def _group_label(talk: Talk, group: Sequence[PostView]) -> str:
    post = group[0]
    local = post.planned_at.astimezone(ZoneInfo(post.zone))
    urgent = "⚡ " if post.reason in URGENT else ""
    return f"{urgent}{datetime_(talk.words.habits, local, 'short')} · {post.slot} · {len(group)}"


async def _on_call(talk: Talk, waiting: Sequence[PostView]) -> list[Reader]:
    partners = {one.name: one.partner for one in await views(talk.means.store)}
    scopes = frozenset().union(*(pending.covering(post, partners) for post in waiting))
    return await on_duty(talk.means, scopes, Role.APPROVER)


async def _shown(talk: Talk, post: PostView) -> str:
    platforms = {one.name: one.channel for one in await views(talk.means.store)}
    local = post.planned_at.astimezone(ZoneInfo(post.zone))
    at = f"{datetime_(talk.words.habits, local, 'medium')} ({post.zone})"
    head = f"<b>{post.id} · {escape(post.account)}</b> · {post.language}\n{escape(at)}"
    by = talk.words.say("By {name}", name=escape(post.author))
    reached = await _reached(talk, post)
    letters = letters_told(post.body, talk.words)
    told = "\n".join(line for line in (head, letters, by) if line)
    return f"{told}{reached}\n\n{appearing(post.body, platforms.get(post.account, ''), talk.words)}"


async def _reached(talk: Talk, post: PostView) -> str:
    """Whom a prompt or a letter of an action day reaches; nothing where it is neither."""
    means = talk.means
    readers = await stepping.readers(means.store, means.clock, post.id)
    if readers is not None:
        return f"\n{people_told(readers, talk.words)}"
    found = await reach_of_post(
        means.store, means.clock, post.campaign, post.account, post.language, post.body
    )
    return "" if found is None else f"\n{reach_told(*found, talk.words)}"


def _rows(talk: Talk, post: PostView, group: Sequence[PostView], seen: int) -> Rows:
    words, number = talk.words, str(post.id)
    rows = [
        (talk.button(words.say("Approve"), "pa", f"{number}.{post.digest[:DIGITS]}"),),
        (
            talk.button(words.say("Reject"), "pr", number),
            talk.button(words.say("Ask for a change"), "pc", number),
        ),
    ]
    if len(group) > 1:
        rows.insert(0, _walking(talk, post, group, seen))
        if seen >= len(group):
            label = words.say("Approve all {number} of this message", number=len(group))
            rows.append((talk.button(label, "pb", f"{group[0].id}.{mark_of(group)}"),))
    rows.append((talk.button(words.say("Everything that waits"), "pl"),))
    return tuple(rows)


def _walking(talk: Talk, post: PostView, group: Sequence[PostView], seen: int) -> Any:
    place, many = [one.id for one in group].index(post.id), len(group)
    before, after = group[(place - 1) % many], group[(place + 1) % many]
    return (
        talk.button("‹", "pv", f"{before.id}.1"),
        talk.button(f"{place + 1}/{many}", "pv", f"{post.id}.{seen}"),
        talk.button("›", "pv", f"{after.id}.{min(seen + 1, many)}"),
    )


async def _send_media(talk: Talk, body: Mapping[str, Any]) -> None:
    """The very pictures or video that will go out; what is not there any more is named in words only."""
    described, covered = body["media"], body["warning"] is not None
    found = await frozen_files(talk.means.store, [each["sha256"] for each in described])
    shown = [
        _input(each, found[each["sha256"]][1], covered=covered)
        for each in described
        if each["sha256"] in found
    ]
    bot = talk.means.bot
    if len(shown) > 1:
        await bot.send_media_group(talk.chat, shown[:MOST_IN_ALBUM])
    elif shown and is_video(described[0]["file"]):
        await bot.send_video(talk.chat, shown[0].media, caption=shown[0].caption, has_spoiler=covered)
    elif shown:
        await bot.send_photo(talk.chat, shown[0].media, caption=shown[0].caption, has_spoiler=covered)


def _input(each: Mapping[str, Any], data: bytes, *, covered: bool) -> InputMediaPhoto | InputMediaVideo:
    kind = InputMediaVideo if is_video(each["file"]) else InputMediaPhoto
    return kind(data, caption=escape(each["alt"]), has_spoiler=covered)
