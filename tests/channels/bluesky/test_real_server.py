"""The adapter against Bluesky's own PDS."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from channels.base import CannotTell, Connection, NotThere, Receipt
from channels.bluesky.channel import BlueskyChannel
from channels.errors import NotAuthorised, Refused, Unreachable
from channels.secret import Secret, pack, unpack
from content.limits import LIMITS
from content.richtext import Paragraph, RichText, Span, SpanKind
from content.video import clean_video
from tests.channels.conformance import published
from tests.channels.posts import TAG, picture, post, text, video
from tests.support.pds import JWT_SECRET, Pds, running_pds
from tests.support.videos import film

pytestmark = pytest.mark.timeout(1200)
"""The first run installs and builds the server."""

NUMBERS = count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[Pds]:
    with running_pds() as pds:
        yield pds


@pytest.fixture
def pds(server: Pds) -> Pds:
    """An account without posts."""
    return server.new_account(f"balloons-{next(NUMBERS)}")


def connection(pds: Pds, secret: Secret | None = None) -> Connection:
    secret = secret or pack({"app_password": pds.password})
    return Connection("de-main", {"handle": pds.handle, "base_url": pds.base_url}, secret)


@asynccontextmanager
async def connected(pds: Pds, secret: Secret | None = None) -> AsyncIterator[BlueskyChannel]:
    async with BlueskyChannel(connection(pds, secret)) as channel:
        yield channel


def rich(*spans: Span) -> RichText:
    return RichText((Paragraph(spans),))


def expired(token: str) -> str:
    """The same token, signed by the server long ago."""
    head, claims, _ = token.split(".")
    value = json.loads(base64.urlsafe_b64decode(claims + "=="))
    value |= {"iat": value["iat"] - 90_000, "exp": value["exp"] - 90_000}
    body = f"{head}.{_base64(json.dumps(value).encode())}"
    return f"{body}.{_base64(hmac.digest(JWT_SECRET.encode(), body.encode(), hashlib.sha256))}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def slices(value: dict[str, Any]) -> list[tuple[str, str]]:
    """Each facet's words and what they lead to."""
    data = value["text"].encode()
    return [
        (
            data[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(),
            facet["features"][0].get("tag") or facet["features"][0].get("uri"),
        )
        for facet in value["facets"]
    ]


async def test_a_post_stands_there_with_its_facets_and_its_picture(pds: Pds) -> None:
    words = rich(
        Span("سلام 🕊️ "),
        TAG,
        Span(" "),
        Span("امضا کنید", SpanKind.LINK, href="https://example.org/a"),
    )
    shown = replace(picture("بالونات"), width=2, height=1, sensitive=True)
    async with connected(pds) as channel:
        receipt = await published(channel, replace(post(words, media=(shown,)), language="fa"))
    (record,) = pds.records()
    value = record["value"]
    assert receipt.remote_id == f"{record['uri']} {record['cid']}"
    assert slices(value) == [("#WhiteBalloons", "WhiteBalloons"), ("امضا کنید", "https://example.org/a")]
    (image,) = value["embed"]["images"]
    assert (image["alt"], image["aspectRatio"]["width"], image["aspectRatio"]["height"]) == (
        "بالونات",
        2,
        1,
    )
    assert image["image"]["size"] == len(shown.data)
    assert [each["val"] for each in value["labels"]["values"]] == ["graphic-media"]
    assert (value["createdAt"], value["langs"]) == ("2026-12-10T12:00:00.000Z", ["fa"])


async def test_a_repeat_after_a_crash_is_the_same_post(pds: Pds) -> None:
    wanted = post(media=(picture(),))
    async with connected(pds) as channel:
        prepared = json.loads(json.dumps(await channel.prepare(wanted)))
        first = await channel.publish(wanted, prepared)
    async with connected(pds) as channel:
        assert await channel.publish(wanted, prepared) == first
        assert await published(channel, wanted) == first
    assert len(pds.records()) == 1


async def test_eight_at_once_are_one_post(pds: Pds) -> None:
    async with connected(pds) as channel:
        receipts = await asyncio.gather(*(channel.publish(post(), {}) for _ in range(8)))
    assert len(set(receipts)) == 1
    assert len(pds.records()) == 1


async def test_find_sees_what_is_there(pds: Pds) -> None:
    async with connected(pds) as channel:
        assert await channel.find(post(), {}) == NotThere()
        receipt = await published(channel, post())
        assert await channel.find(post(), {}) == receipt
        assert await channel.find(post(key="another"), {}) == NotThere()


async def test_another_picture_under_the_same_key_does_not_replace_the_post(pds: Pds) -> None:
    async with connected(pds) as channel:
        first = await published(channel, post())
        assert await published(channel, post(media=(picture(),))) == first
    (record,) = pds.records()
    assert "embed" not in record["value"]


async def test_another_text_under_the_same_key_is_refused_and_replaces_nothing(pds: Pds) -> None:
    changed = post(text("Another text"))
    async with connected(pds) as channel:
        await published(channel, post())
        with pytest.raises(Refused, match="another text stands where this post belongs: https://bsky"):
            await published(channel, changed)
        assert isinstance(await channel.find(changed, {}), CannotTell)
    (record,) = pds.records()
    assert record["value"]["text"] == "Join us on Saturday. #WhiteBalloons"


async def test_a_thread_answers_its_last_part_and_names_its_first(pds: Pds) -> None:
    parts: tuple[Receipt, ...] = ()
    async with connected(pds) as channel:
        for number in range(3):
            part = post(text(f"Part {number}"), key=f"part {number}", thread=parts)
            parts = (*parts, await published(channel, part))
    values = {each["uri"]: each["value"] for each in pds.records()}
    first, second, third = (values[each.remote_id.split()[0]] for each in parts)
    assert "reply" not in first
    assert [second["reply"][end]["uri"] for end in ("root", "parent")] == [_uri(parts[0])] * 2
    assert [third["reply"][end]["uri"] for end in ("root", "parent")] == [_uri(parts[0]), _uri(parts[1])]
    assert third["createdAt"] == "2026-12-10T12:00:00.002Z"


def _uri(receipt: Receipt) -> str:
    return receipt.remote_id.split()[0]


async def test_a_retracted_post_is_gone_and_retracting_again_succeeds(pds: Pds) -> None:
    async with connected(pds) as channel:
        receipt = await published(channel, post())
        await channel.retract(receipt)
        await channel.retract(receipt)
        assert await channel.find(post(), {}) == NotThere()
    assert pds.records() == []


async def test_the_server_takes_300_graphemes_and_not_one_more(
    pds: Pds, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(pds) as channel:
        await published(channel, post(text("é" * 299 + "🕊️")))
        monkeypatch.setattr(channel, "limits", replace(channel.limits, max_length=400))
        with pytest.raises(Refused, match="grapheme"):
            await published(channel, post(text("é" * 300 + "🕊️"), key="longer"))
    assert len(pds.records()) == 1


async def test_a_forgotten_upload_is_made_again(pds: Pds) -> None:
    wanted = post(media=(picture(data=b"GIF89a, or nearly"),))
    other = pds.new_account(f"{pds.handle.partition('.')[0]}-b")
    async with connected(other) as elsewhere, connected(pds) as channel:
        prepared = await elsewhere.prepare(wanted)
        await channel.publish(wanted, prepared)
    assert len(pds.records()) == 1


async def test_renewing_gives_tokens_that_work_and_keeps_the_app_password(pds: Pds) -> None:
    password = pds.app_password()
    async with connected(pds, pack({"app_password": password})) as channel:
        first = await channel.renew()
    async with connected(pds, first.secret) as channel:
        second = await channel.renew()
        await published(channel, post())
    parts, newer = unpack(first.secret), unpack(second.secret)
    assert parts["app_password"] == newer["app_password"] == password
    assert parts["refresh"] != newer["refresh"]
    assert second.expires_in == timedelta(hours=2)


async def test_a_dead_refresh_token_is_replaced_with_the_app_password(pds: Pds) -> None:
    session = pds.log_in()
    parts = {"app_password": pds.app_password(), "refresh": session["accessJwt"]}
    async with connected(pds, pack(parts)) as channel:
        renewal = await channel.renew()
    assert unpack(renewal.secret)["refresh"] != parts["refresh"]


async def test_an_expired_token_is_renewed_once_for_all_who_wait(pds: Pds) -> None:
    session = pds.log_in()
    parts = {"app_password": "revoked", "access": expired(session["accessJwt"])}
    posts = [post(key=str(number)) for number in range(4)]
    async with connected(pds, pack({**parts, "refresh": session["refreshJwt"]})) as channel:
        await asyncio.gather(*(channel.publish(each, {}) for each in posts))
    assert len(pds.records()) == 4


async def test_a_revoked_app_password_calls_a_person(pds: Pds) -> None:
    async with connected(pds, pack({"app_password": "abcd-efgh-ijkl-mnop"})) as channel:
        for attempt in (channel.publish(post(), {}), channel.renew(), channel.find(post(), {})):
            with pytest.raises(NotAuthorised, match="handle and app password") as raised:
                await attempt
            assert "app password" in raised.value.remedy
        assert not (await channel.verify()).ready


async def test_a_deactivated_account_calls_a_person(pds: Pds) -> None:
    token = pds.log_in()["accessJwt"]
    pds.call("com.atproto.server.deactivateAccount", token)
    async with connected(pds) as channel:
        with pytest.raises(NotAuthorised, match="deactivated"):
            await channel.publish(post(), {})
        check = await channel.verify()
    assert (check.ready, check.identity) == (False, f"@{pds.handle}")
    assert "deactivated" in check.detail


async def test_a_handle_that_the_server_does_not_hold_calls_a_person(pds: Pds) -> None:
    secret = pack({"app_password": "any", "access": pds.log_in()["accessJwt"]})
    async with connected(replace(pds, handle="elsewhere.test"), secret) as channel:
        with pytest.raises(NotAuthorised):
            await channel.publish(post(), {})


async def test_a_server_without_an_app_view_tells_no_numbers_now(pds: Pds) -> None:
    async with connected(pds) as channel:
        receipt = await published(channel, post())
        with pytest.raises(Unreachable):
            await channel.metrics(receipt)


async def test_an_account_that_may_post_is_ready(pds: Pds) -> None:
    async with connected(pds) as channel:
        check = await channel.verify()
    assert (check.ready, check.identity) == (True, f"@{pds.handle}")
    assert pds.records() == []


async def test_a_link_without_a_picture_gets_a_card(pds: Pds) -> None:
    wanted = post(rich(Span("Sign: "), Span("here", SpanKind.LINK, href="https://example.org/a")))
    async with connected(pds) as channel:
        await published(channel, wanted)
    (record,) = pds.records()
    assert record["value"]["embed"]["external"]["uri"] == "https://example.org/a"
    assert record["value"]["embed"]["external"]["title"] == "here"


async def test_a_video_is_taken_by_the_server_that_holds_the_account(
    pds: Pds, ffmpeg: Path, tmp_path: Path
) -> None:
    cleaned = clean_video(film(ffmpeg, tmp_path / "one.mp4"), LIMITS["bluesky"])
    moving = video("Balloons rise", data=cleaned.data, width=cleaned.width, height=cleaned.height)
    async with connected(pds) as channel:
        receipt = await published(channel, post(media=(moving,)))
        assert await channel.find(post(media=(moving,)), {}) == receipt
