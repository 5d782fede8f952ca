"""The pictures or the video of a message that was queued at a door: fitted to every platform, frozen, and described."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from content.errors import CampaignInvalid, Problem
from content.later import later
from content.media import clean_picture
from content.models import Campaign, is_video
from content.video import Video
from schedules.commands.actor import Actor
from schedules.commands.door_messages import one_line, opened, require_language, require_whole
from schedules.errors import ScheduleError
from schedules.people.roles import Role
from schedules.planning import door_rows
from schedules.planning.doors import ANYWHERE, Fit
from schedules.planning.fits import picture_fits, video_fits
from schedules.store.engine import Store

MOST_PICTURES: Final = 10
ONE_KIND: Final = later("A message takes pictures or one video. Queue another one.")


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
            raise ScheduleError(
                later("A message has at most {number} pictures. Queue another one.", number=MOST_PICTURES)
            )
        if any(is_video(each.file) for each in door.pictures):
            raise ScheduleError(ONE_KIND)
        position = await door_rows.add_picture(connection, number, fits, source)
        await door_rows.change_door(connection, number)
    return position


async def attach_video(store: Store, actor: Actor, number: int, data: bytes) -> int:
    """Add the video, encoded anew for every platform and frozen, which takes about as long as it plays; as ``attach``.

    Raises:
        Forbidden: They are neither the author nor an editor of the campaign.
        ScheduleError: It is no video that any platform takes, or the message has pictures.
    """
    actor.require_somewhere(Role.EDITOR)
    async with store.read() as connection:
        door = await door_rows.read_door(connection, number)
    require_whole(actor, door)
    if any(not is_video(each.file) for each in door.pictures):
        raise ScheduleError(ONE_KIND)
    fits = await asyncio.to_thread(_fitted_video, data)
    videos = {fit.sha256: fit for fit in fits.values() if isinstance(fit, Video)}
    for video in videos.values():
        await asyncio.to_thread(_move, store, video)
    async with store.write() as connection:
        door = await opened(connection, number)
        require_whole(actor, door)
        position = await door_rows.add_picture(connection, number, fits, next(iter(videos.values())).source)
        if position > 0:
            raise ScheduleError(ONE_KIND)
        await door_rows.change_door(connection, number)
    return position


async def say_graphic(store: Store, actor: Actor, number: int, *, graphic: bool) -> None:
    """Say whether violence or injury is to be seen; then no text goes out before a warning is written in its language.

    Raises:
        Forbidden: They are neither the author nor an editor of the campaign.
        ScheduleError: There is no such message.
    """
    actor.require_somewhere(Role.EDITOR)
    async with store.write() as connection:
        door = await opened(connection, number)
        require_whole(actor, door)
        await door_rows.change_door(
            connection, number, graphic=graphic, warning=dict(door.warning) if graphic else None
        )


async def warn(
    store: Store, actor: Actor, campaign: Campaign, number: int, language: str, text: str
) -> None:
    """Write what readers are told before they see it, in one language.

    Raises:
        Forbidden: They are no editor of that language.
        ScheduleError: There is no such message, or nothing is said.
    """
    require_language(actor, campaign, language)
    async with store.write() as connection:
        door = await opened(connection, number)
        warning = {**door.warning, language: one_line(text)}
        await door_rows.change_door(connection, number, graphic=True, warning=warning)


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
            raise ScheduleError(later("That picture is not there any more."))
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
            raise ScheduleError(
                f"The picture cannot be used: {problem.what}. {problem.remedy}",
                later("The picture cannot be used. Send it smaller, or save it anew as JPEG or PNG first."),
            ) from error
        return {ANYWHERE: plain, **dict(picture_fits(path))}, plain.source


def _fitted_video(data: bytes) -> Mapping[str, Fit]:
    """The video as each platform takes it, or why not."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "video.mp4"
        path.write_bytes(data)
        fits = dict(video_fits(path))
    if not any(isinstance(fit, Video) for fit in fits.values()):
        raise _no_video([fit for fit in fits.values() if isinstance(fit, Problem)])
    return {ANYWHERE: next(fit for fit in fits.values() if isinstance(fit, Video)), **fits}


def _no_video(problems: Sequence[Problem]) -> ScheduleError:
    problem = next((one for one in problems if one.code != "video-not-taken"), problems[0])
    return ScheduleError(
        f"The video cannot be used: {problem.what}. {problem.remedy}",
        later("The video cannot be used. Send a shorter one, or save it anew as MP4 first."),
    )


def _move(store: Store, video: Video) -> None:
    """Keep it among the frozen files, and nowhere else."""
    store.files.keep(video.sha256, video.data)
    video.path.unlink(missing_ok=True)
