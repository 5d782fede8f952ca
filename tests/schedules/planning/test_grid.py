"""Each cell of the grid is judged as a post of the folder is. Nothing here needs a database."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from content.media import Picture
from content.models import Claim, Gap, Overlap, ReviewRules
from content.review import Candidate
from schedules.lifecycle import State
from schedules.planning.destinations import AccountView
from schedules.planning.doors import DoorMessage, DoorPicture, DoorText, When, simple_ask
from schedules.planning.grid import Cell, Planned, Standing, grid
from tests.schedules.planning.factories import account, campaign, utc

NOW = utc("2026-06-01 12:00")
ENGLISH = "Balloons for the missing: https://example.org/a\n\n#WhiteBalloons"
RULES = ReviewRules(banned_words={"en": ("enemy",)})
STALE = Claim(
    id="homes",
    text={"en": "Many homes"},
    source="A report",
    review_by=date(2026, 5, 1),
)
WHOLE = campaign(languages=("en", "de"), review=RULES, claims=(STALE,))
PLACES = (account("telegram-en"), account("x-en", channel="x"), account("x-de", channel="x", language="de"))
PLANNED = Planned(
    id=5,
    key="balloons/door-7/door-7/x-en/-/1",
    state=State.PLANNED,
    held=False,
    local_at=datetime(2026, 6, 3, 9),
    zone="Europe/Berlin",
    gap=Gap.SHIFT,
    overlap=Overlap.FIRST,
    fixed=False,
    planned_at=utc("2026-06-03 07:00"),
)


def door(text: str = ENGLISH, **values: object) -> DoorMessage:
    given: dict[str, object] = {"texts": (DoorText("en", None, text, "sara"),)}
    return DoorMessage(7, "balloons", "sara", "en", simple_ask(WHOLE), **given | values)  # type: ignore[arg-type]


def cells(
    message: DoorMessage, places: Iterable[AccountView] = PLACES, **values: object
) -> dict[str, Cell]:
    found = grid(message, WHOLE, tuple(places), now=NOW, **values)  # type: ignore[arg-type]
    return {cell.account.name: cell for cell in found}


def codes(cell: Cell) -> set[str]:
    return {problem.code for problem in cell.problems}


def test_ready_where_there_is_a_good_text_and_missing_where_there_is_none() -> None:
    found = cells(door())
    assert {name: cell.standing for name, cell in found.items()} == {
        "telegram-en": Standing.READY,
        "x-en": Standing.READY,
        "x-de": Standing.MISSING,
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("No tag here", "tag-missing"),
        (ENGLISH.replace("Balloons", "Ballons"), "tag-missing"),
        (f"Our enemy. {ENGLISH}", "word-banned"),
        (f"{{{{ claims.homes }}}} {ENGLISH}", "claim-expired"),
        (f"{{{{ nobody }}}} {ENGLISH}", "template-broken"),
        (f"{'long ' * 60}{ENGLISH}", "over-limit"),
    ],
)
def test_every_rule_of_the_folder_is_a_rule_here(text: str, code: str) -> None:
    cell = cells(door(text))["x-en"]
    assert cell.standing is Standing.PROBLEM
    assert code in codes(cell)


def test_a_text_that_is_too_long_for_one_platform_is_ready_for_another() -> None:
    found = cells(door(f"{'long ' * 60}{ENGLISH}"))
    assert (found["x-en"].standing, found["telegram-en"].standing) == (Standing.PROBLEM, Standing.READY)


def test_a_platform_without_pictures_or_without_a_description_is_in_trouble() -> None:
    shown = Picture(b"", "image/png", "digest", 8, 8)
    picture = DoorPicture("picture-1.jpg", {"": shown}, {"de": "Ein Ballon"})
    assert codes(cells(door(pictures=(picture,)))["x-en"]) == {"alt-missing"}
    described = replace(picture, alt={"en": "A balloon"})
    assert cells(door(pictures=(described,)))["x-en"].standing is Standing.READY
    instagram = (account("insta", channel="instagram"),)
    assert "media-missing" in codes(cells(door(), instagram)["insta"])


def test_where_it_is_left_out_nothing_is_judged() -> None:
    cell = cells(door("No tag", left_out={"x-en": "They sleep"}))["x-en"]
    assert (cell.standing, cell.why, cell.problems) == (Standing.LEFT_OUT, "They sleep", ())


def test_a_text_that_nobody_else_has_read_is_in_trouble() -> None:
    text = DoorText("en", None, ENGLISH, "tuna")
    assert codes(cells(door(texts=(text,)))["x-en"]) == {"text-unread"}


def test_a_time_that_is_over_in_a_city_is_told_there() -> None:
    when = When(local_at=datetime(2026, 6, 1, 13, 0))
    found = cells(door(when=when))
    assert codes(found["x-en"]) == {"time-over"}
    assert cells(door(when=replace(when, zone="America/New_York")))["x-en"].standing is Standing.READY


def test_what_is_planned_keeps_its_time_and_is_shown_as_planned() -> None:
    cell = cells(door(), planned={"x-en": PLANNED})["x-en"]
    assert cell.standing is Standing.PLANNED
    assert cell.draft is not None
    assert cell.draft.occurrence.due_at == PLANNED.planned_at


def test_what_was_held_counts_as_not_planned() -> None:
    held = replace(PLANNED, state=State.CANCELLED, held=True)
    assert cells(door(), planned={"x-en": held})["x-en"].standing is Standing.READY


def test_what_is_out_stays_whatever_the_text_says_now() -> None:
    sent = replace(PLANNED, state=State.SENT)
    assert cells(door("No tag"), planned={"x-en": sent})["x-en"].standing is Standing.PLANNED


@pytest.mark.parametrize("days", [-20, 0, 20])
def test_nearly_the_same_on_another_account_is_the_queued_one_s_trouble(days: int) -> None:
    other = Candidate("post 3", "x", "x-tr", (NOW + timedelta(days)).date(), ENGLISH)
    found = cells(door(), others=[other])
    assert codes(found["x-en"]) == {"text-too-similar"}
    assert found["telegram-en"].standing is Standing.READY


def test_accounts_of_other_languages_and_audiences_are_not_meant() -> None:
    strangers = (
        account("x-fr", channel="x", language="fr"),
        account("x-young", channel="x", audience="young"),
    )
    assert cells(door(), strangers) == {}
