from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.rehearsal.transcript import (
    LATE,
    Card,
    cards,
    city_names,
    discreet,
    in_words,
    language_name,
    sentence,
    tally,
)
from content.errors import Problem
from content.loader import load_campaign
from content.models import Campaign, Risk
from content.richtext import to_json
from schedules.commands.posts import PostView
from schedules.lifecycle import State
from tests.bot.rehearsal.factories import HOUR, NOON, platforms, post, text
from tests.support.folders import COMPLETE, write_campaign


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    return load_campaign(write_campaign(tmp_path, base=COMPLETE))


def shown(campaign: Campaign, *posts: PostView) -> tuple[Card, ...]:
    return cards(campaign, posts, platforms(*posts), {}, {})


def test_card_shows_wall_time_and_zone_beside_utc(campaign: Campaign) -> None:
    (card,) = shown(campaign, post("telegram-ar", zone="Asia/Beirut"))
    assert (card.local, card.zone) == ("Sat 06 Mar 2027, 14:00", "Asia/Beirut")
    assert card.planned_at == NOON
    assert (card.direction, card.language_name) == ("rtl", "Arabic")


def test_what_a_person_publishes_by_hand_has_the_link_that_opens_the_app(campaign: Campaign) -> None:
    found = shown(campaign, post("tiktok-en"), post("handoff-en"), post("x-en"))
    assert [card.by_hand for card in found] == [True, True, False]
    assert [card.link for card in found[:2]] == ["https://www.tiktok.com/upload", ""]


def test_city_is_shown_by_its_name(campaign: Campaign) -> None:
    (card,) = shown(campaign, post("telegram-berlin", city="berlin"))
    assert card.city == "Berlin"
    assert city_names(campaign)["berlin"] == "Berlin"


def test_sent_post_is_late_from_a_minute_on(campaign: Campaign) -> None:
    late = post(accepted_at=NOON + timedelta(minutes=15))
    quick = post(accepted_at=NOON + timedelta(seconds=3))
    found = shown(campaign, late, quick, post())
    assert [(card.badge, card.delay) for card in found] == [(LATE, "15 min"), ("sent", "3 s"), ("sent", "")]


def test_warning_stands_apart_where_the_platform_can_and_in_the_text_elsewhere(campaign: Campaign) -> None:
    body: Mapping[str, object] = {
        "text": to_json(text("Hello")),
        "warning": "Grief",
        "media": [],
        "options": {},
    }
    apart, inside = shown(campaign, post("mastodon-en", body=body), post("x-en", body=body))
    assert (apart.warning, "Grief" in apart.text) == ("Grief", False)
    assert (inside.warning, "Grief" in inside.text) == (None, True)
    assert apart.used == len("Grief\n\nHello")


def test_room_is_told_in_the_platforms_unit(campaign: Campaign) -> None:
    narrow, endless = shown(campaign, post("x-en"), post("feed-en"))
    assert (narrow.used, narrow.most, narrow.unit) == (5, 280, "weighted characters")
    assert narrow.fullness == pytest.approx(5 / 280)
    assert (endless.most, endless.fullness) == (None, None)


def test_change_of_the_clocks_is_told(campaign: Campaign) -> None:
    (card,) = shown(campaign, post(note="gap-shifted"))
    assert card.note is not None
    assert "jump" in card.note


def test_tally_has_its_order_and_always_tells_what_was_sent(campaign: Campaign) -> None:
    found = shown(campaign, post(state=State.REFUSED, accepted_at=None), post(accepted_at=NOON + HOUR))
    assert list(tally(found)) == [("sent", 0), ("late", 1), ("refused", 1)]


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(), "0 s"),
        (timedelta(seconds=30), "30 s"),
        (timedelta(minutes=15), "15 min"),
        (timedelta(hours=2, seconds=18), "2 h 18 s"),
        (timedelta(days=1, minutes=5, seconds=9), "24 h 5 min"),
    ],
)
def test_durations_are_told_in_words(duration: timedelta, words: str) -> None:
    assert in_words(duration) == words


def test_reasons_become_sentences() -> None:
    assert sentence("its time ran out. the token has expired") == "Its time ran out. The token has expired."
    assert sentence("Did this land?") == "Did this land?"
    assert sentence("") == ""


def test_language_without_a_name_keeps_its_tag() -> None:
    assert [language_name(tag) for tag in ("tr", "fa-AF", "qaa")] == [
        "Turkish",
        "Persian (Afghanistan)",
        "qaa",
    ]


def test_later_parts_of_a_thread_are_numbered_and_measured_alone(campaign: Campaign) -> None:
    thread = [to_json(text("Two")), to_json(text("<b>Three"))]
    threaded = post("x-en")
    given = replace(threaded, body={**threaded.body, "thread": thread})
    (card,) = shown(campaign, given)
    assert [(part.place, part.text, part.used, part.most) for part in card.more] == [
        ("2/3", "<p>Two</p>", 3, 280),
        ("3/3", "<p>&lt;b&gt;Three</p>", 8, 280),
    ]
    assert card.used == 5
    assert shown(campaign, threaded)[0].more == ()


def test_a_video_has_no_thumbnail_and_is_told_in_words(campaign: Campaign) -> None:
    film = {"sha256": "a" * 64, "file": "a.mp4", "alt": "Balloons rise", "sensitive": False}
    body: Mapping[str, object] = {
        "text": to_json(text("Hello")),
        "warning": None,
        "media": [film],
        "options": {},
    }
    own, inside = shown(campaign, post("mastodon-en", body=body), post("x-en", body=body))
    assert [(each.thumbnail, each.is_native) for each in own.pictures] == [(None, True)]
    assert [(each.thumbnail, each.is_native) for each in inside.pictures] == [(None, False)]
    assert ("🎬 Balloons rise" in own.text, "🎬 Balloons rise" in inside.text) == (False, True)


def test_remarks_of_the_review_name_no_guarded_city(campaign: Campaign) -> None:
    guarded = next(city for city in campaign.cities if city.risk is Risk.GUARDED)
    what = f"none in {guarded.name['en']}, berlin"
    told = discreet(Problem("x", f"account telegram-{guarded.id}", what, "Mend it."), campaign)
    assert told.where == "account telegram-[a guarded city]"
    assert told.what == "none in [a guarded city], berlin"
