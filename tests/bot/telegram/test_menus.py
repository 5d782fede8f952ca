import pytest

from bot.telegram.menus import StaffMenus, show_menus
from content.languages import OURS
from schedules.commands.people import withdraw
from schedules.people import people
from schedules.people.roles import Grant, Role
from schedules.people.volunteers import Volunteer, join
from tests.support.bot_stage import COORDINATOR, BotStage
from tests.support.telegram.people import Person


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


async def test_people_in_charge_are_offered_what_their_roles_allow_in_the_language_they_chose(
    stage: BotStage,
) -> None:
    await show_menus(stage.means)
    sara, edda = await stage.comes("sara", "admin"), await stage.comes("edda", "editor")
    menus = StaffMenus(stage.means)
    await menus.keep()
    assert {"grant", "urgent", "help"} - _offered(sara) == {"grant"}, "what has no line stands in no menu"
    assert {"urgent", "help", "today"} <= _offered(edda)
    assert not {"team", "pending"} & _offered(edda)
    await _change(stage, "edda", {"language": "de"})
    await menus.keep()
    assert "Der aktuelle Stand" in {entry["description"] for entry in edda.menu}


async def test_a_lost_role_is_a_lost_menu(stage: BotStage) -> None:
    await show_menus(stage.means)
    edda = await stage.comes("edda", "editor")
    volunteers = {entry["command"] for entry in stage.world.add_user("Ada").menu}
    menus = StaffMenus(stage.means)
    await menus.keep()
    await withdraw(stage.store, COORDINATOR, "edda", Grant(Role.EDITOR))
    await menus.keep()
    assert _offered(edda) == volunteers
    sent = len(stage.world.journal.requests)
    await menus.keep()
    assert len(stage.world.journal.requests) == sent, "nothing is sent where nothing has changed"


async def test_whoever_is_forgotten_has_the_menu_of_everybody(stage: BotStage) -> None:
    await show_menus(stage.means)
    edda = await stage.comes("edda", "editor")
    await StaffMenus(stage.means).keep()
    edda.send("/forget")
    await stage.settle()
    edda.press(edda.last, "Forget me")
    await stage.settle()
    assert "urgent" not in _offered(edda)


@pytest.mark.parametrize(("city", "scope"), [("aleppo", "everything"), (None, "city:aleppo")])
async def test_in_a_guarded_city_no_menu_tells_who_is_in_charge(
    stage: BotStage, city: str | None, scope: str
) -> None:
    await show_menus(stage.means)
    carla = await stage.comes("carla", "captain", scope=scope)
    if city is not None:
        known = await people.called(stage.store, "carla")
        new = Volunteer(known.id, stage.campaign.id, "ar", "Asia/Damascus", 9, city=city)
        async with stage.store.write() as connection:
            await join(connection, new, stage.means.clock.now())
    await StaffMenus(stage.means).keep()
    assert _offered(carla) == {entry["command"] for entry in stage.world.add_user("Ada").menu}


async def test_a_menu_that_was_not_taken_is_offered_again(stage: BotStage) -> None:
    await show_menus(stage.means)
    edda = await stage.comes("edda", "editor")
    stage.world.fail("setMyCommands", "status", times=1, status=502)
    menus = StaffMenus(stage.means)
    await menus.keep()
    assert "urgent" not in _offered(edda)
    await menus.keep()
    assert "urgent" in _offered(edda)


def _offered(person: Person) -> set[str]:
    return {entry["command"] for entry in person.menu}


async def _change(stage: BotStage, handle: str, values: dict[str, str]) -> None:
    await people.change(stage.store, (await people.called(stage.store, handle)).id, values)
