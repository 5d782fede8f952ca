from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.base import CannotTell, Connection
from channels.errors import NotAuthorised, RateLimited, Refused
from channels.rehearsal.server import serve
from channels.secret import Secret
from channels.telegram.channel import TelegramChannel
from tests.channels import golden_pairs
from tests.channels.conformance import CANARY, Seen
from tests.channels.http_conformance import HttpConformance
from tests.channels.posts import picture, post, text, video
from tests.support.bot_api import ADMINISTRATOR, BOT, BotApi, Rejected


@dataclass
class Stage:
    base_url: str
    api: BotApi

    def public(self) -> list[Seen]:
        return [Seen(str(message.get("text", message.get("caption", "")))) for message in self.api.public()]


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    api = BotApi(CANARY)
    async with serve(api.app) as base_url:
        yield Stage(base_url, api)


def connection(base_url: str, token: str = CANARY, **settings: str) -> Connection:
    return Connection("de-main", {"chat_id": "@balloons", "base_url": base_url, **settings}, Secret(token))


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


@asynccontextmanager
async def connected(stage: Stage, **settings: str) -> AsyncIterator[TelegramChannel]:
    async with TelegramChannel(connection(stage.base_url, **settings)) as channel:
        yield channel


class TestTelegram(HttpConformance):
    channel = TelegramChannel

    @asynccontextmanager
    async def open_platform(self, folder: Path) -> AsyncIterator[Stage]:
        async with staged() as stage:
            yield stage

    def connection(self, base_url: str, folder: Path) -> Connection:
        return connection(base_url)


@pytest.mark.parametrize("name", golden_pairs.names("telegram"))
async def test_a_golden_post_becomes_exactly_its_requests(name: str) -> None:
    pair = golden_pairs.read("telegram", name)
    await golden_pairs.assert_requests(
        pair, BotApi(CANARY).app, lambda base_url: TelegramChannel(connection(base_url, **pair.settings))
    )


async def test_an_album_uploads_every_picture_under_its_name(stage: Stage) -> None:
    pictures = (picture("One"), picture("Two"))
    async with connected(stage) as channel:
        receipt = await channel.publish(post(media=pictures), {})
    assert [(name, size) for _, name, size in stage.api.uploads] == [
        (each.file_name, len(each.data)) for each in pictures
    ]
    assert receipt.remote_id == "101,102"
    assert receipt.url == "https://t.me/balloons/101"


async def test_retracting_an_album_deletes_every_message(stage: Stage) -> None:
    async with connected(stage) as channel:
        receipt = await channel.publish(post(media=(picture("One"), picture("Two"))), {})
        await channel.retract(receipt)
    assert stage.api.messages == {}


async def test_a_private_chat_has_an_address_for_its_members(stage: Stage) -> None:
    del stage.api.chat["username"]
    async with connected(stage, chat_id="-1001234567890") as channel:
        receipt = await channel.publish(post(), {})
    assert receipt.url == "https://t.me/c/1234567890/101"


async def test_a_caption_counts_the_descriptions_of_its_pictures(stage: Stage) -> None:
    async with connected(stage) as channel:
        fits = text("x" * (1024 - len("\n\n🖼️ ") - 1 - len("Balloons")))
        await channel.publish(post(fits, media=(picture("Balloons"),)), {})
        with pytest.raises(Refused, match="1025 UTF-16 units, telegram takes 1024"):
            await channel.publish(post(fits, media=(picture("Balloons!"),)), {})


async def test_a_bot_cannot_look_back(stage: Stage) -> None:
    async with connected(stage) as channel:
        assert isinstance(await channel.find(post(), {}), CannotTell)
    assert stage.api.calls == []


@pytest.mark.parametrize("topic", ["", "1", "general", "General"])
async def test_the_general_topic_is_addressed_by_naming_none(stage: Stage, topic: str) -> None:
    async with connected(stage, topic=topic) as channel:
        await channel.publish(post(), {})
    assert "message_thread_id" not in stage.api.calls[0][1]


async def test_a_post_may_choose_another_topic_than_its_account(stage: Stage) -> None:
    async with connected(stage, topic="3") as channel:
        await channel.publish(post(options={"topic": 7}), {})
    assert stage.api.calls[0][1]["message_thread_id"] == 7


async def test_a_topic_that_is_no_number_calls_a_person(stage: Stage) -> None:
    async with connected(stage, topic="news") as channel:
        with pytest.raises(NotAuthorised, match="topic"):
            await channel.publish(post(), {})


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: chat not found",
        "Bad Request: not enough rights to send text messages to the chat",
        "Bad Request: need administrator rights in the channel chat",
        "Bad Request: CHAT_WRITE_FORBIDDEN",
        "Bad Request: message thread not found",
        "Bad Request: TOPIC_CLOSED",
    ],
)
async def test_lost_rights_and_topics_hold_the_account(stage: Stage, description: str) -> None:
    stage.api.rejections.append(Rejected(description))
    async with connected(stage) as channel:
        with pytest.raises(NotAuthorised) as raised:
            await channel.publish(post(), {})
    assert raised.value.remedy


async def test_a_migrated_group_calls_a_person_without_telling_the_id(stage: Stage) -> None:
    stage.api.rejections.append(Rejected("Bad Request: migrated", migrate_to_chat_id=-1009876543210))
    async with connected(stage) as channel:
        with pytest.raises(NotAuthorised, match="new id") as raised:
            await channel.publish(post(), {})
    assert "9876543210" not in str(raised.value) + raised.value.remedy


async def test_flood_control_says_how_long(stage: Stage) -> None:
    stage.api.rejections.append(Rejected("Too Many Requests: retry after 35", 429, retry_after=35))
    async with connected(stage) as channel:
        with pytest.raises(RateLimited) as raised:
            await channel.publish(post(), {})
    assert raised.value.retry_after == timedelta(seconds=35)


async def test_a_reason_that_quotes_the_token_is_masked(stage: Stage) -> None:
    stage.api.rejections.append(Rejected(f"Bad Request: wrong thing {CANARY}"))
    async with connected(stage) as channel:
        with pytest.raises(Refused, match=r"Wrong thing \*\*\*|wrong thing \*\*\*") as raised:
            await channel.publish(post(), {})
    assert CANARY.lower() not in str(raised.value).lower()


async def test_what_is_too_old_to_delete_is_left_to_a_person(stage: Stage) -> None:
    async with connected(stage) as channel:
        receipt = await channel.publish(post(), {})
        stage.api.rejections.append(Rejected("Bad Request: message can't be deleted for everyone"))
        with pytest.raises(Refused):
            await channel.retract(receipt)


async def test_deleting_in_a_lost_chat_is_not_a_success(stage: Stage) -> None:
    async with connected(stage) as channel:
        receipt = await channel.publish(post(), {})
        stage.api.rejections.append(Rejected("Bad Request: chat not found"))
        with pytest.raises(NotAuthorised):
            await channel.retract(receipt)


@pytest.mark.parametrize(
    ("member", "chat_type", "ready", "detail"),
    [
        (ADMINISTRATOR, "channel", True, "may post and pin"),
        ({**ADMINISTRATOR, "can_edit_messages": False}, "channel", True, "not pin"),
        ({**ADMINISTRATOR, "can_post_messages": False}, "channel", False, "right to post"),
        ({"status": "left", "user": BOT}, "channel", False, "not in this chat"),
        ({"status": "member", "user": BOT}, "supergroup", True, "not pin"),
    ],
)
async def test_verify_tells_what_the_bot_may_do(
    stage: Stage, member: dict[str, Any], chat_type: str, ready: bool, detail: str
) -> None:
    stage.api.member, stage.api.chat["type"] = member, chat_type
    async with connected(stage) as channel:
        check = await channel.verify()
    assert (check.ready, check.identity) == (ready, "@balloons")
    assert detail in check.detail


async def test_verify_explains_a_wrong_token(stage: Stage) -> None:
    async with TelegramChannel(connection(stage.base_url, "1:wrong")) as channel:
        check = await channel.verify()
    assert not check.ready
    assert "token" in check.detail


@pytest.mark.parametrize(
    ("settings", "token", "named"),
    [({"chat_id": "balloons"}, CANARY, "chat_id"), ({}, "", "token")],
)
def test_what_cannot_work_is_said_before_anything_is_sent(
    settings: dict[str, str], token: str, named: str
) -> None:
    with pytest.raises(NotAuthorised, match=named):
        TelegramChannel(connection("http://127.0.0.1:9", token, **settings))


async def test_a_video_is_sent_with_its_measures_to_play_while_it_loads(stage: Stage) -> None:
    film = video("Balloons rise", sensitive=True)
    async with connected(stage) as channel:
        await channel.publish(post(text("Look up"), media=(film,)), {})
    ((method, sent),) = stage.api.calls
    assert method == "sendVideo"
    assert stage.api.uploads == [("video", film.file_name, len(film.data))]
    assert {
        name: sent[name] for name in ("width", "height", "duration", "supports_streaming", "has_spoiler")
    } == {
        "width": 1280,
        "height": 720,
        "duration": 12,
        "supports_streaming": True,
        "has_spoiler": True,
    }
    assert sent["caption"] == "Look up\n\n🎬 Balloons rise"
