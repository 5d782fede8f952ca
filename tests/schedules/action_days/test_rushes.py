from channels.registry import BOT_CHANNEL
from content.errors import Problem
from content.models import Changes, DayCity, StepKind
from schedules.action_days.rushes import rushes
from tests.schedules.action_days.days import day_at, step, with_day
from tests.schedules.planning.factories import account, city, message, utc

AT = utc("2026-09-05 12:00")
POST = step("now", 0, StepKind.POST, channels=("telegram",), cities="all")


def crowd(posts: int) -> list[Problem]:
    """What is told of a city group that gets so many posts at T-0."""
    steps = [
        POST.model_copy(update={"id": f"now-{number}", "message": f"m-{number}"}) for number in range(posts)
    ]
    day = day_at(AT, *steps, changes=Changes(delayed="m-0", moved="m-0", ended="m-0", aborted="m-0"))
    messages = [message(f"m-{number}") for number in range(posts)]
    found = with_day(day, city("berlin", "Europe/Berlin"), messages=tuple(messages))
    return list(rushes(found, [account("group", city="berlin", prompt_hour=9)]))


def test_a_group_takes_seventeen_posts_in_a_minute_and_no_more() -> None:
    assert crowd(17) == []
    (problem,) = crowd(18)
    assert (problem.code, problem.where) == ("minute-crowded", "account group")
    assert (
        problem.what == "18 sends are due in one minute, 2026-09-05 12:00 UTC, and its lane lets 17 through"
    )


def test_calls_to_captains_share_the_lane_of_the_bot_with_the_groups() -> None:
    cities = [city(f"city-{number}", "Europe/Berlin") for number in range(27)]
    entries = tuple(DayCity(id=each.id, captains=49) for each in cities)
    day = day_at(AT, POST, step("call", 0, StepKind.ROLL_CALL), cities=entries)
    accounts = [account(f"group-{each.id}", city=each.id) for each in cities]
    bot = account("bot", channel=BOT_CHANNEL)
    assert list(rushes(with_day(day, *cities), accounts)) == []
    (problem,) = rushes(with_day(day, *cities), [*accounts, bot])
    assert problem.where == "the bot of Telegram"
    assert problem.what.startswith("1,350 sends are due in one minute")


def test_a_minute_without_a_step_is_none_of_its_business() -> None:
    assert (
        list(rushes(with_day(day_at(AT, step("call", -2, StepKind.ROLL_CALL)), city("b", "UTC")), [])) == []
    )
