from schedules.clock import SetClock
from schedules.people import expecting
from schedules.people.expecting import PATIENCE
from schedules.store.engine import Store
from tests.support.crowd import MORNING, arrive, clock


async def test_the_next_message_is_taken_for_what_was_said(store: Store) -> None:
    name = await arrive(store)
    await expecting.expect(store, clock(), name, "link:17")
    assert await expecting.expected(store, clock(), name) == "link:17"


async def test_the_latest_word_counts(store: Store) -> None:
    name = await arrive(store)
    await expecting.expect(store, clock(), name, "link:17")
    await expecting.expect(store, clock(), name, "sentence:4")
    assert await expecting.expected(store, clock(), name) == "sentence:4"


async def test_after_an_hour_nothing_is_expected(store: Store) -> None:
    name = await arrive(store)
    await expecting.expect(store, clock(), name, "link:17")
    assert await expecting.expected(store, SetClock(MORNING + PATIENCE), name) is None


async def test_what_is_done_is_not_expected_any_more_and_others_are(store: Store) -> None:
    one, two = await arrive(store, 1), await arrive(store, 2)
    for name in (one, two):
        await expecting.expect(store, clock(), name, "code")
    await expecting.done(store, one)
    assert await expecting.expected(store, clock(), one) is None
    assert await expecting.expected(store, clock(), two) == "code"
