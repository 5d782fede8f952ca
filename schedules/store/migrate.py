"""Bring a database to the schema of this version, safely with several starting at once."""

from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, create_engine, event, inspect, make_url, text
from sqlalchemy.engine import Engine

from schedules.errors import StoreUnusable

HEAD: Final = "0012"
MIGRATIONS: Final = Path(__file__).parent / "migrations"
ADVISORY_LOCK: Final = 7_211_053_904
"""Any number will do, as long as nothing else in the database uses it."""


def migrate(url: str | URL) -> None:
    """Create or upgrade the schema; does nothing where it is current. Blocks: call it in a thread.

    Raises:
        StoreUnusable: The database was written by a newer version.
    """
    engine = _engine(make_url(url))
    try:
        with engine.connect() as connection:
            if _version(connection) == HEAD:
                return
        with engine.begin() as connection:
            _upgrade(connection)
    finally:
        engine.dispose()


def is_migrated(url: str | URL) -> bool:
    """Whether the database is there and has a schema of ours, of whatever version. Blocks; makes nothing."""
    known = make_url(url)
    if known.get_backend_name() == "sqlite" and not Path(known.database or "").exists():
        return False
    engine = _engine(known)
    try:
        with engine.connect() as connection:
            return _version(connection) is not None
    finally:
        engine.dispose()


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, hide_parameters=True, connect_args={"connect_timeout": 5})
    path = Path(url.database or "")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    engine = create_engine(url.set(drivername="sqlite"), hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _connected(connection, _record) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        connection.isolation_level = None
        connection.execute("PRAGMA busy_timeout=30000")
        connection.execute("PRAGMA journal_mode=WAL")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, HEAD)
    except CommandError as error:
        msg = (
            "The database was written by a newer version of Munasara. "
            "Start that version, or restore a backup from before the upgrade."
        )
        raise StoreUnusable(msg) from error
