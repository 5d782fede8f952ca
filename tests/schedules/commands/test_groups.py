"""Binding groups to open cities, and letting them go."""

import pytest

from channels.secret import Secret
from channels.telegram.direct import DirectChannel
from content.models import Risk
from schedules.accounts import accounts
from schedules.accounts.accounts import NewAccount
from schedules.accounts.buckets import buckets_for
from schedules.accounts.vault import rotate
from schedules.commands import accounts as account_commands
from schedules.commands.actor import Actor
from schedules.commands.groups import UNBOUND, Binding, bind, unbind, vet
from schedules.errors import Forbidden, ScheduleError
from schedules.people import audit, groups
from schedules.people.audit import Journal
from schedules.people.groups import Group
from schedules.people.roles import Grant, Role
from schedules.store.engine import Store
from tests.schedules.planning.factories import campaign, city
from tests.support.crowd import OTHER, VAULT, clock
from tests.support.deliveries import add_accounts
from tests.support.searching import everything, found

CHAT = -4_007_351_926
CAMPAIGN = campaign(
    id="demo",
    languages=("en", "de"),
    cities=(city("berlin", "Europe/Berlin"), city("aleppo", "Asia/Damascus", Risk.GUARDED)),
)
LENA = Actor("lena", grants=(Grant(Role.CAPTAIN, "city:berlin"),), journal=Journal(VAULT, clock()))
TOKEN = Secret("42:token")
KINDS = {"telegram-bot": DirectChannel}


@pytest.fixture
async def ready(store: Store) -> Store:
    """A store with a campaign and its bot."""
    await add_accounts(store, "a")
    new = NewAccount("bot", "telegram-bot", "en", "sara", "Run by us", settings={"base_url": "http://x"})
    buckets = buckets_for("telegram-bot")
    await accounts.add(store, VAULT, new, secret=TOKEN, buckets=buckets, now=clock().now())
    return store


async def bound(store: Store, chat: int = CHAT, to: str = "berlin", language: str = "de") -> Group:
    return await bind(store, VAULT, clock(), LENA, Binding(chat, "bot", CAMPAIGN, to, language))


async def test_an_account_posts_there_with_the_token_and_the_rate_of_the_bot(ready: Store) -> None:
    group = await bound(ready)
    assert (group.account, group.city, group.language) == ("group-berlin-de", "berlin", "de")
    opened = await accounts.connection(ready, VAULT, group.account)
    assert opened.settings["chat_id"] == str(CHAT)
    assert opened.settings["base_url"] == "http://x"
    assert opened.secret == TOKEN
    views = {view.name: view for view in await account_commands.views(ready)}
    assert views[group.account].prompt_hour == 9
    assert views["bot"].prompt_hour is None


async def test_the_database_does_not_hold_which_chat_it_is(ready: Store) -> None:
    await bound(ready)
    assert found(await everything(ready), [-CHAT]) == []


async def test_it_is_recorded(ready: Store) -> None:
    await bound(ready)
    await vet(ready, VAULT, LENA, CHAT, "let somebody into")
    await unbind(ready, VAULT, clock(), LENA, CHAT)
    written = [(each.act, each.object) for each in await audit.records(ready, 9)]
    assert written == [
        ("unbound", "account:group-berlin-de"),
        ("let somebody into", "account:group-berlin-de"),
        ("bound", "account:group-berlin-de"),
    ]


async def test_a_second_group_of_a_city_has_a_name_of_its_own(ready: Store) -> None:
    await bound(ready)
    assert (await bound(ready, CHAT - 1)).account == "group-berlin-de-2"


async def test_a_guarded_city_has_no_group(ready: Store) -> None:
    everywhere = Actor("lena", grants=(Grant(Role.CAPTAIN),))
    wanted = Binding(CHAT, "bot", CAMPAIGN, "aleppo", "en")
    with pytest.raises(ScheduleError, match="aleppo is a guarded city"):
        await bind(ready, VAULT, clock(), everywhere, wanted)


async def test_a_language_that_the_campaign_does_not_speak_is_refused(ready: Store) -> None:
    with pytest.raises(ScheduleError, match="no such city or language"):
        await bound(ready, language="fr")


async def test_the_captain_of_another_city_may_not(ready: Store) -> None:
    await bound(ready)
    paul = Actor("paul", grants=(Grant(Role.CAPTAIN, "city:paris"),))
    with pytest.raises(Forbidden):
        await bind(ready, VAULT, clock(), paul, Binding(CHAT, "bot", CAMPAIGN, "berlin", "de"))
    with pytest.raises(Forbidden):
        await unbind(ready, VAULT, clock(), paul, CHAT)
    with pytest.raises(Forbidden):
        await vet(ready, VAULT, paul, CHAT, "let somebody into")


async def test_a_group_serves_one_city(ready: Store) -> None:
    await bound(ready)
    with pytest.raises(ScheduleError, match="serves berlin already"):
        await bound(ready, language="en")


async def test_binding_again_lets_a_lost_group_send_and_lifts_no_other_hold(ready: Store) -> None:
    group = await bound(ready)
    await groups.lost(ready, VAULT, clock(), CHAT)
    assert (await bound(ready)).held is None
    await accounts.hold(ready, group.account, "Something else.", clock().now())
    assert (await bound(ready)).held == "Something else."


async def test_what_was_unbound_is_held_and_can_be_bound_again(ready: Store) -> None:
    await bound(ready)
    await unbind(ready, VAULT, clock(), LENA, CHAT)
    assert (await accounts.get(ready, "group-berlin-de")).held == UNBOUND
    assert "chat_id" not in (await accounts.connection(ready, VAULT, "group-berlin-de")).settings
    again = await bound(ready)
    assert (again.account, again.held) == ("group-berlin-de", None)


async def test_what_nobody_bound_cannot_be_unbound_or_vetted(ready: Store) -> None:
    with pytest.raises(ScheduleError, match="bound to no city"):
        await unbind(ready, VAULT, clock(), LENA, CHAT)
    with pytest.raises(ScheduleError, match="bound to no city"):
        await vet(ready, VAULT, LENA, CHAT, "let somebody into")


async def test_a_new_key_finds_and_reaches_groups_as_before(ready: Store) -> None:
    group = await bound(ready)
    await groups.wait(ready, VAULT, CHAT - 1, clock().now())
    await rotate(ready, VAULT, OTHER)
    assert await groups.of_chat(ready, OTHER, CHAT) == group
    assert await groups.address(ready, OTHER, group.account) == CHAT
    assert await groups.overdue(ready, OTHER, clock().now()) == (CHAT - 1,)
    await groups.stop_waiting(ready, OTHER, CHAT - 1)
    assert await groups.overdue(ready, OTHER, clock().now()) == ()


async def test_a_new_token_of_the_bot_is_that_of_its_groups(ready: Store) -> None:
    group = await bound(ready)
    root, fresh = Actor("root"), Secret("42:fresh")
    await account_commands.set_secret(ready, VAULT, clock(), root, "bot", secret=fresh, kinds=KINDS)
    assert (await accounts.connection(ready, VAULT, group.account)).secret == fresh
    assert (await accounts.connection(ready, VAULT, "a")).secret == Secret("")
