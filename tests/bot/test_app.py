from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from bot.app import open_app, open_worker
from bot.settings import Settings
from bot.telegram.cards import PromptCards
from channels.secret import Secret
from channels.telegram.channel import TelegramChannel
from channels.telegram.direct import DirectChannel
from schedules.accounts.accounts import NewAccount
from schedules.accounts.keys import Key, create_key
from schedules.commands import accounts, wipe
from schedules.commands.actor import Actor
from schedules.errors import StoreUnusable
from schedules.store.tables import media
from tests.channels.posts import picture, video


def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


async def test_opening_makes_what_is_missing_once(tmp_path: Path) -> None:
    async with open_app(settings(tmp_path)) as app:
        version = app.vault.version
    async with open_app(settings(tmp_path)) as app:
        assert app.vault.version == version


async def test_a_database_never_gets_a_second_key(tmp_path: Path, empty_database_url: str) -> None:
    ours = Settings(home=tmp_path / "home", database=empty_database_url)
    async with open_app(ours):
        pass
    key = ours.key_path.read_bytes()
    ours.key_path.unlink()
    for create in (True, False):
        with pytest.raises(StoreUnusable, match=r"Put it back from where .* To begin anew, "):
            async with open_app(ours, create=create):
                pass
        assert not ours.key_path.exists()
    ours.key_path.write_bytes(key)
    ours.key_path.chmod(0o400)
    async with open_app(ours, create=False) as app:
        assert app.vault.version == Key(b64decode(key)).version


async def test_only_who_asks_for_it_gets_an_installation(tmp_path: Path, empty_database_url: str) -> None:
    ours = Settings(home=tmp_path / "home", database=empty_database_url)
    with pytest.raises(StoreUnusable, match=r"There is no database at .* munasara init"):
        async with open_app(ours, create=False):
            pass
    assert not ours.home.exists()


async def test_a_key_without_its_database_is_kept(tmp_path: Path) -> None:
    """So it is after a crash at the first start, and where a database was lost and its key was not."""
    ours = settings(tmp_path)
    key = create_key(ours.key_path)
    async with open_app(ours) as app:
        assert app.vault.version == key.version


async def test_a_wiped_installation_says_so_whatever_key_is_there(
    tmp_path: Path, empty_database_url: str
) -> None:
    ours = Settings(home=tmp_path / "home", database=empty_database_url)
    async with open_app(ours) as app:
        await wipe.wipe(app.store, app.clock, Actor("amal"), ours.key_path)
    for _ in ("without a key", "with another key"):
        with pytest.raises(StoreUnusable, match=r"was wiped: .* To begin anew, .*munasara init"):
            async with open_app(ours):
                pass
        ours.key_path.exists() or create_key(ours.key_path)


async def test_a_key_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    async with open_app(settings(tmp_path)):
        pass
    (tmp_path / "home" / "munasara.key").chmod(0o444)
    with pytest.raises(StoreUnusable, match="chmod 0400"):
        async with open_app(settings(tmp_path)):
            pass


async def test_an_account_is_connected_with_its_settings_and_its_token(tmp_path: Path) -> None:
    new = NewAccount("t", "telegram", "en", "Press", "Run by us", settings={"chat_id": "@balloons"})
    token = Secret("7351926480:AAH-made-up-token")
    async with open_app(settings(tmp_path)) as app:
        await accounts.add(
            app.store,
            app.vault,
            app.clock,
            Actor("amal"),
            new,
            secret=token,
            kinds={"telegram": TelegramChannel},
        )
        async with await app.connect("t") as channel:
            assert (channel.name, channel.connection.account) == ("telegram", "t")
            assert channel.connection.settings == {"chat_id": "@balloons"}
            assert channel.connection.secret == token


async def test_the_bot_knows_whom_it_writes_to_and_nobody_else_does(tmp_path: Path) -> None:
    async with open_app(settings(tmp_path)) as app:
        for name, kind in (("bot", DirectChannel), ("t", TelegramChannel)):
            new = NewAccount(name, kind.name, "en", "Press", "Run by us", settings={"chat_id": "@balloons"})
            await accounts.add(
                app.store,
                app.vault,
                app.clock,
                Actor("amal"),
                replace(new, settings={}) if kind is DirectChannel else new,
                secret=Secret("7351926480:AAH-made-up-token"),
                kinds={kind.name: kind},
            )
        async with await app.connect("bot") as bot, await app.connect("t") as channel:
            assert isinstance(bot.connection.ports.cards, PromptCards)
            assert channel.connection.ports.cards is None


async def test_sqlite_takes_one_worker(tmp_path: Path) -> None:
    async with open_app(settings(tmp_path)) as app, open_worker(app):
        with pytest.raises(StoreUnusable, match="Another worker is already running"):
            async with open_worker(app):
                pass


async def test_after_a_wipe_a_worker_leaves_no_page_of_a_board(tmp_path: Path) -> None:
    board = settings(tmp_path).board_folder / "demo" / "release" / "private"
    async with open_app(settings(tmp_path)) as app, open_worker(app):
        board.mkdir(parents=True)
        (board / "board.json").write_text("{}", encoding="utf-8")
        async with open_app(settings(tmp_path)) as door:
            await wipe.wipe(door.store, door.clock, Actor("root"), door.settings.key_path)
    assert not board.exists()


async def test_a_worker_is_not_ready_before_it_knows_the_pauses(tmp_path: Path) -> None:
    async with open_app(settings(tmp_path)) as app, open_worker(app) as worker:
        assert not worker.is_ready


async def test_pictures_have_an_address_only_where_the_internet_reaches_us(tmp_path: Path) -> None:
    shown = picture("Balloons")
    async with open_app(settings(tmp_path)) as app:
        assert app.media is None
    public = replace(settings(tmp_path), public_url="https://bot.example.org")
    async with open_app(public) as app:
        assert app.media is not None
        async with app.store.write() as connection:
            await connection.execute(
                media.insert().values(sha256=shown.sha256, mime=shown.mime, data=shown.data)
            )
        transport = httpx.ASGITransport(app.web(lambda: True))
        async with httpx.AsyncClient(transport=transport) as client:
            answer = await client.get(app.media(shown))
            assert (answer.status_code, answer.content) == (200, shown.data)
            assert (await client.get("https://bot.example.org/ready")).status_code == 200


async def test_videos_lie_in_the_home_folder_and_have_an_address_too(tmp_path: Path) -> None:
    shown = video()
    public = replace(settings(tmp_path), public_url="https://bot.example.org")
    async with open_app(public) as app:
        app.store.files.keep(shown.sha256, shown.data)
        assert (public.home / "media" / shown.sha256).read_bytes() == shown.data
        async with app.store.write() as connection:
            await connection.execute(media.insert().values(sha256=shown.sha256, mime=shown.mime))
        assert app.media is not None
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app.web(lambda: True))) as client:
            answer = await client.get(app.media(shown))
    assert (answer.headers["content-type"], answer.content) == ("video/mp4", shown.data)
