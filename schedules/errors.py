"""Errors of the schedules floor.

ScheduleError
 + PostNotFound       no post or delivery has that id
 + IllegalMove        a delivery cannot go from its state to the one that was asked for
 + LocalTimeInvalid   a wall time does not exist, and the slot says to refuse it
 + Forbidden          this actor may not do this
   + CodeNeeded       this actor may, after a code of their second factor
 + PersonUnknown      nobody of that name has come to the bot
 + LaunchRefused      something in a dormant campaign is stale
 + InviteInvalid      a link does not let anybody in, or not any more
 + AccountUnknown     no account has that name
 + StoreUnusable      the database or the key file cannot be used as it is
"""

from collections.abc import Sequence

from content.errors import Problem
from content.later import Phrase, later


class ScheduleError(Exception):
    """Base of every error of this floor. The text is one or two sentences for a person.

    Attributes:
        told: What a phone shows of it, in the reader's language; ``None`` where only the command line meets it.
    """

    def __init__(self, text: str | Phrase, told: Phrase | None = None) -> None:
        super().__init__(str(text))
        self.told = text if isinstance(text, Phrase) else told


class PostNotFound(ScheduleError):
    """No post or delivery has that id."""


class IllegalMove(ScheduleError):
    """A delivery cannot go from its state to the one that was asked for."""


class LocalTimeInvalid(ScheduleError):
    """A wall time does not exist in its zone, or exists twice, and the slot refuses that."""


class Forbidden(ScheduleError):
    """This actor may not do this."""


class CodeNeeded(Forbidden):
    """This actor may do this after a code of their second factor."""


class PersonUnknown(ScheduleError):
    """Nobody of that name has come to the bot."""


class LaunchRefused(ScheduleError):
    """Something in a dormant campaign is stale, or missing.

    Attributes:
        problems: Each of them by name.
    """

    def __init__(self, campaign: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        named = "; ".join(dict.fromkeys(f"{each.where}: {each.what}" for each in problems))
        super().__init__(
            f"{campaign} cannot be launched as it is. {named}",
            later("It cannot be launched as it is now. See why: /launch"),
        )


class InviteInvalid(ScheduleError):
    """A link does not let anybody in, or not any more."""


class AccountUnknown(ScheduleError):
    """No account has that name."""


class StoreUnusable(ScheduleError):
    """The database or the key file cannot be used as it is."""
