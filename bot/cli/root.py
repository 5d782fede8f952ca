"""The command ``munasara``: its nouns, each loaded when it is used, and what all of them share."""

import errno
import importlib
import sys
from collections.abc import Mapping
from typing import Any, Final

import click

from bot.cli.exits import INTERRUPTED, TABLE

SECTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "Write a campaign": {
        "new": "Write a small campaign folder to start from.",
        "check": "List everything that is wrong with a campaign folder.",
        "tag": "Show how a hashtag fares before anyone prints it.",
        "preview": "Show what will appear, text by text.",
        "rehearse": "Run a whole campaign offline, on a fast clock.",
    },
    "Publish it": {
        "plan": "Plan a campaign folder on the connected accounts and record it.",
        "approve": "Look at the posts that wait, and approve them.",
        "run": "Send what is due, until stopped.",
        "launch": "Launch a dormant campaign, now; it takes two people.",
    },
    "Watch and steer": {
        "status": "Say how things stand and what needs a person.",
        "day": "Look at an action day, and hold, delay, move, end or abort it.",
        "posts": "Look at single posts and change them.",
        "retract": "Take back what was published.",
        "pause": "Stop sending, at once.",
        "resume": "Start sending again; it takes two people.",
        "exceptions": "Permit a picture in which a child can be recognised.",
        "people": "Let people in, and say who is in charge of what.",
        "audit": "Look at the record of who did what.",
        "wipe": "Destroy everything, at once.",
    },
    "Set up": {
        "init": "Make the home folder, the database and the key.",
        "accounts": "Connect the accounts of the campaign.",
        "recipients": "Keep the mailing lists of press and partners.",
        "keys": "Change the key that protects tokens and people.",
        "doctor": "Examine this installation.",
        "completion": "Print the script that completes commands in a shell.",
    },
}
"""Every noun with its sentence. A noun lives in ``bot.cli.<noun>`` under its own name."""

EXAMPLES: Final = """\
\b
Examples:
  munasara rehearse                     see a whole campaign, offline
  munasara new my-campaign              start one of your own
  munasara --as amal approve --all      approve as amal
"""


class Nouns(click.Group):
    """The nouns of the command line; a module is imported when its noun is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every noun, in the order of the help page."""
        del ctx
        return [noun for nouns in SECTIONS.values() for noun in nouns]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one noun."""
        if cmd_name not in self.list_commands(ctx):
            return None
        found: click.Command = getattr(importlib.import_module(f"bot.cli.{cmd_name}"), cmd_name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the nouns under their headings without importing one."""
        del ctx
        for heading, nouns in SECTIONS.items():
            with formatter.section(heading):
                formatter.write_dl(list(nouns.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run a noun; what goes wrong becomes one sentence and an exit code that means something."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except (KeyboardInterrupt, click.Abort):
            click.echo(f"\n{_stopped()}", err=True)
            ctx.exit(INTERRUPTED)
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise
            from bot.cli.failures import report

            ctx.exit(report(error))


def _stopped() -> str:
    said = "Stopped. What was confirmed before stays; nothing else was done."
    if sys.stdin is not None and sys.stdin.isatty():
        return said
    return f"{said} Where nobody is there to answer, options do it, such as --yes; --help lists them."


def _show_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"munasara {version('munasara')}")
        ctx.exit()


@click.group(
    cls=Nouns,
    name="munasara",
    epilog=f"{EXAMPLES}\n{TABLE}",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--as", "acting_as", metavar="NAME", help="Who is acting; else MUNASARA_ACTOR, or the system's user."
)
@click.option("-v", "--verbose", is_flag=True, help="Show the log of a command as well.")
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the version and exit.",
)
@click.pass_context
def munasara(ctx: click.Context, acting_as: str | None, verbose: bool) -> None:
    """Run advocacy campaigns: from a campaign folder to posts, each of them accounted for.

    A campaign is a folder of text files. Munasara checks it, plans it in the right local times, has it
    approved, publishes it, and keeps a receipt of everything.
    """
    from bot.cli.session import Session, named

    ctx.obj = Session(named(acting_as), verbose=verbose)
