"""The grid of a queued message: languages beside platforms, in the buttons of one message."""

from collections.abc import Sequence
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from bot.telegram.choices import code
from bot.telegram.readers import Reader
from bot.telegram.spoken import spoken
from channels.base import Button, Rows
from content.filters import datetime_
from content.models import Campaign
from content.words import Words, isolated
from schedules.commands.door_posts import Queue
from schedules.planning.doors import When
from schedules.planning.grid import Cell, Standing

EVERY: Final = "a"
PROBLEMS: Final = "p"
"""What of the grid is shown: everything, or only what is missing or in trouble."""
SIGNS: Final = {
    Standing.READY: "✓",
    Standing.PROBLEM: "⚠",
    Standing.MISSING: "✗",
    Standing.PLANNED: "●",
    Standing.LEFT_OUT: "–",
}
WORST_FIRST: Final = (
    Standing.PROBLEM,
    Standing.MISSING,
    Standing.READY,
    Standing.PLANNED,
    Standing.LEFT_OUT,
)
SHORT: Final = {
    "telegram": "TG",
    "instagram": "IG",
    "facebook": "FB",
    "mastodon": "Masto",
    "bluesky": "Bsky",
    "threads": "Thr",
    "whatsapp": "WA",
    "snapchat": "Snap",
    "youtube": "YT",
    "x": "X",
}
"""Labels that fit into a sixth of a phone's width."""
MOST_BUTTONS: Final = 100
"""Under one message (core.telegram.org/bots/api#inlinekeyboardmarkup, measured)."""
MOST_COLUMNS: Final = 7
"""Beside the label of a line; Telegram shows eight buttons in a row."""
MOST_TEXT: Final = 300
TURNING: Final = "‹›"


def shown(queue: Queue, reader: Reader, mode: str = EVERY, page: int = 0) -> tuple[str, Rows]:
    """The grid: what it says above the buttons, and the buttons."""
    controls = _controls(queue, reader, mode)
    lines, languages = _lines(queue.cells, mode), _languages(queue.cells)
    room = MOST_BUTTONS - sum(map(len, controls)) - len(TURNING)
    most = room // (len(languages) + 1) - 1
    table = _table(queue, reader, lines[page * most : (page + 1) * most], languages, mode)
    turning = _turning(queue, reader, mode, page, last=max(0, len(lines) - 1) // most)
    return _head(queue, reader), (*table, *turning, *controls)


def cell_argument(number: int, mode: str, account: str) -> str:
    """How a button names a cell."""
    return f"{number}.{mode}.{code(account)}"


def when_told(when: When, campaign: Campaign, reader_words: Words) -> str:
    """When a message is due, for a reader."""
    if when.local_at is not None and when.zone is None:
        return reader_words.say(
            "{time} by the clocks of each city",
            time=datetime_(reader_words.habits, when.local_at, "medium"),
        )
    if when.local_at is not None and when.zone is not None:
        return f"{datetime_(reader_words.habits, when.local_at, 'medium')} ({when.zone})"
    if when.exact_at is not None:
        local = when.exact_at.astimezone(ZoneInfo(campaign.zone))
        return f"{datetime_(reader_words.habits, local, 'medium')} ({campaign.zone})"
    return reader_words.say("as soon as it is approved")


def _head(queue: Queue, reader: Reader) -> str:
    door, campaign, reader_words = queue.door, queue.campaign, reader.words
    title = escape(isolated(spoken(campaign.title, reader_words.language, campaign)))
    first = door.text(door.language)
    text = "" if first is None else first.source
    counts = {standing: len(queue.of(standing)) for standing in Standing}
    told = [
        f"<b>{door.id} · {title}</b>",
        f"<blockquote>{escape(text[:MOST_TEXT])}{'…' if len(text) > MOST_TEXT else ''}</blockquote>"
        if text
        else "",
        "▣" * len(door.pictures),
        reader_words.say("Goes out: {when}", when=when_told(door.when, campaign, reader_words)),
        _held(queue, reader),
        reader_words.say(
            "✓ ready: {ready}\n⚠ in trouble: {trouble}\n✗ missing: {missing}\n● planned: {planned}\n– left out: {out}",
            ready=counts[Standing.READY],
            trouble=counts[Standing.PROBLEM],
            missing=counts[Standing.MISSING],
            planned=counts[Standing.PLANNED],
            out=counts[Standing.LEFT_OUT],
        ),
    ]
    return "\n".join(line for line in told if line)


def _held(queue: Queue, reader: Reader) -> str:
    until = queue.door.held_until
    if queue.door.ended_at is not None:
        return reader.words.say("It was dropped.")
    if until is None:
        return ""
    local = until.astimezone(ZoneInfo(queue.campaign.zone))
    return reader.words.say(
        "Held until {time}.",
        time=f"{datetime_(reader.words.habits, local, 'medium')} ({queue.campaign.zone})",
    )


def _languages(cells: Sequence[Cell]) -> list[str]:
    return list(dict.fromkeys(cell.account.language for cell in cells))[:MOST_COLUMNS]


def _lines(cells: Sequence[Cell], mode: str) -> list[tuple[str, list[Cell]]]:
    lines: dict[str, list[Cell]] = {}
    for cell in sorted(cells, key=lambda cell: cell.account.channel):
        lines.setdefault(cell.account.channel, []).append(cell)
    if mode == EVERY:
        return list(lines.items())
    return [(name, line) for name, line in lines.items() if any(is_open(cell) for cell in line)]


def is_open(cell: Cell) -> bool:
    """Whether a cell still needs somebody."""
    return cell.standing in {Standing.PROBLEM, Standing.MISSING}


def _table(
    queue: Queue,
    reader: Reader,
    lines: Sequence[tuple[str, list[Cell]]],
    languages: Sequence[str],
    mode: str,
) -> Rows:
    if not lines:
        return ()
    still = f"{queue.door.id}.{mode}.0"
    head = (reader.button("·", "qg", still), *(reader.button(tag, "qg", still) for tag in languages))
    return (head, *(_row(queue, reader, name, line, languages, mode) for name, line in lines))


def _row(
    queue: Queue, reader: Reader, name: str, line: Sequence[Cell], languages: Sequence[str], mode: str
) -> tuple[Button, ...]:
    still = f"{queue.door.id}.{mode}.0"
    row = [reader.button(SHORT.get(name, name[:5]), "qg", still)]
    for tag in languages:
        here = [cell for cell in line if cell.account.language == tag]
        here.sort(key=lambda cell: WORST_FIRST.index(cell.standing))
        if not here or (mode == PROBLEMS and not is_open(here[0])):
            row.append(reader.button(" · ", "qg", still))
        else:
            argument = cell_argument(queue.door.id, mode, here[0].account.name)
            row.append(reader.button(SIGNS[here[0].standing], "qc", argument))
    return tuple(row)


def _turning(queue: Queue, reader: Reader, mode: str, page: int, *, last: int) -> Rows:
    if not last:
        return ()
    return (
        (
            reader.button(TURNING[0], "qg", f"{queue.door.id}.{mode}.{max(0, page - 1)}"),
            reader.button(TURNING[1], "qg", f"{queue.door.id}.{mode}.{min(last, page + 1)}"),
        ),
    )


def _controls(queue: Queue, reader: Reader, mode: str) -> Rows:
    number, reader_words = queue.door.id, reader.words
    if queue.door.ended_at is not None:
        return ()
    other = (
        reader.button(reader_words.say("Only problems"), "qg", f"{number}.{PROBLEMS}.0")
        if mode == EVERY
        else reader.button(reader_words.say("Everything"), "qg", f"{number}.{EVERY}.0")
    )
    rows: list[tuple[Button, ...]] = [
        (other, reader.button(reader_words.say("When"), "qt", f"{number}")),
        (reader.button(reader_words.say("What it asks for"), "qk", f"{number}"),),
    ]
    if queue.of(Standing.READY):
        label = (
            reader_words.say("Send it")
            if queue.is_complete
            else reader_words.say("Send what is ready, hold the rest")
        )
        rows.append((reader.button(label, "qs", f"{number}"),))
    rows.append(
        (
            reader.button(reader_words.say("Hold all"), "qh", f"{number}"),
            reader.button(reader_words.say("Drop it"), "qd", f"{number}"),
        )
    )
    return tuple(rows)
