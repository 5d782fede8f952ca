import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from channels.base import CannotTell, Connection, NotThere, Receipt
from channels.errors import ChannelError, NotAuthorised, OutcomeUnknown, RateLimited, Refused, Unreachable
from channels.graph.client import LISTED, Graph, Names, connect
from channels.secret import Secret
from tests.channels.conformance import CANARY
from tests.channels.posts import PLANNED_AT, post
from tests.support.graph_api import OWN, FacebookApi, InstagramApi, Rejected, serving
from tests.support.hostile import answering, hostile, response

NAMES = Names("message", "created_time", "permalink_url")
FEED = f"{OWN}/published_posts"


def connected(base_url: str, names: Names = NAMES) -> Graph:
    connection = Connection("de", {"base_url": f"{base_url}/"}, Secret(f" {CANARY}\n"))
    return connect(connection, "facebook", names, base_url="https://example.org", version="v25.0")


@pytest.fixture
async def api() -> AsyncIterator[FacebookApi]:
    async with serving(FacebookApi(CANARY)) as api:
        yield api


@pytest.fixture
async def graph(api: FacebookApi) -> AsyncIterator[Graph]:
    graph = connected(api.base_url)
    yield graph
    await graph.aclose()


@asynccontextmanager
async def answered(value: Any, status: int = 200, **headers: str) -> AsyncIterator[Graph]:
    raw = response(status, json.dumps(value).encode(), Connection="close", **headers)
    async with hostile(answering(raw)) as server:
        graph = connected(server.base_url)
        yield graph
        await graph.aclose()


async def test_the_token_travels_in_the_header_and_never_in_the_address(
    api: FacebookApi, graph: Graph
) -> None:
    await graph.get("me", fields="id")
    assert api.calls == [("GET", "v25.0/me", {"fields": "id"})]
    assert CANARY not in repr(graph)


async def test_the_newest_posts_are_searched_for_the_oldest_that_fits(
    api: FacebookApi, graph: Graph
) -> None:
    for said in ("One", "Two", "Two"):
        api.store(said)
    found = await graph.look_up(FEED, " Two\n", post())
    assert isinstance(found, Receipt)
    assert found.accepted_at == PLANNED_AT + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("late", "is_there"), [(timedelta(minutes=5), True), (timedelta(minutes=6), False)]
)
async def test_a_post_may_seem_five_minutes_early(
    api: FacebookApi, graph: Graph, late: timedelta, is_there: bool
) -> None:
    api.store("One")
    found = await graph.look_up(FEED, "One", replace(post(), planned_at=PLANNED_AT + late))
    assert isinstance(found, Receipt) == is_there


async def test_a_list_that_does_not_reach_back_tells_nothing(api: FacebookApi, graph: Graph) -> None:
    for number in range(LISTED):
        api.store(f"Other {number}")
    assert isinstance(await graph.look_up(FEED, "One", post()), CannotTell)
    later = replace(post(), planned_at=PLANNED_AT + timedelta(hours=1))
    assert await graph.look_up(FEED, "One", later) == NotThere()


@pytest.mark.parametrize("listed", [{}, {"data": 1}, {"data": [1]}, {"data": [{"id": "1"}]}])
async def test_a_list_that_cannot_be_read_is_asked_for_again(listed: dict[str, Any]) -> None:
    async with answered(listed) as graph:
        with pytest.raises(Unreachable):
            await graph.look_up(FEED, "One", post())


async def test_a_reading_that_is_refused_calls_a_person(graph: Graph) -> None:
    with pytest.raises(NotAuthorised, match="nonexisting field"):
        await graph.get("me", fields="shoe_size")


async def test_the_time_of_the_answer_stands_in_for_that_of_the_post() -> None:
    async with answered({"id": "1"}, Date="Thu, 10 Dec 2026 12:00:07 GMT") as graph:
        receipt = await graph.publish(f"{OWN}/feed", {"message": "One"}, post())
    assert receipt == Receipt("1", None, PLANNED_AT + timedelta(seconds=7))


async def test_neither_token_nor_text_is_repeated_from_what_meta_says() -> None:
    echo = {"error": {"code": 100, "message": f"{CANARY} may not post 'We gather'"}}
    async with answered(echo, 400) as graph:
        with pytest.raises(Refused) as raised:
            await graph.publish(f"{OWN}/feed", {"message": "We gather\n\n#Tag"}, post())
    assert raised.value.detail.endswith("100: *** may not post '***'")


async def test_a_publish_without_an_id_is_unclear() -> None:
    async with answered({"success": True}) as graph:
        with pytest.raises(OutcomeUnknown):
            await graph.publish(f"{OWN}/feed", {"message": "One"}, post())


async def test_deleting_what_may_not_be_deleted_fails(api: FacebookApi, graph: Graph) -> None:
    number = api.store("One")
    api.rejections[number] = Rejected(200, status=403, message="Permissions error")
    with pytest.raises(NotAuthorised):
        await graph.delete(number)
    await graph.delete(number)
    await graph.delete(number)
    assert api.posts == {}


async def test_a_deletion_that_is_not_confirmed_is_tried_again() -> None:
    async with answered({"success": False}) as graph:
        with pytest.raises(Unreachable):
            await graph.delete("1")


@pytest.mark.parametrize(
    ("rejected", "error"),
    [
        (Rejected(190, 463, status=401), NotAuthorised),
        (Rejected(100), RateLimited),
        (Rejected(4), RateLimited),
        (Rejected(10), Unreachable),
        (Rejected(368), Unreachable),
        (Rejected(1, status=500), Unreachable),
    ],
    ids=["dead token", "too young", "busy", "a permission", "blocked", "server"],
)
async def test_only_a_dead_token_needs_a_person(rejected: Rejected, error: type[ChannelError]) -> None:
    async with serving(InstagramApi(CANARY)) as api:
        graph = connected(api.base_url)
        api.rejections["refresh_access_token"] = rejected
        with pytest.raises(ChannelError) as raised:
            await graph.renew("ig_refresh_token")
        await graph.aclose()
    assert type(raised.value) is error


async def test_a_token_that_is_too_young_is_renewed_a_day_later() -> None:
    async with answered({"error": {"code": 100, "message": "too young"}}, 400) as graph:
        with pytest.raises(RateLimited) as raised:
            await graph.renew("ig_refresh_token")
    assert raised.value.retry_after == timedelta(days=1)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"access_token": "", "expires_in": 1},
        {"access_token": "t"},
        {"access_token": "t", "expires_in": "1"},
    ],
)
async def test_half_a_renewal_is_none(answer: dict[str, Any]) -> None:
    async with answered(answer) as graph:
        with pytest.raises(Unreachable):
            await graph.renew("ig_refresh_token")


@pytest.mark.parametrize(
    "answer",
    [{}, {"data": []}, {"data": [{"quota_usage": 1}]}, {"data": [{"quota_usage": 1, "config": 1}]}],
)
async def test_a_quota_that_cannot_be_read_is_asked_for_again(answer: dict[str, Any]) -> None:
    async with answered(answer) as graph:
        with pytest.raises(Unreachable):
            await graph.quota("limit")


async def test_a_user_without_a_name_is_asked_for_again() -> None:
    async with answered({"id": OWN}) as graph:
        with pytest.raises(Unreachable):
            await graph.check(OWN, "limit")
