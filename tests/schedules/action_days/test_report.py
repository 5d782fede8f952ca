from collections import Counter
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from content.crowds import Crowd
from content.models import Campaign, Risk, StepKind
from schedules.action_days.report import GUARDED, Sends, report_on, sends_of
from schedules.action_days.signups import Coming
from schedules.clock import SetClock
from schedules.lifecycle import State
from schedules.people.days import NEVER
from schedules.people.steps import DayStep, To
from schedules.planning.changes import GONE_FROM_FOLDER
from schedules.planning.cities import Status
from schedules.store.engine import Store
from schedules.store.tables import check_in, day_city, day_count, delivery, post, tally
from tests.schedules.action_days.days import day_at, step, with_day
from tests.schedules.planning.factories import city, utc
from tests.support.deliveries import add_accounts, add_deliveries
from tests.support.volunteers import add_bot, add_step, add_volunteers, sign_up_all

T0 = utc("2027-03-20 12:00")
DAY = day_at(T0, step("come", -24), step("now", 0, StepKind.POST, channels=("telegram",), cities="all"))
BEFORE = DAY.model_copy(update={"id": "before", "at": T0 - timedelta(days=30)})
CITIES = (
    city("berlin", "Europe/Berlin"),
    city("lyon", "Europe/Paris"),
    city("aleppo", "Asia/Damascus", Risk.GUARDED),
)
DEMO: Campaign = with_day(DAY, *CITIES).model_copy(update={"id": "demo", "action_days": (BEFORE, DAY)})
CLOCK = SetClock(T0 + timedelta(hours=5))


async def happened(store: Store) -> None:
    """A day with everything that can become of a post."""
    await add_bot(store)
    await add_accounts(store, "berlin", "lyon", "aleppo", channel="telegram")
    await add_accounts(store, "m", channel="mastodon", settings={"platform": "bluesky"})
    now: dict[str, Any] = {"slot": "the-day:now", "due_at": T0}
    for place, late in (("berlin", 2), ("berlin", 90), ("aleppo", 1)):
        sent: dict[str, Any] = {"state": "sent", "accepted_at": T0 + timedelta(seconds=late)}
        await add_deliveries(store, [place], 1, city=place, **now, **sent)
    await add_deliveries(store, ["lyon"], 2, city="lyon", state="refused", reason="Too long.", **now)
    await add_deliveries(store, ["aleppo"], 1, city="aleppo", state="unknown", reason="Cut off.", **now)
    await add_deliveries(store, ["m"], 1, state="expired", reason="Nobody approved it.", **now)
    await add_deliveries(store, ["m"], 1, state="planned", **now)
    await add_deliveries(store, ["m"], 1, state="cancelled", reason=GONE_FROM_FOLDER, **now)
    await add_deliveries(store, ["m"], 1, state="ready", slot="the-day:!delayed", due_at=NEVER)
    await add_deliveries(store, ["m"], 1, state="sent", slot="the-day-after:now", accepted_at=T0)
    rows = [("berlin", "begun", None), ("berlin", "people", 300), ("aleppo", "people", 40)]
    told = {"campaign": "demo", "day": "the-day", "happened_at": T0, "told_at": T0}
    aborted = {
        "campaign": "demo",
        "day": "the-day",
        "city": "lyon",
        "status": "aborted",
        "delay_minutes": 30,
    }
    numbers = {"people": 90, "cities": 1, "of": 2, "by_city": {}}
    async with store.write() as connection:
        for place, what, people in rows:
            await connection.execute(
                check_in.insert(), [told | {"city": place, "what": what, "people": people}]
            )
        await connection.execute(day_city.insert(), [aborted | {"ticked": [], "changed_at": T0}])
        for name, number in (("before", 90), ("the-day", 330)):
            frozen = {"campaign": "demo", "day": name, "frozen_at": T0}
            await connection.execute(
                day_count.insert(), [frozen | {"numbers": numbers | {"people": number}}]
            )


async def test_the_report_says_what_the_ledger_says_and_lists_no_guarded_city(store: Store) -> None:
    await happened(store)
    report = await report_on(store, CLOCK, DEMO, DAY)
    async with store.read() as connection:
        ledger = Counter(
            (await connection.execute(
                select(delivery.c.state)
                .join(post, post.c.id == delivery.c.post)
                .where(post.c.slot == "the-day:now", delivery.c.reason.is_distinct_from(GONE_FROM_FOLDER))
            )).scalars()
        )  # fmt: skip
    assert report.everything.states == ledger
    assert {name: sends.planned for name, sends in report.channels.items()} == {"telegram": 6, "bluesky": 2}
    assert report.everything.waiting == 1
    assert [one.city.id for one in report.cities] == ["berlin", "lyon"]
    berlin, lyon = report.cities
    assert (berlin.reports.people, berlin.reports.begun_at, berlin.starts_at) == (300, T0, T0)
    assert (lyon.state.status, lyon.state.delay) == (Status.ABORTED, timedelta(minutes=30))
    assert berlin.sends == Sends(
        {State.SENT: 2}, 1, timedelta(seconds=2), timedelta(seconds=90), timedelta(seconds=90)
    )
    assert [(why.city, why.state, why.reason, why.posts) for why in report.reasons] == [
        (None, State.EXPIRED, "Nobody approved it.", 1),
        (None, State.UNKNOWN, GUARDED, 1),
        ("lyon", State.REFUSED, "Too long.", 2),
    ]
    assert report.guarded == 1
    assert "aleppo" not in repr((report.cities, report.reasons, report.channels, report.so_far))


async def test_the_report_has_the_frozen_numbers_those_of_now_and_those_of_earlier_days(
    store: Store,
) -> None:
    await happened(store)
    report = await report_on(store, CLOCK, DEMO, DAY)
    assert report.counted is not None
    assert report.counted.crowd == Crowd(330, 1, 2)
    assert (report.so_far.crowd, report.so_far.by_city) == (Crowd(340, 2, 2), {"berlin": 300})
    assert [(day.id, counted.crowd.people) for day, counted in report.earlier] == [("before", 90)]
    assert (await report_on(store, CLOCK, DEMO, BEFORE)).earlier == ()
    assert report.goals == (DEMO.goal,)


async def test_letters_are_counted_while_they_are_kept_and_after(store: Store) -> None:
    await add_bot(store)
    await add_volunteers(store, ["ada", "ben", "eva"])
    come = DayStep("the-day", "come", StepKind.PROMPT, "berlin", To.ALL)
    list_id = await add_step(store, come, T0)
    await sign_up_all(store, come, "ada", "ben")
    states = {"ada": "sent", "ben": "unknown", "eva": "expired"}
    async with store.write() as connection:
        found = await connection.execute(select(delivery.c.post).where(delivery.c.id == list_id))
        post_id = found.scalar_one()
        row = {"post": post_id, "account": "bot", "campaign": "demo", "due_at": T0, "planned_at": T0}
        for name, state in states.items():
            letter = {"kind": f"letter-{name}", "state": state, "expires_at": T0, "changed_at": T0}
            await connection.execute(delivery.insert(), [row | letter])
        counted = {"post": post_id, "city": "berlin", "sent": 7, "unknown": 0, "done": 0, "declined": 0}
        await connection.execute(tally.insert(), [counted])
    report = await report_on(store, CLOCK, DEMO, DAY)
    (letters,) = report.letters
    assert (letters.step, letters.sent, letters.unknown, letters.unsent) == ("come", 8, 1, 1)
    assert report.coming == Coming(people=2, guests=0)
    assert report.everything.planned == 1


def test_nothing_sent_has_no_lateness() -> None:
    assert sends_of(()) == Sends({})
    assert Sends({}).middle is None
