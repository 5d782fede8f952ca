"""A real PostgreSQL for the tests: one server per process that asks for it, one empty database per test.

``TEST_DATABASE_URL`` names a server that is already there; its database must be called ``*_test``, and its
user must be allowed to create databases. Without it a server of our own is started.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from tests.support.postgres_process import ServerUnusable, find_binaries, started_process

DRIVER: Final = "postgresql+psycopg"


@dataclass(frozen=True, slots=True)
class Server:
    """A server on which tests may create databases.

    Attributes:
        admin: A database of the server, connected to only in order to create and drop others.
        pid: The server's process where we started it.
    """

    admin: URL
    pid: int | None = None

    def create_database(self, template: str | None = None) -> str:
        """Create a database, empty or a copy of the one at the URL ``template``; return its SQLAlchemy URL."""
        name = f"m_{secrets.token_hex(6)}_test"
        source = require_test_name(make_url(template)) if template else "template0"
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, source)
        return self.admin.set(database=name).render_as_string(hide_password=False)

    def drop_database(self, url: str) -> None:
        """Drop a database that ``create_database`` made, also while somebody is still connected to it."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", require_test_name(make_url(url)))

    @contextmanager
    def database(self, template: str | None = None) -> Iterator[str]:
        """The URL of a database that lives as long as the ``with`` block."""
        url = self.create_database(template)
        try:
            yield url
        finally:
            self.drop_database(url)

    def _execute(self, statement: Any, *names: str) -> None:
        with psycopg.connect(for_libpq(self.admin), autocommit=True, connect_timeout=10) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def postgres_server(environment: Mapping[str, str], *, durable: bool = False) -> Iterator[Server]:
    """The server that ``environment`` names, or one of our own for the length of the ``with`` block.

    Args:
        durable: Whether our own server waits for the disk at every commit, as in production. Only
            measurements need that: no test cuts the power.

    Raises:
        ServerUnusable: The named database is not a test database, or no server could be started.
    """
    named = environment.get("TEST_DATABASE_URL")
    if named:
        yield named_server(named)
        return
    with started_process(find_binaries(), durable=durable) as (pid, folder):
        yield Server(URL.create(DRIVER, "postgres", database="postgres", query={"host": str(folder)}), pid)


def named_server(text: str) -> Server:
    """The server behind ``TEST_DATABASE_URL``.

    Raises:
        ServerUnusable: The URL is not of PostgreSQL, or its database is not called ``*_test``.
    """
    url = make_url(text)
    if url.get_backend_name() != "postgresql":
        raise ServerUnusable(
            "TEST_DATABASE_URL is not of PostgreSQL. Write postgresql://user@host/name_test."
        )
    require_test_name(url)
    return Server(url.set(drivername=DRIVER))


def require_test_name(url: URL) -> str:
    """The name of the database.

    Raises:
        ServerUnusable: It does not end in ``_test``, so it may hold somebody's work.
    """
    name = url.database or ""
    if not name.endswith("_test"):
        raise ServerUnusable(f"The database {name!r} is not called *_test. Create one for the tests alone.")
    return name


def for_libpq(url: URL | str) -> str:
    """The same database as ``psycopg.connect`` wants it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
