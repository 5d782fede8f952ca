import pytest
from httpx import ASGITransport, AsyncClient, Response

from bot.web.health import health_app


async def get(path: str, *, ready: bool) -> Response:
    transport = ASGITransport(health_app(lambda: ready))
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(path)


@pytest.mark.parametrize("ready", [True, False])
async def test_a_process_that_answers_is_alive(ready: bool) -> None:
    answer = await get("/health", ready=ready)
    assert (answer.status_code, answer.json()) == (200, {"alive": True})
    assert answer.headers["cache-control"] == "no-store"


async def test_a_worker_that_would_send_is_ready() -> None:
    answer = await get("/ready", ready=True)
    assert (answer.status_code, answer.json()) == (200, {"ready": True})


async def test_a_worker_without_its_database_is_not_ready_and_says_why() -> None:
    answer = await get("/ready", ready=False)
    assert answer.status_code == 503
    assert "database" in answer.json()["why"]
    assert answer.headers["cache-control"] == "no-store"


async def test_nothing_else_is_shown() -> None:
    assert (await get("/", ready=True)).status_code == 404
