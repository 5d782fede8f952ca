"""Pictures of a queued message: fetched, frozen, and described in every language."""

from typing import Final

from telegram import Message

from bot.telegram import queues
from bot.telegram.spoken import own_name
from bot.telegram.table import answer, button
from bot.telegram.talk import Talk
from schedules.commands import door_messages, door_pictures
from schedules.people.roles import Role
from schedules.planning.doors import DoorMessage

NO_GROUP: Final = ""


async def add(talk: Talk, number: int, file: str) -> int:
    """Fetch a picture from Telegram and freeze it; gives its position."""
    found = await talk.means.bot.get_file(file)
    data = bytes(await found.download_as_bytearray())
    return await door_pictures.attach(talk.means.store, await talk.actor(), number, data)


async def ask(talk: Talk, number: int, language: str, position: int, group: str = NO_GROUP) -> None:
    """Ask what a picture shows, and take the further pictures of its album meanwhile.

    Args:
        group: Telegram's number of the album.
    """
    await talk.expect(f"qalt:{number}.{language}.{position}.{group}")
    await talk.say(
        talk.words.say(
            "What does picture {number} show? One sentence in {language}, for people who cannot see it. "
            "No child may be recognised in it, and nobody whom it endangers.",
            number=position + 1,
            language=own_name(language),
        )
    )


async def ask_for_missing(talk: Talk, number: int, language: str) -> bool:
    """Ask about the first picture without a description in a language. Whether there is one."""
    door = await door_messages.show(talk.means.store, await talk.actor(), number)
    position = undescribed(door, language)
    if position is not None:
        await ask(talk, number, language, position)
    return position is not None


def undescribed(door: DoorMessage, language: str) -> int | None:
    """The first picture of which nobody has said in a language what it shows."""
    missing = (place for place, each in enumerate(door.pictures) if not each.alt.get(language))
    return next(missing, None)


@answer("qalt", role=Role.EDITOR)
async def described(talk: Talk, argument: str) -> None:
    """What the picture shows; or the next picture of the same album."""
    number, language, position, group = argument.split(".")
    message = talk.update.message
    if message is not None and message.photo and message.media_group_id == group:
        await _take_along(talk, int(number), message, argument)
        return
    actor, means = await talk.actor(), talk.means
    desk = await queues.desk(means, actor, int(number))
    if not talk.text.strip():
        await ask(talk, int(number), language, int(position), group)
        return
    await door_pictures.describe(
        means.store, actor, desk.campaign, int(number), int(position), language, talk.text
    )
    await desk.follow()
    await queues.refresh(means, int(number))
    if not await ask_for_missing(talk, int(number), language):
        await talk.say(
            talk.words.say(
                "Thank you. Every picture is described in {language}.", language=own_name(language)
            )
        )


@button("qp", role=Role.EDITOR)
async def describe(talk: Talk, argument: str) -> None:
    """Describe the pictures in a language."""
    number, _, language = argument.partition(".")
    await ask_for_missing(talk, int(number), language)


async def _take_along(talk: Talk, number: int, message: Message, argument: str) -> None:
    await add(talk, number, message.photo[-1].file_id)
    await talk.expect(f"qalt:{argument}")
    await queues.refresh(talk.means, number)
