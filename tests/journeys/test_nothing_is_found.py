"""Whoever steals the database, its log included, finds no person and no token; whoever steals it later, nothing at all."""

import base64
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from channels.secret import Secret
from schedules.accounts import accounts
from schedules.accounts.accounts import NewAccount
from schedules.accounts.buckets import buckets_for
from schedules.accounts.keys import create_key
from schedules.accounts.vault import Vault
from schedules.clock import SystemClock
from schedules.commands import invites, pauses
from schedules.commands import people as in_charge
from schedules.commands.actor import Actor
from schedules.commands.wipe import wipe
from schedules.errors import StoreUnusable
from schedules.people import expecting, people, traces, volunteers
from schedules.people.audit import Journal
from schedules.people.invites import Invite, new_id
from schedules.people.people import Person
from schedules.people.purge import forget
from schedules.people.roles import Grant, Role
from schedules.people.secondfactor import code_at, enrol, prove, step_at
from schedules.people.vacuum import vacuum_when_quiet
from schedules.people.volunteers import Volunteer
from schedules.store.engine import Store
from tests.support.deliveries import add_accounts
from tests.support.searching import everything, forms, found

CLOCK = SystemClock()
TOKEN = "7351926480:AAH-canary-that-must-never-be-seen-XYZ"
VOLUNTEERS = tuple(7_351_926_480 + 97 * number for number in range(1, 41))
ADMIN = 6_812_345_677
OLD_ID = 123_456_789
"""Early Telegram ids fit into four bytes."""

PLANTS: tuple[Callable[[int], Any], ...] = (
    lambda value: value,
    str,
    lambda value: f"chat {value} of somebody",
    lambda value: str(value).encode(),
    lambda value: f"{value:x}",
    lambda value: str(value).encode().hex(),
    lambda value: value.to_bytes(8, "big"),
    lambda value: value.to_bytes(8, "little"),
    lambda value: base64.b64encode(f"id={value};".encode()).decode(),
    lambda value: base64.urlsafe_b64encode(b"?" + value.to_bytes(8, "big")).decode(),
)


@dataclass
class Installation:
    """An installation in which people did everything that they can do."""

    store: Store
    key: Path
    names: dict[int, str] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)

    @property
    def hidden(self) -> list[int | str]:
        """What nobody may find while all of it is in use."""
        return [*self.names, *self.secrets]

    @property
    def pseudonyms(self) -> list[int | str]:
        """What is not even to be found of whoever was forgotten."""
        return list(self.names.values())


@pytest.fixture
async def installation(database_url: str, tmp_path: Path) -> AsyncIterator[Installation]:
    store = Store(database_url)
    installation = Installation(store, tmp_path / "key")
    await _live(installation, Vault(create_key(installation.key)))
    yield installation
    await store.close()


async def _live(installation: Installation, vault: Vault) -> None:
    store = installation.store
    await add_accounts(store, "a")
    new = NewAccount("bot", "telegram", "ar", "press-desk", "Run by the campaign")
    await accounts.add(
        store, vault, new, secret=Secret(TOKEN), buckets=buckets_for("telegram"), now=CLOCK.now()
    )
    installation.secrets.append(TOKEN)
    for telegram in (*VOLUNTEERS, OLD_ID):
        installation.names[telegram] = await _volunteer(store, vault, telegram)
    installation.names[ADMIN] = await _lead(installation, vault)


async def _volunteer(store: Store, vault: Vault, telegram: int) -> str:
    async with store.write() as connection:
        name = await people.welcome(connection, vault, CLOCK, telegram, "ar")
        new = Volunteer(name, "demo", "ar", "Asia/Damascus", 18, city="aleppo")
        await volunteers.join(connection, new, CLOCK.now())
    await traces.leave(store, CLOCK, name, 41, 42)
    await expecting.expect(store, CLOCK, name, "sentence:4")
    await people.left(store, CLOCK, name)
    async with store.write() as connection:
        return await people.welcome(connection, vault, CLOCK, telegram, "tr")


async def _lead(installation: Installation, vault: Vault) -> str:
    store = installation.store
    root = Actor("root", journal=Journal(vault, CLOCK))
    wanted = Invite(new_id(), None, "admin", CLOCK.now().replace(year=2099), handle="amal")
    invite = await invites.invite(store, CLOCK, root, wanted)
    name = await invites.accept(store, vault, CLOCK, ADMIN, invite.id, "ar")
    enrolment = await enrol(store, vault, CLOCK, name, "amal")
    installation.secrets.append(enrolment.secret)
    code = code_at(base64.b32decode(enrolment.secret), step_at(CLOCK.now()))
    await prove(store, vault, CLOCK, name, code)
    amal = await in_charge.actor_of(store, vault, CLOCK, Person(name, "amal", "ar"))
    await pauses.pause(store, CLOCK, amal, "everything")
    await in_charge.grant(store, CLOCK, amal, "amal", Grant(Role.CAPTAIN, "city:aleppo"))
    return name


@pytest.mark.parametrize("telegram", [VOLUNTEERS[0], OLD_ID])
@pytest.mark.parametrize("plant", PLANTS)
async def test_the_search_finds_what_is_there(
    sqlite_url: str, plant: Callable[[int], Any], telegram: int
) -> None:
    store = Store(sqlite_url)
    async with store.write() as connection:
        await connection.execute(text("CREATE TABLE planted (value)"))
        await connection.execute(text("INSERT INTO planted VALUES (:it)"), {"it": plant(telegram)})
    assert found(await everything(store), [telegram]) == [telegram]
    await store.close()


async def test_the_search_finds_texts_in_the_tables_of_both_databases(installation: Installation) -> None:
    async with installation.store.write() as connection:
        words = {"it": f"chat {ADMIN}", "token": TOKEN.encode()}
        await connection.execute(text("UPDATE campaign SET title = :it"), words)
        await connection.execute(text("UPDATE person SET totp = :token"), words)
    assert set(found(await everything(installation.store), installation.hidden)) == {ADMIN, TOKEN}


async def test_nobody_and_no_token_is_in_the_database(installation: Installation) -> None:
    haystack = await everything(installation.store)
    assert len(haystack) > 10_000
    assert found(haystack, installation.pseudonyms) == installation.pseudonyms
    assert found(haystack, installation.hidden) == []


async def test_whoever_was_forgotten_is_not_even_there_by_pseudonym(installation: Installation) -> None:
    for name in installation.names.values():
        await forget(installation.store, CLOCK, name)
    assert await vacuum_when_quiet(installation.store, CLOCK)
    haystack = await everything(installation.store)
    assert found(haystack, [*installation.pseudonyms, *installation.hidden]) == []


async def test_after_a_wipe_nothing_at_all_is_found(installation: Installation) -> None:
    done = await wipe(installation.store, CLOCK, Actor("root"), installation.key)
    assert done.left == []
    haystack = await everything(installation.store)
    everybody = [*installation.pseudonyms, *installation.hidden, "amal", "aleppo", "press-desk"]
    assert found(haystack, everybody) == []


async def test_after_a_wipe_a_copy_from_before_opens_nothing(sqlite_url: str, tmp_path: Path) -> None:
    installation = Installation(Store(sqlite_url), tmp_path / "key")
    await _live(installation, Vault(create_key(installation.key)))
    await installation.store.close()
    shutil.copy(installation.store.path, tmp_path / "backup.db")
    store = Store(sqlite_url)
    await wipe(store, CLOCK, Actor("root"), installation.key)
    await store.close()
    backup = Store(f"sqlite+aiosqlite:///{tmp_path}/backup.db")
    fresh = Vault(create_key(installation.key))
    for name in installation.names.values():
        with pytest.raises(StoreUnusable):
            await people.address(backup, fresh, name)
    with pytest.raises(StoreUnusable):
        await accounts.connection(backup, fresh, "bot")
    await backup.close()


def test_a_value_has_many_forms_and_none_is_short() -> None:
    assert min(len(form) for form in forms(OLD_ID)) >= 4
    assert len(forms(ADMIN)) > 40
