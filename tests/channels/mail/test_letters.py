from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import parseaddr
from typing import Any

import pytest

from channels.base import Address, OutgoingPost
from channels.mail.letters import LONGEST_SUBJECT, Sender, compose, mailbox
from content.counting import graphemes
from content.richtext import RichText
from tests.channels.conformance import SCRIPTS
from tests.channels.mail.readers import ONE_CLICK, body, descriptions, read
from tests.channels.posts import picture, post, text

READER = Address("reader@example.net", ONE_CLICK)
SENDER = Sender("press@example.org", "press-de", "White Balloons")


def letter(
    content: RichText | None = None, *, sender: Sender = SENDER, to: Address = READER, **more: Any
) -> bytes:
    wanted = addressed(post(content, **more))
    return compose(wanted, wanted.text, sender, to).source


def addressed(wanted: OutgoingPost, recipient: str = "r1") -> OutgoingPost:
    return replace(wanted, recipient=recipient)


def test_the_same_letter_is_the_same_bytes() -> None:
    media = (picture("One"), picture("Two", sensitive=True))
    assert letter(media=media) == letter(media=media)


def test_each_recipient_and_each_post_has_a_message_id_of_its_own() -> None:
    posts = (
        addressed(post()),
        addressed(post(), "r2"),
        addressed(post(key="another")),
    )
    ids = [compose(each, each.text, SENDER, READER).message_id for each in posts]
    assert len(set(ids)) == 3
    assert all(each.endswith("@example.org>") and len(each) == 32 + len("<@example.org>") for each in ids)


def test_a_letter_is_short_lines_of_ascii() -> None:
    source = letter(text("بالونات بيضاء 🎈 " * 2_000), media=(picture("ساحة"),))
    assert source.isascii()
    assert source.endswith(b"\r\n")
    assert b"\n" not in source.replace(b"\r\n", b"")
    assert max(map(len, source.split(b"\r\n"))) <= 100


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_survives_in_text_and_subject(script: str) -> None:
    words = (SCRIPTS[script] * 3).strip()
    message = read(letter(text(words)))
    assert body(message, "plain") == words
    assert message["Subject"] == (words if graphemes(words) <= LONGEST_SUBJECT else message["Subject"])
    assert str(message["Subject"]).rstrip("…") in words


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        ("Join us.\nAt noon.", "Join us."),
        ("\n\n  Join us  ", "Join us"),
        ("", "White Balloons"),
        ("word " * 30, "word " * 14 + "word…"),
        ("🕊️" * 79, "🕊️" * 77 + "…"),
        ("Join\tus\u2028now\x00", "Join us now"),
    ],
)
def test_the_subject_is_the_first_line(words: str, subject: str) -> None:
    assert read(letter(text(words)))["Subject"] == subject


def test_a_prefix_stands_before_the_subject() -> None:
    sender = replace(SENDER, subject_prefix="[Presse]")
    assert read(letter(text("Join us"), sender=sender))["Subject"] == "[Presse] Join us"


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r", "\u2028", "\x0b"])
def test_no_name_or_subject_can_add_a_header(newline: str) -> None:
    attack = f"Hello{newline}Bcc: all@example.net{newline}{newline}Body"
    sender = Sender("press@example.org", "press-de", attack, subject_prefix=attack)
    message = read(letter(text("Join us"), sender=sender))
    assert "Bcc" not in message
    assert message["To"] == "reader@example.net"
    assert message["Subject"].startswith("Hello Bcc: all@example.net Body")


@pytest.mark.parametrize(
    "name", ["بالونات بيضاء", "Weiße Ballons", 'The "White", Balloons', "x" * 200, "é" * 200]
)
def test_a_name_stands_beside_the_address(name: str) -> None:
    source = letter(sender=replace(SENDER, name=name))
    shown, address = parseaddr(message_from_bytes(source)["From"])
    assert (str(make_header(decode_header(shown))), address) == (name, "press@example.org")


def test_the_headers_say_who_when_and_in_which_list() -> None:
    message = read(letter(sender=replace(SENDER, reply_to="answers@example.org")))
    assert message["Date"] == "Thu, 10 Dec 2026 12:00:00 +0000"
    assert message["Reply-To"] == "answers@example.org"
    assert message["Content-Language"] == "en"
    assert message["List-Id"] == "<press-de.example.org>"
    assert "Auto-Submitted" not in message
    assert "Precedence" not in message


def test_one_click_unsubscribes_where_there_is_a_public_address() -> None:
    message = read(letter())
    assert message["List-Unsubscribe"] == f"<{ONE_CLICK}>, <mailto:press@example.org?subject=unsubscribe>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_long_link_is_never_broken() -> None:
    link = f"https://example.org/stop/{'x' * 300}"
    assert f"<{link}>".encode() in letter(to=Address("reader@example.net", link))


@pytest.mark.parametrize(
    "link",
    [
        "",
        "http://example.org/stop",
        "https://example.org/a>, <b",
        "https://example.org/\r\nBcc: a@b.example",
    ],
)
def test_otherwise_a_letter_to_the_sender_does(link: str) -> None:
    sender = replace(SENDER, reply_to="answers@example.org")
    message = read(letter(sender=sender, to=Address("reader@example.net", link)))
    assert message["List-Unsubscribe"] == "<mailto:answers@example.org?subject=unsubscribe>"
    assert "List-Unsubscribe-Post" not in message
    assert "Bcc" not in message


def test_a_footer_ends_both_forms_with_the_recipients_own_link() -> None:
    sender = replace(SENDER, footer="Balloons e.V., Berlin. Stop: {unsubscribe}")
    message = read(letter(text("Join us"), sender=sender))
    assert body(message, "plain") == f"Join us\n\nBalloons e.V., Berlin. Stop: {ONE_CLICK}"
    assert f'<a href="{ONE_CLICK}">{ONE_CLICK}</a></p></div>' in body(message, "html")


def test_a_footer_without_a_public_address_offers_a_letter() -> None:
    sender = replace(SENDER, footer="{unsubscribe}")
    message = read(letter(text("Join us"), sender=sender, to=Address("reader@example.net")))
    assert body(message, "plain").endswith("\n\nmailto:press@example.org?subject=unsubscribe")


def test_the_page_runs_the_way_of_its_language() -> None:
    wanted = replace(addressed(post(text("سلام <b>"))), language="fa")
    page = body(read(compose(wanted, wanted.text, SENDER, READER).source), "html")
    assert page.startswith('<!doctype html>\n<html lang="fa" dir="rtl">')
    assert "<title>سلام &lt;b&gt;</title>" in page


def test_pictures_stand_in_the_page_and_are_described_in_both_forms() -> None:
    media = picture('A "square"')
    message = read(letter(text("Join us"), media=(media,)))
    (file,) = [part for part in message.walk() if part.get_content_maintype() == "image"]
    page = body(message, "html")
    assert file.get_content() == media.data
    assert file.get_content_disposition() == "inline"
    assert f'src="cid:{file["Content-ID"][1:-1]}"' in page
    assert descriptions(page) == ('A "square"',)
    assert body(message, "plain") == 'Join us\n\n🖼️ A "square"'


def test_a_sensitive_picture_is_only_attached() -> None:
    message = read(letter(text("Join us"), media=(picture("A wound", sensitive=True), picture("A square"))))
    assert message.get_content_type() == "multipart/mixed"
    assert [part.get_content_disposition() for part in message.iter_attachments()] == ["attachment"]
    page = body(message, "html")
    assert descriptions(page) == ("A square",)
    assert "<p>🖼️ A wound</p>" in page


def test_no_text_can_end_a_part() -> None:
    boundaries = [part.get_boundary() for part in read(letter(media=(picture(),))).walk()]
    attack = "\n".join(f"--{each}--" for each in boundaries if each)
    assert body(read(letter(text(attack), media=())), "plain") == attack


def test_half_a_character_is_named() -> None:
    for half in ("\ud800", "\udc80"):
        with pytest.raises(UnicodeEncodeError):
            letter(text("Join us", f"At n{half}n"))


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (" press@example.org ", "press@example.org"),
        ("o'neil+press@news.example.org", "o'neil+press@news.example.org"),
        ("leser@bücher.example", "leser@xn--bcher-kva.example"),
    ],
)
def test_an_address_becomes_ascii(written: str, found: str) -> None:
    assert mailbox(written) == found


@pytest.mark.parametrize(
    "written",
    [
        "",
        "press",
        "@example.org",
        "press@",
        "press@example..org",
        "Press <press@example.org>",
        "a@b.example, c@d.example",
        "press@example.org\r\nRCPT TO:<all@example.org>",
        "press@example.org> SIZE=1",
        "a b@example.org",
        "größe@example.org",
        "press@[127.0.0.1]",
        f"{'x' * 65}@example.org",
    ],
)
def test_anything_else_is_no_address(written: str) -> None:
    with pytest.raises(ValueError, match=r"not an e-mail address|label|codec"):
        mailbox(written)
