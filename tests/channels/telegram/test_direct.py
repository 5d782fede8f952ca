import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from types import MappingProxyType

import pytest

from channels.base import Button, Card, Channel, Connection, OutgoingPost, Ports, Prepared, Receipt, Rows
from channels.errors import NotAuthorised, RateLimited, Refused
from channels.secret import Secret
from channels.telegram.direct import DirectChannel
from content.richtext import plain
from tests.channels.conformance import CANARY, Seen
from tests.channels.http_conformance import HttpConformance
from tests.channels.posts import post, text
from tests.support.telegram.people import Person
from tests.support.telegram.server import serving
from tests.support.telegram.world import World

ADA, NOBODY = "ada", "nobody"


@dataclass
class Deck:
    """Makes cards of posts for those whom it knows, and hears what became of them."""

    chats: dict[str, int] = field(default_factory=dict)
    rows: Rows = ()
    arrivals: list[tuple[str, int]] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)
    may_stay: bool = True

    async def card(self, post: OutgoingPost) -> Card | None:
        chat = self.chats.get(post.recipient or "")
        return None if chat is None else Card(chat, escape(plain(post.text)), self.rows)

    async def arrived(self, post: OutgoingPost, message: int) -> bool:
        self.arrivals.append((post.recipient or "", message))
        return self.may_stay

    async def lost(self, recipient: str) -> None:
        self.losses.append(recipient)


@dataclass
class Stage:
    base_url: str
    world: World
    ada: Person
    deck: Deck

    def public(self) -> list[Seen]:
        return [
            Seen(message.text) for message in self.ada.chat.messages if message.sender is self.world.bot
        ]


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    world = World(CANARY)
    ada = world.add_user("Ada")
    ada.send("/start")
    async with serving(world) as api:
        yield Stage(api.address, world, ada, Deck({ADA: ada.id}))


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


def connection(base_url: str, deck: Deck | None, token: str = CANARY) -> Connection:
    return Connection("the-bot", {"base_url": base_url}, Secret(token), Ports(cards=deck))


def to_ada(wanted: OutgoingPost | None = None) -> OutgoingPost:
    return replace(wanted or post(), recipient=ADA)


class ToAda(DirectChannel):
    """Posts of the common tests name no recipient."""

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        return await super().publish(to_ada(post), prepared)


class TestDirect(HttpConformance):
    channel = DirectChannel
    expected = MappingProxyType({"403": Refused})

    @asynccontextmanager
    async def open_platform(self, folder: Path) -> AsyncIterator[Stage]:
        async with staged() as stage:
            self.chat = stage.ada.id
            yield stage

    def connection(self, base_url: str, folder: Path) -> Connection:
        return connection(base_url, Deck({ADA: getattr(self, "chat", 5)}))

    def connect(self, base_url: str, folder: Path) -> Channel:
        return ToAda(self.connection(base_url, folder))


async def test_a_card_arrives_with_its_buttons_and_its_number_is_kept(stage: Stage) -> None:
    stage.deck.rows = ((Button("Done", data="done 1"),),)
    async with DirectChannel(connection(stage.base_url, stage.deck)) as channel:
        receipt = await channel.publish(to_ada(), {})
    assert stage.ada.last.buttons == [["Done"]]
    assert stage.deck.arrivals == [(ADA, stage.ada.last.id)]
    assert receipt.remote_id == str(stage.ada.last.id)
    assert receipt.url is None


async def test_what_is_said_is_html_and_special_characters_are_only_text(stage: Stage) -> None:
    async with DirectChannel(connection(stage.base_url, stage.deck)) as channel:
        await channel.publish(to_ada(post(text("<b>نعم</b> & \u202ella"))), {})
    assert stage.ada.last.text == "<b>نعم</b> & \u202ella"


async def test_a_silent_one_wakes_nobody(stage: Stage) -> None:
    async with DirectChannel(connection(stage.base_url, stage.deck)) as channel:
        await channel.publish(to_ada(post(options={"silent": True})), {})
    assert stage.ada.last.silent


async def test_whoever_wants_nothing_any_more_gets_nothing(stage: Stage) -> None:
    async with DirectChannel(connection(stage.base_url, stage.deck)) as channel:
        with pytest.raises(Refused, match="not want it"):
            await channel.publish(replace(post(), recipient=NOBODY), {})
    assert stage.world.journal.requests == []


async def test_whoever_blocked_the_bot_is_noted_and_the_bot_goes_on(stage: Stage) -> None:
    stage.ada.block_bot()
    async with DirectChannel(connection(stage.base_url, stage.deck)) as channel:
        with pytest.raises(Refused):
            await channel.publish(to_ada(), {})
    assert stage.deck.losses == [ADA]
    assert stage.deck.arrivals == []


async def test_whoever_never_came_is_noted_as_gone(stage: Stage) -> None:
    stage.deck.chats[ADA] = 7_000_000_000
    async with DirectChannel(connection(stage.base_url, stage.deck)) as channel:
        with pytest.raises(Refused):
            await channel.publish(to_ada(), {})
    assert stage.deck.losses == [ADA]


async def test_telegram_asks_to_wait_and_nobody_is_lost(stage: Stage) -> None:
    stage.world.fail("sendMessage", "too_many_requests", retry_after=7)
    async with DirectChannel(connection(stage.base_url, stage.deck)) as channel:
        with pytest.raises(RateLimited):
            await channel.publish(to_ada(), {})
    assert stage.deck.losses == []


async def test_without_whoever_knows_the_people_nothing_is_sent(stage: Stage) -> None:
    async with DirectChannel(connection(stage.base_url, None)) as channel:
        with pytest.raises(NotAuthorised, match="knows the people") as raised:
            await channel.publish(to_ada(), {})
    assert "munasara run" in raised.value.remedy


async def test_a_post_for_nobody_in_particular_is_not_sent(stage: Stage) -> None:
    async with DirectChannel(connection(stage.base_url, stage.deck)) as channel:
        with pytest.raises(NotAuthorised):
            await channel.publish(post(), {})


async def test_verify_tells_who_the_bot_is_and_where_it_may_go(stage: Stage) -> None:
    async with DirectChannel(connection(stage.base_url, stage.deck)) as channel:
        check = await channel.verify()
    assert (check.ready, check.identity) == (True, "@balloon_bot")
    assert "may join groups" in check.detail


async def test_verify_explains_a_wrong_token(stage: Stage) -> None:
    async with DirectChannel(connection(stage.base_url, stage.deck, "1:wrong")) as channel:
        check = await channel.verify()
    assert not check.ready
    assert "token" in check.detail


async def test_no_error_tells_whom_it_was_for(stage: Stage) -> None:
    stage.ada.block_bot()
    async with DirectChannel(connection(stage.base_url, stage.deck)) as channel:
        with pytest.raises(Refused) as raised:
            await channel.publish(to_ada(), {})
    shown = "".join(traceback.format_exception(raised.value)) + repr(Card(stage.ada.id, "a secret"))
    assert str(stage.ada.id) not in shown
    assert "a secret" not in shown


async def test_what_may_not_stay_is_deleted_at_once(stage: Stage) -> None:
    stage.deck.may_stay = False
    async with DirectChannel(connection(stage.base_url, stage.deck)) as channel:
        await channel.publish(to_ada(), {})
    assert stage.public() == []
