"""A captain's day: she is there, it begins, a hundred and twenty people, it ends, home safe. Her deputy has a quiet day."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from schedules.planning.cities import Status, city_state
from schedules.store.tables import check_in
from tests.support.bot_stage import BotStage, bot_stage
from tests.support.captain_stage import DAY, T0, captain_of, fill_in, got, plain, played, said, until
from tests.support.volunteers_way import ask, press


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    begins = T0 - timedelta(hours=49)
    async with bot_stage(sqlite_url, at=begins, campaign=played("berlin")) as stage:
        yield stage


async def test_from_the_roll_call_to_home(stage: BotStage) -> None:
    await fill_in(stage)
    lena, noor = await captain_of(stage, "lena"), await captain_of(stage, "noor")
    omar = await stage.comes("omar", "approver")
    before = len(got(noor)), len(got(omar))
    for hours in (-48, -24, -3):
        await until(stage, hours)
        await press(stage, lena, "I am here")
        assert "Noted: you are there." in got(lena)[-1]
    await until(stage, 0, -30)
    [card] = lena.chat.pinned
    await until(stage, 0, 1)
    await press(stage, lena, "We have begun")
    await until(stage, 0, 20)
    assert "How many people are there?" in lena.last.text
    await press(stage, lena, "~100")
    await until(stage, 0, 24)
    await ask(stage, lena, "120")
    await until(stage, 0, 50)
    assert (await said(stage)).people == 120
    assert "You counted about 120 people" in plain(card.text)
    await press(stage, lena, "Change")
    await press(stage, lena, "End now")
    assert (await city_state(stage.store, stage.campaign.id, DAY, "berlin")).status is Status.ENDED
    await until(stage, 3)
    await press(stage, lena, "I am home safe")
    await until(stage, 5)
    assert plain(card.text).endswith("You are home safe. Thank you.")
    assert (card.pinned, card.buttons, card.deleted) == (False, [], False)
    assert (len(got(noor)), len(got(omar))) == before, "nobody else was troubled"
    async with stage.store.read() as connection:
        found = await connection.execute(
            select(check_in.c.what, check_in.c.people).order_by(check_in.c.happened_at, check_in.c.id)
        )
        told = [tuple(row) for row in found]
    assert told == [("begun", None), ("people", 100), ("people", 120), ("ended", None), ("safe", None)]
