"""A second factor for people in charge: six digits that change every 30 seconds (RFC 6238), beside their Telegram."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.secret import Secret
from content.later import later
from schedules.accounts.vault import Vault, second_factor_row
from schedules.clock import Clock
from schedules.errors import CodeNeeded, Forbidden
from schedules.store.engine import Store
from schedules.store.tables import person

ISSUER: Final = "Munasara"
SECRET_BYTES: Final = 20
"""As long as the HMAC's hash (RFC 4226, section 4)."""
DIGITS: Final = 6
STEP: Final = 30
"""Seconds for which a code is shown."""
DRIFT: Final = 1
"""Steps before and after the present one that are taken too, for phones whose clock is off."""
OPENS_FOR: Final = timedelta(minutes=15)
MOST_WRONG: Final = 5
"""Wrong codes, each within ``LOCKED_FOR`` of the one before, after which none is taken for that long."""
LOCKED_FOR: Final = timedelta(minutes=15)
ENROLS_FOR: Final = timedelta(minutes=15)
"""So long after somebody came by a link they may set up their first second factor."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app needs, shown once.

    Attributes:
        uri: To be drawn as a QR code, or opened on the phone itself.
        secret: The same, to be typed.
    """

    uri: str = field(repr=False)
    secret: str = field(repr=False)


async def enrol(store: Store, vault: Vault, clock: Clock, name: str, label: str) -> Enrolment:
    """Give a person a fresh second factor. Whoever has one already shows a code of it first; the first one, and one of
    which no code was shown yet, is given only within a while after they came by a link (``may_enrol``).

    Args:
        label: What the authenticator app calls it, such as the person's handle.

    Raises:
        CodeNeeded: They have one, and did not show it a little while ago.
        Forbidden: They are locked, or it would be their first and they came too long ago.
    """
    secret = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    sealed = vault.seal(second_factor_row(name), Secret(secret))
    async with store.write() as connection:
        row = await _locked(connection, name)
        _refuse_locked(row)
        _refuse_enrolment(row, clock.now())
        await _change(connection, name, totp=sealed, totp_step=None, open_until=None)
    return Enrolment(_uri(label, secret), secret)


async def may_enrol(connection: AsyncConnection, clock: Clock, name: str) -> None:
    """Let somebody who came by a link set up their first second factor within the next minutes."""
    await _change(connection, name, enrol_until=clock.now() + ENROLS_FOR)


async def prove(store: Store, vault: Vault, clock: Clock, name: str, code: str) -> datetime:
    """Take a code: each opens what needs one for 15 minutes, and works once. Until when it is open, in UTC.

    Raises:
        CodeNeeded: There is no second factor yet; or the code is wrong, was used, or is of another moment.
        Forbidden: Too many wrong codes came; says until when none is taken. Or this person is locked.
        StoreUnusable: What is stored was changed, or moved here from another row.
    """
    async with store.write() as connection:
        row = await _locked(connection, name)
        _refuse(row, clock.now())
        secret = vault.open(second_factor_row(name), row.totp)
        step = _matching(secret, code, clock.now(), row.totp_step)
        if step is not None:
            until = clock.now() + OPENS_FOR
            await _change(
                connection,
                name,
                totp_step=step,
                open_until=until,
                wrong_codes=0,
                wrong_until=None,
                enrol_until=None,
            )
            return until
        await _count_wrong(connection, row, clock.now())
    raise CodeNeeded("That code is wrong, or was used already. Wait for the next one, then send it.")


async def is_proven(store: Store, clock: Clock, name: str) -> bool:
    """Whether a code of this person still opens what needs one."""
    async with store.read() as connection:
        row = (
            await connection.execute(
                select(person.c.open_until, person.c.locked_at).where(person.c.id == name)
            )
        ).one_or_none()
    return row is not None and row.locked_at is None and _is_open(row, clock.now())


async def has_one(store: Store, name: str) -> bool:
    """Whether this person has a second factor."""
    async with store.read() as connection:
        found = select(person.c.totp.is_not(None)).where(person.c.id == name)
        return bool((await connection.execute(found)).scalar())


async def close(store: Store, name: str) -> None:
    """Open nothing any more until the next code."""
    async with store.write() as connection:
        await _change(connection, name, open_until=None)


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of one time step (RFC 4226, section 5.3)."""
    mac = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha1)
    at = mac[-1] & 0x0F
    number = int.from_bytes(mac[at : at + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**digits:0{digits}}"


def step_at(moment: datetime) -> int:
    """The time step of an instant (RFC 6238, section 4)."""
    return int(moment.timestamp()) // STEP


def _matching(secret: Secret, code: str, now: datetime, used: int | None) -> int | None:
    """The step that a code is of, which must come after the last one that was used."""
    given = "".join(code.split()).encode()
    value, present = base64.b32decode(secret.reveal()), step_at(now)
    found = None
    for step in range(present - DRIFT, present + DRIFT + 1):
        is_right = hmac.compare_digest(code_at(value, step).encode(), given)
        found = step if is_right and (used is None or step > used) else found
    return found


def _refuse_locked(row: Any) -> None:
    if row.locked_at is not None:
        raise Forbidden(later("You are locked out. Another admin can let you in again."))


def _refuse_enrolment(row: Any, now: datetime) -> None:
    is_confirmed = row.totp is not None and row.totp_step is not None
    may_enrol = row.enrol_until is not None and row.enrol_until > now
    if _is_open(row, now) or (may_enrol and not is_confirmed):
        return
    if row.totp is not None:
        raise CodeNeeded("You have a second factor already. Show a code of it before you get a new one.")
    raise Forbidden(
        "A first second factor is set up within 15 minutes after its owner came by a link. "
        "Let another admin send a fresh one: munasara people invite",
        later(
            "A first second factor is set up within 15 minutes after you came by a link. "
            "Ask another admin for a fresh one."
        ),
    )


def _refuse(row: Any, now: datetime) -> None:
    _refuse_locked(row)
    if row.totp is None:
        raise CodeNeeded("You have no second factor yet. Set one up first.")
    if row.wrong_codes >= MOST_WRONG and row.wrong_until > now:
        raise Forbidden(
            f"Too many wrong codes came. None is taken before {row.wrong_until:%H:%M} UTC. "
            "If it was not you, ask another admin to lock you out."
        )


async def _count_wrong(connection: AsyncConnection, row: Any, now: datetime) -> None:
    still_counts = row.wrong_until is not None and row.wrong_until > now
    wrong = 1 + (row.wrong_codes if still_counts else 0)
    await _change(connection, row.id, wrong_codes=wrong, wrong_until=now + LOCKED_FOR)


async def _locked(connection: AsyncConnection, name: str) -> Any:
    """The row of a person, held until the transaction ends, so that no code is taken twice at once."""
    columns = (
        "id",
        "totp",
        "totp_step",
        "open_until",
        "locked_at",
        "wrong_codes",
        "wrong_until",
        "enrol_until",
    )
    found = select(*(person.c[column] for column in columns)).where(person.c.id == name)
    return (await connection.execute(found.with_for_update())).one()


async def _change(connection: AsyncConnection, name: str, **values: Any) -> None:
    await connection.execute(update(person).where(person.c.id == name).values(values))


def _is_open(row: Any, now: datetime) -> bool:
    return row.open_until is not None and row.open_until > now


def _uri(label: str, secret: str) -> str:
    """As authenticator apps read it: github.com/google/google-authenticator/wiki/Key-Uri-Format."""
    return f"otpauth://totp/{quote(f'{ISSUER}:{label}')}?{urlencode({'secret': secret, 'issuer': ISSUER})}"
