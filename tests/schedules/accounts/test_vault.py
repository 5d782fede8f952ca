import base64
import traceback
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from channels.secret import Secret
from schedules.accounts.accounts import NewAccount, add, connection
from schedules.accounts.buckets import buckets_for
from schedules.accounts.keys import KEY_BYTES, Key
from schedules.accounts.vault import HEAD_BYTES, Vault, rotate
from schedules.clock import SetClock
from schedules.errors import StoreUnusable
from schedules.people import people
from schedules.people.audit import Journal, verify
from schedules.store import tables
from schedules.store.columns import EPOCH
from schedules.store.engine import Store

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
TOKEN = "4242424242:canary-token-that-nobody-may-see"
VAULT = Vault(Key(b"1" * KEY_BYTES))
OTHER = Vault(Key(b"2" * KEY_BYTES))


@given(token=st.text(), account=st.text(min_size=1))
def test_what_was_sealed_is_opened_again(token: str, account: str) -> None:
    assert VAULT.open(account, VAULT.seal(account, Secret(token))).reveal() == token


def test_the_same_token_is_sealed_differently_each_time() -> None:
    assert VAULT.seal("a", Secret(TOKEN)) != VAULT.seal("a", Secret(TOKEN))


def test_a_sealed_token_holds_no_part_of_it() -> None:
    sealed = VAULT.seal("a", Secret(TOKEN))
    assert TOKEN.encode()[:6] not in sealed
    assert b"a" * 3 not in sealed


def test_the_token_of_another_account_is_refused() -> None:
    with pytest.raises(StoreUnusable, match="The token of b was changed, or belongs to another row"):
        VAULT.open("b", VAULT.seal("a", Secret(TOKEN)))


def test_a_wrong_key_is_recognised_and_both_are_named() -> None:
    with pytest.raises(StoreUnusable, match=f"key {VAULT.version}.*key {OTHER.version}.*right key file"):
        OTHER.open("a", VAULT.seal("a", Secret(TOKEN)))


def test_any_changed_bit_is_noticed() -> None:
    sealed = VAULT.seal("a", Secret("token"))
    for at in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[at // 8] ^= 1 << at % 8
        with pytest.raises(StoreUnusable):
            VAULT.open("a", bytes(changed))


def test_any_missing_end_is_noticed() -> None:
    sealed = VAULT.seal("a", Secret("token"))
    for length in range(len(sealed)):
        with pytest.raises(StoreUnusable):
            VAULT.open("a", sealed[:length])


def test_a_changed_key_version_does_not_open_with_the_key_that_it_names() -> None:
    sealed = VAULT.seal("a", Secret(TOKEN))
    renamed = sealed[:1] + bytes.fromhex(OTHER.version) + sealed[5:]
    with pytest.raises(StoreUnusable, match="was changed"):
        OTHER.open("a", renamed)


def test_errors_and_representations_show_neither_token_nor_sealed_bytes_nor_key() -> None:
    sealed = VAULT.seal("a", Secret(TOKEN))
    shown = repr(VAULT) + str(VAULT) + repr(VAULT.open("a", sealed))
    for account, vault in (("b", VAULT), ("a", OTHER)):
        try:
            vault.open(account, sealed)
        except StoreUnusable as error:
            shown += "".join(traceback.format_exception(error)) + repr(error)
    hidden = (
        TOKEN,
        "1" * KEY_BYTES,
        sealed[HEAD_BYTES:].hex(),
        base64.b64encode(sealed[HEAD_BYTES:]).decode(),
    )
    assert "another row" in shown
    assert [part for part in hidden if part in shown] == []


def test_accounts_with_one_token_share_a_lane() -> None:
    one, two = (VAULT.credential_lane(account, "telegram", Secret(TOKEN)) for account in ("a", "b"))
    assert one == two


@pytest.mark.parametrize(
    ("account", "channel", "token"),
    [("a", "x", TOKEN), ("a", "telegram", "another"), ("a", "telegram", ""), ("b", "telegram", "")],
)
def test_another_token_channel_or_nameless_credential_has_a_lane_of_its_own(
    account: str, channel: str, token: str
) -> None:
    lane = VAULT.credential_lane(account, channel, Secret(token))
    assert lane != VAULT.credential_lane("c", "telegram", Secret(TOKEN))
    assert lane != VAULT.credential_lane("c", "telegram", Secret(""))


def test_the_bot_and_its_channels_share_the_lane_of_their_token() -> None:
    bot, channel, other = (
        VAULT.credential_lane("a", kind, Secret(TOKEN)) for kind in ("telegram-bot", "telegram", "x")
    )
    assert bot == channel != other


def test_the_name_of_a_lane_cannot_be_guessed_without_the_key() -> None:
    assert VAULT.credential_lane("a", "x", Secret(TOKEN)) != OTHER.credential_lane("a", "x", Secret(TOKEN))


async def test_rotation_seals_every_token_with_the_new_key(store: Store) -> None:
    await _connect(store, "a", "token of a")
    await _connect(store, "b", "token of b")
    await _connect(store, "feed", "")
    assert await rotate(store, VAULT, OTHER) == 2
    opened = [(await connection(store, OTHER, account)).secret.reveal() for account in ("a", "b", "feed")]
    assert opened == ["token of a", "token of b", ""]
    with pytest.raises(StoreUnusable, match=f"sealed with key {OTHER.version}"):
        await connection(store, VAULT, "a")


async def test_rotation_keeps_what_a_shared_lane_has_spent(store: Store) -> None:
    await _connect(store, "a", TOKEN)
    await _connect(store, "b", TOKEN)
    shared = VAULT.credential_lane("a", "telegram", Secret(TOKEN))
    async with store.write() as writing:
        await writing.execute(update(tables.lane).where(tables.lane.c.id == shared).values(tat=NOW))
    await rotate(store, VAULT, OTHER)
    expected = OTHER.credential_lane("a", "telegram", Secret(TOKEN))
    assert await _credential_lanes(store) == {"a": (expected, NOW), "b": (expected, NOW)}


async def test_rotation_with_a_wrong_old_key_changes_nothing(store: Store) -> None:
    await _connect(store, "a", TOKEN)
    before = await _credential_lanes(store)
    with pytest.raises(StoreUnusable, match="right key file"):
        await rotate(store, OTHER, Vault(Key(b"3" * KEY_BYTES)))
    assert await _credential_lanes(store) == before
    assert (await connection(store, VAULT, "a")).secret.reveal() == TOKEN


async def test_rotation_is_all_or_nothing(store: Store) -> None:
    await _connect(store, "a", TOKEN)
    await _connect(store, "b", TOKEN)
    async with store.write() as writing:
        await writing.execute(
            update(tables.account).where(tables.account.c.id == "b").values(secret=b"broken")
        )
    with pytest.raises(StoreUnusable, match="token of b"):
        await rotate(store, VAULT, OTHER)
    assert (await connection(store, VAULT, "a")).secret.reveal() == TOKEN


async def test_two_rows_that_were_swapped_open_neither(store: Store) -> None:
    await _connect(store, "a", "token of a")
    await _connect(store, "b", "token of b")
    columns = tables.account.c
    async with store.write() as writing:
        rows = await writing.execute(select(columns.id, columns.secret))
        sealed = {row.id: row.secret for row in rows}
        for account, other in (("a", "b"), ("b", "a")):
            change = update(tables.account).where(columns.id == account).values(secret=sealed[other])
            await writing.execute(change)
    for account in ("a", "b"):
        with pytest.raises(
            StoreUnusable, match=f"token of {account} was changed, or belongs to another row"
        ):
            await connection(store, VAULT, account)


async def _connect(store: Store, account: str, token: str) -> None:
    new = NewAccount(account, "telegram", "fr", "press-desk", "Run by the campaign")
    await add(store, VAULT, new, secret=Secret(token), buckets=buckets_for("telegram"), now=EPOCH)


async def _credential_lanes(store: Store) -> dict[str, tuple[str, datetime]]:
    account, lane = tables.account.c, tables.lane.c
    async with store.read() as reading:
        rows = await reading.execute(
            select(account.id, lane.id.label("lane"), lane.tat).join_from(
                tables.account, tables.lane, account.credential_lane == lane.id
            )
        )
        return {row.id: (row.lane, row.tat) for row in rows}


async def test_people_are_found_and_reached_after_rotation_and_not_with_the_old_key(store: Store) -> None:
    clock = SetClock(NOW)
    async with store.write() as writing:
        name = await people.welcome(writing, VAULT, clock, 7_351_926_480, "ar")
    await rotate(store, VAULT, OTHER)
    found = await people.find(store, OTHER, 7_351_926_480)
    assert found is not None
    assert found.id == name
    assert await people.address(store, OTHER, name) == 7_351_926_480
    assert await people.find(store, VAULT, 7_351_926_480) is None
    with pytest.raises(StoreUnusable, match=f"sealed with key {OTHER.version}"):
        await people.address(store, VAULT, name)


async def test_the_audit_is_whole_after_rotation_and_rotation_mends_nothing(store: Store) -> None:
    journal = Journal(VAULT, SetClock(NOW))
    for act in ("paused", "resumed"):
        async with store.write() as writing:
            await journal.append(writing, "amal", act)
    await rotate(store, VAULT, OTHER)
    assert (await verify(store, OTHER)).is_whole
    assert not (await verify(store, VAULT)).is_whole
    async with store.write() as writing:
        await writing.execute(update(tables.audit).where(tables.audit.c.number == 1).values(actor="x"))
    with pytest.raises(StoreUnusable, match="audit was changed"):
        await rotate(store, OTHER, VAULT)


def test_a_mark_of_the_audit_covers_every_field_and_the_one_before() -> None:
    marks = {VAULT.chained("", "a", "b"), VAULT.chained("", "ab", ""), VAULT.chained("x", "a", "b")}
    assert len(marks | {OTHER.chained("", "a", "b")}) == 4
