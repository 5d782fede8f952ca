"""``munasara recipients``."""

from pathlib import Path

import click

from bot.cli.exits import NO
from bot.cli.output import counted, json_option, say, show_json
from bot.cli.session import Session, acting, pass_session


@click.group
def recipients() -> None:
    """Keep the mailing lists of press and partners. Addresses are encrypted; who leaves is erased."""


@recipients.command(
    epilog="""\b
Example:
  munasara recipients add press-en --file press.txt

The file holds one address a line. Addresses are never options: other users of a machine can read these.
"""
)
@click.argument("name", metavar="LIST")
@click.option(
    "--file",
    "path",
    required=True,
    type=click.Path(path_type=Path, allow_dash=True),
    help="A text file with one address a line, or - for standard input.",
)
@acting
@pass_session
@click.pass_context
def add(ctx: click.Context, session: Session, name: str, path: Path) -> None:
    """Put addresses on a list. Those who left it stay away, and nobody is on it twice."""
    from schedules.commands import recipients as commands

    actor = session.actor()
    lines = _lines(path)
    with session.desk() as desk:
        done = desk.do(commands.add(desk.store, desk.vault, desk.clock, actor, name, lines))
    say(f"{counted(done.new, 'address', 'addresses')} added to {name}; {done.known:,} known already.")
    if done.left:
        say(f"{done.left:,} had left the list and stay away.")
    if done.wrong:
        say(f"No addresses, and left out: lines {', '.join(map(str, done.wrong))}.", err=True)
    ctx.exit(NO if done.wrong else 0)


def _lines(path: Path) -> list[str]:
    with click.open_file(str(path), "rb") as file:
        content: bytes = file.read()
    try:
        return content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        number = error.object.count(b"\n", 0, error.start) + 1
        raise click.BadParameter(
            f"line {number} is no text in UTF-8, and nothing was added. Save the file as plain text in UTF-8.",
            param_hint="--file",
        ) from None


@recipients.command("list")
@click.argument("name", metavar="LIST")
@json_option
@acting
@pass_session
def list_(session: Session, name: str, as_json: bool) -> None:
    """Show every address of a list. Mind who looks over your shoulder."""
    from schedules.commands import recipients as commands

    actor = session.actor()
    with session.desk() as desk:
        found = desk.do(commands.addresses(desk.store, desk.vault, actor, name))
    if as_json:
        show_json(found)
        return
    for address in found:
        say(address)
    say(f"{counted(len(found), 'address', 'addresses')} on {name}.", err=True)


@recipients.command()
@click.argument("name", metavar="LIST")
@acting
@pass_session
def remove(session: Session, name: str) -> None:
    """Take an address, which is asked for, off a list for good: no import brings it back."""
    from schedules.commands import recipients as commands

    actor = session.actor()
    address = str(click.prompt("Address", err=True))
    with session.desk() as desk:
        desk.do(commands.remove(desk.store, desk.vault, actor, name, address))
    say(f"It is off {name}, and erased.")
