from pathlib import Path

import pytest

from bot.rehearsal.findings import attention, incidents
from bot.rehearsal.mishaps import Mishap
from bot.rehearsal.report import Verdict
from bot.rehearsal.transcript import Card, cards
from content.loader import load_campaign
from content.models import Campaign
from schedules.commands.posts import PostView
from schedules.lifecycle import State
from tests.bot.rehearsal.factories import HOUR, NOON, platforms, post
from tests.support.folders import COMPLETE, write_campaign


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    return load_campaign(write_campaign(tmp_path, base=COMPLETE))


def shown(campaign: Campaign, *posts: PostView) -> tuple[Card, ...]:
    return cards(campaign, posts, platforms(*posts), {}, {})


def test_what_needs_a_person_comes_by_urgency(campaign: Campaign) -> None:
    found = shown(
        campaign,
        post(state=State.EXPIRED, accepted_at=None, reason="Nobody approved it in time."),
        post(accepted_at=NOON + HOUR),
        post(state=State.UNKNOWN, accepted_at=None, reason="it broke off"),
        post(state=State.REFUSED, accepted_at=None, reason="too long", remedy="Shorten post <id>"),
    )
    told = attention(found, Verdict(4, 1, landed=(found[2].post.id,)))
    assert [each.card.badge for each in told] == ["unknown", "refused", "expired"]
    assert told[0].what.startswith("It broke off. In this rehearsal the stand-in did accept it")
    assert f"munasara posts resolve {found[2].post.id} --sent" in (told[0].remedy or "")
    assert told[1].remedy == f"Shorten post {found[3].post.id}."
    assert (told[2].what, told[2].remedy) == ("Nobody approved it in time.", None)


def test_unknown_post_that_did_not_land_is_told_so(campaign: Campaign) -> None:
    found = shown(campaign, post(state=State.UNKNOWN, accepted_at=None))
    (told,) = attention(found, Verdict(1, 0, not_landed=(found[0].post.id,)))
    assert "never accepted it" in told.what


def test_incident_tells_what_became_of_its_posts(campaign: Campaign) -> None:
    late = post(accepted_at=NOON + 2 * HOUR)
    lost = post(state=State.EXPIRED, accepted_at=None)
    found = shown(campaign, late, lost, post())
    down = Mishap("down", "X is down.", "x", NOON, (late.id, lost.id))
    nothing = Mishap("down", "X is down.", "x", NOON, ())
    first, second = incidents([down, nothing], found)
    assert first.outcome == "1 sent once, 2 h late; 1 expired."
    assert first.cards == found[:2]
    assert second.outcome == "No post was in its way."
