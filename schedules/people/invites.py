"""Links that let people in: random, signed, bound to what they give, and revocable."""

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from schedules.clock import Clock
from schedules.errors import InviteInvalid
from schedules.people.roles import EVERYTHING
from schedules.store.engine import Store
from schedules.store.tables import invite

RANDOM_BYTES: Final = 8
MAC_BYTES: Final = 16
VOLUNTEER: Final = "volunteer"
"""What an invite gives beside the roles of people in charge."""
NOT_VALID: Final = "This link is not valid any more. Ask whoever sent it for a new one."


@dataclass(frozen=True, slots=True)
class Invite:
    """What a link gives.

    Attributes:
        id: Its random half, by which it is found and revoked.
        role: ``volunteer``, or a role of somebody in charge within ``scope``.
        handle: The name under which somebody in charge will act.
        city: Where a volunteer will belong; ``None`` lets them choose.
        uses: How many people it still lets in.
    """

    id: str
    campaign: str | None
    role: str
    expires_at: datetime
    scope: str = EVERYTHING
    handle: str | None = None
    city: str | None = None
    language: str | None = None
    partner: str | None = None
    uses: int = 1


class Links:
    """Makes and reads the payloads of deep links: 64 random bits and a MAC of 128.

    Args:
        key: At least 16 secret bytes.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def payload(self, name: str) -> str:
        """What follows ``?start=`` in a link; 32 characters of the 64 that Telegram takes."""
        value = bytes.fromhex(name)
        return base64.urlsafe_b64encode(value + self._mac(value)).decode()

    def read(self, payload: str) -> str | None:
        """The id of the invite in a payload of ours, or ``None`` where it is not ours."""
        try:
            raw = base64.b64decode(payload, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        value, given = raw[:RANDOM_BYTES], raw[RANDOM_BYTES:]
        return value.hex() if hmac.compare_digest(self._mac(value), given) else None

    def _mac(self, value: bytes) -> bytes:
        return hmac.digest(self._key, value, hashlib.sha256)[:MAC_BYTES]


def new_id() -> str:
    """A fresh random id of an invite."""
    return secrets.token_hex(RANDOM_BYTES)


async def save(connection: AsyncConnection, clock: Clock, new: Invite, by: str) -> None:
    """Keep a new invite."""
    row = {name: getattr(new, name) for name in Invite.__dataclass_fields__}
    await connection.execute(invite.insert(), [row | {"made_by": by, "made_at": clock.now()}])


async def look(store: Store, clock: Clock, name: str | None) -> Invite:
    """A link that still lets somebody in.

    Raises:
        InviteInvalid: It was never made, has expired, was revoked or is used up. It does not say which, so that
            nobody learns anything by trying.
    """
    async with store.read() as connection:
        row = (await connection.execute(_open(name or "", clock.now()))).one_or_none()
    if row is None:
        raise InviteInvalid(NOT_VALID)
    return Invite(**{field: getattr(row, field) for field in Invite.__dataclass_fields__})


async def use(connection: AsyncConnection, clock: Clock, name: str) -> None:
    """Count one person who came in.

    Raises:
        InviteInvalid: Meanwhile it lets nobody in any more.
    """
    is_open = _open(name, clock.now()).with_only_columns(invite.c.id).scalar_subquery()
    used = await connection.execute(
        update(invite).where(invite.c.id == is_open, invite.c.uses > 0).values(uses=invite.c.uses - 1)
    )
    if not used.rowcount:
        raise InviteInvalid(NOT_VALID)


async def revoke(connection: AsyncConnection, clock: Clock, name: str) -> bool:
    """Close a link. Whether it was open."""
    closed = await connection.execute(
        update(invite)
        .where(invite.c.id == name, invite.c.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    return bool(closed.rowcount)


def _open(name: str, now: datetime) -> Any:
    return select(invite).where(
        invite.c.id == name,
        invite.c.revoked_at.is_(None),
        invite.c.expires_at > now,
        invite.c.uses > 0,
    )
