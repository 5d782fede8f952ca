"""The frozen bytes of pictures, as they were approved."""

from collections.abc import Sequence

from sqlalchemy import select

from schedules.store.engine import Store
from schedules.store.tables import media


async def frozen_files(store: Store, digests: Sequence[str]) -> dict[str, tuple[str, bytes]]:
    """The type and the bytes of each file that is there, by its SHA-256."""
    async with store.read() as connection:
        rows = await connection.execute(
            select(media.c.sha256, media.c.mime, media.c.data).where(media.c.sha256.in_(digests))
        )
        return {row.sha256: (row.mime, row.data) for row in rows}


async def frozen_file(store: Store, digest: str) -> tuple[str, bytes] | None:
    """One file by its SHA-256, or ``None`` where there is none."""
    return (await frozen_files(store, [digest])).get(digest)
