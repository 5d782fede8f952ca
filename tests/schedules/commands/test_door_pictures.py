"""Pictures of a queued message are fitted, frozen and described, by those who may."""

import pytest
from sqlalchemy import select

from schedules.commands import door_messages, door_pictures
from schedules.errors import Forbidden, ScheduleError
from schedules.store.tables import media
from tests.support.folders import picture
from tests.support.queues import GERMAN, SARA, Counter


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
