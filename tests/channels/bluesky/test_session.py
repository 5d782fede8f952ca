import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from channels.bluesky.client import BlueskyTranslator, Xrpc
from channels.bluesky.session import Session, token_life
from channels.errors import Unreachable
from channels.httpclient import Answer
from channels.rehearsal.server import serve
from tests.support.atproto_api import AtprotoApi, token

ERRORS = BlueskyTranslator("bluesky", "de")


@asynccontextmanager
async def opened(api: AtprotoApi, **parts: str) -> AsyncIterator[tuple[Session, Xrpc]]:
    async with serve(api.app) as base_url:
        xrpc = Xrpc(base_url, ERRORS)
        try:
            yield Session(xrpc, ERRORS, api.handle, {"app_password": api.app_password, **parts}), xrpc
        finally:
            await xrpc.aclose()


async def test_those_who_wait_for_the_same_token_get_it_from_the_first() -> None:
    api = AtprotoApi("password", "access")
    async with opened(api) as (session, xrpc):

        async def look(access: str) -> Answer:
            return await xrpc.get("com.atproto.server.getSession", access, {})

        answers = await asyncio.gather(*(session.answer(look) for _ in range(5)))
        api.expired.add(api.access)
        later = await asyncio.gather(*(session.answer(look) for _ in range(5)))
    assert all(each.ok for each in [*answers, *later])
    assert len(api.named("createSession")) == len(api.named("refreshSession")) == 1


async def test_every_part_is_kept_from_sight() -> None:
    async with opened(AtprotoApi("password", "access"), access="one", refresh="two") as (session, _):
        assert set(session.secrets) == {"password", "one", "two"}


@pytest.mark.parametrize(
    "tokens", [{}, {"accessJwt": ""}, {"accessJwt": "a"}, {"accessJwt": 1, "refreshJwt": 2}]
)
async def test_an_answer_without_tokens_is_no_session(tokens: dict[str, object]) -> None:
    api = AtprotoApi("password", "access")
    api.do_createSession = lambda given: tokens  # type: ignore[method-assign]
    async with opened(api) as (session, _):
        with pytest.raises(Unreachable, match="base_url"):
            await session.renew()
    assert session.parts == {"app_password": "password"}


@pytest.mark.parametrize(
    ("text", "life"),
    [
        (token("access"), timedelta(hours=2)),
        ("a.eyJpYXQiOiAxMCwgImV4cCI6IDcwfQ.c", timedelta(seconds=60)),
        ("", timedelta(hours=2)),
        ("a.b.c", timedelta(hours=2)),
        ("a.eyJpYXQiOiAxfQ.c", timedelta(hours=2)),
        ("a.W10.c", timedelta(hours=2)),
    ],
)
def test_a_token_says_how_long_it_lasts(text: str, life: timedelta) -> None:
    assert token_life(text) == life
