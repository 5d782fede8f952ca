"""Who asks."""

import re
from dataclasses import dataclass
from typing import Final

from schedules.errors import ScheduleError

_HANDLE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind a command, by a short handle; two handles are two people.

    Raises:
        ScheduleError: The handle is not lower-case letters, digits, dots, hyphens and underscores. Capitals
            are refused so that nobody is counted twice for writing a name in two ways.
    """

    name: str

    def __post_init__(self) -> None:
        if not _HANDLE.fullmatch(self.name):
            raise ScheduleError(
                f"{self.name!r:.80} cannot say who you are. Give a short handle of lower-case letters, "
                "digits, dots, hyphens and underscores, such as `amal`."
            )
