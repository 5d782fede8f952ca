"""Pictures from a captain on the day, and what is not taken."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from schedules.people import people, roles
from schedules.people.roles import Grant, Role
from schedules.store.tables import media, photo
from tests.support.boards import NOON
from tests.support.bot_stage import BotStage
from tests.support.deliveries import add_stale_campaign
from tests.support.planted import KINDS, PLANTED, planted
from tests.support.searching import everything, found
from tests.support.telegram.people import Person
from tests.support.volunteers_way import press


async def captain(stage: BotStage, city: str = "berlin") -> Person:
    stage.world.clock.set(NOON + timedelta(minutes=20))
    return await stage.comes("lena", "captain", scope=f"city:{city}")


async def kept(stage: BotStage) -> list[Any]:
    async with stage.store.read() as connection:
        rows = await connection.execute(select(photo.c.city, photo.c.sha256).order_by(photo.c.id))
        return list(rows)


async def test_a_picture_is_kept_for_a_reviewer_and_nothing_else_of_it_is(stage: BotStage) -> None:
    lena = await captain(stage)
    await add_stale_campaign(stage.store)
    for kind in KINDS:
        lena.send_document(
            planted(kind, (40, 30 + len(kind))), f"IMG-20270320.{'jpg' if kind == 'MPO' else kind.lower()}"
        )
    sent = lena.send_photo(planted("JPEG", (50, 30)), caption="We are many")
    await stage.settle()
    assert "The picture from Berlin is kept" in " ".join(
        lena.last.text.replace("\u2068", "").replace("\u2069", "").split()
    )
    assert [row.city for row in await kept(stage)] == ["berlin"] * 5
    secrets = [PLANTED.decode(), "IMG-20270320", "We are many", sent.content["photo"][0]["file_id"]]
    assert found(await everything(stage.store), secrets) == []


async def test_films_and_other_files_are_kindly_refused_and_deleted(stage: BotStage) -> None:
    lena = await captain(stage)
    sent = [lena.send_video(b"\0" * 2_000), lena.send_document(b"%PDF-1.7", "list.pdf")]
    await stage.settle()
    assert lena.phone.count("Only photos are taken here.") == 2
    assert all(message.deleted for message in sent)
    assert await kept(stage) == []


async def test_in_a_guarded_city_a_picture_is_deleted_and_refused_with_the_reason(stage: BotStage) -> None:
    lena = await captain(stage, "aleppo")
    sent = lena.send_photo(planted("JPEG"))
    await stage.settle()
    assert "Your city is guarded" in lena.last.text
    assert sent.deleted
    assert await kept(stage) == []


async def test_who_runs_two_cities_is_asked_where_it_is_from(stage: BotStage) -> None:
    lena = await captain(stage)
    name = (await people.called(stage.store, "lena")).id
    async with stage.store.write() as connection:
        await roles.grant(connection, stage.means.clock, name, Grant(Role.CAPTAIN, "city:paris"), by="root")
    lena.send_photo(planted("JPEG"))
    await stage.settle()
    assert await kept(stage) == []
    assert lena.last.buttons == [["Berlin"], ["Paris"]]
    await press(stage, lena, "Paris")
    assert [row.city for row in await kept(stage)] == ["paris"]


async def test_a_file_that_is_too_large_is_refused_before_it_is_fetched(stage: BotStage) -> None:
    lena = await captain(stage)
    lena.send_document(b"\xff\xd8" + b"\0" * 20_000_001, "large.jpg")
    await stage.settle()
    assert "larger than 20 MB" in lena.last.text
    assert stage.world.journal.of("getFile") == []


async def test_nobody_else_s_picture_is_kept(stage: BotStage) -> None:
    lena = await stage.comes("lena", "captain", scope="city:berlin")
    lena.send_photo(planted("JPEG"))
    await stage.settle()
    stage.world.clock.set(NOON)
    ada = await stage.volunteer()
    ada.send_photo(planted("JPEG"))
    await stage.settle()
    assert "not understood here" in lena.last.text
    assert "not understood here" in ada.last.text
    async with stage.store.read() as connection:
        assert (await connection.execute(select(media.c.sha256))).all() == []
