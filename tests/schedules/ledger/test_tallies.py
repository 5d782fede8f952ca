"""Letters become counts, and then nothing is left of who got them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from channels.base import Feature
from channels.errors import OutcomeUnknown, Refused, Unreachable
from schedules.ledger import tallies
from schedules.ledger.answers import Answer, answer
from schedules.ledger.tallies import Progress, close_days, forget, posts_on, progress
from schedules.people import volunteers
from schedules.store.engine import Store
from schedules.store.tables import attempt, delivery, post, response, tally
from tests.schedules.ledger.conftest import Bench
from tests.schedules.ledger.test_prompts import Benches
from tests.support.volunteers import BOT, DAY, add_bot, add_prompt, add_volunteers, letters

NINE = datetime(2027, 3, 8, 8, tzinfo=UTC)
OVER = datetime(2027, 3, 11, 12, tzinfo=UTC)
"""Two days after the date has ended in the last zone."""


async def _sent(bench: Benches) -> Bench:
    """Twelve people of whom one was refused and one is unknown; seven in Berlin, five of no city."""
    b = bench(Feature.LETTERS)
    await add_bot(b.store)
    await add_volunteers(b.store, [f"b{number}" for number in range(7)], city="berlin")
    await add_volunteers(b.store, [f"n{number}" for number in range(5)])
    await add_prompt(b.store)
    b.platform.script[BOT].extend(
        [Refused("t", BOT, "Gone."), OutcomeUnknown("t", BOT, "Died."), Unreachable("t", BOT, "Away.")]
    )
    b.clock.set(NINE)
    await b.run()
    await b.later(timedelta(minutes=11))
    for letter in await letters(b.store, "b3", "b4", "b5", "n3"):
        said = Answer.NOT_TODAY if letter.kind == "letter-b5" else Answer.DONE
        await answer(b.store, letter.kind.removeprefix("letter-"), letter.id, said, NINE)
    return b


async def _tallies(store: Store) -> set[tuple[str, int, int, int, int]]:
    async with store.read() as connection:
        found = await connection.execute(
            select(tally.c.city, tally.c.sent, tally.c.unknown, tally.c.done, tally.c.declined)
        )
        return {tuple(row) for row in found}


async def test_two_days_later_counts_are_left_and_no_letter(bench: Benches) -> None:
    b = await _sent(bench)
    b.clock.set(OVER - timedelta(seconds=1))
    assert await close_days(b.store, b.clock) == 0
    b.clock.set(OVER)
    assert await close_days(b.store, b.clock) == 12
    assert await close_days(b.store, b.clock) == 0
    assert await _tallies(b.store) == {("berlin", 5, 1, 2, 1), ("", 5, 0, 1, 0)}
    assert await letters(b.store) == []
    async with b.store.read() as connection:
        left = [
            (await connection.execute(select(func.count()).select_from(table))).scalar()
            for table in (response, attempt)
        ]
    assert left == [0, 1]


async def test_closing_in_small_steps_counts_the_same(
    bench: Benches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallies, "CHUNK", 2)
    b = await _sent(bench)
    b.clock.set(OVER)
    assert await close_days(b.store, b.clock) == 12
    assert await _tallies(b.store) == {("berlin", 5, 1, 2, 1), ("", 5, 0, 1, 0)}


async def test_an_answer_after_the_count_is_no_error(bench: Benches) -> None:
    b = await _sent(bench)
    letter = (await letters(b.store, "b6"))[0].id
    b.clock.set(OVER)
    await close_days(b.store, b.clock)
    assert await answer(b.store, "b6", letter, Answer.DONE, OVER) is None


async def test_progress_is_the_same_before_and_after_the_count(bench: Benches) -> None:
    b = await _sent(bench)
    posts = await posts_on(b.store, "demo", DAY)
    assert await posts_on(b.store, "demo", DAY + timedelta(days=1)) == ()
    assert await progress(b.store, posts, "berlin") == Progress(5, 2, 1)
    b.clock.set(OVER)
    await close_days(b.store, b.clock)
    assert await progress(b.store, posts, "berlin") == Progress(5, 2, 1)
    assert await progress(b.store, posts, "homs") == Progress(0, 0, 0)


async def test_forgetting_somebody_keeps_the_count_and_no_row(bench: Benches) -> None:
    b = await _sent(bench)
    async with b.store.write() as connection:
        await forget(connection, "b3")
        await volunteers.erase(connection, "b3")
    assert await letters(b.store, "b3") == []
    assert await _tallies(b.store) == {("berlin", 1, 0, 1, 0)}
    posts = await posts_on(b.store, "demo", DAY)
    assert await progress(b.store, posts, "berlin") == Progress(5, 2, 1)


async def test_the_letters_of_mailing_lists_are_left_alone(bench: Benches) -> None:
    b = await _sent(bench)
    async with b.store.write() as connection:
        await connection.execute(post.update().values(slot="launch"))
    b.clock.set(OVER)
    assert await close_days(b.store, b.clock) == 0
    assert len(await letters(b.store)) == 12


async def test_what_is_still_being_sent_is_left_for_later(bench: Benches) -> None:
    b = await _sent(bench)
    (letter,) = await letters(b.store, "b6")
    async with b.store.write() as connection:
        await connection.execute(
            delivery.update().where(delivery.c.id == letter.id).values(state="sending")
        )
    b.clock.set(OVER)
    assert await close_days(b.store, b.clock) == 11
