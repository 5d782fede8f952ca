"""A rehearsal from the folder to the transcript."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Final

from bot.rehearsal.acts import acts
from bot.rehearsal.captains import Captains
from bot.rehearsal.cast import ACTORS, EDITOR, cast, guarded_cities
from bot.rehearsal.crowd import owed
from bot.rehearsal.dayjudge import Evidence, judge_day
from bot.rehearsal.days import DayLetter, day_letters, fill_in, judge_days, owed_steps
from bot.rehearsal.dayside import day_side
from bot.rehearsal.drive import People, drive
from bot.rehearsal.findings import attention, incidents
from bot.rehearsal.golive import next_steps
from bot.rehearsal.hands import Hands
from bot.rehearsal.judge import acceptances, judge
from bot.rehearsal.letters import Letter, judge_letters, letters
from bot.rehearsal.mishaps import UNAPPROVED, Mishap, choose
from bot.rehearsal.page import Page, write_page
from bot.rehearsal.pictures import thumbnails
from bot.rehearsal.plots import Plot, plots, starts
from bot.rehearsal.report import DaysVerdict, Progress, Report
from bot.rehearsal.screens import Side, counts, group_phones, group_prompts, phones, uncertain
from bot.rehearsal.stage import Act, Stage, open_stage
from bot.rehearsal.transcript import Card, cards, city_names, discreet, lateness
from bot.rehearsal.turning import Turning
from bot.rehearsal.upsets import upsets
from bot.rehearsal.volunteers import Volunteers
from bot.rehearsal.watch import Watch
from channels.base import Ports
from channels.rehearsal.journal import read_journal
from content.loader import load_campaign
from content.models import Campaign
from schedules.commands.approvals import Seen, approve
from schedules.commands.plans import Checked, check_plan, record_plan
from schedules.commands.posts import Event, Filter, PostView, list_posts, show_post
from schedules.ledger import tallies
from schedules.lifecycle import State
from schedules.people.days import group_day
from schedules.planning.destinations import AccountView
from schedules.planning.occurrences import occurrences
from schedules.walltime import use_pinned_zones

BEFORE: Final = timedelta(hours=1)
TRANSCRIPT: Final = "transcript.html"
JOURNALS: Final = "accepted"
BY_HAND_JOURNAL: Final = "by-hand.jsonl"


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
    campaign = (await asyncio.to_thread(load_campaign, folder)).model_copy(update={"dormant": False})
    views, journals = cast(campaign), out / JOURNALS
    async with open_stage(views, journals, _start(campaign, views)) as stage:
        checked = await check_plan(stage.app.store, stage.clock, campaign, views)
        await record_plan(stage.app.store, stage.clock, EDITOR, checked)
        played = await _perform(stage, checked, _Wishes(journals, faults, seed, show))
    return _report(played, folder, out)


@dataclass(frozen=True, slots=True)
class _Wishes:
    journals: Path
    faults: bool
    seed: int
    show: Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class _Played:
    checked: Checked
    platforms: Mapping[str, str]
    mishaps: tuple[Mishap, ...]
    posts: tuple[PostView, ...]
    histories: Mapping[int, tuple[Event, ...]]
    volunteers: Volunteers
    upsets: tuple[Mishap, ...]
    letters: tuple[Letter, ...]
    days: tuple[DayLetter, ...]
    done: Mapping[int, int]
    plots: tuple[Plot, ...]
    evidence: tuple[Evidence, ...]


async def _perform(stage: Stage, checked: Checked, wishes: _Wishes) -> _Played:
    campaign, seed = checked.campaign, wishes.seed
    platforms = {view.name: view.channel for view in checked.accounts}
    planned, volunteers = await stage.posts(), Volunteers(stage, campaign, seed)
    plotted = plots(campaign, seed, faults=wishes.faults)
    at = [begins for plot in plotted for begins in starts(campaign, plot).values()]
    names = city_names(campaign)
    mishaps = choose(planned, platforms, cities=names, seed=seed, starts=at) if wishes.faults else ()
    upset = upsets(campaign, volunteers.crowd, seed) if wishes.faults else ()
    captains = Captains(stage, campaign, plotted, seed, wishes.journals)
    turning = Turning(stage, campaign, plotted, {})
    await volunteers.join()
    await captains.join()
    await fill_in(stage, campaign)
    await _approve(stage, campaign, mishaps)
    hands = Hands(stage, wishes.journals / BY_HAND_JOURNAL, _behaviour(planned, mishaps))
    script = [act for mishap in mishaps for act in acts(stage, mishap, platforms)]
    script += [act for mishap in upset for act in acts(stage, mishap, volunteers.phones)]
    ports = Ports(hand_over=hands, cards=volunteers.cards)
    script += [*captains.script(), *turning.script(ports, faults=wishes.faults)]
    with closing(captains), closing(hands):
        await _play(stage, ports, (hands, volunteers, captains), planned, script, wishes.show)
    posts, every = await stage.posts(), await list_posts(stage.app.store, Filter())
    days = await day_letters(stage.app.store, volunteers.pseudonyms, volunteers.accepted())
    return _Played(
        checked,
        platforms,
        mishaps,
        posts,
        histories=await _histories(stage, posts, mishaps),
        volunteers=volunteers,
        upsets=upset,
        letters=await letters(stage.app.store, volunteers.pseudonyms, volunteers.accepted()),
        days=days,
        done=await _done(stage, campaign, posts),
        plots=plotted,
        evidence=tuple(
            Evidence(
                campaign,
                checked.accounts,
                day,
                plot,
                captains.staff,
                {city: said for (on, city), said in captains.said.items() if on == day.id},
                {post.key: post for post in every},
                _unknown(every, days),
                (*acceptances(wishes.journals), *volunteers.accepted()),
                read_journal(captains.journal),
                turning.boards[day.id],
            )
            for day, plot in zip(campaign.action_days, plotted, strict=True)
            if day.id in turning.boards
        ),
    )


def _start(campaign: Campaign, views: Sequence[AccountView]) -> datetime:
    otherwise = datetime.combine(campaign.starts_on, time(), UTC)
    return min((each.due_at for each in occurrences(campaign, views)), default=otherwise) - BEFORE


async def _approve(stage: Stage, campaign: Campaign, mishaps: Sequence[Mishap]) -> None:
    planned = await list_posts(stage.app.store, Filter())
    forgotten = {post for mishap in mishaps if mishap.name == UNAPPROVED for post in mishap.posts}
    seen = [Seen(post.id, post.digest) for post in planned if post.id not in forgotten]
    for actor in ACTORS[: campaign.review.approvals]:
        await approve(stage.app.store, stage.clock, actor, seen)


def _behaviour(planned: Sequence[PostView], mishaps: Sequence[Mishap]) -> dict[str, str]:
    keys = {post.id: post.key for post in planned}
    return {keys[post]: mishap.name for mishap in mishaps for post in mishap.posts}


async def _play(
    stage: Stage,
    ports: Ports,
    everybody: Sequence[People],
    planned: Sequence[PostView],
    script: Sequence[Act],
    show: Callable[[Progress], None],
) -> None:
    starts_at = stage.clock.now()
    ends_at = max((post.planned_at for post in planned), default=starts_at)
    watch = Watch(stage, starts_at, ends_at, show)
    await watch.look()
    await drive(
        stage,
        script,
        ports=ports,
        people=everybody,
        posts=len(planned) + len(script),
        tell=watch.glance,
    )
    await watch.look()


def _unknown(posts: Iterable[PostView], letters: Iterable[DayLetter]) -> frozenset[str]:
    """The keys of everything of which the ledger cannot tell whether it arrived."""
    found = {post.key for post in posts if post.state is State.UNKNOWN}
    return frozenset(found | {letter.key for letter in letters if letter.state is State.UNKNOWN})


async def _done(stage: Stage, campaign: Campaign, posts: Sequence[PostView]) -> dict[int, int]:
    """How many say that they have done what each group was asked."""
    found: dict[int, int] = {}
    for post in posts:
        on = group_day(post.body["options"])
        if on is not None:
            of_day = await tallies.posts_on(stage.app.store, campaign.id, on)
            found[post.id] = (await tallies.progress(stage.app.store, of_day, post.city or "")).done
    return found


async def _histories(
    stage: Stage, posts: Sequence[PostView], mishaps: Sequence[Mishap]
) -> dict[int, tuple[Event, ...]]:
    hit = {post for mishap in mishaps for post in mishap.posts}
    eventful = [p for p in posts if p.id in hit or p.state is not State.SENT or lateness(p)]
    return {post.id: (await show_post(stage.app.store, post.id))[1] for post in eventful}


def _side(played: _Played, shown: Sequence[Card]) -> Side | None:
    """The volunteers' side; nothing where the campaign has no prompts."""
    campaign, crowd = played.checked.campaign, played.volunteers.crowd
    if not campaign.prompts:
        return None
    wanted = [(who.number, prompt.on) for who in crowd for prompt in owed(campaign, who)]
    outages = [(each.begins_at, each.ends_at) for each in played.upsets if each.ends_at is not None]
    in_groups = group_prompts(shown)
    names = city_names(campaign)
    return Side(
        verdict=judge_letters(played.letters, wanted, outages),
        phones=(*phones(played.volunteers.screens, names), *group_phones(in_groups, played.done)),
        counts=counts(played.letters),
        uncertain=uncertain(played.letters),
        upsets=played.upsets,
    )


def _days(played: _Played) -> DaysVerdict | None:
    campaign, people = played.checked.campaign, played.volunteers
    if not campaign.writes_letters:
        return None
    return judge_days(played.days, owed_steps(campaign, people.crowd, people.coming, played.plots))


def _report(played: _Played, folder: Path, out: Path) -> Report:
    campaign, posts = played.checked.campaign, played.posts
    verdict = judge(posts, played.platforms, acceptances(out / JOURNALS))
    wanted = [
        (played.platforms[post.account], picture["file"])
        for post in posts
        for picture in post.body["media"]
    ]
    pictures = thumbnails(campaign, wanted)
    shown = cards(campaign, posts, played.platforms, pictures, played.histories)
    pressing = attention(shown, verdict)
    side, days = _side(played, shown), _days(played)
    cities = [judge_day(each) for each in played.evidence]
    names, faults = city_names(campaign), bool(played.mishaps)
    page = Page(
        campaign=campaign,
        cards=shown,
        verdict=verdict,
        attention=pressing,
        incidents=incidents(played.mishaps, shown),
        problems=tuple(discreet(each, campaign) for each in played.checked.problems),
        thumbnails=tuple(pictures.values()),
        guarded=guarded_cities(campaign),
        side=side,
        day_letters=days,
        day_sides=tuple(
            day_side(each, judged, names, faults=faults)
            for each, judged in zip(played.evidence, cities, strict=True)
        ),
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
        letters=None if side is None else side.verdict,
        days=days,
        cities=tuple(cities),
    )


def _counts(posts: Sequence[PostView]) -> dict[State, int]:
    found = Counter(post.state for post in posts)
    return {state: found[state] for state in State if found[state]}
