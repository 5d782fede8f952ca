"""An answer counts once, for the day of its prompt, however often and however late it is given."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from channels.base import Feature
from channels.errors import OutcomeUnknown
from schedules.ledger.answers import Answer, Counted, answer, pressed, streak
from schedules.store.tables import delivery, response
from tests.schedules.ledger.conftest import Bench
from tests.schedules.ledger.test_prompts import Benches
from tests.support.volunteers import BOT, DAY, add_bot, add_prompt, add_volunteers, chosen, letters

NINE = datetime(2027, 3, 8, 8, tzinfo=UTC)


async def _sent(bench: Benches, days: int = 1) -> tuple[Bench, list[int]]:
    b = bench(Feature.LETTERS)
    await add_bot(b.store)
    await add_volunteers(b.store, ["amal"])
    for number in range(days):
        await add_prompt(b.store, f"day-{number}", on=DAY + timedelta(days=number))
        b.clock.set(NINE + timedelta(days=number))
        await b.run()
    return b, [letter.id for letter in await letters(b.store)]


async def test_done_pressed_thrice_and_late_counts_once_for_its_own_day(bench: Benches) -> None:
    b, (letter,) = await _sent(bench)
    first = await answer(b.store, "amal", letter, Answer.DONE, NINE)
    late = [await answer(b.store, "amal", letter, Answer.DONE, NINE + timedelta(hours=h)) for h in (0, 30)]
    assert first == Counted(DAY, new=True, answer=Answer.DONE)
    assert late == [Counted(DAY, new=False, answer=Answer.DONE)] * 2
    who = await chosen(b.store, "amal")
    assert (who.done, who.streak, who.done_on) == (1, 1, DAY.isoformat())
    assert who.active_on == "2027-03-09"


async def test_three_presses_at_one_moment_count_once(bench: Benches) -> None:
    b, (letter,) = await _sent(bench)
    said = await asyncio.gather(*(answer(b.store, "amal", letter, Answer.DONE, NINE) for _ in range(3)))
    assert sorted(each.new for each in said if each) == [False, False, True]
    assert (await chosen(b.store, "amal")).done == 1


async def test_not_today_counts_as_that_and_may_still_become_done(bench: Benches) -> None:
    b, (letter,) = await _sent(bench)
    said = [Answer.NOT_TODAY, Answer.NOT_TODAY, Answer.DONE, Answer.NOT_TODAY]
    found = [await answer(b.store, "amal", letter, each, NINE) for each in said]
    assert [each and (each.new, each.answer.value) for each in found] == [
        (True, "not_today"),
        (False, "not_today"),
        (True, "done"),
        (False, "done"),
    ]
    async with b.store.read() as connection:
        kept = (await connection.execute(select(response.c.answer))).scalars().all()
    assert kept == ["done"]


async def test_nobody_answers_for_another(bench: Benches) -> None:
    b, (letter,) = await _sent(bench)
    await add_volunteers(b.store, ["sami"])
    assert await answer(b.store, "sami", letter, Answer.DONE, NINE) is None
    assert await answer(b.store, "amal", letter + 1_000, Answer.DONE, NINE) is None
    assert not await pressed(b.store, "sami", letter, NINE)
    assert (await chosen(b.store, "amal")).done == (await chosen(b.store, "sami")).done == 0


@pytest.mark.parametrize("by_answer", [True, False])
async def test_any_button_settles_a_letter_that_nobody_knew_about(bench: Benches, by_answer: bool) -> None:
    b = bench(Feature.LETTERS)
    await add_bot(b.store)
    await add_volunteers(b.store, ["amal"])
    await add_prompt(b.store)
    b.platform.script[BOT].append(OutcomeUnknown("telegram-bot", BOT, "Died."))
    b.clock.set(NINE)
    await b.run()
    (letter,) = await letters(b.store)
    assert letter.state == "unknown"
    if by_answer:
        await answer(b.store, "amal", letter.id, Answer.NOT_TODAY, NINE)
    else:
        assert await pressed(b.store, "amal", letter.id, NINE)
    (letter,) = await letters(b.store)
    assert (letter.state, letter.accepted_at, letter.reason) == ("sent", NINE, None)


async def test_days_in_a_row_are_counted_also_when_they_are_told_in_another_order(bench: Benches) -> None:
    b, numbers = await _sent(bench, days=3)
    async with b.store.read() as connection:
        found = await connection.execute(
            select(delivery.c.id).where(delivery.c.id.in_(numbers)).order_by(delivery.c.planned_at)
        )
        first, second, third = found.scalars().all()
    for letter, expected in ((third, 1), (second, 2), (first, 3)):
        await answer(b.store, "amal", letter, Answer.DONE, NINE + timedelta(days=2))
        assert (await chosen(b.store, "amal")).streak == expected
    assert (await chosen(b.store, "amal")).done_on == "2027-03-10"


@pytest.mark.parametrize(
    ("so_far", "last", "on", "expected"),
    [
        (0, None, 5, 1),
        (3, 4, 5, 4),
        (3, 4, 6, 1),
        (3, 4, 1, 4),
        (3, 4, 3, 3),
        (3, 4, 4, 3),
    ],
)
def test_a_streak_grows_at_both_ends_and_ends_with_a_gap(
    so_far: int, last: int | None, on: int, expected: int
) -> None:
    before = None if last is None else date(2027, 3, last)
    assert streak(so_far, before, date(2027, 3, on)) == expected
