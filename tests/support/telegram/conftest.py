"""A served world, and two ways to call it: python-telegram-bot, and bare HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from telegram import Bot

from tests.support.telegram.people import Person
from tests.support.telegram.server import BotApi, serving
from tests.support.telegram.world import World


@dataclass(frozen=True, slots=True)
class Raw:
    """Calls methods with a JSON body."""

    client: httpx.AsyncClient
    url: str

    async def call(self, method: str, **parameters: Any) -> Any:
        """The result; the request must be accepted."""
        body = (await self.client.post(f"{self.url}/{method}", json=parameters)).json()
        assert body["ok"], body
        return body["result"]

    async def refusal(self, method: str, **parameters: Any) -> str:
        """The complaint; the request must be refused."""
        response = await self.client.post(f"{self.url}/{method}", json=parameters)
        body = response.json()
        assert not body["ok"], body
        assert body["error_code"] == response.status_code
        return str(body["description"])


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def api(world: World) -> AsyncIterator[BotApi]:
    async with serving(world) as served:
        yield served


@pytest.fixture
async def raw(world: World, api: BotApi) -> AsyncIterator[Raw]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield Raw(client, f"{api.base_url}{world.token}")


@pytest.fixture
async def bot(world: World, api: BotApi) -> AsyncIterator[Bot]:
    async with Bot(world.token, base_url=api.base_url, base_file_url=api.base_file_url) as started:
        yield started


@pytest.fixture
def ada(world: World) -> Person:
    """Somebody who has started the bot."""
    person = world.add_user("Ada")
    person.send("/start")
    world.updates.drop()
    return person
