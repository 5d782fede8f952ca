import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from channels.base import Quota
from content.errors import Severity
from schedules.planning.destinations import AccountView
from schedules.planning.forecast import (
    DAY,
    Crowd,
    Forecast,
    Forecaster,
    adapter,
    dollars,
    in_words,
    problems,
)
from tests.support.guided_channel import GuidedChannel

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PAID = AccountView("x-en", "x", "en", adapter="x")


def forecast(account: AccountView, *hours: float, text: str = "Hello", media: int = 0) -> Forecast:
    """Of posts that are due so many hours from now."""
    forecaster = Forecaster(NOW, lambda name: GuidedChannel if name == "x" else None)
    for after in hours:
        forecaster.add(account, NOW + after * HOUR, text, media)
    (found,) = forecaster.forecasts()
    return found


def known(
    used: int, allowed: int, *, read: timedelta = timedelta(), window: timedelta = DAY
) -> AccountView:
    """An account whose platform told its quota some time ago."""
    quota = Quota(used, allowed, window)
    return AccountView("x-en", "x", "en", adapter="x", quota=quota, quota_read_at=NOW - read)


def test_posts_with_a_link_or_files_cost_what_the_adapter_says() -> None:
    assert forecast(PAID, 1, 2).cost == Decimal("0.030")
    assert forecast(PAID, 1, text="https://example.org").cost == Decimal("0.20")
    assert forecast(PAID, 1, media=2).cost == Decimal("0.025")


def test_what_no_adapter_publishes_costs_nothing_and_has_no_quota() -> None:
    found = forecast(AccountView("tiktok-en", "tiktok", "en", adapter="unheard-of"), 1, 2, 3, 4)
    assert (found.posts, found.cost, found.allowed, found.busiest.posts) == (4, Decimal(0), None, 4)
    assert list(problems([found])) == []


def test_the_adapter_counts_and_not_what_it_stands_for() -> None:
    assert forecast(AccountView("x-en", "x", "en", adapter="rehearsal"), 1).cost == 0
    assert forecast(AccountView("x-en", "x", "en"), 1).cost == 0


def test_only_registered_adapters_are_loaded() -> None:
    assert adapter("rehearsal") is not None
    assert (adapter("unheard-of"), adapter("")) == (None, None)


def test_accounts_are_told_apart_and_by_name() -> None:
    forecaster = Forecaster(NOW)
    for name in ("b", "a", "b"):
        forecaster.add(AccountView(name, "x", "en"), NOW, "Hello", 0)
    assert [(found.account, found.posts) for found in forecaster.forecasts()] == [("a", 1), ("b", 2)]


def test_a_window_reaches_from_after_its_first_instant_to_its_last() -> None:
    assert forecast(PAID, 0, 24).planned == Crowd(1, NOW)
    assert forecast(PAID, 0, 23.9).planned == Crowd(2, NOW + 23.9 * HOUR)
    assert forecast(PAID, 30, 0, 10, 31, 60).planned == Crowd(3, NOW + 31 * HOUR)


def test_the_fullest_window_is_that_of_counting_every_one() -> None:
    draw = random.Random(7)
    for _ in range(50):
        hours = [draw.choice(range(200)) / 2 for _ in range(draw.randrange(1, 60))]
        slowly = max(sum(end - 24 < hour <= end for hour in hours) for end in hours)
        assert forecast(PAID, *hours).planned.posts == slowly


def test_what_was_due_before_goes_out_now() -> None:
    assert forecast(PAID, -30, -3, 0).planned == Crowd(3, NOW)


def test_more_than_the_platform_takes_is_an_error_that_says_when() -> None:
    (found,) = problems([forecast(PAID, 1, 2, 3, 4)])
    assert (found.code, found.where, found.severity) == ("quota-exceeded", "account x-en", Severity.ERROR)
    assert found.what == "4 posts within 24 hours until 2026-11-30 16:00 UTC, and the platform takes 3"
    assert list(problems([forecast(PAID, 1, 2, 3)])) == []


def test_what_the_platform_says_counts_more_than_what_the_adapter_knows() -> None:
    assert forecast(known(0, 50), 1, 2, 3, 4).allowed == 50
    short = forecast(known(0, 2, window=timedelta(minutes=15)), 1, 1.1, 1.2, 2)
    (found,) = problems([short])
    assert "3 posts within 15 minutes" in found.what


def test_what_is_out_already_counts_in_windows_that_reach_back_to_it() -> None:
    assert forecast(known(10, 50), 0).busiest == Crowd(11, NOW)
    assert forecast(known(10, 50), 12).busiest.posts == 6
    assert forecast(known(10, 50), 24, 25).busiest == Crowd(2, NOW + 25 * HOUR)
    assert forecast(known(10, 50, read=DAY), 0).busiest.posts == 1
    assert forecast(known(10, 50), 0).planned.posts == 1


def test_too_many_with_those_that_are_out_is_a_warning_as_only_the_platform_knows_their_times() -> None:
    (found,) = problems([forecast(known(48, 50), 0, 0, 0)])
    assert (found.code, found.severity) == ("quota-exceeded", Severity.WARNING)
    assert "about 51 posts within 24 hours" in found.what


def test_a_steady_stream_that_the_platform_takes_raises_nothing() -> None:
    steady = [hour / 2 for hour in range(1, 200)]
    assert list(problems([forecast(known(48, 50), *steady)])) == []


def test_each_month_has_its_own_budget() -> None:
    account = AccountView("x-en", "x", "en", adapter="x", budget=Decimal("0.25"))
    within = forecast(account, 1, 2 * 24, text="https://example.org")
    assert dict(within.months) == {"2026-11": Decimal("0.20"), "2026-12": Decimal("0.20")}
    assert list(problems([within])) == []
    (found,) = problems([forecast(account, 1, 30, 60, text="https://example.org")])
    assert (found.code, found.severity) == ("over-budget", Severity.ERROR)
    assert found.what == "its posts in 2026-12 cost $0.40, and its budget is $0.25 a month"


@pytest.mark.parametrize(
    ("amount", "shown"), [("4.1", "$4.10"), ("1234.5", "$1,234.50"), ("0.015", "$0.015"), ("20", "$20.00")]
)
def test_prices_are_shown_to_the_cent_and_tenths_where_there_are_any(amount: str, shown: str) -> None:
    assert dollars(Decimal(amount)) == shown


def test_windows_are_told_in_hours_or_minutes() -> None:
    assert in_words(DAY) == "24 hours"
    assert in_words(timedelta(minutes=15)) == "15 minutes"
