"""What every test may ask for: databases, and time zones that do not depend on the machine."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from schedules.walltime import use_pinned_zones
from tests.support.postgres import Server, postgres_server

ENVIRONMENT = os.environ  # noqa: TID251 - TEST_DATABASE_URL and CI are for tests, not settings of Munasara

settings.register_profile("munasara", deadline=None, max_examples=60, derandomize="CI" in ENVIRONMENT)
settings.load_profile("munasara")
use_pinned_zones()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server, started when the first test of this process asks for it."""
    with postgres_server(ENVIRONMENT) as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Server) -> Iterator[str]:
    """The URL of an empty PostgreSQL database, dropped after the test."""
    with postgres.database() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite file that does not exist yet."""
    return f"sqlite+aiosqlite:///{tmp_path}/ledger.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database; the test runs once on each engine."""
    fixture = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    return str(request.getfixturevalue(fixture))


@pytest.fixture
def ffmpeg(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The ffmpeg of imageio-ffmpeg, alone on the path."""
    from imageio_ffmpeg import get_ffmpeg_exe  # type: ignore[import-untyped]

    program = tmp_path_factory.mktemp("bin") / "ffmpeg"
    program.symlink_to(get_ffmpeg_exe())
    monkeypatch.setenv("PATH", str(program.parent))
    return program
