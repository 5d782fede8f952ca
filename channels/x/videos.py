"""Uploading a video to X in segments (docs.x.com/x-api/media/quickstart/media-upload-chunked)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from channels.base import OutgoingMedia
from channels.x.client import XClient, XTranslator

UPLOAD: Final = "/2/media/upload"
SEGMENT: Final = 4_000_000
"""Bytes in one request; X takes 5 MB."""
PATIENCE: Final = 30.0
"""Seconds that X may work on a video, so that the upload fits the deadline of a call with it."""
SHORTEST: Final = 1.0
LONGEST: Final = 10.0
"""Seconds between two looks, whatever X asks for."""
AT_WORK: Final = frozenset({"pending", "in_progress"})

Sleep = Callable[[float], Awaitable[None]]


async def upload_video(client: XClient, errors: XTranslator, media: OutgoingMedia, sleep: Sleep) -> str:
    """Upload a video and give back its id once X has made it ready to be posted.

    Raises:
        Refused: X cannot use it.
        NotAuthorised, RateLimited, Unreachable: Nothing came of it; the next attempt begins anew.
    """
    wanted = {"media_category": "tweet_video", "media_type": media.mime, "total_bytes": len(media.data)}
    begun = await client.request("POST", f"{UPLOAD}/initialize", json=wanted)
    media_id = str(client.data(await begun.json())["id"])
    for number, start in enumerate(range(0, len(media.data), SEGMENT)):
        await client.request(
            "POST",
            f"{UPLOAD}/{media_id}/append",
            data={"segment_index": str(number)},
            files={"media": (media.file_name, media.data[start : start + SEGMENT], media.mime)},
        )
    ended = await client.request("POST", f"{UPLOAD}/{media_id}/finalize")
    await _wait(client, errors, client.data(await ended.json()), sleep)
    return media_id


async def _wait(client: XClient, errors: XTranslator, told: Mapping[str, Any], sleep: Sleep) -> None:
    waited = 0.0
    while (state := _state(told)) in AT_WORK:
        if waited >= PATIENCE:
            raise errors.unreachable("X is still at work on the video")
        pause = _pause(told)
        await sleep(pause)
        waited += pause
        asked = {"command": "STATUS", "media_id": told["id"]}
        looked = await client.request("GET", UPLOAD, params=asked)
        told = client.data(await looked.json())
    if state == "failed":
        raise errors.refused("X cannot use the video", "Export it again, or leave it out.")


def _state(told: Mapping[str, Any]) -> str:
    """Where X says nothing of its work there is none to wait for."""
    work = told.get("processing_info")
    return str(work.get("state")) if isinstance(work, dict) else "succeeded"


def _pause(told: Mapping[str, Any]) -> float:
    asked = told["processing_info"].get("check_after_secs")
    return min(max(float(asked), SHORTEST), LONGEST) if isinstance(asked, int) else SHORTEST
