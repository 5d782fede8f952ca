"""What a change does to deliveries: what is not sent, of that city, and nothing else."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from content.models import Changes, DayChange, StepKind, Variant
from schedules.action_days import changes
from schedules.clock import SetClock
from schedules.people.days import NEVER
from schedules.store.engine import Store
from schedules.store.tables import override, post
from tests.schedules.action_days.days import day_at, step, with_day
from tests.schedules.planning.factories import city, message
from tests.support.deliveries import NOON, add_accounts, add_deliveries, row

HALF = timedelta(minutes=30)
CLOCK = SetClock(NOON)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = Store(database_url)
    try:
        await add_accounts(opened, "a", "b")
        yield opened
    finally:
        await opened.close()


async def _add(
    store: Store, state: str, slot: str = "rise:now", city: str | None = "berlin", **values: Any
) -> int:
    return (await add_deliveries(store, ["a"], 1, state=state, slot=slot, city=city, **values))[0]


async def test_a_shift_moves_what_is_not_sent_and_takes_the_claim_away(store: Store) -> None:
    claimed = await _add(store, "claimed", claim="c", lease_until=NOON + HALF)
    others = [
        await _add(store, "sent"),
        await _add(store, "ready", slot="rising:now"),
        await _add(store, "ready", city="lyon"),
        await _add(store, "ready", city=None),
        await _add(store, "ready", slot="rise:!delayed:en", due_at=NEVER),
        await _add(store, "ready", kind="retract"),
    ]
    by_hand = await _add(store, "ready")
    async with store.write() as connection:
        (key,) = (
            await connection.execute(post.select().where(post.c.id == (await row(store, by_hand)).post))
        ).one()[1:2]
        made = {
            "cancelled": False,
            "local_at": "2027-03-06T12:00",
            "zone": "UTC",
            "actor": "ada",
            "made_at": NOON,
        }
        await connection.execute(override.insert().values(key=key, **made))
    before = [await row(store, each) for each in (*others, by_hand)]
    async with store.write() as connection:
        await changes.shift(connection, CLOCK, "demo", "rise", ["berlin"], HALF)
    now = await row(store, claimed)
    assert (now.state, now.claim, now.due_at, now.planned_at) == ("ready", None, NOON + HALF, NOON + HALF)
    assert [await row(store, each) for each in (*others, by_hand)] == before


async def test_a_shift_gives_late_sign_ups_as_much_longer_what_is_out(store: Store) -> None:
    where = [
        await _add(store, "sent", slot="rise:where:en"),
        await _add(store, "sending", slot="rise:where:de"),
    ]
    others = [
        await _add(store, "sent", slot="rise:where:en", kind="letter-ada"),
        await _add(store, "sent", slot="rise:!moved:en"),
        await _add(store, "sent", slot="rise:where:en", city="lyon"),
        await _add(store, "expired", slot="rise:where:en"),
    ]
    first, rest = [await row(store, each) for each in where], [await row(store, each) for each in others]
    async with store.write() as connection:
        await changes.shift(connection, CLOCK, "demo", "rise", ["berlin"], HALF)
    now = [await row(store, each) for each in where]
    assert [each.expires_at for each in now] == [each.expires_at + HALF for each in first]
    assert [(each.state, each.due_at, each.planned_at) for each in now] == [
        (each.state, each.due_at, each.planned_at) for each in first
    ]
    assert [await row(store, each) for each in others] == rest


async def test_calling_off_cancels_what_is_not_sent_and_spares_what_takes_back(store: Store) -> None:
    gone = [await _add(store, state) for state in ("planned", "ready", "claimed", "handed_off")]
    general = await _add(store, "ready", city=None)
    kept = [
        await _add(store, "sent"),
        await _add(store, "sending"),
        await _add(store, "ready", kind="retract"),
        await _add(store, "ready", slot="rise:thanks:en"),
    ]
    async with store.write() as connection:
        await changes.call_off(connection, CLOCK, "demo", "rise", ["berlin"], ["rise:thanks"])
    assert [(await row(store, each)).state for each in gone] == ["cancelled"] * 4
    assert [(await row(store, each)).state for each in kept] == ["sent", "sending", "ready", "ready"]
    assert (await row(store, general)).state == "ready"
    async with store.write() as connection:
        await changes.call_off(connection, CLOCK, "demo", "rise", [""], [])
    assert (await row(store, general)).state == "cancelled"


async def test_what_tells_of_a_change_is_let_go_once_and_only_there(store: Store) -> None:
    there, elsewhere = (
        await _add(store, "ready", "rise:!ended:en", due_at=NEVER),
        await _add(store, "ready", "rise:!ended:en", "lyon", due_at=NEVER),
    )
    waiting = await _add(store, "planned", "rise:!ended", due_at=NEVER)

    async def go() -> changes.LetGo:
        async with store.write() as connection:
            return await changes.let_go(connection, CLOCK, "demo", "rise", ["berlin"], DayChange.ENDED)

    assert await go() == changes.LetGo(frozenset({"berlin"}), frozenset({"berlin"}))
    assert await go() == changes.LetGo(frozenset(), frozenset())
    assert [(await row(store, each)).due_at for each in (there, elsewhere, waiting)] == [NOON, NEVER, NOON]
    assert (await row(store, waiting)).reason == changes.APPROVE_NOW


def test_thanks_the_next_ask_and_what_tells_of_it_stay_after_the_end() -> None:
    told = Changes(ended="launch", aborted="launch")
    day = day_at(datetime(2026, 9, 5, 18), step("thanks", 3, StepKind.THANKS), step("now", 0)).model_copy(
        update={"changes": told}
    )
    assert changes.kept_by(day, DayChange.ENDED) == ("the-day:thanks", "the-day:!ended", "the-day:!aborted")
    assert changes.kept_by(day, DayChange.ABORTED) == ("the-day:!aborted",)


@pytest.mark.parametrize(
    ("source", "depends"),
    [
        ("{{ day.number }} cities", True),
        ("{% for name in day.cities %}{{ name }}{% endfor %}", True),
        ("{% if day %}{{ hashtag }}{% endif %} every day.", False),
        ("Today is the day. {{ hashtag }}", False),
    ],
)
def test_a_message_depends_on_its_day_where_a_template_prints_something_of_it(
    source: str, *, depends: bool
) -> None:
    text = Variant(language="en", channel=None, audience=None, source=source, file="messages/launch/en.md")
    day = day_at(datetime(2026, 9, 5, 16, tzinfo=UTC), step("now", 0))
    campaign = with_day(
        day, city("berlin", "Europe/Berlin"), messages=(message().model_copy(update={"variants": (text,)}),)
    )
    assert (changes.depending_messages(campaign) == {"launch"}) is depends
