import httpx
import pytest
from starlette.applications import Starlette

from bot.web.letters import WayOut

WAY_OUT = WayOut("https://bot.example.org/", b"k" * 32)


class Door:
    """The web door, and who has left through it."""

    def __init__(self) -> None:
        self.gone: list[str] = []
        app = Starlette(routes=[WAY_OUT.route(self.leave)])
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app))

    async def leave(self, recipient: str) -> bool:
        self.gone.append(recipient)
        return True


@pytest.fixture
def door() -> Door:
    return Door()


async def test_looking_changes_nothing_and_shows_a_button(door: Door) -> None:
    answer = await door.client.get(WAY_OUT.url("ab12"))
    assert answer.status_code == 200
    assert "<button>" in answer.text
    assert "ab12" not in answer.text
    assert door.gone == []


async def test_one_click_is_enough(door: Door) -> None:
    answer = await door.client.post(WAY_OUT.url("ab12"), data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert door.gone == ["ab12"]


async def test_nobody_leaves_for_another(door: Door) -> None:
    other = WAY_OUT.url("ab12").replace("ab12", "cd34")
    for wrong in (other, f"{WAY_OUT.url('ab12')}0", "https://bot.example.org/unsubscribe/ab12/é"):
        assert (await door.client.post(wrong)).status_code == 404
    assert door.gone == []
