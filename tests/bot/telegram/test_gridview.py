"""The grid fits under one message and on a phone, whatever a campaign speaks and wherever it publishes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.telegram import gridview
from bot.telegram.gridview import EVERY, MOST_BUTTONS, PROBLEMS, shown, when_told
from channels.base import Button
from content.limits import LIMITS
from content.words import Words, words
from schedules.commands.door_posts import Queue
from schedules.planning.doors import DoorMessage, DoorText, When, simple_ask
from schedules.planning.grid import Cell, Standing
from tests.schedules.planning.factories import account, campaign, utc, wall

LANGUAGES = ("ar", "en", "fr", "de", "tr")
WHOLE = campaign(languages=LANGUAGES)
NINE = ("telegram", "x", "mastodon", "bluesky", "facebook", "instagram", "threads", "mail", "feed")


@dataclass(frozen=True)
class Phone:
    """A reader whose buttons carry their data unsigned."""

    language: str = "en"
    handle: str = "sara"
    pressed: list[Any] = field(default_factory=list)

    @property
    def words(self) -> Words:
        return words(self.language)

    def button(self, text: str, action: str, argument: str = "") -> Button:
        return Button(text, data=f"{action} {argument}")


def queue(
    languages: Sequence[str] = LANGUAGES,
    platforms: Sequence[str] = NINE,
    standing: Standing = Standing.READY,
    **values: Any,
) -> Queue:
    text = DoorText("en", None, "Look\n\n#WhiteBalloons", "sara")
    door = DoorMessage(12, "balloons", "sara", "en", simple_ask(WHOLE), texts=(text,), **values)
    cells = tuple(
        Cell(account(f"{name}-{tag}", channel=name, language=tag), standing)
        for tag in languages
        for name in platforms
    )
    return Queue(door, WHOLE, cells, ())


def grid(found: Queue, mode: str = EVERY, page: int = 0, language: str = "en") -> tuple[str, Any]:
    return shown(found, Phone(language), mode, page)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_five_languages_on_nine_platforms_fit_in_both_directions(language: str) -> None:
    html, rows = grid(queue(), language=language)
    assert [button.text for button in rows[0]] == ["·", *LANGUAGES]
    assert [button.text for button in rows[1]] == ["Bsky", *"✓✓✓✓✓"]
    assert len([row for row in rows if row[-1].text == "✓"]) == 9
    assert max(map(len, rows)) <= 8
    assert sum(map(len, rows)) <= MOST_BUTTONS
    assert len(html) < 4096


def test_what_does_not_fit_is_on_further_pages() -> None:
    many = queue([*LANGUAGES, "fa", "ku"], list(LIMITS))
    seen = []
    for page in range(2):
        _, rows = grid(many, page=page)
        assert sum(map(len, rows)) <= MOST_BUTTONS
        seen += [row[0].text for row in rows if row[-1].text == "✓"]
    assert len(seen) == len(set(seen)) == len(LIMITS)


def test_a_cell_is_its_worst_account() -> None:
    found = queue(["en"], ["x"])
    worse = Cell(account("x-berlin", channel="x", city="berlin"), Standing.PROBLEM)
    _, rows = grid(Queue(found.door, found.campaign, (*found.cells, worse), ()))
    assert rows[1][1].text == "⚠"


def test_only_problems_leaves_out_what_is_fine() -> None:
    found = queue(["en", "de"], ["x", "telegram"])
    broken = Cell(account("x-de", channel="x", language="de"), Standing.MISSING)
    cells = tuple(broken if cell.account.name == "x-de" else cell for cell in found.cells)
    _, rows = grid(Queue(found.door, found.campaign, cells, ()), PROBLEMS)
    assert [[button.text for button in row] for row in rows[:2]] == [["·", "en", "de"], ["X", " · ", "✗"]]
    assert rows[2][0].text == "Everything"


def test_each_account_has_a_button_of_its_own_that_fits_into_a_callback() -> None:
    _, rows = grid(queue())
    pressed = [button.data for row in rows for button in row if button.data.startswith("qc")]
    assert len(set(pressed)) == len(pressed) == 45
    assert max(len(data) for data in pressed) <= 64 - len(" 1234567 1234567890123456")


def test_what_was_dropped_offers_nothing_any_more() -> None:
    html, rows = grid(queue(["en"], ["x"], ended_at=utc("2026-06-01")))
    assert "It was dropped." in html
    assert len(rows) == 2


def test_nothing_is_sent_where_nothing_is_ready() -> None:
    _, rows = grid(queue(standing=Standing.MISSING))
    assert not [button for row in rows for button in row if "Send" in button.text]


def test_the_time_is_told_with_its_clocks() -> None:
    english = words("en")
    at = wall("2026-06-02 18:30")
    assert when_told(When(), WHOLE, english) == "as soon as it is approved"
    assert when_told(When(local_at=at), WHOLE, english).endswith("by the clocks of each city")
    assert when_told(When(local_at=at, zone="Asia/Tokyo"), WHOLE, english).endswith("(Asia/Tokyo)")
    assert when_told(When(exact_at=utc("2026-06-02 16:30")), WHOLE, english).endswith("(Europe/Berlin)")


def test_every_standing_has_a_sign_of_its_own() -> None:
    assert len(set(gridview.SIGNS.values())) == len(Standing)
    assert set(gridview.WORST_FIRST) == set(Standing)
