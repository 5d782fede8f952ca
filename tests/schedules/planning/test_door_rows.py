"""What is queued comes back as it was written."""

import pytest

from content.errors import Problem
from content.media import Picture
from schedules.errors import ScheduleError
from schedules.planning import door_rows
from schedules.planning.doors import DoorText, Fit
from tests.support.queues import ENGLISH_TEXT, Counter

FITS: dict[str, Fit] = {
    "": Picture(b"bytes", "image/png", "digest", 8, 6, "origin"),
    "instagram": Problem("media-misshapen", "media", "it is too wide", "Crop it."),
}


async def test_a_message_comes_back_with_everything_that_belongs_to_it(counter: Counter) -> None:
    number = await counter.queue()
    async with counter.store.write() as connection:
        await door_rows.write_text(connection, number, DoorText("de", "x", "Kurz", "gerd"))
        await door_rows.confirm_text(connection, number, "de", "x", "gabi")
        await door_rows.add_picture(connection, number, FITS, "origin")
        await door_rows.describe(connection, number, 0, {"en": "A balloon"})
        await door_rows.leave_out(connection, number, "x-tr", "Asleep", "sara")
        door = await door_rows.read_door(connection, number)
    assert door.text("en") == DoorText("en", None, ENGLISH_TEXT, "sara")
    assert door.text("de", "x") == DoorText("de", "x", "Kurz", "gerd", "gabi")
    assert door.left_out == {"x-tr": "Asleep"}
    (picture,) = door.pictures
    assert picture.alt == {"en": "A balloon"}
    assert picture.fits["instagram"] == FITS["instagram"]
    assert picture.fits[""] == Picture(b"", "image/png", "digest", 8, 6, "origin")


async def test_the_same_picture_twice_is_there_once(counter: Counter) -> None:
    number = await counter.queue()
    async with counter.store.write() as connection:
        assert await door_rows.add_picture(connection, number, FITS, "origin") == 0
        assert await door_rows.add_picture(connection, number, FITS, "another") == 1
        assert await door_rows.add_picture(connection, number, FITS, "origin") == 0


async def test_every_change_is_counted_but_the_card_is_none(counter: Counter) -> None:
    number = await counter.queue()
    async with counter.store.write() as connection:
        await door_rows.keep_card(connection, number, 42)
        door = await door_rows.read_door(connection, number)
        assert (door.card, door.revision) == (42, 1)
        await door_rows.change_door(connection, number, zone="Asia/Tokyo")
        door = await door_rows.read_door(connection, number)
    assert (door.when.zone, door.revision) == ("Asia/Tokyo", 2)


async def test_a_number_that_is_not_there_is_told(counter: Counter) -> None:
    async with counter.store.read() as connection:
        with pytest.raises(ScheduleError, match="number 99"):
            await door_rows.read_door(connection, 99)


async def test_other_posts_around_that_day_are_compared_with(counter: Counter) -> None:
    number = await counter.queue()
    platforms = {one.name: one.channel for one in counter.accounts}
    async with counter.store.read() as connection:
        door = await door_rows.read_door(connection, number)
        near = await door_rows.others_of(connection, door, platforms, counter.clock.now().date(), 30)
        far = await door_rows.others_of(connection, door, platforms, counter.clock.now().date(), 3)
    assert [(other.account, other.platform) for other in near] == [("telegram-en", "telegram")]
    assert list(far) == []
