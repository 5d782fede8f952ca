"""Rows for tests of the ledger, made without a campaign folder."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from content.richtext import Paragraph, RichText, Span, to_json
from schedules.store.engine import Store
from schedules.store.tables import account, attempt, campaign, delivery, lane, post

NOON = datetime(2027, 3, 6, 12, 0, tzinfo=UTC)
_NUMBERS = count()
TEXT = RichText((Paragraph((Span("Hello"),)),))
BODY: dict[str, Any] = {"text": to_json(TEXT), "warning": None, "media": [], "options": {}}


async def add_accounts(
    store: Store, *names: str, rate: float = 1000, burst: float = 1000, channel: str = "x", **values: Any
) -> None:
    """Accounts with a lane of their own; one campaign is made with the first."""
    async with store.write() as connection:
        if (await connection.execute(select(campaign.c.id))).first() is None:
            await connection.execute(campaign.insert().values(_campaign()))
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        for name in names:
            await connection.execute(
                lane.insert().values(
                    id=f"account:{name}", rate=rate, burst=burst, tat=epoch, blocked_until=epoch
                )
            )
            await connection.execute(account.insert().values({**_account(name, channel), **values}))


async def add_stale_campaign(store: Store) -> None:
    """A campaign that another version planned, so that nobody can read it; it comes before all others."""
    row = _campaign() | {
        "id": "stale",
        "folder": "/stale",
        "kit": "{}",
        "planned_at": NOON.replace(year=2099),
    }
    async with store.write() as connection:
        await connection.execute(campaign.insert().values(row))


def _campaign() -> dict[str, Any]:
    return {
        "id": "demo",
        "title": "Demo",
        "folder": "/demo",
        "approvals": 1,
        "author_may_approve": True,
        "planned_at": NOON,
        "planned_by": "ada",
        "tzdata": "2026f",
    }


def _account(name: str, channel: str) -> dict[str, Any]:
    return {
        "id": name,
        "channel": channel,
        "language": "en",
        "owner": "press",
        "disclosure": "Run by the demo campaign.",
        "settings": {},
        "destination_lane": f"account:{name}",
        "credential_lane": f"account:{name}",
        "added_at": NOON,
    }


async def add_deliveries(
    store: Store,
    names: Sequence[str],
    each: int,
    *,
    due_at: datetime = NOON,
    late_by: timedelta = timedelta(hours=6),
    state: str = "ready",
    campaign: str = "demo",
    slot: str = "launch",
    **values: Any,
) -> list[int]:
    """``each`` deliveries for every account, all due at one instant. Returns their ids."""
    wanted = [(name, number) for name in names for number in range(each)]
    async with store.write() as connection:
        found = await connection.execute(
            post.insert().returning(post.c.id, sort_by_parameter_order=True),
            [_post(name, number, campaign, slot) for name, number in wanted],
        )
        posts = list(found.scalars())
        times = {"due_at": due_at, "planned_at": due_at, "expires_at": due_at + late_by}
        rows = [
            {"post": post_id, "account": name, "campaign": campaign, "state": state, "changed_at": NOON}
            | times
            | values
            for post_id, (name, _) in zip(posts, wanted, strict=True)
        ]
        made = await connection.execute(
            delivery.insert().returning(delivery.c.id, sort_by_parameter_order=True), rows
        )
        return list(made.scalars())


def _post(name: str, number: int, campaign: str, slot: str) -> dict[str, Any]:
    return {
        "key": f"{campaign}/{slot}/hello/{name}/-/{next(_NUMBERS)}",
        "campaign": campaign,
        "slot": slot,
        "message": "hello",
        "account": name,
        "occurrence": str(number),
        "language": "en",
        "variant": "messages/hello/en.md",
        "local_at": "2027-03-06T12:00",
        "zone": "UTC",
        "gap": "shift",
        "overlap": "first",
        "fixed": False,
        "note": "none",
        "body": BODY,
        "digest": "d",
        "revision": 1,
        "author": "ada",
    }


async def states(store: Store) -> dict[str, int]:
    """How many deliveries are in each state."""
    async with store.read() as connection:
        found = (await connection.execute(select(delivery.c.state))).scalars().all()
    return {state: found.count(state) for state in sorted(set(found))}


async def row(store: Store, delivery_id: int) -> Any:
    """One delivery as the ledger has it."""
    async with store.read() as connection:
        return (await connection.execute(select(delivery).where(delivery.c.id == delivery_id))).one()


async def attempts(store: Store, delivery_id: int) -> list[str]:
    """The outcomes of a delivery's attempts, in order."""
    async with store.read() as connection:
        found = await connection.execute(
            select(attempt.c.outcome).where(attempt.c.delivery == delivery_id).order_by(attempt.c.id)
        )
        return list(found.scalars())
