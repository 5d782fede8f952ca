"""``munasara check``."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from bot.cli.exits import NO
from bot.cli.output import counted, json_option, say, show_json, show_problems, show_table

if TYPE_CHECKING:
    from content.errors import Problem
    from content.variants import CoverageRow
    from schedules.commands.checks import CheckReport


@click.command(epilog="Exit code 1 where there are errors; warnings alone are fine.")
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
@click.pass_context
def check(ctx: click.Context, folder: Path, as_json: bool) -> None:
    """List everything that is wrong with a campaign folder, at once, and which texts there are.

    Needs no account, no database and no network.
    """
    from content.errors import Severity
    from schedules.clock import SystemClock
    from schedules.commands.checks import check_folder
    from schedules.walltime import use_pinned_zones

    use_pinned_zones()
    report = check_folder(folder, SystemClock().now())
    errors = [problem for problem in report.problems if problem.severity is Severity.ERROR]
    if as_json:
        show_json({"errors": len(errors), "problems": report.problems, "coverage": report.coverage})
    else:
        _show(report, errors, folder)
    ctx.exit(NO if errors else 0)


def _show(report: "CheckReport", errors: "Sequence[Problem]", folder: Path) -> None:
    show_problems(report.problems)
    if report.coverage:
        show_coverage(report.coverage)
        say()
    if errors:
        say(f"{counted(len(errors), 'error')} to correct in {folder}.")
    else:
        warnings = counted(len(report.problems), "warning") if report.problems else "no problems"
        say(f"{folder} can be planned: {warnings}.\nSee the texts: munasara preview {quote(str(folder))}")


def show_coverage(rows: "Sequence[CoverageRow]") -> None:
    """Print which file serves which channel, one row for each message and language."""
    channels = list(dict.fromkeys(channel for row in rows for channel in row.files))
    show_table(["message", "language", *channels], _lines(rows, channels))


def _lines(rows: "Sequence[CoverageRow]", channels: Sequence[str]) -> Iterator[list[str]]:
    for row in rows:
        audience = f" ({row.audience})" if row.audience else ""
        yield [
            row.message + audience,
            row.language,
            *(_file(row.files[channel]) if channel in row.files else "" for channel in channels),
        ]


def _file(file: str | None) -> str:
    return "MISSING" if file is None else Path(file).name
