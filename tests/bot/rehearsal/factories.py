"""Posts of the ledger as values, for tests without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from content.richtext import Paragraph, RichText, Span, to_json
from schedules.commands.posts import PostView
from schedules.lifecycle import State

NOON = datetime(2027, 3, 6, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
_NUMBERS = count(1)


def post(
    account: str = "x-en", *, at: datetime = NOON, late_by: timedelta = 12 * HOUR, **values: Any
) -> PostView:
    """A sent post that went out on time; ``values`` replace what it has."""
    number = next(_NUMBERS)
    made = PostView(
        id=number,
        key=f"demo/launch/hello/{account}/-/{number}",
        campaign="demo",
        slot="launch",
        message=f"message-{number}",
        account=account,
        city=None,
        language=account.rsplit("-", maxsplit=1)[-1],
        variant="messages/hello/en.md",
        local_at=at.replace(tzinfo=None),
        zone="UTC",
        note="none",
        body={"text": to_json(text("Hello")), "warning": None, "media": [], "options": {}},
        digest="d",
        revision=1,
        author="ada",
        kind="publish",
        state=State.SENT,
        due_at=at,
        planned_at=at,
        expires_at=at + late_by,
        accepted_at=at,
        url=None,
        remote_id="1",
        reason=None,
        remedy=None,
    )
    return replace(made, **values)


def text(*lines: str) -> RichText:
    """A text with one paragraph for each line."""
    return RichText(tuple(Paragraph((Span(line),)) for line in lines))


def acceptance(of: PostView, *, words: str = "Hello", at: datetime | None = None) -> dict[str, Any]:
    """What a stand-in writes down when it accepts a post."""
    moment = (at or of.planned_at).isoformat()
    return {"account": of.account, "key": of.key, "text": words, "media": [], "at": moment}


def platforms(*posts: PostView) -> dict[str, str]:
    """The platform of each account, told by its name."""
    return {each.account: each.account.split("-")[0] for each in posts}
