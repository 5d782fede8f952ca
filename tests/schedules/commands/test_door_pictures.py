"""Pictures of a queued message are fitted, frozen and described, by those who may."""

from pathlib import Path

import pytest
from sqlalchemy import select

from schedules.commands import door_messages, door_pictures
from schedules.errors import Forbidden, ScheduleError
from schedules.store.engine import Store
from schedules.store.tables import media
from tests.support.folders import picture
from tests.support.queues import GERMAN, SARA, Counter
from tests.support.videos import film


async def test_only_a_picture_that_can_be_read_is_taken(counter: Counter) -> None:
    number = await counter.queue()
    with pytest.raises(ScheduleError, match="JPEG, PNG or WebP"):
        await door_pictures.attach(counter.store, SARA, number, b"not a picture")
    assert await door_pictures.attach(counter.store, SARA, number, picture()) == 0


async def test_ten_pictures_are_the_most(counter: Counter) -> None:
    number = await counter.queue()
    for size in range(10):
        await door_pictures.attach(counter.store, SARA, number, picture(size=(8, 8 + size)))
    with pytest.raises(ScheduleError, match="at most 10"):
        await door_pictures.attach(counter.store, SARA, number, picture(size=(40, 40)))


async def test_a_picture_that_is_not_there_is_not_described(counter: Counter) -> None:
    number = await counter.queue()
    with pytest.raises(ScheduleError, match="not there"):
        await door_pictures.describe(counter.store, SARA, counter.campaign, number, 0, "en", "A balloon")


async def test_what_a_platform_takes_is_frozen_beside_what_it_refuses(counter: Counter) -> None:
    number = await counter.queue()
    await door_pictures.attach(counter.store, SARA, number, picture("PNG", (900, 100)))
    (found,) = (await door_messages.show(counter.store, SARA, number)).pictures
    assert getattr(found.fits["instagram"], "code", None) == "media-misshapen"
    shown = getattr(found.fits["x"], "sha256", None)
    async with counter.store.read() as connection:
        frozen = await connection.execute(select(media.c.data).where(media.c.sha256 == shown))
        assert frozen.scalar_one()


async def test_an_editor_of_one_language_adds_no_picture_and_describes_none_in_another(
    counter: Counter,
) -> None:
    number = await counter.queue()
    await door_pictures.attach(counter.store, SARA, number, picture())
    with pytest.raises(Forbidden):
        await door_pictures.attach(counter.store, GERMAN, number, picture("PNG", (9, 9)))
    with pytest.raises(Forbidden):
        await door_pictures.describe(counter.store, GERMAN, counter.campaign, number, 0, "en", "x")
    await door_pictures.describe(counter.store, GERMAN, counter.campaign, number, 0, "de", "Ein Ballon")


async def test_a_message_takes_pictures_or_one_video(
    counter: Counter, database_url: str, ffmpeg: Path, tmp_path: Path
) -> None:
    store = Store(database_url, tmp_path / "videos")
    videos = [film(ffmpeg, tmp_path / f"{name}.mp4", size=name).read_bytes() for name in ("64x48", "48x64")]
    number, other = await counter.queue(), await counter.queue()
    assert [await door_pictures.attach_video(store, SARA, number, videos[0]) for _ in range(2)] == [0, 0]
    with pytest.raises(ScheduleError, match="pictures or one video"):
        await door_pictures.attach_video(store, SARA, number, videos[1])
    with pytest.raises(ScheduleError, match="pictures or one video"):
        await door_pictures.attach(store, SARA, number, picture())
    await door_pictures.attach(store, SARA, other, picture())
    with pytest.raises(ScheduleError, match="pictures or one video"):
        await door_pictures.attach_video(store, SARA, other, videos[0])
    await store.close()


async def test_only_the_author_says_what_is_graphic_and_each_language_warns_by_itself(
    counter: Counter,
) -> None:
    number = await counter.queue()
    with pytest.raises(Forbidden):
        await door_pictures.say_graphic(counter.store, GERMAN, number, graphic=False)
    await door_pictures.say_graphic(counter.store, SARA, number, graphic=True)
    await door_pictures.warn(counter.store, GERMAN, counter.campaign, number, "de", " Verletzte  Menschen")
    with pytest.raises(Forbidden):
        await door_pictures.warn(counter.store, GERMAN, counter.campaign, number, "en", "Injured people")
    door = await door_messages.show(counter.store, SARA, number)
    assert (door.graphic, door.warning) == (True, {"de": "Verletzte Menschen"})
    await door_pictures.say_graphic(counter.store, SARA, number, graphic=False)
    assert (await door_messages.show(counter.store, SARA, number)).warning == {}
