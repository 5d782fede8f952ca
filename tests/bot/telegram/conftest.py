"""The whole bot on a stage, with nobody in the audience yet."""

from collections.abc import AsyncIterator

import pytest

from tests.support.bot_stage import BotStage, bot_stage


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    async with bot_stage(sqlite_url) as stage:
        yield stage
