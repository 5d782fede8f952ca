from datetime import UTC, date, datetime

import pytest

from content.errors import CampaignInvalid
from content.loader import load_campaign
from content.models import LEVELS
from schedules.people.days import URGENT_SLOT, prompt_of
from schedules.planning.urgent import urgent_draft
from tests.support.source import ROOT

CAMPAIGN = load_campaign(ROOT / "content" / "examples" / "white-balloons")
LATE = datetime(2027, 2, 10, 23, 30, tzinfo=UTC)


def test_it_is_of_the_date_in_the_zone_of_the_campaign_and_serves_everybody() -> None:
    draft = urgent_draft(CAMPAIGN, "the-bot", "en", "It opens.", "a1", LATE)
    prompt = prompt_of(draft.body)
    assert prompt is not None
    assert (prompt.on, prompt.serves, prompt.urgent) == (date(2027, 2, 11), LEVELS, True)
    assert draft.occurrence.slot_id == f"{URGENT_SLOT}a1:en"
    assert draft.occurrence.due_at == LATE


def test_two_of_one_text_are_two_posts() -> None:
    keys = {
        urgent_draft(CAMPAIGN, "the-bot", "en", "It opens.", name, LATE).occurrence.key for name in "ab"
    }
    assert len(keys) == 2


@pytest.mark.parametrize("text", ["{{ nothing.here }}", "{% for x in y %}", "x" * 5_000])
def test_what_cannot_be_sent_is_refused(text: str) -> None:
    with pytest.raises(CampaignInvalid):
        urgent_draft(CAMPAIGN, "the-bot", "en", text, "a1", LATE)
