"""Letters as RFC 5322 has them: the same post to the same recipient is the same bytes.

Every line of the source is 7-bit ASCII, so no relay has to change it and a signature made on the way holds.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC
from email import policy
from email.charset import QP, Charset
from email.encoders import encode_base64
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import format_datetime, formataddr
from html import escape
from io import BytesIO
from typing import Any, Final
from urllib.parse import quote

import regex

from channels.base import Address, OutgoingMedia, OutgoingPost
from content.richtext import Paragraph, RichText, Span, SpanKind, direction, html, plain
from content.visible import PICTURE_MARK

LONGEST_SUBJECT: Final = 78
"""Graphemes; RFC 5322 section 2.1.1 wants lines of 78 characters."""
UNSUBSCRIBE: Final = "{unsubscribe}"
"""Stands in a footer for the recipient's own link."""
ONE_CLICK: Final = "List-Unsubscribe=One-Click"

_QUOTED: Final = Charset("utf-8")
_QUOTED.body_encoding = QP
_SOURCE: Final = policy.compat32.clone(linesep="\r\n")
_LOCAL_PART: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_DOMAIN: Final = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
_BREAKS: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_ONE_CLICK_URL: Final = re.compile(r"https://[!-;=?-~]+")
_GRAPHEMES: Final = regex.compile(r"\X")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: what every letter of one account has in common.

    Attributes:
        address: As ``mailbox`` returned it; so is ``reply_to``, which may be empty.
        list_name: Names the list among those of the same domain; letters and digits.
        footer: Ends every letter; ``UNSUBSCRIBE`` in it becomes the recipient's link.
    """

    address: str
    list_name: str
    name: str = ""
    reply_to: str = ""
    subject_prefix: str = ""
    footer: str = ""

    @property
    def domain(self) -> str:
        """What stands after the ``@``."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole letter with CRLF line ends, and the ``Message-ID`` by which it can be traced."""

    message_id: str
    source: bytes = field(repr=False)


def mailbox(address: str) -> str:
    """The address as it stands in an envelope and in headers: ASCII, an international domain in its IDNA form.

    Raises:
        ValueError: It is none, or it has letters before the ``@`` that only few servers take.
    """
    local, _, domain = address.strip().rpartition("@")
    ascii_domain = domain.encode("idna").decode("ascii")
    if not (_LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(ascii_domain)):
        raise ValueError("This is not an e-mail address.")
    return f"{local}@{ascii_domain}"


def compose(post: OutgoingPost, text: RichText, sender: Sender, to: Address) -> Letter:
    """The letter of a post to one recipient.

    Args:
        text: What its readers see.
        to: Its ``email`` as ``mailbox`` returned it.

    Raises:
        UnicodeEncodeError: A text holds half a character.
    """
    mark = hashlib.sha256(f"{post.key}\n{post.recipient}".encode()).hexdigest()[:32]
    message_id = f"<{mark}@{sender.domain}>"
    title = _subject(text, sender)
    whole: Message[Any, Any] = _body(post, _with_footer(text, sender, to), title, mark)
    for name, value in _headers(post, sender, to, title):
        whole[name] = value
    whole["Message-ID"] = message_id
    return Letter(message_id, _source(whole))


def _headers(
    post: OutgoingPost, sender: Sender, to: Address, title: str
) -> Iterator[tuple[str, str | Header]]:
    yield "From", _named(sender)
    yield "To", to.email
    if sender.reply_to:
        yield "Reply-To", sender.reply_to
    yield "Subject", title if title.isascii() else Header(title, "utf-8", header_name="Subject")
    yield "Date", format_datetime(post.planned_at.astimezone(UTC))
    yield "Content-Language", _one_line(post.language)
    yield "List-Id", f"<{sender.list_name}.{sender.domain}>"
    yield from _ways_out(sender, to)


def _ways_out(sender: Sender, to: Address) -> Iterator[tuple[str, str]]:
    # RFC 8058: one click needs https; the letter to ourselves works everywhere else.
    if _ONE_CLICK_URL.fullmatch(to.unsubscribe_url):
        yield "List-Unsubscribe", f"<{to.unsubscribe_url}>, <{_by_letter(sender)}>"
        yield "List-Unsubscribe-Post", ONE_CLICK
    else:
        yield "List-Unsubscribe", f"<{_by_letter(sender)}>"


def _by_letter(sender: Sender) -> str:
    return f"mailto:{quote(sender.reply_to or sender.address, safe='@')}?subject=unsubscribe"


def _named(sender: Sender) -> str | Header:
    name = _one_line(sender.name)
    if name.isascii():
        return formataddr((name, sender.address))
    header = Header(name, "utf-8", header_name="From")
    header.append(f"<{sender.address}>", "us-ascii")
    return header


def _subject(text: RichText, sender: Sender) -> str:
    lines = (_one_line(line) for line in plain(text, native_links=True).split("\n"))
    first = next(filter(None, lines), sender.name or sender.domain)
    return _one_line(f"{sender.subject_prefix} {_shortened(first)}")


def _shortened(line: str) -> str:
    graphemes = _GRAPHEMES.findall(line)
    if len(graphemes) <= LONGEST_SUBJECT:
        return line
    return "".join(graphemes[: LONGEST_SUBJECT - 1]).rsplit(" ", 1)[0] + "…"


def _one_line(words: str) -> str:
    return _BREAKS.sub(" ", words).strip()


def _with_footer(text: RichText, sender: Sender, to: Address) -> RichText:
    if not sender.footer:
        return text
    link = to.unsubscribe_url or _by_letter(sender)
    before, found, after = sender.footer.partition(UNSUBSCRIBE)
    spans = (Span(before), Span(link if found else "", SpanKind.LINK, href=link), Span(after))
    return RichText((*text.paragraphs, Paragraph(tuple(span for span in spans if span.text))))


def _body(post: OutgoingPost, text: RichText, title: str, mark: str) -> MIMEBase:
    shown = [media for media in post.media if not media.sensitive]
    hidden = [media for media in post.media if media.sensitive]
    page = _text("html", _page(post, text, title, shown, mark))
    pictures = [_file(media, "inline", _content_id(media, mark)) for media in shown]
    rich = _multipart("related", mark, [page, *pictures], type="text/html") if pictures else page
    letter = _multipart("alternative", mark, [_text("plain", _plain(post, text)), rich])
    files = [_file(media, "attachment", _content_id(media, mark)) for media in hidden]
    return _multipart("mixed", mark, [letter, *files]) if files else letter


def _plain(post: OutgoingPost, text: RichText) -> str:
    described = "\n".join(PICTURE_MARK + media.alt for media in post.media if media.alt)
    return "\n\n".join(filter(None, (plain(text), described)))


def _page(post: OutgoingPost, text: RichText, title: str, shown: list[OutgoingMedia], mark: str) -> str:
    figures = "".join(
        f'<p><img src="cid:{_content_id(media, mark)}" alt="{escape(media.alt)}" style="max-width:100%"></p>'
        if media in shown
        else f"<p>{PICTURE_MARK}{escape(media.alt)}</p>"
        for media in post.media
    )
    language, runs = escape(post.language), direction(post.language)
    return (
        f'<!doctype html>\n<html lang="{language}" dir="{runs}">\n'
        f'<head><meta charset="utf-8"><title>{escape(title)}</title></head>\n'
        f"<body>{html(text, post.language)}{figures}</body>\n</html>\n"
    )


def _content_id(media: OutgoingMedia, mark: str) -> str:
    return f"{media.sha256[:16]}@{mark}"


def _text(kind: str, words: str) -> MIMEBase:
    part = MIMENonMultipart("text", kind)
    part.set_payload(words, _QUOTED)
    return part


def _file(media: OutgoingMedia, disposition: str, content_id: str) -> MIMEBase:
    part = MIMEBase(*media.mime.split("/", 1))
    part.set_payload(media.data)
    encode_base64(part)
    name = _one_line(media.file_name)
    part.add_header(
        "Content-Disposition", disposition, filename=name if name.isascii() else ("utf-8", "", name)
    )
    part["Content-ID"] = f"<{content_id}>"
    return part


def _multipart(kind: str, mark: str, parts: list[MIMEBase], **parameters: str) -> MIMEBase:
    # "=_" never stands in quoted-printable or base64, so no text can end a part.
    whole = MIMEMultipart(kind, f"=_{kind}_{mark}")
    for name, value in parameters.items():
        whole.set_param(name, value)
    for part in parts:
        del part["MIME-Version"]
        whole.attach(part)
    return whole


def _source(whole: Message) -> bytes:
    written = BytesIO()
    BytesGenerator(written, mangle_from_=False, policy=_SOURCE).flatten(whole)
    return written.getvalue()
