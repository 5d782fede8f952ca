"""Errors of the schedules floor.

ScheduleError
 + PostNotFound       no post or delivery has that id
 + IllegalMove        a delivery cannot go from its state to the one that was asked for
 + LocalTimeInvalid   a wall time does not exist, and the slot says to refuse it
 + Forbidden          this actor may not do this
   + CodeNeeded       this actor may, after a code of their second factor
 + PersonUnknown      nobody of that name has come to the bot
 + InviteInvalid      a link does not let anybody in, or not any more
 + AccountUnknown     no account has that name
 + StoreUnusable      the database or the key file cannot be used as it is
"""


class ScheduleError(Exception):
    """Base of every error of this floor. The text is one or two sentences for a person."""


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


class InviteInvalid(ScheduleError):
    """A link does not let anybody in, or not any more."""


class AccountUnknown(ScheduleError):
    """No account has that name."""


class StoreUnusable(ScheduleError):
    """The database or the key file cannot be used as it is."""
