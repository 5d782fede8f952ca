"""A new key for everything, whatever instant it is cut off at."""

from pathlib import Path

import pytest

from channels.secret import Secret
from schedules.accounts import accounts, vault
from schedules.accounts.accounts import NewAccount
from schedules.accounts.buckets import buckets_for
from schedules.accounts.keys import create_key, load_key, next_key
from schedules.accounts.vault import Vault
from schedules.clock import SystemClock
from schedules.commands import keys
from schedules.commands.actor import Actor
from schedules.errors import ScheduleError, StoreUnusable
from schedules.people import people
from schedules.people.audit import Journal, records, verify
from schedules.store import tables
from schedules.store.columns import EPOCH
from schedules.store.engine import Store

CLOCK = SystemClock()
TELEGRAM = 7_351_926_480


class Cut(BaseException):
    """The process died."""


@pytest.fixture
async def path(store: Store, tmp_path: Path) -> Path:
    """The key file of an installation with a token, a person and an audit."""
    path = tmp_path / "key"
    ours = Vault(create_key(path))
    new = NewAccount("b", "telegram", "fr", "press-desk", "Run by the campaign")
    await accounts.add(store, ours, new, secret=Secret("t"), buckets=buckets_for("telegram"), now=EPOCH)
    async with store.write() as connection:
        await people.welcome(connection, ours, CLOCK, TELEGRAM, "ar")
        await Journal(ours, CLOCK).append(connection, "amal", "paused")
    return path


async def rotate(store: Store, path: Path) -> str:
    return await keys.rotate(store, CLOCK, Actor("amal"), path)


async def assert_whole(store: Store, path: Path) -> None:
    """The key file opens everything, and nothing of a change is left beside it."""
    ours = Vault(load_key(path))
    assert (await accounts.connection(store, ours, "b")).secret.reveal() == "t"
    found = await people.find(store, ours, TELEGRAM)
    assert found is not None
    assert await people.address(store, ours, found.id) == TELEGRAM
    assert (await verify(store, ours)).is_whole
    assert [record.act for record in await records(store, 9)] == ["rotated", "paused"]
    assert not next_key(path).exists()


async def test_everything_opens_with_the_new_key_and_nothing_with_the_old(store: Store, path: Path) -> None:
    before = load_key(path)
    old_bytes = path.open("rb")
    assert await rotate(store, path) == load_key(path).version != before.version
    await assert_whole(store, path)
    with pytest.raises(StoreUnusable, match="sealed with key"):
        await accounts.connection(store, Vault(before), "b")
    with old_bytes:
        assert before.value not in old_bytes.read(), "the old file was not overwritten"


@pytest.mark.parametrize("step", ["vault.rotate", "replace_key"])
@pytest.mark.parametrize("where", ["before", "after"])
async def test_what_was_cut_off_is_finished_by_doing_it_again(
    store: Store, path: Path, step: str, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        _cut_off(patched, step, where)
        with pytest.raises(Cut):
            await rotate(store, path)
    await rotate(store, path)
    await assert_whole(store, path)


def _cut_off(patched: pytest.MonkeyPatch, step: str, where: str) -> None:
    module, name = (vault, "rotate") if step == "vault.rotate" else (keys, step)
    real = getattr(module, name)

    async def sealing(*given: object) -> None:
        if where == "after":
            await real(*given)
        raise Cut

    def replacing(path: Path) -> None:
        if where == "after":
            real(path)
        raise Cut

    patched.setattr(module, name, sealing if name == "rotate" else replacing)


async def test_a_worker_that_is_alive_keeps_its_key(store: Store, path: Path) -> None:
    before = load_key(path)
    async with store.write() as connection:
        await connection.execute(
            tables.worker.insert().values(
                id="berlin-1", version="1", started_at=CLOCK.now(), seen_at=CLOCK.now()
            )
        )
    with pytest.raises(ScheduleError, match=r"berlin-1\. Stop them"):
        await rotate(store, path)
    assert load_key(path) == before
    assert not next_key(path).exists()


async def test_where_something_cannot_be_opened_nothing_changes(store: Store, path: Path) -> None:
    before = load_key(path)
    async with store.write() as connection:
        await connection.execute(tables.account.update().values(secret=b"\x01broken"))
    with pytest.raises(StoreUnusable):
        await rotate(store, path)
    assert load_key(path) == before
    assert await people.find(store, Vault(before), TELEGRAM) is not None


async def test_a_key_file_that_cannot_be_replaced_says_what_to_do_by_hand(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, _target: Path) -> None:
        raise OSError(16, "busy")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", refuse)
        with pytest.raises(StoreUnusable, match=f"mv {next_key(path)} {path}"):
            await rotate(store, path)
    await rotate(store, path)
    await assert_whole(store, path)
