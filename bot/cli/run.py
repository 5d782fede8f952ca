"""``munasara run``."""

import asyncio
import signal
from typing import TYPE_CHECKING

import click

from bot.cli.output import say
from bot.cli.session import Session, pass_session

if TYPE_CHECKING:
    from bot.settings import Settings


@click.command
@click.option(
    "--init", is_flag=True, help="Make the installation first where there is none, as in a container."
)
@pass_session
def run(session: Session, init: bool) -> None:
    """Send what is due, until stopped with Ctrl-C.

    Sends that have begun are finished before it ends; a second Ctrl-C ends it at once, which is safe too.
    On SQLite one worker runs at a time; on PostgreSQL start as many as you like.
    """
    session.configure_logs(wanted=True)
    asyncio.run(_run(session.settings, create=init))


async def _run(settings: "Settings", *, create: bool) -> None:
    from bot.app import open_app, open_worker
    from bot.web.server import serving

    stop = asyncio.Event()
    async with (
        open_app(settings, create=create) as app,
        open_worker(app) as worker,
        serving(app.web(lambda: worker.is_ready), settings.http) as address,
    ):
        _stop_on_signals(stop)
        say("Sending what is due. Stop with Ctrl-C.")
        if address is not None:
            say(f"Health: {address}/health  Ready: {address}/ready")
        serving_people = asyncio.create_task(app.door().run(stop))
        try:
            await worker.run(stop)
        finally:
            stop.set()
            await serving_people
    say("Stopped. Nothing is in flight.")


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def first(number: int) -> None:
        loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_DFL)
        say("Stopping: finishing what has begun. Once more ends it at once.", err=True)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, first, number)
