"""The letters of one volunteer follow what they choose, and nobody gets two of one day."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import Feature
from content.models import LEVELS, Level
from schedules.ledger import spreading
from schedules.ledger.ledger import Ledger
from schedules.ledger.prompts import deliver_today, drop, letter_id, move
from schedules.people.days import BEFORE_EVERYTHING
from schedules.people.volunteers import HOURS
from schedules.store.engine import Store
from schedules.store.tables import person, post
from tests.schedules.ledger.conftest import Bench
from tests.support.postgres import Server
from tests.support.volunteers import (
    BEGINS,
    DAY,
    add_bot,
    add_prompt,
    add_volunteers,
    choose,
    chosen,
    letters,
    recipients,
)

Benches: TypeAlias = Callable[..., Bench]
MORNING = datetime(2027, 3, 8, 7, 30, tzinfo=UTC)
QUIET = (Level.NOBODY, Level.ONE)


async def _day(bench: Benches, **who: Any) -> Bench:
    """It is half past eight in Berlin; the prompts of the day are spread."""
    b = bench(Feature.LETTERS)
    b.clock.set(MORNING)
    await add_bot(b.store)
    if who:
        await add_volunteers(b.store, ["amal"], **who)
    await add_prompt(b.store, serves=QUIET)
    await add_prompt(b.store, "loud", serves=(Level.PUBLIC,))
    await add_prompt(b.store, language="ar")
    await b.run()
    return b


async def _pending(b: Bench) -> list[tuple[str, str, datetime]]:
    return [
        (each.message, each.language, each.due_at)
        for each in await letters(b.store, "amal")
        if each.state == "ready"
    ]


def _at(hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 3, 8, hour, minute, tzinfo=UTC)


async def test_a_newcomer_gets_the_prompt_of_the_day_at_once(bench: Benches) -> None:
    b = await _day(bench)
    await add_volunteers(b.store, ["amal"], hour=20)
    assert await deliver_today(b.store, b.clock, "amal")
    assert await _pending(b) == [("day-1", "en", BEFORE_EVERYTHING)]
    assert await deliver_today(b.store, b.clock, "amal")
    await b.run()
    assert await deliver_today(b.store, b.clock, "amal")
    await b.run()
    assert recipients(b.platform.published) == ["amal"]
    assert (await chosen(b.store, "amal")).prompted_on == DAY.isoformat()


async def test_a_newcomer_of_the_night_gets_it_within_a_quarter_of_an_hour_or_not_at_all(
    bench: Benches,
) -> None:
    b = await _day(bench)
    b.clock.set(_at(22, 30))
    await add_volunteers(b.store, ["amal"])
    assert await deliver_today(b.store, b.clock, "amal")
    (letter,) = await letters(b.store)
    assert letter.expires_at == _at(22, 45)


async def test_a_newcomer_gets_the_later_days_that_are_spread_already(bench: Benches) -> None:
    b = await _day(bench)
    await add_prompt(b.store, "day-2", on=DAY + timedelta(days=1))
    b.clock.set(BEGINS + timedelta(days=1, hours=1))
    await b.run()
    await add_volunteers(b.store, ["amal"])
    assert await deliver_today(b.store, b.clock, "amal")
    tomorrow = datetime(2027, 3, 9, 8, tzinfo=UTC)
    assert await _pending(b) == [("day-1", "en", BEFORE_EVERYTHING), ("day-2", "en", tomorrow)]


@pytest.mark.parametrize(
    "who",
    [{"rhythm": "paused"}, {"paused_until": _at(12)}, {"language": "tr"}, {"zone": "America/Los_Angeles"}],
)
async def test_there_is_none_for_whoever_pauses_or_lives_in_another_day_or_language(
    bench: Benches, who: dict[str, Any]
) -> None:
    b = await _day(bench)
    await add_volunteers(b.store, ["amal"], **who)
    assert not await deliver_today(b.store, b.clock, "amal")
    assert not await deliver_today(b.store, b.clock, "nobody knows them")
    await b.run()
    assert b.platform.published == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"hour": 18}, [("day-1", "en", _at(17))]),
        ({"zone": "Asia/Kathmandu", "hour": 20}, [("day-1", "en", _at(14, 15))]),
        ({"zone": "America/Santiago"}, [("day-1", "en", _at(12))]),
        ({"zone": "Pacific/Kiritimati"}, [("day-1", "en", datetime(2027, 3, 7, 19, tzinfo=UTC))]),
        ({"zone": "Pacific/Kiritimati", "hour": 8, "language": "tr"}, []),
        ({"language": "ar"}, [("day-1", "ar", _at(8))]),
        ({"language": "tr", "reading": "ar"}, [("day-1", "ar", _at(8))]),
        ({"level": "public"}, [("loud", "en", _at(8))]),
        ({"level": "one"}, [("day-1", "en", _at(8))]),
        ({"rhythm": "paused"}, []),
        ({"paused_until": _at(9)}, []),
        ({"rhythm": "weekly"}, [("day-1", "en", _at(8))]),
    ],
)
async def test_pending_letters_follow_what_a_volunteer_chooses(
    bench: Benches, change: dict[str, Any], expected: list[Any]
) -> None:
    b = await _day(bench, hour=9)
    assert await _pending(b) == [("day-1", "en", _at(8))]
    await choose(b.store, "amal", **change)
    await move(b.store, b.clock, "amal")
    assert await _pending(b) == expected
    await choose(
        b.store, "amal", language="en", level="nobody", rhythm="daily", hour=9, zone="Europe/Berlin"
    )
    await choose(b.store, "amal", paused_until=None)
    await move(b.store, b.clock, "amal")
    assert await _pending(b) == [("day-1", "en", _at(8))]


async def test_a_pause_of_the_new_city_or_partner_covers_what_is_pending(bench: Benches) -> None:
    b = await _day(bench, hour=9)
    await choose(b.store, "amal", city="aleppo", partner="friends")
    await move(b.store, b.clock, "amal")
    (letter,) = await letters(b.store)
    assert (letter.city, letter.partner) == ("aleppo", "friends")


async def test_whoever_has_the_prompt_of_the_day_gets_no_other_by_choosing_anew(bench: Benches) -> None:
    b = await _day(bench, hour=9)
    b.clock.set(_at(8))
    await b.run()
    for change in ({"level": "public"}, {"language": "ar"}, {"hour": 18}):
        await choose(b.store, "amal", **change)
        await move(b.store, b.clock, "amal")
        assert await deliver_today(b.store, b.clock, "amal")
        await b.later(timedelta(minutes=5))
    assert recipients(b.platform.published) == ["amal"]


async def test_what_is_dropped_never_goes_and_comes_back_with_a_move(bench: Benches) -> None:
    b = await _day(bench, hour=9)
    await drop(b.store, b.clock, "amal")
    assert await _pending(b) == []
    await move(b.store, b.clock, "amal")
    assert await _pending(b) == [("day-1", "en", _at(8))]
    await drop(b.store, b.clock, "amal")
    b.clock.set(_at(9))
    await b.run()
    assert b.platform.published == []


async def test_whoever_left_gets_nothing(bench: Benches) -> None:
    b = await _day(bench, hour=9)
    async with b.store.write() as connection:
        await connection.execute(person.update().values(left_at=MORNING))
    b.clock.set(_at(8))
    await b.run()
    assert b.platform.published == []
    assert not await deliver_today(b.store, b.clock, "amal")


async def test_a_letter_is_found_by_its_post_and_its_reader(bench: Benches) -> None:
    b = await _day(bench, hour=9)
    (letter,) = await letters(b.store)
    async with b.store.read() as connection:
        key = (await connection.execute(post.select().where(post.c.id == letter.post))).one().key
    assert await letter_id(b.store, key, "amal") == letter.id
    assert await letter_id(b.store, key, "sami") is None


async def test_changing_while_a_prompt_is_spread_gives_one_letter(
    bench: Benches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreading, "CHUNK", 3)
    b = bench(Feature.LETTERS)
    b.clock.set(BEGINS)
    await add_bot(b.store)
    names = [f"v{number:02}" for number in range(40)]
    await add_volunteers(b.store, names)
    for language in ("en", "ar"):
        await add_prompt(b.store, language=language)

    async def wander(name: str) -> None:
        await choose(b.store, name, language="ar")
        await move(b.store, b.clock, name)

    worker = b.worker()
    await b.control.refresh()
    await worker.tick()
    await asyncio.gather(*(wander(name) for name in names[::2]), worker.drain())
    await b.run()
    pending = [each for each in await letters(b.store) if each.state == "ready"]
    assert [each.kind for each in pending] == [f"letter-{name}" for name in names]
    assert [each.language for each in pending] == ["ar", "en"] * 20


# Whatever the order of things

ZONES = ("Europe/Berlin", "Pacific/Kiritimati", "Asia/Kathmandu", "America/Santiago")
NAMES = ("always-1", "always-2", "always-3", "always-4", "sometimes-1", "sometimes-2")
_STEPS = st.one_of(
    st.tuples(st.just("hours"), st.integers(1, 9)),
    st.tuples(st.just("crash"), st.integers(0, 3)),
    st.tuples(st.just("level"), st.sampled_from(NAMES), st.sampled_from(LEVELS)),
    st.tuples(st.just("language"), st.sampled_from(NAMES), st.sampled_from(("en", "ar"))),
    st.tuples(st.just("hour"), st.sampled_from(NAMES), st.sampled_from(list(HOURS))),
    st.tuples(
        st.just("rhythm"), st.sampled_from(NAMES[4:]), st.sampled_from(("paused", "daily", "weekly"))
    ),
    st.tuples(st.just("drop"), st.sampled_from(NAMES[4:])),
    st.tuples(st.just("today"), st.sampled_from(NAMES)),
)


class _Dying(Ledger):
    """A ledger whose database goes away after so many chunks."""

    chunks_left = 1_000

    def advance(self, *given: Any) -> bool:
        self.chunks_left -= 1
        if self.chunks_left < 0:
            raise ConnectionError("the database is gone")
        return super().advance(*given)


async def _live(store: Store, steps: list[tuple[Any, ...]]) -> list[str]:
    """Three dates with those steps in between. Every key that went out, with its date."""
    b = Bench(store, (Feature.LETTERS,))
    b.ledger = _Dying(store, b.clock, server_time=False, lease=timedelta(minutes=2))
    b.clock.set(BEGINS - timedelta(hours=2))
    await add_bot(store)
    for number, name in enumerate(NAMES):
        await add_volunteers(store, [name], zone=ZONES[number % 4], level=LEVELS[number % 3])
    for days in range(2):
        for language in ("en", "ar"):
            on = DAY + timedelta(days=days)
            await add_prompt(store, f"quiet-{days}", on=on, language=language, serves=QUIET)
            await add_prompt(store, f"loud-{days}", on=on, language=language, serves=(Level.PUBLIC,))
    for step in steps:
        await _step(b, step)
    for _ in range(100):
        await _hour(b)
    return b.platform.published


async def _hour(b: Bench) -> None:
    await b.later(timedelta(hours=1))


async def _step(b: Bench, step: tuple[Any, ...]) -> None:
    match step:
        case ("hours", int(hours)):
            for _ in range(hours):
                await _hour(b)
        case ("crash", int(chunks)):
            assert isinstance(b.ledger, _Dying)
            b.ledger.chunks_left = chunks
            await _hour(b)
            b.ledger.chunks_left = 1_000
        case ("drop", str(name)):
            await drop(b.store, b.clock, name)
        case ("today", str(name)):
            await deliver_today(b.store, b.clock, name)
        case (str(column), str(name), value):
            await choose(b.store, name, **{column: value})
            await move(b.store, b.clock, name)


def _judge(published: list[str]) -> None:
    got = Counter((key.rpartition("#")[2], key.split("/")[2].rpartition("-")[2]) for key in published)
    assert set(got.values()) <= {1}, got
    assert {(name, day) for name in NAMES[:4] for day in "01"} <= set(got), got


@settings(max_examples=10)
@given(st.lists(_STEPS, max_size=14))
def test_nobody_gets_two_of_a_day_and_nobody_is_left_out_on_sqlite(
    sqlite_template: Path, steps: list[tuple[Any, ...]]
) -> None:
    with TemporaryDirectory() as folder:
        path = shutil.copy(sqlite_template, folder)
        _judge(_lived(f"sqlite+aiosqlite:///{path}", steps))


@settings(max_examples=3)
@given(st.lists(_STEPS, max_size=14))
def test_nobody_gets_two_of_a_day_and_nobody_is_left_out_on_postgresql(
    postgres: Server, postgres_template: str, steps: list[tuple[Any, ...]]
) -> None:
    with postgres.database(postgres_template) as url:
        _judge(_lived(url, steps))


def _lived(url: str, steps: list[tuple[Any, ...]]) -> list[str]:
    async def live() -> list[str]:
        store = Store(url)
        try:
            return await _live(store, steps)
        finally:
            await store.close()

    before, spreading.CHUNK = spreading.CHUNK, 2  # type: ignore[misc]
    try:
        return asyncio.run(live())
    finally:
        spreading.CHUNK = before  # type: ignore[misc]
