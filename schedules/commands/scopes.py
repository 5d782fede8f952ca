"""What covers a thing: the scopes in which a role must be held to touch it."""

import re
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from schedules.errors import ScheduleError
from schedules.people.roles import EVERYTHING
from schedules.store.engine import Store
from schedules.store.tables import account

KINDS: Final = ("campaign", "city", "language", "account", "partner")

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def named(**values: str | None) -> frozenset[str]:
    """The scopes of what has this city, this language and so on; what it has not is left out."""
    return frozenset(f"{kind}:{value}" for kind, value in values.items() if value)


def of_post(row: Any) -> frozenset[str]:
    """What covers a post: a row with its campaign, account, city, partner and language."""
    return named(**{kind: getattr(row, kind) for kind in KINDS})


async def of_account(connection: AsyncConnection, name: str) -> frozenset[str]:
    """What covers an account; itself alone where there is none of that name."""
    columns = (account.c.id.label("account"), account.c.city, account.c.language, account.c.partner)
    row = (await connection.execute(select(*columns).where(account.c.id == name))).one_or_none()
    return named(account=name) if row is None else named(**dict(row._mapping))  # noqa: SLF001 - the documented way


async def of_stored_account(store: Store, name: str) -> frozenset[str]:
    """As ``of_account``, in a look of its own."""
    async with store.read() as connection:
        return await of_account(connection, name)


async def of_scope(connection: AsyncConnection, scope: str) -> frozenset[str]:
    """What covers a scope: itself, and for an account also where it belongs."""
    kind, _, name = scope.partition(":")
    return await of_account(connection, name) if kind == "account" else frozenset({scope})


def checked(scope: str) -> str:
    """A scope as it may be granted.

    Raises:
        ScheduleError: It is written in another way.
    """
    if not _is_known(scope):
        raise ScheduleError(
            f"{scope!r:.80} is no scope. Write `everything`, or one of {':, '.join(KINDS)}: and its name, "
            "such as `city:berlin`."
        )
    return scope


def _is_known(scope: str) -> bool:
    kind, _, name = scope.partition(":")
    return scope == EVERYTHING or (kind in KINDS and _NAME.fullmatch(name) is not None)
