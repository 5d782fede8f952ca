"""A prompt becomes one letter for each volunteer it serves, at their own hour, through crashes and in bounded memory."""

import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import pytest

from channels.base import Feature
from channels.errors import OutcomeUnknown
from content.models import Level
from schedules.ledger import spreading
from schedules.ledger.ledger import Ledger
from schedules.ledger.values import Mark
from schedules.people.days import BEFORE_EVERYTHING
from schedules.store.engine import Store
from tests.schedules.ledger.conftest import Bench
from tests.support.deliveries import row, states
from tests.support.volunteers import (
    BEGINS,
    BOT,
    add_bot,
    add_prompt,
    add_volunteers,
    choose,
    chosen,
    letters,
    recipients,
)

Benches: TypeAlias = Callable[..., Bench]
HOUR = timedelta(hours=1)


async def _bot(bench: Benches, **lane: float) -> Bench:
    b = bench(Feature.LETTERS)
    b.clock.set(BEGINS)
    await add_bot(b.store, **lane)
    return b


async def test_every_volunteer_gets_one_letter_at_their_own_hour(bench: Benches) -> None:
    b = await _bot(bench)
    await add_volunteers(b.store, ["berlin"])
    await add_volunteers(b.store, ["kiribati"], zone="Pacific/Kiritimati", hour=8)
    await add_volunteers(b.store, ["nepal"], zone="Asia/Kathmandu", hour=21)
    one = await add_prompt(b.store)
    await b.run()
    due = {letter.kind: letter.due_at for letter in await letters(b.store)}
    assert due == {
        "letter-berlin": datetime(2027, 3, 8, 8, tzinfo=UTC),
        "letter-kiribati": datetime(2027, 3, 7, 18, tzinfo=UTC),
        "letter-nepal": datetime(2027, 3, 8, 15, 15, tzinfo=UTC),
    }
    assert (await row(b.store, one)).state == "sent"
    for _ in range(60):
        await b.later(timedelta(hours=1))
    assert recipients(b.platform.published) == ["kiribati", "berlin", "nepal"]


async def test_a_letter_is_too_late_when_the_quiet_hours_of_its_day_begin(bench: Benches) -> None:
    b = await _bot(bench)
    await add_volunteers(b.store, ["berlin"])
    await add_prompt(b.store)
    await b.run()
    b.clock.set(datetime(2027, 3, 8, 21, tzinfo=UTC))
    await b.run()
    (letter,) = await letters(b.store)
    assert letter.expires_at == datetime(2027, 3, 8, 21, tzinfo=UTC)
    assert letter.state == "expired"
    assert b.platform.published == []


async def test_only_those_are_served_whom_it_serves(bench: Benches) -> None:
    b = await _bot(bench)
    await add_volunteers(b.store, ["nobody"])
    await add_volunteers(b.store, ["one"], level="one")
    await add_volunteers(b.store, ["public"], level="public")
    await add_volunteers(b.store, ["arabic"], language="ar")
    await add_volunteers(b.store, ["paused"], rhythm="paused")
    await add_volunteers(b.store, ["away"], paused_until=BEGINS + timedelta(days=9))
    await add_volunteers(b.store, ["back"], paused_until=datetime(2027, 3, 8, 8, tzinfo=UTC))
    await add_prompt(b.store, serves=(Level.NOBODY, Level.ONE))
    await add_prompt(b.store, "loud", serves=(Level.PUBLIC,))
    await b.run()
    assert [(each.kind, each.message) for each in await letters(b.store)] == [
        ("letter-back", "day-1"),
        ("letter-nobody", "day-1"),
        ("letter-one", "day-1"),
        ("letter-public", "loud"),
    ]


@pytest.mark.parametrize(
    ("last", "gets"), [(None, True), ("2027-03-01", True), ("2027-03-02", False), ("2027-03-07", False)]
)
async def test_a_weekly_volunteer_gets_one_in_seven_days(
    bench: Benches, last: str | None, gets: bool
) -> None:
    b = await _bot(bench)
    await add_volunteers(b.store, ["amal"], rhythm="weekly", prompted_on=last)
    await add_prompt(b.store)
    await b.run()
    assert bool(await letters(b.store)) is gets
    assert (await chosen(b.store, "amal")).prompted_on == ("2027-03-08" if gets else last)


async def test_a_prompt_without_anybody_is_no_failure(bench: Benches) -> None:
    b = await _bot(bench)
    one = await add_prompt(b.store)
    await b.run()
    assert (await row(b.store, one)).state == "sent"


async def test_fewer_than_five_letters_are_not_counted_out(bench: Benches) -> None:
    b = await _bot(bench)
    await add_volunteers(b.store, ["a", "b"])
    one = await add_prompt(b.store)
    await b.run()
    assert (await row(b.store, one)).reason == "Letters: <5."


async def test_spreading_goes_on_where_a_crash_left_it(
    bench: Benches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreading, "CHUNK", 10)
    b = await _bot(bench)
    await add_volunteers(b.store, [f"v{number:03}" for number in range(35)])
    one = await add_prompt(b.store)
    (held,) = await b.ledger.claim(1, "w")
    await b.ledger.mark([Mark(held.id, held.claim, {})])
    b.ledger.advance = _dying_after(b.ledger, 2)  # type: ignore[method-assign]
    prompt = held.prompt
    assert prompt is not None
    with pytest.raises(ConnectionError):
        await spreading.spread(b.ledger, held, prompt)
    assert len(await letters(b.store)) == 20
    assert (await row(b.store, one)).state == "sending"
    del b.ledger.advance
    await b.later(timedelta(minutes=3))
    assert len(await letters(b.store)) == 35
    assert (await row(b.store, one)).state == "sent"


def _dying_after(ledger: Ledger, times: int) -> Callable[..., bool]:
    left = [times]
    advance = ledger.advance

    def dying(*given: object) -> bool:
        left[0] -= 1
        if left[0] < 0:
            raise ConnectionError
        return advance(*given)  # type: ignore[arg-type]

    return dying


async def test_whoever_lost_the_claim_writes_nothing_more(
    bench: Benches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreading, "CHUNK", 10)
    b = await _bot(bench)
    await add_volunteers(b.store, [f"v{number:03}" for number in range(15)])
    await add_prompt(b.store)
    (held,) = await b.ledger.claim(1, "w")
    await b.ledger.mark([Mark(held.id, held.claim, {})])
    prompt = held.prompt
    assert prompt is not None
    assert await spreading.spread(b.ledger, held._replace(claim="another"), prompt) is None
    assert await letters(b.store) == []
    assert await spreading.spread(b.ledger, held, prompt) == 15


async def test_twice_spread_is_once_written(bench: Benches) -> None:
    b = await _bot(bench)
    await add_volunteers(b.store, ["a", "b"])
    await add_prompt(b.store)
    (held,) = await b.ledger.claim(1, "w")
    await b.ledger.mark([Mark(held.id, held.claim, {})])
    prompt = held.prompt
    assert prompt is not None
    assert await spreading.spread(b.ledger, held, prompt) == 2
    before = await letters(b.store)
    assert await spreading.spread(b.ledger, held, prompt) == 2
    assert await letters(b.store) == before


async def test_whoever_has_a_letter_of_that_day_in_another_language_gets_no_second(bench: Benches) -> None:
    b = await _bot(bench)
    await add_volunteers(b.store, ["amal"], hour=8, zone="Pacific/Kiritimati")
    await add_prompt(b.store)
    await b.run()
    await choose(b.store, "amal", language="ar")
    await add_prompt(b.store, language="ar")
    await b.run()
    assert [each.language for each in await letters(b.store)] == ["en"]


async def test_a_second_language_stands_in_where_the_day_has_none_in_their_own(bench: Benches) -> None:
    b = await _bot(bench)
    await add_volunteers(b.store, ["ar-quiet", "ar-open"], language="ar", reading="en")
    await choose(b.store, "ar-open", level="public")
    await add_volunteers(b.store, ["de"], language="de", reading="en")
    await add_volunteers(b.store, ["fr"], language="fr", reading="en")
    await add_volunteers(b.store, ["tr"], language="tr")
    english = await add_prompt(b.store)
    await add_prompt(b.store, language="ar", serves=(Level.NOBODY, Level.ONE), due_at=BEGINS + HOUR)
    await add_prompt(b.store, language="de", state="planned")
    await b.run()
    await b.later(2 * HOUR)
    found = [(each.kind.removeprefix("letter-"), each.language) for each in await letters(b.store)]
    assert found == [("ar-open", "en"), ("ar-quiet", "ar"), ("de", "en"), ("fr", "en")]
    assert (await row(b.store, english)).state == "sent"


async def test_letters_of_prompts_wait_for_the_pause_of_their_city_and_partner(bench: Benches) -> None:
    b = await _bot(bench)
    await add_volunteers(b.store, ["amal"], city="aleppo", partner="friends")
    await add_prompt(b.store)
    await b.run()
    (letter,) = await letters(b.store)
    assert (letter.city, letter.partner) == ("aleppo", "friends")


async def test_an_urgent_prompt_goes_before_all_others_where_people_are_awake(bench: Benches) -> None:
    b = await _bot(bench, rate=10, burst=10)
    await add_volunteers(b.store, [f"v{number:03}" for number in range(100)])
    await add_volunteers(b.store, ["asleep"], zone="America/Santiago")
    await add_prompt(b.store)
    b.clock.set(datetime(2027, 3, 8, 8, tzinfo=UTC))
    await b.run()
    begun = len(b.platform.published)
    assert 0 < begun < 50
    await add_prompt(b.store, "now", urgent=True, due_at=BEFORE_EVERYTHING)
    for _ in range(10):
        await b.later(timedelta(seconds=0.2))
    sent = [key for key in b.platform.published if "/urgent:now/" in key]
    assert len(sent) >= 15
    assert len(b.platform.published) - begun <= len(sent) + 1
    due = {each.kind: each.due_at for each in await letters(b.store) if each.message == "now"}
    assert due["letter-v001"] == BEFORE_EVERYTHING
    assert due["letter-asleep"] == datetime(2027, 3, 8, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("where", "on", "hour", "expected"),
    [
        ("America/Santiago", "2027-09-05", 9, "2027-09-05T12:00:00+00:00"),
        ("America/Santiago", "2027-04-04", 9, "2027-04-04T13:00:00+00:00"),
        ("Europe/Berlin", "2027-03-28", 9, "2027-03-28T07:00:00+00:00"),
        ("Australia/Lord_Howe", "2027-10-03", 9, "2027-10-02T22:00:00+00:00"),
    ],
)
async def test_on_days_when_the_clocks_change_the_hour_is_that_of_the_wall(
    bench: Benches, where: str, on: str, hour: int, expected: str
) -> None:
    b = await _bot(bench)
    await add_volunteers(b.store, ["amal"], zone=where, hour=hour)
    await add_prompt(b.store, on=datetime.fromisoformat(on).date())
    await b.later(datetime.fromisoformat(on).replace(tzinfo=UTC) - timedelta(hours=14) - b.clock.now())
    (letter,) = await letters(b.store)
    assert letter.due_at == datetime.fromisoformat(expected)


async def test_an_unknown_prompt_is_counted_and_nobody_is_asked_about_it(bench: Benches) -> None:
    b = await _bot(bench)
    await add_volunteers(b.store, ["amal"])
    await add_prompt(b.store)
    b.clock.set(datetime(2027, 3, 8, 8, tzinfo=UTC))
    b.platform.script[BOT].append(OutcomeUnknown("telegram-bot", BOT, "Died."))
    await b.run()
    (letter,) = await letters(b.store)
    assert (letter.state, letter.reason, letter.remedy) == ("unknown", "Died.", None)


@pytest.mark.parametrize(
    "meanwhile", [{"rhythm": "paused"}, {"level": "nobody"}, {"paused_until": BEGINS + timedelta(days=3)}]
)
async def test_whoever_is_not_to_get_it_any_more_is_found_out_at_the_mark(
    bench: Benches, meanwhile: dict[str, object]
) -> None:
    b = await _bot(bench)
    await add_volunteers(b.store, ["amal"], level="one")
    await add_prompt(b.store, serves=(Level.ONE, Level.PUBLIC))
    await b.run()
    await choose(b.store, "amal", **meanwhile)
    b.clock.set(datetime(2027, 3, 8, 8, tzinfo=UTC))
    await b.run()
    assert (await states(b.store)) == {"cancelled": 1, "sent": 1}
    assert b.platform.published == []


async def test_whoever_allows_more_since_then_still_gets_it(bench: Benches) -> None:
    b = await _bot(bench)
    await add_volunteers(b.store, ["amal"], level="one")
    await add_prompt(b.store, serves=(Level.ONE,))
    await b.run()
    await choose(b.store, "amal", level="public")
    b.clock.set(datetime(2027, 3, 8, 8, tzinfo=UTC))
    await b.run()
    assert recipients(b.platform.published) == ["amal"]


async def _spread_many(b: Bench, people: int) -> int:
    """Spread a prompt to so many volunteers. The most memory taken meanwhile, in bytes."""
    await add_bot(b.store)
    await add_volunteers(b.store, (f"v{number:06}" for number in range(people)))
    await add_prompt(b.store)
    (held,) = await b.ledger.claim(1, "w")
    await b.ledger.mark([Mark(held.id, held.claim, {})])
    prompt = held.prompt
    assert prompt is not None
    tracemalloc.start()
    written = await spreading.spread(b.ledger, held, prompt)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert written == people
    return most


async def test_five_thousand_volunteers_are_spread_in_bounded_memory(bench: Benches) -> None:
    b = bench(Feature.LETTERS)
    b.clock.set(BEGINS)
    assert await _spread_many(b, 5_000) < 20_000_000


@pytest.mark.slow
async def test_a_hundred_thousand_volunteers_take_no_more_memory_than_five_thousand(
    sqlite_url: str,
) -> None:
    b = Bench(Store(sqlite_url), (Feature.LETTERS,))
    b.clock.set(BEGINS)
    assert await _spread_many(b, 100_000) < 20_000_000
    await b.store.close()
