"""The rows of posts and of the pins and parts that follow them."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from channels.base import OutgoingPost
from schedules.errors import StoreUnusable
from schedules.ledger.media import frozen_file
from schedules.lifecycle import State
from schedules.planning.changes import GONE_FROM_FOLDER, NOT_CONTINUED, NOT_PINNED
from schedules.planning.destinations import AccountView
from schedules.planning.drafts import Draft
from schedules.planning.rows import insert_posts, revise_posts, save_media, withdraw_posts
from schedules.store.files import Files
from schedules.store.tables import account, delivery, media, post
from tests.support.folders import picture
from tests.support.office import NOON_SLOT, Office
from tests.support.videos import film


async def _drafts(office: Office, **values: Any) -> list[Draft]:
    office.write({**NOON_SLOT, **values})
    return list((await office.check()).drafts())


async def _thread(office: Office, *parts: str, pinned: bool = False) -> list[Draft]:
    office.accounts = (AccountView("chat-en", "x", "en"),)
    office.edit("messages/launch/en.md", "\n\n---\n\n".join(("One.\n\n#WhiteBalloons", *parts)))
    return [replace(draft, pinned=pinned) for draft in await _drafts(office, channels=["x"])]


async def _deliveries(office: Office) -> list[Any]:
    async with office.store.read() as connection:
        return list((await connection.execute(select(delivery).order_by(delivery.c.id))).all())


async def _post_ids(office: Office) -> dict[str, int]:
    async with office.store.read() as connection:
        return {row.key: row.id for row in await connection.execute(select(post.c.key, post.c.id))}


async def _insert(office: Office, drafts: list[Draft]) -> None:
    await office.plan()
    async with office.store.write() as connection:
        await connection.execute(delivery.delete())
        await connection.execute(post.delete())
        await insert_posts(connection, drafts, "amal", office.clock.now())


async def test_a_post_has_one_delivery_with_the_instants_of_its_draft(office: Office) -> None:
    (draft,) = await _drafts(office)
    await _insert(office, [draft])
    (row,) = await _deliveries(office)
    assert (row.due_at, row.planned_at, row.expires_at) == (
        draft.occurrence.due_at,
        draft.occurrence.due_at,
        draft.expires_at,
    )
    assert (row.kind, row.state, row.attempt, row.after) == ("publish", State.PLANNED, 0, None)


async def test_a_delivery_carries_the_partner_of_its_account(office: Office) -> None:
    async with office.store.write() as connection:
        await connection.execute(account.update().values(partner="friends"))
    await _insert(office, await _drafts(office, pin=True))
    assert {row.partner for row in await _deliveries(office)} == {"friends"}


async def test_a_pin_follows_the_delivery_of_its_post(office: Office) -> None:
    await _insert(office, await _drafts(office, pin=True))
    first, pin = await _deliveries(office)
    assert (pin.kind, pin.after, pin.post) == ("pin", first.id, first.post)


async def test_revising_forgets_failed_attempts(office: Office) -> None:
    drafts = await _drafts(office)
    await _insert(office, drafts)
    async with office.store.write() as connection:
        await connection.execute(
            delivery.update().values(
                state="refused", attempt=4, crashes=3, reason="No.", remedy="Change it."
            )
        )
        await revise_posts(connection, drafts, await _ids(connection), "ines", office.clock.now())
    (row,) = await _deliveries(office)
    assert (row.state, row.attempt, row.crashes, row.reason, row.remedy) == ("planned", 0, 0, None, None)


async def _ids(connection: Any) -> dict[str, int]:
    return {row.key: row.id for row in await connection.execute(select(post.c.key, post.c.id))}


async def test_revising_cancels_a_pin_with_its_own_reason_and_brings_it_back(office: Office) -> None:
    pinned = await _drafts(office, pin=True)
    await _insert(office, pinned)
    plain = await _drafts(office)
    for drafts, state, reason in ((plain, "cancelled", NOT_PINNED), (pinned, "planned", None)):
        async with office.store.write() as connection:
            await revise_posts(connection, drafts, await _ids(connection), "amal", office.clock.now())
        assert [(row.state, row.reason) for row in await _deliveries(office)] == [
            ("planned", None),
            (state, reason),
        ]


async def test_withdrawing_takes_the_pin_along_and_counts_posts(office: Office) -> None:
    (draft,) = await _drafts(office, pin=True)
    await _insert(office, [draft])
    async with office.store.write() as connection:
        assert await withdraw_posts(connection, [draft.occurrence.key], office.clock.now()) == 1
        assert await withdraw_posts(connection, [draft.occurrence.key], office.clock.now()) == 0
    assert {(row.state, row.reason) for row in await _deliveries(office)} == {
        ("cancelled", GONE_FROM_FOLDER)
    }


async def test_withdrawing_leaves_what_a_worker_holds(office: Office) -> None:
    (draft,) = await _drafts(office)
    await _insert(office, [draft])
    for state in ("claimed", "sending", "sent", "unknown", "handed_off", "refused"):
        async with office.store.write() as connection:
            await connection.execute(delivery.update().values(state=state))
            assert await withdraw_posts(connection, [draft.occurrence.key], office.clock.now()) == 0
        assert [row.state for row in await _deliveries(office)] == [state]


async def test_a_picture_is_kept_once_for_many_posts(office: Office) -> None:
    office.edit("media/balloon.png", picture())
    text = (office.folder / "messages/launch/message.toml").read_text(encoding="utf-8")
    alt = '\n[[media]]\nfile = "balloon.png"\nalt = {en = "A white balloon"}\n'
    office.edit("messages/launch/message.toml", text + alt)
    drafts = await _drafts(office)
    async with office.store.write() as connection:
        await save_media(connection, drafts * 3)
        await save_media(connection, drafts)
        assert len((await connection.execute(select(media.c.sha256))).all()) == 1


async def test_each_part_of_a_thread_follows_the_one_before(office: Office) -> None:
    await _insert(office, await _thread(office, "Two.", "Three.", pinned=True))
    found = {row.kind: row for row in await _deliveries(office)}
    first = found["publish"]
    follows = {kind: row.after for kind, row in found.items()}
    assert follows == {
        "publish": None,
        "pin": first.id,
        "part-2": first.id,
        "part-3": found["part-2"].id,
    }
    assert {(row.post, row.account, row.state) for row in found.values()} == {
        (first.post, "chat-en", "planned")
    }
    assert {(row.due_at, row.expires_at) for row in found.values()} == {(first.due_at, first.expires_at)}


async def test_threads_of_several_lengths_are_inserted_together(office: Office) -> None:
    (long,) = await _thread(office, "Two.", "Three.")
    (short,) = await _thread(office, "Two.")
    key = replace(short.occurrence, slot_id="evening")
    await _insert(office, [replace(short, occurrence=key), long])
    kinds = [(row.post, row.kind) for row in await _deliveries(office)]
    assert sorted(kind for _, kind in kinds) == ["part-2", "part-2", "part-3", "publish", "publish"]
    assert len(set(kinds)) == 5


async def test_revising_cancels_parts_that_vanished_and_brings_them_back(office: Office) -> None:
    long = await _thread(office, "Two.", "Three.")
    short = await _thread(office, "Two.")
    longer = await _thread(office, "Two.", "Three.", "Four.")
    await _insert(office, long)
    told = []
    for drafts in (short, long, longer):
        async with office.store.write() as connection:
            await revise_posts(connection, drafts, await _ids(connection), "amal", office.clock.now())
        told.append({row.kind: (row.state, row.reason) for row in await _deliveries(office)})
    waits = ("planned", None)
    assert told[0] == {"publish": waits, "part-2": waits, "part-3": ("cancelled", NOT_CONTINUED)}
    assert told[1] == {"publish": waits, "part-2": waits, "part-3": waits}
    assert told[2] == told[1] | {"part-4": waits}


async def test_a_part_that_is_added_waits_for_the_last_one(office: Office) -> None:
    await _insert(office, await _thread(office))
    longer = await _thread(office, "Two.")
    async with office.store.write() as connection:
        await revise_posts(connection, longer, await _ids(connection), "amal", office.clock.now())
    first, second = await _deliveries(office)
    assert (second.kind, second.after, second.due_at) == ("part-2", first.id, first.due_at)


async def test_revising_leaves_what_is_neither_pin_nor_part(office: Office) -> None:
    drafts = await _drafts(office)
    await _insert(office, drafts)
    (first,) = await _deliveries(office)
    async with office.store.write() as connection:
        other = {**first._mapping, "id": first.id + 1, "kind": "retract", "after": first.id}
        await connection.execute(delivery.insert().values(other))
        await revise_posts(connection, drafts, await _ids(connection), "amal", office.clock.now())
    assert [(row.kind, row.reason) for row in await _deliveries(office)] == [
        ("publish", None),
        ("retract", None),
    ]


async def test_withdrawing_takes_every_part_along(office: Office) -> None:
    (draft,) = await _thread(office, "Two.", "Three.")
    await _insert(office, [draft])
    async with office.store.write() as connection:
        assert await withdraw_posts(connection, [draft.occurrence.key], office.clock.now()) == 1
    assert {row.state for row in await _deliveries(office)} == {"cancelled"}


FILM = '\n[[media]]\nfile = "balloon.mp4"\nalt = {en = "Balloons rise"}\n'


@pytest.fixture
def filmed(office: Office, ffmpeg: Path, tmp_path: Path) -> Office:
    """An office whose message shows a video, and whose store has a folder for it."""
    office.edit("media/balloon.mp4", film(ffmpeg, tmp_path / "film.mp4").read_bytes())
    message = office.folder / "messages" / "launch" / "message.toml"
    office.edit("messages/launch/message.toml", message.read_text("utf-8") + FILM)
    office.store.files = Files(tmp_path / "home" / "media")
    return office


async def test_a_video_is_kept_in_a_file_and_its_row_holds_no_bytes(filmed: Office) -> None:
    await filmed.plan()
    (item,) = (await filmed.post()).body["media"]
    async with filmed.store.read() as connection:
        (row,) = (await connection.execute(select(media))).all()
    assert (row.sha256, row.mime, row.data) == (item["sha256"], "video/mp4", None)
    found = await frozen_file(filmed.store, item["sha256"])
    assert found is not None
    assert hashlib.sha256(found[1]).hexdigest() == item["sha256"]


async def test_a_video_goes_out_as_it_was_approved(filmed: Office) -> None:
    await filmed.plan()
    await filmed.approve()
    (item,) = (await filmed.post()).body["media"]
    posts: list[OutgoingPost] = []

    async def note(post: OutgoingPost) -> None:
        posts.append(post)

    filmed.platform.on_publish = note
    await filmed.run_at("12:00:00")
    (sent,) = posts
    assert [(each.sha256, each.is_video, each.seconds) for each in sent.media] == [
        (item["sha256"], True, item["seconds"])
    ]


async def test_a_video_that_cannot_be_kept_leaves_no_plan(filmed: Office) -> None:
    filmed.store.files = Files(None)
    with pytest.raises(StoreUnusable, match="needs a folder"):
        await filmed.plan()
    assert await filmed.posts() == {}
