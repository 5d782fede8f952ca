"""SMTP transactions over aiosmtplib, and what their ends mean in our words.

Until the server has said 354 nothing of a letter has left, and a server that gets no final dot delivers
nothing. It is the answer after that dot that decides (RFC 5321 sections 4.1.1.4 and 4.2.5): without a
readable one, nobody knows.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from aiosmtplib import SMTP, SMTPException, SMTPResponseException, SMTPServerDisconnected
from aiosmtplib.protocol import SMTPProtocol

from channels import httpclient
from channels.errors import ChannelError
from channels.httpclient import Translator
from channels.secret import Secret

OUR_NAME: Final = "[127.0.0.1]"
"""How we introduce ourselves. The machine's own name would show in every letter it sends."""
PARTING: Final = 1.0
"""Seconds that a server gets to say goodbye."""
QUOTA_WAIT: Final = timedelta(hours=1)
USED_UP: Final = frozenset({"5.4.5", "5.1.90"})
"""How Gmail and Exchange Online say that the mailbox has sent its letters of the day (their error lists)."""
FAILURES: Final = (SMTPException, OSError, ValueError)
"""What aiosmtplib and asyncio raise when a connection fails, or an answer is no SMTP."""

_TAKEN: Final = range(200, 300)
_START_INPUT: Final = 354
_NOT_LOGGED_IN: Final = 530
_TOO_LARGE: Final = 552
_ENHANCED: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)")
_LINE_STARTS_WITH_DOT: Final = re.compile(rb"(?m)^\.")


class Tls(StrEnum):
    """How a connection is protected."""

    FROM_THE_START = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class Step(StrEnum):
    """Where a transaction stands."""

    GREETING = "greeting"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    LETTER = "letter"
    ACCEPTANCE = "acceptance"


@dataclass(frozen=True, slots=True)
class Server:
    """Where letters are handed in. Without a ``username`` there is no login."""

    host: str
    port: int
    tls: Tls
    username: str = field(default="", repr=False)
    password: Secret = field(default_factory=lambda: Secret(""))


class SmtpTranslator(Translator):
    """Turns the ends of a transaction into errors. A server's own words hold addresses, so they stay out."""

    @contextmanager
    def step(self, step: Step) -> Iterator[None]:
        """Whatever fails in here fails at this step."""
        try:
            yield
        except SMTPResponseException as error:
            raise self.answered(step, error.code, error.message) from None
        except FAILURES as error:
            raise self.unclear(
                f"the connection to the mail server failed ({type(error).__name__})",
                publishing=step is Step.ACCEPTANCE,
            ) from None

    def answered(self, step: Step, code: int, message: str) -> ChannelError:
        """The error for an answer other than the hoped-for one."""
        enhanced = _enhanced(message)
        said = f"{code} {enhanced}".strip()
        if enhanced in USED_UP:
            return self.rate_limited(QUOTA_WAIT)
        match code // 100:
            case 5:
                return self._final(step, code, enhanced, said)
            case 4:
                return self.unreachable(f"the mail server took nothing for now ({said})")
            case _:
                return self.unclear(
                    "the mail server's answer could not be read", publishing=step is Step.ACCEPTANCE
                )

    def _final(self, step: Step, code: int, enhanced: str, said: str) -> ChannelError:
        match step:
            case Step.GREETING:
                return self.unreachable(f"the mail server does not talk to us ({said})")
            case Step.LOGIN:
                return self.not_authorised(
                    f"the mail server does not accept the login ({said})",
                    "Check the username, and give the account a new password.",
                )
            case Step.SENDER if code != _TOO_LARGE:
                return self._not_ours(said)
            case Step.RECIPIENT if code == _NOT_LOGGED_IN or enhanced.startswith("5.7."):
                # Servers check the sender and the login only here (Postfix: smtpd_delay_reject).
                return self._not_ours(said)
            case Step.RECIPIENT:
                return self.refused(
                    f"the mail server does not take letters for this recipient ({said})",
                    "Check the recipient's address, or take it off the list.",
                )
            case _:
                return self.refused(f"the mail server refused the letter ({said})")

    def _not_ours(self, said: str) -> ChannelError:
        return self.not_authorised(
            f"the mail server does not let this account send as its sender ({said})",
            "Check the settings sender and username: the mailbox must be allowed to use that address.",
        )


class Relay:
    """Hands letters to one server, over a connection of its own for each."""

    def __init__(self, server: Server, errors: SmtpTranslator) -> None:
        self._server, self._errors = server, errors

    async def send(self, sender: str, recipient: str, letter: bytes) -> None:
        """Hand in one letter for one recipient; it returns once the server has taken it.

        Args:
            letter: With CRLF line ends, the last line too.

        Raises:
            OutcomeUnknown: The letter left and no readable answer came.
            Refused, NotAuthorised, RateLimited, Unreachable: The server has not taken it.
        """
        async with self._session() as smtp:
            async with self._in_time():
                await self._log_in(smtp)
                protocol = await self._offer(smtp, sender, recipient, len(letter))
            with self._errors.step(Step.LETTER):
                protocol.write(_LINE_STARTS_WITH_DOT.sub(b"..", letter) + b".\r\n")
            with self._errors.step(Step.ACCEPTANCE):
                code, message = await protocol.read_response(timeout=httpclient.TIMEOUT.sock_read)
            if code not in _TAKEN:
                raise self._errors.answered(Step.ACCEPTANCE, code, message)

    async def check(self) -> None:
        """Log in and leave again.

        Raises:
            NotAuthorised: The server does not accept the login.
            Unreachable, RateLimited: It could not be asked.
        """
        async with self._session() as smtp, self._in_time():
            await self._log_in(smtp)
            with self._errors.step(Step.LOGIN):
                await smtp.noop()

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[SMTP]:
        server = self._server
        smtp = SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.tls is Tls.FROM_THE_START,
            start_tls=server.tls is Tls.STARTTLS,
            tls_context=httpclient.tls(),
            local_hostname=OUR_NAME,
            timeout=httpclient.TIMEOUT.sock_read,
        )
        try:
            yield smtp
            with suppress(*FAILURES):
                await smtp.quit(timeout=PARTING)
        finally:
            smtp.close()

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        with self._errors.step(Step.GREETING):
            async with asyncio.timeout(httpclient.TIMEOUT.sock_read):
                yield

    async def _log_in(self, smtp: SMTP) -> None:
        with self._errors.step(Step.GREETING):
            await smtp.connect()
            await smtp.ehlo()
        if self._server.username:
            with self._errors.step(Step.LOGIN):
                await self._authenticate(smtp)

    async def _authenticate(self, smtp: SMTP) -> None:
        # One try: the library's own login tries every method, and servers lock out who fails often.
        ways = {"plain": smtp.auth_plain, "login": smtp.auth_login}
        offered = [ways[name] for name in ways if name in smtp.server_auth_methods]
        if not offered:
            raise self._errors.not_authorised(
                "the mail server offers no login with a password here",
                "Check the settings host, port and tls.",
            )
        await offered[0](self._server.username, self._server.password.reveal())

    async def _offer(self, smtp: SMTP, sender: str, recipient: str, size: int) -> SMTPProtocol:
        with self._errors.step(Step.SENDER):
            options = [f"SIZE={size}"] if smtp.supports_extension("size") else []
            await smtp.mail(sender, options=options)
        with self._errors.step(Step.RECIPIENT):
            await smtp.rcpt(recipient)
        with self._errors.step(Step.LETTER):
            code, message = await smtp.execute_command(b"DATA")
            if code != _START_INPUT:
                raise SMTPResponseException(code, message)
            if smtp.protocol is None:
                raise SMTPServerDisconnected("gone")
            return smtp.protocol


def _enhanced(message: str) -> str:
    found = _ENHANCED.match(message)
    return found.group() if found else ""
