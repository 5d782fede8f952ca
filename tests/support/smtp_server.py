"""A mail server on loopback that remembers what it took and answers as it is told."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

FINAL_DOT = "."
"""The step in which the server answers a whole letter."""


@dataclass(frozen=True)
class Dropping:
    """The server sends these bytes and drops the connection."""

    words: bytes = b""


class Hanging:
    """The server never answers."""


Answer = str | Dropping | Hanging
Command = Callable[[str | None], Awaitable[None]]


@dataclass(frozen=True)
class Taken:
    sender: str
    recipients: tuple[str, ...]
    options: tuple[str, ...]
    source: bytes = field(repr=False)


@dataclass
class MailServer:
    """What one server was told to answer, by command, and what it saw."""

    username: str = "press"
    password: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    greeted_by: list[str] = field(default_factory=list)
    port: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def base_url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        known = (data.login, data.password) == (self.username.encode(), self.password.encode())
        return AuthResult(success=known, handled=False)

    async def judge(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.answers.get(FINAL_DOT, "250 2.0.0 taken")
        if not isinstance(answer, str) or answer.startswith("2"):
            self.taken.append(_taken(envelope))
        if isinstance(answer, str):
            return answer
        assert isinstance(server, ScriptedSmtp)
        await server.misbehave(answer)
        return ""


class ScriptedSmtp(SMTP):
    def __init__(self, told: MailServer, tls: ssl.SSLContext | None) -> None:
        super().__init__(
            told,
            hostname="mail.test",
            ident="ready",
            loop=asyncio.get_running_loop(),
            tls_context=tls,
            require_starttls=tls is not None,
            auth_require_tls=tls is not None,
            authenticator=told.authenticate,
        )
        self.told = told
        self._handle_hooks["DATA"] = told.judge
        self._smtp_methods = {
            name: self._as_told(name, method) for name, method in self._smtp_methods.items()
        }

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.told.hung_up.set()

    def _as_told(self, command: str, method: Command) -> Command:
        async def carry_out(argument: str | None) -> None:
            if command == "EHLO":
                self.told.greeted_by.append(argument or "")
            if await self.unscripted(command):
                await method(argument)

        return carry_out

    async def unscripted(self, command: str) -> bool:
        self.told.commands.append(command)
        answer = self.told.answers.get(command)
        if isinstance(answer, str):
            await self.push(answer)
        elif answer is not None:
            await self.misbehave(answer)
        return answer is None

    async def misbehave(self, answer: Dropping | Hanging) -> None:
        """Ends with this connection, when its handler is cancelled."""
        self.told.reached.set()
        if isinstance(answer, Dropping):
            self._writer.write(answer.words)
            self._writer.close()
        await asyncio.Event().wait()


def _taken(envelope: Envelope) -> Taken:
    assert isinstance(envelope.content, bytes)
    return Taken(
        envelope.mail_from or "",
        tuple(envelope.rcpt_tos),
        tuple(envelope.mail_options),
        envelope.content,
    )


@asynccontextmanager
async def mail_server(
    told: MailServer, *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> AsyncIterator[MailServer]:
    """Serve on a free port. ``tls`` protects it from the start, ``starttls`` after that command."""
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    connections: list[ScriptedSmtp] = []

    def connection() -> ScriptedSmtp:
        connections.append(ScriptedSmtp(told, starttls))
        return connections[-1]

    listener = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0, ssl=tls)
    told.port = listener.sockets[0].getsockname()[1]
    try:
        yield told
    finally:
        listener.close()
        await _end(connections)


async def _end(connections: list[ScriptedSmtp]) -> None:
    for each in connections:
        if each.transport is not None:
            each.transport.abort()  # type: ignore[attr-defined]
    handlers = [each._handler_coroutine for each in connections if each._handler_coroutine is not None]
    for handler in handlers:
        handler.cancel()
    await asyncio.gather(*handlers, return_exceptions=True)
