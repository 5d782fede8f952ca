from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from channels.base import Connection, Feature, HandedOff, OutgoingPost, Ports, Receipt, Urging
from channels.errors import ChannelError, FeatureMissing, NotAuthorised, Refused
from channels.handoff import LINKS, HandoffChannel
from channels.secret import Secret
from content.limits import LIMITS
from content.richtext import Paragraph, RichText, Span
from tests.channels import golden_pairs
from tests.channels.conformance import CANARY, ChannelConformance
from tests.channels.posts import PLANNED_AT, picture, post, text
from tests.support.people import People, PublishedAtOnce


def connection(people: People | None, **settings: str) -> Connection:
    given = {"platform": "whatsapp", "to": "mina", "then": "noor", **settings}
    return Connection("by-hand", given, Secret(CANARY), Ports(hand_over=people))


def handoff(people: People | None, **settings: str) -> HandoffChannel:
    return HandoffChannel(connection(people, **settings))


@pytest.fixture
def people() -> People:
    return People()


class OfAPlatform(ChannelConformance):
    channel = PublishedAtOnce
    without_http = "a bot brings it to a person, through a port of the floor above"
    platform_name = ""

    @asynccontextmanager
    async def open_platform(self, folder: Path) -> AsyncIterator[People]:
        self.people = People()
        yield self.people

    def connection(self, base_url: str, folder: Path) -> Connection:
        return connection(getattr(self, "people", None), platform=self.platform_name)


class TestHandoff(OfAPlatform):
    platform_name = "whatsapp"


class TestHandoffOfTikTok(OfAPlatform):
    platform_name = "tiktok"


class TestHandoffOfSnapchat(OfAPlatform):
    platform_name = "snapchat"


class TestHandoffOfYouTube(OfAPlatform):
    platform_name = "youtube"


class TestHandoffOfAnyPlace(OfAPlatform):
    platform_name = "handoff"


@pytest.mark.parametrize("name", golden_pairs.names("handoff"))
async def test_a_golden_post_becomes_exactly_its_packet_on_each_platform(name: str) -> None:
    pair = golden_pairs.read("handoff", name)
    thread = golden_pairs.NO_THREAD if pair.after else ()
    for platform, expected in pair.outcome.items():
        assert await _packet(platform, replace(pair.post, thread=thread)) == expected, platform


async def _packet(platform: str, wanted: OutgoingPost) -> dict[str, Any]:
    people = People()
    try:
        await handoff(people, platform=platform).publish(wanted, {})
    except ChannelError as error:
        return {"error": type(error).__name__, "detail": error.detail}
    ((_, packet),) = people.brought
    assert (packet.platform, packet.planned_at) == (platform, PLANNED_AT)
    media = [media.alt for media in packet.media]
    return {"text": packet.text, "link": packet.link, "language": packet.language, "media": media}


async def test_the_person_gets_it_and_nobody_says_that_it_is_public(people: People) -> None:
    assert await handoff(people).publish(post(), {}) == HandedOff("mina")
    ((person, packet),) = people.brought
    assert (person, packet.account, packet.key, packet.urging) == (
        "mina",
        "by-hand",
        post().key,
        Urging.NOTHING,
    )


async def test_a_reminder_goes_to_her_and_an_escalation_to_the_next_person(people: People) -> None:
    channel = handoff(people)
    await channel.publish(post(), {})
    receipts = [await channel.remind(post(), urging) for urging in (Urging.REMINDER, Urging.ESCALATION)]
    assert [(person, packet.urging) for person, packet in people.brought] == [
        ("mina", Urging.NOTHING),
        ("mina", Urging.REMINDER),
        ("noor", Urging.ESCALATION),
    ]
    assert receipts == [Receipt("1", None, PLANNED_AT)] * 2


async def test_where_nobody_comes_next_an_escalation_says_so(people: People) -> None:
    with pytest.raises(FeatureMissing, match="nobody is named"):
        await handoff(people, then="").remind(post(), Urging.ESCALATION)
    assert people.brought == []


async def test_a_next_person_whom_nobody_knows_does_not_hold_the_account(people: People) -> None:
    with pytest.raises(Refused, match="does not know"):
        await handoff(people, then="stranger").remind(post(), Urging.ESCALATION)


async def test_where_the_first_cannot_be_reached_the_next_person_gets_it_at_once(people: People) -> None:
    assert await handoff(people, to="stranger").publish(post(), {}) == HandedOff("noor")
    assert [(person, packet.urging) for person, packet in people.brought] == [("noor", Urging.ESCALATION)]


async def test_a_reminder_that_reaches_nobody_does_not_stop_the_escalation(people: People) -> None:
    with pytest.raises(Refused, match="does not know"):
        await handoff(people, to="stranger").remind(post(), Urging.REMINDER)


@pytest.mark.parametrize("then", ["", "nobody"])
async def test_where_nobody_can_be_reached_the_account_is_held(people: People, then: str) -> None:
    with pytest.raises(NotAuthorised, match="does not know"):
        await handoff(people, to="stranger", then=then).publish(post(), {})


@pytest.mark.parametrize("urging", Urging)
async def test_without_a_bot_nothing_is_handed_over_and_the_remedy_says_what_to_do(urging: Urging) -> None:
    channel = handoff(None)
    with pytest.raises(NotAuthorised) as caught:
        await (channel.publish(post(), {}) if urging is Urging.NOTHING else channel.remind(post(), urging))
    assert "munasara accounts add telegram-bot" in caught.value.remedy
    check = await channel.verify()
    assert not check.ready
    assert "munasara accounts add telegram-bot" in check.detail


async def test_verify_says_who_gets_it_and_who_next(people: People) -> None:
    check = await handoff(people).verify()
    assert (check.ready, check.identity) == (True, "mina")
    assert check.detail == "mina gets each post to publish it on whatsapp by hand, then noor."
    assert "nobody else" in (await handoff(people, then="").verify()).detail


@pytest.mark.parametrize("platform", sorted(set(LIMITS) - {"rehearsal"}))
def test_the_limits_are_those_of_the_platform(people: People, platform: str) -> None:
    channel = handoff(people, platform=platform)
    assert channel.limits == LIMITS[platform]
    assert (Feature.THREADS in channel.features) == LIMITS[platform].threads


def test_a_platform_that_nobody_knows_is_answered_with_the_known_ones(people: People) -> None:
    with pytest.raises(NotAuthorised, match="'myspace'") as caught:
        handoff(people, platform="myspace")
    assert "snapchat" in caught.value.remedy


@pytest.mark.parametrize("link", ["snapchat://add", "www.tiktok.com", "https://", "javascript:alert(1)"])
def test_a_link_that_is_no_web_address_is_named(people: People, link: str) -> None:
    with pytest.raises(NotAuthorised, match="link is no web address"):
        handoff(people, link=link)


async def test_the_link_of_the_account_comes_before_that_of_the_app(people: People) -> None:
    await handoff(people, platform="tiktok", link="https://www.tiktok.com/@balloons").publish(
        post(media=(picture(),)), {}
    )
    assert people.brought[0][1].link == "https://www.tiktok.com/@balloons"
    assert set(LINKS) <= set(LIMITS)


async def test_the_next_part_of_a_thread_opens_what_it_answers(people: People) -> None:
    first = Receipt("1", "https://x.com/balloons/status/1", PLANNED_AT)
    await handoff(people, platform="x").publish(post(thread=(first,)), {})
    assert people.brought[0][1].link == "https://x.com/balloons/status/1"


async def test_a_link_behind_a_label_is_written_out_as_nothing_can_be_clicked_in_a_copy(
    people: People,
) -> None:
    labelled = RichText((Paragraph((Span("sign", href="https://example.org/sign"),)),))
    await handoff(people, platform="telegram").publish(post(labelled), {})
    assert people.brought[0][1].text == "sign https://example.org/sign"


async def test_a_warning_stands_in_the_text_also_where_the_platform_has_a_place_for_it(
    people: People,
) -> None:
    await handoff(people, platform="mastodon").publish(
        post(text("What happened"), content_warning="Violence"), {}
    )
    assert people.brought[0][1].text == "⚠️ Violence\n\nWhat happened"


async def test_a_repeated_hand_over_keeps_the_number_of_the_post(people: People) -> None:
    channel = handoff(people)
    for _ in range(3):
        await channel.publish(post(), {})
    assert len(people.brought) == 3
    assert len(people.packets) == 1


async def test_no_text_is_shown_in_the_repr_of_a_packet(people: People) -> None:
    await handoff(people).publish(post(text("We gather at the old mill")), {})
    assert "mill" not in repr(people.brought)
