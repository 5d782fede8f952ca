from schedules.ledger.media import frozen_file, frozen_files
from schedules.store.engine import Store
from schedules.store.tables import media


async def test_files_are_found_by_their_digest_alone(store: Store) -> None:
    async with store.write() as connection:
        await connection.execute(media.insert().values(sha256="aa", mime="image/png", data=b"balloon"))
    assert await frozen_file(store, "aa") == ("image/png", b"balloon")
    assert await frozen_file(store, "bb") is None
    assert await frozen_files(store, ["aa", "bb"]) == {"aa": ("image/png", b"balloon")}
