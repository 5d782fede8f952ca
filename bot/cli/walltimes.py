"""Wall times as words of a command."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import click

TO_THE_MINUTE: Final = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")
DATE: Final = ("%Y-%m-%d",)
_DIGITS: Final[Mapping[str, str]] = {
    "%Y": "[0-9]{4}",
    **dict.fromkeys(("%m", "%d", "%H", "%M"), "[0-9]{1,2}"),
}


class WallTime(click.DateTime):
    """A naive wall time; one that is well written and that no calendar or clock shows is called that."""

    def __init__(self, formats: Sequence[str] = TO_THE_MINUTE) -> None:
        super().__init__(formats)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read a word; one that cannot be read raises ``BadParameter``."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            if any(_looks_like(form, str(value)) for form in self.formats):
                self.fail(
                    f"{value} does not exist. Choose a day of the calendar and an hour of the clock.",
                    param,
                    ctx,
                )
            raise


def _looks_like(form: str, value: str) -> bool:
    pattern = form
    for sign, digits in _DIGITS.items():
        pattern = pattern.replace(sign, digits)
    return re.fullmatch(pattern, value) is not None
