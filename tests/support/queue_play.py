"""What people do with a queued message on their phones, in the words of a test."""

import base64

from schedules.people import secondfactor
from tests.support.bot_stage import BotStage
from tests.support.telegram.messages import Message
from tests.support.telegram.people import Person


async def connect(stage: BotStage, *languages: str) -> None:
    """An account on Telegram and one on X for each language."""
    for language in languages:
        for platform in ("telegram", "x"):
            name = f"{platform}-{language}"
            await stage.add_account(name, "rehearsal", {"platform": platform}, language=language)


async def write(stage: BotStage, person: Person, text: str) -> None:
    """Write to the bot."""
    person.send(text)
    await stage.settle()


async def press(stage: BotStage, person: Person, label: str) -> None:
    """Press a button of the newest message."""
    person.press(person.last, label)
    await stage.settle()


async def press_on(stage: BotStage, person: Person, shown: str, label: str) -> None:
    """Press a button of the newest message that shows some words."""
    person.press(showing(person, shown), label)
    await stage.settle()


def showing(person: Person, words: str) -> Message:
    """The newest message on a phone that shows some words."""
    return next(one for one in reversed(person.chat.messages) if words in one.text and not one.deleted)


def signs(person: Person) -> list[list[str]]:
    """The lines of the grid."""
    return [row for row in showing(person, "missing:").buttons if row[0] in {"TG", "X"}]


async def open_cell(stage: BotStage, person: Person, language: str, platform: str = "X") -> None:
    """Tap a cell of the grid."""
    grid = showing(person, "missing:")
    lines = grid.wire()["reply_markup"]["inline_keyboard"]
    row = next(one for one in lines if one[0]["text"] == platform)
    person.press(grid, row[grid.buttons[0].index(language)]["callback_data"])
    await stage.settle()


async def writes(stage: BotStage, person: Person, language: str, text: str) -> None:
    """Open the cell of a language on X, and write its text."""
    await open_cell(stage, person, language)
    await press_on(stage, person, f"x-{language}", "Write this text")
    await write(stage, person, text)


async def queue(stage: BotStage, text: str, handle: str = "sara") -> Person:
    """Somebody comes and queues a message in English."""
    person = await stage.comes(handle, "editor")
    await write(stage, person, "/queue en")
    await write(stage, person, text)
    return person


async def plan(stage: BotStage, person: Person) -> None:
    """Send what is ready."""
    label = next(row[0] for row in showing(person, "missing:").buttons if row[0].startswith("Send"))
    await press_on(stage, person, "missing:", label)
    await press_on(stage, person, "would be planned:", "Plan it now")


async def prove(stage: BotStage, person: Person) -> None:
    """Set up the second factor, and show a code of it."""
    await write(stage, person, "/code")
    key = next(line for line in reversed(person.last.text.splitlines()) if line.strip())
    code = secondfactor.code_at(base64.b32decode(key), secondfactor.step_at(stage.means.clock.now()))
    await write(stage, person, f"/code {code}")


async def open_pending(stage: BotStage, person: Person) -> None:
    """Open the first post that waits for approval."""
    await write(stage, person, "/pending")
    person.press(person.last, person.last.buttons[0][0])
    await stage.settle()
