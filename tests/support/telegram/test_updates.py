import asyncio
from datetime import timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Update

from channels.rehearsal.server import serve
from tests.support.telegram.conftest import Raw
from tests.support.telegram.people import Person
from tests.support.telegram.server import SECRET_HEADER, BotApi
from tests.support.telegram.world import World


async def test_updates_come_again_until_they_are_confirmed(raw: Raw, ada: Person) -> None:
    ada.send("one")
    ada.send("two")
    first, second = await raw.call("getUpdates")
    assert await raw.call("getUpdates") == [first, second]
    assert await raw.call("getUpdates", offset=second["update_id"]) == [second]
    assert await raw.call("getUpdates") == [second]


async def test_a_limit_tells_the_oldest_first(raw: Raw, ada: Person) -> None:
    ada.send("one")
    ada.send("two")
    assert [update["message"]["text"] for update in await raw.call("getUpdates", limit=1)] == ["one"]


async def test_a_negative_offset_keeps_only_the_newest(raw: Raw, ada: Person) -> None:
    for text in ("one", "two", "three"):
        ada.send(text)
    assert [update["message"]["text"] for update in await raw.call("getUpdates", offset=-1)] == ["three"]


async def test_a_held_request_ends_as_soon_as_something_happens(
    raw: Raw, ada: Person, world: World
) -> None:
    held = asyncio.create_task(raw.call("getUpdates", timeout=50))
    await world.until(lambda: world.journal.of("getUpdates") and world.updates._poller)
    ada.send("now")
    assert [update["message"]["text"] for update in await held] == ["now"]


async def test_a_held_request_ends_empty_when_nothing_happens(world: World) -> None:
    assert await world.updates.poll(0, 100, 0.01) == []


async def test_the_earlier_of_two_pollers_is_refused(raw: Raw, ada: Person, world: World) -> None:
    earlier = asyncio.create_task(raw.refusal("getUpdates", timeout=50))
    await world.until(lambda: world.updates._poller)
    later = asyncio.create_task(raw.call("getUpdates", timeout=50))
    assert (await earlier).startswith("Conflict: terminated by other getUpdates request")
    await world.until(lambda: world.updates._poller)
    ada.send("now")
    assert len(await later) == 1


async def test_a_poller_that_went_away_is_forgotten(api: BotApi, raw: Raw, world: World) -> None:
    gone = asyncio.create_task(raw.call("getUpdates", timeout=50))
    await world.until(lambda: world.updates._poller)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    await world.until(lambda: world.updates._poller is None)
    assert await raw.call("getUpdates") == []
    assert [request.status for request in world.journal.of("getUpdates")] == [None, 200]


async def test_updates_are_kept_for_a_day(raw: Raw, ada: Person, world: World) -> None:
    ada.send("old")
    world.clock.advance(timedelta(hours=25))
    ada.send("new")
    assert [update["message"]["text"] for update in await raw.call("getUpdates")] == ["new"]


async def test_only_the_kinds_that_were_asked_for_come(raw: Raw, ada: Person) -> None:
    await raw.call("getUpdates", allowed_updates=["callback_query"])
    ada.send("unwanted")
    assert await raw.call("getUpdates") == []
    await raw.call("getUpdates", allowed_updates=[])
    ada.send("wanted")
    assert len(await raw.call("getUpdates")) == 1


async def test_an_unknown_kind_is_refused(raw: Raw) -> None:
    assert "unknown kinds of updates: pigeon" in await raw.refusal("getUpdates", allowed_updates=["pigeon"])
    assert "Array of Strings" in await raw.refusal("getUpdates", allowed_updates=[7])


async def test_every_kind_of_python_telegram_bot_may_be_asked_for(raw: Raw) -> None:
    assert await raw.call("getUpdates", allowed_updates=Update.ALL_TYPES) == []


async def test_changes_of_members_come_only_when_asked_for_and_to_administrators(
    raw: Raw, ada: Person, world: World
) -> None:
    group = world.add_supergroup(owner=ada)
    group.add_bot(ada)
    group.promote_bot()
    world.updates.drop()
    visitor = world.add_user("Bo")
    group.set_member(visitor, "member")
    assert await raw.call("getUpdates", allowed_updates=["chat_member"]) == []
    visitor.leave(group)
    [update] = await raw.call("getUpdates")
    assert update["chat_member"]["new_chat_member"]["status"] == "left"
    world.updates.drop()
    group.demote_bot()
    group.set_member(visitor, "member")
    assert await raw.call("getUpdates") == []


async def test_reactions_come_only_when_asked_for_and_to_administrators(
    raw: Raw, ada: Person, world: World
) -> None:
    group = world.add_supergroup(owner=ada)
    group.add_bot(ada)
    message = ada.send("hello", to=group)
    world.updates.drop()
    await raw.call("getUpdates", allowed_updates=["message_reaction"])
    ada.react(message, "👍")
    assert await raw.call("getUpdates") == []
    group.promote_bot()
    ada.react(message, "🔥")
    [update] = await raw.call("getUpdates")
    assert update["message_reaction"]["new_reaction"] == [{"type": "emoji", "emoji": "🔥"}]
    assert update["message_reaction"]["old_reaction"] == [{"type": "emoji", "emoji": "👍"}]


async def test_a_webhook_and_polling_exclude_each_other(raw: Raw) -> None:
    await raw.call("setWebhook", url="https://bot.example/hook", secret_token="s3cret")
    assert (await raw.call("getWebhookInfo"))["url"] == "https://bot.example/hook"
    assert "webhook is active" in await raw.refusal("getUpdates")
    await raw.call("deleteWebhook")
    assert (await raw.call("getWebhookInfo"))["url"] == ""
    assert await raw.call("getUpdates") == []


async def test_a_webhook_needs_https_and_a_plain_secret(raw: Raw) -> None:
    assert "HTTPS URL must be provided" in await raw.refusal("setWebhook", url="http://bot.example/")
    refusal = await raw.refusal("setWebhook", url="https://bot.example/", secret_token="not plain")
    assert "unallowed characters" in refusal


async def test_waiting_updates_can_be_dropped(raw: Raw, ada: Person) -> None:
    ada.send("old")
    assert (await raw.call("getWebhookInfo"))["pending_update_count"] == 1
    await raw.call("deleteWebhook", drop_pending_updates=True)
    assert await raw.call("getUpdates") == []


async def test_an_update_is_pushed_with_the_secret(raw: Raw, api: BotApi, ada: Person) -> None:
    seen = []

    async def hook(request: Request) -> Response:
        seen.append((request.headers[SECRET_HEADER], await request.json()))
        return Response()

    await raw.call("setWebhook", url="https://bot.example/hook", secret_token="s3cret")
    ada.send("hello")
    async with serve(Starlette(routes=[Route("/", hook, methods=["POST"])])) as address:
        assert (await api.push(raw.client, to=address)).is_success
    assert [(secret, update["message"]["text"]) for secret, update in seen] == [("s3cret", "hello")]
