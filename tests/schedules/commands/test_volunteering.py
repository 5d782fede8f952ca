"""What volunteers decide for themselves, over both databases."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from schedules.commands import volunteering
from schedules.errors import InviteInvalid
from schedules.people import invites, people, volunteers
from schedules.people.invites import VOLUNTEER, Invite
from schedules.people.volunteers import Rhythm, Volunteer
from schedules.store.engine import Store
from schedules.store.tables import invite, person, volunteer
from tests.support.crowd import AMAL, MORNING, TELEGRAM, VAULT, clock
from tests.support.deliveries import add_accounts


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = Store(database_url)
    try:
        await add_accounts(opened, "a")
        yield opened
    finally:
        await opened.close()


async def _link(store: Store, uses: int = 1) -> str:
    new = Invite(invites.new_id(), "demo", VOLUNTEER, MORNING + timedelta(days=1), uses=uses)
    async with store.write() as connection:
        await invites.save(connection, clock(), new, "sara")
    return new.id


async def _join(store: Store) -> Volunteer:
    name = await volunteering.join(store, VAULT, clock(), TELEGRAM, await _link(store), AMAL)
    return await _kept(store, name)


async def _kept(store: Store, name: str) -> Volunteer:
    found = await volunteers.get(store, name)
    assert found is not None
    return found


async def test_joining_counts_the_invite_and_keeps_what_was_chosen(store: Store) -> None:
    kept = await _join(store)
    assert (kept.city, kept.hour, kept.active_on) == ("aleppo", 18, MORNING.date())
    async with store.read() as connection:
        assert (await connection.execute(select(invite.c.uses))).scalar() == 0


async def test_a_used_invite_keeps_nobody(store: Store) -> None:
    link = await _link(store)
    await volunteering.join(store, VAULT, clock(), TELEGRAM, link, AMAL)
    with pytest.raises(InviteInvalid):
        await volunteering.join(store, VAULT, clock(), TELEGRAM + 1, link, AMAL)
    async with store.read() as connection:
        assert len((await connection.execute(select(person))).all()) == 1


async def test_joining_again_is_the_same_person(store: Store) -> None:
    first, again = await _join(store), await _join(store)
    assert first.person == again.person


async def test_pauses_end_at_an_instant_or_not_at_all(store: Store) -> None:
    kept = await _join(store)
    await volunteering.pause(store, clock(), kept.person, None)
    assert (await _kept(store, kept.person)).rhythm is Rhythm.PAUSED
    until = MORNING + timedelta(days=1)
    await volunteering.pause(store, clock(), kept.person, until)
    paused = await _kept(store, kept.person)
    assert (paused.rhythm, paused.paused_until) == (Rhythm.DAILY, until)


async def test_coming_back_from_a_pause_is_a_sign_of_life(store: Store) -> None:
    kept = await _join(store)
    await volunteers.change(store, kept.person, active_on=MORNING.date() - timedelta(days=9))
    await volunteering.pause(store, clock(), kept.person, None)
    await volunteering.resume(store, clock(), await _kept(store, kept.person))
    back = await _kept(store, kept.person)
    assert (back.rhythm, back.active_on) == (Rhythm.DAILY, MORNING.date())


async def test_the_rhythm_is_slowed_down_kept_and_made_daily_again(store: Store) -> None:
    kept = await _join(store)
    await volunteering.slow_down(store, clock(), kept)
    weekly = await _kept(store, kept.person)
    await volunteering.resume(store, clock(), weekly)
    assert (await _kept(store, kept.person)).rhythm is Rhythm.WEEKLY
    await volunteering.go_on(store, clock(), weekly)
    assert (await _kept(store, kept.person)).rhythm is Rhythm.DAILY


async def test_a_pause_of_a_day_leaves_the_weekly_weekly(store: Store) -> None:
    kept = await _join(store)
    await volunteering.slow_down(store, clock(), kept)
    await volunteering.pause(store, clock(), kept.person, MORNING + timedelta(days=1))
    assert (await _kept(store, kept.person)).rhythm is Rhythm.WEEKLY


async def test_whoever_had_left_is_back(store: Store) -> None:
    kept = await _join(store)
    await people.left(store, clock(), kept.person)
    await volunteering.come_back(store, clock(), kept.person)
    known = await people.get(store, kept.person)
    assert known is not None
    assert known.left_at is None


async def test_forgetting_leaves_nothing_and_can_be_repeated(store: Store) -> None:
    kept = await _join(store)
    assert (await volunteering.forget(store, clock(), kept.person)).rows == 2
    assert (await volunteering.forget(store, clock(), kept.person)).rows == 0
    async with store.read() as connection:
        assert (await connection.execute(select(person))).all() == []
        assert (await connection.execute(select(volunteer))).all() == []


async def test_a_year_is_kept_from_now(store: Store) -> None:
    kept = await _join(store)
    assert await volunteering.keep_a_year(store, clock(), kept.person) == MORNING + timedelta(days=365)
