"""What a new plan means for a post that may already be recorded: one decision, made on values alone."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from schedules.lifecycle import ENDED, UNCLAIMED, State
from schedules.planning.drafts import Draft

GONE_FROM_FOLDER: Final = "It is no longer in the campaign folder."
PERMISSION_WITHDRAWN: Final = "The permission to show a picture of it was withdrawn."
PERMIT_CLOSED: Final = "It tells where people meet, and the permit of the city is not there."
SKIPPED_BY_CLOCKS: Final = "New time zone data: this wall time no longer exists."
NOT_PINNED: Final = "The campaign folder no longer asks for a pin."
NOT_CONTINUED: Final = "The thread in the campaign folder has become shorter."
HELD_AT_DOOR: Final = "It was queued at a door and is held there."
PAST_WHEN_PLANNED: Final = "Its time was already over when it was planned."
WITHDRAWN: Final = frozenset(
    {GONE_FROM_FOLDER, PERMISSION_WITHDRAWN, PERMIT_CLOSED, SKIPPED_BY_CLOCKS, HELD_AT_DOOR}
)
"""Why a post was cancelled for as long as that lasts, and not for good."""
LEFT_OUT: Final = (NOT_PINNED, NOT_CONTINUED)
"""Why something that followed a post follows it no more, while the post itself stays."""


class Change(StrEnum):
    """What recording a draft does to the ledger."""

    ADDED = "added"
    PAST = "already past"
    CHANGED = "changed"
    REVIVED = "planned again"
    MOVED_BY_CLOCKS = "moved by new time zone data"
    NEW_DEADLINE = "given another late policy"
    UNCHANGED = "unchanged"
    WITHDRAWN = "withdrawn"
    OVERRIDDEN = "kept as changed at a door"
    CONFLICT = "in conflict"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A post as the ledger has it.

    Attributes:
        withdrawn: Whether a re-plan or a change of the clocks cancelled it, not a person.
        let_go: Whether it told of a change of its day and somebody let it go; its times are its own since.
    """

    id: int
    key: str
    digest: str
    state: State
    planned_at: datetime
    expires_at: datetime
    withdrawn: bool
    let_go: bool = False


def change(recorded: Recorded | None, draft: Draft, now: datetime) -> Change:
    """What recording ``draft`` over ``recorded`` does. Never leads to a second post."""
    if recorded is None:
        return Change.PAST if draft.expires_at <= now else Change.ADDED
    if recorded.digest == draft.digest:
        return _same_content(recorded, draft, now)
    if recorded.state in UNCLAIMED:
        return Change.CHANGED
    if recorded.state in ENDED - {State.SENT}:
        return Change.UNCHANGED if draft.expires_at <= now else Change.REVIVED
    return Change.CONFLICT


def _same_content(recorded: Recorded, draft: Draft, now: datetime) -> Change:
    gone = recorded.state is State.EXPIRED or (recorded.state is State.CANCELLED and recorded.withdrawn)
    if gone and draft.expires_at > now:
        return Change.REVIVED
    if recorded.state not in UNCLAIMED or (recorded.let_go and draft.occurrence.waits):
        return Change.UNCHANGED
    if recorded.planned_at != draft.occurrence.due_at:
        return Change.MOVED_BY_CLOCKS
    return Change.UNCHANGED if recorded.expires_at == draft.expires_at else Change.NEW_DEADLINE
