import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from telegram import Update

from bot.telegram.webhook import MOST_BYTES, PATH, SECRET_HEADER, Webhook
from tests.support.bot_stage import BotStage

SECRET = "s" * 64
URL = "https://bot.example.org"


@dataclass
class Scene:
    """A webhook at work, and what it handed on."""

    stage: BotStage
    client: httpx.AsyncClient
    heard: list[int] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def bring(self, update: Any, secret: str = SECRET) -> int:
        return (await self.client.post(PATH, json=update, headers={SECRET_HEADER: secret})).status_code


@asynccontextmanager
async def at_work(stage: BotStage, *, is_open: bool = True) -> AsyncIterator[Scene]:
    """A webhook that notes the numbers of updates, and while its gate is shut does not end with one."""
    webhook = Webhook(URL, SECRET)
    app = Starlette(routes=[webhook.route()])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as client:
        scene, stop = Scene(stage, client), asyncio.Event()
        if is_open:
            scene.gate.set()

        async def handle(update: Update) -> None:
            await scene.gate.wait()
            scene.heard.append(update.update_id)

        serving = asyncio.create_task(webhook.serve(stage.means.bot, handle, stop))
        await stage.world.until(lambda: bool(stage.world.updates.webhook.url))
        try:
            yield scene
        finally:
            stop.set()
            scene.gate.set()
            await serving
        assert await scene.bring({"update_id": 99}) == 503


def update(number: int = 1) -> dict[str, Any]:
    return {"update_id": number}


async def test_telegram_is_told_the_address_and_the_secret(stage: BotStage) -> None:
    async with at_work(stage):
        hook = stage.world.updates.webhook
        assert (hook.url, hook.secret) == (URL + PATH, SECRET)


async def test_what_people_write_is_brought_and_handled(stage: BotStage) -> None:
    async with at_work(stage) as scene:
        stage.world.add_user().send("/start")
        answer = await scene.stage.api.push(scene.client, to=PATH)
        assert answer.status_code == 200
        assert len(scene.heard) == 1


@pytest.mark.parametrize("secret", ["", "wrong", SECRET[:-1], SECRET + "s", "ß" * 64])
async def test_without_the_secret_nothing_is_read(stage: BotStage, secret: str) -> None:
    async with at_work(stage) as scene:
        headers = httpx.Headers([(SECRET_HEADER.encode(), secret.encode())] if secret else [])
        answer = await scene.client.post(PATH, content=b"not even json", headers=headers)
        assert (answer.status_code, answer.content) == (403, b"")
        assert not scene.heard


async def test_a_replay_is_taken_and_does_nothing(stage: BotStage) -> None:
    async with at_work(stage) as scene:
        assert [await scene.bring(update()) for _ in range(3)] == [200, 200, 200]
        assert scene.heard == [1]


async def test_an_update_is_confirmed_after_it_was_handled(stage: BotStage) -> None:
    async with at_work(stage, is_open=False) as scene:
        bringing = asyncio.create_task(scene.bring(update()))
        await asyncio.sleep(0)
        assert not bringing.done()
        scene.gate.set()
        assert await bringing == 200
        assert scene.heard == [1]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"7", b"{}", b'{"update_id": "1"}', b"\xff", b'{"update_id": 1, "message": 7}']
)
async def test_what_is_no_update_is_not_brought_for_ever(stage: BotStage, body: bytes) -> None:
    async with at_work(stage) as scene:
        answer = await scene.client.post(PATH, content=body, headers={SECRET_HEADER: SECRET})
        assert answer.status_code == 200
        assert not scene.heard


async def test_a_body_without_end_is_refused(stage: BotStage) -> None:
    async with at_work(stage) as scene:
        body = b" " * (MOST_BYTES + 1)
        answer = await scene.client.post(PATH, content=body, headers={SECRET_HEADER: SECRET})
        assert answer.status_code == 413
