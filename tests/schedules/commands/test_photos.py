"""Pictures from cities: who may bring them, what is left in them, and who lets them out."""

from datetime import timedelta

import pytest

from content.models import Campaign, DayCity, Risk
from schedules.accounts.vault import Vault
from schedules.action_days.photos import Photo
from schedules.clock import SetClock
from schedules.commands import photos
from schedules.commands.actor import Actor
from schedules.errors import CodeNeeded, Forbidden, ScheduleError
from schedules.ledger.media import frozen_file
from schedules.people import audit
from schedules.people.audit import Journal
from schedules.people.roles import Grant, Role
from schedules.planning.cities import lock_city, write_city
from schedules.store.engine import Store
from tests.schedules.action_days.days import day_at, with_day
from tests.schedules.planning.factories import city
from tests.support.crowd import MORNING, VAULT
from tests.support.deliveries import add_accounts
from tests.support.planted import KINDS, PLANTED, planted
from tests.support.searching import everything, found

CITIES = (
    city("berlin", "Europe/Berlin"),
    city("lyon", "Europe/Paris"),
    city("aleppo", "Asia/Damascus", Risk.GUARDED),
)
DAY = day_at(MORNING, cities=tuple(DayCity(id=each.id) for each in CITIES))
CAMPAIGN: Campaign = with_day(DAY, *CITIES).model_copy(update={"id": "demo"})
HOUR = timedelta(hours=1)


def actor(role: Role, scope: str = "everything", *, proven: bool = False, vault: Vault = VAULT) -> Actor:
    journal = Journal(vault, SetClock(MORNING))
    return Actor("lena", grants=(Grant(role, scope),), proven=proven, journal=journal)


LENA = actor(Role.CAPTAIN, "city:berlin")
REVIEWER = actor(Role.APPROVER, proven=True)


@pytest.fixture
async def ready(store: Store) -> Store:
    await add_accounts(store, "a")
    return store


async def bring(
    store: Store, data: bytes, by: Actor = LENA, to: str = "berlin", after: timedelta = HOUR
) -> Photo:
    await photos.bring(store, SetClock(MORNING + after), by, CAMPAIGN, DAY.id, to, data)
    found_photo = await photos.next_photo(store, REVIEWER, 0)
    assert found_photo is not None
    return found_photo


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_but_the_picture_is_written(ready: Store, kind: str) -> None:
    photo = await bring(ready, planted(kind))
    frozen = await frozen_file(ready, photo.sha256)
    assert frozen is not None
    assert len(frozen[1]) > 100
    assert found(await everything(ready), [PLANTED.decode(), "adobe:ns:meta", "lena"]) == []
    assert (photo.city, photo.reviewed_at) == ("berlin", None)


@pytest.mark.parametrize("after", [-HOUR, timedelta(), 24 * HOUR], ids=str)
async def test_pictures_are_taken_from_an_hour_before_until_a_day_after(
    ready: Store, after: timedelta
) -> None:
    await bring(ready, planted("JPEG"), after=after)
    clock = SetClock(MORNING + after)
    known = await photos.scenes(ready, clock, actor(Role.CAPTAIN), CAMPAIGN)
    assert [scene.city.id for scene in known] == ["berlin", "lyon", "aleppo"]


@pytest.mark.parametrize("after", [-1.1 * HOUR, 24.1 * HOUR], ids=str)
async def test_before_and_after_that_none_is(ready: Store, after: timedelta) -> None:
    with pytest.raises(ScheduleError, match="on the day of your city"):
        await bring(ready, planted("JPEG"), after=after)


async def test_a_day_that_is_late_takes_them_for_longer(ready: Store) -> None:
    clock = SetClock(MORNING)
    async with ready.write() as connection:
        await lock_city(connection, clock, "demo", DAY.id, "berlin")
        await write_city(connection, clock, "demo", DAY.id, "berlin", delay_minutes=90)
    await bring(ready, planted("JPEG"), after=25 * HOUR)


async def test_none_is_taken_from_guarded_cities_or_from_somebody_else(ready: Store) -> None:
    with pytest.raises(ScheduleError, match="guarded"):
        await bring(ready, planted("JPEG"), by=actor(Role.CAPTAIN, "city:aleppo"), to="aleppo")
    with pytest.raises(ScheduleError, match="your city"):
        await bring(ready, planted("JPEG"), to="lyon")
    with pytest.raises(ScheduleError, match="your city"):
        await bring(ready, planted("JPEG"), by=actor(Role.ADMIN))
    with pytest.raises(Forbidden):
        await bring(ready, planted("JPEG"), by=REVIEWER)


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"%PDF-1.7"])
async def test_what_is_no_picture_is_refused(ready: Store, data: bytes) -> None:
    with pytest.raises(ScheduleError, match="no picture that can be read"):
        await bring(ready, data)


async def test_a_reviewer_decides_once_and_may_take_it_back(ready: Store) -> None:
    photo, clock = await bring(ready, planted("PNG")), SetClock(MORNING)
    with pytest.raises(CodeNeeded):
        await photos.clear(ready, clock, actor(Role.APPROVER), photo.number)
    with pytest.raises(ScheduleError, match="not there"):
        await photos.clear(ready, clock, actor(Role.APPROVER, "city:lyon", proven=True), photo.number)
    assert await photos.next_photo(ready, actor(Role.APPROVER, "city:lyon"), 0) is None
    assert await photos.clear(ready, clock, REVIEWER, photo.number)
    assert not await photos.clear(ready, clock, REVIEWER, photo.number)
    assert await photos.withhold(ready, clock, REVIEWER, photo.number)
    assert not await photos.clear(ready, clock, REVIEWER, photo.number)
    assert await photos.next_photo(ready, REVIEWER, 0) is None
    acts = [(one.act, one.object) for one in await audit.records(ready, 9)]
    assert acts == [("withheld a picture", "photo:1"), ("cleared a picture", "photo:1")]
