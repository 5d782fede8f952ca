"""How results look: plain where they are piped, tables on a terminal, JSON where a script asks."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from content.errors import Problem, Severity

if TYPE_CHECKING:
    from channels.base import Quota

PIPED_WIDTH: Final = 10_000
"""Wide enough that no row of a table is ever folded or cut for a program that reads it."""

_CONTROLS: Final = {
    code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"
}
_F = TypeVar("_F", bound=Callable[..., Any])


def json_option(function: _F) -> _F:
    """Add ``--json`` to a command, as ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")(function)


def say(text: str = "", *, err: bool = False) -> None:
    """Print a text with its control characters made visible, so that none can steer a terminal."""
    click.echo(text.translate(_CONTROLS), err=err)


def show_json(value: Any) -> None:
    """Print a value as JSON: instants in UTC as ISO 8601, wall times without an offset, prices as text."""
    click.echo(json.dumps(plain_value(value), ensure_ascii=False, indent=2))


def plain_value(value: Any) -> Any:
    """A value as dictionaries, lists and strings."""
    if is_dataclass(value):
        return {field.name: plain_value(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(plain_value(name)): plain_value(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_value(item) for item in value]
    return _scalar(value)


def show_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under headings, without frames or colours; folded to fit on a terminal only."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    for heading in headings:
        table.add_column(heading.upper(), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(value).translate(_CONTROLS)) for value in row))
    width = None if sys.stdout.isatty() else PIPED_WIDTH
    console = Console(width=width, color_system=None, highlight=False, file=sys.stdout)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def show_problems(problems: Iterable[Problem], *, err: bool = False) -> None:
    """Print every problem, errors first, under the file that it is in."""
    found = list(problems)
    for severity, heading in ((Severity.ERROR, "Errors"), (Severity.WARNING, "Warnings")):
        meant = [problem for problem in found if problem.severity is severity]
        if meant:
            say(f"{heading} ({len(meant)})", err=err)
            _show_by_file(meant, err)
            say(err=err)


def moment(local_at: datetime, zone: str) -> str:
    """A wall time with its zone, for a person."""
    return f"{local_at:%a %Y-%m-%d %H:%M} {zone}"


def local_moment(at: datetime, zone_name: str) -> str:
    """What the clocks in a zone show at an instant, for a person."""
    from schedules.walltime import zone

    return moment(at.astimezone(zone(zone_name)), zone_name)


def utc(at: datetime | None) -> str:
    """An instant, for a person."""
    return "" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: ``1 post``, ``2 posts``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def used(quota: "Quota") -> str:
    """How much of a quota is used, for a person."""
    from schedules.planning.forecast import in_words

    return f"{quota.used:,} of {quota.allowed:,} posts used within {in_words(quota.window)}"


def _show_by_file(problems: Iterable[Problem], err: bool) -> None:
    places: dict[str, list[Problem]] = {}
    for problem in problems:
        places.setdefault(problem.where, []).append(problem)
    for where, found in places.items():
        say(f"  {where}", err=err)
        for problem in found:
            line = "" if problem.line is None else f"line {problem.line}: "
            say(f"    {line}{problem.what}. {problem.remedy} [{problem.code}]", err=err)


def _scalar(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Path() | Decimal():
            return str(value)
        case _:
            return value


def _cell(value: object) -> str:
    return "" if value is None else str(value)
