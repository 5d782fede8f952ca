import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from bot.rehearsal.findings import attention
from bot.rehearsal.page import Page, as_html, write_page
from bot.rehearsal.report import LettersVerdict, Verdict
from bot.rehearsal.screens import Side
from bot.rehearsal.transcript import cards
from content.errors import Problem
from content.loader import load_campaign
from content.models import Campaign
from content.richtext import to_json
from schedules.lifecycle import State
from tests.bot.rehearsal.conftest import Played
from tests.bot.rehearsal.factories import NOON, platforms, post, text
from tests.support.browser import browser
from tests.support.folders import COMPLETE, write_campaign

EVIL = '"><script>alert(1)</script>\u202e<img src="https://evil.example/x.png" onerror=alert(1)>&amp;'
VOID = {"meta", "br", "img", "input", "link", "hr"}
LOADS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "image": "href", "use": "href"}


class Document(HTMLParser):
    """Checks that every element is closed, and remembers all of them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), tuple(self.open)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, self.getpos()

    def of_class(self, name: str) -> list[dict[str, str | None]]:
        return [given for _, given, _ in self.elements if name in (given.get("class") or "").split()]


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    return load_campaign(write_campaign(tmp_path, base=COMPLETE))


@pytest.fixture
def hostile(campaign: Campaign) -> Page:
    body = {"text": to_json(text(EVIL)), "warning": EVIL, "media": [], "options": {}}
    posts = [
        post("mastodon-en", body=body, state=State.REFUSED, accepted_at=None, reason=EVIL, remedy=EVIL),
        post("telegram-ar", body=body, variant=EVIL, note="gap-shifted"),
    ]
    shown = cards(campaign, posts, platforms(*posts), {}, {})
    renamed = campaign.model_copy(update={"title": {"en": EVIL, "ar": EVIL}})
    verdict = Verdict(2, 1)
    return Page(
        campaign=renamed,
        cards=shown,
        verdict=verdict,
        attention=attention(shown, verdict),
        incidents=(),
        problems=(Problem("x", EVIL, EVIL, EVIL, 3),),
        thumbnails=(),
        guarded=1,
    )


def test_example_is_one_well_formed_page_of_a_modest_size(played: Played) -> None:
    document = Document(played.html)
    assert len(document.of_class("card")) == played.report.verdict.posts
    assert len(played.html.encode()) < 3_000_000
    assert [tag for tag, *_ in document.elements].count("h1") == 1
    assert {"header", "main", "nav", "footer"} <= {tag for tag, *_ in document.elements}


def test_every_card_says_its_language_and_direction(played: Played) -> None:
    document = Document(played.html)
    texts = document.of_class("text")
    assert len(texts) == played.report.verdict.posts + len(document.of_class("later"))
    assert {(given["lang"], given["dir"]) for given in texts} == {
        ("ar", "rtl"),
        ("de", "ltr"),
        ("en", "ltr"),
        ("fr", "ltr"),
        ("tr", "ltr"),
    }
    assert all(given["lang"] and given["dir"] for given in document.of_class("card"))


def test_every_phone_runs_in_the_direction_of_its_language(played: Played) -> None:
    document = Document(played.html)
    shown = [(given["lang"], given["dir"]) for given in document.of_class("bubble")]
    assert set(shown) == {("ar", "rtl"), ("de", "ltr"), ("en", "ltr"), ("fr", "ltr"), ("tr", "ltr")}
    groups = played.html.count(", the group</h3>")
    assert groups == 5
    assert len(document.of_class("phone")) == 5 + 1 + groups, "each language, a guarded city, the groups"


def test_an_action_day_is_told_with_its_chats_and_its_board(played: Played) -> None:
    document = Document(played.html)
    assert len(document.of_class("chat")) == 11
    assert "It rains in Berlin: its captain lets it begin half an hour later." in played.html
    assert "in 17 of 18 cities; guarded cities appear in these sums alone" in played.html
    assert "<td>aborted, danger, held</td>" in played.html


def test_page_loads_nothing_from_elsewhere(played: Played) -> None:
    document = Document(played.html)
    for tag, given, _ in document.elements:
        address = given.get(LOADS.get(tag, "")) or "#"
        assert address.startswith(("#", "data:image/jpeg;base64,")), (tag, address)
        assert not {name for name in given if name.startswith("on")}
    style = re.search(r"<style>(.*?)</style>", played.html, re.DOTALL)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_every_link_within_the_page_leads_somewhere(played: Played) -> None:
    document = Document(played.html)
    names = [given["id"] for _, given, _ in document.elements if "id" in given]
    assert len(names) == len(set(names))
    links = {given["href"] for tag, given, _ in document.elements if tag in ("a", "use")}
    assert {link[1:] for link in links if link and link.startswith("#")} <= set(names)


def test_each_picture_is_there_once_and_told_in_words(played: Played) -> None:
    document = Document(played.html)
    assert played.html.count("data:image/jpeg;base64,") == len(
        [tag for tag, *_ in document.elements if tag == "image"]
    )
    pictures = [given for _, given, _ in document.elements if given.get("role") == "img"]
    assert pictures
    assert all(given["aria-label"] for given in pictures)


def test_only_our_own_script_may_run(played: Played) -> None:
    document = Document(played.html)
    policy = next(
        given["content"]
        for tag, given, _ in document.elements
        if tag == "meta" and given.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert [tag for tag, *_ in document.elements].count("script") == 1


def test_hostile_words_are_shown_and_do_nothing(hostile: Page) -> None:
    html = as_html(hostile)
    document = Document(html)
    tags = [tag for tag, *_ in document.elements]
    assert tags.count("script") == 1
    assert "img" not in tags
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert not any(name.startswith("on") for _, given, _ in document.elements for name in given)


def test_warning_is_folded_over_the_text(hostile: Page) -> None:
    document = Document(as_html(hostile))
    assert len(document.of_class("warning")) == 1
    (_, _, around) = next(each for each in document.elements if each[1].get("class") == "text")
    assert around[-1] == "details"


def test_broken_promise_is_told_at_the_top(hostile: Page) -> None:
    html = as_html(replace(hostile, verdict=Verdict(2, 0, lost=(1,))))
    assert "Promises were broken" in html
    assert "Every post is accounted for" not in html
    assert "1 lost" in html


def test_broken_promise_to_volunteers_is_told_at_the_top(hostile: Page) -> None:
    letters = LettersVerdict(1, 1, 0, 0, twice=((1, NOON.date()),))
    side = Side(letters, phones=(), counts=(), uncertain=(), upsets=())
    html = as_html(replace(hostile, side=side))
    assert "Promises were broken" in html
    assert "1 twice" in html


def test_page_that_could_not_be_made_leaves_the_last_one(hostile: Page, tmp_path: Path) -> None:
    path = tmp_path / "out" / "transcript.html"
    write_page(hostile, path)
    before = path.read_bytes()
    broken = replace(hostile, verdict=None)  # type: ignore[arg-type]
    with pytest.raises(UndefinedError):
        write_page(broken, path)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["transcript.html"]


def test_filters_offer_what_there_is_with_its_count(hostile: Page) -> None:
    found = {name: [(each.value, each.count) for each in choices] for name, _, choices in hostile.filters}
    assert found == {
        "city": [("-", 2)],
        "language": [("ar", 1), ("en", 1)],
        "channel": [("mastodon", 1), ("telegram", 1)],
        "state": [("refused", 1), ("sent", 1)],
    }


def test_the_parts_of_a_thread_are_numbered_beside_texts_of_any_direction(played: Played) -> None:
    document = Document(played.html)
    assert len(document.of_class("later")) == 5
    assert len(document.of_class("place")) == 5 + 3
    assert re.findall(r'<p class="place(?: later)?">(\d/\d)', played.html).count("3/3") == 2
    (arabic,) = re.findall(
        r'<p class="place later">3/3.{0,200}?</p>\s*<div class="text" lang="ar" (.*?)>', played.html
    )
    assert arabic == 'dir="rtl"'


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_phone_shows_the_transcript_without_scrolling_sideways(
    played: Played, tmp_path: Path, direction: str
) -> None:
    chromium, page = browser(tmp_path), tmp_path / "transcript.html"
    turned = played.html.replace('<html lang="en" dir="ltr">', f'<html lang="en" dir="{direction}">')
    page.write_text(turned.replace("<details", "<details open"), encoding="utf-8")
    seen = chromium.look(page, 390, 844)
    assert seen.content <= seen.screen == 390
    assert seen.direction == direction
