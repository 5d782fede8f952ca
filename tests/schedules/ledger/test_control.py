import asyncio
from datetime import UTC, datetime

from schedules.ledger.control import FRESH_SECONDS, WIPED, Control
from schedules.ledger.values import Claimed

HELD = Claimed(
    id=1,
    claim="c",
    kind="publish",
    after=None,
    account="a",
    campaign="demo",
    city="berlin",
    partner=None,
    planned_at=datetime(2027, 3, 6, tzinfo=UTC),
    attempt=0,
    crashes=0,
    key="k",
    language="en",
    body="{}",
    prepared={},
)


class Timeline:
    """A clock and a database that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.paused: frozenset[str] = frozenset()
        self.is_silent = False

    def elapsed(self) -> float:
        return self.now

    async def pauses(self) -> frozenset[str]:
        if self.is_silent:
            raise OSError
        return self.paused


async def test_nothing_is_allowed_before_the_pauses_are_known() -> None:
    control = Control(Timeline().pauses)
    assert not control.allows(HELD)


async def test_each_scope_stops_what_it_covers_and_nothing_else() -> None:
    line = Timeline()
    control = Control(line.pauses, line.elapsed)
    for scope in ("everything", "campaign:demo", "city:berlin", "account:a"):
        line.paused = frozenset({scope})
        await control.refresh()
        assert not control.allows(HELD), scope
    line.paused = frozenset({"account:b", "city:paris", "partner:p", "campaign:other"})
    await control.refresh()
    assert control.allows(HELD)


async def test_what_was_known_too_long_ago_allows_nothing() -> None:
    line = Timeline()
    control = Control(line.pauses, line.elapsed)
    await control.refresh()
    line.now += FRESH_SECONDS - 0.01
    assert control.allows(HELD)
    line.now += 0.02
    assert not control.allows(HELD)


async def test_a_slow_answer_counts_from_when_it_was_asked() -> None:
    line = Timeline()

    async def slow() -> frozenset[str]:
        line.now += 2 * FRESH_SECONDS
        return frozenset()

    control = Control(slow, line.elapsed)
    await control.refresh()
    assert not control.is_fresh()


async def test_watching_survives_a_silent_database_and_notices_its_return() -> None:
    line, asked = Timeline(), asyncio.Event()

    async def pauses() -> frozenset[str]:
        asked.set()
        return await line.pauses()

    async def until_asked_again() -> None:
        asked.clear()
        await asyncio.wait_for(asked.wait(), 60)
        await asyncio.sleep(0)

    control = Control(pauses, line.elapsed)
    watching = asyncio.create_task(control.watch())
    await until_asked_again()
    assert control.is_fresh()
    line.is_silent, line.now = True, line.now + 10
    await until_asked_again()
    assert not control.is_fresh()
    line.is_silent = False
    await until_asked_again()
    assert control.is_fresh()
    watching.cancel()


async def test_watching_ends_even_when_it_is_told_to_at_the_moment_of_an_answer() -> None:
    answered = 0

    async def pauses() -> frozenset[str]:
        nonlocal answered
        answered += 1
        asyncio.get_running_loop().call_soon(watching.cancel)
        return frozenset()

    watching = asyncio.create_task(Control(pauses).watch())
    await asyncio.wait({watching}, timeout=60)
    assert watching.cancelled()
    assert answered == 1


async def test_after_a_wipe_nothing_is_allowed() -> None:
    line = Timeline()
    control = Control(line.pauses, line.elapsed)
    await control.refresh()
    assert not control.is_wiped
    line.paused = frozenset({WIPED})
    await control.refresh()
    assert control.is_wiped
    assert not control.allows(HELD)
