"""What a captain says of her city, in one transaction with what follows from it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from content.models import Campaign
from schedules.action_days import calls, checkins
from schedules.clock import SetClock
from schedules.commands import captaining, pauses
from schedules.commands.actor import Actor
from schedules.commands.captaining import MOST_PEOPLE, Danger
from schedules.errors import Forbidden, ScheduleError
from schedules.people import audit
from schedules.people.audit import Journal
from schedules.people.roles import Grant, Role
from schedules.planning.cities import CityState, Status, city_state, lock_city, write_city
from schedules.store.engine import Store
from schedules.store.tables import check_in
from tests.schedules.action_days.days import day_at, with_day
from tests.schedules.planning.factories import city
from tests.support.crowd import VAULT, appoint
from tests.support.deliveries import add_accounts

T0 = datetime(2027, 3, 20, 12, tzinfo=UTC)
LATER = T0 + timedelta(minutes=40)
CAMPAIGN = with_day(day_at(T0), city("berlin", "Europe/Berlin"), city("paris", "Europe/Paris"), id="demo")
DAY = CAMPAIGN.action_days[0].id
BERLIN = Grant(Role.CAPTAIN, "city:berlin")


class Scene:
    """Lena is captain of Berlin; forty minutes have passed since T-0."""

    def __init__(self, store: Store) -> None:
        self.store, self.clock = store, SetClock(LATER)
        self.lena = Actor("lena", grants=(BERLIN,), journal=Journal(VAULT, self.clock))
        self.keys = (CAMPAIGN.id, DAY, "berlin")

    @property
    def given(self) -> tuple[Store, SetClock, Actor, Campaign, str, str]:
        return self.store, self.clock, self.lena, CAMPAIGN, DAY, "berlin"

    async def open(self) -> "Scene":
        await add_accounts(self.store, "a")
        self.person = await appoint(self.store, "lena", BERLIN)
        [self.gathering, _] = calls.gatherings(CAMPAIGN, {})
        for step in ("roll-call-3h", "how-many", "home"):
            await calls.ask(self.store, self.clock, self.gathering, step, self.person)
        return self

    async def become(self, status: Status) -> None:
        async with self.store.write() as connection:
            await lock_city(connection, self.clock, *self.keys)
            await write_city(connection, self.clock, *self.keys, status=status.value)

    async def said(self) -> checkins.CheckIns:
        return (await checkins.latest(self.store, CAMPAIGN.id, DAY)).get("berlin", checkins.NOTHING)

    async def state(self) -> CityState:
        return await city_state(self.store, *self.keys)

    async def unanswered(self) -> list[str]:
        found = (await calls.of_day(self.store, CAMPAIGN.id, DAY))["berlin"]
        return sorted(one.step for one in found if one.answered_at is None)

    async def written(self) -> int:
        async with self.store.read() as connection:
            return (await connection.execute(select(func.count()).select_from(check_in))).scalar_one()


@pytest.fixture
async def scene(store: Store) -> Scene:
    return await Scene(store).open()


async def test_being_there_answers_everything_but_whether_she_is_home(scene: Scene) -> None:
    await captaining.answer(*scene.given)
    assert await scene.unanswered() == ["home"]
    await captaining.safe(*scene.given)
    assert await scene.unanswered() == []
    assert (await scene.said()).safe_at == LATER


async def test_it_begins_once(scene: Scene) -> None:
    assert await captaining.begin(*scene.given, at=T0)
    assert not await captaining.begin(*scene.given, at=LATER)
    assert (await scene.said()).begun_at == T0
    assert (await scene.state()).status is Status.BEGUN
    assert await scene.written() == 1


@pytest.mark.parametrize("status", [Status.ENDED, Status.ABORTED])
async def test_what_is_over_does_not_begin(scene: Scene, status: Status) -> None:
    await scene.become(status)
    with pytest.raises(ScheduleError, match="over there"):
        await captaining.begin(*scene.given, at=LATER)
    assert await scene.written() == 0


async def test_a_number_after_the_hour_begins_it_and_one_before_does_not(scene: Scene) -> None:
    await captaining.count(*scene.given, number=20, at=T0 - timedelta(minutes=1))
    assert (await scene.state()).status is Status.PLANNED
    await captaining.count(*scene.given, number=90, at=T0)
    assert (await scene.state()).status is Status.BEGUN
    assert (await scene.said()).people == 90


async def test_numbers_are_corrected_when_it_is_over_but_not_where_it_never_was(scene: Scene) -> None:
    await scene.become(Status.ENDED)
    await captaining.count(*scene.given, number=0, at=LATER)
    assert (await scene.said()).people == 0
    await scene.become(Status.ABORTED)
    with pytest.raises(ScheduleError, match="over there"):
        await captaining.count(*scene.given, number=5, at=LATER)


@pytest.mark.parametrize("number", [-1, MOST_PEOPLE + 1])
async def test_what_is_no_number_of_people_is_refused(scene: Scene, number: int) -> None:
    with pytest.raises(ScheduleError, match="how many people"):
        await captaining.count(*scene.given, number=number, at=LATER)
    assert await scene.written() == 0


async def test_danger_pauses_the_city_and_is_recorded(scene: Scene) -> None:
    await captaining.danger(*scene.given, kind=Danger.POLICE)
    assert [(one.scope, one.actor) for one in await pauses.paused(scene.store)] == [("city:berlin", "lena")]
    assert (await scene.said()).danger_at == LATER
    [record] = await audit.records(scene.store, 5)
    assert (record.actor, record.act, record.object) == ("lena", "danger police", "city:berlin")


async def test_nobody_speaks_for_another_city_or_of_a_day_that_is_not(scene: Scene) -> None:
    store, at, lena, *_ = scene.given
    with pytest.raises(Forbidden):
        await captaining.danger(store, at, lena, CAMPAIGN, DAY, "paris", Danger.ATTACK)
    with pytest.raises(ScheduleError, match="no such action day"):
        await captaining.danger(store, at, lena, CAMPAIGN, "other", "berlin", Danger.ATTACK)
    assert await pauses.paused(store) == ()
