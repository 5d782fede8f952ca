"""How things stand, for people in charge: what went out, what comes next, and what needs a person."""

from collections.abc import Iterator
from datetime import datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from bot.telegram.appearing import letters_told
from bot.telegram.table import answer, button, command
from bot.telegram.talk import Talk
from content.filters import datetime_, number_
from content.later import Phrase, later
from content.words import Words, isolated
from schedules.commands import people as people_commands
from schedules.commands.actor import Actor
from schedules.commands.post_changes import Verdict, resolve_unknown
from schedules.commands.posts import Filter, PostView, list_posts
from schedules.commands.scopes import called
from schedules.commands.status import Status, status
from schedules.lifecycle import CALLED, State
from schedules.people.roles import Role

MOST: Final = 12
"""Posts in one message."""
COMING: Final = (State.PLANNED, State.READY)


@command("status", role=Role.VIEWER, menu=later("How things stand"))
async def show_status(talk: Talk, argument: str) -> None:
    """What went out, what waits, and what needs a person."""
    del argument
    found = await status(talk.means.store, talk.means.clock, await talk.actor())
    warnings = "\n".join(f"⚠ {escape(warning)}" for warning in _warnings(found, talk.words))
    await talk.say("\n\n".join(part for part in (_counts(talk, found), warnings) if part))


@command("plan", role=Role.VIEWER, menu=later("What goes out next"))
async def show_plan(talk: Talk, argument: str) -> None:
    """The next posts within what this person may see."""
    del argument
    coming = await visible(talk, await talk.actor(), COMING)
    now = talk.means.clock.now()
    shown = [one for one in coming if one.planned_at > now][:MOST]
    if not shown:
        await talk.say(talk.words.say("Nothing is planned."))
        return
    await talk.say("\n\n".join(_line(talk, one) for one in shown))


@command("landed", role=Role.EDITOR, menu=later("Posts that may or may not be public"))
async def show_unknown(talk: Talk, argument: str) -> None:
    """Ask of every post that nobody knows about: did this land?"""
    del argument
    waiting = await visible(talk, await talk.actor(), (State.UNKNOWN,), Role.EDITOR)
    if not waiting:
        await talk.say(talk.words.say("Nothing is uncertain."))
    for one in waiting[:MOST]:
        await _ask(talk, one)


@button("landed", role=Role.EDITOR)
async def landed(talk: Talk, number: str) -> None:
    """It is public: where?"""
    await talk.expect(f"landed:{number}")
    await talk.say(
        talk.words.say("Send the link of number {number}, or the sign - where it has none.", number=number)
    )


@answer("landed", role=Role.EDITOR)
async def landed_at(talk: Talk, number: str) -> None:
    """The link under which it is public."""
    url = talk.text.strip()
    if url != "-" and not url.startswith(("http://", "https://")):
        await landed(talk, number)
        return
    await _resolve(talk, number, Verdict.SENT, None if url == "-" else url)
    await talk.say(talk.words.say("Number {number} counts as sent.", number=number))


@button("again", role=Role.EDITOR)
async def again(talk: Talk, number: str) -> None:
    """It is not public: send it."""
    await _resolve(talk, number, Verdict.AGAIN)
    await talk.show(talk.words.say("Number {number} is sent again.", number=number))


@button("drop", role=Role.EDITOR)
async def drop(talk: Talk, number: str) -> None:
    """It is not public: leave it."""
    await _resolve(talk, number, Verdict.DROP)
    await talk.show(talk.words.say("Number {number} is dropped.", number=number))


@command("volunteers", role=Role.VIEWER, menu=later("How many volunteers, by city"))
async def count_volunteers(talk: Talk, argument: str) -> None:
    """Counts; nobody is named, and fewer than five are not counted out."""
    del argument
    found = await people_commands.volunteers(talk.means.store, await talk.actor())
    if not found:
        await talk.say(talk.words.say("Nobody has joined yet."))
        return
    anywhere = talk.words.say("no city said")
    lines = [
        f"{escape(isolated(one.city or anywhere))} · {one.language}: {'&lt;5' if one.number is None else one.number}"
        for one in found
    ]
    await talk.say("\n".join(lines))


async def visible(
    talk: Talk, actor: Actor, states: tuple[State, ...], role: Role = Role.VIEWER
) -> tuple[PostView, ...]:
    """The posts in these states that an actor may see, by planned time."""
    return await list_posts(talk.means.store, Filter(states=states, seen_by=actor, role=role))


def _counts(talk: Talk, found: Status) -> str:
    if not found.counts:
        return talk.words.say("Nothing is planned.")
    return "\n".join(
        f"<b>{escape(campaign)}</b>\n"
        + "\n".join(
            f"{talk.words.of(CALLED[state])}: {number_(talk.words.habits, count)}"
            for state, count in counts.items()
        )
        for campaign, counts in found.counts.items()
    )


def _warnings(found: Status, reader_words: Words) -> Iterator[str]:
    """What a person should look at now."""
    yield from map(reader_words.of, _of_posts(found))
    if found.paused:
        scopes = ", ".join(reader_words.of(called(scope)) for scope in found.paused)
        yield reader_words.say("Stopped: {scopes}. Two people start it again: /stop", scopes=scopes)
    for held in found.held:
        yield reader_words.say(
            "Nothing goes out on {account} until it is connected again.", account=isolated(held.account)
        )
    if not found.workers and (found.next_at is not None or found.late):
        yield reader_words.say("Nothing goes out, because no worker is running. An admin can start one.")


def _of_posts(found: Status) -> Iterator[Phrase]:
    def total(state: State) -> int:
        return sum(counts.get(state, 0) for counts in found.counts.values())

    if unknown := total(State.UNKNOWN):
        yield later(
            "Posts that may or may not be public: {number}. Look, then say so: /landed", number=unknown
        )
    if handed := total(State.HANDED_OFF):
        yield later("Posts in the hands of somebody who is to publish them: {number}", number=handed)
    if refused := total(State.REFUSED):
        yield later("Posts that were refused: {number}", number=refused)
    if found.expired:
        yield later("Posts that were not sent in time since yesterday: {number}", number=found.expired)
    if found.late:
        yield later("Posts that are approved and late: {number}", number=found.late)
    if found.unapproved:
        yield later(
            "Posts that are due within a day and not approved: {number}. See: /pending",
            number=found.unapproved,
        )


def _line(talk: Talk, one: PostView) -> str:
    at = _local(talk, one)
    mark = "✓" if one.state is State.READY else "…"
    what = letters_told(one.body, talk.words) or escape(one.account)
    return f"{mark} <b>{one.id}</b> {escape(at)} ({escape(one.zone)})\n{what} · {escape(one.message)}"


def _local(talk: Talk, one: PostView) -> str:
    moment: datetime = one.planned_at.astimezone(ZoneInfo(one.zone))
    return datetime_(talk.words.habits, moment, "medium")


async def _ask(talk: Talk, one: PostView) -> None:
    number = str(one.id)
    await talk.say(
        talk.words.say(
            "Did number {number} land? Open {account} and look.", number=number, account=one.account
        ),
        (
            (talk.button(talk.words.say("Yes, it is public"), "landed", number),),
            (talk.button(talk.words.say("No: send it again"), "again", number),),
            (talk.button(talk.words.say("No: drop it"), "drop", number),),
        ),
    )


async def _resolve(talk: Talk, number: str, verdict: Verdict, url: str | None = None) -> None:
    means = talk.means
    await resolve_unknown(means.store, means.clock, await talk.actor(), int(number), verdict, url)
