"""What every adapter that speaks HTTP must do when HTTP fails."""

import asyncio
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import aiohttp
import pytest

from channels import httpclient
from channels.base import Feature, Prepared
from channels.errors import ChannelError, NotAuthorised, OutcomeUnknown, RateLimited, Refused, Unreachable
from tests.channels.conformance import (
    CANARY,
    DEAD_ADDRESS,
    MEETING,
    ChannelConformance,
    assert_silent,
    one_picture,
)
from tests.channels.posts import post, text
from tests.support.hostile import (
    Behaviour,
    answering,
    breaking_off,
    closing_after_the_request,
    closing_before_the_request,
    hostile,
    never_answering,
    response,
)

HTML = b"<html><body>Bad gateway. Token was " + CANARY.encode() + b"</body></html>"


@dataclass(frozen=True)
class Failure:
    behaviour: Behaviour
    error: type[ChannelError]


def _status(status: int, body: bytes = b'{"error": "no"}', **headers: str) -> Behaviour:
    return answering(response(status, body, **headers))


NO_ANSWER = "no answer"
FAILURES: dict[str, Failure] = {
    "closed before the request": Failure(closing_before_the_request, OutcomeUnknown),
    "closed after the request": Failure(closing_after_the_request, OutcomeUnknown),
    "half an answer": Failure(breaking_off, OutcomeUnknown),
    NO_ANSWER: Failure(never_answering, OutcomeUnknown),
    "no HTTP": Failure(answering(b"220 mail.example.org ESMTP\r\n"), OutcomeUnknown),
    "200 with HTML": Failure(_status(200, HTML, Content_Type="text/html"), OutcomeUnknown),
    "200 and empty": Failure(_status(200, b""), OutcomeUnknown),
    "200 with half JSON": Failure(_status(200, b'{"id": '), OutcomeUnknown),
    "200 with a list": Failure(_status(200, b"[]"), OutcomeUnknown),
    "200 with foreign JSON": Failure(_status(200, b'{"ok": true, "result": {"hello": 1}}'), OutcomeUnknown),
    "200 and endless": Failure(_status(200, b" " * (httpclient.MAX_ANSWER_BYTES + 1)), OutcomeUnknown),
    "302": Failure(_status(302, b"", Location="https://example.org/"), NotAuthorised),
    "400": Failure(_status(400, b'{"ok": false, "description": "no ' + CANARY.encode() + b'"}'), Refused),
    "400 with HTML": Failure(_status(400, HTML), Refused),
    "401": Failure(_status(401), NotAuthorised),
    "401 with HTML": Failure(_status(401, HTML, Content_Type="text/html"), OutcomeUnknown),
    "403": Failure(_status(403), NotAuthorised),
    "403 with HTML": Failure(_status(403, HTML, Content_Type="text/html"), OutcomeUnknown),
    "429": Failure(_status(429), RateLimited),
    "429 with seconds": Failure(_status(429, Retry_After="7"), RateLimited),
    "500": Failure(_status(500), OutcomeUnknown),
    "500 with HTML": Failure(_status(500, HTML), OutcomeUnknown),
    "502": Failure(_status(502, HTML), OutcomeUnknown),
    "503": Failure(_status(503), OutcomeUnknown),
}


class HttpConformance(ChannelConformance):
    """Behaviour that no adapter with HTTP may lack.

    Attributes:
        expected: Failures that mean something else on this platform, by their name in ``FAILURES``.
        prepared: What ``prepare`` would have saved, for the publishing requests that fail here.
    """

    expected: ClassVar[Mapping[str, type[ChannelError]]] = {}
    prepared: ClassVar[Prepared] = {}

    @pytest.fixture
    def impatient(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where no answer will come, none is waited for; any other has all the time it needs."""
        if name == NO_ANSWER:
            monkeypatch.setattr(httpclient, "TIMEOUT", aiohttp.ClientTimeout(60, sock_read=0.2))

    async def test_a_closed_port_is_unreachable(self, tmp_path: Path) -> None:
        async with self.connect(DEAD_ADDRESS, tmp_path) as adapter:
            with pytest.raises(Unreachable):
                await adapter.publish(post(media=one_picture(adapter)), self.prepared)

    @pytest.mark.parametrize(
        "address", ["nonsense", "http://[", "http://127.0.0.1:99999", "ftp://127.0.0.1"]
    )
    async def test_an_address_that_is_none_leaves_no_doubt(self, tmp_path: Path, address: str) -> None:
        with pytest.raises((Unreachable, NotAuthorised)):
            async with self.connect(address, tmp_path) as adapter:
                await adapter.publish(post(media=one_picture(adapter)), self.prepared)

    @pytest.mark.usefixtures("impatient")
    @pytest.mark.parametrize("name", FAILURES)
    async def test_each_failure_of_a_publish_has_one_meaning(self, tmp_path: Path, name: str) -> None:
        failure = FAILURES[name]
        async with hostile(failure.behaviour) as server, self.connect(server.base_url, tmp_path) as adapter:
            with pytest.raises(ChannelError) as raised:
                await adapter.publish(post(media=one_picture(adapter)), self.prepared)
            assert type(raised.value) is self.expected.get(name, failure.error)
            assert raised.value.detail
            assert server.connections == 1

    @pytest.mark.usefixtures("impatient")
    @pytest.mark.parametrize("name", FAILURES)
    async def test_no_failure_of_a_look_leaves_a_doubt(self, tmp_path: Path, name: str) -> None:
        async with (
            hostile(FAILURES[name].behaviour) as server,
            self.connect(server.base_url, tmp_path) as adapter,
        ):
            try:
                check = await adapter.verify()
            except (Unreachable, RateLimited):
                return
            assert not check.ready

    @pytest.mark.parametrize("name", ["401 with HTML", "403 with HTML"])
    async def test_a_page_in_the_way_is_no_verdict_on_the_account(self, tmp_path: Path, name: str) -> None:
        async with (
            hostile(FAILURES[name].behaviour) as server,
            self.connect(server.base_url, tmp_path) as adapter,
        ):
            with pytest.raises(Unreachable):
                await adapter.verify()
            if Feature.RENEWAL in adapter.features:
                with pytest.raises(Unreachable):
                    await adapter.renew()

    async def test_the_wait_is_the_one_that_the_platform_asks_for(self, tmp_path: Path) -> None:
        waits = {"429 with seconds": timedelta(seconds=7), "429": httpclient.DEFAULT_WAIT}
        for name, wait in waits.items():
            async with (
                hostile(FAILURES[name].behaviour) as server,
                self.connect(server.base_url, tmp_path) as adapter,
            ):
                with pytest.raises(RateLimited) as raised:
                    await adapter.publish(post(media=one_picture(adapter)), self.prepared)
                assert raised.value.retry_after == wait

    @pytest.mark.usefixtures("impatient", "silent_logs")
    @pytest.mark.parametrize("name", FAILURES)
    async def test_failures_show_neither_token_nor_text(
        self, tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with (
            hostile(FAILURES[name].behaviour) as server,
            self.connect(server.base_url, tmp_path) as adapter,
        ):
            with pytest.raises(ChannelError) as raised:
                await adapter.publish(post(text(MEETING), media=one_picture(adapter)), self.prepared)
        shown = "".join(traceback.format_exception(raised.value))
        assert_silent(caplog.text + shown + repr(raised.value) + raised.value.remedy)

    async def test_cancelling_closes_the_connection(self, tmp_path: Path) -> None:
        async with hostile(never_answering) as server, self.connect(server.base_url, tmp_path) as adapter:
            publishing = asyncio.ensure_future(
                adapter.publish(post(media=one_picture(adapter)), self.prepared)
            )
            await server.received.wait()
            publishing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await publishing
            async with asyncio.timeout(60):
                await server.hung_up.wait()
