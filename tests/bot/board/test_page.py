"""The page as it is written, and as a real browser shows it on a phone."""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.board.page import as_html
from tests.support.boards import example, example_board, guarded_names, pictures
from tests.support.browser import browser
from tests.support.source import ROOT

PHONE = (390, 844)
NARROW = (360, 640)
KEPT = ROOT / "var" / "screenshots"


class Loads(HTMLParser):
    """What a page fetches, and what it runs."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [
            value or "" for name, value in attrs if name in {"src", "href", "data", "srcset"}
        ]


@pytest.mark.parametrize("language", ["ar", "en", "fr", "de", "tr"])
@pytest.mark.parametrize("public", [False, True], ids=["private", "public"])
def test_a_page_needs_nothing_from_elsewhere_and_names_no_guarded_city(
    language: str, *, public: bool
) -> None:
    campaign = example()
    board = example_board(campaign, public=public)
    html = as_html(board, campaign, language, pictures(board))
    loads = Loads(html)
    own_pages = {f"index.{tag}.html" for tag in campaign.languages}
    assert {each for each in loads.addresses if not each.startswith("data:image/jpeg")} == own_pages
    assert not {"script", "iframe", "link", "object", "form"} & loads.tags
    assert not {name for name in loads.attributes if name.startswith("on") or name == "style"}
    assert "default-src 'none'; style-src 'sha256-" in html
    assert [name for name in guarded_names(campaign) if name in html] == []
    assert html.count("<circle") == len(board.cities)


def test_texts_of_a_campaign_cannot_break_out() -> None:
    campaign = example()
    evil = replace(example_board(campaign), title={"en": "</title><script>alert(1)</script>"})
    assert "<script" not in as_html(evil, campaign, "en", {})


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_a_phone_shows_it_whole_in_either_direction(tmp_path: Path, language: str, direction: str) -> None:
    chromium, campaign = browser(tmp_path), example()
    board = example_board(campaign)
    page = tmp_path / f"index.{language}.html"
    page.write_text(as_html(board, campaign, language, pictures(board)), encoding="utf-8")
    for width, height in (PHONE, NARROW):
        seen = chromium.look(page, width, height)
        assert seen.content <= seen.screen == width
        assert (seen.direction, seen.weight) == (direction, "700"), "the style does not count"
    picture = KEPT / f"board-{language}.png"
    chromium.screenshot(page, picture, *PHONE)
    assert picture.stat().st_size > 10_000
