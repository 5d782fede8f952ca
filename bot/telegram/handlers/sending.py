"""The last step of a queued message: planning what is ready, holding everything, or dropping it."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from html import escape

from bot.telegram import queues, readers
from bot.telegram.gridview import when_told
from bot.telegram.handlers.timing import ask_time, back, show_grid, typed_time
from bot.telegram.queues import Desk
from bot.telegram.table import answer, button
from bot.telegram.talk import Talk
from channels.base import Rows
from content.filters import datetime_
from content.models import Gap, Overlap
from schedules.commands.door_messages import of_cell
from schedules.commands.door_posts import Queue
from schedules.people.roles import Role
from schedules.planning.doors import When
from schedules.planning.forecast import dollars
from schedules.planning.grid import Cell, Standing
from schedules.walltime import resolve


@button("qs", role=Role.EDITOR)
async def send(talk: Talk, number: str) -> None:
    """Show what will happen, before anything is planned."""
    desk = await queues.desk(talk.means, await talk.actor(), int(number))
    queue = await desk.look()
    going = (talk.button(talk.words.say("Plan it now"), "qgo", number),)
    await talk.show(_foretold(talk, queue), (going, back(talk, number)))


@button("qgo", role=Role.EDITOR)
async def go(talk: Talk, number: str) -> None:
    """Plan what is ready, and tell whoever may approve it."""
    desk = await queues.desk(talk.means, await talk.actor(), int(number))
    before = (await desk.look()).of(Standing.READY)
    done = await desk.schedule()
    names = await _tell_approvers(talk, desk, before)
    await show_grid(talk, desk)
    told = talk.words.count(
        "{n} post waits for approval now.", "{n} posts wait for approval now.", len(done.posts)
    )
    if names:
        told += "\n" + talk.words.say("Told: {names}", names=", ".join(names))
    await talk.say(told)


@button("qh", role=Role.EDITOR)
async def hold(talk: Talk, number: str) -> None:
    """Hold everything: until when?"""
    rows = (
        (talk.button(talk.words.say("Until I send it myself"), "qho", number),),
        (talk.button(talk.words.say("Type a time"), "qht", number),),
        back(talk, number),
    )
    await talk.show(talk.words.say("Hold everything until when? What is out already stays."), rows)


@button("qho", role=Role.EDITOR)
async def hold_open(talk: Talk, number: str) -> None:
    """Hold everything without a time."""
    desk = await queues.desk(talk.means, await talk.actor(), int(number))
    await desk.hold()
    await show_grid(talk, desk)


@button("qht", role=Role.EDITOR)
async def hold_until(talk: Talk, number: str) -> None:
    """Expect the time until which it is held."""
    await ask_time(talk, f"qhold:{number}")


@answer("qhold", role=Role.EDITOR)
async def held_until(talk: Talk, number: str) -> None:
    """The time until which it is held, by the clocks of the campaign."""
    desk = await queues.desk(talk.means, await talk.actor(), int(number))
    zone = desk.campaign.zone
    wall = typed_time(talk, desk.campaign)
    if wall is None:
        await hold_until(talk, number)
        return
    until = resolve(wall, zone, gap=Gap.SHIFT, overlap=Overlap.FIRST).at
    await desk.hold(until)
    await queues.refresh(talk.means, desk.number)
    told = f"{datetime_(talk.words.habits, wall, 'medium')} ({zone})"
    await talk.say(talk.words.say("Held until {time}.", time=told))


@button("qd", role=Role.EDITOR)
async def drop(talk: Talk, number: str) -> None:
    """Drop it: really?"""
    yes = (talk.button(talk.words.say("Yes, drop it"), "qdy", number),)
    await talk.show(
        talk.words.say("Drop number {number}? What is out already stays.", number=number),
        (yes, back(talk, number)),
    )


@button("qdy", role=Role.EDITOR)
async def dropped(talk: Talk, number: str) -> None:
    """It is dropped."""
    desk = await queues.desk(talk.means, await talk.actor(), int(number))
    await desk.drop()
    await show_grid(talk, desk)


def _foretold(talk: Talk, queue: Queue) -> str:
    words, ready = talk.words, queue.of(Standing.READY)
    held = queue.of(Standing.MISSING, Standing.PROBLEM)
    parts = [
        words.count("{n} post would be planned:", "{n} posts would be planned:", len(ready)),
        "\n".join(_times(talk, queue, ready)),
    ]
    cost = sum((one.cost for one in queue.forecast), start=Decimal(0))
    if cost:
        parts.append(words.say("It costs {amount}.", amount=dollars(cost)))
    if held:
        parts.append(words.count("{n} is held.", "{n} are held.", len(held)))
    parts.append(words.say("Nothing goes out before somebody has approved it."))
    return "\n\n".join(part for part in parts if part)


def _times(talk: Talk, queue: Queue, ready: Iterable[Cell]) -> Iterable[str]:
    """Each local time with its accounts."""
    found: dict[str, list[str]] = {}
    for cell in ready:
        if cell.draft is not None:
            due = cell.draft.occurrence
            at = when_told(
                replace(queue.door.when, local_at=due.shown_at, zone=due.zone), queue.campaign, talk.words
            )
            soon = when_told(When(), queue.campaign, talk.words)
            key = soon if queue.door.when == When() else at
            found.setdefault(key, []).append(cell.account.name)
    return (f"<b>{escape(key)}</b>\n{escape(', '.join(names))}" for key, names in found.items())


async def _tell_approvers(talk: Talk, desk: Desk, planned: Iterable[Cell]) -> list[str]:
    """Tell whoever may approve one of these that it waits; gives their names."""
    cells, told = list(planned), []
    every = frozenset().union(*(of_cell(desk.campaign.id, cell.account) for cell in cells))
    for one in await readers.holding(talk.means, Role.APPROVER, every):
        mine = [
            cell for cell in cells if one.actor.may(Role.APPROVER, of_cell(desk.campaign.id, cell.account))
        ]
        if one.handle == desk.actor.name or not mine:
            continue
        text = one.words.count(
            "{name} has queued {n} post that waits for your approval.",
            "{name} has queued {n} posts that wait for your approval.",
            len(mine),
            name=desk.actor.name,
        )
        if await one.say(text, _look(one)):
            told.append(one.handle)
    return told


def _look(reader: readers.Reader) -> Rows:
    return ((reader.button(reader.words.say("Look at it"), "pl", ""),),)
