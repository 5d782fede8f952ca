"""Drawing anew what is not sent of an action day, from the plan that is kept: it needs no folder."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import select

from content.errors import CampaignInvalid, Problem, Severity
from content.limits import Limits
from content.media import Picture
from content.models import Campaign, is_video
from content.video import Video
from schedules.action_days.changes import APPROVE_AGAIN, depending_messages, unsent_posts
from schedules.clock import Clock
from schedules.commands.accounts import views
from schedules.lifecycle import State
from schedules.planning.cities import taking_part
from schedules.planning.drafts import Draft, Drafter
from schedules.planning.occurrences import Occurrence, occurrences
from schedules.planning.overrides import Overrides, load_overrides
from schedules.planning.record import add_to_plan
from schedules.store.engine import Store
from schedules.store.tables import delivery, post

log = structlog.get_logger()


async def replan_day(store: Store, clock: Clock, campaign: Campaign, day: str) -> int:
    """Draw what is not sent of a day and tells of its cities without those that are called off. How many posts changed.

    Pictures and videos are those that were recorded. What changed waits for approval, marked as urgent.
    """
    depending = depending_messages(campaign)
    unsent = await unsent_posts(store, campaign, day) if depending else {}
    if not unsent:
        return 0
    overrides = await load_overrides(store, campaign.id)
    drawn: dict[str, list[Draft]] = {}
    for occurrence in await _planned(store, campaign, day, overrides):
        row = unsent.get(occurrence.key)
        if row is not None and occurrence.message_id in depending:
            taking = taking_part(campaign, overrides.cities)
            drawn.setdefault(row.author, []).extend(_anew(taking, occurrence, row))
    for author, drafts in drawn.items():
        await add_to_plan(store, clock, campaign.id, drafts, author=author)
        await _mark(store, drafts)
    return sum(len(drafts) for drafts in drawn.values())


async def _planned(
    store: Store, campaign: Campaign, day: str, overrides: Overrides
) -> Sequence[Occurrence]:
    days = tuple(each for each in campaign.action_days if each.id == day)
    slots = tuple(slot for slot in campaign.slots if slot.relative_to == day)
    alone = campaign.model_copy(update={"action_days": days, "slots": slots, "prompts": ()})
    accounts = await views(store)
    planned = occurrences(alone, accounts, states=overrides.cities, crowds=overrides.crowds)
    return tuple(overrides.apply(planned))


def _anew(campaign: Campaign, occurrence: Occurrence, row: Any) -> Iterator[Draft]:
    """The post as it is now, where that is another; none where it cannot be drawn."""
    drafter = Drafter(campaign, partial(_recorded, row.body["media"]))
    drafts = list(drafter.drafts([occurrence]))
    faults = [problem.code for problem in drafter.problems if problem.severity is Severity.ERROR]
    if faults:
        log.warning("post cannot be drawn anew", post=row.id, faults=faults)
        return
    yield from (replace(draft, media=()) for draft in drafts if draft.digest != row.digest)


def _recorded(frozen: Sequence[Mapping[str, Any]], file: str, limits: Limits) -> Picture | Video:
    """A file as it was frozen with the post; its bytes lie where they lay."""
    del limits
    found = next((each for each in frozen if each["file"] == file), None)
    if found is None:
        problem = Problem(
            "media-changed", file, "it was not recorded with the post", "Plan the campaign again."
        )
        raise CampaignInvalid([problem])
    named = {name: found[name] for name in ("sha256", "source", "width", "height")}
    if is_video(file):
        return Video(path=Path(), size=0, seconds=found["seconds"], **named)
    return Picture(data=b"", mime="", **named)


async def _mark(store: Store, drafts: Sequence[Draft]) -> None:
    posts = select(post.c.id).where(post.c.key.in_([draft.occurrence.key for draft in drafts]))
    waiting = (delivery.c.post.in_(posts), delivery.c.state == State.PLANNED.value)
    async with store.write() as connection:
        await connection.execute(delivery.update().where(*waiting).values(reason=APPROVE_AGAIN))
