import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.support.postgres import Server, for_libpq, named_server, postgres_server
from tests.support.postgres_process import (
    ServerUnusable,
    packaged_binaries,
    started_process,
    system_binaries,
)

ROOT = Path(__file__).resolve().parents[2]


async def test_both_engines_answer_through_sqlalchemy(database_url: str) -> None:
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE cities (name TEXT PRIMARY KEY)"))
        await connection.execute(text("INSERT INTO cities VALUES (:name)"), {"name": "İzmir"})
        names = (await connection.scalars(text("SELECT name FROM cities"))).all()
    await engine.dispose()
    assert names == ["İzmir"]


async def test_every_test_gets_an_empty_database_of_its_own(database_url: str) -> None:
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE cities (name TEXT PRIMARY KEY)"))
    await engine.dispose()


def test_a_database_can_be_copied_from_a_template_and_is_dropped_while_in_use(postgres: Server) -> None:
    with postgres.database() as original:
        with psycopg.connect(for_libpq(original), autocommit=True) as connection:
            connection.execute("CREATE TABLE cities (name text)")
        with postgres.database(template=original) as copy:
            left_open = psycopg.connect(for_libpq(copy))
            assert left_open.execute("SELECT count(*) FROM cities").fetchone() == (0,)
        with pytest.raises(psycopg.OperationalError):
            left_open.execute("SELECT 1")
        left_open.close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(for_libpq(original))


def test_names_end_in_test(postgres_url: str) -> None:
    name = make_url(postgres_url).database
    assert name is not None
    assert name.startswith("m_")
    assert name.endswith("_test")


@pytest.mark.parametrize(
    "url", ["postgresql://localhost/campaign", "postgresql://localhost", "sqlite:///x_test"]
)
def test_a_database_that_may_hold_work_is_refused(url: str) -> None:
    with pytest.raises(ServerUnusable), postgres_server({"TEST_DATABASE_URL": url}):
        pass


def test_a_named_server_is_used_as_it_is(postgres_url: str) -> None:
    with postgres_server({"TEST_DATABASE_URL": postgres_url}) as server:
        assert server.pid is None
        with server.database() as url, psycopg.connect(for_libpq(url)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_dropped_database_must_be_a_test_database() -> None:
    server = named_server("postgresql://localhost/mine_test")
    with pytest.raises(ServerUnusable, match="campaign"):
        server.drop_database("postgresql://localhost/campaign")


@pytest.mark.parametrize("binaries", [system_binaries(), packaged_binaries()], ids=["system", "package"])
def test_a_server_of_our_own_starts_and_is_gone_afterwards(binaries: Path | None) -> None:
    if binaries is None:
        pytest.skip("this PostgreSQL is not installed here")
    with (
        started_process(binaries, durable=True) as (pid, folder),
        psycopg.connect(host=str(folder), user="postgres") as connection,
    ):
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert not psutil.pid_exists(pid)
    assert not folder.exists()


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    initdb = tmp_path / "package" / "installation" / "bin" / "initdb"
    initdb.parent.mkdir(parents=True)
    initdb.write_text("#!/bin/sh\necho no room left >&2\nexit 1\n")
    initdb.chmod(0o755)
    with pytest.raises(ServerUnusable, match="no room left"), started_process(initdb.parent):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_the_server_dies_with_a_process_that_was_killed() -> None:
    script = (
        "import sys\n"
        "from tests.support.postgres_process import find_binaries, started_process\n"
        "with started_process(find_binaries()) as (pid, folder):\n"
        "    print(pid, folder, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with owner:
        assert owner.stdout is not None
        pid, folder = owner.stdout.readline().split()
        server = psutil.Process(int(pid))
        os.kill(owner.pid, signal.SIGKILL)
    server.wait(10)
    assert not psutil.pid_exists(int(pid))
    subprocess.run(["rm", "-r", folder], check=True)
