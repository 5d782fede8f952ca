"""A picture or a video as each platform takes it, and how that is written down beside the frozen bytes."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from content.errors import CampaignInvalid, Problem
from content.limits import LIMITS
from content.media import Picture, clean_picture
from content.video import Video, clean_video
from schedules.planning.doors import Fit
from schedules.store.tables import media
from schedules.store.upsert import insert_new


def picture_fits(path: Path) -> Iterator[tuple[str, Fit]]:
    """Each platform that shows pictures, with the picture as it takes it, or why it takes none."""
    for platform, limits in LIMITS.items():
        if limits.max_media:
            try:
                yield platform, clean_picture(path, limits)
            except CampaignInvalid as error:
                yield platform, error.problems[0]


def video_fits(path: Path) -> Iterator[tuple[str, Fit]]:
    """Each platform, with the video as it takes it, or why it takes none."""
    for platform, limits in LIMITS.items():
        try:
            yield platform, clean_video(path, limits)
        except CampaignInvalid as error:
            yield platform, error.problems[0]


async def freeze(connection: AsyncConnection, fits: Iterable[Fit]) -> None:
    """Keep the bytes of pictures, each once, and note the videos, whose bytes are in files already."""
    frozen = {fit.sha256: fit for fit in fits if not isinstance(fit, Problem)}
    rows = [
        {"sha256": name, "mime": fit.mime, "data": fit.data if isinstance(fit, Picture) else None}
        for name, fit in frozen.items()
    ]
    await insert_new(connection, media, rows)


def written(fit: Fit) -> Mapping[str, Any]:
    """As JSON, without the bytes."""
    if isinstance(fit, Problem):
        return {"code": fit.code, "what": fit.what, "remedy": fit.remedy}
    names: Iterable[str] = ("mime", "sha256", "width", "height", "source")
    more: Iterable[str] = ("size", "seconds") if isinstance(fit, Video) else ()
    return {name: getattr(fit, name) for name in (*names, *more)}


def read_fit(row: Mapping[str, Any]) -> Fit:
    """As it was written; the bytes stay where they are frozen."""
    if "code" in row:
        return Problem(where="media", **row)
    return Video(path=Path(row["sha256"]), **row) if "seconds" in row else Picture(data=b"", **row)
