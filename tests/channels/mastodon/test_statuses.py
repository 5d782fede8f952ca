from datetime import UTC, datetime
from typing import Any

import pytest

from channels.base import Receipt
from channels.mastodon.statuses import (
    NoStatus,
    comparable,
    continues_another,
    receipt_of,
    status_text,
    written,
)
from content.limits import LIMITS
from content.richtext import Paragraph, RichText, Span, SpanKind
from tests.channels.posts import PLANNED_AT, post
from tests.support.mastodon_api import rendered

TEXTS = (
    "Join us on Saturday. #WhiteBalloons",
    "One\n\nTwo\nThree\n\n\nFour",
    "Read https://example.org/a/very/long/path?with=a&query=and#fragment and write",
    "https://example.org",
    "نطلق بالونات بيضاء #بالونات_بيضاء\n\nhttps://example.org/سلام",
    "می‌خواهم آزاد باشم",
    '<b>"1 & 2"</b> \N{PARTY POPPER} e\u0301',
    "With @Somebody@example.org and @another",
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_recognised_in_its_html(text: str) -> None:
    assert comparable(written(rendered(text)), "") == comparable(text, "")


def test_no_two_texts_are_taken_for_each_other() -> None:
    assert len({comparable(text, "") for text in TEXTS}) == len(TEXTS)
    assert comparable("a", "") != comparable("a", "warning")


def test_a_composed_letter_equals_its_parts() -> None:
    assert comparable("\u00e9", "") == comparable("e\u0301", "")


def test_an_address_is_read_with_its_hidden_ends() -> None:
    content = (
        '<p>See <a href="https://example.org/abc"><span class="invisible">https://</span>'
        '<span class="ellipsis">example.org</span><span class="invisible">/abc</span></a>!</p>'
    )
    assert written(content).strip() == "See https://example.org/abc!"


def test_a_link_is_sent_with_its_label_and_its_address() -> None:
    link = Span("our reasons", SpanKind.LINK, href="https://example.org/why")
    content = RichText(
        (Paragraph((Span("Read "), link)), Paragraph((Span("one", bold=True),), bullet=True))
    )
    assert status_text(post(content), LIMITS["mastodon"]) == (
        "Read our reasons https://example.org/why\n\n• one"
    )


@pytest.mark.parametrize(
    ("parent", "thread", "another"),
    [(None, (), False), ("7", (), True), ("7", ("6", "7"), False), ("6", ("6", "7"), True)],
)
def test_an_answer_belongs_to_the_part_before_it(
    parent: str | None, thread: tuple[str, ...], another: bool
) -> None:
    parts = tuple(Receipt(each, None, PLANNED_AT) for each in thread)
    assert continues_another({"in_reply_to_id": parent}, post(thread=parts)) is another


@pytest.mark.parametrize(
    "said", ["2026-12-10T12:00:00.000Z", "2026-12-10T14:00:00+02:00", "2026-12-10T12:00:00"]
)
def test_the_time_of_a_receipt_is_utc(said: str) -> None:
    receipt = receipt_of({"id": "1", "url": None, "created_at": said})
    assert receipt == Receipt("1", None, datetime(2026, 12, 10, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    "status",
    [
        {},
        {"id": "1"},
        {"id": 1, "created_at": "2026-12-10T12:00:00Z"},
        {"id": "", "created_at": "2026-12-10T12:00:00Z"},
        {"id": "1", "created_at": None},
        {"id": "1", "created_at": "noon"},
    ],
)
def test_what_has_no_id_and_time_is_no_proof(status: dict[str, Any]) -> None:
    with pytest.raises(NoStatus):
        receipt_of(status)
