import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url, text

from schedules.errors import StoreUnusable
from schedules.store.migrate import HEAD, migrate
from schedules.store.tables import metadata
from tests.support.processes import ROOT


def _engine(url: str) -> Any:
    spelled = make_url(url)
    return create_engine(
        spelled.set(drivername="sqlite") if spelled.get_backend_name() == "sqlite" else spelled
    )


def test_the_steps_lead_to_the_tables_as_they_are_declared(empty_database_url: str) -> None:
    migrate(empty_database_url)
    engine = _engine(empty_database_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_migrating_again_changes_nothing(empty_database_url: str) -> None:
    migrate(empty_database_url)
    migrate(empty_database_url)
    engine = _engine(empty_database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]
    engine.dispose()


def test_five_starting_at_once_all_succeed(empty_database_url: str) -> None:
    code = "import sys; from schedules.store.migrate import migrate; migrate(sys.argv[1])"
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", code, empty_database_url], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        for _ in range(5)
    ]
    errors = [process.communicate(timeout=60)[1] for process in starting]
    assert [process.returncode for process in starting] == [0] * 5, errors
    migrate(empty_database_url)


def test_a_database_of_a_newer_version_is_refused(empty_database_url: str) -> None:
    migrate(empty_database_url)
    engine = _engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnusable, match="newer version"):
        migrate(empty_database_url)
    engine.dispose()


def test_only_the_owner_may_read_a_new_database(empty_sqlite_url: str) -> None:
    migrate(empty_sqlite_url)
    assert stat.S_IMODE(Path(empty_sqlite_url.partition("///")[2]).stat().st_mode) == 0o600
