"""``munasara wipe``."""

import asyncio
from typing import TYPE_CHECKING

import click

from bot.cli.exits import NO
from bot.cli.output import say
from bot.cli.session import Session, acting, pass_session

if TYPE_CHECKING:
    from bot.settings import Settings
    from schedules.commands.actor import Actor
    from schedules.commands.wipe import Wiped

BEYOND_REACH = """\
Not in reach from here: backups of the database, which nothing opens now unless a copy of the key was kept; Telegram's
own copy of every chat with the bot; the messages on people's phones; published posts. Revoke the tokens on the platforms,
and delete the bot with @BotFather."""


@click.command
@click.option("--yes", is_flag=True, help="Wipe without asking; for an emergency script.")
@acting
@pass_session
@click.pass_context
def wipe(ctx: click.Context, session: Session, yes: bool) -> None:
    """Destroy the key, end every worker, and erase people, tokens and campaigns. There is no way back.

    Works also where the database does not answer: the key, without which nobody and nothing in it can be read, goes first.
    """
    session.configure_logs()
    actor, settings = session.actor(recorded=False), session.settings
    if not yes:
        _ask(settings)
    ctx.exit(_report(asyncio.run(_wipe(settings, actor))))


def _ask(settings: "Settings") -> None:
    name = settings.home.absolute().name
    say(f"This destroys everything of the installation {settings.home.absolute()}.", err=True)
    if click.prompt(f"Type its name, {name}, to go on", err=True) != name:
        raise click.Abort


async def _wipe(settings: "Settings", actor: "Actor") -> "Wiped":
    from bot.board.files import erase_boards
    from schedules.commands.wipe import going_on

    done = await _wipe_store(settings, actor)
    async with going_on(done, "The pages of boards could not be erased"):
        erase_boards(settings.board_folder)
    return done


async def _wipe_store(settings: "Settings", actor: "Actor") -> "Wiped":
    from schedules.clock import SystemClock
    from schedules.commands import wipe as commands
    from schedules.errors import StoreUnusable
    from schedules.store.engine import Store
    from schedules.store.files import Files

    videos = settings.home / "media"
    try:
        store = Store(settings.database_url, videos)
    except StoreUnusable as error:
        done = await commands.wipe_beside(actor, settings.key_path, Files(videos))
        done.left.append(f"{error} What is there is not erased: delete it by hand.")
        return done
    try:
        return await commands.wipe(store, SystemClock(), actor, settings.key_path)
    finally:
        await store.close()


def _report(done: "Wiped") -> int:
    for name in done.confirmed:
        say(f"Worker {name} has ended.")
    for name in done.silent:
        say(f"Worker {name} did not confirm. End it by hand, on its machine.", err=True)
    for sentence in done.left:
        say(sentence, err=True)
    complete = not done.left and not done.silent
    say("Wiped." if complete else "Wiped, but for what is named above.")
    say(BEYOND_REACH)
    return 0 if complete else NO
