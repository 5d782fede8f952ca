import socket

import httpx
import pytest

from bot.errors import SettingsError
from bot.web.health import health_app
from bot.web.server import serving

APP = health_app(lambda: True)


async def test_it_answers_while_the_block_lasts_and_not_afterwards() -> None:
    async with serving(APP, "127.0.0.1:0") as address, httpx.AsyncClient() as client:
        assert address is not None
        assert (await client.get(f"{address}/health")).status_code == 200
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{address}/health")


async def test_off_is_off() -> None:
    async with serving(APP, "off") as address:
        assert address is None


async def test_a_port_in_use_is_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            SettingsError, match=f"nobody can listen on 127.0.0.1:{port}: Address already in use"
        ):
            async with serving(APP, f"127.0.0.1:{port}"):
                pass


async def test_an_address_of_another_machine_is_a_sentence() -> None:
    with pytest.raises(SettingsError, match=r"nobody can listen on 192\.0\.2\.1:0"):
        async with serving(APP, "192.0.2.1:0"):
            pass
