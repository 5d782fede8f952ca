"""The grid of a queued message: looking at it, opening a cell exactly as it will appear, and leaving one out."""

from collections.abc import Sequence
from html import escape

from bot.telegram import gridview, queues
from bot.telegram.appearing import appearing
from bot.telegram.choices import code
from bot.telegram.gridview import EVERY, SIGNS, cell_argument, is_open
from bot.telegram.handlers.describing import lacks_words
from bot.telegram.queues import Desk
from bot.telegram.readers import Reader, reader_of
from bot.telegram.spoken import own_name
from bot.telegram.table import answer, button
from bot.telegram.talk import Talk
from bot.telegram.troubles import told
from channels.base import Button, Rows
from schedules.commands import door_messages
from schedules.commands.door_posts import Queue
from schedules.lifecycle import CALLED
from schedules.people.roles import Role
from schedules.planning.grid import Cell, Standing


@button("qg", role=Role.EDITOR)
async def show_grid(talk: Talk, argument: str) -> None:
    """The grid, whole or only what is in trouble."""
    number, mode, page = argument.split(".")
    desk = await queues.desk(talk.means, await talk.actor(), int(number))
    await _show(talk, desk, mode, int(page))


@button("qc", role=Role.EDITOR)
async def open_cell(talk: Talk, argument: str) -> None:
    """One cell, exactly as it will appear there."""
    number, mode, given = argument.split(".")
    desk = await queues.desk(talk.means, await talk.actor(), int(number))
    await _open(talk, desk, mode, given)


@button("ql", role=Role.EDITOR)
async def leave_out(talk: Talk, argument: str) -> None:
    """Leave an account out: why?"""
    await talk.expect(f"qout:{argument}")
    await talk.say(talk.words.say("Why is it left out? One sentence."))


@answer("qout", role=Role.EDITOR)
async def left_out(talk: Talk, argument: str) -> None:
    """Why it is left out."""
    if not talk.text.strip():
        await leave_out(talk, argument)
        return
    number, mode, given = argument.split(".")
    desk = await queues.desk(talk.means, await talk.actor(), int(number))
    cell = _cell(await desk.look(), given)
    if cell is not None:
        await door_messages.leave_out(talk.means.store, desk.actor, desk.number, cell.account, talk.text)
        await desk.follow()
        await queues.refresh(talk.means, desk.number)
        await _open(talk, desk, mode, given)


@button("qu", role=Role.EDITOR)
async def take_in(talk: Talk, argument: str) -> None:
    """Let it go out there after all."""
    number, mode, given = argument.split(".")
    desk = await queues.desk(talk.means, await talk.actor(), int(number))
    cell = _cell(await desk.look(), given)
    if cell is not None:
        await door_messages.take_in(talk.means.store, desk.actor, desk.number, cell.account)
    await _open(talk, desk, mode, given)


async def _show(talk: Talk, desk: Desk, mode: str = EVERY, page: int = 0) -> None:
    queue, reader = await desk.look(), await reader_of(talk)
    await talk.show(*gridview.shown(queue, reader, mode, page))
    query = talk.update.callback_query
    if query is not None and query.message is not None and queue.door.author == reader.handle:
        await door_messages.keep_card(talk.means.store, desk.number, query.message.message_id)


async def _open(talk: Talk, desk: Desk, mode: str, given: str) -> None:
    queue = await desk.look()
    cell = _cell(queue, given)
    if cell is None:
        await _show(talk, desk, mode)
        return
    walked = [each for each in queue.cells if mode == EVERY or is_open(each) or each is cell]
    await talk.show(*_opened(queue, cell, walked, await reader_of(talk), mode))


def _cell(queue: Queue, given: str) -> Cell | None:
    return next((cell for cell in queue.cells if code(cell.account.name) == given), None)


def _opened(
    queue: Queue, cell: Cell, walked: Sequence[Cell], reader: Reader, mode: str
) -> tuple[str, Rows]:
    account = cell.account
    place = escape(f"{own_name(account.language)} · {account.channel}")
    parts = [
        f"{SIGNS[cell.standing]} <b>{place}</b>\n{escape(account.name)}",
        told(cell.problems, reader.words),
    ]
    if cell.why is not None:
        parts.append(reader.words.say("Left out: {why}", why=escape(cell.why)))
    if cell.post is not None:
        parts.append(
            reader.words.say(
                "Post {number}: {state}",
                number=str(cell.post.id),
                state=reader.words.of(CALLED[cell.post.state]),
            )
        )
    if cell.draft is not None:
        parts.append(appearing(cell.draft.body, account.channel, reader.words))
    return "\n\n".join(part for part in parts if part), _rows(queue, cell, walked, reader, mode)


def _rows(queue: Queue, cell: Cell, walked: Sequence[Cell], reader: Reader, mode: str) -> Rows:
    number = queue.door.id
    back = (reader.button(reader.words.say("Back to the grid"), "qg", f"{number}.{mode}.0"),)
    changing = () if queue.door.ended_at is not None else _changing(queue, cell, reader, mode)
    return (_walking(number, cell, walked, reader, mode), *changing, back)


def _walking(
    number: int, cell: Cell, walked: Sequence[Cell], reader: Reader, mode: str
) -> tuple[Button, ...]:
    place, many = walked.index(cell), len(walked)

    def to(step: int) -> str:
        return cell_argument(number, mode, walked[(place + step) % many].account.name)

    return (
        reader.button("‹", "qc", to(-1)),
        reader.button(f"{place + 1}/{many}", "qc", to(0)),
        reader.button("›", "qc", to(1)),
    )


def _changing(queue: Queue, cell: Cell, reader: Reader, mode: str) -> Rows:
    words, account = reader.words, cell.account
    here = cell_argument(queue.door.id, mode, account.name)
    language = f"{queue.door.id}.{account.language}"
    if cell.standing is Standing.LEFT_OUT:
        return ((reader.button(words.say("Let it go out here after all"), "qu", here),),)
    rows: list[tuple[Button, ...]] = [
        (
            reader.button(words.say("Write this text"), "qw", language),
            reader.button(words.say("Ask an editor"), "qa", language),
        ),
        (
            reader.button(
                words.say("Write it for {platform} alone", platform=account.channel),
                "qw",
                f"{language}.{account.channel}",
            ),
        ),
    ]
    if lacks_words(queue.door, account.language):
        rows.append((reader.button(words.say("Describe the pictures"), "qp", language),))
    if queue.door.unread(account.language, account.channel):
        rows.append(
            (reader.button(words.say("Read and confirm it"), "qr", f"{language}.{account.channel}"),)
        )
    rows.append((reader.button(words.say("Leave out here"), "ql", here),))
    return tuple(rows)
