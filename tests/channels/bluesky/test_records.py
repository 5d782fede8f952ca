import subprocess
import sys
from typing import Any

import pytest

from channels.base import Receipt
from channels.bluesky.records import blob, record
from content.richtext import Paragraph, RichText, Span, SpanKind
from tests.channels.posts import PLANNED_AT, picture, post, text, video

UPLOAD = {
    "$type": "blob",
    "ref": {"$link": "bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"},
    "mimeType": "image/png",
    "size": 79,
}


def made(**more: Any) -> dict[str, Any]:
    wanted = post(**more)
    return record(wanted, wanted.text, [UPLOAD] * len(wanted.media))


def test_the_same_post_is_the_same_record() -> None:
    assert made(media=(picture(),)) == made(media=(picture(),))


def test_a_thread_names_its_root_and_its_last_part() -> None:
    parts = tuple(
        Receipt(f"at://did:plc:a/app.bsky.feed.post/{each} cid-{each}", None, PLANNED_AT) for each in "abc"
    )
    reply = made(thread=parts)["reply"]
    assert (reply["root"]["cid"], reply["parent"]["cid"]) == ("cid-a", "cid-c")


def test_a_card_takes_its_title_from_the_label_or_the_host() -> None:
    labelled = RichText((Paragraph((Span("Sign", SpanKind.LINK, href="https://example.org/a"),)),))
    titles = [
        made(content=each)["embed"]["external"]["title"]
        for each in (labelled, text("https://www.example.org/a"))
    ]
    assert titles == ["Sign", "www.example.org"]


def test_a_picture_takes_the_place_of_the_card() -> None:
    assert (
        made(content=text("https://example.org"), media=(picture(),))["embed"]["$type"]
        == "app.bsky.embed.images"
    )


def test_a_sensitive_picture_carries_a_label() -> None:
    assert "labels" not in made(media=(picture(),))
    labels = made(media=(picture(), picture(sensitive=True)))["labels"]
    assert [each["val"] for each in labels["values"]] == ["graphic-media"]


def test_an_upload_keeps_its_name_through_the_database() -> None:
    assert blob(blob(UPLOAD)) == UPLOAD


@pytest.mark.parametrize("value", [None, {}, "cid", {**UPLOAD, "size": "79"}])
def test_what_is_no_upload_is_not_taken_for_one(value: object) -> None:
    with pytest.raises(ValueError, match="BlobRef"):
        blob(value)


def test_importing_the_adapter_does_not_import_the_sdk() -> None:
    code = "import sys, channels.bluesky.channel; sys.exit('atproto_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_video_is_embedded_with_its_description_and_its_shape() -> None:
    embed = made(media=(video("Balloons rise"),))["embed"]
    assert embed == {
        "$type": "app.bsky.embed.video",
        "video": UPLOAD,
        "alt": "Balloons rise",
        "aspectRatio": {"$type": "app.bsky.embed.defs#aspectRatio", "width": 1280, "height": 720},
    }


def test_a_sensitive_video_carries_a_label() -> None:
    labels = made(media=(video(sensitive=True),))["labels"]
    assert [each["val"] for each in labels["values"]] == ["graphic-media"]
