import base64
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from channels.base import Quota
from channels.secret import Secret
from schedules.accounts import accounts
from schedules.accounts.accounts import Account, NewAccount
from schedules.accounts.buckets import Bucket, Buckets, buckets_for
from schedules.accounts.keys import KEY_BYTES, Key
from schedules.accounts.vault import Vault
from schedules.clock import SetClock
from schedules.errors import AccountUnknown, ScheduleError, StoreUnusable
from schedules.ledger.ledger import Ledger
from schedules.lifecycle import ENDED, State
from schedules.store import tables
from schedules.store.engine import Store
from tests.support.deliveries import NOON, add_accounts, add_deliveries

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
VAULT = Vault(Key(b"1" * KEY_BYTES))
TOKEN = "4242424242:canary-token-that-nobody-may-see"
PARIS = NewAccount(
    "telegram-fr",
    "telegram",
    "fr",
    owner="press-desk",
    disclosure="Run by the campaign",
    city="paris",
    partner="harbour-union",
    audience="youth",
    settings={"chat": "@ballons"},
)


async def test_an_account_is_read_back_as_it_was_given_without_its_token(store: Store) -> None:
    await _add(store)
    assert await accounts.get(store, "telegram-fr") == Account(
        "telegram-fr",
        "telegram",
        "fr",
        owner="press-desk",
        disclosure="Run by the campaign",
        city="paris",
        partner="harbour-union",
        audience="youth",
        settings={"chat": "@ballons"},
        has_secret=True,
    )


async def test_an_account_shows_neither_its_token_nor_its_owner(store: Store) -> None:
    await _add(store)
    shown = repr(await accounts.get(store, "telegram-fr"))
    shown += repr(await accounts.connection(store, VAULT, "telegram-fr"))
    assert "telegram-fr" in shown
    assert [part for part in (TOKEN, "press-desk") if part in shown] == []


async def test_its_connection_holds_the_settings_and_the_opened_token(store: Store) -> None:
    await _add(store)
    connection = await accounts.connection(store, VAULT, "telegram-fr")
    assert connection.account == "telegram-fr"
    assert connection.settings == {"chat": "@ballons"}
    assert connection.secret.reveal() == TOKEN


async def test_an_account_without_a_token_has_a_falsy_secret(store: Store) -> None:
    await _add(store, NewAccount("feed-fr", "feed", "fr", "press-desk", "Ours"), "")
    assert not (await accounts.get(store, "feed-fr")).has_secret
    assert not (await accounts.connection(store, VAULT, "feed-fr")).secret


async def test_accounts_are_listed_by_name(store: Store) -> None:
    for name in ("c", "a", "b"):
        await _add(store, NewAccount(name, "telegram", "fr", "press-desk", "Ours"))
    assert [account.id for account in await accounts.list_all(store)] == ["a", "b", "c"]


async def test_a_name_is_given_once(store: Store) -> None:
    await _add(store)
    with pytest.raises(ScheduleError, match="There is an account telegram-fr already"):
        await _add(store, token="another")
    assert (await accounts.connection(store, VAULT, "telegram-fr")).secret.reveal() == TOKEN


async def test_an_unknown_name_is_answered_with_the_known_ones(store: Store) -> None:
    await _add(store)
    with pytest.raises(
        AccountUnknown, match=r"no account 'telegram-tr'\. These are connected: telegram-fr"
    ):
        await accounts.get(store, "telegram-tr")


async def test_nothing_can_be_done_to_an_account_that_is_not_there(store: Store) -> None:
    for doing in (
        accounts.get(store, "nobody"),
        accounts.connection(store, VAULT, "nobody"),
        accounts.replace_secret(store, VAULT, "nobody", Secret("new")),
        accounts.remove(store, "nobody", NOW),
        accounts.hold(store, "nobody", "Lost", NOW),
        accounts.release(store, "nobody"),
        accounts.keep_quota(store, "nobody", Quota(1, 2, timedelta(days=1)), NOW),
    ):
        with pytest.raises(AccountUnknown, match="`munasara accounts add`"):
            await doing


async def test_two_chats_of_one_bot_share_its_lane_and_have_their_own(store: Store) -> None:
    for name in ("a", "b"):
        await _add(store, NewAccount(name, "telegram", "fr", "press-desk", "Ours"))
    lanes = await _lanes_of(store)
    assert lanes["a"] == ("account:a", lanes["b"][1])
    assert lanes["b"][0] == "account:b"
    rates = buckets_for("telegram")
    assert await _rate(store, "account:a") == (rates.destination.rate, rates.destination.burst)
    assert await _rate(store, lanes["a"][1]) == (rates.credential.rate, rates.credential.burst)


async def test_the_lanes_let_the_ledger_claim_what_the_bucket_allows(store: Store) -> None:
    await add_accounts(store, "elsewhere")
    await _add(store, buckets=Buckets(Bucket(0.1, 3), Bucket(0.1, 2)))
    await add_deliveries(store, ["telegram-fr"], 5)
    ledger = Ledger(store, SetClock(NOON), server_time=False, lease=timedelta(minutes=1))
    assert len(await ledger.claim(100, "worker")) == 2


async def test_a_new_token_replaces_the_old_one_and_forgives_nothing(store: Store) -> None:
    await _add(store)
    before = (await _lanes_of(store))["telegram-fr"][1]
    async with store.write() as writing:
        await writing.execute(update(tables.lane).where(tables.lane.c.id == before).values(tat=NOW))
    await accounts.replace_secret(store, VAULT, "telegram-fr", Secret("a new one"))
    after = (await _lanes_of(store))["telegram-fr"][1]
    assert (await accounts.connection(store, VAULT, "telegram-fr")).secret.reveal() == "a new one"
    assert after != before
    async with store.read() as reading:
        tat = (
            await reading.execute(select(tables.lane.c.tat).where(tables.lane.c.id == after))
        ).scalar_one()
    assert tat == NOW


async def test_a_new_token_does_not_release_a_held_account(store: Store) -> None:
    await _add(store)
    await accounts.hold(store, "telegram-fr", "The token was refused.", NOW)
    await accounts.replace_secret(store, VAULT, "telegram-fr", Secret("a new one"))
    assert (await accounts.get(store, "telegram-fr")).held == "The token was refused."


async def test_a_hold_keeps_its_first_reason_until_it_is_released(store: Store) -> None:
    await _add(store)
    await accounts.hold(store, "telegram-fr", "The token was refused.", NOW)
    await accounts.hold(store, "telegram-fr", "Something else.", NOW + timedelta(hours=1))
    held = await accounts.get(store, "telegram-fr")
    assert (held.held, held.held_at) == ("The token was refused.", NOW)
    await accounts.release(store, "telegram-fr")
    free = await accounts.get(store, "telegram-fr")
    assert (free.held, free.held_at) == (None, None)


async def test_a_quota_is_kept_until_the_account_is_removed(store: Store) -> None:
    await _add(store)
    for used in (1, 38):
        quota = Quota(used, 100, timedelta(minutes=15))
        await accounts.keep_quota(store, "telegram-fr", quota, NOW)
    kept = await accounts.get(store, "telegram-fr")
    assert (kept.quota, kept.quota_read_at) == (quota, NOW)
    await accounts.remove(store, "telegram-fr", NOW)
    await _add(store)
    back = await accounts.get(store, "telegram-fr")
    assert (back.quota, back.quota_read_at) == (None, None)


async def test_a_removed_account_is_gone_and_its_token_erased(store: Store) -> None:
    await _add(store)
    await accounts.remove(store, "telegram-fr", NOW)
    assert await accounts.list_all(store) == ()
    with pytest.raises(AccountUnknown):
        await accounts.connection(store, VAULT, "telegram-fr")
    async with store.read() as reading:
        row = (await reading.execute(select(tables.account))).one()
    assert (row.secret, row.owner, row.settings) == (None, "", {})


async def test_a_removed_account_comes_back_with_what_is_given_then(store: Store) -> None:
    await _add(store)
    await accounts.remove(store, "telegram-fr", NOW)
    await _add(store, NewAccount("telegram-fr", "x", "tr", "night-desk", "Ours"), "a new one")
    account = await accounts.get(store, "telegram-fr")
    assert (account.channel, account.language, account.city, account.held) == ("x", "tr", None, None)
    assert (await accounts.connection(store, VAULT, "telegram-fr")).secret.reveal() == "a new one"


@pytest.mark.parametrize("state", sorted(set(State) - ENDED))
async def test_an_account_with_posts_that_have_not_ended_is_kept(store: Store, state: State) -> None:
    await add_accounts(store, "a")
    await add_deliveries(store, ["a"], 2, state=state)
    with pytest.raises(ScheduleError, match=rf"a has posts that have not ended \(2 {state}\)"):
        await accounts.remove(store, "a", NOW)
    assert [account.id for account in await accounts.list_all(store)] == ["a"]


async def test_an_account_whose_posts_have_all_ended_goes_and_their_receipts_stay(store: Store) -> None:
    await add_accounts(store, "a", "b")
    for state in sorted(ENDED):
        await add_deliveries(store, ["a"], 1, state=state)
    await add_deliveries(store, ["b"], 1, state="ready")
    await accounts.remove(store, "a", NOW)
    assert [account.id for account in await accounts.list_all(store)] == ["b"]
    async with store.read() as reading:
        kept = select(func.count()).where(tables.delivery.c.account == "a")
        assert (await reading.execute(kept)).scalar_one() == len(ENDED)


async def test_the_files_of_the_database_hold_no_token_in_any_spelling(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    try:
        await _add(
            store, NewAccount("a", "telegram", "fr", "press-desk", "Ours", settings={"chat": TOKEN[::-1]})
        )
        await accounts.replace_secret(store, VAULT, "a", Secret(TOKEN))
        with pytest.raises(ScheduleError):
            await _add(store, NewAccount("a", "telegram", "fr", "press-desk", "Ours"))
        files = sorted(store.path.parent.glob("ledger.db*"))
        assert {file.name for file in files} >= {"ledger.db", "ledger.db-wal"}
        assert _found_in(files, TOKEN[::-1]), "the search finds nothing at all"
        assert not _found_in(files, TOKEN)
    finally:
        await store.close()
    assert not _found_in(sorted(store.path.parent.glob("ledger.db*")), TOKEN)


@pytest.mark.parametrize("position", range(3))
def test_the_search_finds_every_spelling(tmp_path: Path, position: int) -> None:
    token, before = TOKEN.encode(), b"x" * position
    for planted in (
        token,
        base64.b64encode(before + token),
        (before + token).hex().encode(),
        token.hex().upper().encode(),
    ):
        (tmp_path / "file").write_bytes(b"\0noise" + planted + b"noise\0")
        assert _found_in([tmp_path / "file"], TOKEN)


async def test_postgresql_shows_no_token_in_a_dump_of_the_row(postgres_url: str) -> None:
    store = Store(postgres_url)
    await _add(store)
    async with store.read() as reading:
        dump = str((await reading.exec_driver_sql("SELECT account::text FROM account")).scalar_one())
    await store.close()
    assert "@ballons" in dump
    assert [spelling for spelling in _spellings(TOKEN) if spelling in dump.encode()] == []


async def test_a_key_that_was_changed_is_told_and_not_overcome(store: Store) -> None:
    await _add(store)
    with pytest.raises(StoreUnusable, match="Put the right key file back"):
        await accounts.connection(store, Vault(Key(b"2" * KEY_BYTES)), "telegram-fr")


async def test_the_account_of_a_channel_that_was_connected_first_is_the_one(store: Store) -> None:
    assert await accounts.first_of(store, "telegram-bot") is None
    for minute, name in enumerate(("zeta", "alpha", "mail")):
        channel = "mail" if name == "mail" else "telegram-bot"
        new = replace(PARIS, id=name, channel=channel)
        at = NOW + timedelta(minutes=minute)
        await accounts.add(store, VAULT, new, secret=Secret(TOKEN), buckets=buckets_for(channel), now=at)
    assert await accounts.first_of(store, "telegram-bot") == "zeta"
    await accounts.remove(store, "zeta", NOW)
    assert await accounts.first_of(store, "telegram-bot") == "alpha"
    await accounts.hold(store, "alpha", "its token was revoked", NOW)
    assert await accounts.first_of(store, "telegram-bot") == "alpha"


async def test_what_a_platform_tells_of_an_account_stands_among_its_settings(store: Store) -> None:
    await _add(store)
    for username in ("balloon_bot", "balloon_bot", "other_bot"):
        await accounts.learn(store, "telegram-fr", username=username)
    settings = (await accounts.get(store, "telegram-fr")).settings
    assert settings == {"chat": "@ballons", "username": "other_bot"}
    with pytest.raises(AccountUnknown):
        await accounts.learn(store, "nobody", username="x")


async def _add(
    store: Store, new: NewAccount = PARIS, token: str = TOKEN, buckets: Buckets | None = None
) -> None:
    rates = buckets or buckets_for(new.channel)
    await accounts.add(store, VAULT, new, secret=Secret(token), buckets=rates, now=NOW)


def _found_in(files: Iterable[Path], token: str) -> bool:
    contents = [file.read_bytes() for file in files]
    return any(spelling in content for spelling in _spellings(token) for content in contents)


def _spellings(token: str) -> Iterator[bytes]:
    """The token plain, in hex, and in base64 wherever in a longer text it may stand."""
    value = token.encode()
    yield from (value, value.hex().encode(), value.hex().upper().encode())
    for offset in range(3):
        inner = value[offset : offset + (len(value) - offset) // 3 * 3]
        yield from (base64.b64encode(inner), base64.urlsafe_b64encode(inner))


async def _lanes_of(store: Store) -> dict[str, tuple[str, str]]:
    columns = tables.account.c
    async with store.read() as reading:
        rows = await reading.execute(select(columns.id, columns.destination_lane, columns.credential_lane))
        return {row[0]: (row[1], row[2]) for row in rows}


async def _rate(store: Store, lane: str) -> tuple[float, float]:
    columns = tables.lane.c
    async with store.read() as reading:
        row = (await reading.execute(select(columns.rate, columns.burst).where(columns.id == lane))).one()
    return row.rate, row.burst
