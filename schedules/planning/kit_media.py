"""The pictures and videos of what is drawn later, frozen when it is planned, so that a launch and a round-up need no folder."""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import delete, insert, select

from content.errors import CampaignInvalid, Problem
from content.limits import Limits
from content.media import Picture, clean_picture
from content.models import Campaign, is_video
from content.video import Video
from schedules.planning.doors import ANYWHERE, Fit
from schedules.planning.fits import freeze, picture_fits, read_fit, video_fits, written
from schedules.store.engine import Store
from schedules.store.tables import kit_media


@dataclass(frozen=True, slots=True)
class KitMedia:
    """Every file of the messages of a campaign.

    Attributes:
        sources: The SHA-256 of each as it was in the folder.
        fits: Each as every platform takes it.
    """

    sources: Mapping[str, str]
    fits: Mapping[str, Mapping[str, Fit]] = field(repr=False)

    @property
    def digest(self) -> str:
        """Names the very bytes that would go out."""
        kept = {
            file: {platform: written(fit) for platform, fit in fits.items()}
            for file, fits in self.fits.items()
        }
        return hashlib.sha256(json.dumps([self.sources, kept], sort_keys=True).encode()).hexdigest()

    def fitted(self, file: str, limits: Limits) -> Picture | Video:
        """A file as a platform takes it.

        Raises:
            CampaignInvalid: It takes none of it, or the file was not kept.
        """
        fits = self.fits.get(file, {})
        fit = fits.get(limits.platform, fits.get(ANYWHERE))
        if fit is None:
            what, remedy = f"{file} was not kept with the kit", "Plan the campaign again from its folder."
            raise CampaignInvalid([Problem("picture-missing", "media", what, remedy)])
        if isinstance(fit, Problem):
            raise CampaignInvalid([fit])
        return fit


async def lost(store: Store, media: KitMedia) -> tuple[Problem, ...]:
    """Videos whose frozen bytes are not there any more, or are not what was kept."""
    missing = []
    for file, fits in media.fits.items():
        digests = {fit.sha256 for fit in fits.values() if isinstance(fit, Video)}
        if not all([await asyncio.to_thread(store.files.read, digest) for digest in sorted(digests)]):
            what, remedy = f"what was kept of {file} is gone", "Plan the campaign again from its folder."
            missing.append(Problem("video-lost", "media", what, remedy))
    return tuple(missing)


def sources(campaign: Campaign) -> Mapping[str, str]:
    """The SHA-256 of every file of its messages, as it is in the folder now.

    Raises:
        OSError: One cannot be read.
    """
    found = {}
    for file in sorted({item.file for message in campaign.messages for item in message.media}):
        with (campaign.folder / "media" / file).open("rb") as opened:
            found[file] = hashlib.file_digest(opened, "sha256").hexdigest()
    return found


async def keep_media(store: Store, campaign: Campaign) -> None:
    """Freeze every file of a planned campaign from its folder; what has not changed since is left as it is."""
    wanted = await asyncio.to_thread(sources, campaign)
    known = (await load_media(store, campaign.id)).sources
    async with store.write() as connection:
        here = kit_media.c.campaign == campaign.id
        await connection.execute(delete(kit_media).where(here, kit_media.c.file.not_in(list(wanted))))
    for file, source in wanted.items():
        if known.get(file) != source:
            await _keep(store, campaign, file, source)


async def load_media(store: Store, campaign: str) -> KitMedia:
    """What was frozen of a campaign; the bytes stay where they are."""
    async with store.read() as connection:
        rows = await connection.execute(
            select(kit_media).where(kit_media.c.campaign == campaign).order_by(kit_media.c.file)
        )
        found = rows.all()
    return KitMedia(
        {row.file: row.source for row in found},
        {row.file: {platform: read_fit(fit) for platform, fit in row.fits.items()} for row in found},
    )


async def _keep(store: Store, campaign: Campaign, file: str, source: str) -> None:
    fits = await asyncio.to_thread(_fits, campaign.folder / "media" / file)
    for fit in fits.values():
        if isinstance(fit, Video) and store.files.read(fit.sha256) is None:
            await asyncio.to_thread(store.files.keep, fit.sha256, fit.data)
    kept = {platform: written(fit) for platform, fit in fits.items()}
    async with store.write() as connection:
        await freeze(connection, fits.values())
        await connection.execute(
            delete(kit_media).where(kit_media.c.campaign == campaign.id, kit_media.c.file == file)
        )
        row = {"campaign": campaign.id, "file": file, "source": source, "fits": kept}
        await connection.execute(insert(kit_media), [row])


def _fits(path: Path) -> Mapping[str, Fit]:
    if is_video(path.name):
        return dict(video_fits(path))
    try:
        plain: Fit = clean_picture(path)
    except CampaignInvalid as error:
        plain = error.problems[0]
    return {ANYWHERE: plain, **dict(picture_fits(path))}
