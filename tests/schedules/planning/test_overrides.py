"""Changes made at a door, laid over what the folder says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from content.models import DayCity, Gap, StepKind
from schedules.planning.cities import CityState
from schedules.planning.destinations import AccountView
from schedules.planning.drafts import Drafter
from schedules.planning.occurrences import Occurrence, occurrences
from schedules.planning.overrides import Override, Overrides, load_overrides
from schedules.store.engine import Store
from schedules.store.tables import override
from schedules.walltime import Note
from tests.schedules.action_days.days import day_at, step, with_day
from tests.schedules.action_days.test_letters import said
from tests.schedules.planning import factories as make

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def _occurrence(**keys: Any) -> Occurrence:
    campaign = make.campaign(make.slot(**keys))
    (found,) = occurrences(campaign, (make.account(),))
    return found


def _moved(occurrence: Occurrence, wall: str, zone: str) -> Occurrence:
    change = Override(occurrence.key, False, make.wall(wall), zone, "sami")  # noqa: FBT003
    (found,) = Overrides({occurrence.key: change}).apply([occurrence])
    return found


def test_without_changes_every_occurrence_stays() -> None:
    occurrence = _occurrence()
    assert list(Overrides({}).apply([occurrence])) == [occurrence]


def test_a_moved_post_keeps_its_key_and_gets_its_new_wall_time() -> None:
    occurrence = _occurrence()
    moved = _moved(occurrence, "2026-07-01 09:00", "Africa/Cairo")
    assert moved.key == occurrence.key
    assert (moved.local_at, moved.zone) == (make.wall("2026-07-01 09:00"), "Africa/Cairo")
    assert moved.due_at == make.utc("2026-07-01 06:00")
    assert moved.late_by == occurrence.late_by


def test_a_moved_post_follows_the_clocks_even_where_its_slot_named_an_instant() -> None:
    moved = _moved(_occurrence(at=make.utc("2026-06-01 10:00")), "2026-06-02 12:00", "Europe/Berlin")
    assert (moved.fixed, moved.gap, moved.note) == (False, Gap.SHIFT, Note.NONE)


def test_a_cancelled_post_is_named_and_still_planned() -> None:
    occurrence = _occurrence()
    changed = Overrides({occurrence.key: Override(occurrence.key, True, None, None, "sami")})  # noqa: FBT003
    assert changed.cancelled == {occurrence.key}
    assert list(changed.apply([occurrence])) == [occurrence]


def test_a_move_is_no_cancellation() -> None:
    change = Override("k", False, make.wall("2026-07-01 09:00"), "UTC", "sami")  # noqa: FBT003
    assert Overrides({"k": change}).cancelled == frozenset()


async def test_only_changes_of_the_campaign_itself_are_loaded(store: Store) -> None:
    async with store.write() as connection:
        for key in ("balloons/a", "balloons-2/a", "balloonsx/a", "b%/a", "b_/a"):
            await connection.execute(
                override.insert().values(key=key, cancelled=True, actor="sami", made_at=NOW)
            )
    assert set((await load_overrides(store, "balloons")).by_key) == {"balloons/a"}
    assert set((await load_overrides(store, "b%")).by_key) == {"b%/a"}
    assert set((await load_overrides(store, "b_")).by_key) == {"b_/a"}


async def test_a_change_comes_back_as_it_was_made(store: Store) -> None:
    async with store.write() as connection:
        await connection.execute(
            override.insert().values(
                key="balloons/a",
                cancelled=False,
                local_at="2026-07-01T09:00:00",
                zone="Africa/Cairo",
                actor="sami",
                made_at=NOW,
            )
        )
    found = (await load_overrides(store, "balloons")).by_key["balloons/a"]
    assert found == Override(
        key="balloons/a",
        cancelled=False,
        local_at=make.wall("2026-07-01 09:00"),
        zone="Africa/Cairo",
        actor="sami",
    )


@pytest.mark.parametrize("at", [datetime(2026, 9, 5, 18), datetime(2026, 9, 5, 16, tzinfo=UTC)])
def test_a_delay_moves_the_steps_of_its_city_and_nothing_that_was_approved(at: datetime) -> None:
    post = step("now", 0, StepKind.POST, channels=("telegram",), cities="all")
    day = day_at(at, post, cities=(DayCity(id="berlin"),))
    campaign = with_day(
        day, make.city("berlin", "Europe/Berlin"), messages=(said("At {{ at | time }} #WhiteBalloons"),)
    )
    account = AccountView("chat-berlin", "telegram", "en", city="berlin")
    (planned,) = occurrences(campaign, (account,))
    half = timedelta(minutes=30)
    states = {("the-day", "berlin"): CityState(delay=half), ("the-day", "lyon"): CityState(delay=half * 2)}
    (delayed,) = Overrides({}, states).apply([planned])
    assert (delayed.due_at, delayed.local_at) == (planned.due_at + half, planned.local_at)
    before, after = Drafter(campaign).drafts([planned, delayed])
    assert (after.digest, after.expires_at) == (before.digest, before.expires_at + half)
    (moved,) = Overrides(
        {planned.key: Override(planned.key, False, make.wall("2026-09-05 20:00"), "Europe/Berlin", "sami")},  # noqa: FBT003
        states,
    ).apply([planned])
    assert moved.due_at == make.utc("2026-09-05 18:00")
