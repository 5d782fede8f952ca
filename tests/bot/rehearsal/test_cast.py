from pathlib import Path

import pytest

from bot.rehearsal.cast import BLIND, BOT, BY_HAND, KEYED, READS_BACK, cast, guarded_cities, nature
from channels.registry import CHANNELS
from content.limits import LIMITS
from content.loader import load_campaign
from content.models import Risk, Slot
from tests.bot.rehearsal.conftest import EXAMPLE
from tests.support.folders import COMPLETE, MINIMAL, write_campaign


def test_each_platform_keeps_its_real_nature() -> None:
    assert nature("bluesky") == nature("feed") == KEYED
    assert nature("mastodon") == nature("x") == nature("facebook") == nature("threads") == READS_BACK
    assert nature("telegram") == nature("whatsapp") == nature("handoff") == BLIND


def test_platforms_without_an_adapter_are_published_on_by_hand() -> None:
    assert set(LIMITS) - set(CHANNELS) | {"handoff"} == BY_HAND


def test_minimal_campaign_is_played_by_one_account(tmp_path: Path) -> None:
    found = cast(load_campaign(write_campaign(tmp_path)))
    assert [(view.name, view.channel, view.language, view.city) for view in found] == [
        ("telegram-en", "telegram", "en", None)
    ]


def test_cities_have_one_group_each_and_guarded_ones_none(tmp_path: Path) -> None:
    campaign = load_campaign(write_campaign(tmp_path, base=COMPLETE))
    found = {view.name: (view.language, view.city) for view in cast(campaign)}
    assert found["telegram-berlin"] == ("de", "berlin")
    assert not any("london" in name for name in found)
    assert guarded_cities(campaign) == 1


def test_group_speaks_the_first_of_its_citys_languages_that_the_campaign_has(tmp_path: Path) -> None:
    campaign = load_campaign(write_campaign(tmp_path, base=COMPLETE))
    berlin = campaign.cities[0].model_copy(update={"languages": ("tr", "en", "de")})
    changed = campaign.model_copy(update={"cities": (berlin, *campaign.cities[1:])})
    assert {view.name: view.language for view in cast(changed)}["telegram-berlin"] == "en"


def test_where_there_are_prompts_the_bot_plays_and_every_open_city_has_a_group(
    pytestconfig: pytest.Config,
) -> None:
    campaign = load_campaign(pytestconfig.rootpath / EXAMPLE)
    found = {view.name: view for view in cast(campaign)}
    assert found[BOT].channel == "telegram-bot"
    groups = {view.city for view in found.values() if view.prompt_hour is not None}
    assert groups == {city.id for city in campaign.cities if city.risk is Risk.OPEN}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("telegram-en", ("telegram", "en")),
        ("press", ("handoff", "en")),
        ("en-mastodon", ("mastodon", "en")),
    ],
)
def test_account_that_a_slot_names_is_guessed_from_its_name(
    tmp_path: Path, name: str, expected: tuple[str, str]
) -> None:
    campaign = load_campaign(write_campaign(tmp_path, base=MINIMAL))
    slot: Slot = campaign.slots[0].model_copy(update={"accounts": (name,), "channels": ()})
    (view,) = cast(campaign.model_copy(update={"slots": (slot,)}))
    assert (view.name, view.channel, view.language) == (name, *expected)
