import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)

from channels.errors import ChannelError, NotAuthorised, OutcomeUnknown, Refused, Unreachable
from channels.httpclient import NoAnswer
from channels.telegram.client import TelegramTranslator

TRANSLATOR = TelegramTranslator("telegram", "de")


def caused(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "publishing", "looking"),
    [
        (BadRequest("message is too long"), Refused, Refused),
        (Forbidden("bot was kicked"), NotAuthorised, NotAuthorised),
        (InvalidToken(), NotAuthorised, NotAuthorised),
        (ChatMigrated(-100), NotAuthorised, NotAuthorised),
        (caused(TimedOut(), NoAnswer("", left=False, late=True)), Unreachable, Unreachable),
        (caused(TimedOut(), NoAnswer("", left=True, late=True)), OutcomeUnknown, Unreachable),
        (caused(NetworkError(""), NoAnswer("", left=False)), Unreachable, Unreachable),
        (caused(NetworkError(""), NoAnswer("", left=True)), OutcomeUnknown, Unreachable),
        (NetworkError("without a cause"), OutcomeUnknown, Unreachable),
        (TimedOut(), OutcomeUnknown, Unreachable),
        (Conflict("another"), OutcomeUnknown, Unreachable),
    ],
    ids=repr,
)
def test_each_error_of_the_library_has_one_meaning(
    error: TelegramError, publishing: type[ChannelError], looking: type[ChannelError]
) -> None:
    for wanted, is_publishing in ((publishing, True), (looking, False)):
        assert type(TRANSLATOR.telegram(error, publishing=is_publishing, secret="t")) is wanted


def test_a_reason_is_cut_short() -> None:
    error = TRANSLATOR.telegram(BadRequest("x" * 5000), publishing=True, secret="t")
    assert len(str(error)) < 300
