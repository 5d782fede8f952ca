"""What every test may ask for: databases, time zones that do not depend on the machine, and logs as they were."""

import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from bot.logs import QUIET
from schedules.store.migrate import migrate
from schedules.walltime import use_pinned_zones
from tests.support.postgres import Server, postgres_server

LEVELS = {name: logging.getLogger(name).level for name in QUIET}
"""Of the libraries' logs, before any command has run."""
ENVIRONMENT = os.environ  # noqa: TID251 - TEST_DATABASE_URL is for tests, not a setting of Munasara

# The same examples in every run, on however busy a machine: whether a run passes is no matter of chance.
settings.register_profile(
    "munasara",
    deadline=None,
    max_examples=60,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("munasara")
use_pinned_zones()


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """Put back what a command has changed of the logs: doors configure them for the whole process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in LEVELS.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server, started when the first test of this process asks for it."""
    with postgres_server(ENVIRONMENT) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Server) -> Iterator[str]:
    """The URL of a PostgreSQL database with the current schema, to be copied: making the schema takes longest."""
    with postgres.database() as url:
        migrate(url)
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the current schema, to be copied."""
    path = tmp_path_factory.mktemp("template") / "ledger.db"
    migrate(_sqlite_url(path))
    return path


@pytest.fixture
def postgres_url(postgres: Server, postgres_template: str) -> Iterator[str]:
    """The URL of a PostgreSQL database with the current schema and no row, dropped after the test."""
    with postgres.database(postgres_template) as url:
        yield url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of an SQLite file with the current schema and no row."""
    return _sqlite_url(Path(shutil.copy(sqlite_template, tmp_path / "ledger.db")))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with the current schema and no row; the test runs once on each engine."""
    fixture = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    return str(request.getfixturevalue(fixture))


@pytest.fixture
def empty_postgres_url(postgres: Server) -> Iterator[str]:
    """The URL of a PostgreSQL database without a table, dropped after the test."""
    with postgres.database() as url:
        yield url


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite file that does not exist yet."""
    return _sqlite_url(tmp_path / "ledger.db")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database without a table; the test runs once on each engine."""
    fixture = {"sqlite": "empty_sqlite_url", "postgresql": "empty_postgres_url"}[request.param]
    return str(request.getfixturevalue(fixture))


def _sqlite_url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
def ffmpeg(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The ffmpeg of imageio-ffmpeg, alone on the path."""
    from imageio_ffmpeg import get_ffmpeg_exe  # type: ignore[import-untyped]

    program = tmp_path_factory.mktemp("bin") / "ffmpeg"
    program.symlink_to(get_ffmpeg_exe())
    monkeypatch.setenv("PATH", str(program.parent))
    return program
