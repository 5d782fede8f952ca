from types import SimpleNamespace

import pytest

from schedules.commands.scopes import checked, named, of_account, of_post, of_scope
from schedules.errors import ScheduleError
from schedules.store.engine import Store
from tests.support.deliveries import add_accounts


def test_what_a_thing_has_not_covers_nothing() -> None:
    assert named(city="berlin", partner=None, language="") == {"city:berlin"}


def test_a_post_is_covered_by_everything_that_it_belongs_to() -> None:
    row = SimpleNamespace(campaign="demo", account="a", city="berlin", partner=None, language="de", id=1)
    assert of_post(row) == {"campaign:demo", "account:a", "city:berlin", "language:de"}


async def test_an_account_is_covered_by_where_it_belongs(store: Store) -> None:
    await add_accounts(store, "a", city="berlin", partner="union")
    expected = {"account:a", "city:berlin", "language:en", "partner:union"}
    async with store.read() as connection:
        assert await of_account(connection, "a") == expected
        assert await of_scope(connection, "account:a") == expected


async def test_what_is_not_known_is_covered_by_itself_alone(store: Store) -> None:
    async with store.read() as connection:
        assert await of_account(connection, "b") == {"account:b"}
        assert await of_scope(connection, "city:x") == {"city:x"}
        assert await of_scope(connection, "everything") == {"everything"}


@pytest.mark.parametrize(
    "scope", ["everything", "city:berlin", "language:pt-BR", "partner:a.b_c", "account:x"]
)
def test_a_scope_is_taken_as_it_is_written(scope: str) -> None:
    assert checked(scope) == scope


@pytest.mark.parametrize(
    "scope", ["", "berlin", "city:", "city: x", "planet:earth", "city:ber\u202elin", "Everything"]
)
def test_anything_else_is_explained(scope: str) -> None:
    with pytest.raises(
        ScheduleError, match=r"campaign:, city:, language:, account:, partner: and its name"
    ):
        checked(scope)
