"""What a failure means to the person at the terminal: one sentence and an exit code, or a defect."""

import errno
import sys
from collections.abc import Iterator, Mapping
from typing import Final

import click
import structlog

from bot.cli.exits import DEFECT, NO, NOT_NOW
from bot.cli.output import say, show_problems
from bot.errors import SettingsError
from bot.logs import configure_logs, redact
from channels.errors import ChannelError
from content.errors import CampaignInvalid, ContentError
from schedules.errors import ScheduleError

_REMEDIES: Final[Mapping[int, str]] = {
    errno.ENOENT: "Look how the name is written, and whether it is there.",
    errno.EACCES: "Let the user that runs Munasara read and write there, or choose another place.",
    errno.EROFS: "Choose a place that can be written to.",
    errno.ENOTDIR: "A part of this path is a file; choose another place.",
    errno.EISDIR: "It is a folder; name a file.",
    errno.EEXIST: "Take it away, or choose another name.",
    errno.ENOSPC: "Make room, then do it again.",
}


def report(error: Exception) -> int:
    """Tell what went wrong on standard error, and return the exit code."""
    if isinstance(error, CampaignInvalid):
        show_problems(error.problems, err=True)
        return NO
    sentence = next(_sentences(error), None)
    if sentence is None:
        return _defect(error)
    say(redact(sentence), err=True)
    return NO if isinstance(error, ContentError) else NOT_NOW


def _sentences(error: Exception) -> Iterator[str]:
    if isinstance(error, ChannelError):
        yield " ".join(part for part in (f"{str(error).rstrip('.')}.", error.remedy) if part)
    if isinstance(error, ContentError | ScheduleError | SettingsError):
        yield str(error)
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        yield f"{place}{error.strerror}. {_REMEDIES.get(error.errno or 0, '')}".rstrip()
    yield from _of_the_database(error)


def _of_the_database(error: Exception) -> Iterator[str]:
    sqlalchemy = sys.modules.get("sqlalchemy.exc")
    if sqlalchemy is None:
        return
    if isinstance(
        error, sqlalchemy.OperationalError | sqlalchemy.DatabaseError | sqlalchemy.InterfaceError
    ):
        if isinstance(
            error, sqlalchemy.IntegrityError | sqlalchemy.ProgrammingError | sqlalchemy.DataError
        ):
            return
        first = (str(error.orig).strip().splitlines() or ["no answer"])[0]
        yield f"The database cannot be used: {first}. See what is wrong: munasara doctor."


def _defect(error: Exception) -> int:
    configure_logs(form="text", level="error")
    structlog.get_logger().error("defect", exc_info=error)
    click.echo("This is a defect of Munasara. Please report it with the lines above.", err=True)
    return DEFECT
