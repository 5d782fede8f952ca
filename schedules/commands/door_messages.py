"""Queueing a message at a door: its texts, its ask and its time. Nothing is planned here; ``door_posts`` does that."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from content.later import later
from content.limits import LIMITS
from content.models import Ask, Campaign, Gap, Overlap
from schedules.clock import Clock
from schedules.commands.actor import Actor, missing
from schedules.commands.scopes import named
from schedules.errors import Forbidden, ScheduleError
from schedules.people.roles import Role
from schedules.planning import door_rows
from schedules.planning.destinations import AccountView
from schedules.planning.doors import DoorMessage, DoorText, When, simple_ask
from schedules.store.engine import Store
from schedules.walltime import SHOWN, require_near, resolve

MOST_SIGNS: Final = 20_000
"""Characters of one text; as much as a rendered one may have."""
MOST_IN_LINE: Final = 500
"""Characters of what is kept in one line: a description, a reason."""


def of_cell(campaign: str, account: AccountView) -> frozenset[str]:
    """What covers a queued message on one account."""
    return named(
        campaign=campaign,
        language=account.language,
        account=account.name,
        city=account.city,
        partner=account.partner,
    )


def covers(actor: Actor, campaign: str, account: AccountView) -> bool:
    """Whether somebody may see and change what is queued for an account."""
    return actor.may(Role.EDITOR, of_cell(campaign, account))


async def create(
    store: Store, clock: Clock, actor: Actor, campaign: Campaign, *, language: str, text: str
) -> int:
    """Queue a message with its first text; gives its number. It goes nowhere before it is scheduled.

    Raises:
        Forbidden: They are no editor of that language in that campaign.
        ScheduleError: The campaign does not speak it, or the text is far too long.
    """
    require_language(actor, campaign, language)
    values = {
        "campaign": campaign.id,
        "author": actor.name,
        "language": language,
        "ask": simple_ask(campaign).model_dump(mode="json"),
        "made_at": clock.now(),
    }
    async with store.write() as connection:
        number = await door_rows.insert_door(connection, values)
        if text.strip():
            await door_rows.write_text(
                connection, number, DoorText(language, None, _sound(text), actor.name)
            )
        await actor.record(connection, "queued", f"door-{number}")
    return number


async def show(store: Store, actor: Actor, number: int) -> DoorMessage:
    """A queued message, with its first text and those of the languages that they edit.

    Raises:
        Forbidden: They are nowhere an editor.
        ScheduleError: There is none of that number.
    """
    actor.require_somewhere(Role.EDITOR)
    async with store.read() as connection:
        door = await door_rows.read_door(connection, number)
    return replace(door, texts=tuple(text for text in door.texts if _may_read(actor, door, text)))


async def set_text(
    store: Store,
    actor: Actor,
    campaign: Campaign,
    number: int,
    language: str,
    text: str,
    *,
    channel: str | None = None,
) -> None:
    """Write a text anew, for every platform or for one. Whoever confirmed the one before has to read it again.

    Raises:
        Forbidden: They are no editor of that language.
        ScheduleError: There is no such message or language, or the text is empty or far too long.
    """
    require_language(actor, campaign, language)
    if channel is not None and channel not in LIMITS:
        raise ScheduleError(f"There is no platform {channel!r:.80}. Choose one of: {', '.join(LIMITS)}.")
    written = DoorText(language, channel, _sound(text), actor.name)
    async with store.write() as connection:
        await opened(connection, number)
        await door_rows.write_text(connection, number, written)
        await door_rows.change_door(connection, number)
        await actor.record(connection, "wrote", f"door-{number} {language}")


async def confirm(
    store: Store,
    actor: Actor,
    campaign: Campaign,
    number: int,
    language: str,
    *,
    seen: str,
    channel: str | None = None,
) -> None:
    """Confirm as a second reader that a text says what it should.

    Args:
        seen: The text that they read.

    Raises:
        Forbidden: They are no editor of that language, or they wrote it.
        ScheduleError: There is no such text, or it has changed since they read it.
    """
    require_language(actor, campaign, language)
    async with store.write() as connection:
        door = await opened(connection, number)
        text = door.text(language, channel)
        if text is None or text.source != seen:
            raise ScheduleError(later("The text has changed since you read it. Read it again."))
        if text.written_by == actor.name:
            raise Forbidden(later("Whoever wrote a text does not confirm it. Let somebody else read it."))
        await door_rows.confirm_text(connection, number, language, text.channel, actor.name)
        await door_rows.change_door(connection, number)
        await actor.record(connection, "confirmed", f"door-{number} {language}")


async def set_ask(store: Store, actor: Actor, number: int, ask: Ask) -> None:
    """Say what the message asks its readers to do.

    Raises:
        Forbidden: They are neither the author nor an editor of the campaign.
        ScheduleError: There is no such message.
    """
    actor.require_somewhere(Role.EDITOR)
    await _change_whole(store, actor, number, {"ask": ask.model_dump(mode="json")})


async def set_when(store: Store, clock: Clock, actor: Actor, number: int, when: When) -> None:
    """Say when it is due. What is planned of it already keeps its time.

    Raises:
        Forbidden: They are neither the author nor an editor of the campaign.
        LocalTimeInvalid: That wall time does not exist or is too far away, or the zone is unknown.
        ScheduleError: That time is over.
    """
    actor.require_somewhere(Role.EDITOR)
    at = when.exact_at
    if (wanted := when.local_at or at) is not None:
        require_near(wanted)
    if when.local_at is not None and when.zone is not None:
        at = resolve(when.local_at, when.zone, gap=Gap.REFUSE, overlap=Overlap.FIRST).at
    if at is not None and at <= clock.now():
        raise ScheduleError(
            f"{at:{SHOWN}} UTC is over. Give a time to come.", later("That time is over. Give one to come.")
        )
    local_at = None if when.local_at is None else when.local_at.isoformat(timespec="seconds")
    values = {"exact_at": when.exact_at, "local_at": local_at, "zone": when.zone}
    await _change_whole(store, actor, number, values)


async def leave_out(store: Store, actor: Actor, number: int, account: AccountView, why: str) -> None:
    """Let it not go out on one account, and say why.

    Raises:
        Forbidden: They are no editor of that account.
        ScheduleError: No reason is given.
    """
    actor.require_somewhere(Role.EDITOR)
    async with store.write() as connection:
        door = await opened(connection, number)
        actor.require(Role.EDITOR, of_cell(door.campaign, account))
        await door_rows.leave_out(connection, number, account.name, one_line(why), actor.name)
        await door_rows.change_door(connection, number)
        await actor.record(connection, "left out", f"door-{number} account:{account.name}")


async def take_in(store: Store, actor: Actor, number: int, account: AccountView) -> None:
    """Let it go out on an account after all.

    Raises:
        Forbidden: They are no editor of that account.
    """
    actor.require_somewhere(Role.EDITOR)
    async with store.write() as connection:
        door = await opened(connection, number)
        actor.require(Role.EDITOR, of_cell(door.campaign, account))
        await door_rows.take_in(connection, number, account.name)
        await door_rows.change_door(connection, number)


async def keep_card(store: Store, number: int, card: int) -> None:
    """Remember which message on the author's phone shows where it stands."""
    async with store.write() as connection:
        await door_rows.keep_card(connection, number, card)


def require_whole(actor: Actor, door: DoorMessage) -> None:
    """Go on only for its author, or for an editor of the whole campaign.

    Raises:
        Forbidden: They are neither.
    """
    is_author = actor.name == door.author and actor.may_somewhere(Role.EDITOR)
    if not is_author:
        actor.require(Role.EDITOR, named(campaign=door.campaign))


def one_line(text: str) -> str:
    """Words of a person in one line.

    Raises:
        ScheduleError: There are none, or too many.
    """
    line = " ".join(text.split())
    if not line or len(line) > MOST_IN_LINE:
        raise ScheduleError(later("Write one to {number} characters.", number=MOST_IN_LINE))
    return line


async def _change_whole(
    store: Store, actor: Actor, number: int, values: Mapping[str, datetime | str | dict[str, object] | None]
) -> None:
    actor.require_somewhere(Role.EDITOR)
    async with store.write() as connection:
        require_whole(actor, await opened(connection, number))
        await door_rows.change_door(connection, number, **values)


async def opened(connection: AsyncConnection, number: int) -> DoorMessage:
    """A message that may still be changed, held until the transaction ends.

    Raises:
        ScheduleError: There is none of that number, or it was dropped.
    """
    door = await door_rows.read_door(connection, number, lock=True)
    if door.ended_at is not None:
        raise ScheduleError(later("Number {number} was dropped. Queue it again.", number=str(number)))
    return door


def require_language(actor: Actor, campaign: Campaign, language: str) -> None:
    """Go on only for an editor of a language that the campaign speaks.

    Raises:
        Forbidden: They are none.
        ScheduleError: The campaign does not speak it.
    """
    if not actor.may(Role.EDITOR, named(campaign=campaign.id, language=language)):
        raise Forbidden(missing(Role.EDITOR))
    if language not in campaign.languages:
        known = ", ".join(campaign.languages)
        raise ScheduleError(
            later(
                "This campaign does not speak {language}. Choose one of: {languages}.",
                language=f"{language:.40}",
                languages=known,
            )
        )


def _may_read(actor: Actor, door: DoorMessage, text: DoorText) -> bool:
    theirs = named(campaign=door.campaign, language=text.language)
    return text.language == door.language or actor.may(Role.EDITOR, theirs)


def _sound(text: str) -> str:
    if not text.strip() or len(text) > MOST_SIGNS:
        raise ScheduleError(later("Write a text of one to {number} characters.", number=MOST_SIGNS))
    return text.strip()
