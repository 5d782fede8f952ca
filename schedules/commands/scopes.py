"""What covers a thing: the scopes in which a role must be held to touch it."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from content.later import Phrase, later
from schedules.errors import ScheduleError
from schedules.people.roles import EVERYTHING, INCLUDES, Grant, Role
from schedules.store.engine import Store
from schedules.store.tables import account, delivery, post

EXAMPLES: Final = "everything, city:berlin, language:tr"
KINDS: Final = ("campaign", "city", "language", "account", "partner")

_LONGEST: Final = 80
_CALLED: Final[Mapping[str, Callable[[str], Phrase]]] = {
    "campaign": lambda name: later("campaign {name}", name=name),
    "city": lambda name: later("city {name}", name=name),
    "language": lambda name: later("language {name}", name=name),
    "account": lambda name: later("account {name}", name=name),
    "partner": lambda name: later("partner {name}", name=name),
}
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def named(**values: str | None) -> frozenset[str]:
    """The scopes of what has this city, this language and so on; what it has not is left out."""
    return frozenset(f"{kind}:{value}" for kind, value in values.items() if value)


def called(scope: str) -> Phrase:
    """What people call a scope; one that is written in another way is told as it is written."""
    kind, _, name = scope.partition(":")
    if scope == EVERYTHING:
        return later("everything")
    return (
        _CALLED[kind](name[:_LONGEST])
        if kind in _CALLED
        else Phrase("{name}", (("name", scope[:_LONGEST]),))
    )


def of_post(row: Any) -> frozenset[str]:
    """What covers a post: a row with its campaign, account, city, partner and language."""
    return named(**{kind: getattr(row, kind) for kind in KINDS})


def within(
    grants: Iterable[Grant] | None, role: Role, **columns: ColumnElement[Any]
) -> ColumnElement[bool]:
    """The condition that some grant lets its holder act as ``role`` on what a row is about.

    Args:
        grants: ``None`` where everything may be done.
        columns: Which column says to what of each kind a row belongs; what has no column covers nothing.
    """
    scopes = None if grants is None else {each.scope for each in grants if role in INCLUDES[each.role]}
    if scopes is None or EVERYTHING in scopes:
        return true()
    held = [scope.partition(":") for scope in sorted(scopes)]
    return or_(
        false(),
        *(column.in_([name for of, _, name in held if of == kind]) for kind, column in columns.items()),
    )


def posts_within(grants: Iterable[Grant] | None, role: Role) -> ColumnElement[bool]:
    """``within`` for rows of deliveries and their posts."""
    of_delivery = {kind: delivery.c[kind] for kind in ("campaign", "account", "city", "partner")}
    return within(grants, role, language=post.c.language, **of_delivery)


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
            "such as `city:berlin`.",
            later("This is no place for a role. Write it like one of these: {examples}", examples=EXAMPLES),
        )
    return scope


def _is_known(scope: str) -> bool:
    kind, _, name = scope.partition(":")
    return scope == EVERYTHING or (kind in KINDS and _NAME.fullmatch(name) is not None)
