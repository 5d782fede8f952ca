from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from channels.base import CannotTell, Connection, Finding, NotThere, OutgoingPost, Receipt
from channels.mastodon import search
from channels.mastodon.client import MastodonClient
from channels.mastodon.search import look_for
from channels.rehearsal.server import serve
from content.limits import LIMITS
from tests.channels.posts import PLANNED_AT, post, text
from tests.support.mastodon_api import MastodonApi

WORDS = "Join us on Saturday. #WhiteBalloons"


@pytest.fixture
def api() -> MastodonApi:
    return MastodonApi("token")


@asynccontextmanager
async def asking(api: MastodonApi) -> AsyncIterator[MastodonClient]:
    async with serve(api.app) as base_url:
        client = MastodonClient(Connection("de"), base_url, "token")
        yield client
        await client.aclose()


async def looked_up(api: MastodonApi, wanted: OutgoingPost) -> Finding:
    async with asking(api) as client:
        return await look_for(wanted, LIMITS["mastodon"], client)


def remote_id(finding: Finding) -> str:
    assert isinstance(finding, Receipt)
    return finding.remote_id


async def test_a_post_is_found_behind_many_later_ones(api: MastodonApi) -> None:
    api.now = PLANNED_AT - timedelta(hours=1)
    api.say("Earlier")
    api.now = PLANNED_AT
    ours = api.say(WORDS)
    for number in range(2 * search.PAGE):
        api.say(f"Later {number}")
    assert remote_id(await looked_up(api, post())) == ours["id"]
    assert [path for _, path in api.calls].count("/api/v1/accounts/109/statuses") == 3


async def test_the_search_ends_at_the_planned_time(api: MastodonApi) -> None:
    api.now = PLANNED_AT - timedelta(days=7)
    for number in range(2 * search.PAGE):
        api.say(f"Earlier {number}")
    assert await looked_up(api, post()) == NotThere()
    assert [path for _, path in api.calls].count("/api/v1/accounts/109/statuses") == 1


@pytest.mark.parametrize(("early", "found"), [(timedelta(minutes=4), True), (timedelta(minutes=6), False)])
async def test_clocks_may_differ_by_five_minutes(api: MastodonApi, early: timedelta, found: bool) -> None:
    api.now = PLANNED_AT - early
    api.say(WORDS)
    assert isinstance(await looked_up(api, post()), Receipt) is found


async def test_of_two_occurrences_the_first_since_the_planned_time_is_ours(api: MastodonApi) -> None:
    first = api.say(WORDS)
    api.now += timedelta(days=7)
    api.say(WORDS)
    assert remote_id(await looked_up(api, post())) == first["id"]


async def test_another_warning_is_another_post(api: MastodonApi) -> None:
    api.say(WORDS, spoiler_text="Violence")
    assert await looked_up(api, post()) == NotThere()
    assert isinstance(await looked_up(api, post(content_warning="Violence")), Receipt)


async def test_a_text_that_the_server_rewrote_is_found_by_its_source(api: MastodonApi) -> None:
    api.markdown = True
    ours = api.say("Bring *one* balloon")
    assert remote_id(await looked_up(api, post(text("Bring *one* balloon")))) == ours["id"]


async def test_a_server_without_sources_tells_by_its_html_alone(api: MastodonApi) -> None:
    api.tells_sources = False
    api.say("Something else")
    assert await looked_up(api, post()) == NotThere()


async def test_more_sources_than_may_be_asked_for_are_left_to_a_person(api: MastodonApi) -> None:
    for number in range(search.MOST_SOURCES + 1):
        api.say(f"Later {number}")
    assert isinstance(await looked_up(api, post()), CannotTell)


async def test_a_boost_of_the_same_words_is_not_ours(api: MastodonApi) -> None:
    api.say(WORDS, reblog={"id": "7"})
    assert await looked_up(api, post()) == NotThere()


async def test_more_pages_than_may_be_read_are_left_to_a_person(
    api: MastodonApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_PAGES", 1)
    for number in range(search.PAGE):
        api.say(f"Later {number}")
    api.say(WORDS)
    assert isinstance(await looked_up(api, post()), CannotTell)
