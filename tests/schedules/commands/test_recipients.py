from datetime import UTC, datetime

import pytest

from schedules.accounts.keys import Key
from schedules.accounts.vault import Vault
from schedules.clock import SetClock
from schedules.commands import recipients
from schedules.commands.actor import Actor
from schedules.errors import AccountUnknown, ScheduleError
from schedules.store.engine import Store
from tests.support.deliveries import add_accounts

VAULT = Vault(Key(b"k" * 32))
CLOCK = SetClock(datetime(2027, 3, 6, 12, 0, tzinfo=UTC))
AMAL = Actor("amal")


async def test_a_list_is_filled_read_and_left(store: Store) -> None:
    await add_accounts(store, "press-en", channel="mail")
    done = await recipients.add(store, VAULT, CLOCK, AMAL, "press-en", ["a@example.org", "b@example.org"])
    assert done.new == 2
    assert await recipients.addresses(store, VAULT, AMAL, "press-en") == ["a@example.org", "b@example.org"]
    await recipients.remove(store, VAULT, AMAL, "press-en", "a@example.org")
    assert await recipients.addresses(store, VAULT, AMAL, "press-en") == ["b@example.org"]
    with pytest.raises(ScheduleError, match="was not on press-en") as raised:
        await recipients.remove(store, VAULT, AMAL, "press-en", "c@example.org")
    assert "c@example.org" not in str(raised.value)


async def test_only_mailing_lists_have_recipients(store: Store) -> None:
    await add_accounts(store, "x-en")
    with pytest.raises(ScheduleError, match="no mailing list"):
        await recipients.add(store, VAULT, CLOCK, AMAL, "x-en", ["a@example.org"])
    with pytest.raises(AccountUnknown):
        await recipients.addresses(store, VAULT, AMAL, "press-fr")
