from bot.telegram.menus import show_menus
from content.languages import OURS
from tests.support.bot_stage import BotStage


async def test_everybody_reads_the_menu_in_their_language_and_others_in_english(stage: BotStage) -> None:
    await show_menus(stage.means)
    shown = {}
    for language in (*OURS, "ja", None):
        menu = stage.world.add_user("Ada", language_code=language).menu
        shown[language] = {entry["command"]: entry["description"] for entry in menu}
    assert shown["ja"] == shown[None] == shown["en"]
    assert {len(menu) for menu in shown.values()} == {len(shown["en"])}
    assert len({tuple(menu.values()) for menu in shown.values()}) > 1
    assert all(request.accepted for request in stage.world.journal.of("setMyCommands"))


async def test_the_menu_offers_nothing_that_takes_a_role(stage: BotStage) -> None:
    await show_menus(stage.means)
    offered = {entry["command"] for entry in stage.world.add_user("Ada").menu}
    assert "help" in offered
    assert not offered & {"approve", "invite", "start"}


async def test_a_menu_that_cannot_be_set_is_no_reason_not_to_serve(stage: BotStage) -> None:
    stage.world.fail("setMyCommands", "status", times=1, status=502)
    await show_menus(stage.means)
    assert len(stage.world.journal.accepted("setMyCommands")) == len(OURS) - 1
