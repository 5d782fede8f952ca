"""``munasara audit``."""

import click

from bot.cli.exits import NO
from bot.cli.output import counted, json_option, say, show_json, show_table, utc
from bot.cli.session import Session, pass_session


@click.group
def audit() -> None:
    """Look at the record of who did what, and prove that nobody mended it."""


@audit.command
@click.option("--head", metavar="HEAD", help="A head that was kept elsewhere, such as in the log of a day.")
@json_option
@pass_session
@click.pass_context
def verify(ctx: click.Context, session: Session, head: str | None, as_json: bool) -> None:
    """Examine every record: finds edits, deletions and insertions, and with --head also a missing end.

    The head is written to the log once a day, and `munasara doctor` shows it. Keep one where whoever may write to the
    database may not.
    """
    from schedules.people import audit as chain

    with session.desk() as desk:
        found = desk.do(chain.verify(desk.store, desk.vault, head))
    if as_json:
        show_json(found)
    elif found.broken_at is not None:
        say(f"Record {found.broken_at:,} was changed or put in, or one before it was taken out.")
        say("Somebody wrote to the database past Munasara. Find out who, and compare with a backup.")
    elif found.head_missing:
        say(f"{head} is not among the records: the end was cut off, or another key was used since.")
    else:
        say(f"Whole: {counted(found.records, 'record')}.")
        say(f"Keep the head elsewhere: {found.head}" if found.head else "Nothing was recorded yet.")
    ctx.exit(0 if found.is_whole else NO)


@audit.command
@click.option("--most", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many.")
@json_option
@pass_session
def show(session: Session, most: int, as_json: bool) -> None:
    """Show the newest records, the newest first."""
    from schedules.people import audit as chain

    with session.desk() as desk:
        found = desk.do(chain.records(desk.store, most))
    if as_json:
        show_json(found)
        return
    rows = [(one.number, utc(one.at), one.actor, one.act, one.object) for one in found]
    show_table(["number", "at", "who", "did", "what"], rows)
