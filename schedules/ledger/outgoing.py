"""From a claimed row to the post that an adapter publishes."""

import json
from typing import Any

from channels.base import OutgoingMedia, OutgoingPost
from channels.errors import Refused
from content.richtext import from_json
from schedules.ledger.ledger import Ledger
from schedules.ledger.values import Claimed


async def outgoing_post(ledger: Ledger, held: Claimed) -> OutgoingPost:
    """The frozen post of a delivery, its media read from the store.

    Raises:
        Refused: A file that was approved is no longer in the store.
    """
    body = json.loads(held.body)
    return OutgoingPost(
        key=held.key,
        language=held.language,
        text=from_json(body["text"]),
        planned_at=held.planned_at,
        media=await _media(ledger, held, body["media"]) if body["media"] else (),
        content_warning=body["warning"],
        options=body["options"],
    )


async def _media(ledger: Ledger, held: Claimed, wanted: list[dict[str, Any]]) -> tuple[OutgoingMedia, ...]:
    stored = await ledger.media([item["sha256"] for item in wanted])
    missing = [item["file"] for item in wanted if item["sha256"] not in stored]
    if missing:
        detail = f"{missing[0]} is no longer in the database."
        raise Refused("media", held.account, detail, "Plan the campaign again.")
    return tuple(
        OutgoingMedia(
            data=stored[item["sha256"]][1],
            mime=stored[item["sha256"]][0],
            file_name=item["file"],
            sha256=item["sha256"],
            alt=item["alt"],
            sensitive=item["sensitive"],
        )
        for item in wanted
    )
