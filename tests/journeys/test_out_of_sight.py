"""Two cities in one bot: whoever is in charge of one sees the name of nothing and nobody in the other, on no screen."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.telegram.table import TABLE
from schedules.accounts import accounts
from schedules.commands import pauses
from schedules.commands.actor import Actor
from schedules.lifecycle import State
from schedules.people.roles import Role
from schedules.store.tables import post
from tests.support.bot_stage import BotStage, bot_stage
from tests.support.deliveries import add_deliveries
from tests.support.telegram.people import Person

SECRET = ("paris", "omar", "secret")
STATES = (
    State.PLANNED,
    State.READY,
    State.UNKNOWN,
    State.REFUSED,
    State.EXPIRED,
    State.HANDED_OFF,
    State.SENT,
)
ASKED = ("code", "start", "forget")
"""Commands that change something or begin a dialog about oneself."""


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    async with bot_stage(sqlite_url) as stage:
        yield stage


async def two_cities(stage: BotStage) -> None:
    """The same things in Berlin and in Paris: posts in every state, an account that is held, a pause, a captain, people."""
    await stage.comes("omar", "captain", scope="city:paris")
    for city, account in (("berlin", "x-berlin"), ("paris", "x-secret")):
        await stage.add_account(account, "rehearsal", {}, city=city)
        for hours in (2, 30):
            due_at = stage.means.clock.now() + timedelta(hours=hours)
            for state in STATES:
                await add_deliveries(
                    stage.store,
                    [account],
                    1,
                    due_at=due_at,
                    state=state,
                    city=city,
                    campaign=stage.campaign.id,
                )
        await accounts.hold(stage.store, account, f"Its token in {city} is gone.", stage.means.clock.now())
        for scope in (f"city:{city}", f"account:{account}"):
            await pauses.pause(stage.store, stage.means.clock, Actor("root"), scope)
        for _ in range(6):
            await stage.volunteer(city, partner=None if city == "berlin" else "secret-union")
    async with stage.store.write() as connection:
        await connection.execute(
            post.update().where(post.c.account == "x-secret").values(city="paris", message="secret")
        )
        await connection.execute(post.update().where(post.c.account == "x-berlin").values(city="berlin"))


async def screens(stage: BotStage, person: Person) -> str:
    """Everything that the bot shows somebody who tries every command, with the labels of its buttons."""
    for name in TABLE.commands:
        if name not in ASKED:
            person.send(f"/{name}")
            await stage.settle()
            stage.world.clock.advance(timedelta(minutes=1))
    shown = [f"{message.text} {message.buttons}" for message in person.chat.messages]
    return "\n".join(shown).lower()


@pytest.mark.parametrize("role", Role)
async def test_whoever_is_in_charge_of_one_city_sees_nothing_of_another(
    stage: BotStage, role: Role
) -> None:
    await two_cities(stage)
    vera = await stage.comes("vera", role, scope="city:berlin")
    shown = await screens(stage, vera)
    assert "x-berlin" in shown
    assert [word for word in SECRET if word in shown] == []
    everywhere = await screens(stage, await stage.comes("sara", Role.ADMIN))
    assert [word for word in SECRET if word in everywhere] == list(SECRET)
