"""Who asks."""

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from content.later import Phrase, later
from schedules.errors import CodeNeeded, Forbidden, ScheduleError
from schedules.people.audit import Journal
from schedules.people.roles import CALLED, EVERYTHING, Grant, Role

COORDINATORS: Final = (Role.EDITOR, Role.CAPTAIN)
"""One of these is in every role but that of a viewer: whoever has one may stop things."""

_HANDLE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind a command, by a short handle; two handles are two people.

    Attributes:
        grants: What they were granted; ``None`` for whoever sits at the command line, who holds the database and its
            key and so may do everything.
        proven: Whether their second factor was shown a little while ago.
        journal: Where what they do is recorded; ``None`` where nothing is.

    Raises:
        ScheduleError: The handle is not lower-case letters, digits, dots, hyphens and underscores. Capitals
            are refused so that nobody is counted twice for writing a name in two ways.
    """

    name: str
    grants: tuple[Grant, ...] | None = None
    proven: bool = False
    journal: Journal | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not _HANDLE.fullmatch(self.name):
            raise ScheduleError(
                f"{self.name!r:.80} cannot say who you are. Give a short handle of lower-case letters, "
                "digits, dots, hyphens and underscores, such as `amal`."
            )

    def may(self, role: Role, scopes: AbstractSet[str] = frozenset()) -> bool:
        """Whether they may act as ``role`` on something that these scopes cover; ``everything`` always does."""
        covering = {EVERYTHING, *scopes}
        return self.grants is None or any(grant.allows(role, covering) for grant in self.grants)

    def may_somewhere(self, *roles: Role) -> bool:
        """Whether they may act as one of these anywhere at all."""
        grants = self.grants or ()
        return self.grants is None or any(
            grant.allows(role, {grant.scope}) for grant in grants for role in roles
        )

    def require(self, role: Role, scopes: AbstractSet[str] = frozenset()) -> None:
        """Go on only if they may act as ``role`` there.

        Raises:
            Forbidden: They may not.
        """
        if not self.may(role, scopes):
            raise Forbidden(missing(role))

    def require_somewhere(self, role: Role, *others: Role) -> None:
        """Go on only if they may act as one of these anywhere; what it is about is checked when it was looked up.

        Raises:
            Forbidden: They may not.
        """
        if not self.may_somewhere(role, *others):
            raise Forbidden(missing(role, *others))

    def require_coordinator(self, scopes: AbstractSet[str] = frozenset()) -> None:
        """Go on only if they have any role there but that of a viewer: what stops things asks for no more.

        Raises:
            Forbidden: They have none.
        """
        if not any(self.may(role, scopes) for role in COORDINATORS):
            raise Forbidden(missing(*COORDINATORS))

    def require_proof(self) -> None:
        """Go on only if their second factor was shown.

        Raises:
            CodeNeeded: It was not, or too long ago.
        """
        if self.grants is not None and not self.proven:
            raise CodeNeeded("This takes the code of your second factor. One code opens it for 15 minutes.")

    async def record(self, connection: AsyncConnection, act: str, what: str = "-") -> None:
        """Write into the audit what they did, as the last thing in the transaction of it.

        Args:
            what: A scope, a handle, a number; never a text, a name or a Telegram id.
        """
        if self.journal is not None:
            await self.journal.append(connection, self.name, act, what)


def missing(role: Role, *others: Role) -> Phrase:
    """What to tell whoever does not have one of these roles."""
    if not others:
        return later("This takes the role {role} there. An admin can grant it.", role=CALLED[role])
    names = tuple(CALLED[each] for each in (role, *others))
    return later("This takes one of the roles {roles} there. An admin can grant it.", roles=names)
