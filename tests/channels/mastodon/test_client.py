from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from channels.base import Connection
from channels.errors import ChannelError, RateLimited, Refused, Unreachable
from channels.httpclient import DEFAULT_WAIT, LONGEST_WAIT, SHORTEST_WAIT, Answer
from channels.mastodon.client import (
    LONGEST_REASON,
    MastodonClient,
    MastodonTranslator,
    told_limits,
    wait_asked_for,
    with_told,
)
from content.limits import LIMITS
from tests.channels.posts import picture
from tests.support.hostile import answering, hostile, response

NOON = "Thu, 10 Dec 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"x-ratelimit-reset": "2026-12-10T12:05:00Z", "date": NOON}, timedelta(minutes=5)),
        ({"x-ratelimit-reset": "2026-12-10T12:05:00.000000Z", "date": NOON}, timedelta(minutes=5)),
        ({"x-ratelimit-reset": "2026-12-10T11:00:00Z", "date": NOON}, SHORTEST_WAIT),
        ({"x-ratelimit-reset": "2027-12-10T11:00:00Z", "date": NOON}, LONGEST_WAIT),
        ({"x-ratelimit-reset": "2026-12-10T12:05:00Z", "retry-after": "7"}, timedelta(seconds=7)),
        (
            {"x-ratelimit-reset": "2026-12-10T12:05:00", "date": NOON, "retry-after": "7"},
            timedelta(seconds=7),
        ),
        ({"x-ratelimit-reset": "soon", "date": NOON, "retry-after": "7"}, timedelta(seconds=7)),
        ({"retry-after": "7"}, timedelta(seconds=7)),
        ({}, DEFAULT_WAIT),
    ],
)
def test_a_wait_is_measured_on_the_servers_own_clock(headers: dict[str, str], wait: timedelta) -> None:
    assert wait_asked_for(headers) == wait


def test_the_limits_are_read_where_the_server_tells_them() -> None:
    configuration = {
        "statuses": {"max_characters": 5_000, "max_media_attachments": 6},
        "media_attachments": {"image_size_limit": 8_000_000, "description_limit": 420},
    }
    assert told_limits({"configuration": configuration}) == {
        "max_length": 5_000,
        "max_media": 6,
        "max_media_bytes": 8_000_000,
        "max_alt_graphemes": 420,
    }


@pytest.mark.parametrize(
    "configuration",
    [
        None,
        [],
        {"statuses": None},
        {"statuses": {"max_characters": "500", "max_media_attachments": 0}},
        {"statuses": {"max_characters": True}},
    ],
)
def test_what_cannot_be_a_limit_is_left_out(configuration: object) -> None:
    assert told_limits({"configuration": configuration}) == {}


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": 5}'])
def test_a_refusal_without_a_reason_is_still_told(body: bytes) -> None:
    assert "status 422" in str(_translated(body))


def test_a_long_reason_is_cut() -> None:
    assert len(_translated(b'{"error": "' + b"x" * 10_000 + b'"}').detail) < 2 * LONGEST_REASON


def test_a_429_is_a_wait_whatever_it_says() -> None:
    error = MastodonTranslator("mastodon", "de").answered(
        Answer(429, {"retry-after": "9"}, b"{}"), publishing=True, secret="s"
    )
    assert isinstance(error, RateLimited)
    assert error.retry_after == timedelta(seconds=9)


@pytest.mark.parametrize("body", [b"{}", b'[1, "two"]', b"<html>", b""])
async def test_a_page_that_is_no_list_of_objects_is_asked_for_again_later(body: bytes) -> None:
    async for client in _answered(body):
        with pytest.raises(Unreachable):
            await client.read_list("/api/v1/accounts/1/statuses")


async def test_an_upload_without_an_id_is_tried_again_later() -> None:
    async for client in _answered(b'{"type": "image"}'):
        with pytest.raises(Unreachable):
            await client.upload(picture())


async def test_an_account_without_a_name_is_asked_for_again_later() -> None:
    async for client in _answered(b'{"id": "1"}'):
        with pytest.raises(Unreachable):
            await client.account()


def _translated(body: bytes) -> ChannelError:
    error = MastodonTranslator("mastodon", "de").answered(
        Answer(422, {}, body), publishing=True, secret="s"
    )
    assert isinstance(error, Refused)
    return error


async def _answered(body: bytes) -> AsyncIterator[MastodonClient]:
    async with hostile(answering(response(200, body))) as server:
        client = MastodonClient(Connection("de"), server.base_url, "token")
        yield client
        await client.aclose()


def test_what_a_server_tells_takes_the_place_of_our_guesses() -> None:
    told = told_limits({"configuration": {"media_attachments": {"video_size_limit": 99_000_000}}})
    own = with_told(LIMITS["mastodon"], {**told, "max_length": 5_000})
    assert own.video is not None
    assert (own.video.max_bytes, own.video.alt_texts, own.max_length) == (99_000_000, True, 5_000)
    assert with_told(LIMITS["mastodon"], {}) == LIMITS["mastodon"]
