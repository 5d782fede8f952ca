"""The files of a board: written whole or not at all, and only when something changed."""

import asyncio
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import structlog

from bot.board.page import as_html, own
from bot.board.values import as_json, as_values
from content.media import Picture, redraw_picture
from content.models import ActionDay, Campaign
from schedules.action_days.board import Board, is_kept, may_be_public, read_board
from schedules.clock import Clock
from schedules.ledger.media import frozen_files
from schedules.planning.cities import load_cities
from schedules.planning.kits import Kits
from schedules.store.engine import Store

PRIVATE: Final = "private"
PUBLIC: Final = "public"
VALUES: Final = "board.json"
FIRST: Final = "index.html"
PICTURE_SIDE: Final = 640
"""Pixels; what the page shows of a picture."""
MODES: Final[Mapping[str, tuple[int, int]]] = {PRIVATE: (0o700, 0o600), PUBLIC: (0o755, 0o644)}
"""Who may read the folder and its files."""

log = structlog.get_logger()


async def keep_boards(store: Store, clock: Clock, kits: Kits, folder: Path) -> None:
    """Write the boards of all action days that are near, below ``folder/<campaign>/<day>``.

    Where those of one campaign fail, the others are written all the same.
    """
    for campaign in await kits.readable(await kits.names()):
        try:
            await _keep(store, clock.now(), campaign, folder / campaign.id)
        except Exception as error:  # noqa: BLE001 - the boards of other campaigns do not wait for this one
            log.warning("a campaign was left out", campaign=campaign.id, error=type(error).__name__)


async def _keep(store: Store, now: datetime, campaign: Campaign, folder: Path) -> None:
    states = await load_cities(store, campaign.id)
    for day in campaign.action_days:
        if is_kept(campaign, day, states, now):
            await write_boards(store, campaign, day, now, folder / day.id)


async def write_boards(
    store: Store, campaign: Campaign, day: ActionDay, now: datetime, folder: Path
) -> tuple[Path, ...]:
    """Write the boards of a day as they are at ``now``; what says the same already stays as it is.

    Returns:
        The first page of each board: the private one, and the public one where the day has one and has begun
        in an open city, so that nothing of it is public before.

    Raises:
        OSError: The folder cannot be written.
    """
    views = {PRIVATE: await read_board(store, campaign, day, now, public=False)}
    if day.board == PUBLIC and may_be_public(campaign, day, now):
        views[PUBLIC] = await read_board(store, campaign, day, now, public=True)
    else:
        await asyncio.to_thread(shutil.rmtree, folder / PUBLIC, ignore_errors=True)
    for name, view in views.items():
        digest = digest_of(view, campaign)
        if await asyncio.to_thread(_says, folder / name, digest):
            continue
        pictures = await _pictures(store, view)
        await asyncio.to_thread(_write, view, campaign, pictures, folder / name, digest)
        log.info("board written", campaign=campaign.id, day=day.id, board=name)
    return tuple(folder / name / FIRST for name in views)


def erase_boards(folder: Path) -> None:
    """Delete every board below a folder, and nothing else that lies there.

    Raises:
        OSError: Some of it is still there.
    """
    for values in sorted(folder.glob(f"*/*/*/{VALUES}")):
        if values.parent.name in MODES:
            shutil.rmtree(values.parent)


def digest_of(board: Board, campaign: Campaign) -> str:
    """Names what a board shows, whenever it was seen, and how it is drawn."""
    drawn = (as_json(as_values(board)), *campaign.languages, own("board.html"), own("board.css"))
    return hashlib.sha256("\n".join(drawn).encode()).hexdigest()


def write_whole(path: Path, text: str, mode: int) -> None:
    """Put a file in its place in one step: whoever reads meanwhile sees the old one or the new one."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=".", suffix=".unfinished", delete=False
    ) as unfinished:
        written = Path(unfinished.name)
        try:
            unfinished.write(text)
            unfinished.close()
            written.chmod(mode)
            written.replace(path)
        except BaseException:
            written.unlink(missing_ok=True)
            raise


def _says(folder: Path, digest: str) -> bool:
    try:
        known: Any = json.loads((folder / VALUES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(known, dict) and known.get("digest") == digest


def _write(
    board: Board, campaign: Campaign, pictures: Mapping[str, Picture], folder: Path, digest: str
) -> None:
    """The values last, as their digest says that everything else is there."""
    for_folder, for_files = MODES[folder.name]
    folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder.mkdir(mode=for_folder, exist_ok=True)
    for name, text in _files(board, campaign, pictures, digest):
        write_whole(folder / name, text, for_files)


def _files(
    board: Board, campaign: Campaign, pictures: Mapping[str, Picture], digest: str
) -> Iterator[tuple[str, str]]:
    for language in campaign.languages:
        page = as_html(board, campaign, language, pictures)
        yield f"index.{language}.html", page
        if language == campaign.languages[0]:
            yield FIRST, page
    values = as_values(board) | {"seen_at": board.seen_at.isoformat(), "digest": digest}
    yield VALUES, as_json(values)


async def _pictures(store: Store, board: Board) -> Mapping[str, Picture]:
    found = await frozen_files(store, [photo.sha256 for photo in board.photos])
    return {
        digest: await asyncio.to_thread(redraw_picture, data, PICTURE_SIDE)
        for digest, (_, data) in found.items()
    }
