"""``munasara init``."""

from dataclasses import replace
from pathlib import Path

import click

from bot.cli.output import say
from bot.cli.session import Session, pass_session


@click.command
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to use instead of MUNASARA_HOME.",
)
@pass_session
def init(session: Session, home: Path | None) -> None:
    """Make the home folder, the database and the key that protects the tokens of accounts.

    Safe to repeat: what is there stays as it is, and an older database is brought up to date.
    """
    if home is not None:
        session.settings = replace(session.settings, home=home.expanduser())
    settings = session.settings
    had_key = settings.key_path.exists()
    with session.desk(create=True) as desk:
        say(f"Home      {settings.home.absolute()}")
        say(f"Database  {desk.store.url.render_as_string(hide_password=True)}")
        say(f"Key       {settings.key_path.absolute()} ({'kept' if had_key else 'new'})")
    if not had_key:
        say("\nKeep a copy of the key in a safe place, away from backups of the database.")
    if home is not None:
        say(f"\nUse this home from now on:\n  export MUNASARA_HOME={settings.home.absolute()}")
    say(
        "\nNext:\n  munasara new my-campaign        write a campaign\n  munasara accounts add telegram  connect an account"
    )
