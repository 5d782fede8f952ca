"""What is written in the letter of one volunteer."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import TypeAlias

from channels.base import Feature
from schedules.ledger.cards import arrived_on, in_language, written
from tests.schedules.ledger.conftest import Bench
from tests.support.deliveries import TEXT
from tests.support.volunteers import DAY, add_bot, add_prompt, add_volunteers, letters

Benches: TypeAlias = Callable[..., Bench]
MORNING, NOON = (datetime.combine(DAY, time(hour), UTC) for hour in (5, 12))


async def _prompted(bench: Benches) -> Bench:
    b = bench(Feature.LETTERS)
    b.clock.set(MORNING)
    await add_bot(b.store)
    await add_volunteers(b.store, ["amal", "basil"])
    await add_prompt(b.store)
    await b.run()
    return b


async def test_a_letter_is_read_by_whom_it_is_for(bench: Benches) -> None:
    b = await _prompted(bench)
    (hers,) = await letters(b.store, "amal")
    found = await written(b.store, "amal", hers.id)
    assert found is not None
    assert (found.number, found.language, found.text) == (hers.id, "en", TEXT)
    assert (found.prompt.id, found.prompt.on) == ("day-1", DAY)
    assert await written(b.store, "basil", hers.id) is None


async def test_what_has_arrived_is_found_by_its_date(bench: Benches) -> None:
    b = await _prompted(bench)
    b.clock.set(NOON)
    await b.run()
    found = await arrived_on(b.store, "amal", "demo", DAY)
    assert found is not None
    assert found.prompt.on == DAY
    assert await arrived_on(b.store, "amal", "demo", DAY + timedelta(days=1)) is None
    assert await arrived_on(b.store, "amal", "other", DAY) is None


async def test_what_has_not_arrived_is_not_found(bench: Benches) -> None:
    b = await _prompted(bench)
    assert await arrived_on(b.store, "amal", "demo", DAY) is None


async def test_a_letter_is_there_in_another_language_where_it_was_sent_so(bench: Benches) -> None:
    b = bench(Feature.LETTERS)
    b.clock.set(MORNING)
    await add_bot(b.store)
    await add_volunteers(b.store, ["amal"])
    await add_prompt(b.store)
    await add_prompt(b.store, language="ar")
    await add_prompt(b.store, language="fr", state="planned")
    await add_prompt(b.store, "quiet", language="de")
    await b.run()
    (hers,) = await letters(b.store, "amal")
    own = await written(b.store, "amal", hers.id)
    assert own is not None
    other = await in_language(b.store, own, "ar")
    assert other is not None
    assert (other.number, other.language, other.prompt) == (own.number, "ar", own.prompt)
    assert [await in_language(b.store, own, each) for each in ("fr", "de", "tr")] == [None] * 3
