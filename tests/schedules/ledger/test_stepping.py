"""A step of an action day becomes one letter for each volunteer who is to get it, through crashes, aborts and withdrawals."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import pytest
from sqlalchemy import delete

from channels.base import Feature
from content.models import StepKind
from schedules.ledger import stepping
from schedules.ledger.ledger import UNWANTED, Ledger
from schedules.ledger.values import Mark
from schedules.people.steps import DayStep, To
from schedules.store.engine import Store
from schedules.store.tables import day_city, sign_up
from tests.schedules.ledger.conftest import Bench
from tests.support.deliveries import row
from tests.support.volunteers import add_bot, add_step, add_volunteers, letters, recipients, sign_up_all

Benches: TypeAlias = Callable[..., Bench]
NOON = datetime(2027, 3, 19, 12, tzinfo=UTC)
NIGHT = datetime(2027, 3, 19, 22, tzinfo=UTC)
MORNING = datetime(2027, 3, 20, 7, tzinfo=UTC)
REMINDER = DayStep("release", "soon", StepKind.REMINDER, "berlin", To.SIGNED_UP)
TO_ALL = DayStep("release", "soon", StepKind.REMINDER, "berlin", To.ALL)
REVEAL = DayStep("release", "where", StepKind.REVEAL, "berlin", To.ALL, tells_place=True)


async def _bot(bench: Benches, at: datetime = NOON) -> Bench:
    b = bench(Feature.LETTERS)
    b.clock.set(at)
    await add_bot(b.store)
    return b


async def _state_of_city(store: Store, **values: Any) -> None:
    names = {"campaign": "demo", "day": "release", "city": "berlin", "status": "planned", "ticked": []}
    async with store.write() as connection:
        await connection.execute(day_city.insert(), [names | {"changed_at": NOON} | values])


async def test_those_who_signed_up_get_one_and_nobody_else(bench: Benches) -> None:
    b = await _bot(bench)
    await add_volunteers(b.store, ["comes", "stays", "z-comes"], city="berlin")
    await add_volunteers(b.store, ["paused"], city="berlin", rhythm="paused")
    await add_volunteers(b.store, ["away"], city="berlin", paused_until=NOON + timedelta(days=1))
    await add_volunteers(b.store, ["moved"], city="hamburg")
    await sign_up_all(b.store, REMINDER, "comes", "z-comes", "paused", "away", "moved")
    one = await add_step(b.store, REMINDER, NOON)
    await b.run()
    assert recipients(b.platform.published) == ["comes", "z-comes"]
    assert (await row(b.store, one)).reason == "Letters: <5."
    await b.run()
    assert len(await letters(b.store)) == 2


async def test_each_reads_it_in_the_best_language_that_goes_out(bench: Benches) -> None:
    b = await _bot(bench)
    for name, language, reading in (
        ("de", "de", None), ("en", "en", "de"), ("tr", "tr", "en"), ("fr", "fr", None), ("ar", "ar", "fr"),
    ):  # fmt: skip
        await add_volunteers(b.store, [name], city="berlin", language=language, reading=reading)
    for language in ("de", "en"):
        await add_step(b.store, TO_ALL, NOON, language=language)
    await b.run()
    got = {each.kind.removeprefix("letter-"): each.language for each in await letters(b.store)}
    assert got == {"de": "de", "en": "en", "tr": "en", "fr": "de", "ar": "de"}


async def test_thanks_at_night_wait_for_the_morning(bench: Benches) -> None:
    b = await _bot(bench, NIGHT)
    await add_volunteers(b.store, ["ada"], city="berlin")
    await add_step(b.store, DayStep("release", "late", StepKind.THANKS, "berlin", To.ALL), NIGHT)
    await b.run()
    (letter,) = await letters(b.store)
    assert (letter.due_at, letter.state) == (MORNING, "ready")


async def test_spreading_goes_on_where_a_crash_left_it(
    bench: Benches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stepping, "CHUNK", 10)
    b = await _bot(bench)
    await add_volunteers(b.store, [f"v{number:03}" for number in range(35)], city="berlin")
    one = await add_step(b.store, TO_ALL, NOON)
    await _die_after(b, 2)
    assert len(await letters(b.store)) == 20
    assert (await row(b.store, one)).state == "sending"
    await b.later(timedelta(minutes=3))
    assert (await row(b.store, one)).state == "sent"
    assert sorted(recipients(b.platform.published)) == [f"v{number:03}" for number in range(35)]


async def test_a_city_that_is_aborted_in_between_gets_no_more(
    bench: Benches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stepping, "CHUNK", 10)
    b = await _bot(bench)
    await add_volunteers(b.store, [f"v{number:03}" for number in range(35)], city="berlin")
    one = await add_step(b.store, TO_ALL, NOON)
    await _die_after(b, 2)
    async with b.store.write() as connection:
        await connection.execute(day_city.update().values(status="aborted"))
    await b.later(timedelta(minutes=3))
    assert b.platform.published == []
    assert {each.state for each in await letters(b.store)} == {"cancelled"}
    assert (await row(b.store, one)).state == "refused"


@pytest.mark.parametrize(
    ("permit", "reason"),
    [
        ("applied", "The permit of the city is not there, and it tells where people meet."),
        ("granted", "Nobody has filled in where people meet."),
    ],
)
async def test_a_place_is_told_only_with_permit_and_place(bench: Benches, permit: str, reason: str) -> None:
    b = await _bot(bench)
    await add_volunteers(b.store, ["ada"], city="berlin")
    await _state_of_city(b.store, permit=permit)
    one = await add_step(b.store, REVEAL, NOON)
    await b.run()
    refused = await row(b.store, one)
    assert (refused.state, refused.reason) == ("refused", reason)
    assert await letters(b.store) == []


async def test_whoever_withdraws_at_the_last_moment_gets_nothing(bench: Benches) -> None:
    b = await _bot(bench)
    await add_volunteers(b.store, ["ada"], city="berlin")
    await sign_up_all(b.store, REMINDER, "ada")
    await add_step(b.store, REMINDER, NOON)
    await b.control.refresh()
    worker = b.worker()
    await worker.tick()
    await worker.drain()
    async with b.store.write() as connection:
        await connection.execute(delete(sign_up))
    await b.run()
    (letter,) = await letters(b.store)
    assert (letter.state, letter.reason) == ("cancelled", UNWANTED)
    assert b.platform.published == []


async def _die_after(b: Bench, chunks: int) -> None:
    """Spread so many chunks, and lose the database in the middle of the next one."""
    (held,) = await b.ledger.claim(1, "w")
    await b.ledger.mark([Mark(held.id, held.claim, {})])
    b.ledger.advance = _dying_after(b.ledger, chunks)  # type: ignore[method-assign]
    step = held.step
    assert step is not None
    with pytest.raises(ConnectionError):
        await stepping.spread_step(b.ledger, held, step)
    del b.ledger.advance


def _dying_after(ledger: Ledger, times: int) -> Callable[..., bool]:
    left, advance = [times], ledger.advance

    def dying(*given: Any) -> bool:
        if not left[0]:
            raise ConnectionError
        left[0] -= 1
        return advance(*given)

    return dying
