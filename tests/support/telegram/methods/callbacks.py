"""Answers to pressed buttons, and signs of activity."""

from typing import Final

from telegram.constants import ChatAction

from tests.support.telegram.access import thread_for, writable_chat
from tests.support.telegram.errors import bad
from tests.support.telegram.methods.table import method
from tests.support.telegram.parameters import ChatId
from tests.support.telegram.world import World

MAX_ANSWER: Final = 200


@method
def answer_callback_query(
    world: World,
    callback_query_id: str,
    text: str | None = None,
    show_alert: bool | None = None,
    url: str | None = None,
    cache_time: int | None = None,
) -> bool:
    press = world.presses.get(callback_query_id)
    if press is None or world.clock.now() - press.pressed_at > world.query_lifetime:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if len(text or "") > MAX_ANSWER:
        raise bad("MESSAGE_TOO_LONG")
    if url and not url.startswith(f"https://t.me/{world.bot.username}?start="):
        raise bad("URL_INVALID")
    if press.answer is None:
        press.answer = {"text": text or "", "show_alert": bool(show_alert), "url": url}
        press.waited = (world.clock.now() - press.pressed_at).total_seconds()
    return True


@method
def send_chat_action(
    world: World, chat_id: ChatId, action: str, message_thread_id: int | None = None
) -> bool:
    chat = writable_chat(world, chat_id)
    if action not in set(ChatAction):
        raise bad("wrong parameter action in request")
    thread_for(chat, message_thread_id, None)
    chat.actions.append(action)
    return True
