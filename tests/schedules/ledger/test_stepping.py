"""A step of an action day becomes one letter for each volunteer who is to get it, through crashes, aborts and withdrawals."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import pytest
from sqlalchemy import delete, select

from channels.base import Feature
from content.models import StepKind
from schedules.ledger import stepping
from schedules.ledger.ledger import UNWANTED, Ledger
from schedules.ledger.values import Mark
from schedules.people.steps import DayStep, To
from schedules.store.engine import Store
from schedules.store.tables import day_city, delivery, meeting, post, sign_up
from tests.schedules.ledger.conftest import Bench
from tests.support.deliveries import add_deliveries, row
from tests.support.volunteers import (
    BOT,
    add_bot,
    add_step,
    add_volunteers,
    choose,
    letters,
    recipients,
    sign_up_all,
)

Benches: TypeAlias = Callable[..., Bench]
NOON = datetime(2027, 3, 19, 12, tzinfo=UTC)
NIGHT = datetime(2027, 3, 19, 22, tzinfo=UTC)
MORNING = datetime(2027, 3, 20, 7, tzinfo=UTC)
REMINDER = DayStep("release", "soon", StepKind.REMINDER, "berlin", To.SIGNED_UP)
TO_ALL = DayStep("release", "soon", StepKind.REMINDER, "berlin", To.ALL)
REVEAL = DayStep("release", "where", StepKind.REVEAL, "berlin", To.ALL, tells_place=True)
THANKS = DayStep("release", "thanks", StepKind.THANKS, "berlin", To.ALL)
ABORTED = DayStep("release", stepping.ABORTED, StepKind.POST, "berlin", To.ALL)
ENDED = DayStep("release", "!ended", StepKind.POST, "berlin", To.ALL)
STOPS = [
    (TO_ALL, {}, False),
    (TO_ALL, {"status": "begun"}, False),
    (TO_ALL, {"status": "aborted"}, True),
    (TO_ALL, {"status": "ended"}, True),
    (THANKS, {"status": "ended"}, False),
    (ENDED, {"status": "ended"}, False),
    (ENDED, {"status": "aborted"}, True),
    (ABORTED, {"status": "aborted"}, False),
    (REVEAL, {"permit": "granted"}, False),
    (REVEAL, {"permit": "applied"}, True),
    (REVEAL, {"permit": "needed"}, True),
    (TO_ALL, {"permit": "needed"}, False),
]
"""A step, what people then change of its city, and whether that stops it."""


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


async def test_it_is_known_before_how_many_get_it_in_each_language(bench: Benches) -> None:
    b = await _bot(bench)
    for name, language, reading in (
        ("de", "de", None), ("en", "en", "de"), ("tr", "tr", "en"), ("fr", "fr", None), ("ar", "ar", "fr"),
    ):  # fmt: skip
        await add_volunteers(b.store, [name], city="berlin", language=language, reading=reading)
    await add_volunteers(b.store, ["paused"], city="berlin", rhythm="paused")
    await add_volunteers(b.store, ["away"], city="berlin", paused_until=NOON + timedelta(days=1))
    await add_volunteers(b.store, ["moved"], city="hamburg")
    await sign_up_all(b.store, REMINDER, "tr", "fr", "moved")
    for step in (replace(TO_ALL, step="to-all"), REMINDER):
        for language in ("de", "en"):
            await add_step(b.store, step, NOON, language=language)
    await add_deliveries(b.store, [BOT], 1)
    async with b.store.write() as connection:
        await connection.execute(delivery.update().values(state="planned"))
        posts = (await connection.execute(select(post.c.id).order_by(post.c.id))).scalars().all()
    assert [await stepping.readers(b.store, b.clock, number) for number in posts] == [3, 2, 1, 1, None]
    assert await letters(b.store) == []


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


@pytest.mark.parametrize("status", ["aborted", "ended"])
async def test_a_city_that_is_stopped_in_between_gets_no_more(
    bench: Benches, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    monkeypatch.setattr(stepping, "CHUNK", 10)
    b = await _bot(bench)
    await add_volunteers(b.store, [f"v{number:03}" for number in range(35)], city="berlin")
    one = await add_step(b.store, TO_ALL, NOON)
    await _die_after(b, 2)
    async with b.store.write() as connection:
        await connection.execute(day_city.update().values(status=status))
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


@pytest.mark.parametrize(("step", "changed", "stops"), STOPS)
async def test_whoever_moves_there_after_a_stop_is_given_nothing_of_it(
    bench: Benches, step: DayStep, changed: dict[str, str], *, stops: bool
) -> None:
    b = await _bot(bench)
    await add_volunteers(b.store, ["ada"], city="hamburg")
    await _state_of_city(b.store)
    await _fill_in(b.store)
    list_id = await add_step(b.store, step, NOON)
    await b.run()
    assert ((await row(b.store, list_id)).state, await letters(b.store)) == ("sent", [])
    await _change_city(b.store, **changed)
    await choose(b.store, "ada", city="berlin")
    await b.store.run(lambda connection: stepping.settle_steps(connection, "ada", NOON))
    assert len(await letters(b.store)) == (not stops)


async def test_a_letter_that_was_cancelled_is_not_given_again_after_an_abort(bench: Benches) -> None:
    b = await _bot(bench)
    await add_volunteers(b.store, ["ada"], city="berlin")
    await add_step(b.store, TO_ALL, NOON)
    await b.control.refresh()
    worker = b.worker()
    await worker.tick()
    await worker.drain()
    async with b.store.write() as connection:
        await connection.execute(
            delivery.update().where(delivery.c.kind == "letter-ada").values(state="cancelled")
        )
    await _change_city(b.store, status="aborted")
    await b.store.run(lambda connection: stepping.settle_steps(connection, "ada", NOON))
    assert [each.state for each in await letters(b.store)] == ["cancelled"]
    await _change_city(b.store, status="planned")
    await b.store.run(lambda connection: stepping.settle_steps(connection, "ada", NOON))
    assert [each.state for each in await letters(b.store)] == ["ready"]


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"status": "begun"}, "ready"),
        ({"status": "aborted"}, "refused"),
        ({"permit": "applied"}, "refused"),
    ],
)
async def test_a_place_that_is_filled_in_after_a_stop_goes_to_nobody(
    bench: Benches, changed: dict[str, str], state: str
) -> None:
    b = await _bot(bench)
    await add_volunteers(b.store, ["ada"], city="berlin")
    await _state_of_city(b.store)
    refused = await add_step(b.store, REVEAL, NOON)
    await b.run()
    assert (await row(b.store, refused)).reason == stepping.NO_PLACE
    await _change_city(b.store, **changed)
    await b.store.run(
        lambda connection: stepping.place_is_known(connection, "demo", "release", "berlin", NOON)
    )
    assert (await row(b.store, refused)).state == state


async def _fill_in(store: Store) -> None:
    names = {"campaign": "demo", "day": "release", "city": "berlin"}
    async with store.write() as connection:
        await connection.execute(meeting.insert(), [names | {"sealed": b"x", "changed_at": NOON}])


async def _change_city(store: Store, **values: str) -> None:
    if values:
        async with store.write() as connection:
            await connection.execute(day_city.update().values(values))


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
