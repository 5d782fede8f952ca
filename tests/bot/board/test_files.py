"""What lies in the folder, what is written when, and what somebody sees who reads meanwhile."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from bot.board import files
from bot.board.files import erase_boards, keep_boards, write_boards, write_whole
from content.models import ActionDay, Campaign
from schedules.action_days import checkins
from schedules.action_days.checkins import What
from schedules.clock import SetClock
from schedules.planning.kits import Kits
from schedules.planning.record import record
from schedules.store.engine import Store
from schedules.store.tables import media, photo
from tests.support.boards import NOON, example, guarded_names, jpeg
from tests.support.deliveries import add_stale_campaign

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    store = Store(sqlite_url)
    yield store
    await store.close()


def public(campaign: Campaign) -> tuple[Campaign, ActionDay]:
    day = campaign.action_days[0].model_copy(update={"board": "public"})
    return campaign.model_copy(update={"slots": (), "prompts": (), "action_days": (day,)}), day


async def planned(store: Store, campaign: Campaign, clock: SetClock) -> None:
    await record(store, clock, campaign, (), author="sara", kept=frozenset())


async def tell(store: Store, clock: SetClock, city: str, people: int) -> None:
    async with store.write() as connection:
        await checkins.write(
            connection,
            clock,
            "white-balloons",
            "release",
            city,
            What.PEOPLE,
            happened_at=clock.now(),
            people=people,
        )


def values(page: Path) -> dict[str, object]:
    return dict(json.loads((page.parent / "board.json").read_text(encoding="utf-8")))


async def test_every_language_has_a_page_and_no_file_names_a_guarded_city(
    store: Store, tmp_path: Path
) -> None:
    clock = SetClock(NOON)
    campaign, day = public(example())
    await planned(store, campaign, clock)
    await tell(store, clock, "berlin", 120)
    await tell(store, clock, "aleppo", 30)
    picture = jpeg(comment=b"PLANTED")
    async with store.write() as connection:
        await connection.execute(media.insert().values(sha256="a" * 64, mime="image/jpeg", data=picture))
        about = {"campaign": campaign.id, "day": day.id, "city": "berlin", "sha256": "a" * 64}
        reviewed = {"received_at": NOON, "cleared_by": "omar", "reviewed_at": NOON}
        await connection.execute(photo.insert().values(about | reviewed))
    clock.set(NOON + 30 * MINUTE)
    folder = tmp_path / "release"
    pages = await write_boards(store, campaign, day, clock.now(), folder)
    assert pages == (folder / "private" / "index.html", folder / "public" / "index.html")
    names = {"index.html", "board.json", *(f"index.{tag}.html" for tag in campaign.languages)}
    for page in pages:
        assert {each.name for each in page.parent.iterdir()} == names
        assert page.read_bytes() == (page.parent / "index.ar.html").read_bytes()
        assert b"data:image/jpeg;base64," in page.read_bytes()
        assert values(page)["totals"]["people"] == 150  # type: ignore[index]
    texts = [each.read_text(encoding="utf-8") for page in pages for each in page.parent.iterdir()]
    assert [name for name in guarded_names(campaign) if any(name in text for text in texts)] == []
    assert [page.parent.stat().st_mode & 0o777 for page in pages] == [0o700, 0o755]
    assert [page.stat().st_mode & 0o777 for page in pages] == [0o600, 0o644]


async def test_only_what_changed_is_written_and_the_public_hears_of_it_later(
    store: Store, tmp_path: Path
) -> None:
    clock = SetClock(NOON)
    campaign, day = public(example())
    await planned(store, campaign, clock)
    kits = Kits(store)
    private, shown = (
        tmp_path / campaign.id / day.id / name / "index.html" for name in ("private", "public")
    )
    await keep_boards(store, clock, kits, tmp_path)
    assert private.exists()
    assert not shown.exists(), "before it has begun, nothing of it is public"
    clock.set(NOON + 15 * MINUTE)
    await keep_boards(store, clock, kits, tmp_path)
    written = private.stat().st_mtime_ns, shown.stat().st_mtime_ns
    await tell(store, clock, "berlin", 120)
    clock.set(NOON + 16 * MINUTE)
    await keep_boards(store, clock, kits, tmp_path)
    assert private.stat().st_mtime_ns != written[0]
    assert (shown.stat().st_mtime_ns, values(shown)["totals"]["counted"]) == (written[1], 0)  # type: ignore[index]
    again = private.stat().st_mtime_ns
    clock.set(NOON + 30 * MINUTE)
    await keep_boards(store, clock, kits, tmp_path)
    assert private.stat().st_mtime_ns == again
    assert values(shown)["totals"]["people"] == 120  # type: ignore[index]


async def test_erasing_takes_every_board_and_nothing_else(store: Store, tmp_path: Path) -> None:
    campaign, day = public(example())
    await planned(store, campaign, SetClock(NOON))
    folder = tmp_path / "www"
    await write_boards(store, campaign, day, NOON + 30 * MINUTE, folder / campaign.id / day.id)
    (folder / "index.html").write_text("ours", encoding="utf-8")
    erase_boards(folder)
    left = sorted(path.name for path in folder.rglob("*"))
    assert left == ["index.html", day.id, campaign.id]
    erase_boards(tmp_path / "nowhere")


async def test_a_campaign_that_fails_keeps_no_other_board_waiting(store: Store, tmp_path: Path) -> None:
    clock = SetClock(NOON)
    campaign, day = public(example())
    await planned(store, campaign.model_copy(update={"id": "second"}), clock)
    clock.set(NOON + MINUTE)
    await planned(store, campaign, clock)
    await add_stale_campaign(store)
    (tmp_path / campaign.id).write_text("no folder", encoding="utf-8")
    await keep_boards(store, clock, Kits(store), tmp_path)
    assert (tmp_path / "second" / day.id / "private" / "index.html").exists()


async def test_outside_its_days_nothing_is_written(store: Store, tmp_path: Path) -> None:
    clock = SetClock(NOON - timedelta(days=2))
    await planned(store, public(example())[0], clock)
    await keep_boards(store, clock, Kits(store), tmp_path / "board")
    assert not (tmp_path / "board").exists()


async def test_a_board_that_is_private_again_leaves_no_public_page(store: Store, tmp_path: Path) -> None:
    clock = SetClock(NOON)
    campaign, day = public(example())
    await planned(store, campaign, clock)
    later = NOON + 30 * MINUTE
    assert len(await write_boards(store, campaign, day, later, tmp_path)) == 2
    closed = day.model_copy(update={"board": "private"})
    assert await write_boards(store, campaign, closed, later, tmp_path) == (
        tmp_path / "private" / "index.html",
    )
    assert not (tmp_path / "public").exists()


def test_a_reader_sees_the_old_page_or_the_new_one_and_never_half(tmp_path: Path) -> None:
    page, done, seen = tmp_path / "index.html", Event(), set[str]()
    texts = ["a" * 400_000, "b" * 300_000]
    write_whole(page, texts[0], 0o644)

    def read() -> None:
        while not done.is_set():
            seen.add(page.read_text(encoding="utf-8"))

    reader = Thread(target=read)
    reader.start()
    for number in range(50):
        write_whole(page, texts[number % 2], 0o644)
    done.set()
    reader.join()
    assert seen <= set(texts)
    assert [each.name for each in tmp_path.iterdir()] == ["index.html"]


async def test_what_was_cut_off_is_written_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SetClock(NOON)
    campaign, day = public(example())
    await planned(store, campaign, clock)
    real = files.write_whole

    def full(path: Path, text: str, mode: int) -> None:
        if path.name == "index.tr.html":
            raise OSError("no space left")
        real(path, text, mode)

    with monkeypatch.context() as patched:
        patched.setattr(files, "write_whole", full)
        with pytest.raises(OSError, match="no space"):
            await write_boards(store, campaign, day, NOON, tmp_path)
    await write_boards(store, campaign, day, NOON, tmp_path)
    assert (tmp_path / "private" / "index.tr.html").exists()
