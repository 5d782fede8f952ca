"""The frozen bytes of pictures and videos, as they were approved."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import select

from schedules.store.engine import Store
from schedules.store.tables import media


async def frozen_files(store: Store, digests: Sequence[str]) -> dict[str, tuple[str, bytes]]:
    """The type and the bytes of each file that is there unchanged, by its SHA-256.

    Raises:
        OSError: The folder of videos cannot be read now.
    """
    async with store.read() as connection:
        rows = await connection.execute(
            select(media.c.sha256, media.c.mime, media.c.data).where(media.c.sha256.in_(digests))
        )
        known = {row.sha256: (row.mime, row.data) for row in rows}
    found = {digest: (mime, await _data(store, digest, data)) for digest, (mime, data) in known.items()}
    return {digest: (mime, data) for digest, (mime, data) in found.items() if data is not None}


async def frozen_file(store: Store, digest: str) -> tuple[str, bytes] | None:
    """One file by its SHA-256, or ``None`` where there is none."""
    return (await frozen_files(store, [digest])).get(digest)


async def _data(store: Store, digest: str, data: bytes | None) -> bytes | None:
    return await asyncio.to_thread(store.files.read, digest) if data is None else data
