from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette

from bot.web.media import LIVES, SignedMedia
from schedules.clock import SetClock
from tests.channels.posts import picture, video

NOON = datetime(2027, 3, 6, 12, 0, tzinfo=UTC)
PICTURE = picture("Balloons")


async def load(sha256: str) -> tuple[str, bytes] | None:
    return ("image/png", PICTURE.data) if sha256 == PICTURE.sha256 else None


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def media(clock: SetClock) -> SignedMedia:
    return SignedMedia("https://bot.example.org/", b"k" * 32, clock)


async def fetched(media: SignedMedia, url: str) -> httpx.Response:
    transport = httpx.ASGITransport(Starlette(routes=[media.route(load)]))
    async with httpx.AsyncClient(transport=transport) as client:
        return await client.get(url)


async def test_a_signed_address_gives_the_very_bytes(media: SignedMedia) -> None:
    url = media(PICTURE)
    assert url.startswith("https://bot.example.org/media/")
    assert url.endswith(f"{PICTURE.sha256}.png")
    answer = await fetched(media, url)
    assert (answer.status_code, answer.content) == (200, PICTURE.data)
    assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == (
        "image/png",
        "nosniff",
    )


async def test_an_address_expires(media: SignedMedia, clock: SetClock) -> None:
    url = media(PICTURE)
    clock.set(NOON + LIVES - timedelta(seconds=1))
    assert (await fetched(media, url)).status_code == 200
    clock.set(NOON + LIVES)
    assert (await fetched(media, url)).status_code == 404


async def test_a_changed_address_is_not_found(media: SignedMedia) -> None:
    until, signature, name = media(PICTURE).split("/")[-3:]
    for changed in (
        f"{int(until) + 1}/{signature}/{name}",
        f"{until}/{'0' * 32}/{name}",
        f"{until}/é/{name}",
        f"{until}/{signature}/{'0' * 64}.png",
        f"{10**30}/{signature}/{name}",
    ):
        assert (await fetched(media, f"https://bot.example.org/media/{changed}")).status_code == 404


async def test_another_key_signs_another_address(clock: SetClock, media: SignedMedia) -> None:
    other = SignedMedia("https://bot.example.org", b"o" * 32, clock)
    assert (await fetched(media, other(PICTURE))).status_code == 404


async def test_a_file_that_is_not_there_is_not_found(media: SignedMedia) -> None:
    absent = picture("Gone", data=b"another")
    assert (await fetched(media, media(absent))).status_code == 404


async def test_a_video_has_an_address_too(media: SignedMedia) -> None:
    film = video()

    async def stored(sha256: str) -> tuple[str, bytes] | None:
        return (film.mime, film.data) if sha256 == film.sha256 else None

    url = media(film)
    assert url.endswith(f"{film.sha256}.mp4")
    transport = httpx.ASGITransport(Starlette(routes=[media.route(stored)]))
    async with httpx.AsyncClient(transport=transport) as client:
        answer = await client.get(url)
    assert (answer.headers["content-type"], answer.content) == ("video/mp4", film.data)
