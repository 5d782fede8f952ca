from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.rehearsal.drive import drive
from bot.rehearsal.hands import TAKES, Hands
from bot.rehearsal.mishaps import CANNOT, PASSED_ON, REMINDED, SILENT
from bot.rehearsal.stage import Stage, open_stage
from channels.base import Ports
from channels.rehearsal.journal import read_journal
from schedules.planning.destinations import AccountView
from schedules.store.tables import post
from tests.bot.rehearsal.factories import HOUR, NOON
from tests.support.deliveries import add_accounts, add_deliveries, row

GROUP = "whatsapp-en"
MINUTE = timedelta(minutes=1)


@asynccontextmanager
async def a_stage(journals: Path) -> AsyncIterator[Stage]:
    async with open_stage([AccountView(GROUP, "whatsapp", "en")], journals, NOON - HOUR) as stage:
        await add_accounts(stage.app.store, "spare")
        yield stage


async def play(stage: Stage, journals: Path, behaviour: str) -> None:
    async with stage.app.store.read() as connection:
        keys = (await connection.execute(select(post.c.key))).scalars().all()
    with closing(Hands(stage, journals / "by-hand.jsonl", dict.fromkeys(keys, behaviour))) as hands:
        await drive(stage, [], ports=Ports(hand_over=hands), people=[hands], posts=1, tell=silence)


async def silence() -> None:
    """Tell nobody."""


def entries(journals: Path) -> list[dict[str, Any]]:
    return read_journal(journals / "by-hand.jsonl")


def accepted_after(journals: Path) -> list[timedelta]:
    return [
        datetime.fromisoformat(entry["at"]) - NOON
        for entry in entries(journals)
        if entry["event"] == "accepted"
    ]


@pytest.mark.parametrize(
    ("behaviour", "after", "who"),
    [
        ("", TAKES, "mina"),
        (REMINDED, 15 * MINUTE + TAKES, "mina"),
        (PASSED_ON, 30 * MINUTE + TAKES, "noor"),
    ],
)
async def test_each_answers_after_the_packet_that_moves_her(
    tmp_path: Path, behaviour: str, after: timedelta, who: str
) -> None:
    async with a_stage(tmp_path) as stage:
        (one,) = await add_deliveries(stage.app.store, [GROUP], 1)
        await play(stage, tmp_path, behaviour)
        sent = await row(stage.app.store, one)
    assert (sent.state, sent.reason) == ("sent", f"{who} says that it is published.")
    assert sent.url == f"https://rehearsal.invalid/whatsapp/{GROUP}/{GROUP}-{sent.post}"
    assert accepted_after(tmp_path) == [after]


async def test_who_cannot_says_so_and_publishes_nothing(tmp_path: Path) -> None:
    async with a_stage(tmp_path) as stage:
        (one,) = await add_deliveries(stage.app.store, [GROUP], 1)
        await play(stage, tmp_path, CANNOT)
        dropped = await row(stage.app.store, one)
    assert (dropped.state, dropped.reason) == (
        "cancelled",
        "mina cannot publish it: Her phone is broken.",
    )
    assert [entry["event"] for entry in entries(tmp_path)] == ["handed"]


async def test_where_nobody_answers_it_expires(tmp_path: Path) -> None:
    async with a_stage(tmp_path) as stage:
        (one,) = await add_deliveries(stage.app.store, [GROUP], 1)
        await play(stage, tmp_path, SILENT)
        assert (await row(stage.app.store, one)).state == "expired"
    assert [entry["urging"] for entry in entries(tmp_path)] == ["nothing", "reminder", "escalation"]
    assert {entry["text"] for entry in entries(tmp_path)} == {"Hello"}


async def test_who_comes_too_late_publishes_nothing(tmp_path: Path) -> None:
    async with a_stage(tmp_path) as stage:
        (one,) = await add_deliveries(stage.app.store, [GROUP], 1, late_by=TAKES - MINUTE)
        await play(stage, tmp_path, "")
        assert (await row(stage.app.store, one)).state == "expired"
    assert accepted_after(tmp_path) == []
