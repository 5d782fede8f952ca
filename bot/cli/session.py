"""One call of the command line: who acts, with which settings, on which installation."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from bot.app import App
    from bot.settings import Settings
    from schedules.commands.actor import Actor
    from schedules.people.audit import Journal

T = TypeVar("T")
_F = TypeVar("_F", bound=Callable[..., Any])
_NOT_IN_A_HANDLE: Final = re.compile(r"[^a-z0-9._-]+")


class Desk:
    """An open installation, for commands that are not asynchronous.

    Questions to the person are asked between two calls of ``do``, so that Ctrl-C works while she thinks.
    """

    def __init__(self, app: "App", runner: asyncio.Runner) -> None:
        self.app = app
        self.store, self.clock, self.vault = app.store, app.clock, app.vault
        self._runner = runner

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run one piece of asynchronous work to its end."""
        return self._runner.run(work)


class Session:
    """What was said before the noun."""

    def __init__(self, acting_as: str, *, verbose: bool) -> None:
        self.acting_as = acting_as
        self.verbose = verbose

    @cached_property
    def settings(self) -> "Settings":
        """The settings in force."""
        from bot.settings import load_settings

        return load_settings()

    def actor(self, *, recorded: bool = True) -> "Actor":
        """Who acts: ``--as``, or the setting, or the system's user.

        Args:
            recorded: Whether what they do goes into the audit, which takes a key that can be used.

        Raises:
            ScheduleError: The name cannot be used.
            SettingsError: Nobody is named and the system knows no name.
        """
        from schedules.commands.actor import Actor

        name = self.acting_as or self.settings.actor or _system_user()
        return Actor(name, journal=self._journal() if recorded else None)

    def _journal(self) -> "Journal | None":
        """Where the acts of the command line are recorded, once there is a key to chain the records with."""
        from schedules.accounts.keys import load_key
        from schedules.accounts.vault import Vault
        from schedules.clock import SystemClock
        from schedules.people.audit import Journal

        path = self.settings.key_path
        return Journal(Vault(load_key(path)), SystemClock()) if path.exists() else None

    def configure_logs(self, *, wanted: bool = False) -> None:
        """Send logs to standard error: all that the settings ask for, or errors alone."""
        from bot.logs import configure_logs

        level = self.settings.log_level if wanted or self.verbose else "error"
        configure_logs(form=self.settings.log, level=level)

    @contextmanager
    def desk(self, *, create: bool = False) -> Iterator[Desk]:
        """Open the installation for as long as the block lasts; ``create`` makes one where there is none.

        Raises:
            StoreUnusable: The database or the key cannot be used.
        """
        from bot.app import open_app

        self.configure_logs()
        with asyncio.Runner() as runner:
            stack = AsyncExitStack()
            app = runner.run(stack.enter_async_context(open_app(self.settings, create=create)))
            try:
                yield Desk(app, runner)
            finally:
                runner.run(stack.aclose())


pass_session = click.make_pass_decorator(Session)


def named(name: str | None) -> str:
    """The name that stands in ``--as``; empty where it is left out.

    Raises:
        BadParameter: It is given and says nothing, as a variable that is not set: somebody else would act.
    """
    if name is not None and not name.strip():
        raise click.BadParameter("nobody is named. Say who acts, or leave it out.", param_hint="--as")
    return name or ""


def acting(function: _F) -> _F:
    """Let ``--as`` also stand behind the name of a command that changes something."""
    return click.option(
        "--as",
        metavar="NAME",
        expose_value=False,
        callback=_act_as,
        help="Who is acting; the same as before the command.",
    )(function)


def _act_as(ctx: click.Context, _parameter: click.Parameter, name: str | None) -> None:
    session = ctx.find_object(Session)
    if name is not None and session is not None:
        session.acting_as = named(name)


def _system_user() -> str:
    import getpass

    from bot.errors import SettingsError

    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):
        name = ""
    handle = _NOT_IN_A_HANDLE.sub("-", name.lower()).strip("-._")[:64]
    if not handle:
        raise SettingsError("Nobody is named. Say who you are: munasara --as NAME, or set MUNASARA_ACTOR.")
    return handle
