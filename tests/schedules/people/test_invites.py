import asyncio
import base64
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.clock import SetClock
from schedules.errors import InviteInvalid
from schedules.people import invites
from schedules.people.invites import Invite, Links, new_id
from schedules.store.engine import Store
from tests.support.crowd import MORNING, clock

LINKS = Links(b"k" * 32)
TELEGRAMS_MOST = 64


@pytest.fixture
async def invite(store: Store) -> Invite:
    """A link for one captain, good for a week."""
    new = Invite(new_id(), None, "captain", MORNING + timedelta(days=7), "city:berlin", handle="amal")
    async with store.write() as connection:
        await invites.save(connection, clock(), new, by="root")
    return new


async def use(store: Store, name: str, at: SetClock | None = None) -> None:
    async with store.write() as connection:
        await invites.use(connection, at or clock(), name)


def test_a_payload_is_read_again_and_fits_a_link() -> None:
    name = new_id()
    payload = LINKS.payload(name)
    assert LINKS.read(payload) == name
    assert len(payload) <= TELEGRAMS_MOST
    assert set(payload) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def test_a_payload_of_another_key_is_not_ours() -> None:
    assert LINKS.read(Links(b"other" * 8).payload(new_id())) is None


def test_any_changed_bit_is_noticed() -> None:
    raw = base64.urlsafe_b64decode(LINKS.payload(new_id()))
    for at in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[at // 8] ^= 1 << at % 8
        assert LINKS.read(base64.urlsafe_b64encode(changed).decode()) is None


@given(st.text(max_size=80))
def test_whatever_somebody_sends_is_no_payload_and_no_failure(payload: str) -> None:
    assert LINKS.read(payload) is None


async def test_an_invite_is_seen_as_it_was_made(store: Store, invite: Invite) -> None:
    assert await invites.look(store, clock(), invite.id) == invite


async def test_an_invite_lets_in_as_many_as_it_says(store: Store, invite: Invite) -> None:
    await use(store, invite.id)
    with pytest.raises(InviteInvalid):
        await use(store, invite.id)
    with pytest.raises(InviteInvalid):
        await invites.look(store, clock(), invite.id)


async def test_two_who_come_at_once_are_not_both_let_in(store: Store, invite: Invite) -> None:
    outcomes = await asyncio.gather(use(store, invite.id), use(store, invite.id), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["InviteInvalid", "NoneType"]


async def test_an_invite_ends_at_its_time(store: Store, invite: Invite) -> None:
    late = SetClock(invite.expires_at)
    with pytest.raises(InviteInvalid):
        await invites.look(store, late, invite.id)
    with pytest.raises(InviteInvalid):
        await use(store, invite.id, late)


async def test_a_revoked_invite_lets_nobody_in(store: Store, invite: Invite) -> None:
    async with store.write() as connection:
        assert await invites.revoke(connection, clock(), invite.id)
        assert not await invites.revoke(connection, clock(), invite.id)
    with pytest.raises(InviteInvalid):
        await use(store, invite.id)


async def test_whatever_is_wrong_the_answer_is_the_same(store: Store, invite: Invite) -> None:
    await use(store, invite.id)
    told = set()
    for name in (invite.id, new_id(), "", None):
        with pytest.raises(InviteInvalid) as caught:
            await invites.look(store, clock(), name)
        told.add(str(caught.value))
    assert told == {invites.NOT_VALID}


async def test_a_link_for_many_counts_down(store: Store, invite: Invite) -> None:
    many = replace(invite, id=new_id(), uses=3)
    async with store.write() as connection:
        await invites.save(connection, clock(), many, by="root")
    await use(store, many.id)
    assert (await invites.look(store, clock(), many.id)).uses == 2
