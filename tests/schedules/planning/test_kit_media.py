"""The pictures of a dormant campaign outlive its folder, as every platform takes them."""

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import func, select

from content.errors import CampaignInvalid
from content.limits import LIMITS
from content.loader import load_campaign
from content.video import Video
from schedules.planning.kit_media import KitMedia, keep_media, load_media, lost
from schedules.planning.record import record
from schedules.store.engine import Store
from schedules.store.tables import media
from tests.support.folders import picture
from tests.support.office import Office

SHOWS = '\n[[media]]\nfile = "{}.png"\nalt = {{en = "The sky"}}\n'


@pytest.fixture
async def office(office: Office) -> Office:
    """A campaign with two pictures, recorded and not kept yet."""
    before = (office.folder / "messages/launch/message.toml").read_text(encoding="utf-8")
    office.edit("messages/launch/message.toml", before + SHOWS.format("sky") + SHOWS.format("wide"))
    office.edit("media/sky.png", picture())
    office.edit("media/wide.png", picture(size=(400, 10)))
    loaded = load_campaign(office.folder)
    await record(office.store, office.clock, loaded, (), author="ines", kept=frozenset())
    return office


async def keep(office: Office) -> None:
    await keep_media(office.store, load_campaign(office.folder))


async def frozen(office: Office) -> int:
    async with office.store.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(media))).scalar_one())


async def test_each_platform_gets_its_own_and_what_it_refuses_is_refused_again(office: Office) -> None:
    await keep(office)
    found = await load_media(office.store, "balloons")
    assert found.sources == {
        "sky.png": hashlib.sha256(picture()).hexdigest(),
        "wide.png": hashlib.sha256(picture(size=(400, 10))).hexdigest(),
    }
    assert found.fitted("sky.png", LIMITS["telegram"]).width == 8
    with pytest.raises(CampaignInvalid, match="instagram"):
        found.fitted("wide.png", LIMITS["instagram"])
    with pytest.raises(CampaignInvalid, match="was not kept with the kit"):
        found.fitted("other.png", LIMITS["telegram"])
    assert await frozen(office) > 0


async def test_keeping_again_follows_the_folder_and_changes_the_digest_only_then(office: Office) -> None:
    await keep(office)
    first = await load_media(office.store, "balloons")
    await keep(office)
    assert (await load_media(office.store, "balloons")).digest == first.digest
    office.edit("media/sky.png", picture(size=(9, 9)))
    await keep(office)
    second = await load_media(office.store, "balloons")
    assert second.fitted("sky.png", LIMITS["telegram"]).width == 9
    assert second.digest != first.digest
    office.replace("messages/launch/message.toml", SHOWS.format("wide"), "")
    await keep(office)
    assert set((await load_media(office.store, "balloons")).sources) == {"sky.png"}


async def test_a_video_whose_bytes_are_gone_is_named(tmp_path: Path, sqlite_url: str) -> None:
    store = Store(sqlite_url, tmp_path / "videos")
    digest = hashlib.sha256(b"moving").hexdigest()
    kept = KitMedia({}, {"rise.mp4": {"x": Video(Path(digest), 6, digest, 1.0, 8, 8, "s")}})
    assert [problem.what for problem in await lost(store, kept)] == ["what was kept of rise.mp4 is gone"]
    store.files.keep(digest, b"moving")
    assert await lost(store, kept) == ()
    await store.close()
