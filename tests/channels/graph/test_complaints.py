import json
from datetime import timedelta
from typing import Any

import pytest

from channels.errors import ChannelError, NotAuthorised, OutcomeUnknown, RateLimited, Refused, Unreachable
from channels.graph.complaints import WAIT_WHEN_BUSY, Complaint, GraphTranslator, complaint, wait
from channels.httpclient import Answer

TRANSLATOR = GraphTranslator("facebook", "de")


def answer(code: int, subcode: int = 0, status: int = 400, **more: Any) -> Answer:
    error = {"message": "No", "type": "OAuthException", "code": code, "error_subcode": subcode, **more}
    return Answer(status, {}, json.dumps({"error": error}).encode())


@pytest.mark.parametrize(
    ("said", "publishing", "looking"),
    [
        (answer(190, 463, 401), NotAuthorised, NotAuthorised),
        (answer(102), NotAuthorised, NotAuthorised),
        (answer(10), NotAuthorised, NotAuthorised),
        (answer(200, status=403), NotAuthorised, NotAuthorised),
        (answer(299), NotAuthorised, NotAuthorised),
        (answer(368), NotAuthorised, NotAuthorised),
        (answer(4, 2207051), NotAuthorised, NotAuthorised),
        (answer(25, 2207050), NotAuthorised, NotAuthorised),
        (answer(100, 33), NotAuthorised, NotAuthorised),
        (answer(4), RateLimited, RateLimited),
        (answer(17), RateLimited, RateLimited),
        (answer(32, status=403), RateLimited, RateLimited),
        (answer(613), RateLimited, RateLimited),
        (answer(80_001), RateLimited, RateLimited),
        (answer(4, is_transient=True), RateLimited, RateLimited),
        (answer(9, 2207042), RateLimited, RateLimited),
        (answer(9007, 2207027), Unreachable, Unreachable),
        (answer(24, 4279009), Unreachable, Unreachable),
        (answer(9004, 2207052), Unreachable, Unreachable),
        (answer(24, 2207006), OutcomeUnknown, Unreachable),
        (answer(506), OutcomeUnknown, Unreachable),
        (answer(1, status=500), OutcomeUnknown, Unreachable),
        (answer(2), OutcomeUnknown, Unreachable),
        (answer(100, is_transient=True), OutcomeUnknown, Unreachable),
        (answer(12_345, status=503), OutcomeUnknown, Unreachable),
        (answer(100), Refused, Refused),
        (answer(36003, 2207009), Refused, Refused),
    ],
    ids=lambda value: str(complaint(value)) if isinstance(value, Answer) else value.__name__,
)
def test_each_complaint_has_one_meaning(
    said: Answer, publishing: type[ChannelError], looking: type[ChannelError]
) -> None:
    for wanted, is_publishing in ((publishing, True), (looking, False)):
        error = TRANSLATOR.graph(said, publishing=is_publishing)
        assert type(error) is wanted
        assert error.remedy


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'"error"',
        b"{}",
        b'{"error": "no"}',
        b'{"error": {"code": "x"}}',
        b"[" * 99_999,
    ],
)
def test_what_is_no_complaint_of_meta_is_judged_by_its_status(body: bytes) -> None:
    assert complaint(Answer(400, {}, body)) is None
    assert type(TRANSLATOR.graph(Answer(400, {}, body), publishing=True)) is Refused
    assert type(TRANSLATOR.graph(Answer(500, {}, body), publishing=True)) is OutcomeUnknown


def test_the_sentence_for_the_user_goes_before_the_one_for_the_programmer() -> None:
    said = complaint(answer(100, 7, error_user_msg="Too many words."))
    assert said == Complaint(100, 7, reason="Too many words.")


def test_a_reason_shows_neither_token_nor_text_and_is_cut_short() -> None:
    said = answer(100, message="Token-EAAB may not say We gather at noon. " + "x" * 5_000)
    error = TRANSLATOR.graph(said, publishing=True, hidden=("Token-EAAB", "We gather at noon", "a"))
    assert "may not say ***" in error.detail
    assert "EAAB" not in str(error)
    assert "gather" not in str(error)
    assert len(str(error)) < 350


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, WAIT_WHEN_BUSY),
        ({"retry-after": "7"}, timedelta(seconds=7)),
        (
            {"x-business-use-case-usage": '{"1": [{"estimated_time_to_regain_access": 19}, {}]}'},
            timedelta(minutes=19),
        ),
        (
            {"x-business-use-case-usage": '{"1": [{"estimated_time_to_regain_access": 99999}]}'},
            timedelta(days=1),
        ),
        (
            {"x-business-use-case-usage": '{"1": [{"estimated_time_to_regain_access": 0}]}'},
            WAIT_WHEN_BUSY,
        ),
        ({"x-business-use-case-usage": "[1]"}, WAIT_WHEN_BUSY),
        ({"x-business-use-case-usage": '{"1": 2}'}, WAIT_WHEN_BUSY),
    ],
)
def test_the_wait_is_the_one_that_meta_tells(headers: dict[str, str], expected: timedelta) -> None:
    assert wait(headers) == expected
