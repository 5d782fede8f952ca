import subprocess
import sys

import pytest

from channels.base import Channel, Feature
from channels.registry import CHANNELS, README, UnknownChannel, channel_class, feature_matrix, with_matrix
from content.limits import LIMITS
from tests.channels import golden_pairs
from tests.channels import test_facebook as facebook
from tests.channels import test_handoff as handoff
from tests.channels import test_instagram as instagram
from tests.channels import test_threads as threads
from tests.channels.bluesky import test_channel as bluesky
from tests.channels.conformance import ChannelConformance
from tests.channels.feed import test_channel as feed
from tests.channels.http_conformance import HttpConformance
from tests.channels.mail import test_channel as mail
from tests.channels.mastodon import test_channel as mastodon
from tests.channels.rehearsal import test_channel as rehearsal
from tests.channels.telegram import test_channel as telegram
from tests.channels.telegram import test_direct as telegram_bot
from tests.channels.x import test_channel as x

CONFORMANCE: tuple[type[ChannelConformance], ...] = (
    telegram.TestTelegram,
    telegram_bot.TestDirect,
    bluesky.TestBluesky,
    facebook.TestFacebook,
    instagram.TestInstagram,
    threads.TestThreads,
    mail.TestMail,
    feed.TestFeed,
    handoff.TestHandoff,
    x.TestX,
    mastodon.TestMastodon,
    rehearsal.TestRehearsalOfX,
)


@pytest.mark.parametrize("name", CHANNELS)
def test_each_name_leads_to_an_adapter_of_that_name(name: str) -> None:
    found = channel_class(name)
    assert issubclass(found, Channel)
    assert found.name == name


@pytest.mark.parametrize("name", CHANNELS)
def test_each_adapter_explains_its_settings_and_has_limits(name: str) -> None:
    found = channel_class(name)
    assert all(setting.help.endswith(".") for setting in found.settings)
    platform = {"telegram-bot": "telegram"}.get(name, name)
    assert name == "rehearsal" or found.limits == LIMITS[platform]


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownChannel, match=f"Choose one of {', '.join(CHANNELS)}"):
        channel_class("myspace")


def test_every_adapter_is_held_to_the_contract() -> None:
    assert {each.channel.name for each in CONFORMANCE} == set(CHANNELS)
    for each in CONFORMANCE:
        assert issubclass(each, HttpConformance) != bool(each.without_http), each


def test_every_adapter_that_publishes_has_golden_pairs() -> None:
    plays_another, writes_to_one_person = "rehearsal", "telegram-bot"
    assert golden_pairs.channels() == set(CHANNELS) - {plays_another, writes_to_one_person}


def test_the_matrix_in_the_readme_is_up_to_date() -> None:
    document = README.read_text(encoding="utf-8")
    assert with_matrix(document) == document, "run: python -m channels.registry"


def test_the_matrix_names_every_feature_and_channel() -> None:
    rows = feature_matrix().splitlines()
    assert rows[0] == f"|  | {' | '.join(CHANNELS)} |"
    assert {row.split("|")[1].strip() for row in rows} >= {feature.value for feature in Feature}


def test_importing_the_registry_imports_no_platform() -> None:
    code = (
        "import sys, channels.registry; sys.exit('telegram' in sys.modules or 'starlette' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
