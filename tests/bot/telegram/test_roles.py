"""Everything that the bot does, asked for by everybody: what the table allows is done, all else looks as if it did not exist.

The table is the real one; its handlers only write down that they were called, so that nothing but the door decides.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from typing import Any, Final

import pytest

from bot.telegram.floods import Floods
from bot.telegram.router import Router
from bot.telegram.table import TABLE, Entry, Event, Handler, Table
from bot.telegram.talk import Talk
from content.intents import Intent, label
from content.loader import load_campaign
from content.models import Campaign
from schedules.commands.people import lock
from schedules.people import expecting, people
from schedules.people.roles import Role
from tests.support.bot_stage import COORDINATOR, EXAMPLE, BotStage, bot_stage
from tests.support.telegram.chats import Chat
from tests.support.telegram.people import Person

V, E, A, C, D = Role.VIEWER, Role.EDITOR, Role.APPROVER, Role.CAPTAIN, Role.ADMIN
NOBODY: Final = "nobody"
STANDINGS: Final[Mapping[str, frozenset[Role]]] = {
    NOBODY: frozenset(),
    "volunteer": frozenset(),
    "viewer": frozenset({V}),
    "editor": frozenset({V, E}),
    "approver": frozenset({V, E, A}),
    "captain": frozenset({V, C}),
    "admin": frozenset({V, E, A, C, D}),
    "locked": frozenset(),
    "left": frozenset({V, E, A, C, D}),
}
"""Everybody who may write to a bot, with the roles that they may act in; whoever had left comes back by
writing to it in private."""

MADE_UP: Final = "no-such-thing"
EVERY_HOUR: Final = 3600.0
OTHER: Final = f"event {Event.OTHER_WORDS}"


@dataclass
class Scene:
    """Somebody before the whole table."""

    stage: BotStage
    who: str
    person: Person
    table: Table = field(default_factory=Table)
    done: list[str] = field(default_factory=list)
    in_group: bool = False

    def __post_init__(self) -> None:
        for kind, name, entry in everything():
            spied = replace(entry, handler=_spy(self.done, f"{kind} {name}"))
            getattr(self.table, _PLACES[kind])[name] = spied
        floods = Floods(count(step=EVERY_HOUR).__next__)
        self.stage.router = Router(self.stage.means, floods, self.table)

    def may(self, entry: Entry) -> bool:
        if self.who == NOBODY:
            return entry.unknown
        comes_back = self.who != "left" or not self.in_group
        return entry.role is None or (entry.role in STANDINGS[self.who] and comes_back)

    def allowed(self, kind: str) -> list[str]:
        return [f"{kind} {name}" for of, name, entry in everything() if of == kind and self.may(entry)]

    async def group(self) -> Chat:
        """A group in which they and the bot are."""
        self.in_group = True
        owner = self.stage.world.add_user("Owner")
        chat = self.stage.world.add_supergroup(owner=owner)
        chat.add_bot(owner)
        chat.promote_bot()
        self.person.join(chat)
        await self.stage.settle()
        self.done.clear()
        return chat


_PLACES: Final = {
    "command": "commands",
    "group command": "group_commands",
    "button": "buttons",
    "intent": "intents",
    "answer": "answers",
    "event": "events",
}


def everything() -> list[tuple[str, Any, Entry]]:
    """Every entry of the table, with its kind and what calls it."""
    return [
        (kind, name, entry)
        for kind, place in _PLACES.items()
        for name, entry in getattr(TABLE, place).items()
    ]


def named(kind: str) -> dict[Any, Entry]:
    return {name: entry for of, name, entry in everything() if of == kind}


def _spy(done: list[str], what: str) -> Handler:
    async def handler(talk: Talk, argument: str) -> None:
        del talk, argument
        done.append(what)

    return handler


@pytest.fixture(params=STANDINGS)
async def scene(request: pytest.FixtureRequest, sqlite_url: str) -> AsyncIterator[Scene]:
    async with bot_stage(sqlite_url, campaign=_campaign()) as stage:
        yield Scene(stage, request.param, await _somebody(stage, request.param))


@cache
def _campaign() -> Campaign:
    return load_campaign(EXAMPLE)


async def _somebody(stage: BotStage, who: str) -> Person:
    match who:
        case "nobody":
            person = stage.world.add_user("Nobody", language_code="en")
            person.send("hello")
            await stage.settle()
            return person
        case "volunteer":
            person = await stage.volunteer()
        case "locked" | "left":
            person = await stage.comes(who, "admin")
            await _away(stage, who)
        case _:
            person = await stage.comes(who, who)
    return person


async def _away(stage: BotStage, who: str) -> None:
    known = await people.called(stage.store, who)
    if who == "left":
        await people.left(stage.store, stage.means.clock, known.id)
    else:
        await lock(stage.store, stage.means.clock, COORDINATOR, who)


async def test_commands(scene: Scene) -> None:
    for name in named("command"):
        scene.person.send(f"/{name}")
    scene.person.send(f"/{MADE_UP.replace('-', '')}")
    before = len(scene.person.chat.messages)
    await scene.stage.settle()
    assert scene.done == scene.allowed("command")
    answers = [each.text for each in scene.person.chat.messages[before:]]
    refused = len(named("command")) - len(scene.done)
    assert len(answers) == refused + 1, "whatever is refused is answered like what does not exist"
    assert len(set(answers)) == 1


async def test_buttons(scene: Scene) -> None:
    signer, person = scene.stage.means.signer, scene.person
    private = [name for name, entry in named("button").items() if not entry.group]
    for name in [*private, MADE_UP]:
        person.type_forged_callback(signer.data(person.id, name))
    await scene.stage.settle()
    assert scene.done == [each for each in scene.allowed("button") if each.split(maxsplit=1)[1] in private]
    told = [press.text for press in person.presses[-len(private) - 1 :] if press.text]
    assert len(told) == len(private) + 1 - len(scene.done)
    assert len(set(told)) == 1


async def test_buttons_in_a_group(scene: Scene) -> None:
    chat, signer = await scene.group(), scene.stage.means.signer
    shown = await scene.stage.means.bot.send_message(chat.id, "Hello")
    message = chat.history[shown.message_id]
    for name in named("button"):
        scene.person.type_forged_callback(signer.data(chat.id, name), message)
    await scene.stage.settle()
    in_groups = [f"button {name}" for name, entry in named("button").items() if entry.group]
    assert scene.done == [each for each in scene.allowed("button") if each in in_groups]


async def test_a_button_of_somebody_else_does_nothing(scene: Scene) -> None:
    signer = scene.stage.means.signer
    for name in named("button"):
        scene.person.type_forged_callback(signer.data(scene.person.id + 1, name))
    await scene.stage.settle()
    assert scene.done == []


async def test_commands_in_a_group_are_refused_without_a_word(scene: Scene) -> None:
    chat = await scene.group()
    before = len(chat.messages)
    asked = [*named("group command"), *named("command"), MADE_UP.replace("-", "")]
    for name in asked:
        scene.person.send(f"/{name}", to=chat)
    await scene.stage.settle()
    assert [each for each in scene.done if each.startswith("group")] == scene.allowed("group command")
    assert len(chat.messages) == before + len(asked), "nobody but they said anything"


async def test_plain_words(scene: Scene) -> None:
    wanted: list[Intent] = list(named("intent"))
    for each in wanted:
        scene.person.send(label(each, "en"))
    await scene.stage.settle()
    assert scene.done == scene.allowed("intent")


async def test_answers_that_are_expected(scene: Scene) -> None:
    known = await people.find(scene.stage.store, scene.stage.means.vault, scene.person.id)
    for name in named("answer"):
        if known is not None:
            await expecting.expect(scene.stage.store, scene.stage.means.clock, known.id, f"{name}:1")
        scene.person.send("It is as it is.")
        await scene.stage.settle()
    if known is None:
        assert scene.done == []
        return
    allowed = scene.allowed("answer")
    assert [each for each in scene.done if each != OTHER] == allowed
    assert scene.done.count(OTHER) == len(named("answer")) - len(allowed)


async def test_words_that_nobody_waits_for(scene: Scene) -> None:
    scene.person.send("It is as it is.")
    await scene.stage.settle()
    assert scene.done == ([OTHER] if scene.may(TABLE.events[Event.OTHER_WORDS]) else [])


async def test_what_happens_in_groups_is_noticed_whoever_does_it(scene: Scene) -> None:
    chat = await scene.group()
    world, person = scene.stage.world, scene.person
    person.leave(chat)
    chat.request_join(person)
    basic = world.add_group(owner=person)
    basic.add_bot(person)
    basic.migrate()
    await scene.stage.settle()
    happened = {Event.MEMBER_CHANGED, Event.JOIN_REQUEST, Event.CHAT_CHANGED, Event.MIGRATED}
    expected = {f"event {each}" for each in happened | {Event.JOINED_GROUP} if each in TABLE.events}
    assert set(scene.done) == expected


def test_everybody_who_may_hold_a_role_is_asked() -> None:
    assert {role.value for role in Role} < set(STANDINGS)
