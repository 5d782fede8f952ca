"""The rows behind a change at a door."""

import pytest
from sqlalchemy import select

from schedules.commands import post_rows
from schedules.commands.actor import Actor
from schedules.errors import Forbidden, PostNotFound
from schedules.people.roles import Grant, Role
from schedules.planning.destinations import AccountView
from schedules.store.tables import delivery
from schedules.store.tables import override as override_table
from tests.schedules.planning.factories import wall
from tests.support.office import INES, NOON_SLOT, SAMI, Office


async def test_a_locked_post_comes_with_its_own_delivery_and_not_with_its_pin(office: Office) -> None:
    office.write({**NOON_SLOT, "pin": True})
    await office.plan()
    post = await office.post()
    async with office.store.write() as connection:
        row = await post_rows.locked(connection, post.id)
        kinds = await connection.execute(select(delivery.c.kind).where(delivery.c.id == row.delivery))
        assert (row.key, kinds.scalar_one()) == (post.key, "publish")
        with pytest.raises(PostNotFound):
            await post_rows.locked(connection, post.id + 1)


async def test_the_latest_change_replaces_the_one_before(office: Office) -> None:
    async with office.store.write() as connection:
        await post_rows.override(
            connection,
            office.clock,
            SAMI,
            "k",
            cancelled=False,
            local_at=wall("2026-09-05 18:00"),
            zone="UTC",
        )
        await post_rows.override(connection, office.clock, INES, "k", cancelled=True)
        (row,) = (await connection.execute(select(override_table))).all()
    assert (row.cancelled, row.local_at, row.zone, row.actor) == (True, None, None, "ines")


async def test_dropping_leaves_a_pin_that_has_ended_as_it_was(office: Office) -> None:
    office.write({**NOON_SLOT, "pin": True})
    await office.plan()
    async with office.store.write() as connection:
        row = await post_rows.locked(connection, (await office.post()).id)
        await connection.execute(
            delivery.update().where(delivery.c.kind == "pin").values(state="expired", reason="Late.")
        )
        await post_rows.drop(connection, office.clock, SAMI, row, "sami cancelled it.")
        found = await connection.execute(
            select(delivery.c.state, delivery.c.reason).order_by(delivery.c.id)
        )
        assert [tuple(each) for each in found] == [
            ("cancelled", "sami cancelled it."),
            ("expired", "Late."),
        ]


async def test_dropping_takes_along_what_waits_behind_what_follows(office: Office) -> None:
    office.accounts = (AccountView("chat-en", "x", "en"),)
    office.say("One.\n\n#WhiteBalloons\n\n---\n\nTwo.\n\n---\n\nThree.")
    office.replace("messages/launch/en.md", "Three.\n\n#WhiteBalloons", "Three.")
    office.write({**NOON_SLOT, "channels": ["x"]})
    await office.plan()
    async with office.store.write() as connection:
        row = await post_rows.locked(connection, (await office.post()).id)
        await post_rows.drop(connection, office.clock, SAMI, row, "sami cancelled it.")
        found = (await connection.execute(select(delivery.c.kind, delivery.c.state))).all()
    assert {tuple(each) for each in found} == {
        ("publish", "cancelled"),
        ("part-2", "cancelled"),
        ("part-3", "cancelled"),
    }


async def test_an_editor_gets_what_their_scope_covers_and_nobody_else_does(office: Office) -> None:
    await office.plan()
    number = (await office.post()).id
    async with office.store.write() as connection:
        for scope in ("everything", "language:en", "account:chat-en"):
            editor = Actor("noor", (Grant(Role.EDITOR, scope),))
            assert (await post_rows.editable(connection, editor, number)).id == number
        for scope in ("language:tr", "account:other", "city:berlin"):
            with pytest.raises(Forbidden):
                await post_rows.editable(connection, Actor("noor", (Grant(Role.EDITOR, scope),)), number)
        with pytest.raises(Forbidden):
            await post_rows.editable(connection, Actor("noor", ()), number + 1)
