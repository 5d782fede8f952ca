"""Bluesky's own PDS on loopback, with an account, for whoever needs the real server.

npm puts it into ``.tools/npm/pds`` once, which takes a minute or more. Where node or npm is missing or the
installation fails, the test is skipped with the reason.
"""

import fcntl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.support.npm import npm_folder, program

PACKAGE: Final = "@atproto/pds@0.4.217"
"""The newest that runs on Node 20."""
SCRIPT: Final = Path(__file__).with_suffix(".cjs")
DRIVER: Final = "node_modules/better-sqlite3/build/Release/better_sqlite3.node"
QUICK_TO_BUILD: Final = ("env", "CFLAGS=-O0", "CXXFLAGS=-O0", "JOBS=2")
"""Where the driver must be compiled, optimising it takes four times as long."""
PATIENCE: Final = 600
POSTS: Final = "app.bsky.feed.post"
JWT_SECRET: Final = "a secret of this test alone"


@dataclass(frozen=True)
class Pds:
    """A running server and one account that it holds."""

    base_url: str
    handle: str = "balloons.test"
    password: str = "up-up-and-away"

    def call(self, method: str, token: str = "", **body: Any) -> dict[str, Any]:
        """Have the server do something."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        address = f"{self.base_url}/xrpc/{method}"
        answer = httpx.post(address, json=body, headers=headers, trust_env=False, timeout=30)
        answer.raise_for_status()
        return dict(answer.json()) if answer.content else {}

    def log_in(self) -> dict[str, Any]:
        """A session with the account's main password: ``did``, ``accessJwt``, ``refreshJwt``."""
        return self.call("com.atproto.server.createSession", identifier=self.handle, password=self.password)

    def app_password(self, name: str = "munasara") -> str:
        """A new app password."""
        token = self.log_in()["accessJwt"]
        return str(self.call("com.atproto.server.createAppPassword", token, name=name)["password"])

    def records(self) -> list[dict[str, Any]]:
        """The account's posts, each with ``uri``, ``cid`` and ``value``, in the order of their places."""
        parameters = {"repo": self.handle, "collection": POSTS, "limit": "100", "reverse": "true"}
        address = f"{self.base_url}/xrpc/com.atproto.repo.listRecords"
        found: list[dict[str, Any]] = []
        while True:
            answer = httpx.get(address, params=parameters, trust_env=False, timeout=30)
            answer.raise_for_status()
            page = answer.json()
            found += page["records"]
            if "cursor" not in page:
                return found
            parameters["cursor"] = page["cursor"]

    def new_account(self, name: str) -> "Pds":
        """Another account on the same server."""
        account = Pds(self.base_url, f"{name}.test")
        account.call(
            "com.atproto.server.createAccount",
            handle=account.handle,
            email=f"{name}@example.org",
            password=account.password,
        )
        return account


@contextmanager
def running_pds() -> Iterator[Pds]:
    """A server with the account ``balloons.test`` and no post. It ends with this process, however that ends."""
    node, folder = program("node"), installed()
    with (
        tempfile.TemporaryDirectory(prefix="pds-") as data,
        (Path(data) / "stderr").open("w+") as complaints,
        subprocess.Popen(
            [node, str(SCRIPT), str(folder), data, JWT_SECRET],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        ) as server,
    ):
        try:
            yield Pds(_address(server, complaints.name)).new_account("balloons")
        finally:
            _stop(server)


def installed() -> Path:
    """The folder with the server's packages, its database driver built; whoever asks meanwhile waits.

    Raises:
        Skipped: This machine cannot have it.
    """
    folder = npm_folder("pds", PACKAGE)
    with (folder / "building").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / DRIVER).exists():
            _build(folder)
    return folder


def _build(folder: Path) -> None:
    command = [*QUICK_TO_BUILD, program("npm"), "rebuild", "better-sqlite3", "--loglevel=error"]
    try:
        subprocess.run(command, cwd=folder, capture_output=True, timeout=PATIENCE, check=True)
    except subprocess.SubprocessError:
        pytest.skip("npm could not build better-sqlite3, the database driver of Bluesky's PDS")
    if not (folder / DRIVER).exists():
        pytest.skip("npm built no better-sqlite3, the database driver of Bluesky's PDS")


def _address(server: "subprocess.Popen[str]", complaints: str) -> str:
    assert server.stdout is not None
    address = server.stdout.readline().strip()
    if not address:
        pytest.fail(f"Bluesky's PDS did not start: {Path(complaints).read_text()[-2000:]}")
    return address


def _stop(server: "subprocess.Popen[str]") -> None:
    assert server.stdin is not None
    server.stdin.close()
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
