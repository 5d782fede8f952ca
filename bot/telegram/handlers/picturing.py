"""Pictures from a captain on the day: fetched, drawn anew in memory, kept for a reviewer. Nothing else is taken."""

from contextlib import suppress
from html import escape
from typing import Final

from telegram import Message, ReplyParameters
from telegram.error import BadRequest, TelegramError

from bot.telegram.choices import code
from bot.telegram.spoken import spoken
from bot.telegram.table import button
from bot.telegram.talk import Talk
from channels.telegram.keyboards import markup
from content.later import later
from content.words import isolated
from schedules.commands import photos
from schedules.commands.photos import Scene
from schedules.errors import ScheduleError
from schedules.people.roles import Role

PICTURES: Final = ("image/jpeg", "image/png", "image/webp")
LARGEST: Final = 20_000_000
"""Bytes that a bot may fetch (core.telegram.org/bots/api#getfile)."""
TOO_LARGE: Final = "too big"
"""What Telegram says of a file beyond that."""
TOO_MUCH: Final = later("This picture is larger than 20 MB. Send it as a photo, not as a file.")
GONE: Final = later("The picture is no longer there. Send it once more.")


async def take_picture(talk: Talk) -> bool:
    """Take a picture from a captain whose city has its day now; kindly refuse what tells more. Whether it was theirs."""
    message = talk.update.message
    if message is None or not _carries(message) or not (await talk.actor()).may_somewhere(Role.CAPTAIN):
        return False
    scenes = await _scenes(talk)
    if not scenes:
        return False
    if all(scene.is_guarded for scene in scenes):
        await _take_away(talk, message)
        await talk.say(
            talk.words.say(
                "Your city is guarded: a picture can give people away, so none is taken, and it is deleted here. "
                "Delete it from your phone as well."
            )
        )
    elif _file(message) is None:
        await _take_away(talk, message)
        await talk.say(
            talk.words.say(
                "Only photos are taken here. Videos and files can give people away, so it is deleted here. "
                "Send a photo on which nobody can be recognised."
            )
        )
    elif len(scenes) > 1:
        await _ask_where(talk, message, scenes)
    else:
        await _keep(talk, scenes[0], message)
    return True


@button("photo", role=Role.CAPTAIN)
async def from_city(talk: Talk, choice: str) -> None:
    """The city that the picture is from."""
    query = talk.update.callback_query
    asked = query.message if query else None
    message = asked.reply_to_message if isinstance(asked, Message) else None
    by_code = {_code(scene): scene for scene in await _scenes(talk) if not scene.is_guarded}
    if message is None or choice not in by_code:
        raise ScheduleError(GONE)
    await _keep(talk, by_code[choice], message)


def _carries(message: Message) -> bool:
    """Whether it brings a picture, a film or a file."""
    return bool(message.photo or message.document or message.video or message.animation)


def _file(message: Message) -> str | None:
    """The picture, as large as Telegram has it, by its id there.

    Raises:
        ScheduleError: It is larger than what Telegram gives a bot.
    """
    document = message.document
    if message.photo:
        return message.photo[-1].file_id
    if document is None or document.mime_type not in PICTURES:
        return None
    if (document.file_size or 0) > LARGEST:
        raise ScheduleError(TOO_MUCH)
    return document.file_id


async def _take_away(talk: Talk, message: Message) -> None:
    with suppress(TelegramError):
        await talk.means.bot.delete_messages(talk.chat, [message.message_id])


async def _scenes(talk: Talk) -> list[Scene]:
    means, actor = talk.means, await talk.actor()
    found: list[Scene] = []
    for campaign in await means.kits.readable(await means.kits.names()):
        found += await photos.scenes(means.store, means.clock, actor, campaign)
    return found


async def _ask_where(talk: Talk, message: Message, scenes: list[Scene]) -> None:
    rows = tuple(
        (talk.button(_name(talk, scene), "photo", _code(scene)),)
        for scene in scenes
        if not scene.is_guarded
    )
    await talk.means.bot.send_message(
        talk.chat,
        talk.words.say("From which city is it?"),
        reply_markup=markup(rows),
        reply_parameters=ReplyParameters(message.message_id),
    )


async def _keep(talk: Talk, scene: Scene, message: Message) -> None:
    file = _file(message)
    if file is None:
        raise ScheduleError(GONE)
    data = await _fetched(talk, file)
    means = talk.means
    await photos.bring(
        means.store, means.clock, await talk.actor(), scene.campaign, scene.day.id, scene.city.id, data
    )
    await talk.show(
        talk.words.say(
            "Thank you. The picture from {city} is kept without what your phone wrote into it. "
            "It is not for publication until a reviewer has cleared it.",
            city=escape(isolated(_name(talk, scene))),
        )
    )


async def _fetched(talk: Talk, file: str) -> bytes:
    """Its bytes, in memory alone; where they lie at Telegram is kept nowhere."""
    try:
        found = await talk.means.bot.get_file(file)
    except BadRequest as error:
        if TOO_LARGE not in error.message.lower():
            raise
        raise ScheduleError(TOO_MUCH) from error
    return bytes(await found.download_as_bytearray())


def _name(talk: Talk, scene: Scene) -> str:
    return spoken(scene.city.name, talk.words.language, scene.campaign)


def _code(scene: Scene) -> str:
    return code(f"{scene.campaign.id}/{scene.day.id}/{scene.city.id}")
