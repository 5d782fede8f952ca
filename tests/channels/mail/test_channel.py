from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from channels.base import CannotTell, Connection, OutgoingPost, Prepared, Receipt
from channels.errors import FeatureMissing, NotAuthorised, OutcomeUnknown, Refused, Unreachable
from channels.mail.channel import MailChannel
from channels.secret import Secret
from tests.channels import golden_pairs
from tests.channels.conformance import CANARY, ChannelConformance, Seen
from tests.channels.mail.readers import ADDRESSES, SETTINGS, body, connection, read, seen
from tests.channels.posts import post, text
from tests.support.smtp_server import FINAL_DOT, Answer, Dropping, MailServer, mail_server


@dataclass
class Stage:
    base_url: str
    server: MailServer

    def public(self) -> list[Seen]:
        return [seen(each.source) for each in self.server.taken]


@asynccontextmanager
async def staged(**answers: Answer) -> AsyncIterator[Stage]:
    async with mail_server(MailServer(password=CANARY, answers=answers)) as server:
        yield Stage(server.base_url, server)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


def channel(stage: Stage, **settings: str) -> MailChannel:
    return MailChannel(connection(stage.server.port, **settings))


def to(recipient: str | None, wanted: OutgoingPost | None = None) -> OutgoingPost:
    return replace(wanted or post(), recipient=recipient)


class ToOneReader(MailChannel):
    """Posts of the common tests name no recipient."""

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        return await super().publish(to("r1", post), prepared)


class TestMail(ChannelConformance):
    channel = MailChannel
    without_http = "letters travel over SMTP; test_smtp.py has its failures"

    @asynccontextmanager
    async def open_platform(self, folder: Path) -> AsyncIterator[Stage]:
        async with staged() as stage:
            yield stage

    def connection(self, base_url: str, folder: Path) -> Connection:
        return connection(urlsplit(base_url).port or 0)

    def connect(self, base_url: str, folder: Path) -> MailChannel:
        return ToOneReader(self.connection(base_url, folder))


@pytest.mark.parametrize("name", golden_pairs.names("mail"))
async def test_a_golden_post_becomes_exactly_its_letter(stage: Stage, name: str) -> None:
    pair = golden_pairs.read("mail", name)

    def sent() -> golden_pairs.Outcome:
        source = b"".join(each.source for each in stage.server.taken)
        return {"letter": source.decode("ascii").replace("\r\n", "\n")}

    async with ToOneReader(connection(stage.server.port, **pair.settings)) as mail:
        assert await golden_pairs.outcome(mail, pair, sent) == pair.outcome


async def test_a_letter_has_one_recipient_and_a_receipt_with_its_message_id(stage: Stage) -> None:
    async with channel(stage) as mail:
        receipt = await mail.publish(to("r1"), {})
    (taken,) = stage.server.taken
    assert (taken.sender, taken.recipients) == ("press@example.org", ("reader@example.net",))
    assert read(taken.source)["To"] == "reader@example.net"
    assert read(taken.source)["Message-ID"] == receipt.remote_id
    assert receipt.url is None


async def test_an_international_domain_is_reached_in_its_ascii_form(stage: Stage) -> None:
    async with channel(stage) as mail:
        await mail.publish(to("far"), {})
    assert stage.server.taken[0].recipients == ("leser@xn--bcher-kva.example",)


@pytest.mark.parametrize(
    ("recipient", "said"),
    [(None, "names no recipient"), ("gone", "no longer wants letters"), ("broken", "address is none")],
)
async def test_without_an_address_nothing_leaves(stage: Stage, recipient: str | None, said: str) -> None:
    async with channel(stage) as mail:
        with pytest.raises(Refused, match=said) as raised:
            await mail.publish(to(recipient), {})
    assert raised.value.remedy
    assert "reader" not in str(raised.value)
    assert stage.server.commands == []


async def test_without_an_address_book_there_are_no_letters() -> None:
    without = replace(connection(), ports=type(connection().ports)())
    async with MailChannel(without) as mail:
        with pytest.raises(FeatureMissing, match="no list of recipients"):
            await mail.publish(to("r1"), {})


async def test_half_a_character_is_refused(stage: Stage) -> None:
    async with channel(stage) as mail:
        with pytest.raises(Refused, match="half a character"):
            await mail.publish(to("r1", post(text("Join\ud800us"))), {})
    assert stage.server.commands == []


async def test_a_content_warning_comes_first(stage: Stage) -> None:
    async with channel(stage) as mail:
        await mail.publish(to("r1", post(text("What happened"), content_warning="Violence")), {})
    message = read(stage.server.taken[0].source)
    assert message["Subject"] == "⚠️ Violence"
    assert body(message, "plain") == "⚠️ Violence\n\nWhat happened"


async def test_a_letter_that_may_have_left_cannot_be_looked_up() -> None:
    answers = {FINAL_DOT: Dropping()}
    async with staged(**answers) as stage, channel(stage) as mail:
        with pytest.raises(OutcomeUnknown):
            await mail.publish(to("r1"), {})
        assert isinstance(await mail.find(to("r1"), {}), CannotTell)
        assert len(stage.server.taken) == 1


async def test_verify_names_the_sender_and_sends_nothing(stage: Stage) -> None:
    async with channel(stage) as mail:
        check = await mail.verify()
    assert (check.ready, check.identity) == (True, "press@example.org")
    assert stage.server.commands == ["EHLO", "AUTH", "NOOP", "QUIT"]


async def test_verify_says_that_the_password_is_wrong() -> None:
    async with staged(AUTH="535 5.7.8 no") as stage, channel(stage) as mail:
        check = await mail.verify()
    assert not check.ready
    assert "does not accept the login (535 5.7.8)" in check.detail


async def test_verify_cannot_ask_a_closed_port() -> None:
    async with MailChannel(connection()) as mail:
        with pytest.raises(Unreachable):
            await mail.verify()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("host", " "),
        ("host", "https://smtp.example.org"),
        ("host", "smtp.example.org\nEHLO"),
        ("sender", ""),
        ("sender", "Press <press@example.org>"),
        ("reply_to", "answers"),
        ("tls", "ssl3"),
        ("port", "0"),
        ("port", "65536"),
        ("port", "smtp"),
    ],
)
def test_a_wrong_setting_is_named(setting: str, value: str) -> None:
    settings = {**SETTINGS, setting: value}
    with pytest.raises(NotAuthorised, match=f"the setting {setting} "):
        MailChannel(Connection("press-de", settings, Secret(CANARY)))


@pytest.mark.parametrize("host", ["smtp.example.org", "192.0.2.1", "localhost.example.org"])
def test_only_this_machine_is_talked_to_in_the_clear(host: str) -> None:
    with pytest.raises(NotAuthorised, match="the setting tls may be none only"):
        MailChannel(connection(host=host))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", "::1"])
def test_this_machine_may_be(host: str) -> None:
    assert MailChannel(connection(host=host)).name == "mail"


def test_a_login_needs_a_password() -> None:
    with pytest.raises(NotAuthorised, match="the password is missing"):
        MailChannel(connection(password=""))
    assert MailChannel(connection(password="", username="")).name == "mail"


@pytest.mark.parametrize(("tls", "port"), [("", 465), ("tls", 465), ("starttls", 587)])
def test_each_protection_has_its_port(tls: str, port: int) -> None:
    settings = {"host": "smtp.example.org", "sender": "press@example.org", "tls": tls}
    mail = MailChannel(Connection("press-de", settings, Secret(CANARY)))
    assert mail._relay._server.port == port


def test_no_address_shows_in_a_repr() -> None:
    assert "reader" not in repr(ADDRESSES)
