"""A queued message looks like a part of the folder."""

from datetime import datetime

import pytest

from content.errors import CampaignInvalid, Problem
from content.limits import LIMITS
from content.media import Picture
from content.models import AskKind
from schedules.planning.doors import DoorMessage, DoorPicture, DoorText, Fit, When, as_folder, simple_ask
from tests.schedules.planning.factories import account, action_day, campaign, utc, wall

NOW = utc("2026-06-01 12:00")
TEXT = DoorText("en", None, "Look: https://example.org/a", "sara")
PLAIN = Picture(b"", "image/png", "plain", 8, 8)
SMALL = Picture(b"", "image/jpeg", "small", 4, 4)
WHOLE = campaign()
PLACES = (account("main"), account("paris", city="paris"))


def door(**values: object) -> DoorMessage:
    return DoorMessage(7, "balloons", "sara", "en", simple_ask(WHOLE), **values)  # type: ignore[arg-type]


def test_it_has_an_id_that_no_folder_has() -> None:
    folder = as_folder(door(texts=(TEXT,)), WHOLE, PLACES, NOW)
    assert [slot.id for slot in folder.slots] == ["door-7"]
    assert folder.messages[-1].variants[0].file == "door-7/en.md"


def test_the_folder_s_own_texts_are_not_judged_with_it() -> None:
    folder = as_folder(door(texts=(TEXT,)), WHOLE, PLACES, NOW)
    assert [message.id for message in folder.messages] == ["door-7"]


def test_the_folder_s_prompts_and_action_days_are_not_planned_with_it() -> None:
    busy = campaign(action_days=(action_day(wall("2026-06-20 18:00")),))
    assert as_folder(door(texts=(TEXT,)), busy, PLACES, NOW).action_days == ()


def test_it_asks_to_share_with_the_first_address_of_its_texts_until_its_author_says_more() -> None:
    ask = as_folder(door(texts=(TEXT,)), WHOLE, PLACES, NOW).messages[-1].ask
    assert (ask.kind, ask.link) == (AskKind.SHARE, "https://example.org/a")


def test_without_a_time_it_is_due_now() -> None:
    assert as_folder(door(), WHOLE, PLACES, NOW).slots[0].at == NOW


def test_in_each_city_cities_have_a_slot_of_their_own() -> None:
    when = When(local_at=datetime(2026, 6, 2, 18, 30))
    here, there = as_folder(door(when=when), WHOLE, PLACES, NOW).slots
    assert (here.accounts, here.cities) == (("main",), ())
    assert (there.accounts, there.cities) == (("paris",), ("paris",))
    assert here.zone is there.zone is None


def test_in_one_zone_every_account_shares_a_slot() -> None:
    when = When(local_at=datetime(2026, 6, 2, 18, 30), zone="Asia/Tokyo")
    (slot,) = as_folder(door(when=when), WHOLE, PLACES, NOW).slots
    assert (slot.accounts, slot.zone) == (("main", "paris"), "Asia/Tokyo")


def test_the_text_of_a_platform_goes_before_that_for_all() -> None:
    own = DoorText("en", "x", "Short", "sara")
    found = door(texts=(TEXT, own))
    assert (found.text("en", "x"), found.text("en", "telegram"), found.text("de")) == (own, TEXT, None)


@pytest.mark.parametrize(
    ("writer", "reader", "unread"),
    [("sara", None, False), ("tuna", None, True), ("tuna", "timur", False)],
)
def test_what_somebody_else_wrote_is_unread_until_it_is_confirmed(
    writer: str, reader: str | None, unread: bool
) -> None:
    assert door(texts=(DoorText("en", None, "x", writer, reader),)).unread("en", "x") is unread


def test_a_picture_is_what_each_platform_takes_of_it() -> None:
    refused = Problem("media-misshapen", "media", "it is too wide", "Crop it.")
    fits: dict[str, Fit] = {"": PLAIN, "x": SMALL, "instagram": refused}
    found = door(pictures=(DoorPicture("picture-1.jpg", fits, {}),))
    assert found.fitted("picture-1.jpg", LIMITS["x"]) is SMALL
    assert found.fitted("picture-1.jpg", LIMITS["telegram"]) is PLAIN
    with pytest.raises(CampaignInvalid, match="too wide"):
        found.fitted("picture-1.jpg", LIMITS["instagram"])
