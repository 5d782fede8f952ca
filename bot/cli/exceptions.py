"""``munasara exceptions``."""

import hashlib
from datetime import UTC, datetime, time
from pathlib import Path

import click

from bot.cli.output import counted, json_option, say, show_json, show_table, utc
from bot.cli.session import Session, acting, pass_session
from bot.cli.walltimes import DATE, WallTime

PICTURE = click.Path(path_type=Path, exists=True, dir_okay=False)
ENOUGH = 2


@click.group
def exceptions() -> None:
    """Permit a picture in which a child can be recognised: two people, a reason, an end.

    The permission holds for the very bytes of the file.
    """


@exceptions.command
@click.argument("picture", type=PICTURE)
@click.option(
    "--reason", required=True, help="Why it may be shown, such as where the consent is kept. No names."
)
@click.option(
    "--until",
    required=True,
    type=WallTime(DATE),
    help="The last day, in UTC; at most 90 days ahead.",
)
@acting
@pass_session
def allow(session: Session, picture: Path, reason: str, until: datetime) -> None:
    """Say that a picture may be shown, as one of two people."""
    from schedules.commands import exceptions as commands

    actor = session.actor()
    end = datetime.combine(until.date(), time(23, 59), UTC)
    with session.desk() as desk:
        people = desk.do(
            commands.allow(desk.store, desk.clock, actor, _digest(picture), reason=reason, until=end)
        )
    say(f"Recorded until {utc(end)}. Permitted by {counted(len(people), 'person', 'people')}.")
    if len(people) < ENOUGH:
        say("It may be shown once another person says the same.")


@exceptions.command("list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List every permission on record, also those that have run out."""
    from schedules.commands import exceptions as commands

    with session.desk() as desk:
        found = desk.do(commands.list_all(desk.store))
    if as_json:
        show_json(found)
    elif found:
        rows = [(one.sha256[:16], one.actor, utc(one.until), one.reason) for one in found]
        show_table(["picture (SHA-256)", "by", "until", "reason"], rows)
    else:
        say("No permission is recorded.")


@exceptions.command
@click.argument("picture", type=PICTURE)
@acting
@pass_session
def withdraw(session: Session, picture: Path) -> None:
    """Take every permission for a picture back. One person is enough."""
    from schedules.commands import exceptions as commands

    actor = session.actor()
    with session.desk() as desk:
        stopped = desk.do(commands.withdraw(desk.store, desk.clock, actor, _digest(picture)))
    say(f"Withdrawn. {counted(stopped, 'post')} that showed it and waited will not go out.")


def _digest(picture: Path) -> str:
    with picture.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
