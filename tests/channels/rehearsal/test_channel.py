from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from channels.base import CannotTell, Connection, Feature
from channels.errors import (
    ChannelError,
    FeatureMissing,
    NotAuthorised,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unreachable,
)
from channels.rehearsal.channel import RehearsalChannel
from channels.rehearsal.faults import Fault, FaultKind
from channels.rehearsal.journal import accepted, read_journal
from channels.rehearsal.server import serve
from channels.rehearsal.standin import StandIn
from channels.secret import Secret
from tests.channels.conformance import CANARY, ChannelConformance, Seen
from tests.channels.http_conformance import HttpConformance
from tests.channels.posts import picture, post, text


@dataclass
class Stage:
    base_url: str
    standin: StandIn

    def public(self) -> list[Seen]:
        entries = read_journal(self.standin.journal.path)
        gone = {entry["id"] for entry in entries if entry["event"] == "retracted"}
        return [
            Seen(entry["text"], tuple(each["alt"] for each in entry["media"]))
            for entry in accepted(entries)
            if entry["id"] not in gone
        ]


@asynccontextmanager
async def staged(
    folder: Path, *, can_look_back: bool = True, idempotent: bool = False
) -> AsyncIterator[Stage]:
    standin = StandIn(folder / "accepted.jsonl", can_look_back=can_look_back, idempotent=idempotent)
    async with serve(standin.app) as base_url:
        yield Stage(base_url, standin)
    standin.close()


def connection(base_url: str, platform: str = "x", **settings: str) -> Connection:
    return Connection("de-main", {"base_url": base_url, "platform": platform, **settings}, Secret(CANARY))


class Rehearsing(ChannelConformance):
    channel = RehearsalChannel
    plays: ClassVar[str]
    without_http = "TestRehearsalOfX goes through the failures of HTTP"

    @asynccontextmanager
    async def open_platform(self, folder: Path) -> AsyncIterator[Stage]:
        async with staged(folder) as stage:
            yield stage

    def connection(self, base_url: str, folder: Path) -> Connection:
        return connection(base_url, self.plays)


class TestRehearsalOfX(Rehearsing, HttpConformance):
    plays = "x"
    without_http = ""
    expected: ClassVar[Mapping[str, type[ChannelError]]] = {"503": Unreachable}


class TestRehearsalOfMastodon(Rehearsing):
    plays = "mastodon"


class TestRehearsalOfBluesky(Rehearsing):
    plays = "bluesky"


class TestRehearsalOfInstagram(Rehearsing):
    plays = "instagram"


class TestRehearsalOfTelegramWhichIsIdempotentForOnce(Rehearsing):
    plays = "telegram"

    @asynccontextmanager
    async def open_platform(self, folder: Path) -> AsyncIterator[Stage]:
        async with staged(folder, idempotent=True) as stage:
            yield stage

    def connection(self, base_url: str, folder: Path) -> Connection:
        return connection(base_url, self.plays, idempotent="yes")


@pytest.mark.parametrize(
    ("fault", "error", "acceptances"),
    [
        (Fault(FaultKind.REFUSE), Refused, 0),
        (Fault(FaultKind.RATE_LIMIT, seconds=3), RateLimited, 0),
        (Fault(FaultKind.UNAVAILABLE), Unreachable, 0),
        (Fault(FaultKind.DROP_BEFORE), OutcomeUnknown, 0),
        (Fault(FaultKind.DROP_AFTER), OutcomeUnknown, 1),
        (Fault(FaultKind.EXPIRE_TOKEN), NotAuthorised, 0),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Fault) else None,
)
async def test_each_fault_means_what_it_says(
    tmp_path: Path, fault: Fault, error: type[ChannelError], acceptances: int
) -> None:
    async with staged(tmp_path) as stage, RehearsalChannel(connection(stage.base_url)) as channel:
        stage.standin.faults.add(fault)
        with pytest.raises(error):
            await channel.publish(post(), {})
        assert len(stage.public()) == acceptances


async def test_after_a_drop_the_stand_in_tells_what_became_of_the_post(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, RehearsalChannel(connection(stage.base_url)) as channel:
        stage.standin.faults.add(Fault(FaultKind.DROP_AFTER, count=1))
        with pytest.raises(OutcomeUnknown):
            await channel.publish(post(), {})
        found = await channel.find(post(), {})
        assert found == await channel.find(post(), {})
        assert len(stage.public()) == 1


async def test_a_platform_that_shows_nothing_cannot_tell(tmp_path: Path) -> None:
    settings = connection("http://127.0.0.1:9", look_back="no")
    assert Feature.FIND not in RehearsalChannel(settings).features
    async with (
        staged(tmp_path, can_look_back=False) as stage,
        RehearsalChannel(connection(stage.base_url)) as channel,
    ):
        assert isinstance(await channel.find(post(), {}), CannotTell)


async def test_the_same_key_twice_is_two_acceptances_unless_told_otherwise(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, RehearsalChannel(connection(stage.base_url)) as channel:
        await channel.publish(post(), {})
        await channel.publish(post(), {})
        assert len(stage.public()) == 2


async def test_a_platform_without_alt_text_shows_the_description_in_the_text(tmp_path: Path) -> None:
    async with (
        staged(tmp_path) as stage,
        RehearsalChannel(connection(stage.base_url, "telegram")) as channel,
    ):
        described = post(text("Join us."), media=(picture("Balloons"),))
        await channel.publish(described, await channel.prepare(described))
        assert [each.text for each in stage.public()] == ["Join us.\n\n🖼️ Balloons"]


async def test_an_unknown_platform_is_named_with_those_that_exist() -> None:
    with pytest.raises(NotAuthorised, match="myspace") as raised:
        RehearsalChannel(connection("http://127.0.0.1:9", "myspace"))
    assert "telegram" in raised.value.remedy


async def test_an_expired_token_shows_in_the_check_of_the_account(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, RehearsalChannel(connection(stage.base_url)) as channel:
        stage.standin.faults.add(Fault(FaultKind.EXPIRE_TOKEN, account="de-main"))
        check = await channel.verify()
        assert not check.ready
        assert "Connect the account again" in check.detail


async def test_a_part_of_a_thread_replies_to_the_last_one_before(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, RehearsalChannel(connection(stage.base_url)) as channel:
        first = await channel.publish(post(key="k"), {})
        second = await channel.publish(post(key="k#2", thread=(first,)), {})
        await channel.publish(post(key="k#3", thread=(first, second)), {})
        taken = list(accepted(read_journal(stage.standin.journal.path)))
    assert [entry["reply_to"] for entry in taken] == [None, first.remote_id, second.remote_id]


async def test_a_reply_to_what_was_deleted_is_refused(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, RehearsalChannel(connection(stage.base_url)) as channel:
        first = await channel.publish(post(), {})
        await channel.retract(first)
        with pytest.raises(Refused, match="replies to is not there"):
            await channel.publish(post(key="k#2", thread=(first,)), {})


async def test_a_platform_without_threads_takes_none(tmp_path: Path) -> None:
    async with (
        staged(tmp_path) as stage,
        RehearsalChannel(connection(stage.base_url, "telegram")) as channel,
    ):
        first = await channel.publish(post(), {})
        with pytest.raises(FeatureMissing, match="threads"):
            await channel.publish(post(key="k#2", thread=(first,)), {})
        assert len(stage.public()) == 1
