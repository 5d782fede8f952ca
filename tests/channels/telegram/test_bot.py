import logging
from datetime import timedelta

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError

from channels.base import Connection
from channels.errors import NotAuthorised, OutcomeUnknown, RateLimited, Refused, Unreachable
from channels.secret import Secret
from channels.telegram.bot import DEFAULT_BASE_URL, TelegramBot, api_root
from channels.telegram.client import FloodControl
from tests.channels.conformance import CANARY, DEAD_ADDRESS


def bot(token: str = CANARY, **settings: str) -> TelegramBot:
    return TelegramBot("telegram-bot", Connection("the-bot", settings, Secret(token)))


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (FloodControl(timedelta(seconds=3)), RateLimited),
        (Forbidden("bot was blocked by the user"), NotAuthorised),
        (BadRequest("message is too long"), Refused),
        (NetworkError("broke off"), OutcomeUnknown),
        (KeyError("message_id"), OutcomeUnknown),
    ],
)
async def test_errors_of_the_library_become_ours(error: Exception, ours: type[Exception]) -> None:
    with pytest.raises(ours) as raised:
        async with bot().calling(publishing=True):
            raise error
    assert raised.value.__cause__ is None


async def test_what_is_only_looked_at_leaves_no_doubt() -> None:
    with pytest.raises(Unreachable):
        async with bot(base_url=DEAD_ADDRESS).calling():
            raise NetworkError("broke off")


async def test_a_bug_of_ours_stays_a_bug() -> None:
    with pytest.raises(ZeroDivisionError):
        async with bot().calling():
            raise ZeroDivisionError


def test_a_missing_token_is_told_with_where_to_get_one() -> None:
    with pytest.raises(NotAuthorised) as raised:
        bot(token="")
    assert "BotFather" in raised.value.remedy


def test_the_address_is_telegrams_unless_another_is_given() -> None:
    assert api_root(Connection("a")) == DEFAULT_BASE_URL
    assert api_root(Connection("a", {"base_url": "http://127.0.0.1:1/"})) == "http://127.0.0.1:1"


async def test_neither_the_log_nor_its_own_name_tells_the_token(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        made = bot()
        await made.aclose()
    assert CANARY not in caplog.text + repr(made)
