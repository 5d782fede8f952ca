from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from content.errors import Problem, Severity
from content.models import AskKind, Campaign, DayCity, Gap, Overlap, Permit, Risk, Slot, Step, StepKind
from schedules.planning.occurrences import Occurrence, Plan, occurrences, plan
from schedules.walltime import Note, resolve
from tests.schedules.planning.factories import account, action_day, campaign, city, message, slot, utc, wall

CITIES = (
    city("berlin", "Europe/Berlin"),
    city("tokyo", "Asia/Tokyo"),
    city("hama", "Asia/Damascus", Risk.GUARDED),
)
CITY_ACCOUNTS = [account("b", city="berlin"), account("t", city="tokyo")]
IN_MARCH: dict[str, Any] = {"first_on": date(2026, 3, 1), "last_on": date(2026, 3, 31)}


def due(planned: Plan) -> list[tuple[str, datetime]]:
    return [(each.account, each.due_at) for each in planned.occurrences]


def codes(planned: Plan) -> list[tuple[str, Severity]]:
    return [(problem.code, problem.severity) for problem in planned.problems]


def test_an_occurrence_carries_everything_that_is_needed_later() -> None:
    whole = campaign(slot(pin=True, silent=True, gap=Gap.SKIP, overlap=Overlap.SECOND, audience="students"))
    assert plan(whole, [account(audience="students")]) == Plan(
        (
            Occurrence(
                campaign_id="balloons",
                slot_id="launch",
                message_id="launch",
                account="main",
                channel="telegram",
                language="en",
                city=None,
                audience="students",
                occurrence="1",
                local_at=wall("2026-06-01 12:00"),
                zone="Europe/Berlin",
                due_at=utc("2026-06-01 10:00"),
                note=Note.NONE,
                gap=Gap.SKIP,
                overlap=Overlap.SECOND,
                fixed=False,
                late_by=timedelta(hours=12),
                pin=True,
                silent=True,
            ),
        ),
        (),
    )


def test_a_plan_is_in_order_of_time() -> None:
    early, late = slot("early", at=wall("2026-05-01 12:00")), slot("late")
    planned = plan(campaign(late, early), [account()])
    assert [each.slot_id for each in planned.occurrences] == ["early", "late"]


def test_each_city_posts_at_its_own_wall_time() -> None:
    planned = plan(campaign(slot(cities="all"), cities=CITIES), [*CITY_ACCOUNTS, account()])
    assert due(planned) == [("t", utc("2026-06-01 03:00")), ("b", utc("2026-06-01 10:00"))]
    assert [each.city for each in planned.occurrences] == ["tokyo", "berlin"]
    assert planned.problems == ()


def test_all_cities_of_an_action_day_are_those_that_take_part() -> None:
    day = action_day(wall("2026-09-05 18:00"), cities=(DayCity(id="tokyo"),))
    reminder = slot(relative_to="the-day", offset=timedelta(hours=-1), cities="all")
    planned = plan(campaign(reminder, cities=CITIES, action_days=(day,)), CITY_ACCOUNTS)
    assert due(planned) == [("t", utc("2026-09-05 08:00"))]


def test_a_named_account_of_a_city_posts_by_the_clock_of_the_slot() -> None:
    planned = plan(campaign(slot(accounts=("t",)), cities=CITIES), CITY_ACCOUNTS)
    assert due(planned) == [("t", utc("2026-06-01 10:00"))]
    assert [each.city for each in planned.occurrences] == ["tokyo"]


def test_a_guarded_city_is_planned_only_for_its_own_account_and_with_a_warning() -> None:
    whole = campaign(slot(cities="all"), cities=CITIES)
    planned = plan(whole, [*CITY_ACCOUNTS, account("h", city="hama")])
    assert {each.account for each in planned.occurrences} == {"b", "t", "h"}
    assert codes(planned) == [("city-guarded", Severity.WARNING)]


def test_the_ask_decides_how_late_a_post_may_be() -> None:
    whole = campaign(slot(), messages=[message(kind=AskKind.ATTEND)])
    assert [each.late_by for each in plan(whole, [account()]).occurrences] == [timedelta(minutes=30)]


def test_a_message_that_does_not_exist_is_a_problem() -> None:
    planned = plan(campaign(slot(message="nothing")), [account()])
    assert planned.occurrences == ()
    assert [str(problem) for problem in planned.problems] == [
        "slot launch: there is no message nothing. Write it below messages/, or correct `message`."
    ]


def test_problems_of_every_slot_are_found_at_once() -> None:
    whole = campaign(
        slot("one", relative_to="one"), slot("two", channels=("x",)), slot("three", message="no")
    )
    assert [problem.where for problem in plan(whole, [account()]).problems] == [
        "slot one",
        "slot two",
        "slot three",
    ]


def test_one_bad_slot_does_not_stop_the_others() -> None:
    planned = plan(campaign(slot("bad", at=None), slot("good")), [account()])
    assert [each.slot_id for each in planned.occurrences] == ["good"]


def test_the_key_names_the_post_and_not_its_time() -> None:
    planned = plan(campaign(slot(cities="all"), cities=CITIES), CITY_ACCOUNTS)
    assert {each.key for each in planned.occurrences} == {
        "balloons/launch/launch/b/berlin/1",
        "balloons/launch/launch/t/tokyo/1",
    }


def test_moving_a_single_slot_keeps_its_key() -> None:
    here = plan(campaign(slot()), [account()]).occurrences
    there = plan(campaign(slot(at=wall("2026-07-09 03:00"), zone="Asia/Tokyo")), [account()]).occurrences
    assert [each.key for each in here] == [each.key for each in there]
    assert here[0].due_at != there[0].due_at


@given(st.times(), st.times(), st.sampled_from(["America/Nuuk", "Asia/Beirut", "Europe/Berlin"]))
def test_moving_the_hour_of_a_daily_slot_keeps_every_key(one: time, other: time, zone: str) -> None:
    keys = [
        [
            each.key
            for each in plan(campaign(slot(daily_at=at, zone=zone, **IN_MARCH)), [account()]).occurrences
        ]
        for at in (one, other)
    ]
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == 31


def test_two_posts_of_one_account_in_one_minute_are_a_warning() -> None:
    reminder = slot("reminder", message="reminder", at=wall("2026-06-01 12:00:59"))
    planned = plan(campaign(slot(), reminder), [account(), account("more")])
    assert codes(planned) == [("same-minute", Severity.WARNING)]
    assert planned.problems[0].what == (
        "it posts on main in the same minute as slot launch, 2026-06-01 10:00 UTC (and 1 more)"
    )


def test_posts_in_different_minutes_or_on_different_accounts_do_not_clash() -> None:
    reminder = slot("reminder", message="reminder", at=wall("2026-06-01 12:01"))
    elsewhere = slot("elsewhere", message="reminder", channels=("x",))
    planned = plan(campaign(slot(), reminder, elsewhere), [account(), account("x", channel="x")])
    assert planned.problems == ()


def test_the_same_message_twice_a_day_on_one_account_is_a_problem() -> None:
    again = slot("again", at=wall("2026-06-01 18:00"))
    planned = plan(campaign(slot(), again), [account()])
    assert codes(planned) == [("message-repeated", Severity.ERROR)]
    assert planned.problems[0].where == "slot again"


def test_the_same_message_may_come_again_on_another_day() -> None:
    assert plan(campaign(slot(), slot("again", at=wall("2026-06-02 12:00"))), [account()]).problems == ()


def test_what_will_be_shown_is_not_what_was_asked_for_in_a_gap() -> None:
    (shifted,) = plan(campaign(slot(at=wall("2026-03-29 02:30"))), [account()]).occurrences
    assert (shifted.local_at, shifted.shown_at) == (wall("2026-03-29 02:30"), wall("2026-03-29 03:30"))


def test_occurrences_can_be_taken_one_by_one() -> None:
    problems: list[Problem] = []
    stream = occurrences(campaign(slot(), slot("bad", at=None)), [account()], problems)
    assert next(stream).slot_id == "launch"
    assert problems == []
    assert list(stream) == []
    assert [problem.where for problem in problems] == ["slot bad"]


ZONES = st.sampled_from(["America/Nuuk", "Australia/Lord_Howe", "Europe/Dublin", "Asia/Tokyo"])
BASES = st.builds(
    slot,
    st.just("base"),
    at=st.datetimes(wall("2026-03-27"), wall("2026-03-30"))
    | st.datetimes(wall("2026-10-23"), wall("2026-10-26")),
    zone=ZONES | st.none(),
    cities=st.sampled_from([(), "all"]),
    overlap=st.sampled_from(Overlap),
)
FOLLOWERS = st.builds(
    slot,
    st.just("follower"),
    relative_to=st.just("base"),
    offset=st.timedeltas(timedelta(hours=-30), timedelta(hours=30)),
    cities=st.sampled_from([(), "all"]),
)


@given(BASES, FOLLOWERS)
def test_every_wall_time_can_be_resolved_again(base: Slot, follower: Slot) -> None:
    whole = campaign(base, follower, cities=CITIES)
    planned = plan(whole, [*CITY_ACCOUNTS, account()]).occurrences
    assert {each.slot_id for each in planned} == {"base", "follower"}
    for each in planned:
        if not each.fixed:
            again = resolve(each.local_at, each.zone, gap=each.gap, overlap=each.overlap)
            assert again.at == each.due_at


@given(BASES, FOLLOWERS)
def test_keys_are_unique_and_instants_are_utc(base: Slot, follower: Slot) -> None:
    planned = plan(campaign(base, follower, cities=CITIES), [*CITY_ACCOUNTS, account()]).occurrences
    assert len({each.key for each in planned}) == len(planned)
    assert {each.due_at.utcoffset() for each in planned} == {timedelta()}
    assert all(each.local_at.tzinfo is None for each in planned)


def _hundred_thousand() -> Campaign:
    slots = (slot(f"s{hour}", message=f"m{hour}", daily_at=time(hour)) for hour in range(8, 18))
    return campaign(*slots, messages=[message(f"m{hour}") for hour in range(8, 18)])


def test_a_hundred_thousand_posts_share_what_they_can() -> None:
    accounts = [account(f"a{number}") for number in range(28)]
    planned = list(occurrences(_hundred_thousand(), accounts))
    assert len(planned) == 102_200
    shared = chain.from_iterable(
        (each.occurrence, each.local_at, each.due_at, each.zone) for each in planned
    )
    assert len({id(each) for each in shared}) <= 3 * 3650 + 1


def step(name: str, offset: timedelta, **keys: Any) -> Step:
    return Step(
        id=name, kind=StepKind.POST, offset=offset, message="launch", channels=("telegram",), **keys
    )


def test_a_post_of_an_action_day_is_planned_as_any_other_under_the_name_of_its_step() -> None:
    steps = (step("eve", timedelta(hours=-24), cities="all", late_by=timedelta(hours=1)),)
    day = action_day(wall("2026-09-05 18:00"), steps=steps)
    first = plan(campaign(cities=CITIES, action_days=(day,)), CITY_ACCOUNTS).occurrences[0]
    assert first.key == "balloons/the-day:eve/launch/t/tokyo/1"
    assert (first.due_at, first.late_by) == (utc("2026-09-04 09:00"), timedelta(hours=1))


def test_a_step_without_cities_speaks_once_for_the_campaign() -> None:
    day = action_day(utc("2026-09-05 18:00"), steps=(step("now", timedelta()),))
    planned = plan(campaign(cities=CITIES, action_days=(day,)), [account(), *CITY_ACCOUNTS])
    assert [(one.account, one.city) for one in planned.occurrences] == [("main", None)]


def test_a_round_up_and_what_is_written_to_people_are_no_posts_of_the_plan() -> None:
    steps = (
        step("numbers", timedelta(hours=3)).model_copy(update={"kind": StepKind.ROUND_UP}),
        Step(id="ask", kind=StepKind.PROMPT, offset=timedelta(hours=5), message="launch"),
    )
    day = action_day(
        utc("2026-09-05 18:00"), cities=(DayCity(id="tokyo", permit=Permit.GRANTED),), steps=steps
    )
    assert plan(campaign(cities=CITIES, action_days=(day,)), CITY_ACCOUNTS).occurrences == ()
