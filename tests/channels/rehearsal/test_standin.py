import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels.rehearsal.faults import Fault, FaultKind
from channels.rehearsal.journal import read_journal
from channels.rehearsal.server import serve
from channels.rehearsal.standin import StandIn
from tests.channels.posts import picture, video


def body(key: str = "k", text: str = "Join us #WhiteBalloons", **more: Any) -> dict[str, Any]:
    return {"key": key, "text": text, "media": [], "options": {}, **more}


@asynccontextmanager
async def playing(log: Path, **options: Any) -> AsyncIterator[tuple[StandIn, httpx.AsyncClient]]:
    standin = StandIn(log, **options)
    async with (
        serve(standin.app) as base_url,
        httpx.AsyncClient(base_url=base_url, trust_env=False) as client,
    ):
        yield standin, client
    standin.close()


async def test_the_log_tells_of_the_begin_and_of_the_acceptance(tmp_path: Path) -> None:
    async with playing(tmp_path / "log") as (_, client):
        answer = await client.post("/v1/x/de/posts", json=body())
    begun, taken = read_journal(tmp_path / "log")
    assert (begun["event"], taken["event"]) == ("begun", "accepted")
    assert (begun["n"], taken["n"]) == (1, 2)
    assert taken["tags"] == ["WhiteBalloons"]
    assert answer.json()["id"] == taken["id"]


async def test_a_begun_request_that_fails_is_in_the_log_without_acceptance(tmp_path: Path) -> None:
    async with playing(tmp_path / "log") as (standin, client):
        standin.faults.add(Fault(FaultKind.REFUSE))
        await client.post("/v1/x/de/posts", json=body())
    assert [entry["event"] for entry in read_journal(tmp_path / "log")] == ["begun"]


async def test_a_restarted_stand_in_remembers_what_it_accepted_and_what_was_retracted(
    tmp_path: Path,
) -> None:
    async with playing(tmp_path / "log") as (_, client):
        await client.post("/v1/x/de/posts", json=body("kept"))
        gone = await client.post("/v1/x/de/posts", json=body("gone"))
        await client.delete(f"/v1/x/de/posts/{gone.json()['id']}")
    async with playing(tmp_path / "log") as (_, client):
        statuses = [
            (await client.get("/v1/x/de/posts", params={"key": key})).status_code
            for key in ("kept", "gone")
        ]
        assert statuses == [200, 404]
        await client.post("/v1/x/de/posts", json=body("new"))
    numbers = [entry["n"] for entry in read_journal(tmp_path / "log")]
    assert numbers == sorted(set(numbers))


async def test_accounts_and_platforms_are_kept_apart(tmp_path: Path) -> None:
    async with playing(tmp_path / "log") as (_, client):
        await client.post("/v1/x/de/posts", json=body())
        for place in ("x/en", "telegram/de"):
            assert (await client.get(f"/v1/{place}/posts", params={"key": "k"})).status_code == 404


async def test_a_picture_must_be_uploaded_whole_and_first(tmp_path: Path) -> None:
    media = picture()
    shown = {"sha256": media.sha256, "alt": "x"}
    async with playing(tmp_path / "log") as (_, client):
        assert (await client.post("/v1/x/de/posts", json=body(media=[shown]))).status_code == 400
        assert (await client.put(f"/v1/x/de/media/{media.sha256}", content=b"half")).status_code == 400
        assert (await client.put(f"/v1/x/de/media/{media.sha256}", content=media.data)).status_code == 204
        assert (await client.post("/v1/x/de/posts", json=body(media=[shown]))).status_code == 201


@pytest.mark.parametrize(("platform", "status"), [("whatsapp", 400), ("telegram", 204), ("feed", 400)])
async def test_a_video_is_measured_by_its_own_limit(tmp_path: Path, platform: str, status: int) -> None:
    film = video(data=b"x" * 16_000_001)
    async with playing(tmp_path / "log") as (_, client):
        sent = await client.put(
            f"/v1/{platform}/de/media/{film.sha256}", content=film.data, headers={"content-type": film.mime}
        )
        assert sent.status_code == status


@pytest.mark.parametrize(
    ("platform", "number", "status"), [("x", 1, 201), ("x", 2, 400), ("youtube", 1, 400)]
)
async def test_a_video_stands_alone_and_only_where_it_is_taken(
    tmp_path: Path, platform: str, number: int, status: int
) -> None:
    film = video()
    shown = {"sha256": film.sha256, "alt": "x", "mime": film.mime}
    async with playing(tmp_path / "log") as (standin, client):
        standin._uploads[film.sha256] = len(film.data)
        posted = await client.post(f"/v1/{platform}/de/posts", json=body(media=[shown] * number))
        assert posted.status_code == status


async def test_faults_are_asked_for_over_http(tmp_path: Path) -> None:
    async with playing(tmp_path / "log") as (_, client):
        asked = [{"kind": "unavailable", "count": 1}]
        assert (await client.post("/faults", json=asked)).status_code == 204
        assert (await client.post("/faults", json=[{"kind": "explode"}])).status_code == 400
        statuses = [(await client.post("/v1/x/de/posts", json=body())).status_code for _ in range(2)]
        assert statuses == [503, 201]
        await client.post("/faults", json=[{"kind": "expire_token"}])
        assert (await client.get("/v1/x/de")).status_code == 401
        assert (await client.delete("/faults")).status_code == 204
        assert (await client.get("/v1/x/de")).status_code == 200


async def test_delays_wait_before_or_after_the_acceptance(tmp_path: Path) -> None:
    async with playing(tmp_path / "log") as (standin, client):
        for kind in (FaultKind.LATENCY, FaultKind.SLOW_ANSWER):
            standin.faults.add(Fault(kind, count=1, seconds=0.01))
        assert (await client.post("/v1/x/de/posts", json=body())).status_code == 201


async def test_an_unknown_platform_has_no_accounts(tmp_path: Path) -> None:
    async with playing(tmp_path / "log") as (_, client):
        assert (await client.get("/v1/myspace/de")).status_code == 404


async def test_what_is_not_there_can_be_neither_pinned_nor_counted(tmp_path: Path) -> None:
    async with playing(tmp_path / "log") as (_, client):
        assert (await client.put("/v1/x/de/posts/de-9/pin")).status_code == 404
        assert (await client.get("/v1/x/de/posts/de-9/metrics")).status_code == 404


async def test_it_runs_in_a_process_of_its_own_and_survives_its_clients(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "channels.rehearsal.standin",
        *("--log", str(log), "--no-look-back"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    base_url = json.loads(await process.stdout.readline())["base_url"]
    async with httpx.AsyncClient(base_url=base_url, trust_env=False) as client:
        assert (await client.post("/v1/x/de/posts", json=body())).status_code == 201
        assert (await client.get("/v1/x/de/posts", params={"key": "k"})).status_code == 405
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == -signal.SIGTERM
    assert [entry["event"] for entry in read_journal(log)] == ["begun", "accepted"]


async def test_a_reply_is_taken_only_where_what_it_answers_is(tmp_path: Path) -> None:
    async with playing(tmp_path / "log") as (_, client):
        first = (await client.post("/v1/x/de/posts", json=body("k"))).json()["id"]
        answers = [
            (await client.post(f"/v1/{place}/posts", json=body("k#2", reply_to=answered))).status_code
            for place, answered in (("x/de", first), ("x/de", "x/9"), ("x/fr", first), ("feed/de", first))
        ]
    assert answers == [201, 400, 400, 400]
    (_, reply) = [entry for entry in read_journal(tmp_path / "log") if entry["event"] == "accepted"]
    assert reply["reply_to"] == first
