"""A rehearsal from the folder to the transcript."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Final

from bot.rehearsal.acts import acts
from bot.rehearsal.cast import ACTORS, EDITOR, cast, guarded_cities
from bot.rehearsal.drive import drive
from bot.rehearsal.findings import attention, incidents
from bot.rehearsal.golive import next_steps
from bot.rehearsal.judge import acceptances, judge
from bot.rehearsal.mishaps import UNAPPROVED, Mishap, choose
from bot.rehearsal.page import Page, write_page
from bot.rehearsal.pictures import thumbnails
from bot.rehearsal.report import Progress, Report
from bot.rehearsal.stage import Stage, open_stage
from bot.rehearsal.transcript import cards, city_names, lateness
from bot.rehearsal.watch import Watch
from content.loader import load_campaign
from content.models import Campaign
from schedules.commands.approvals import Seen, approve
from schedules.commands.plans import Checked, check_plan, record_plan
from schedules.commands.posts import Event, Filter, PostView, list_posts, show_post
from schedules.lifecycle import State
from schedules.planning.destinations import AccountView
from schedules.planning.occurrences import occurrences
from schedules.walltime import use_pinned_zones

BEFORE: Final = timedelta(hours=1)
TRANSCRIPT: Final = "transcript.html"
JOURNALS: Final = "accepted"


def unseen(progress: Progress) -> None:
    """Show nothing."""
    del progress


async def run(
    folder: Path,
    *,
    out: Path,
    faults: bool = True,
    seed: int = 0,
    show: Callable[[Progress], None] = unseen,
) -> Report:
    """Rehearse a campaign folder from its first post to its last.

    Args:
        out: A folder; gets ``transcript.html`` and what the stand-ins wrote down, replacing earlier ones.
        faults: Whether things go wrong on the way, as they do.
        seed: Chooses what goes wrong; the same seed gives the same transcript.
        show: Told often how far it is.

    Raises:
        CampaignInvalid: The folder has errors; nothing was rehearsed.
    """
    use_pinned_zones()
    campaign = await asyncio.to_thread(load_campaign, folder)
    views = cast(campaign)
    journals = out / JOURNALS
    async with open_stage(views, journals, _start(campaign, views)) as stage:
        checked = await check_plan(stage.app.store, stage.clock, campaign, views)
        await record_plan(stage.app.store, stage.clock, EDITOR, checked)
        platforms = {view.name: view.channel for view in views}
        planned = await list_posts(stage.app.store, Filter())
        mishaps = choose(planned, platforms, cities=city_names(campaign), seed=seed) if faults else ()
        await _approve(stage, campaign, planned, mishaps)
        await _play(stage, planned, platforms, mishaps, show)
        posts = await list_posts(stage.app.store, Filter())
        histories = await _histories(stage, posts, mishaps)
    return _report(_Played(campaign, checked, platforms, mishaps, posts, histories), folder, out)


def _start(campaign: Campaign, views: Sequence[AccountView]) -> datetime:
    otherwise = datetime.combine(campaign.starts_on, time(), UTC)
    return min((each.due_at for each in occurrences(campaign, views)), default=otherwise) - BEFORE


async def _approve(
    stage: Stage, campaign: Campaign, planned: Sequence[PostView], mishaps: Sequence[Mishap]
) -> None:
    forgotten = {post for mishap in mishaps if mishap.name == UNAPPROVED for post in mishap.posts}
    seen = [Seen(post.id, post.digest) for post in planned if post.id not in forgotten]
    for actor in ACTORS[: campaign.review.approvals]:
        await approve(stage.app.store, stage.clock, actor, seen)


async def _play(
    stage: Stage,
    planned: Sequence[PostView],
    platforms: dict[str, str],
    mishaps: Sequence[Mishap],
    show: Callable[[Progress], None],
) -> None:
    starts_at = stage.clock.now()
    ends_at = max((post.planned_at for post in planned), default=starts_at)
    watch = Watch(stage, starts_at, ends_at, show)
    script = [act for mishap in mishaps for act in acts(stage, mishap, platforms)]
    await watch.look()
    await drive(stage, script, posts=len(planned), tell=watch.glance)
    await watch.look()


async def _histories(
    stage: Stage, posts: Sequence[PostView], mishaps: Sequence[Mishap]
) -> dict[int, tuple[Event, ...]]:
    hit = {post for mishap in mishaps for post in mishap.posts}
    eventful = [p for p in posts if p.id in hit or p.state is not State.SENT or lateness(p)]
    return {post.id: (await show_post(stage.app.store, post.id))[1] for post in eventful}


@dataclass(frozen=True, slots=True)
class _Played:
    campaign: Campaign
    checked: Checked
    platforms: Mapping[str, str]
    mishaps: tuple[Mishap, ...]
    posts: tuple[PostView, ...]
    histories: Mapping[int, tuple[Event, ...]]


def _report(played: _Played, folder: Path, out: Path) -> Report:
    campaign, posts = played.campaign, played.posts
    verdict = judge(posts, played.platforms, acceptances(out / JOURNALS))
    wanted = [
        (played.platforms[post.account], picture["file"])
        for post in posts
        for picture in post.body["media"]
    ]
    pictures = thumbnails(campaign, wanted)
    shown = cards(campaign, posts, played.platforms, pictures, played.histories)
    pressing = attention(shown, verdict)
    page = Page(
        campaign=campaign,
        cards=shown,
        verdict=verdict,
        attention=pressing,
        incidents=incidents(played.mishaps, shown),
        problems=played.checked.problems,
        thumbnails=tuple(pictures.values()),
        guarded=guarded_cities(campaign),
    )
    write_page(page, out / TRANSCRIPT)
    return Report(
        campaign=campaign.id,
        title=page.title,
        counts=_counts(posts),
        verdict=verdict,
        attention=tuple(f"Post {each.card.post.id} is {each.card.badge}: {each.what}" for each in pressing),
        transcript=out / TRANSCRIPT,
        journals=out / JOURNALS,
        next_steps=next_steps(folder),
    )


def _counts(posts: Sequence[PostView]) -> dict[State, int]:
    found = Counter(post.state for post in posts)
    return {state: found[state] for state in State if found[state]}
