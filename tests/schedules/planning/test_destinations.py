from typing import Any

from content.errors import Problem, Severity
from content.models import Risk
from schedules.planning.destinations import AccountView, guarded_accounts, reached
from tests.schedules.planning.factories import account, campaign, city, slot

BERLIN, PARIS = city("berlin", "Europe/Berlin"), city("paris", "Europe/Paris")
HAMA = city("hama", "Asia/Damascus", Risk.GUARDED)


def names(
    connected: list[AccountView], *, cities: tuple[str, ...] | None = None, **keys: Any
) -> tuple[list[str], list[Problem]]:
    problems: list[Problem] = []
    whole = campaign(languages=("ar", "en", "tr"), cities=(BERLIN, PARIS, HAMA))
    wanted = None if cities is None else frozenset(cities)
    chosen = reached(slot(**keys), wanted, whole, connected, problems)
    return [each.name for each in chosen], problems


def test_a_slot_reaches_the_accounts_of_its_channels_and_languages() -> None:
    accounts = [
        account("en"),
        account("ar", language="ar"),
        account("de", language="de"),
        account("x", channel="x"),
    ]
    found, problems = names(accounts, languages=("en", "ar"))
    assert found == ["en", "ar"]
    assert problems == []


def test_a_slot_without_languages_means_those_of_the_campaign() -> None:
    accounts = [account(language, language=language) for language in ("ar", "de", "en", "tr")]
    assert names(accounts) == (["ar", "en", "tr"], [])


def test_a_missing_language_is_a_warning_where_others_are_reached() -> None:
    found, problems = names([account("en"), account("ar", language="ar")])
    assert found == ["en", "ar"]
    assert [problem.severity for problem in problems] == [Severity.WARNING]
    assert str(problems[0]) == (
        "slot launch: no account for telegram in tr. Add one with `munasara accounts add`."
    )


def test_a_slot_that_reaches_nobody_is_an_error_naming_what_is_missing() -> None:
    found, problems = names([account("x", channel="x")])
    assert found == []
    assert [(problem.severity, problem.what) for problem in problems] == [
        (Severity.ERROR, "no account for telegram in ar, en, tr")
    ]


def test_a_slot_without_channel_and_account_is_an_error() -> None:
    found, problems = names([account()], channels=())
    assert found == []
    assert [problem.what for problem in problems] == ["it names no channel and no account"]


def test_an_audience_is_reached_through_its_own_accounts_and_those_for_everyone() -> None:
    accounts = [account(), account("students", audience="students"), account("nurses", audience="nurses")]
    assert names(accounts, audience="students", languages=("en",))[0] == ["main", "students"]
    assert names(accounts, languages=("en",))[0] == ["main"]


def test_named_accounts_are_exactly_those() -> None:
    accounts = [account(), account("other", language="de", channel="x", city="berlin")]
    assert names(accounts, accounts=("other",)) == (["other"], [])


def test_a_named_account_that_is_not_there_is_a_problem() -> None:
    found, problems = names([account()], accounts=("main", "ghost"))
    assert found == ["main"]
    assert [problem.what for problem in problems] == ["no account named ghost"]


def test_a_slot_for_cities_reaches_only_their_accounts() -> None:
    accounts = [account(), account("b", city="berlin"), account("p", city="paris")]
    assert names(accounts, cities=("berlin",)) == (["b"], [])


def test_a_slot_without_cities_reaches_no_city() -> None:
    assert names([account(), account("b", city="berlin")], languages=("en",)) == (["main"], [])


def test_a_city_without_account_is_named() -> None:
    found, problems = names([account("b", city="berlin")], cities=("berlin", "paris"))
    assert found == ["b"]
    assert [problem.what for problem in problems] == ["no account for telegram in paris"]


def test_a_guarded_city_needs_no_account() -> None:
    found, problems = names([account("b", city="berlin"), account()], cities=("berlin", "hama"))
    assert (found, problems) == (["b"], [])


def test_a_slot_for_guarded_cities_alone_reaches_nobody_and_says_so() -> None:
    found, problems = names([account()], cities=("hama",))
    assert found == []
    assert [problem.severity for problem in problems] == [Severity.ERROR]
    assert "guarded" in problems[0].what


def test_a_slot_for_no_city_at_all_never_falls_back_to_everyone() -> None:
    found, problems = names([account()], cities=())
    assert found == []
    assert [problem.severity for problem in problems] == [Severity.ERROR]


def test_a_city_that_does_not_exist_is_a_problem() -> None:
    _, problems = names([account()], cities=("atlantis",))
    assert "there is no city atlantis" in [problem.what for problem in problems]


def test_an_account_that_speaks_for_a_guarded_city_is_a_warning() -> None:
    whole = campaign(cities=(BERLIN, HAMA))
    problems = list(
        guarded_accounts(whole, [account("b", city="berlin"), account("h", city="hama"), account()])
    )
    assert [(problem.where, problem.severity) for problem in problems] == [("account h", Severity.WARNING)]
