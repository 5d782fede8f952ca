import pytest
from telegram import Update
from telegram.error import TelegramError

from bot.telegram.floods import BURST, Floods
from bot.telegram.router import Router
from bot.telegram.table import Entry, Event, Handler, Table
from bot.telegram.talk import Talk
from content.intents import Intent
from content.later import later
from schedules.errors import CodeNeeded, Forbidden, InviteInvalid, ScheduleError
from schedules.people import audit, expecting, people, purge, roles
from schedules.people.roles import Grant, Role
from schedules.store.tables import metadata
from tests.support.bot_stage import BotStage
from tests.support.telegram.people import Person

STRANGER = "This bot serves people who were invited."
DEAD_BUTTON = "This button no longer works."
UNKNOWN_WORDS = "That is not understood here."
EVIL = "<b>&amp; \u202egnp.exe</b>"


class House:
    """A router with handlers that note what they were called for."""

    def __init__(self, stage: BotStage) -> None:
        self.stage = stage
        self.heard: list[tuple[str, str]] = []
        self.table = Table()
        self.router = Router(stage.means, Floods(), self.table)
        stage.router = self.router

    def notes(self, name: str, error: Exception | None = None) -> Handler:
        async def handler(talk: Talk, argument: str) -> None:
            del talk
            self.heard.append((name, argument))
            if error is not None:
                raise error

        return handler

    async def known(self, *grants: Grant) -> Person:
        """Somebody whom the bot knows, with these roles."""
        person = self.stage.world.add_user("Ada")
        means = self.stage.means
        async with means.store.write() as connection:
            name = await people.welcome(connection, means.vault, means.clock, person.id, "en")
            for given in grants:
                await roles.grant(connection, means.clock, name, given, by="root")
        person.send("/start")
        self.stage.world.updates.drop()
        return person

    async def expects(self, person: Person, what: str) -> None:
        means = self.stage.means
        found = await people.find(means.store, means.vault, person.id)
        assert found is not None
        await expecting.expect(means.store, means.clock, found.id, what)

    def data(self, person: Person, action: str, argument: str = "") -> str:
        return self.stage.means.signer.data(person.id, action, argument)


@pytest.fixture
def house(stage: BotStage) -> House:
    return House(stage)


async def test_a_volunteer_who_was_refused_leaves_no_name_in_the_audit(house: House) -> None:
    house.table.commands["today"] = Entry(house.notes("today", Forbidden("no")))
    ada = await house.known()
    means = house.stage.means
    found = await people.find(means.store, means.vault, ada.id)
    assert found is not None
    ada.send("/today")
    await house.stage.settle()
    assert [record.actor for record in await audit.records(means.store, 9)] == [audit.VOLUNTEER]
    await purge.forget(means.store, means.clock, found.id)
    async with means.store.read() as connection:
        kept = [
            str(row) for table in metadata.sorted_tables for row in await connection.execute(table.select())
        ]
    assert not [row for row in kept if found.id in row]


async def test_a_command_reaches_its_handler_with_what_follows_it(house: House) -> None:
    house.table.commands["today"] = Entry(house.notes("today"))
    ada = await house.known()
    for text in ("/today", "/TODAY", "/today@balloon_bot  a  b ", "/today\nnow", "/"):
        ada.send(text)
    await house.stage.settle()
    assert house.heard == [("today", ""), ("today", ""), ("today", "a  b"), ("today", "now")]


async def test_a_stranger_is_told_whom_the_bot_serves_and_nothing_else(house: House) -> None:
    house.table.commands["today"] = Entry(house.notes("today"))
    house.table.commands["start"] = Entry(house.notes("start"), unknown=True)
    eve = house.stage.world.add_user("Eve")
    for text in ("/today", "/unheard_of", "help", EVIL):
        eve.send(text)
    eve.send("/start x")
    await house.stage.settle()
    assert house.heard == [("start", "x")]
    assert eve.phone.count(STRANGER) == 4


@pytest.mark.parametrize("held", [None, Role.VIEWER, Role.CAPTAIN])
async def test_who_does_not_hold_the_role_does_not_learn_that_there_is_such_a_thing(
    house: House, held: Role | None
) -> None:
    house.table.commands["approve"] = Entry(house.notes("approve"), role=Role.APPROVER)
    ada = await house.known(*([Grant(held)] if held else []))
    ada.send("/approve")
    await house.stage.settle()
    assert house.heard == []
    assert UNKNOWN_WORDS in ada.phone


async def test_whoever_holds_a_larger_role_may(house: House) -> None:
    house.table.commands["approve"] = Entry(house.notes("approve"), role=Role.APPROVER)
    ada = await house.known(Grant(Role.ADMIN))
    ada.send("/approve")
    await house.stage.settle()
    assert house.heard == [("approve", "")]


async def test_a_stranger_never_gets_what_takes_a_role(house: House) -> None:
    house.table.commands["odd"] = Entry(house.notes("odd"), role=Role.VIEWER, unknown=True)
    eve = house.stage.world.add_user("Eve")
    eve.send("/odd")
    await house.stage.settle()
    assert house.heard == []


async def test_a_press_reaches_its_handler_and_stops_waiting(house: House) -> None:
    house.table.buttons["done"] = Entry(house.notes("done"))
    ada = await house.known()
    press = ada.type_forged_callback(house.data(ada, "done", "17"))
    await house.stage.settle()
    assert house.heard == [("done", "17")]
    assert press.text == ""


async def test_the_same_press_twice_is_two_calls_of_one_handler_and_no_error(house: House) -> None:
    house.table.buttons["done"] = Entry(house.notes("done"))
    ada = await house.known()
    ada.type_forged_callback(house.data(ada, "done", "17"))
    (update,) = await house.stage.updates()
    await house.router.handle(update)
    await house.router.handle(update)
    assert house.heard == [("done", "17")] * 2


async def test_foreign_old_forged_and_unknown_buttons_do_nothing_and_say_so(house: House) -> None:
    house.table.buttons["done"] = Entry(house.notes("done"))
    house.table.buttons["approve"] = Entry(house.notes("approve"), role=Role.APPROVER)
    ada, eve = await house.known(), await house.known()
    data = (
        house.data(eve, "done", "17"),
        _resigned(house.data(ada, "done", "17")),
        house.data(ada, "gone", "17"),
        house.data(ada, "approve", "17"),
        "done 17",
    )
    presses = [ada.type_forged_callback(each) for each in data]
    await house.stage.settle()
    assert house.heard == []
    assert [DEAD_BUTTON in (press.text or "") for press in presses] == [True] * len(data)


async def test_a_private_button_is_not_obeyed_in_front_of_a_group(house: House) -> None:
    house.table.buttons["mine"] = Entry(house.notes("mine"))
    house.table.buttons["ours"] = Entry(house.notes("ours"), group=True)
    ada = await house.known()
    group = house.stage.world.add_supergroup(owner=ada)
    group.add_bot(ada)
    message = group.keep(house.stage.world.bot, {"text": "Ready?"})
    ada.type_forged_callback(house.data(ada, "mine"), message)
    ada.type_forged_callback(house.stage.means.signer.data(group.id, "ours"), message)
    await house.stage.settle()
    assert house.heard == [("ours", "")]


async def test_in_groups_only_commands_of_groups_and_for_this_bot_are_heard(house: House) -> None:
    house.table.commands["mydata"] = Entry(house.notes("mydata"))
    house.table.group_commands["city"] = Entry(house.notes("city"), group=True)
    ada = await house.known()
    group = house.stage.world.add_supergroup(owner=ada)
    group.add_bot(ada)
    for words in ("/city Aleppo", "/city@other_bot no", "/CITY@Balloon_Bot x", "/mydata", "help"):
        ada.send(words, to=group)
    await house.stage.settle()
    assert house.heard == [("city", "Aleppo"), ("city", "x")]
    assert [message for message in group.messages if message.sender is house.stage.world.bot] == []


async def test_what_is_expected_is_taken_once_and_commands_go_first(house: House) -> None:
    house.table.answers["link"] = Entry(house.notes("link"))
    house.table.commands["today"] = Entry(house.notes("today"))
    ada = await house.known()
    await house.expects(ada, "link:17")
    for text in ("/today", "https://example.org/", "again"):
        ada.send(text)
    await house.stage.settle()
    assert house.heard == [("today", ""), ("link", "17")]
    assert UNKNOWN_WORDS in ada.phone


async def test_whoever_asks_to_be_forgotten_is_heard_whatever_was_expected(house: House) -> None:
    house.table.answers["reason"] = Entry(house.notes("reason"))
    house.table.intents[Intent.HELP] = Entry(house.notes("help"))
    ada = await house.known()
    await house.expects(ada, "reason:17")
    ada.send("help")
    await house.stage.settle()
    assert house.heard == [("help", "")]


async def test_whoever_blocks_the_bot_has_left(house: House) -> None:
    ada = await house.known()
    ada.block_bot()
    await house.stage.settle()
    found = await people.find(house.stage.store, house.stage.means.vault, ada.id)
    assert found is not None
    assert found.left_at is not None


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Forbidden(f"Only {EVIL} may."), f"That was not done.\nOnly {EVIL} may."),
        (InviteInvalid("used"), "This link does not work any more."),
        (CodeNeeded("code"), "This takes a second factor. Set it up first, then ask again: /code"),
        (RuntimeError(EVIL), "That did not work. Try again in a minute."),
    ],
)
async def test_whatever_goes_wrong_is_told_in_plain_words(
    house: House, error: Exception, told: str
) -> None:
    house.table.commands["today"] = Entry(house.notes("today", error))
    ada = await house.known()
    ada.send("/today")
    (update,) = await house.stage.updates()
    if isinstance(error, RuntimeError):
        with pytest.raises(RuntimeError):
            await house.router.handle(update)
    else:
        await house.router.handle(update)
    assert told in ada.last.text


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ScheduleError(later("That time is over. Give one to come.")), "Diese Zeit ist vorbei."),
        (ScheduleError("See: munasara posts list", later("There is no text.")), "Es ist kein Text da."),
        (ScheduleError("See: munasara posts list"), "Den Grund findet die Verwaltung"),
    ],
)
async def test_why_is_told_in_the_readers_language(house: House, error: ScheduleError, told: str) -> None:
    house.table.commands["today"] = Entry(house.notes("today", error))
    ada = await house.known()
    person = await people.find(house.stage.store, house.stage.means.vault, ada.id)
    assert person is not None
    await people.change(house.stage.store, person.id, {"language": "de"})
    ada.send("/today")
    await house.stage.settle()
    assert told in ada.last.text
    assert "munasara" not in ada.last.text


async def test_where_telegram_fails_nothing_more_is_said(house: House) -> None:
    house.table.commands["today"] = Entry(house.notes("today", TelegramError("gone")))
    ada = await house.known()
    ada.send("/today")
    (update,) = await house.stage.updates()
    with pytest.raises(TelegramError):
        await house.router.handle(update)
    assert house.stage.world.journal.of("sendMessage") == []


async def test_a_flood_is_turned_away_before_anything_is_looked_up(house: House) -> None:
    house.table.commands["today"] = Entry(house.notes("today"))
    ada = await house.known()
    for _ in range(int(BURST) + 30):
        ada.send("/today")
    await house.stage.settle()
    assert len(house.heard) in range(int(BURST), int(BURST) + 5)


async def test_a_flood_of_invented_accounts_does_not_keep_out_whoever_is_known(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.table.commands["today"] = Entry(house.notes("today"))
    monkeypatch.setattr("bot.telegram.floods.STRANGERS_BURST", 3.0)
    monkeypatch.setattr("bot.telegram.floods.STRANGERS_PER_SECOND", 0.0)
    ada = await house.known()
    for _ in range(10):
        house.stage.world.add_user("Eve").send("hello")
    ada.send("/today")
    await house.stage.settle()
    assert len(house.stage.world.journal.accepted("sendMessage")) == 3
    assert house.heard == [("today", "")]


async def test_bots_channels_and_updates_without_anybody_are_not_answered(house: House) -> None:
    house.table.events[Event.OTHER_WORDS] = Entry(house.notes("words"), unknown=True)
    raw = {
        "message_id": 1,
        "date": 0,
        "chat": {"id": 5, "type": "private"},
        "from": {"id": 5, "is_bot": True, "first_name": "Robot"},
        "text": "hello",
    }
    for update in (Update(1), Update.de_json({"update_id": 2, "message": raw}, house.stage.means.bot)):
        await house.router.handle(update)
    assert house.heard == []


async def test_events_of_chats_reach_whoever_takes_note_of_them(house: House) -> None:
    for what in (Event.CHAT_CHANGED, Event.JOINED_GROUP, Event.MEMBER_CHANGED, Event.JOIN_REQUEST):
        house.table.events[what] = Entry(house.notes(what), unknown=True)
    owner, ada = house.stage.world.add_user("Owner"), house.stage.world.add_user("Ada")
    await house.stage.settle()
    group = house.stage.world.add_supergroup(owner=owner)
    group.add_bot(owner, rights=("can_invite_users",))
    ada.join(group)
    group.request_join(house.stage.world.add_user("Eve"))
    await house.stage.settle()
    assert {name for name, _ in house.heard} == {
        "chat_changed",
        "joined_group",
        "member_changed",
        "join_request",
    }


async def test_a_group_that_moves_is_told_of(house: House) -> None:
    house.table.events[Event.MIGRATED] = Entry(house.notes("migrated"), unknown=True)
    owner = house.stage.world.add_user("Owner")
    group = house.stage.world.add_group(owner=owner)
    group.add_bot(owner)
    group.migrate()
    await house.stage.settle()
    assert ("migrated", "") in house.heard


def _resigned(data: str) -> str:
    """The same data under another signature, whatever the true one ends in."""
    return data[:-1] + ("y" if data.endswith("x") else "x")
