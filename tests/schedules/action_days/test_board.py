"""What the board says of a day, from rows as captains, workers and reviewers leave them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from content.models import ActionDay, Campaign, DayCity, Risk, StepKind
from schedules.action_days import checkins
from schedules.action_days.board import Board, Sent, is_kept, may_be_public, read_board
from schedules.action_days.checkins import What
from schedules.clock import SetClock
from schedules.people import signups
from schedules.people.signups import SignUp
from schedules.planning.cities import Status, lock_city, write_city
from schedules.store.engine import Store
from schedules.store.tables import delivery, media, pause, photo, post
from tests.schedules.action_days.days import day_at, step, with_day
from tests.schedules.planning.factories import city
from tests.support.deliveries import BODY
from tests.support.volunteers import add_bot, add_volunteers

NOON = datetime(2027, 3, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CITIES = (
    city("berlin", "Europe/Berlin"),
    city("lyon", "Europe/Paris"),
    city("aleppo", "Asia/Damascus", Risk.GUARDED),
)
DAY = day_at(
    NOON,
    step("week", -168, StepKind.POST, channels=("telegram",), cities="all"),
    step("come", -120),
    step("quiet", -48, cities=("aleppo",)),
    step("roll", -24, StepKind.ROLL_CALL),
    cities=tuple(DayCity(id=each.id) for each in CITIES),
    board="public",
)
CAMPAIGN: Campaign = with_day(DAY, *CITIES).model_copy(update={"id": "demo"})


class Desk:
    """A store with the day in it, and ways to let things happen."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = SetClock(NOON - timedelta(days=3))

    async def told(self, name: str, what: What, at: datetime, people: int | None = None) -> None:
        self.clock.set(at)
        async with self.store.write() as connection:
            await checkins.write(
                connection, self.clock, "demo", DAY.id, name, what, happened_at=at, people=people
            )

    async def changed(self, name: str, at: datetime, **values: Any) -> None:
        self.clock.set(at)
        async with self.store.write() as connection:
            await lock_city(connection, self.clock, "demo", DAY.id, name)
            await write_city(connection, self.clock, "demo", DAY.id, name, **values)

    async def sent(self, slot: str, state: str, at: datetime | None, kind: str = "publish") -> None:
        """A delivery that was planned for T-0 and accepted at some time."""
        row = {"account": "bot", "campaign": "demo", "state": state, "accepted_at": at, "kind": kind}
        times = dict.fromkeys(("due_at", "planned_at", "expires_at"), NOON)
        async with self.store.write() as connection:
            made = await connection.execute(post.insert().returning(post.c.id), [_post(slot)])
            number = made.scalar_one()
            await connection.execute(
                delivery.insert(), [row | times | {"post": number, "changed_at": at or NOON}]
            )

    async def look(self, at: datetime, *, public: bool = False) -> Board:
        return await read_board(self.store, CAMPAIGN, DAY, at, public=public)


_NUMBERS = iter(range(10_000))


def _post(slot: str) -> dict[str, Any]:
    return {
        "key": f"demo/{next(_NUMBERS)}", "campaign": "demo", "slot": slot, "message": "m", "account": "bot",
        "occurrence": "1", "language": "en", "variant": "m/en.md", "local_at": "2027-03-20T12:00:00",
        "zone": "UTC", "gap": "shift", "overlap": "first", "fixed": True, "note": "none", "body": BODY,
        "digest": "d", "revision": 1, "author": "ada",
    }  # fmt: skip


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    store = Store(database_url)
    await add_bot(store)
    yield Desk(store)
    await store.close()


def city_of(board: Board, name: str) -> Any:
    return next(each for each in board.cities if each.id == name)


async def test_estimates_are_added_up_and_a_guarded_city_is_only_in_the_sum(desk: Desk) -> None:
    await desk.told("berlin", What.BEGUN, NOON + MINUTE)
    await desk.told("berlin", What.PEOPLE, NOON + 5 * MINUTE, 50)
    await desk.told("berlin", What.PEOPLE, NOON + 9 * MINUTE, 300)
    await desk.told("aleppo", What.PEOPLE, NOON + 6 * MINUTE, 20)
    await desk.changed("lyon", NOON + 7 * MINUTE, status=Status.ABORTED.value)
    board = await desk.look(NOON + 10 * MINUTE)
    assert [each.id for each in board.cities] == ["berlin", "lyon"]
    assert (board.totals.people, board.totals.counted, board.totals.cities) == (320, 2, 3)
    berlin, lyon = board.cities
    assert (berlin.status, berlin.people, berlin.begun_at) == (Status.BEGUN, 300, NOON + MINUTE)
    assert (lyon.status, lyon.people) == (Status.ABORTED, None)
    assert "aleppo" not in repr(board)


async def test_the_public_sees_it_a_quarter_of_an_hour_later_and_never_a_danger(desk: Desk) -> None:
    await desk.told("berlin", What.PEOPLE, NOON + 5 * MINUTE, 50)
    await desk.changed("lyon", NOON + 5 * MINUTE, delay_minutes=30)
    await desk.told("berlin", What.DANGER, NOON + 6 * MINUTE)
    async with desk.store.write() as connection:
        await connection.execute(pause.insert().values(scope="city:berlin", actor="amal", paused_at=NOON))
    early = await desk.look(NOON + 19 * MINUTE, public=True)
    assert (city_of(early, "berlin").people, city_of(early, "lyon").delay) == (None, timedelta())
    later = await desk.look(NOON + 22 * MINUTE, public=True)
    assert (city_of(later, "berlin").people, city_of(later, "lyon").delay) == (50, 30 * MINUTE)
    assert (city_of(later, "berlin").danger_at, city_of(later, "berlin").is_held) == (None, False)
    private = city_of(await desk.look(NOON + 6 * MINUTE), "berlin")
    assert (private.danger_at, private.is_held) == (NOON + 6 * MINUTE, True)
    await desk.told("berlin", What.SAFE, NOON + 30 * MINUTE)
    assert city_of(await desk.look(NOON + 31 * MINUTE), "berlin").danger_at is None


async def test_who_comes_is_told_to_organisers_alone(desk: Desk) -> None:
    await add_volunteers(desk.store, ["ada", "ben"])
    async with desk.store.write() as connection:
        for name in ("ada", "ben"):
            await signups.keep(
                connection, "demo", name, SignUp(DAY.id, "berlin", 2), NOON - timedelta(days=1)
            )
    await desk.changed("aleppo", NOON, coming=4)
    board = await desk.look(NOON)
    assert (city_of(board, "berlin").coming, board.totals.coming) == (6, 10)
    public = await desk.look(NOON + timedelta(hours=1), public=True)
    assert (city_of(public, "berlin").coming, public.totals.coming) == (None, None)


async def test_steps_count_what_went_out_when(desk: Desk) -> None:
    await desk.sent(f"{DAY.id}:week", "sent", NOON + timedelta(seconds=2))
    await desk.sent(f"{DAY.id}:week", "sent", NOON + 2 * MINUTE)
    await desk.sent(f"{DAY.id}:week", "expired", NOON + 3 * MINUTE)
    await desk.sent(f"{DAY.id}:week", "ready", None)
    await desk.sent(f"{DAY.id}:week", "cancelled", None)
    await desk.sent(f"{DAY.id}-two:week", "sent", NOON)
    await desk.sent(f"{DAY.id}:come:en", "sent", NOON)
    await desk.sent(f"{DAY.id}:come:en", "sent", NOON, kind="letter-ada")
    await desk.sent(f"{DAY.id}:!delayed:en", "planned", None)
    week, come, roll = (await desk.look(NOON + 5 * MINUTE)).steps
    counts = {Sent.ON_TIME: 1, Sent.LATE: 1, Sent.FAILED: 1, Sent.WAITING: 1}
    assert (week.counts, week.at) == (counts, NOON - timedelta(days=7))
    assert (come.counts, come.is_private) == ({Sent.ON_TIME: 1}, True)
    assert (roll.kind, roll.counts) == (StepKind.ROLL_CALL, {})
    [in_public] = (await desk.look(NOON + 16 * MINUTE, public=True)).steps
    assert in_public.counts == {Sent.ON_TIME: 1, Sent.WAITING: 3}


async def test_only_pictures_that_were_cleared_in_open_cities_are_shown(desk: Desk) -> None:
    rows = [("a", "berlin", "omar"), ("b", "berlin", None), ("c", "aleppo", "omar")]
    async with desk.store.write() as connection:
        for digest, name, by in rows:
            await connection.execute(media.insert().values(sha256=digest, mime="image/jpeg", data=b"x"))
            about = {"campaign": "demo", "day": DAY.id, "city": name, "sha256": digest}
            reviewed = {"received_at": NOON, "cleared_by": by, "reviewed_at": NOON + 5 * MINUTE}
            await connection.execute(photo.insert().values(about | reviewed))
    assert [each.sha256 for each in (await desk.look(NOON + 5 * MINUTE)).photos] == ["a"]
    assert (await desk.look(NOON + 19 * MINUTE, public=True)).photos == ()
    assert [each.sha256 for each in (await desk.look(NOON + 20 * MINUTE, public=True)).photos] == ["a"]


async def test_a_city_that_was_only_ended_has_not_begun(desk: Desk) -> None:
    for name in ("berlin", "lyon", "aleppo"):
        await desk.changed(name, NOON, status=Status.ENDED.value)
        await desk.told(name, What.ENDED, NOON)
    await desk.told("lyon", What.BEGUN, NOON + MINUTE)
    assert (await desk.look(NOON + MINUTE)).totals.begun == 1


WAVE = DAY.model_copy(update={"at": datetime(2027, 3, 20, 12)})
"""The same day at noon by the clocks of each city, in the guarded one first."""


async def test_no_view_tells_when_a_guarded_city_begins(desk: Desk) -> None:
    for public in (True, False):
        board = await read_board(desk.store, CAMPAIGN, WAVE, NOON, public=public)
        assert board.steps[0].at == NOON - timedelta(hours=1, days=7)


def test_a_public_board_waits_for_an_open_city() -> None:
    begins = NOON - timedelta(hours=1) + WAVE.board_delay
    assert [may_be_public(CAMPAIGN, WAVE, begins - by) for by in (MINUTE, timedelta())] == [False, True]
    hidden = with_day(WAVE, CITIES[2])
    assert not may_be_public(hidden, WAVE, NOON + timedelta(days=1))


async def test_boards_that_differ_in_nothing_but_their_time_are_equal(desk: Desk) -> None:
    assert await desk.look(NOON) == await desk.look(NOON + MINUTE)
    before = await desk.look(NOON + 2 * MINUTE)
    await desk.told("berlin", What.BEGUN, NOON + 3 * MINUTE)
    assert await desk.look(NOON + 3 * MINUTE) != before


@pytest.mark.parametrize(
    ("hours", "kept"), [(-24.1, False), (-24, True), (24, True), (24.2, False)], ids=str
)
def test_a_board_is_kept_from_a_day_before_until_a_day_after(hours: float, *, kept: bool) -> None:
    same_hour: ActionDay = day_at(datetime(2027, 3, 20, 12), cities=DAY.cities)
    for day in (DAY, same_hour):
        berlin = with_day(day, CITIES[0])
        start = NOON if day is DAY else NOON - timedelta(hours=1)
        assert is_kept(berlin, day, {}, start + timedelta(hours=hours)) is kept
