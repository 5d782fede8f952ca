from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.rehearsal.cast import BOT
from bot.rehearsal.phones import PhoneChannel
from bot.rehearsal.stage import PHONES, Stage, open_stage
from channels.base import Button, Card, OutgoingPost, Ports
from channels.errors import OutcomeUnknown, Refused
from channels.rehearsal.faults import Fault, FaultKind
from channels.rehearsal.journal import accepted, read_journal
from channels.telegram.direct import DirectChannel
from schedules.planning.destinations import AccountView
from tests.bot.rehearsal.factories import NOON
from tests.channels.posts import post

LETTER = replace(post(), key="a-prompt#amal", recipient="amal")


@dataclass
class OneCard:
    """Everybody gets the same card, if any."""

    card_of_the_day: Card | None
    on_phone: list[tuple[str, int]] = field(default_factory=list)

    async def card(self, post: OutgoingPost) -> Card | None:
        del post
        return self.card_of_the_day

    async def arrived(self, post: OutgoingPost, message: int) -> bool:
        self.on_phone.append((post.recipient or "", message))
        return True

    async def lost(self, recipient: str) -> None:
        raise AssertionError(recipient)


CARD = Card(
    1_007, "<b>Sign</b>\n\nTea &amp; bread", ((Button("Done", data="x"), Button("Not today", data="y")),)
)


@asynccontextmanager
async def a_stage(journals: Path) -> AsyncIterator[Stage]:
    async with open_stage([AccountView(BOT, BOT, "en")], journals, NOON) as stage:
        yield stage


async def test_the_card_reaches_one_phone_as_it_appears_there(tmp_path: Path) -> None:
    cards = OneCard(CARD)
    async with a_stage(tmp_path) as stage, await stage.connect(Ports(cards=cards), BOT) as channel:
        assert isinstance(channel, PhoneChannel)
        assert channel.features == DirectChannel.features
        receipt = await channel.publish(LETTER, {})
    (entry,) = accepted(read_journal(tmp_path / PHONES / f"{BOT}.jsonl"))
    assert (entry["account"], entry["key"], entry["text"]) == ("1007", LETTER.key, "Sign\n\nTea & bread")
    assert entry["options"]["buttons"] == [["Done", "Not today"]]
    assert cards.on_phone == [("amal", int(receipt.remote_id.removeprefix("1007-")))]


async def test_who_wants_none_gets_none(tmp_path: Path) -> None:
    async with a_stage(tmp_path) as stage:
        async with await stage.connect(Ports(cards=OneCard(None)), BOT) as channel:
            with pytest.raises(Refused):
                await channel.publish(LETTER, {})
        assert read_journal(tmp_path / PHONES / f"{BOT}.jsonl") == []


async def test_a_connection_that_dies_leaves_it_open_whether_the_phone_rang(tmp_path: Path) -> None:
    cards = OneCard(CARD)
    async with a_stage(tmp_path) as stage, await stage.connect(Ports(cards=cards), BOT) as channel:
        stage.standins[BOT].faults.add(Fault(FaultKind.DROP_AFTER, account="1007", count=1))
        with pytest.raises(OutcomeUnknown):
            await channel.publish(LETTER, {})
    assert cards.on_phone == []
