"""What volunteers do on their phones, step by step."""

from typing import Any

from sqlalchemy import Table, func, select

from schedules.store.tables import metadata, volunteer
from tests.support.bot_stage import BotStage
from tests.support.telegram.people import Person


async def come(stage: BotStage, language_code: str | None = "en", **given: Any) -> Person:
    """Somebody opens a fresh link; ``given`` is what the link gives."""
    person = stage.world.add_user("Ada", language_code=language_code)
    person.open_link(await stage.invite(**given))
    await stage.settle()
    return person


async def press(stage: BotStage, person: Person, label: str) -> None:
    """They press a button of the newest message that has it."""
    shown = [
        each
        for each in reversed(person.chat.messages)
        if label in [key for row in each.buttons for key in row]
    ]
    person.press(shown[0] if shown else person.last, label)
    await stage.settle()


async def ask(stage: BotStage, person: Person, text: str) -> None:
    """They write something to the bot."""
    person.send(text)
    await stage.settle()


async def agree(stage: BotStage, person: Person) -> None:
    """They read both pages and say yes."""
    await press(stage, person, "Next")
    await press(stage, person, "Yes, I agree")


async def joined(stage: BotStage, **given: Any) -> Person:
    """Somebody who reads English joins in Berlin, for letters to one recipient, at eight in the evening."""
    person = await come(stage, **given)
    await agree(stage, person)
    steps = ("Next", "Berlin", "One recipient", "8:00\N{NARROW NO-BREAK SPACE}PM")
    for label in steps:
        await press(stage, person, label)
    return person


async def kept(stage: BotStage) -> Any:
    """The only volunteer of whom something is kept."""
    async with stage.store.read() as connection:
        return (await connection.execute(select(volunteer))).one()


async def rows_of(stage: BotStage, *tables: Table) -> int:
    """How many rows these tables have."""
    async with stage.store.read() as connection:
        counts = [
            (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in tables
        ]
    return sum(counts)


async def filled_tables(stage: BotStage) -> set[str]:
    """The tables that hold anything at all."""
    return {table.name for table in metadata.sorted_tables if await rows_of(stage, table)}
