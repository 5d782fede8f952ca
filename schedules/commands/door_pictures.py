"""The pictures of a message that was queued at a door: fitted to every platform, frozen, and described."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from content.errors import CampaignInvalid
from content.limits import LIMITS
from content.media import clean_picture
from content.models import Campaign
from schedules.commands.actor import Actor
from schedules.commands.door_messages import one_line, opened, require_language, require_whole
from schedules.errors import ScheduleError
from schedules.people.roles import Role
from schedules.planning import door_rows
from schedules.planning.doors import ANYWHERE, Fit
from schedules.store.engine import Store

MOST_PICTURES: Final = 10


async def attach(store: Store, actor: Actor, number: int, data: bytes) -> int:
    """Add a picture, drawn anew for every platform and frozen; gives its position, from 0.

    What it shows is to be said in every language with ``describe``.

    Raises:
        Forbidden: They are neither the author nor an editor of the campaign.
        ScheduleError: It is no picture that can be read, or there are ten already.
    """
    actor.require_somewhere(Role.EDITOR)
    fits, source = await asyncio.to_thread(_fitted, data)
    async with store.write() as connection:
        door = await opened(connection, number)
        require_whole(actor, door)
        if len(door.pictures) >= MOST_PICTURES:
            raise ScheduleError(f"A message has at most {MOST_PICTURES} pictures. Queue another one.")
        position = await door_rows.add_picture(connection, number, fits, source)
        await door_rows.change_door(connection, number)
    return position


async def describe(
    store: Store, actor: Actor, campaign: Campaign, number: int, position: int, language: str, alt: str
) -> None:
    """Say what a picture shows, in one language.

    Raises:
        Forbidden: They are no editor of that language.
        ScheduleError: There is no such picture, or nothing is said.
    """
    require_language(actor, campaign, language)
    async with store.write() as connection:
        door = await opened(connection, number)
        if not 0 <= position < len(door.pictures):
            raise ScheduleError("That picture is not there any more.")
        known = door.pictures[position].alt
        await door_rows.describe(connection, number, position, {**known, language: one_line(alt)})
        await door_rows.change_door(connection, number)


def _fitted(data: bytes) -> tuple[Mapping[str, Fit], str]:
    """A picture as each platform takes it, or why not; and the digest of what came."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "picture"
        path.write_bytes(data)
        try:
            plain = clean_picture(path)
        except CampaignInvalid as error:
            problem = error.problems[0]
            raise ScheduleError(f"The picture cannot be used: {problem.what}. {problem.remedy}") from error
        return {ANYWHERE: plain, **dict(_fits(path))}, plain.source


def _fits(path: Path) -> Iterator[tuple[str, Fit]]:
    for platform, limits in LIMITS.items():
        if limits.max_media:
            try:
                yield platform, clean_picture(path, limits)
            except CampaignInvalid as error:
                yield platform, error.problems[0]
