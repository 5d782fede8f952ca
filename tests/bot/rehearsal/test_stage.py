import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from bot.rehearsal.judge import acceptances
from bot.rehearsal.stage import JITTER, EvenJitter, open_stage
from channels.base import Feature, Ports
from schedules.commands.accounts import views
from schedules.planning.destinations import AccountView
from schedules.store.engine import Store
from schedules.store.tables import account, lane
from tests.bot.rehearsal.factories import NOON
from tests.channels.posts import picture
from tests.channels.posts import post as outgoing
from tests.support.deliveries import add_accounts, add_deliveries, row, states
from tests.support.people import People

CAST = (
    AccountView("bluesky-en", "bluesky", "en"),
    AccountView("mastodon-en", "mastodon", "en"),
    AccountView("telegram-berlin", "telegram", "de", "berlin"),
    AccountView("telegram-en", "telegram", "en"),
)


async def test_accounts_look_to_planning_like_those_of_the_platforms(tmp_path: Path) -> None:
    async with open_stage(CAST, tmp_path, NOON) as stage:
        assert await views(stage.app.store) == tuple(replace(view, adapter="rehearsal") for view in CAST)
        assert set(stage.standins) == {"bluesky", "mastodon", "telegram"}


async def test_where_people_publish_by_hand_the_real_adapter_reaches_those_who_play_here(
    tmp_path: Path,
) -> None:
    by_hand = AccountView("tiktok-en", "tiktok", "en", adapter="handoff")
    people = People()
    async with open_stage([by_hand], tmp_path, NOON) as stage:
        assert await views(stage.app.store) == (by_hand,)
        assert stage.standins == {}
        async with await stage.connect(Ports(hand_over=people), "tiktok-en") as channel:
            await channel.publish(outgoing(media=(picture(),)), {})
    assert [(person, packet.platform) for person, packet in people.brought] == [("mina", "tiktok")]


async def test_each_account_has_the_features_of_its_platform(tmp_path: Path) -> None:
    async with open_stage(CAST, tmp_path, NOON) as stage:
        found = {}
        for view in CAST[:3]:
            async with await stage.app.connect(view.name) as channel:
                found[view.channel] = channel.features & {Feature.FIND, Feature.IDEMPOTENT}
    assert found == {
        "bluesky": {Feature.FIND, Feature.IDEMPOTENT},
        "mastodon": {Feature.FIND},
        "telegram": set(),
    }


async def test_accounts_obey_the_rates_of_their_platform_and_share_the_token_of_a_bot(
    tmp_path: Path,
) -> None:
    columns = account.c
    async with open_stage(CAST, tmp_path, NOON) as stage, stage.app.store.read() as reading:
        rows = (
            await reading.execute(
                select(columns.id, columns.credential_lane, lane.c.rate)
                .join(lane, lane.c.id == columns.destination_lane)
                .order_by(columns.id)
            )
        ).all()
    rates, lanes = {row.id: row.rate for row in rows}, {row.id: row.credential_lane for row in rows}
    assert rates["telegram-en"] == 0.28
    assert lanes["telegram-en"] == lanes["telegram-berlin"]
    assert len(set(lanes.values())) == 3


async def test_platforms_live_in_campaign_time(tmp_path: Path) -> None:
    async with open_stage(CAST[1:2], tmp_path, NOON) as stage:
        standin = stage.standins["mastodon"]
        assert standin.journal.write("begun")["at"] == NOON.isoformat()
        assert (await stage.verify("mastodon-en")).ready


async def test_nothing_is_left_but_the_journals(tmp_path: Path) -> None:
    (tmp_path / "mastodon.jsonl").write_text('{"n": 1, "event": "accepted"}\n', encoding="utf-8")
    async with open_stage(CAST[1:2], tmp_path, NOON) as stage:
        home, address = stage.app.settings.home, await address_in(stage.app.store)
        assert home.exists()
        assert stage.standins["mastodon"].journal.entries == []
    assert not home.exists()
    assert names(tmp_path) == ["mastodon.jsonl"]
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(address)


async def test_what_a_dying_worker_had_sent_is_found_or_asked_about_and_never_sent_again(
    tmp_path: Path,
) -> None:
    async with open_stage(CAST, tmp_path, NOON) as stage:
        await add_accounts(stage.app.store, "spare")
        ids = await add_deliveries(stage.app.store, ["bluesky-en", "mastodon-en", "telegram-en"], 1)
        await stage.crash(Ports())
        assert await states(stage.app.store) == {"sending": 3}
        stage.clock.set(NOON + timedelta(minutes=2))
        async with stage.works(Ports()) as works:
            await works.run_dry()
        found = [(await row(stage.app.store, number)).state for number in ids]
    assert found == ["sent", "sent", "unknown"]
    assert sorted(entry["account"] for entry in acceptances(tmp_path)) == [
        "bluesky-en",
        "mastodon-en",
        "telegram-en",
    ]


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def address_in(store: Store) -> str:
    async with store.read() as reading:
        found = (await reading.execute(select(account.c.settings))).scalars().one()
    return str(found["base_url"])


def test_jitter_is_even() -> None:
    draw: random.Random = EvenJitter(7)
    assert {draw.random() for _ in range(5)} == {JITTER}
