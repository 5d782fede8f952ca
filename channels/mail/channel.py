"""The mail adapter: sends one letter to one recipient of a list.

A mailbox shows a sender nothing of what arrived, so a letter without an answer is for a person to judge.
"""

import asyncio
import ipaddress
import re
import time
from datetime import UTC, datetime
from typing import Final

from channels.base import (
    AccountCheck,
    Address,
    CannotTell,
    Channel,
    Connection,
    Feature,
    Finding,
    OutgoingPost,
    Prepared,
    Receipt,
    Setting,
)
from channels.demands import require_features, require_fit, visible_post
from channels.errors import FeatureMissing, NotAuthorised, Refused
from channels.mail.letters import UNSUBSCRIBE, Letter, Sender, compose, mailbox
from channels.mail.smtp import Relay, Server, SmtpTranslator, Tls
from content.limits import LIMITS

DEFAULT_PORTS: Final = {Tls.FROM_THE_START: 465, Tls.STARTTLS: 587, Tls.NONE: 25}
"""RFC 8314 section 7.3, RFC 6409, RFC 5321."""
HIGHEST_PORT: Final = 65_535

_HOST: Final = re.compile(r"[\w.:-]{1,253}")


class MailChannel(Channel):
    """Writes from one mailbox to the recipients of one list."""

    name = "mail"
    limits = LIMITS["mail"]
    features = frozenset({Feature.MEDIA, Feature.ALT_TEXT, Feature.LETTERS})
    settings = (
        Setting(
            "host",
            "The mail server that takes your letters (SMTP), such as smtp.example.org.",
            required=True,
        ),
        Setting("sender", "The address that the letters come from.", required=True),
        Setting("sender_name", "The name beside that address."),
        Setting("reply_to", "The address for answers, where it is another one."),
        Setting("username", "The name to log in with, often the address; empty where there is no login."),
        Setting(
            "tls",
            "How the connection is protected: tls (default), starttls, or none for a server on this machine.",
        ),
        Setting("port", "The server's port; 465 for tls and 587 for starttls by default."),
        Setting("subject_prefix", "Stands before every subject, such as [Press]."),
        Setting(
            "footer",
            f"Ends every letter: who writes and why. {UNSUBSCRIBE} in it becomes the recipient's own link.",
        ),
    )
    secret_help = "The mailbox's password, or a hyphen where the server asks for none; with two-step login, an app password."  # noqa: S105
    guide = (
        "Ask your mail provider for the SMTP settings: the server's name, its port, and TLS or STARTTLS.",
        "Where the mailbox has two-step login, make an app password in its security settings and use that one.",
        "Let the domain's administrator set up SPF, DKIM and DMARC for that server, or letters end up as spam.",
        "Put only people on the list who asked for letters, or whose work it is to get them.",
    )

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._errors = SmtpTranslator(self.name, connection.account)
        self._sender = self._read_sender()
        self._relay = Relay(self._read_server(), self._errors)

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        """Send the letter to the post's recipient."""
        del prepared
        require_features(self, post)
        require_fit(self, post)
        to = await self._address(post)
        letter = await asyncio.to_thread(self._compose, post, to)
        await self._relay.send(self._sender.address, to.email, letter.source)
        return Receipt(letter.message_id, None, _machine_time())

    async def find(self, post: OutgoingPost, prepared: Prepared) -> Finding:
        """Nobody but the recipient can see whether a letter arrived."""
        del post, prepared
        return CannotTell("a mail server does not tell which letters it took; look into its log, or ask")

    async def verify(self) -> AccountCheck:
        """Whether the server accepts the login. Whether it accepts the sender shows with the first letter."""
        identity = self._sender.address
        try:
            await self._relay.check()
        except NotAuthorised as error:
            return AccountCheck.failed(error, identity)
        return AccountCheck(ready=True, identity=identity, detail="The mailbox may send letters.")

    async def aclose(self) -> None:
        """No connection outlives its letter."""

    async def _address(self, post: OutgoingPost) -> Address:
        if post.recipient is None:
            raise self._errors.refused("the post names no recipient", "Send it to a list of recipients.")
        book = self.connection.ports.address_book
        if book is None:
            raise FeatureMissing(
                self.name, self.connection.account, "this installation keeps no list of recipients"
            )
        found = await book(post.recipient)
        if found is None:
            raise self._errors.refused("the recipient no longer wants letters", "There is nothing to do.")
        return Address(self._recipient(found.email), found.unsubscribe_url)

    def _recipient(self, email: str) -> str:
        try:
            return mailbox(email)
        except ValueError:
            raise self._errors.refused(
                "the recipient's address is none, or has letters other than a to z before the @",
                "Correct it in the list.",
            ) from None

    def _compose(self, post: OutgoingPost, to: Address) -> Letter:
        try:
            return compose(post, visible_post(post, self.limits), self._sender, to)
        except UnicodeEncodeError:
            raise Refused(
                self.name,
                self.connection.account,
                "the text holds half a character",
                "Write that place of the text anew.",
            ) from None

    def _read_sender(self) -> Sender:
        reply_to = self._setting("reply_to")
        return Sender(
            address=self._own_address("sender", self._required("sender")),
            list_name=self.connection.account,
            name=self._setting("sender_name"),
            reply_to=self._own_address("reply_to", reply_to) if reply_to else "",
            subject_prefix=self._setting("subject_prefix"),
            footer=self._setting("footer"),
        )

    def _read_server(self) -> Server:
        host, tls, username = self._host(), self._tls(), self._setting("username")
        if tls is Tls.NONE and not _is_this_machine(host):
            raise self._wrong(
                "tls", "may be none only for a server on this machine", "Write tls or starttls."
            )
        if username and not self.connection.secret:
            raise self._errors.not_authorised("the password is missing", self.secret_help or "")
        return Server(host, self._port(tls), tls, username, self.connection.secret)

    def _host(self) -> str:
        host = self._required("host")
        if not _HOST.fullmatch(host):
            raise self._wrong("host", "is no name of a server", "Write it like smtp.example.org.")
        return host

    def _tls(self) -> Tls:
        try:
            return Tls(self._setting("tls") or Tls.FROM_THE_START)
        except ValueError:
            raise self._wrong("tls", "is unknown", "Write tls or starttls.") from None

    def _port(self, tls: Tls) -> int:
        written = self._setting("port") or str(DEFAULT_PORTS[tls])
        port = int(written) if written.isascii() and written.isdecimal() else 0
        if not 0 < port <= HIGHEST_PORT:
            raise self._wrong("port", "is no port", "Write a number such as 465.")
        return port

    def _own_address(self, name: str, value: str) -> str:
        try:
            return mailbox(value)
        except ValueError:
            raise self._wrong(name, "is no e-mail address", "Write it like press@example.org.") from None

    def _required(self, name: str) -> str:
        value = self._setting(name)
        if not value:
            raise self._wrong(name, "is missing", "Add it to the account's settings.")
        return value

    def _setting(self, name: str) -> str:
        return self.connection.settings.get(name, "").strip()

    def _wrong(self, name: str, what: str, remedy: str) -> NotAuthorised:
        return self._errors.not_authorised(f"the setting {name} {what}", remedy)


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _machine_time() -> datetime:
    return datetime.fromtimestamp(time.time_ns() / 1e9, UTC)
