"""Tokens sealed so that a copy of the database opens none, and no row can stand in for another."""

import hashlib
import hmac
import json
import secrets
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.secret import Secret
from schedules.accounts.buckets import copy_lane
from schedules.accounts.keys import Key
from schedules.errors import StoreUnusable
from schedules.store import tables
from schedules.store.columns import to_micros
from schedules.store.engine import Store

FORMAT: Final = b"\x01"
NONCE_BYTES: Final = 12
VERSION_BYTES: Final = 4
TAG_BYTES: Final = 16
HEAD_BYTES: Final = len(FORMAT) + VERSION_BYTES + NONCE_BYTES
CREDENTIAL: Final = "credential:"
"""How the names of credential lanes begin."""
TELEGRAM: Final = "telegram"
"""What the fingerprints of people are made under, so that no other kind of address meets them."""
GROUP: Final = "telegram-group"
"""The same for groups."""
SAME_TOKEN: Final = {"telegram-bot": "telegram"}
"""Channels that speak with the tokens of another one, and so share its rates."""

SEALED: Final = tuple(
    column
    for table in tables.metadata.sorted_tables
    for column in table.c
    if isinstance(column.type, LargeBinary) and column is not tables.media.c.data
)
"""Every column that holds sealed values."""


class Vault:
    """Seals and opens the tokens of accounts with one key (AES-256-GCM, a random nonce of 96 bits each)."""

    def __init__(self, key: Key) -> None:
        self.version = key.version
        self._cipher = AESGCM(key.derive(b"munasara account secrets"))
        self._marker = key.derive(b"munasara credential lanes")
        self._witness = key.derive(b"munasara audit")

    def __repr__(self) -> str:
        return f"Vault(key {self.version})"

    def seal(self, account: str, secret: Secret) -> bytes:
        """The token as it may lie in the row of this account and nowhere else."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, secret.reveal().encode(), self._bound_to(account))
        return FORMAT + bytes.fromhex(self.version) + nonce + sealed

    def open(self, account: str, sealed: bytes) -> Secret:
        """The token of this account.

        Raises:
            StoreUnusable: It was sealed with another key, or changed, or moved here from another row.
        """
        if not sealed.startswith(FORMAT) or len(sealed) < HEAD_BYTES + TAG_BYTES:
            raise StoreUnusable(_broken(account))
        version = sealed[len(FORMAT) : len(FORMAT) + VERSION_BYTES].hex()
        if version != self.version:
            raise StoreUnusable(
                f"The token of {account} was sealed with key {version}, and the key file holds key "
                f"{self.version}. Put the right key file back, or give the account its token again."
            )
        nonce = sealed[HEAD_BYTES - NONCE_BYTES : HEAD_BYTES]
        try:
            value = self._cipher.decrypt(nonce, sealed[HEAD_BYTES:], self._bound_to(account))
        except InvalidTag:
            raise StoreUnusable(_broken(account)) from None
        return Secret(value.decode())

    def fingerprint(self, account: str, address: str) -> str:
        """A keyed name for an address on a list, by which it is found again and which tells nothing of it."""
        value = f"value|{account}|{address.casefold()}"
        return hmac.digest(self._marker, value.encode(), hashlib.sha256).hex()

    def credential_lane(self, account: str, channel: str, secret: Secret) -> str:
        """The name of the rate lane that all accounts with this token share; tells nothing of the token."""
        platform = SAME_TOKEN.get(channel, channel)
        owner = f"token|{platform}|{secret.reveal()}" if secret else f"account|{account}"
        return CREDENTIAL + hmac.digest(self._marker, owner.encode(), hashlib.sha256).hex()[:32]

    def chained(self, before: str, *fields: str) -> str:
        """The mark of one record of the audit, which only this key makes; it covers the mark ``before`` as well."""
        record = json.dumps([before, *fields], ensure_ascii=True)
        return hmac.digest(self._witness, record.encode(), hashlib.sha256).hex()

    def _bound_to(self, account: str) -> bytes:
        return f"account|{account}|secret|{self.version}".encode()


async def rotate(store: Store, old: Vault, new: Vault) -> int:
    """Seal every token and address anew, in one transaction: afterwards the old key opens none. How many tokens.

    People are found and reached as before, their second factors stay, and the audit is chained anew, so that heads kept
    from before are of no more use. Who left a mailing list is known by a fingerprint that only the old key makes, so later
    imports bring them back.
    Workers that hold the old key must be restarted with the new one.

    Raises:
        StoreUnusable: One of them cannot be opened with the old key, or the audit was changed; nothing was changed.
    """
    columns = tables.account.c
    async with store.write() as connection:
        rows = (
            await connection.execute(
                select(columns.id, columns.channel, columns.secret, columns.credential_lane)
                .order_by(columns.id)
                .with_for_update(key_share=True)
            )
        ).all()
        for row in rows:
            secret = Secret("") if row.secret is None else old.open(row.id, row.secret)
            lane = new.credential_lane(row.id, row.channel, secret)
            await copy_lane(connection, row.credential_lane, lane)
            await connection.execute(
                update(tables.account)
                .where(columns.id == row.id)
                .values(secret=new.seal(row.id, secret) if secret else None, credential_lane=lane)
            )
        await _rotate_recipients(connection, old, new)
        await _rotate_people(connection, old, new)
        await _rotate_groups(connection, old, new)
        await _rotate_meetings(connection, old, new)
        await _rotate_boards(connection, old, new)
        await _rotate_audit(connection, old, new)
        if await sealed_with(connection) - {new.version}:
            raise StoreUnusable(
                "Something is sealed that this version of Munasara does not know. Bring it up to date."
            )
    return sum(row.secret is not None for row in rows)


async def sealed_with(connection: AsyncConnection) -> frozenset[str]:
    """The versions of all keys with which something in the database is sealed."""
    found: set[str] = set()
    for column in SEALED:
        heads = await connection.execute(
            select(func.substr(column, len(FORMAT) + 1, VERSION_BYTES))
            .where(column.is_not(None))
            .distinct()
        )
        found.update(bytes(head).hex() for head in heads.scalars())
    return frozenset(found)


def recipient_row(name: str) -> str:
    """What the sealed address of a recipient, by their random name, is bound to."""
    return f"recipient:{name}"


def person_row(name: str) -> str:
    """What the sealed address of a person, by their pseudonym, is bound to."""
    return f"person:{name}"


def second_factor_row(name: str) -> str:
    """What the sealed second factor of a person, by their pseudonym, is bound to."""
    return f"totp:{name}"


def group_row(name: str) -> str:
    """What the sealed id of a group is bound to: its account, or the fingerprint of one that waits."""
    return f"group:{name}"


def meeting_row(campaign: str, day: str, city: str) -> str:
    """What the sealed meeting places of a city on an action day are bound to."""
    return f"meeting:{campaign}|{day}|{city}"


def board_row(campaign: str, day: str) -> str:
    """What the sealed id of the group with the board of an action day is bound to."""
    return f"board:{campaign}|{day}"


async def _rotate_recipients(connection: AsyncConnection, old: Vault, new: Vault) -> None:
    columns = tables.recipient.c
    rows = await connection.execute(select(columns.id, columns.account, columns.address))
    for row in rows.all():
        bound = recipient_row(row.id)
        address = old.open(bound, row.address)
        mark = new.fingerprint(row.account, address.reveal())
        await connection.execute(
            update(tables.recipient)
            .where(columns.id == row.id)
            .values(address=new.seal(bound, address), fingerprint=mark)
        )


async def _rotate_people(connection: AsyncConnection, old: Vault, new: Vault) -> None:
    columns = tables.person.c
    rows = await connection.execute(
        select(columns.id, columns.address, columns.totp).with_for_update(key_share=True)
    )
    for row in rows.all():
        address = old.open(person_row(row.id), row.address)
        values = {
            "address": new.seal(person_row(row.id), address),
            "fingerprint": new.fingerprint(TELEGRAM, address.reveal()),
            "totp": row.totp and _resealed(second_factor_row(row.id), row.totp, old, new),
        }
        await connection.execute(update(tables.person).where(columns.id == row.id).values(values))


async def _rotate_groups(connection: AsyncConnection, old: Vault, new: Vault) -> None:
    """Those that wait are named by their fingerprints, so that both change together."""
    bound, waiting = tables.group_chat.c, tables.waiting_group.c
    for row in (await connection.execute(select(bound.account, bound.address))).all():
        address = old.open(group_row(row.account), row.address)
        values = {
            "address": new.seal(group_row(row.account), address),
            "fingerprint": new.fingerprint(GROUP, address.reveal()),
        }
        await connection.execute(
            update(tables.group_chat).where(bound.account == row.account).values(values)
        )
    for row in (await connection.execute(select(waiting.fingerprint, waiting.address))).all():
        address = old.open(group_row(row.fingerprint), row.address)
        mark = new.fingerprint(GROUP, address.reveal())
        values = {"address": new.seal(group_row(mark), address), "fingerprint": mark}
        await connection.execute(
            update(tables.waiting_group).where(waiting.fingerprint == row.fingerprint).values(values)
        )


async def _rotate_meetings(connection: AsyncConnection, old: Vault, new: Vault) -> None:
    columns = tables.meeting.c
    for row in (await connection.execute(select(tables.meeting).with_for_update())).all():
        bound = meeting_row(row.campaign, row.day, row.city)
        mine = (columns.campaign == row.campaign, columns.day == row.day, columns.city == row.city)
        sealed = _resealed(bound, row.sealed, old, new)
        await connection.execute(update(tables.meeting).where(*mine).values(sealed=sealed))


async def _rotate_boards(connection: AsyncConnection, old: Vault, new: Vault) -> None:
    columns = tables.board.c
    for row in (await connection.execute(select(tables.board).with_for_update())).all():
        address = _resealed(board_row(row.campaign, row.day), row.address, old, new)
        mine = (columns.campaign == row.campaign, columns.day == row.day)
        await connection.execute(update(tables.board).where(*mine).values(address=address))


def _resealed(bound: str, sealed: bytes, old: Vault, new: Vault) -> bytes:
    return new.seal(bound, old.open(bound, sealed))


async def _rotate_audit(connection: AsyncConnection, old: Vault, new: Vault) -> None:
    columns = tables.audit.c
    before = fresh = ""
    for row in (await connection.execute(select(tables.audit).order_by(columns.number))).all():
        fields = audit_fields(row)
        if old.chained(before, *fields) != row.mac:
            raise StoreUnusable("The audit was changed. Look at it first: munasara audit verify.")
        before, fresh = row.mac, new.chained(fresh, *fields)
        await connection.execute(update(tables.audit).where(columns.number == row.number).values(mac=fresh))


def audit_fields(row: Any) -> tuple[str, ...]:
    """What of a record of the audit its mark covers, beside the mark before it."""
    return str(row.number), str(to_micros(row.at)), row.actor, row.act, row.object


def _broken(account: str) -> str:
    return (
        f"The token of {account} was changed, or belongs to another row: somebody wrote to the database "
        "past Munasara. Find out who, then give the account its token again."
    )
