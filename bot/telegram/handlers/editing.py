"""Writing a text of a queued message: oneself, or by an editor of the language whom a second reader confirms."""

from collections.abc import Iterable
from html import escape
from typing import Final

from bot.telegram import queues, readers
from bot.telegram.appearing import room
from bot.telegram.choices import code
from bot.telegram.gridview import EVERY, when_told
from bot.telegram.handlers.describing import ask_for_missing
from bot.telegram.queues import Desk
from bot.telegram.readers import Reader
from bot.telegram.spoken import own_name
from bot.telegram.table import answer, button
from bot.telegram.talk import Talk
from bot.telegram.troubles import told
from channels.base import Rows
from content.errors import Problem, Severity
from content.hashtags import tag_for
from content.limits import LIMITS
from schedules.commands import door_messages, pending
from schedules.commands.door_posts import Queue
from schedules.commands.scopes import named
from schedules.people.roles import Role
from schedules.planning.doors import DoorMessage, When
from schedules.planning.grid import Cell

NOT_OF_THE_TEXT: Final = frozenset(
    {
        "alt-missing",
        "alt-too-long",
        "media-misshapen",
        "media-missing",
        "media-mixed",
        "media-too-large",
        "media-too-many",
        "text-unread",
        "time-over",
        "video-not-taken",
        "video-too-long",
        "warning-missing",
    }
)
"""Problems that no other wording mends."""


@button("qw", role=Role.EDITOR)
async def write(talk: Talk, argument: str) -> None:
    """Expect the text of a language, for one platform or for all."""
    number, language, *channel = argument.split(".")
    desk = await queues.desk(talk.means, await talk.actor(), int(number))
    await talk.expect(f"qtext:{argument}")
    await talk.say(
        talk.words.say("Write the whole text in {language} now.", language=own_name(language))
        + f"\n{_bounds(await desk.look(), language, channel)}"
        + f"\n#{tag_for(desk.campaign.hashtag, language)}"
    )


@answer("qtext", role=Role.EDITOR)
async def written(talk: Talk, argument: str) -> None:
    """The text; where something is wrong with it, what is to be mended."""
    number, language, *channel = argument.split(".")
    if not talk.text.strip():
        await write(talk, argument)
        return
    desk = await queues.desk(talk.means, await talk.actor(), int(number))
    await door_messages.set_text(
        talk.means.store,
        desk.actor,
        desk.campaign,
        desk.number,
        language,
        talk.text,
        channel=channel[0] if channel else None,
    )
    await desk.follow()
    queue = await desk.look()
    author = await queues.refresh(talk.means, desk.number)
    if _wrong_text(queue, language):
        await talk.expect(f"qtext:{argument}")
        await talk.say(
            talk.words.say("It is kept, but something is to be mended. Then send the whole text again.")
            + f"\n\n{told(_wrong_text(queue, language), talk.words)}"
        )
        return
    await talk.say(
        talk.words.say("Thank you. The text in {language} is kept.", language=own_name(language))
    )
    if queue.door.author != desk.actor.name:
        await _have_read(talk, queue.door, language, channel[0] if channel else "", author)
    await _tell_who_asked(desk, queue, language)
    await ask_for_missing(talk, desk.number, language)


@button("qa", role=Role.EDITOR)
async def ask_editor(talk: Talk, argument: str) -> None:
    """Ask everybody who edits a language for its text."""
    number, language = argument.split(".")
    desk = await queues.desk(talk.means, await talk.actor(), int(number))
    queue = await desk.look()
    editors = [one for one in await _editors(talk, queue.door, language) if one.handle != desk.actor.name]
    asked = [one.handle for one in editors if await _asked(one, desk, queue, language)]
    if asked:
        await talk.say(
            talk.words.say(
                "Asked for the text in {language}: {names}",
                language=own_name(language),
                names=", ".join(asked),
            )
        )
    else:
        await talk.say(
            talk.words.say(
                "Nobody else who writes {language} can be reached. An admin can let somebody in.",
                language=own_name(language),
            )
        )


@button("qr", role=Role.EDITOR)
async def read(talk: Talk, argument: str) -> None:
    """Show a text to somebody who may confirm it."""
    number, language, channel = argument.split(".")
    door = await door_messages.show(talk.means.store, await talk.actor(), int(number))
    await _show_to(await readers.reader_of(talk), door, language, channel)


@button("qy", role=Role.EDITOR)
async def confirm(talk: Talk, argument: str) -> None:
    """A second reader confirms the text that they saw."""
    number, language, channel, seen = argument.split(".")
    desk = await queues.desk(talk.means, await talk.actor(), int(number))
    door = await door_messages.show(talk.means.store, desk.actor, desk.number)
    text = door.text(language, channel)
    await door_messages.confirm(
        talk.means.store,
        desk.actor,
        desk.campaign,
        desk.number,
        language,
        seen=text.source if text is not None and code(text.source) == seen else "",
        channel=channel or None,
    )
    await talk.show(
        talk.words.say("Thank you. The text in {language} is confirmed.", language=own_name(language))
    )
    author = await queues.refresh(talk.means, desk.number)
    writer = text and await readers.called(talk.means, text.written_by)
    for one in (author, writer):
        if one and one.handle != desk.actor.name:
            await one.say(
                one.words.say(
                    "{name} has confirmed the text in {language} of number {number}.",
                    name=desk.actor.name,
                    language=own_name(language),
                    number=number,
                ),
                _look_button(one, desk.number),
            )


async def _editors(talk: Talk, door: DoorMessage, language: str) -> list[Reader]:
    scopes = named(campaign=door.campaign, language=language)
    return await readers.holding(talk.means, Role.EDITOR, scopes)


async def _tell_who_asked(desk: Desk, queue: Queue, language: str) -> None:
    """Whoever asked for a change of a post in a language hears that it was made."""
    store = desk.means.store
    posts = [cell.post.id for cell in _of(queue.cells, language) if cell.post is not None]
    asking = {post: await pending.asked_by(store, post) for post in posts}
    for handle in dict.fromkeys(one for one in asking.values() if one):
        approver = await readers.called(desk.means, handle)
        if approver is not None:
            numbers = ", ".join(str(post) for post, who in asking.items() if who == handle)
            text = approver.words.say(
                "{name} has made the change that you asked for: {numbers}. To look: /pending",
                name=desk.actor.name,
                numbers=numbers,
            )
            await approver.say(escape(text))


async def _asked(editor: Reader, desk: Desk, queue: Queue, language: str) -> bool:
    first = queue.door.text(queue.door.language)
    theirs = await (await queues.desk(desk.means, editor.actor, desk.number)).look()
    until = queue.door.held_until
    due = queue.door.when if until is None else When(exact_at=until)
    told_when = when_told(due, queue.campaign, editor.words)
    html = "\n\n".join(
        (
            editor.words.say(
                "{name} asks for this post in {language}. It goes out: {when}.",
                name=desk.actor.name,
                language=own_name(language),
                when=told_when,
            ),
            f"<blockquote>{escape(first.source if first else '')}</blockquote>",
            editor.words.say("Not word for word: as people who speak it would say it. Length:")
            + f"\n{_bounds(theirs, language, ())}",
            f"#{tag_for(queue.campaign.hashtag, language)}",
        )
    )
    label = editor.words.say("I write it")
    return bool(await editor.say(html, ((editor.button(label, "qw", f"{desk.number}.{language}"),),)))


async def _have_read(
    talk: Talk, door: DoorMessage, language: str, channel: str, author: Reader | None
) -> None:
    """Show the text to the others who read the language, and tell the author that it is there."""
    writer = talk.known().handle
    for editor in await _editors(talk, door, language):
        if editor.handle not in {writer, door.author}:
            await _show_to(editor, door, language, channel)
    if author is not None:
        await author.say(
            author.words.say(
                "{name} has written the text in {language} of number {number}. A second reader is asked.",
                name=writer or "",
                language=own_name(language),
                number=str(door.id),
            ),
            _look_button(author, door.id),
        )


async def _show_to(reader: Reader, door: DoorMessage, language: str, channel: str) -> None:
    text = door.text(language, channel)
    if text is None:
        return
    argument = f"{door.id}.{language}"
    await reader.say(
        reader.words.say(
            "Please read this text in {language} by {name}. Does it say it well, and nothing that endangers anybody?",
            language=own_name(language),
            name=text.written_by,
        )
        + f"\n\n<blockquote>{escape(text.source)}</blockquote>",
        (
            (
                reader.button(
                    reader.words.say("It is right"), "qy", f"{argument}.{channel}.{code(text.source)}"
                ),
            ),
            (reader.button(reader.words.say("I write it anew"), "qw", argument),),
        ),
    )


def _look_button(reader: Reader, number: int) -> Rows:
    return ((reader.button(reader.words.say("Look at it"), "qg", f"{number}.{EVERY}.0"),),)


def _wrong_text(queue: Queue, language: str) -> list[Problem]:
    """What another wording would mend, each once."""
    found = (problem for cell in _of(queue.cells, language) for problem in cell.problems)
    wrong = (one for one in found if one.code not in NOT_OF_THE_TEXT and one.severity is Severity.ERROR)
    return list(dict.fromkeys(wrong))


def _bounds(queue: Queue, language: str, channels: Iterable[str]) -> str:
    """How long the text may be on each platform of a language, in its own unit."""
    chosen = set(channels)
    most = {
        cell.account.channel: room(LIMITS[cell.account.channel], pictures=bool(queue.door.pictures))
        for cell in _of(queue.cells, language)
    }
    shown = {name: length for name, length in most.items() if length and (not chosen or name in chosen)}
    return " · ".join(f"{name} {length}" for name, length in shown.items())


def _of(cells: Iterable[Cell], language: str) -> Iterable[Cell]:
    return (cell for cell in cells if cell.account.language == language)
