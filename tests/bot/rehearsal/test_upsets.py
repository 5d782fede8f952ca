import pytest

from bot.rehearsal.cast import BOT
from bot.rehearsal.crowd import Manner, crowd, says
from bot.rehearsal.upsets import upsets
from content.loader import load_campaign
from content.models import Campaign
from schedules.ledger.answers import Answer
from tests.bot.rehearsal.conftest import EXAMPLE


@pytest.fixture(scope="module")
def campaign(pytestconfig: pytest.Config) -> Campaign:
    return load_campaign(pytestconfig.rootpath / EXAMPLE)


@pytest.mark.parametrize("seed", range(5))
def test_one_of_each_kind_on_dates_of_their_own(campaign: Campaign, seed: int) -> None:
    found = upsets(campaign, crowd(campaign), seed)
    assert sorted(each.name for each in found) == [
        "letter-settled",
        "letter-uncertain",
        "letters-down",
        "letters-wait",
    ]
    assert found == upsets(campaign, crowd(campaign), seed)
    assert [each.begins_at for each in found] == sorted(each.begins_at for each in found)


def test_what_hits_one_volunteer_hits_whoever_does_what_it_shows(campaign: Campaign) -> None:
    people = {str(who.chat): who for who in crowd(campaign)}
    hit = {each.name: each for each in upsets(campaign, tuple(people.values()), 0)}
    settled, uncertain = people[hit["letter-settled"].scope], people[hit["letter-uncertain"].scope]
    assert says(0, settled, hit["letter-settled"].begins_at.date()) is Answer.DONE
    assert says(0, uncertain, hit["letter-uncertain"].begins_at.date()) is None
    assert {settled.manner, uncertain.manner} == {Manner.STAYS}
    assert hit["letters-down"].scope == hit["letters-wait"].scope == BOT


def test_nobody_to_disturb_is_disturbed(campaign: Campaign) -> None:
    assert upsets(campaign, (), 0) == ()
