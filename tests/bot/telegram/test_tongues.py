"""Whatever the bot says on an Arabic phone is said by the catalogs: no English is left between their words.

Every word of the catalogs is taken away before it is said, so that all that remains are names, numbers and what should
have been translated. Then somebody asks for everything, and presses everything that they are shown.
"""

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from itertools import count
from typing import Final

import pytest
import regex
from sqlalchemy import update

import content.words
from bot.telegram.countdown import tell_readiness
from bot.telegram.floods import Floods
from bot.telegram.router import Router
from bot.telegram.spoken import own_name
from bot.telegram.table import TABLE
from content.intents import Intent, label
from content.loader import load_campaign
from content.words import words
from schedules.action_days.meetings import Meeting
from schedules.lifecycle import State
from schedules.people import expecting, people
from schedules.people.roles import Role
from schedules.planning.kit_media import keep_media
from schedules.planning.record import record
from schedules.store import tables
from tests.support.bot_stage import APPROVERS, BOT, COORDINATOR, EXAMPLE, BotStage, bot_stage
from tests.support.captain_stage import T0, fill_in, until
from tests.support.queue_play import connect
from tests.support.telegram.messages import Message
from tests.support.telegram.parameters import Json
from tests.support.telegram.people import Person

DAY: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
BETWEEN: Final = re.compile(r"(\{\w+\})")
LATIN: Final = regex.compile(r"[\p{Latin}][\p{Latin}\p{M}’']*")
SLOT: Final = re.compile(r"door-\d+|(?:prompt|urgent):[\w-]+:\w+")
"""The ids of what no folder names."""
QUOTED: Final = {
    "blockquote",
    "expandable_blockquote",
    "code",
    "pre",
    "url",
    "mention",
    "hashtag",
    "bot_command",
}
"""Entities that hold what somebody wrote, a secret, a link or something to be typed."""
REASON: Final = "Xyzzy."
"""What a platform says, in its own words."""
FIRST_ZONE: Final = "Pacific/Kiritimati"
"""Where the date of a prompt begins."""
EVERY_HOUR: Final = 3600.0
POST: Final = "معبر مفتوح: https://example.org/light\n\n#بالونات_بيضاء"
ANSWERS: Final = (POST, "18:30", "لا أعرف")
"""What is written where something is asked; each kind of button is pressed as often."""
CHOOSING: Final = {"tongue", "speech", "second", "who", "urgent"}
"""Kinds of buttons that may lead to another language."""
PARIS: Final = "city:paris"
ON_THE_DAY: Final = {name for name in TABLE.buttons if name.startswith("cap")}
"""Buttons of captains, on an action day alone."""
BEFORE_THE_DAY: Final = {name for name in TABLE.buttons if name.startswith(("day", "places", "ready"))}
"""Buttons of organisers and captains, where an action day is ahead."""
ODD: Final = ("", " nonsense", " amal approver city:berlin", " city:nowhere")
"""What is written behind a command."""


class Masked(NullTranslations):
    """A catalog of which nothing is left but the places for values."""

    def gettext(self, message: str) -> str:
        return "".join(piece if BETWEEN.fullmatch(piece) else "⟦⟧" for piece in BETWEEN.split(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@pytest.fixture(autouse=True)
def _without_words(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(content.words, "compiled", lambda _catalog: Masked())
    words.cache_clear()
    yield
    words.cache_clear()


@pytest.fixture
async def scene(sqlite_url: str) -> AsyncIterator[BotStage]:
    async with bot_stage(sqlite_url, at=DAY, campaign=load_campaign(EXAMPLE)) as stage:
        stage.router = Router(stage.means, Floods(count(step=EVERY_HOUR).__next__))
        await connect(stage, "ar", "en")
        yield stage


async def test_in_charge(scene: BotStage) -> None:
    amal = await _comes(scene, "amal", "admin")
    noor = await _comes(scene, "noor", "approver")
    async with scene.store.write() as connection:
        far = scene.means.clock.now() + timedelta(days=9)
        await connection.execute(update(tables.person).values(open_until=far))
    await scene.plan_prompts()
    await _in_every_state(scene)
    await _kept_ready(scene)
    await _writes(scene, noor, "/launch")
    launching = await _press_everything(scene, noor)
    for name in [
        name for name, entry in TABLE.commands.items() if entry.role or name in {"help", "pause", "resume"}
    ]:
        for argument in ODD:
            await _writes(scene, amal, f"/{name}{argument}")
    await _writes(scene, amal, "/queue")
    await _writes(scene, amal, POST)
    pressed = await _press_everything(scene, amal, sparing=frozenset({"erase", "wipenow"}))
    pressed |= launching | await _press_everything(scene, noor)
    await scene.do_chores()
    wanted = {name for name, entry in TABLE.buttons.items() if entry.role and not entry.group}
    wanted -= ON_THE_DAY | BEFORE_THE_DAY
    assert _left(scene, amal) == {}
    assert _left(scene, noor) == {}
    assert len(wanted - pressed) < len(wanted) / 3, f"not shown: {sorted(wanted - pressed)}"


async def test_before_an_action_day(scene: BotStage) -> None:
    scene.world.clock.advance(T0 - timedelta(hours=24) - scene.means.clock.now())
    amal = await _comes(scene, "amal", "admin")
    for command in ("/day", "/ready", "/places"):
        await _writes(scene, amal, command)
    pressed = await _press_everything(scene, amal)
    for ahead in (timedelta(), timedelta(hours=21)):
        scene.world.clock.advance(ahead)
        await tell_readiness(scene.means)
    pressed |= await _press_everything(scene, amal)
    assert _left(scene, amal) == {}
    assert pressed >= BEFORE_THE_DAY - {"readypage", "placespage"}


async def test_captains_on_the_day(scene: BotStage) -> None:
    scene.world.clock.advance(T0 - timedelta(hours=4) - scene.means.clock.now())
    amal, omar = await _comes(scene, "amal", "admin"), await _comes(scene, "omar", "captain", scope=PARIS)
    noor = await _comes(scene, "noor", "captain", scope="city:berlin")
    await fill_in(scene, filled=Meeting("تحت الشجرة", "خلف البوّابة", "030", "031", "032"))
    await until(scene, -3)
    await _taps(scene, noor, "caphere")
    await until(scene, minutes=-30)
    await _taps(scene, omar, "capchange", "capcancel", "capoff")
    await _taps(scene, noor, "capchange", "capdelay", "capchange", "capmove", "capmany", "cappeople")
    await _taps(scene, noor, "capdanger", "capkind", "capcard", "capbegun", "capchange", "capend")
    await _writes(scene, noor, "120")
    await until(scene, minutes=215)
    await _writes(scene, noor, "/card")
    await _taps(scene, noor, "caphome")
    assert [_left(scene, person) for person in (amal, omar, noor)] == [{}, {}, {}]


async def test_volunteers(scene: BotStage) -> None:
    await scene.plan_prompts()
    lina = scene.world.add_user("Lina", language_code="ar")
    await _writes(scene, lina, "hello")
    lina.open_link(await scene.invite(city="aleppo"))
    await scene.settle()
    await _press_everything(scene, lina, sparing=frozenset({"decline", "erase"}))
    for intent in (each for each in Intent if each is not Intent.HIDE):
        await _writes(scene, lina, label(intent, "ar"))
    await scene.send_due()
    await _press_everything(scene, lina, sparing=frozenset({"decline", "erase", "hide"}))
    await _writes(scene, lina, "/mydata")
    assert _left(scene, lina) == {}


async def _comes(stage: BotStage, handle: str, role: str, **given: str) -> Person:
    person = stage.world.add_user("Somebody", language_code="ar")
    person.open_link(await stage.invite(role, handle=handle, **given))
    await stage.settle()
    await _press_everything(stage, person)
    return person


async def _writes(stage: BotStage, person: Person, text: str) -> None:
    person.send(text)
    await stage.settle()


async def _in_every_state(stage: BotStage) -> None:
    """Posts in every state, an account that is held, and a scope that is stopped."""
    delivery, account = tables.delivery, tables.account
    async with stage.store.write() as connection:
        for place, state in enumerate(State, start=1):
            changed = {"state": state.value, "reason": REASON, "changed_at": DAY}
            await connection.execute(update(delivery).where(delivery.c.id == place).values(changed))
        held = update(account).where(account.c.id == "x-en").values(held=REASON, held_at=DAY)
        await connection.execute(held)


async def _kept_ready(stage: BotStage) -> None:
    """A dormant campaign with one post in Arabic."""
    slot = next(slot for slot in stage.campaign.slots if slot.id == "learn-ar")
    alone = slot.model_copy(update={"accounts": ("x-ar",), "channels": ()})
    parts = {"slots": (alone,), "prompts": (), "action_days": ()}
    dormant = stage.campaign.model_copy(update={"id": f"{stage.campaign.id}-2", "dormant": True, **parts})
    await record(stage.store, stage.means.clock, dormant, (), author="sara", kept=frozenset())
    await keep_media(stage.store, dormant)


async def _press_everything(
    stage: BotStage, person: Person, sparing: frozenset[str] = frozenset()
) -> set[str]:
    """Press every kind of button that is shown, the newest first, and answer what is asked; gives the kinds."""
    done: Counter[str] = Counter()
    while waiting := [each for each in _buttons(stage, person, sparing) if done[each[0]] < len(ANSWERS)]:
        action, data, message = min(reversed(waiting), key=lambda each: done[each[0]])
        person.type_forged_callback(data, message)
        await stage.settle()
        if await _is_asked(stage, person):
            await _writes(stage, person, ANSWERS[done[action]])
        done[action] += 1
    return set(done)


async def _taps(stage: BotStage, person: Person, *actions: str) -> None:
    """Press the newest button of each kind."""
    for action in actions:
        shown = [each for each in _buttons(stage, person, frozenset()) if each[0] == action]
        person.type_forged_callback(*shown[-1][1:])
        await stage.settle()


async def _is_asked(stage: BotStage, person: Person) -> bool:
    means = stage.means
    known = await people.find(means.store, means.vault, person.id)
    return known is not None and await expecting.expected(means.store, means.clock, known.id) is not None


def _buttons(stage: BotStage, person: Person, sparing: frozenset[str]) -> list[tuple[str, str, Message]]:
    found = []
    for message in person.chat.messages:
        for row in (message.markup or {}).get("inline_keyboard", []):
            for button in row:
                data = button.get("callback_data", "")
                read = stage.means.signer.read(person.id, data) if data else None
                other = read is not None and read.action in CHOOSING and LATIN.search(button["text"])
                if read is not None and read.action not in sparing and not other:
                    found.append((read.action, data, message))
    return found


def _left(stage: BotStage, person: Person) -> dict[str, str]:
    """Latin words that nobody allowed, each with a screen that has it."""
    allowed = set(LATIN.findall(" ".join(_names(stage)).casefold()))
    found: dict[str, str] = {}
    asks = {text for message in stage.campaign.messages for text in (message.ask.text or {}).values()}
    for screen in _screens(stage, person):
        if screen in asks:
            continue
        for word in LATIN.findall(SLOT.sub(" ", screen)):
            if word.casefold() not in allowed:
                found.setdefault(word, screen)
    return found


def _screens(stage: BotStage, person: Person) -> Iterator[str]:
    """Whatever was ever shown to them, with what stood on the buttons."""
    for request in stage.world.journal.accepted("sendMessage", "sendPhoto", "editMessageText"):
        if request.parameters["chat_id"] == person.id:
            yield _unquoted(request.result)
            yield from (button["text"] for row in _rows(request.result) for button in row)
    yield from (press.text or "" for press in person.presses)


def _rows(message: Json) -> list[list[Json]]:
    rows: list[list[Json]] = message.get("reply_markup", {}).get("inline_keyboard", [])
    return rows


def _unquoted(message: Json) -> str:
    units = str(message.get("text", message.get("caption", ""))).encode("utf-16-le")
    for entity in message.get("entities") or message.get("caption_entities") or ():
        if entity["type"] in QUOTED:
            start, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
            units = units[:start] + " ".encode("utf-16-le") * ((end - start) // 2) + units[end:]
    return units.decode("utf-16-le")


def _names(stage: BotStage) -> Iterator[str]:
    campaign = stage.campaign
    yield from (campaign.id, campaign.zone, "amal noor x-en telegram-en x-ar telegram-ar rehearsal")
    yield from (f"{city.id} {city.zone}" for city in campaign.cities)
    yield from campaign.languages
    yield from map(own_name, campaign.languages)
    yield from (prompt.id for prompt in campaign.prompts)
    yield from (message.id for message in campaign.messages)
    yield from (partner.id for partner in campaign.partners)
    yield from (BOT, COORDINATOR.name, *(each.name for each in APPROVERS), FIRST_ZONE)
    yield from ("UTC", "TG", "X", REASON, *Role, *map(str.strip, ODD))
