import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from schedules.clock import SetClock
from schedules.commands.actor import Actor
from schedules.commands.exceptions import Permission, allow, list_all, valid, withdraw
from schedules.errors import ScheduleError
from schedules.store.engine import Store

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
CLOCK = SetClock(NOW)
AMAL, SAMI = Actor("amal"), Actor("sami")
PICTURE = hashlib.sha256(b"a picture").hexdigest()
OTHER = hashlib.sha256(b"another picture").hexdigest()
WEEK = timedelta(days=7)
REASON = "Both parents signed; folder 3"


async def test_one_person_alone_permits_nothing(store: Store) -> None:
    assert await _allow(store, AMAL) == {"amal"}
    assert await valid(store, NOW) == frozenset()


async def test_two_people_permit_one_picture(store: Store) -> None:
    await _allow(store, AMAL)
    assert await _allow(store, SAMI) == {"amal", "sami"}
    await _allow(store, SAMI, OTHER)
    assert await valid(store, NOW) == {PICTURE}


async def test_one_person_twice_is_still_one_person(store: Store) -> None:
    await _allow(store, AMAL)
    assert await _allow(store, AMAL, PICTURE.upper()) == {"amal"}
    assert await valid(store, NOW) == frozenset()


async def test_a_permission_ends_when_the_first_of_the_two_ends(store: Store) -> None:
    await _allow(store, AMAL, until=NOW + WEEK)
    await _allow(store, SAMI, until=NOW + 2 * WEEK)
    assert await valid(store, NOW + WEEK - timedelta(microseconds=1)) == {PICTURE}
    assert await valid(store, NOW + WEEK) == frozenset()


async def test_who_has_run_out_no_longer_counts_as_agreeing(store: Store) -> None:
    await _allow(store, AMAL, until=NOW + WEEK)
    people = await allow(store, SetClock(NOW + WEEK), SAMI, PICTURE, reason=REASON, until=NOW + 2 * WEEK)
    assert people == {"sami"}


async def test_a_permission_given_again_replaces_the_old_one(store: Store) -> None:
    await _allow(store, AMAL)
    await allow(store, CLOCK, AMAL, PICTURE, reason=" A newer consent ", until=NOW + 2 * WEEK)
    assert await list_all(store) == (Permission(PICTURE, "amal", "A newer consent", NOW + 2 * WEEK),)


async def test_every_permission_is_listed_by_picture_and_person(store: Store) -> None:
    for actor, picture in ((SAMI, PICTURE), (AMAL, PICTURE), (AMAL, OTHER)):
        await _allow(store, actor, picture)
    expected = sorted([(PICTURE, "amal"), (PICTURE, "sami"), (OTHER, "amal")])
    assert [(found.sha256, found.actor) for found in await list_all(store)] == expected


async def test_one_person_withdraws_what_two_have_given(store: Store) -> None:
    await _allow(store, AMAL)
    await _allow(store, SAMI)
    await withdraw(store, CLOCK, Actor("ines"), PICTURE.upper())
    assert await valid(store, NOW) == frozenset()
    with pytest.raises(ScheduleError, match="No permission is recorded"):
        await withdraw(store, CLOCK, AMAL, PICTURE)


async def test_ninety_days_are_the_most(store: Store) -> None:
    await _allow(store, AMAL, until=NOW + timedelta(days=90))
    with pytest.raises(ScheduleError, match="within 90 days: by 2027-02-01 12:00 UTC"):
        await _allow(store, SAMI, until=NOW + timedelta(days=90, microseconds=1))


async def test_a_permission_for_the_past_is_refused(store: Store) -> None:
    for until in (NOW, NOW - WEEK):
        with pytest.raises(ScheduleError, match="ends after now"):
            await _allow(store, AMAL, until=until)


async def test_an_end_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(ScheduleError, match="has no time zone"):
        await _allow(store, AMAL, until=(NOW + WEEK).replace(tzinfo=None))


async def test_what_is_no_digest_is_refused(store: Store) -> None:
    for digest in ("", "balloons.jpg", PICTURE[:-1], PICTURE + "0", "g" * 64, "\u0660" * 64):
        with pytest.raises(ScheduleError, match=r"names no picture\. Give the SHA-256"):
            await _allow(store, AMAL, digest)
    assert await list_all(store) == ()


async def test_a_permission_needs_a_reason(store: Store) -> None:
    with pytest.raises(ScheduleError, match="Say why the picture may be shown"):
        await allow(store, CLOCK, AMAL, PICTURE, reason=" ", until=NOW + WEEK)


async def _allow(
    store: Store, actor: Actor, picture: str = PICTURE, *, until: datetime = NOW + WEEK
) -> frozenset[str]:
    return await allow(store, CLOCK, actor, picture, reason=REASON, until=until)
