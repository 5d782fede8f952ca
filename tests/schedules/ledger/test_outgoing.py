import hashlib
import json
from pathlib import Path

import pytest

from channels.errors import Refused
from schedules.clock import SetClock
from schedules.ledger.ledger import Ledger
from schedules.ledger.outgoing import outgoing_post
from schedules.store.engine import Store
from schedules.store.files import Files
from schedules.store.tables import media
from tests.schedules.ledger.conftest import LEASE
from tests.schedules.ledger.test_control import HELD
from tests.support.deliveries import BODY, NOON, TEXT

DATA = b"the very bytes"
SHA256 = hashlib.sha256(DATA).hexdigest()
PICTURE = {"sha256": SHA256, "file": "one.png", "alt": "One", "sensitive": True}


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return Ledger(store, SetClock(NOON), server_time=False, lease=LEASE)


async def test_a_post_leaves_with_what_was_approved(ledger: Ledger) -> None:
    async with ledger.store.write() as connection:
        await connection.execute(media.insert().values(sha256=SHA256, mime="image/png", data=DATA))
    body = BODY | {"media": [PICTURE], "warning": "Blood", "options": {"silent": True}}
    post = await outgoing_post(ledger, HELD._replace(body=json.dumps(body)))
    assert (post.key, post.text, post.content_warning, post.options) == (
        "k",
        TEXT,
        "Blood",
        {"silent": True},
    )
    (picture,) = post.media
    assert (picture.data, picture.mime, picture.alt, picture.sensitive) == (DATA, "image/png", "One", True)


async def test_a_picture_says_its_size_where_that_was_written_down(ledger: Ledger) -> None:
    async with ledger.store.write() as connection:
        await connection.execute(media.insert().values(sha256=SHA256, mime="image/png", data=DATA))
    body = BODY | {"media": [PICTURE | {"width": 40, "height": 30}, PICTURE]}
    post = await outgoing_post(ledger, HELD._replace(body=json.dumps(body)))
    assert [(picture.width, picture.height) for picture in post.media] == [(40, 30), (0, 0)]


async def test_a_picture_that_is_gone_refuses_the_post(ledger: Ledger) -> None:
    body = json.dumps(BODY | {"media": [PICTURE]})
    with pytest.raises(Refused, match=r"one\.png is not stored any more as it was approved"):
        await outgoing_post(ledger, HELD._replace(body=body))


async def test_a_video_leaves_from_its_file_and_one_that_was_changed_there_refuses_the_post(
    ledger: Ledger, tmp_path: Path
) -> None:
    ledger.store.files = Files(tmp_path)
    ledger.store.files.keep(SHA256, DATA)
    async with ledger.store.write() as connection:
        await connection.execute(media.insert().values(sha256=SHA256, mime="video/mp4"))
    film = PICTURE | {"file": "one.mp4", "width": 40, "height": 30, "seconds": 2.5}
    held = HELD._replace(body=json.dumps(BODY | {"media": [film]}))
    (video,) = (await outgoing_post(ledger, held)).media
    assert (video.data, video.is_video, video.seconds) == (DATA, True, 2.5)
    (tmp_path / SHA256).write_bytes(b"other bytes")
    with pytest.raises(Refused, match=r"one\.mp4 is not stored any more as it was approved"):
        await outgoing_post(ledger, held)
