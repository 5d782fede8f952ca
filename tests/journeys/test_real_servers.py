"""Published to real servers by workers that die twenty times, counted on the servers' side."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from channels.secret import pack
from content.richtext import Paragraph, RichText, Span, to_json
from schedules.clock import SystemClock
from schedules.store.engine import Store
from schedules.store.tables import delivery, post, recipient
from tests.support.deliveries import BODY, NOON, add_accounts, add_deliveries, states
from tests.support.kill_worker import OPEN
from tests.support.pds import running_pds
from tests.support.processes import PATIENT, WorkerProcess, run_to_the_end
from tests.support.smtp_server import MailServer, mail_server

KILLS = 20
POSTS = 160
PER_SECOND = 4.0
"""Slow enough that twenty lives are needed."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_200)]


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    store = Store(sqlite_url)
    yield store
    await store.close()


def _wanted(store: Store, name: str, settings: dict[str, str], secret: str) -> dict[str, Any]:
    return {
        "database": store.url.render_as_string(hide_password=False),
        "channel": {"name": name, "settings": settings, "secret": secret},
        "in_flight": 10,
        "deadline": 4,
        "lease": 5,
    }


async def _distinct_texts(store: Store) -> None:
    """Each post says its own number, so that two of one text are two of one post."""
    async with store.write() as connection:
        for number in (await connection.execute(select(post.c.id))).scalars().all():
            text = to_json(RichText((Paragraph((Span(f"Balloon {number}"),)),)))
            await connection.execute(
                post.update().where(post.c.id == number).values(body={**BODY, "text": text})
            )


def _work_and_die(wanted: dict[str, Any], works_for: float) -> bool:
    """Whether a worker was still at work when it was killed, so many seconds after its first delivery."""
    with WorkerProcess(wanted) as process:
        process.until_at_work()
        return not process.ends_within(works_for)


async def _die_often(store: Store, wanted: dict[str, Any]) -> int:
    draw = random.Random(20270320)
    kills = 0
    while kills < KILLS and set(await states(store)) & set(OPEN):
        kills += await asyncio.to_thread(_work_and_die, wanted, draw.uniform(0.05, 1.2))
    assert await asyncio.to_thread(run_to_the_end, wanted | PATIENT) == 0
    return kills


async def test_bluesky_has_every_post_once_after_twenty_kills(store: Store) -> None:
    with running_pds() as pds:
        await add_accounts(store, "a", channel="bluesky", rate=PER_SECOND, burst=2)
        await add_deliveries(store, ["a"], POSTS, due_at=SystemClock().now())
        await _distinct_texts(store)
        session = pds.log_in()
        secret = pack(
            {"app_password": pds.password, "access": session["accessJwt"], "refresh": session["refreshJwt"]}
        )
        settings = {"handle": pds.handle, "base_url": pds.base_url}
        kills = await _die_often(store, _wanted(store, "bluesky", settings, secret.reveal()))
        texts = Counter(record["value"]["text"] for record in pds.records())
    assert kills == KILLS
    assert await states(store) == {"sent": POSTS}
    assert len(texts) == POSTS
    assert set(texts.values()) == {1}


async def test_no_recipient_gets_a_letter_twice_after_twenty_kills(store: Store) -> None:
    await add_accounts(store, "a", channel="mail", rate=PER_SECOND, burst=2)
    people = [f"reader-{number}" for number in range(POSTS)]
    async with store.write() as connection:
        for name in people:
            await connection.execute(
                recipient.insert().values(
                    id=name, account="a", address=b"-", fingerprint=name, added_at=NOON
                )
            )
    await add_deliveries(store, ["a"], 1, due_at=SystemClock().now())
    server = MailServer(password="made-up")
    async with mail_server(server):
        settings = {
            "host": "127.0.0.1",
            "port": str(server.port),
            "tls": "none",
            "username": server.username,
            "sender": "news@example.org",
        }
        kills = await _die_often(store, _wanted(store, "mail", settings, "made-up"))
        reached = Counter(person for letter in server.taken for person in letter.recipients)
    assert kills == KILLS
    async with store.read() as connection:
        rows = (await connection.execute(select(delivery.c.kind, delivery.c.state))).all()
    ended = {row.kind.removeprefix("letter-"): row.state for row in rows if row.kind != "publish"}
    assert set(ended) == set(people)
    assert set(ended.values()) <= {"sent", "unknown"}
    assert set(reached.values()) == {1}
    assert {name for name, state in ended.items() if state == "sent"} <= {
        who.partition("@")[0] for who in reached
    }
    assert sum(state == "unknown" for state in ended.values()) <= KILLS * 10
