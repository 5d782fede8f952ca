"""Lengths of time as people write them."""

import re
from datetime import timedelta
from typing import Final

LONGEST: Final = timedelta(days=366)

_PATTERN: Final = re.compile(
    r"(?P<sign>[+-]?) ?(?:(?P<weeks>[0-9]{1,4})w)? ?(?:(?P<days>[0-9]{1,4})d)? ?"
    r"(?:(?P<hours>[0-9]{1,5})h)? ?(?:(?P<minutes>[0-9]{1,6})m)?"
)


def parse_duration(text: str) -> timedelta | None:
    """Read ``-24h``, ``90m``, ``2h30m``, ``3d`` or ``1w``.

    Returns:
        ``None`` where the text is no such length, or a longer one than 366 days.
    """
    match = _PATTERN.fullmatch(text.strip())
    if match is None or not any(match.group(unit) for unit in _UNITS):
        return None
    length = timedelta(**{unit: int(match.group(unit) or 0) for unit in _UNITS})
    if length > LONGEST:
        return None
    return -length if match.group("sign") == "-" else length


_UNITS: Final = ("weeks", "days", "hours", "minutes")
