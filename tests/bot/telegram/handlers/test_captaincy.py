"""A captain passes the city on, or is away for a while."""

from tests.support.bot_stage import BotStage
from tests.support.group_stage import bound_group, captain
from tests.support.volunteers_way import ask, press


async def test_while_one_is_away_what_comes_up_goes_to_the_other(stage: BotStage) -> None:
    lena, noor = await captain(stage), await captain(stage, "noor")
    group = await bound_group(stage, lena)
    await ask(stage, lena, "/away 3 days")
    assert "away for 3 days" in lena.last.text
    ada = await stage.volunteer()
    group.request_join(stage.world.add_user("Somebody"))
    await ask(stage, ada, "What is a crossing?")
    await press(stage, ada, "Send it to my captain")
    assert "What is a crossing?" in noor.phone
    assert "asks to be let into" in noor.phone
    assert "asks to be let into" not in lena.phone
    await ask(stage, lena, "/away 0")
    assert lena.last.text == "Welcome back."
    group.request_join(stage.world.add_user("Another"))
    await stage.settle()
    assert "asks to be let into" in lena.phone


async def test_where_all_are_away_all_are_asked(stage: BotStage) -> None:
    lena = await captain(stage)
    await ask(stage, lena, "/away 1")
    ada = await stage.volunteer()
    await ask(stage, ada, "What is a crossing?")
    await press(stage, ada, "Send it to my captain")
    assert "What is a crossing?" in lena.phone


async def test_without_a_number_or_a_name_it_is_asked_for(stage: BotStage) -> None:
    lena = await captain(stage)
    await ask(stage, lena, "/away soon")
    assert "Write /away 3" in lena.last.text
    await ask(stage, lena, "/handover")
    assert "Write /handover and the name" in lena.last.text


async def test_passing_on_asks_for_a_code(stage: BotStage) -> None:
    lena, noor = await captain(stage), await captain(stage, "noor")
    await ask(stage, lena, "/handover noor")
    assert "code" in lena.last.text
    assert "You are captain now" not in noor.phone
