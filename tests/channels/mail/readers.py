"""Readers of letters and a list of recipients, for the tests of mail."""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html.parser import HTMLParser

from channels.base import Address, Connection, Ports
from channels.secret import Secret
from tests.channels.conformance import CANARY, Seen

ONE_CLICK = "https://example.org/stop/r1?key=1"
ADDRESSES = {
    "r1": Address("reader@example.net", ONE_CLICK),
    "r2": Address("other@example.net"),
    "far": Address("leser@bücher.example"),
    "broken": Address("Reader <reader@example.net>\r\nBcc: all@example.net"),
}
SETTINGS = {
    "host": "127.0.0.1",
    "tls": "none",
    "sender": "press@example.org",
    "sender_name": "White Balloons",
    "username": "press",
}


async def address_book(recipient: str) -> Address | None:
    return ADDRESSES.get(recipient)


def connection(port: int = 9, password: str = CANARY, **settings: str) -> Connection:
    return Connection(
        "press-de",
        {**SETTINGS, "port": str(port), **settings},
        Secret(password),
        Ports(address_book=address_book),
    )


def read(source: bytes) -> EmailMessage:
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(source)
    assert [part.defects for part in message.walk()] == [[] for _ in message.walk()]
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def seen(source: bytes) -> Seen:
    message = read(source)
    return Seen(body(message, "plain"), descriptions(body(message, "html")))


def descriptions(page: str) -> tuple[str, ...]:
    found: list[str] = []

    class Pictures(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "img":
                found.append(dict(attrs).get("alt") or "")

    Pictures().feed(page)
    return tuple(found)
