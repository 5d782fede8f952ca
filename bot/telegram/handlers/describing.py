"""Pictures or the video of a queued message: fetched, frozen, described in every language, and warned of."""

from dataclasses import dataclass
from typing import Final

from telegram import Message
from telegram.error import BadRequest

from bot.telegram import queues
from bot.telegram.spoken import own_name
from bot.telegram.table import answer, button
from bot.telegram.talk import Talk
from channels.base import Rows
from content.later import later
from content.models import is_video
from schedules.commands import door_messages, door_pictures
from schedules.errors import ScheduleError
from schedules.people.roles import Role
from schedules.planning.doors import DoorMessage

NO_GROUP: Final = ""
PICTURES: Final = ("image/jpeg", "image/png", "image/webp")
VIDEOS: Final = ("video/mp4", "video/quicktime", "video/webm")
LARGEST: Final = 20_000_000
"""Bytes that a bot may fetch (core.telegram.org/bots/api#getfile)."""
YES: Final = "y"
NO: Final = "n"
TOO_LARGE: Final = "too big"
"""What Telegram says of a file beyond that."""


@dataclass(frozen=True, slots=True)
class Medium:
    """A picture or a video that a message carries, by its id at Telegram."""

    file: str
    moves: bool = False


def medium_in(message: Message) -> Medium | None:
    """The picture, as large as Telegram has it, or the video that a message carries."""
    if message.photo:
        return Medium(message.photo[-1].file_id)
    moving = message.video or message.animation
    if moving is not None:
        return Medium(moving.file_id, moves=True)
    document = message.document
    if document is not None and document.mime_type in (*PICTURES, *VIDEOS):
        return Medium(document.file_id, document.mime_type in VIDEOS)
    return None


async def fetch(talk: Talk, medium: Medium) -> bytes:
    """Its bytes, from Telegram.

    Raises:
        ScheduleError: It is larger than what Telegram gives a bot; says what to do.
    """
    try:
        found = await talk.means.bot.get_file(medium.file)
    except BadRequest as error:
        if TOO_LARGE not in error.message.lower():
            raise
        raise _too_large() from error
    return bytes(await found.download_as_bytearray())


def _too_large() -> ScheduleError:
    return ScheduleError(
        later(
            "Telegram gives bots files of up to {most} MB, and this one is larger. Send it shorter or smaller, "
            "or put it into the campaign folder, which takes larger ones.",
            most=str(LARGEST // 1_000_000),
        )
    )


async def add(talk: Talk, number: int, medium: Medium, data: bytes) -> int:
    """Freeze a picture or a video; gives its position."""
    actor, store = await talk.actor(), talk.means.store
    if not medium.moves:
        return await door_pictures.attach(store, actor, number, data)
    await talk.say(talk.words.say("The video is being prepared, which takes about as long as it plays."))
    return await door_pictures.attach_video(store, actor, number, data)


async def ask(talk: Talk, number: int, language: str, position: int, group: str = NO_GROUP) -> None:
    """Ask what a picture shows, and take the further pictures of its album meanwhile.

    Args:
        group: Telegram's number of the album.
    """
    await talk.expect(f"qalt:{number}.{language}.{position}.{group}")
    door = await door_messages.show(talk.means.store, await talk.actor(), number)
    if any(is_video(each.file) for each in door.pictures):
        await talk.say(
            talk.words.say(
                "What does the video show, and what is said in it? One sentence in {language}, for people who "
                "cannot see or hear it. No child may be recognised in it, and nobody whom it endangers.",
                language=own_name(language),
            )
        )
        return
    await talk.say(
        talk.words.say(
            "What does picture {number} show? One sentence in {language}, for people who cannot see it. "
            "No child may be recognised in it, and nobody whom it endangers.",
            number=position + 1,
            language=own_name(language),
        )
    )


async def ask_for_missing(talk: Talk, number: int, language: str) -> bool:
    """Ask for the first description that is missing in a language, then for the warning. Whether one is missing."""
    door = await door_messages.show(talk.means.store, await talk.actor(), number)
    position = undescribed(door, language)
    if position is not None:
        await ask(talk, number, language, position)
    elif _is_unwarned(door, language):
        await _ask_for_warning(talk, number, language)
    return lacks_words(door, language)


def lacks_words(door: DoorMessage, language: str) -> bool:
    """Whether something has still to be said of its pictures in a language."""
    return undescribed(door, language) is not None or _is_unwarned(door, language)


def _is_unwarned(door: DoorMessage, language: str) -> bool:
    return bool(door.graphic) and language not in door.warning


async def _ask_for_warning(talk: Talk, number: int, language: str) -> None:
    await talk.expect(f"qwarn:{number}.{language}")
    await talk.say(
        talk.words.say(
            "What are people about to see? A few words in {language}, such as: injured people. "
            "They stand before the post.",
            language=own_name(language),
        )
    )


def undescribed(door: DoorMessage, language: str) -> int | None:
    """The first picture of which nobody has said in a language what it shows."""
    missing = (place for place, each in enumerate(door.pictures) if not each.alt.get(language))
    return next(missing, None)


@answer("qalt", role=Role.EDITOR)
async def described(talk: Talk, argument: str) -> None:
    """What the picture shows; or the next picture of the same album."""
    number, language, position, group = argument.split(".")
    message = talk.update.message
    medium = None if message is None else medium_in(message)
    if message is not None and medium is not None and message.media_group_id == group:
        await _take_along(talk, int(number), medium, argument)
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
    await _go_on(talk, int(number), language)


@button("qviolence", role=Role.EDITOR)
async def say_graphic(talk: Talk, argument: str) -> None:
    """Whether violence or injury is to be seen."""
    number, language, answered = argument.split(".")
    actor, means = await talk.actor(), talk.means
    await door_pictures.say_graphic(means.store, actor, int(number), graphic=answered == YES)
    await (await queues.desk(means, actor, int(number))).follow()
    await queues.refresh(means, int(number))
    if answered == YES:
        await talk.show(talk.words.say("A warning goes before it."))
        await ask_for_missing(talk, int(number), language)
    else:
        await talk.show(talk.words.say("No warning goes before it."))


@answer("qwarn", role=Role.EDITOR)
async def warned(talk: Talk, argument: str) -> None:
    """What readers are told before they see it."""
    number, _, language = argument.partition(".")
    if not talk.text.strip():
        await _ask_for_warning(talk, int(number), language)
        return
    actor, means = await talk.actor(), talk.means
    desk = await queues.desk(means, actor, int(number))
    await door_pictures.warn(means.store, actor, desk.campaign, int(number), language, talk.text)
    await desk.follow()
    await queues.refresh(means, int(number))
    await talk.say(
        talk.words.say("Thank you. The warning in {language} is kept.", language=own_name(language))
    )


@button("qp", role=Role.EDITOR)
async def describe(talk: Talk, argument: str) -> None:
    """Describe the pictures in a language."""
    number, _, language = argument.partition(".")
    await ask_for_missing(talk, int(number), language)


async def _take_along(talk: Talk, number: int, medium: Medium, argument: str) -> None:
    await talk.expect(f"qalt:{argument}")
    await add(talk, number, medium, await fetch(talk, medium))
    await queues.refresh(talk.means, number)


async def _go_on(talk: Talk, number: int, language: str) -> None:
    """Ask for what is still missing; at the end, of the author, whether a warning has to go before it."""
    if await ask_for_missing(talk, number, language):
        return
    thanks = talk.words.say(
        "Thank you. Every picture is described in {language}.", language=own_name(language)
    )
    door = await door_messages.show(talk.means.store, await talk.actor(), number)
    if door.graphic is None and language == door.language:
        await talk.say(
            f"{thanks}\n\n{talk.words.say('Is violence, an injury or a dead body to be seen?')}",
            _yes_or_no(talk, f"{number}.{language}"),
        )
        return
    await talk.say(thanks)


def _yes_or_no(talk: Talk, about: str) -> Rows:
    yes = talk.button(talk.words.say("Yes, warn of it"), "qviolence", f"{about}.{YES}")
    return ((talk.button(talk.words.say("No, nothing of that"), "qviolence", f"{about}.{NO}"), yes),)
