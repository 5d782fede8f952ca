"""Looking for a post among the statuses of its account, after an end that told nothing."""

from typing import Any, Final

from channels.base import CannotTell, Finding, NotThere, OutgoingPost
from channels.mastodon.client import MastodonClient
from channels.mastodon.statuses import (
    comparable,
    continues_another,
    created_at,
    receipt_of,
    status_text,
    written,
)
from channels.sameness import EARLY
from content.limits import Limits

PAGE: Final = 40
"""The most statuses that a server gives at once."""
MOST_PAGES: Final = 25
MOST_SOURCES: Final = 20
"""Requests for the source of a text, where its HTML is not what we sent."""
TOO_MANY: Final = CannotTell("the account has posted too much since; look at its profile")


async def look_for(post: OutgoingPost, limits: Limits, client: MastodonClient) -> Finding:
    """The first status with this text and warning since five minutes before the planned time.

    Raises:
        NoStatus: A server's list holds something else than statuses.
        ChannelError: The server could not be asked.
    """
    recent = await _since(post, client)
    if recent is None:
        return TOO_MANY
    possible = [status for status in recent if not continues_another(status, post)]
    wanted = comparable(status_text(post, limits), post.content_warning or "")
    for status in possible:
        if _shown(status) == wanted:
            return receipt_of(status)
    return await _by_source(wanted, possible, client)


async def _since(post: OutgoingPost, client: MastodonClient) -> list[dict[str, Any]] | None:
    """Oldest first; ``None`` where there are too many."""
    path = f"/api/v1/accounts/{(await client.account())['id']}/statuses"
    found: list[dict[str, Any]] = []
    before: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        page = await client.read_list(path, exclude_reblogs="true", limit=PAGE, **before)
        recent = [status for status in page if created_at(status) >= post.planned_at - EARLY]
        found += recent
        if not page or len(recent) < len(page):
            return found[::-1]
        before = {"max_id": receipt_of(page[-1]).remote_id}
    return None


async def _by_source(
    wanted: tuple[str, str], possible: list[dict[str, Any]], client: MastodonClient
) -> Finding:
    """For servers that make more of a text than Mastodon does, such as Markdown."""
    for status in possible[:MOST_SOURCES]:
        receipt = receipt_of(status)
        source = await client.source(receipt.remote_id)
        if source and comparable(*source) == wanted:
            return receipt
    return TOO_MANY if len(possible) > MOST_SOURCES else NotThere()


def _shown(status: dict[str, Any]) -> tuple[str, str]:
    return comparable(written(str(status.get("content") or "")), str(status.get("spoiler_text") or ""))
