from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from channels.base import Connection, Ports
from channels.errors import NotAuthorised, Refused, Unreachable
from channels.graph.client import Names, connect
from channels.graph.complaints import GraphTranslator
from channels.graph.containers import PAUSES, Addresses, Containers
from channels.secret import Secret
from tests.channels.conformance import CANARY
from tests.channels.posts import picture
from tests.support.graph_api import OWN, Rejected, ThreadsApi, serving

ERRORS = GraphTranslator("threads", "de")
NAMES = Names("text", "timestamp", "permalink")
TEXT = {"media_type": "TEXT", "text": "One"}
ITEM = {"media_type": "IMAGE", "image_url": "https://example.org/1.jpg", "is_carousel_item": "true"}


@pytest.fixture
async def api() -> AsyncIterator[ThreadsApi]:
    async with serving(ThreadsApi(CANARY)) as api:
        yield api


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
async def containers(api: ThreadsApi, slept: list[float]) -> AsyncIterator[Containers]:
    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    connection = Connection("de", {"base_url": api.base_url}, Secret(CANARY))
    graph = connect(connection, "threads", NAMES, base_url="", version="v1.0")
    yield Containers(graph, f"{OWN}/threads", f"{OWN}/threads_publish", "status", sleep)
    await graph.aclose()


async def test_all_containers_of_a_post_share_their_pauses(
    api: ThreadsApi, containers: Containers, slept: list[float]
) -> None:
    api.statuses = ["IN_PROGRESS", "FINISHED", "IN_PROGRESS", "IN_PROGRESS"]
    await containers.make([ITEM, ITEM], {"media_type": "CAROUSEL"})
    assert slept == list(PAUSES[:3])


async def test_the_one_around_is_made_when_its_children_are_finished(
    api: ThreadsApi, containers: Containers
) -> None:
    api.statuses = ["FINISHED", "ERROR"]
    with pytest.raises(Refused):
        await containers.make([ITEM, ITEM], {"media_type": "CAROUSEL"})
    assert len(api.containers) == 2


async def test_a_container_that_fails_to_be_made_leaves_no_doubt(
    api: ThreadsApi, containers: Containers
) -> None:
    api.rejections["/threads"] = Rejected(1, status=500)
    with pytest.raises(Unreachable):
        await containers.make([TEXT], None)


async def test_a_container_without_a_status_is_asked_again(
    api: ThreadsApi, containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "_status", lambda number: None)
    with pytest.raises(Unreachable):
        await containers.make([TEXT], None)


def test_the_account_s_own_address_goes_before_the_installation_s() -> None:
    settings = {"media_url": "https://example.org/{sha256}.jpg"}
    both = Connection("de", settings, ports=Ports(media_url=lambda media: "https://munasara.example/m"))
    assert Addresses(both, ERRORS).of(picture()) == f"https://example.org/{picture().sha256}.jpg"
    assert Addresses(replace(both, settings={}), ERRORS).of(picture()) == "https://munasara.example/m"


def test_pictures_without_an_address_need_a_person() -> None:
    addresses = Addresses(Connection("de"), ERRORS)
    assert not addresses.are_known
    with pytest.raises(NotAuthorised, match="public address"):
        addresses.of(picture())


def test_an_address_without_a_place_for_the_digest_is_refused() -> None:
    with pytest.raises(NotAuthorised, match="sha256"):
        Addresses(Connection("de", {"media_url": "https://example.org/one.jpg"}), ERRORS)
