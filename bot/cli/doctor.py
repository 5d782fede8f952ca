"""``munasara doctor``."""

import asyncio
import shutil
import stat
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import click

from bot.cli.concerns import BROKEN, LOOK, OK, Finding, of_accounts
from bot.cli.exits import NO
from bot.cli.output import json_option, say, show_json
from bot.cli.session import Session, pass_session

if TYPE_CHECKING:
    from bot.settings import Settings
    from schedules.store.engine import Store

LITTLE_SPACE: Final = 1_000_000_000
NO_SPACE: Final = 100_000_000


@click.command(epilog="Exit code 1 where something is broken. Changes nothing.")
@json_option
@pass_session
@click.pass_context
def doctor(ctx: click.Context, session: Session, as_json: bool) -> None:
    """Examine this installation: settings, database, key, time zones, pictures, videos, accounts, workers, disk."""
    session.configure_logs()
    settings = session.settings
    found = [
        *_home(settings),
        *_key(settings),
        _pictures(),
        _videos(),
        _words(),
        *asyncio.run(_ledger(settings)),
    ]
    if as_json:
        show_json({"settings": _in_force(settings), "findings": [asdict(one) for one in found]})
    else:
        _show(settings, found)
    ctx.exit(NO if any(one.state == BROKEN for one in found) else 0)


def _show(settings: "Settings", found: list[Finding]) -> None:
    say("Settings in force")
    for name, value in _in_force(settings).items():
        say(f"  {name:22}{value}")
    say()
    for one in found:
        say(f"{one.state:8}{one.what}: {one.detail}")


def _in_force(settings: "Settings") -> dict[str, str]:
    from sqlalchemy import make_url

    shown = {f"MUNASARA_{name.upper()}": str(value) for name, value in asdict(settings).items()}
    shown["MUNASARA_DATABASE"] = make_url(settings.database_url).render_as_string(hide_password=True)
    shown["MUNASARA_KEY"] = str(settings.key_path)
    return shown


def _home(settings: "Settings") -> Iterator[Finding]:
    home = settings.home
    if not home.is_dir():
        yield Finding("home", BROKEN, f"There is no folder {home.absolute()}. Make it: munasara init")
        return
    mode = stat.S_IMODE(home.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding(
            "home", LOOK, f"Others may enter {home} (mode {mode:04o}). Close it: chmod 0700 {home}"
        )
    else:
        yield Finding("home", OK, f"{home.absolute()} is closed to others.")
    free = shutil.disk_usage(home).free
    state = BROKEN if free < NO_SPACE else LOOK if free < LITTLE_SPACE else OK
    yield Finding("disk", state, f"{free / 1e9:,.1f} GB are free.{'' if state == OK else ' Make room.'}")


def _key(settings: "Settings") -> Iterator[Finding]:
    from schedules.accounts.keys import load_key
    from schedules.errors import StoreUnusable

    try:
        key = load_key(settings.key_path)
    except StoreUnusable as error:
        yield Finding("key", BROKEN, str(error))
    else:
        yield Finding("key", OK, f"{settings.key_path} holds key {key.version}, for its owner only.")


def _pictures() -> Finding:
    from PIL import features

    if features.check("raqm") and features.check("fribidi"):
        return Finding("pictures", OK, "Letters of Arabic scripts are joined and ordered on pictures.")
    return Finding(
        "pictures",
        LOOK,
        "Text in Arabic scripts on pictures would come out in pieces. Install FriBiDi (libfribidi0).",
    )


def _videos() -> Finding:
    from content.video import ffmpeg

    found = ffmpeg()
    if found is None:
        return Finding("videos", OK, "ffmpeg is not installed; only posts with a video need it.")
    return Finding("videos", OK, f"They are prepared with {found}.")


def _words() -> Finding:
    from content.filters import habits_for, language_name, list_
    from content.words import unread

    english = habits_for("en-GB", "latn")
    names = tuple(language_name(english, language) for language in unread())
    if not names:
        return Finding("words", OK, "A native speaker has read the bot's words in every language.")
    return Finding(
        "words",
        LOOK,
        f"The bot's words in {list_(english, names)} have not been read by a native speaker yet.",
    )


async def _ledger(settings: "Settings") -> list[Finding]:
    from sqlalchemy.exc import SQLAlchemyError

    from schedules.store.engine import Store

    if not settings.database and not (settings.home / "munasara.db").exists():
        return [Finding("database", BROKEN, "There is no database yet. Make it: munasara init")]
    store = Store(settings.database_url)
    try:
        return [
            await _database(store),
            *await _time_zones(store),
            *await _workers(store),
            *await of_accounts(store, settings),
            await _audit(store, settings),
        ]
    except (SQLAlchemyError, OSError) as error:
        why = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        return [Finding("database", BROKEN, f"It cannot be used: {why}. {_remedy(store)}")]
    finally:
        await store.close()


def _remedy(store: "Store") -> str:
    if not store.is_sqlite:
        return "See that its server runs, and that MUNASARA_DATABASE says where and as whom."
    return (
        f"Let the user that runs Munasara read and write {store.path} and its folder, and see that the disk has room. "
        "If the file itself is damaged, put a backup of it in its place."
    )


async def _database(store: "Store") -> Finding:
    from schedules.commands.installation import schema_is_current
    from schedules.commands.wipe import said_of_a_wiped, was_wiped

    if await was_wiped(store):
        return Finding("database", BROKEN, said_of_a_wiped(store))
    await _write_nothing(store)
    if await schema_is_current(store):
        return Finding("database", OK, f"{store.url.get_backend_name()} answers; its schema is current.")
    return Finding("database", LOOK, "Its schema is of another version. Bring it up to date: munasara init")


async def _write_nothing(store: "Store") -> None:
    """A database that may only be read refuses that, too."""
    from sqlalchemy import delete, false

    from schedules.store.tables import pause

    async with store.write() as connection:
        await connection.execute(delete(pause).where(false()))


async def _time_zones(store: "Store") -> list[Finding]:
    from schedules.commands.installation import planned_with
    from schedules.walltime import tzdata_version

    here = tzdata_version()
    older = [name for name, release in (await planned_with(store)).items() if release != here]
    if older:
        detail = f"tzdata is {here}; {', '.join(older)} was planned with another. The worker moves posts that differ."
        return [Finding("time zones", LOOK, detail)]
    return [Finding("time zones", OK, f"tzdata is {here}, and so it was for every plan.")]


async def _workers(store: "Store") -> list[Finding]:
    from schedules.clock import SystemClock
    from schedules.commands.actor import Actor
    from schedules.commands.status import status

    found = await status(store, SystemClock(), Actor("doctor"))
    if found.workers:
        return [Finding("workers", OK, f"Alive: {', '.join(found.workers)}.")]
    if found.next_at is not None or found.late:
        return [Finding("workers", BROKEN, "None is alive and posts are waiting. Start one: munasara run")]
    return [Finding("workers", OK, "None is alive, and nothing is waiting.")]


async def _audit(store: "Store", settings: "Settings") -> Finding:
    from schedules.accounts.keys import load_key
    from schedules.accounts.vault import Vault
    from schedules.errors import StoreUnusable
    from schedules.people.audit import verify

    try:
        found = await verify(store, Vault(load_key(settings.key_path)))
    except StoreUnusable:
        return Finding("audit", LOOK, "It cannot be verified without the key.")
    if not found.is_whole:
        return Finding(
            "audit", BROKEN, "Somebody changed it past Munasara. See where: munasara audit verify"
        )
    if found.head is None:
        return Finding("audit", OK, "Nothing was recorded yet.")
    return Finding("audit", OK, f"Whole, {found.records:,} records. Keep the head elsewhere: {found.head}")
