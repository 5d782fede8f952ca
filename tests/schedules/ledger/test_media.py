import hashlib
from pathlib import Path

from schedules.ledger.media import frozen_file, frozen_files
from schedules.store.engine import Store
from schedules.store.files import Files
from schedules.store.tables import media

SHA256 = hashlib.sha256(b"film").hexdigest()


async def test_files_are_found_by_their_digest_alone(store: Store) -> None:
    async with store.write() as connection:
        await connection.execute(media.insert().values(sha256="aa", mime="image/png", data=b"balloon"))
    assert await frozen_file(store, "aa") == ("image/png", b"balloon")
    assert await frozen_file(store, "bb") is None
    assert await frozen_files(store, ["aa", "bb"]) == {"aa": ("image/png", b"balloon")}


async def test_bytes_in_a_file_are_found_as_well_and_only_unchanged(store: Store, tmp_path: Path) -> None:
    store.files = Files(tmp_path)
    store.files.keep(SHA256, b"film")
    async with store.write() as connection:
        await connection.execute(media.insert().values(sha256=SHA256, mime="video/mp4"))
    assert await frozen_file(store, SHA256) == ("video/mp4", b"film")
    (tmp_path / SHA256).write_bytes(b"another film")
    assert await frozen_file(store, SHA256) is None
    (tmp_path / SHA256).unlink()
    assert await frozen_files(store, [SHA256]) == {}
