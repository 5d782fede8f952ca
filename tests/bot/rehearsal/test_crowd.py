from datetime import timedelta
from pathlib import Path

import pytest

from bot.rehearsal.crowd import LEAVES_AFTER, Manner, crowd, leaves, owed, says
from content.loader import load_campaign
from content.models import LEVELS, Campaign, Level
from schedules.ledger.answers import Answer
from tests.bot.rehearsal.conftest import EXAMPLE
from tests.support.folders import write_campaign


@pytest.fixture(scope="module")
def campaign(pytestconfig: pytest.Config) -> Campaign:
    return load_campaign(pytestconfig.rootpath / EXAMPLE)


def test_every_language_and_city_has_somebody_and_guarded_ones_too(campaign: Campaign) -> None:
    people = crowd(campaign)
    assert {who.language for who in people} == set(campaign.languages)
    assert {who.city for who in people} == {None, *(city.id for city in campaign.cities)}
    assert {who.level for who in people} == set(LEVELS)
    assert {who.city for who in people if who.is_guarded} == {None, "aleppo", "cairo"}
    assert len({who.chat for who in people}) == len(people)


def test_one_pauses_and_one_wants_to_be_forgotten(campaign: Campaign) -> None:
    manners = [who.manner for who in crowd(campaign)]
    assert manners.count(Manner.PAUSES) == manners.count(Manner.FORGETS) == 1


def test_a_campaign_that_writes_to_nobody_needs_nobody(tmp_path: Path) -> None:
    assert crowd(load_campaign(write_campaign(tmp_path))) == ()


def test_nobody_wants_peace_where_an_action_day_alone_writes_to_people(campaign: Campaign) -> None:
    people = crowd(campaign.model_copy(update={"prompts": ()}))
    assert {who.city for who in people} == {None, *(city.id for city in campaign.cities)}
    assert {who.manner for who in people} == {Manner.STAYS}


def test_nobody_is_owed_a_prompt_above_their_level_or_after_they_left(campaign: Campaign) -> None:
    for who in crowd(campaign):
        prompts = list(owed(campaign, who))
        assert prompts
        assert all(LEVELS.index(each.level) <= LEVELS.index(who.level) for each in prompts)
        dates = [each.on for each in prompts]
        assert len(set(dates)) == len(dates)
        left = [on for on in dates if leaves(campaign, who, on)]
        assert left == ([] if who.manner is Manner.STAYS else dates[-1:])
        if left:
            assert left[0] <= campaign.starts_on + LEAVES_AFTER


def test_who_shows_nothing_to_anybody_gets_the_quiet_prompts_alone(campaign: Campaign) -> None:
    quiet = next(who for who in crowd(campaign) if who.level is Level.NOBODY)
    assert {each.level for each in owed(campaign, quiet)} == {Level.NOBODY}


def test_the_seed_decides_who_answers_what(campaign: Campaign) -> None:
    people, on = crowd(campaign), campaign.starts_on + timedelta(days=1)
    drawn = [says(0, who, on) for who in people]
    assert drawn == [says(0, who, on) for who in people]
    assert drawn != [says(1, who, on) for who in people]
    assert set(drawn) == {Answer.DONE, Answer.NOT_TODAY, None}
