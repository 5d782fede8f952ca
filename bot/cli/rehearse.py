"""``munasara rehearse``."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from bot.cli.exits import NO
from bot.cli.output import counted, json_option, say, show_json, show_table
from bot.cli.session import Session, pass_session

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bot.rehearsal import Progress, Report

FOLDER_IN_HOME: Final = "rehearsal"
TENTHS: Final = 10


@click.command(
    epilog="""\b
Examples:
  munasara rehearse
  munasara rehearse my-campaign --no-faults --out /tmp/rehearsal

Exit code 1 where a promise was broken: a post lost, twice, altered, too early or too late; a volunteer
asked twice, never, in quiet hours, or for more than is safe for them; an action day of which the board,
a round-up or a phone tells anything else than its captains did.
"""
)
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option(
    "--faults/--no-faults",
    default=True,
    show_default=True,
    help="Let platforms fail on the way, as they do.",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    help="Chooses what goes wrong; same seed, same rehearsal.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the transcript goes; else into the home folder.",
)
@json_option
@pass_session
@click.pass_context
def rehearse(
    ctx: click.Context,
    session: Session,
    /,
    folder: Path | None,
    faults: bool,
    seed: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Run a whole campaign offline: the same code, a fast clock, stand-ins for the platforms.

    Without a folder it takes the example campaign. Needs no account, no token and no network, and leaves a
    transcript that shows every post, and what each phone of invented volunteers and captains shows.
    """
    from bot.rehearsal import run

    session.configure_logs()
    chosen = folder or _example()
    into = out or session.settings.home / FOLDER_IN_HOME
    with _shown(sys.stdout.isatty(), quiet=as_json) as show:
        report = asyncio.run(run(chosen, out=into, faults=faults, seed=seed, show=show))
    (show_json if as_json else show_report)(report)
    ctx.exit(0 if report.holds else NO)


def show_report(report: "Report") -> None:
    """Print how a rehearsal ended, where its transcript is, and what to do next."""
    say(f"\n{report.title}")
    show_table(["state", "posts"], [(state.value, count) for state, count in report.counts.items()])
    say(f"\n{report.verdict.sentence}")
    if report.letters is not None:
        say(report.letters.sentence)
    if report.days is not None:
        say(report.days.sentence)
    for day in report.cities:
        say(day.sentence)
    for sentence in report.attention:
        say(f"! {sentence}")
    say(f"\nTranscript: {report.transcript.absolute()}")
    say(f"Journals:   {report.journals.absolute()}")
    say(f"\n{report.next_steps}")


def _example() -> Path:
    import content

    return Path(content.__path__[0]) / "examples" / "white-balloons"


@contextmanager
def _shown(on_a_terminal: bool, *, quiet: bool) -> "Iterator[Callable[[Progress], None]]":
    if quiet:
        yield lambda _: None
        return
    if not on_a_terminal:
        yield _Lines().show
        return
    from rich.live import Live

    with Live(refresh_per_second=8, transient=True) as live:
        yield lambda progress: live.update(_picture(progress))


class _Lines:
    """A line for every tenth of the way, where nobody watches a table."""

    def __init__(self) -> None:
        self._told = 0

    def show(self, progress: "Progress") -> None:
        tenth = TENTHS * progress.done // max(progress.total, 1)
        if tenth > self._told:
            self._told = tenth
            say(
                f"{progress.now:%Y-%m-%d %H:%M} UTC  {progress.done:,} of {counted(progress.total, 'post')}"
            )


def _picture(progress: "Progress") -> "RenderableType":
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, expand=False)
    for heading in ("UTC", "account", "language", "message", "city", "state", "why"):
        table.add_column(heading, no_wrap=True)
    for step in progress.recent:
        cells = (
            f"{step.at:%m-%d %H:%M}",
            step.account,
            step.language,
            step.message,
            step.city,
            step.state.value,
            step.why,
        )
        table.add_row(*(Text(cell or "") for cell in cells))
    counts = "  ".join(f"{state.value} {count:,}" for state, count in progress.counts.items() if count)
    return Group(
        Text(f"{progress.now:%a %Y-%m-%d %H:%M} UTC   {counts}"),
        ProgressBar(total=max(progress.total, 1), completed=progress.done, width=60),
        Text(""),
        table,
    )
