from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from channels.base import (
    AccountCheck,
    Channel,
    HandedOff,
    OutgoingPost,
    Prepared,
    Quota,
    Receipt,
    Setting,
)
from channels.errors import Unreachable
from channels.secret import Secret, pack
from content.limits import LIMITS
from schedules.accounts.accounts import Account, NewAccount, connection
from schedules.accounts.keys import KEY_BYTES, Key
from schedules.accounts.vault import Vault
from schedules.clock import SetClock
from schedules.commands import accounts
from schedules.commands.actor import Actor
from schedules.errors import AccountUnknown, ScheduleError
from schedules.planning.destinations import AccountView
from schedules.store.engine import Store
from tests.support.deliveries import add_accounts, add_deliveries
from tests.support.guided_channel import GuidedChannel

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
CLOCK = SetClock(NOW)
VAULT = Vault(Key(b"1" * KEY_BYTES))
AMAL = Actor("amal")
TOKEN = Secret("4242424242:canary-token-that-nobody-may-see")


class Chat(Channel):
    name = "telegram"
    limits = LIMITS["telegram"]
    features = frozenset()
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("chat", "Name or number of the chat.", required=True),
        Setting("topic", "A topic."),
    )
    secret_help: ClassVar[str | None] = "Ask the bot father for one."

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt | HandedOff:
        raise NotImplementedError

    async def verify(self) -> AccountCheck:
        raise NotImplementedError

    async def aclose(self) -> None: ...


class Files(Chat):
    name = "feed"
    limits = LIMITS["feed"]
    settings = ()
    secret_help = None


class StandIn(Chat):
    name = "rehearsal"
    settings = (Setting("platform", "The platform to play.", required=True),)
    secret_help = None


KINDS: Mapping[str, type[Channel]] = {
    "telegram": Chat,
    "feed": Files,
    "rehearsal": StandIn,
    "x": GuidedChannel,
}
CHAT = NewAccount("chat-fr", "telegram", "fr", "press-desk", "Run by the campaign", settings={"chat": "@b"})
PAID = NewAccount("x-en", "x", "en", "press-desk", "Ours", settings={"handle": "us-1", "budget": "12.50"})
PARTS = pack({"key": "k", "key_secret": TOKEN.reveal()})
FEED = NewAccount("feed-fr", "feed", "fr", "press-desk", "Run by the campaign")


@pytest.fixture
async def one_store(sqlite_url: str) -> AsyncIterator[Store]:
    """A store for what is decided before any statement, so that one database is enough."""
    store = Store(sqlite_url)
    yield store
    await store.close()


async def test_an_account_is_added_and_told_back(store: Store) -> None:
    account = await _add(store, CHAT)
    assert (account.id, account.settings, account.has_secret) == ("chat-fr", {"chat": "@b"}, True)
    assert (await connection(store, VAULT, "chat-fr")).secret == TOKEN


async def test_a_channel_that_needs_no_token_is_added_without_one(store: Store) -> None:
    assert not (await _add(store, FEED, Secret(""))).has_secret


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id": "Chat FR"}, "'Chat FR' cannot be the name of an account. Write lower-case letters"),
        ({"id": ""}, "cannot be the name"),
        ({"id": "a" * 65}, "cannot be the name"),
        ({"id": "chat\n"}, "cannot be the name"),
        ({"city": "New York"}, "cannot be the city"),
        ({"partner": ""}, "cannot be the partner"),
        ({"audience": "a:b"}, "cannot be the audience"),
        (
            {"channel": "smoke-signal"},
            "no channel 'smoke-signal'. Choose one of: feed, rehearsal, telegram, x.",
        ),
        ({"language": "qq"}, "no language is known as 'qq'"),
        ({"language": "French"}, "no language is known as 'French'"),
        ({"language": ""}, "no language is known as ''"),
        ({"owner": "  "}, "chat-fr has no owner. Name who answers"),
        ({"disclosure": ""}, "chat-fr has no disclosure. Write how"),
        ({"settings": {}}, "telegram needs more settings. Give chat (Name or number of the chat)."),
        ({"settings": {"chat": " "}}, "needs more settings"),
        ({"settings": {"chat": "@b", "chta": "@b"}}, "knows no setting 'chta'. It takes: chat, topic."),
    ],
)
async def test_what_cannot_be_used_is_refused_with_what_to_write(
    one_store: Store, change: dict[str, Any], told: str
) -> None:
    with pytest.raises(ScheduleError) as caught:
        await _add(one_store, replace(CHAT, **change))
    assert told in str(caught.value)
    assert await accounts.list_all(one_store) == ()


async def test_what_is_said_of_an_account_changes_and_the_rest_stays(store: Store) -> None:
    await _add(store, PAID, PARTS)
    changed = await accounts.change(
        store, AMAL, "x-en", kinds=KINDS, owner="sami", settings={"budget": "20"}
    )
    assert (changed.owner, changed.disclosure) == ("sami", PAID.disclosure)
    assert changed.settings == {"handle": "us-1", "budget": "20"}
    bare = await accounts.change(store, AMAL, "x-en", kinds=KINDS, settings={"budget": ""})
    assert bare.settings == {"handle": "us-1"}
    assert (await connection(store, VAULT, "x-en")).secret == PARTS


async def test_what_waits_never_goes_somewhere_else(store: Store) -> None:
    await add_accounts(store)
    await _add(store, PAID, PARTS)
    await add_deliveries(store, ["x-en"], 1)
    with pytest.raises(ScheduleError, match="1 ready"):
        await accounts.change(store, AMAL, "x-en", kinds=KINDS, settings={"handle": "us-2"})
    changed = await accounts.change(
        store, AMAL, "x-en", kinds=KINDS, disclosure="Run by us", settings={"budget": "20"}
    )
    assert (changed.disclosure, changed.settings["handle"]) == ("Run by us", "us-1")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"owner": " "}, "has no owner"),
        ({"disclosure": ""}, "has no disclosure"),
        ({"settings": {"handle": ""}}, "needs more settings"),
        ({"settings": {"colour": "red"}}, "knows no setting 'colour'"),
        ({"settings": {"budget": "much"}}, "is no budget"),
    ],
)
async def test_a_change_that_cannot_be_used_changes_nothing(
    one_store: Store, said: dict[str, Any], told: str
) -> None:
    before = await _add(one_store, PAID, PARTS)
    with pytest.raises(ScheduleError, match=told):
        await accounts.change(one_store, AMAL, "x-en", kinds=KINDS, **said)
    assert await accounts.list_all(one_store) == (before,)


async def test_a_channel_without_settings_says_so(one_store: Store) -> None:
    with pytest.raises(ScheduleError, match=r"feed knows no setting 'path'\. It takes none"):
        await _add(one_store, replace(FEED, settings={"path": "x"}), Secret(""))


async def test_a_missing_token_is_told_with_the_way_to_get_one(one_store: Store) -> None:
    with pytest.raises(ScheduleError, match=r"telegram needs a token\. Ask the bot father for one\."):
        await _add(one_store, CHAT, Secret(" \n"))


async def test_a_token_that_nobody_needs_is_refused_and_not_shown(one_store: Store) -> None:
    with pytest.raises(ScheduleError, match=r"feed needs no token\. Leave it out\.") as caught:
        await _add(one_store, FEED)
    assert TOKEN.reveal() not in str(caught.value)


@pytest.mark.parametrize("language", ["ar", "fa-AF", "prs", "zh-Hant-TW", "ckb"])
async def test_languages_that_cldr_knows_are_taken(one_store: Store, language: str) -> None:
    assert (await _add(one_store, replace(CHAT, language=language))).language == language


async def test_planning_sees_what_it_needs_of_every_account(store: Store) -> None:
    await _add(store, replace(CHAT, city="paris", partner="harbour-union", audience="youth"))
    await _add(
        store, NewAccount("sham", "rehearsal", "ar", "d", "o", settings={"platform": "x"}), Secret("")
    )
    await accounts.hold(store, CLOCK, AMAL, "sham", "The token was refused.")
    assert await accounts.views(store) == (
        AccountView("chat-fr", "telegram", "fr", "paris", "harbour-union", "youth", adapter="telegram"),
        AccountView("sham", "x", "ar", adapter="rehearsal"),
    )


async def test_planning_sees_the_budget_and_the_quota_that_the_platform_told(store: Store) -> None:
    await _add(store, PAID, PARTS)
    quota = Quota(38, 100, timedelta(hours=24))
    await accounts.note(store, CLOCK, "x-en", AccountCheck(ready=True, identity="", detail="", quota=quota))
    await accounts.note(store, CLOCK, "x-en", AccountCheck(ready=True, identity="", detail=""))
    (view,) = await accounts.views(store)
    assert (view.budget, view.quota, view.quota_read_at) == (Decimal("12.50"), quota, NOW)


async def test_a_platform_that_nobody_knows_cannot_be_played(one_store: Store) -> None:
    new = NewAccount("sham", "rehearsal", "ar", "d", "o", settings={"platform": "smoke"})
    with pytest.raises(ScheduleError, match=r"sham: there is no platform 'smoke'\. Choose one of: "):
        await _add(one_store, new, Secret(""))


@pytest.mark.parametrize("budget", ["much", "-1", "NaN", "Infinity", "1,000"])
async def test_a_budget_is_an_amount_of_dollars(one_store: Store, budget: str) -> None:
    with pytest.raises(ScheduleError, match=r"x-en: .* is no budget\. Write US dollars a month"):
        await _add(one_store, replace(PAID, settings={"handle": "us-1", "budget": budget}), PARTS)


@pytest.mark.parametrize(
    ("secret", "told"),
    [
        (pack({"key": "k"}), "The token of x is not whole. Give key_secret (Its secret)."),
        (pack({"key": "k", "key_secret": " "}), "Give key_secret"),
        (TOKEN, "Give key (The key of the app); key_secret (Its secret). It is on the page Keys."),
        (Secret(""), "Give key"),
        (pack({"key": "k", "key_secret": "s", "colour": "red"}), "The token of x has no part 'colour'"),
    ],
)
async def test_a_token_of_several_parts_must_be_whole(one_store: Store, secret: Secret, told: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        await _add(one_store, PAID, secret)
    assert told in str(caught.value)
    assert TOKEN.reveal() not in str(caught.value)


async def test_a_removed_account_is_listed_no_more(store: Store) -> None:
    await _add(store, CHAT)
    await accounts.remove(store, CLOCK, AMAL, "chat-fr")
    assert await accounts.list_all(store) == ()
    assert await accounts.views(store) == ()


async def test_a_new_token_is_the_one_that_is_used(store: Store) -> None:
    await _add(store, CHAT)
    await accounts.set_secret(store, VAULT, CLOCK, AMAL, "chat-fr", secret=Secret("a new one"), kinds=KINDS)
    assert (await connection(store, VAULT, "chat-fr")).secret.reveal() == "a new one"


async def test_an_empty_token_replaces_none(one_store: Store) -> None:
    await _add(one_store, CHAT)
    with pytest.raises(ScheduleError, match="telegram needs a token"):
        await accounts.set_secret(one_store, VAULT, CLOCK, AMAL, "chat-fr", secret=Secret(""), kinds=KINDS)
    assert (await connection(one_store, VAULT, "chat-fr")).secret == TOKEN


async def test_a_hold_says_why_and_since_when(store: Store) -> None:
    await _add(store, CHAT)
    await accounts.hold(store, CLOCK, AMAL, "chat-fr", " Its owner asked. ")
    (account,) = await accounts.list_all(store)
    assert (account.held, account.held_at) == ("Its owner asked.", NOW)


@pytest.mark.parametrize("reason", ["", "  ", "removed"])
async def test_a_hold_without_a_reason_is_refused(one_store: Store, reason: str) -> None:
    await _add(one_store, CHAT)
    with pytest.raises(ScheduleError, match="Say why chat-fr is held"):
        await accounts.hold(one_store, CLOCK, AMAL, "chat-fr", reason)
    assert [account.held for account in await accounts.list_all(one_store)] == [None]


async def test_a_held_account_is_released_when_its_platform_says_yes(store: Store) -> None:
    await _add(store, CHAT)
    await accounts.hold(store, CLOCK, AMAL, "chat-fr", "The token was refused.")
    asked: list[str] = []

    async def verify(account: str) -> AccountCheck:
        asked.append(account)
        return AccountCheck(ready=True, identity="@b", detail="It may post.")

    assert (await accounts.release(store, AMAL, "chat-fr", verify)).identity == "@b"
    assert asked == ["chat-fr"]
    assert [account.held for account in await accounts.list_all(store)] == [None]


async def test_an_account_that_may_not_post_stays_held(store: Store) -> None:
    await _add(store, CHAT)
    await accounts.hold(store, CLOCK, AMAL, "chat-fr", "The token was refused.")

    async def verify(account: str) -> AccountCheck:
        return AccountCheck(ready=False, identity="@b", detail="Make the bot an administrator.")

    with pytest.raises(ScheduleError, match=r"chat-fr stays held\. Make the bot an administrator\."):
        await accounts.release(store, AMAL, "chat-fr", verify)
    assert [account.held for account in await accounts.list_all(store)] == ["The token was refused."]


async def test_an_account_that_cannot_be_asked_for_stays_held(one_store: Store) -> None:
    await _add(one_store, CHAT)
    await accounts.hold(one_store, CLOCK, AMAL, "chat-fr", "The token was refused.")

    async def verify(account: str) -> AccountCheck:
        raise Unreachable("telegram", account, "No answer.")

    with pytest.raises(Unreachable):
        await accounts.release(one_store, AMAL, "chat-fr", verify)
    assert [account.held for account in await accounts.list_all(one_store)] == ["The token was refused."]


async def test_no_platform_is_asked_for_an_account_that_is_not_there(one_store: Store) -> None:
    async def verify(account: str) -> AccountCheck:
        raise AssertionError

    with pytest.raises(AccountUnknown):
        await accounts.release(one_store, AMAL, "chat-fr", verify)


def test_the_stand_in_says_what_it_plays_where_planning_looks_for_it() -> None:
    from channels.rehearsal.channel import RehearsalChannel

    assert accounts.PLATFORM in {setting.name for setting in RehearsalChannel.settings if setting.required}


async def _add(store: Store, new: NewAccount, secret: Secret = TOKEN) -> Account:
    return await accounts.add(store, VAULT, CLOCK, AMAL, new, secret=secret, kinds=KINDS)
