"""From a claimed row to the post that an adapter publishes."""

import json
from typing import Any

from channels.base import OutgoingMedia, OutgoingPost
from channels.errors import Refused, Unreachable
from content.richtext import from_json
from schedules.ledger.ledger import Ledger
from schedules.ledger.values import Claimed


async def outgoing_post(ledger: Ledger, held: Claimed) -> OutgoingPost:
    """The frozen post of a delivery, its media read from the store.

    Raises:
        Refused: A file that was approved is no longer in the store, or was changed there.
        Unreachable: An earlier part of its thread has no receipt.
    """
    body = json.loads(held.body)
    if held.subject > 1:
        return await _later_part(ledger, held, body, held.subject)
    return OutgoingPost(
        key=held.key if held.recipient is None else f"{held.key}#{held.recipient}",
        recipient=held.recipient,
        language=held.language,
        text=from_json(body["text"]),
        planned_at=held.planned_at,
        media=await _media(ledger, held, body["media"]) if body["media"] else (),
        content_warning=body["warning"],
        options=body["options"],
    )


async def _later_part(ledger: Ledger, held: Claimed, body: dict[str, Any], part: int) -> OutgoingPost:
    thread = await ledger.thread(held.id)
    if len(thread) != part - 1:
        raise Unreachable("thread", held.account, "An earlier part of its thread has no receipt yet.")
    return OutgoingPost(
        key=f"{held.key}#{part}",
        language=held.language,
        text=from_json(body["thread"][part - 2]),
        planned_at=held.planned_at,
        options=body["options"],
        thread=thread,
    )


async def _media(ledger: Ledger, held: Claimed, wanted: list[dict[str, Any]]) -> tuple[OutgoingMedia, ...]:
    stored = await ledger.media([item["sha256"] for item in wanted])
    missing = [item["file"] for item in wanted if item["sha256"] not in stored]
    if missing:
        detail = f"{missing[0]} is not stored any more as it was approved."
        raise Refused("media", held.account, detail, "Plan the campaign again.")
    return tuple(
        OutgoingMedia(
            data=stored[item["sha256"]][1],
            mime=stored[item["sha256"]][0],
            file_name=item["file"],
            sha256=item["sha256"],
            alt=item["alt"],
            sensitive=item["sensitive"],
            width=item.get("width", 0),
            height=item.get("height", 0),
            seconds=item.get("seconds", 0.0),
        )
        for item in wanted
    )
