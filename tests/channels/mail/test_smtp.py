import asyncio
import datetime as dt
import ipaddress
import ssl
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from channels import httpclient
from channels.errors import ChannelError, NotAuthorised, OutcomeUnknown, RateLimited, Refused, Unreachable
from channels.mail.smtp import OUR_NAME, QUOTA_WAIT, Relay, Server, SmtpTranslator, Tls
from channels.secret import Secret
from tests.channels.conformance import CANARY
from tests.support.hostile import Behaviour, closing_before_the_request, hostile
from tests.support.smtp_server import FINAL_DOT, Answer, Dropping, Hanging, MailServer, mail_server

SENDER, READER = "press@example.org", "reader@example.net"
LETTER = b"Subject: Join us\r\n\r\nAt noon.\r\n"
PRIVATE = f"no {READER} {CANARY}"
LONG_LINES = b"250-" + b"x" * 8_000 + b"\r\n"

FAILURES: dict[str, tuple[str, Answer, type[ChannelError]]] = {
    "hello refused": ("EHLO", f"554 {PRIVATE}", Unreachable),
    "hello dropped": ("EHLO", Dropping(), Unreachable),
    "login refused": ("AUTH", f"535 5.7.8 {PRIVATE}", NotAuthorised),
    "login put off": ("AUTH", f"454 4.7.0 {PRIVATE}", Unreachable),
    "login dropped": ("AUTH", Dropping(), Unreachable),
    "sender refused": ("MAIL", f"550 5.7.1 {PRIVATE}", NotAuthorised),
    "sender refused without a word": ("MAIL", "553", NotAuthorised),
    "sender not logged in": ("MAIL", f"530 5.7.0 {PRIVATE}", NotAuthorised),
    "sender put off": ("MAIL", f"451 4.3.0 {PRIVATE}", Unreachable),
    "letter too large": ("MAIL", f"552 5.3.4 {PRIVATE}", Refused),
    "closing at the sender": ("MAIL", f"421 4.3.2 {PRIVATE}", Unreachable),
    "dropped at the sender": ("MAIL", Dropping(), Unreachable),
    "quota of the day": ("MAIL", f"550 5.4.5 {PRIVATE}", RateLimited),
    "unknown recipient": ("RCPT", f"550 5.1.1 {PRIVATE}", Refused),
    "unknown recipient without a code": ("RCPT", f"550 {PRIVATE}", Refused),
    "sender refused at the recipient": ("RCPT", f"553 5.7.1 {PRIVATE}", NotAuthorised),
    "not logged in at the recipient": ("RCPT", f"530 {PRIVATE}", NotAuthorised),
    "greylisted": ("RCPT", f"450 4.2.0 {PRIVATE}", Unreachable),
    "mailbox full": ("RCPT", f"452 4.2.2 {PRIVATE}", Unreachable),
    "closing at the recipient": ("RCPT", f"421 4.7.0 {PRIVATE}", Unreachable),
    "quota at the recipient": ("RCPT", f"550 5.1.90 {PRIVATE}", RateLimited),
    "dropped at the recipient": ("RCPT", Dropping(), Unreachable),
    "half an answer at the recipient": ("RCPT", Dropping(b"25"), Unreachable),
    "no SMTP at the recipient": ("RCPT", "HTTP/1.1 200 OK", Unreachable),
    "data refused": ("DATA", f"554 {PRIVATE}", Refused),
    "data put off": ("DATA", f"451 {PRIVATE}", Unreachable),
    "data without 354": ("DATA", "250 OK", Unreachable),
    "data dropped": ("DATA", Dropping(), Unreachable),
    "endless data": ("DATA", Dropping(LONG_LINES * 10), Unreachable),
    "letter refused": (FINAL_DOT, f"554 5.7.1 {PRIVATE}", Refused),
    "letter put off": (FINAL_DOT, f"451 4.7.1 {PRIVATE}", Unreachable),
    "closing after the letter": (FINAL_DOT, f"421 {PRIVATE}", Unreachable),
    "quota after the letter": (FINAL_DOT, f"550 5.4.5 {PRIVATE}", RateLimited),
    "dropped after the letter": (FINAL_DOT, Dropping(), OutcomeUnknown),
    "half an answer after the letter": (FINAL_DOT, Dropping(b"250 2.0"), OutcomeUnknown),
    "half of many lines after the letter": (FINAL_DOT, Dropping(b"250-taken\r\n"), OutcomeUnknown),
    "no SMTP after the letter": (FINAL_DOT, "HTTP/1.1 200 OK", OutcomeUnknown),
    "354 after the letter": (FINAL_DOT, "354 more", OutcomeUnknown),
    "endless after the letter": (FINAL_DOT, Dropping(LONG_LINES * 10), OutcomeUnknown),
}


def relay(port: int, tls: Tls = Tls.NONE, host: str = "127.0.0.1", username: str = "press") -> Relay:
    server = Server(host, port, tls, username, Secret(CANARY))
    return Relay(server, SmtpTranslator("mail", "press-de"))


@asynccontextmanager
async def answering(**answers: Answer) -> AsyncIterator[MailServer]:
    async with mail_server(MailServer(password=CANARY, answers=answers)) as told:
        yield told


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpclient, "TIMEOUT", aiohttp.ClientTimeout(0.5, sock_read=0.5))


async def test_a_letter_arrives_byte_for_byte() -> None:
    source = b"Subject: dots\r\n\r\n.\r\n..\r\n.end\r\nin.side\r\n"
    async with answering() as told:
        await relay(told.port).send(SENDER, READER, source)
    (taken,) = told.taken
    assert (taken.sender, taken.recipients, taken.source) == (SENDER, (READER,), source)
    assert taken.options == (f"SIZE={len(source)}",)
    assert told.commands == ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]


async def test_the_name_of_this_machine_stays_here() -> None:
    async with answering() as told:
        await relay(told.port).send(SENDER, READER, LETTER)
    assert told.greeted_by == [OUR_NAME]


async def test_a_check_hands_in_nothing() -> None:
    async with answering() as told:
        await relay(told.port).check()
    assert told.commands == ["EHLO", "AUTH", "NOOP", "QUIT"]


async def test_without_a_username_there_is_no_login() -> None:
    async with answering() as told:
        await relay(told.port, username="").send(SENDER, READER, LETTER)
    assert "AUTH" not in told.commands
    assert len(told.taken) == 1


async def test_a_wrong_password_is_tried_once() -> None:
    async with mail_server(MailServer(password="another")) as told:
        with pytest.raises(NotAuthorised, match="535"):
            await relay(told.port).send(SENDER, READER, LETTER)
    assert told.commands == ["EHLO", "AUTH"]


async def test_a_server_without_a_login_calls_a_person() -> None:
    async with answering(EHLO="250 mail.test") as told:
        with pytest.raises(NotAuthorised, match="no login"):
            await relay(told.port).send(SENDER, READER, LETTER)


@pytest.mark.parametrize("name", FAILURES)
async def test_each_failure_has_one_meaning(name: str) -> None:
    command, answer, error = FAILURES[name]
    told = MailServer(password=CANARY, answers={command: answer})
    async with mail_server(told):
        with pytest.raises(ChannelError) as raised:
            await relay(told.port).send(SENDER, READER, LETTER)
    assert type(raised.value) is error
    assert raised.value.remedy
    shown = "".join(traceback.format_exception(raised.value)) + raised.value.remedy
    assert READER not in shown
    assert SENDER not in shown
    assert CANARY not in shown
    assert told.commands.count("DATA") <= 1


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("command", "error"),
    [("EHLO", Unreachable), ("RCPT", Unreachable), ("DATA", Unreachable), (FINAL_DOT, OutcomeUnknown)],
)
async def test_silence_has_one_meaning(command: str, error: type[ChannelError]) -> None:
    async with mail_server(MailServer(password=CANARY, answers={command: Hanging()})) as told:
        with pytest.raises(ChannelError) as raised:
            await relay(told.port).send(SENDER, READER, LETTER)
    assert type(raised.value) is error


async def test_the_quota_of_a_mailbox_closes_its_lane() -> None:
    async with answering(RCPT="550 5.4.5 Daily user sending limit exceeded") as told:
        with pytest.raises(RateLimited) as raised:
            await relay(told.port).send(SENDER, READER, LETTER)
    assert raised.value.retry_after == QUOTA_WAIT


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("answer", ["421 bye", Dropping(), Dropping(b"garbage"), Hanging()])
async def test_a_rude_goodbye_changes_nothing(answer: Answer) -> None:
    async with answering(QUIT=answer) as told:
        await relay(told.port).send(SENDER, READER, LETTER)
    assert len(told.taken) == 1


def saying(words: bytes) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        await writer.drain()
        await reader.read()

    return behave


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "behaviour",
    [
        closing_before_the_request,
        saying(b""),
        saying(b"22"),
        saying(b"554 no\r\n"),
        saying(b"421 busy\r\n"),
        saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        saying(LONG_LINES * 10),
    ],
)
async def test_without_a_greeting_nothing_was_sent(behaviour: Behaviour) -> None:
    async with hostile(behaviour) as server:
        port = int(server.base_url.rpartition(":")[2])
        with pytest.raises(Unreachable):
            await relay(port).send(SENDER, READER, LETTER)
        assert server.connections == 1


async def test_a_closed_port_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="ConnectError"):
        await relay(9).send(SENDER, READER, LETTER)


async def test_cancelling_closes_the_connection() -> None:
    async with answering(RCPT=Hanging()) as told:
        sending = asyncio.ensure_future(relay(told.port).send(SENDER, READER, LETTER))
        await told.reached.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        async with asyncio.timeout(60):
            await told.hung_up.wait()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.test")])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=36_500))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(httpclient, "tls", lambda: context)


@pytest.mark.usefixtures("trusted")
async def test_tls_from_the_start(server_tls: ssl.SSLContext) -> None:
    async with mail_server(MailServer(password=CANARY), tls=server_tls) as told:
        await relay(told.port, Tls.FROM_THE_START, username="").send(SENDER, READER, LETTER)
    assert len(told.taken) == 1


@pytest.mark.usefixtures("trusted")
async def test_starttls_protects_the_login(server_tls: ssl.SSLContext) -> None:
    async with mail_server(MailServer(password=CANARY), starttls=server_tls) as told:
        await relay(told.port, Tls.STARTTLS).send(SENDER, READER, LETTER)
    assert told.commands == ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]
    assert len(told.taken) == 1


@pytest.mark.parametrize("tls", [Tls.FROM_THE_START, Tls.STARTTLS])
async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    tls: Tls, server_tls: ssl.SSLContext
) -> None:
    protected = {"tls": server_tls} if tls is Tls.FROM_THE_START else {"starttls": server_tls}
    async with mail_server(MailServer(password=CANARY), **protected) as told:
        with pytest.raises(Unreachable):
            await relay(told.port, tls).send(SENDER, READER, LETTER)
    assert "AUTH" not in told.commands


async def test_without_starttls_no_password_leaves() -> None:
    async with answering() as told:
        with pytest.raises(Unreachable):
            await relay(told.port, Tls.STARTTLS).send(SENDER, READER, LETTER)
    assert told.commands == ["EHLO"]
