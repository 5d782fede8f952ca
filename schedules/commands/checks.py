"""Checking a campaign folder alone: no database, no connected account, only what the author wrote."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from channels.registry import BOT_CHANNEL
from content.errors import Problem
from content.hashtags import check_hashtag
from content.loader import INCOMPLETE, read_campaign
from content.models import Campaign, Slot
from content.review import Candidate, check_similarity, review_campaign
from content.richtext import plain
from content.variants import CoverageRow, coverage, languages_of
from schedules.action_days.cautions import cautions, over
from schedules.action_days.embargo import Embargo
from schedules.action_days.letters import Letters
from schedules.planning.counts import with_samples
from schedules.planning.destinations import AccountView
from schedules.planning.drafts import Draft, Drafter
from schedules.planning.occurrences import occurrences
from schedules.planning.permits import permit_problems
from schedules.planning.training import training_texts

ANYWHERE: Final = "handoff"
"""Stands in for the channel of an account that a slot names: no limit of length, every rule of the tag."""

ABOUT_ACCOUNTS: Final = frozenset({"account-missing", "city-guarded"})
"""Problems that only real accounts can have."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Everything that a folder alone can tell.

    Attributes:
        campaign: ``None`` where the folder is too broken to be shown.
        coverage: The matrix message × language × channel.
    """

    campaign: Campaign | None
    problems: tuple[Problem, ...]
    coverage: tuple[CoverageRow, ...]


def check_folder(folder: Path, now: datetime) -> CheckReport:
    """Read, plan on invented accounts, render and review a whole folder.

    Args:
        now: When it is checked, aware: claims are judged by that date, action days by that instant.
    """
    campaign, problems = read_campaign(folder)
    if campaign is None:
        return CheckReport(None, problems, ())
    every = dict.fromkeys((*problems, *_review(campaign, now)))
    return CheckReport(campaign, tuple(every), coverage(campaign))


def first_drafts(campaign: Campaign, problems: list[Problem] | None = None) -> Iterator[Draft]:
    """One post of each text for each language, channel, city and audience, at its first occurrence.

    Args:
        problems: Where problems of texts that cannot be drawn are put, and limits that are broken.
    """
    drafter, seen = Drafter(campaign), set()
    for occurrence in occurrences(campaign, invented_accounts(campaign), crowds=with_samples(campaign)):
        shown = (
            occurrence.message_id,
            occurrence.language,
            occurrence.channel,
            occurrence.city,
            occurrence.audience,
            occurrence.prompt,
            occurrence.crowd,
        )
        if shown not in seen:
            seen.add(shown)
            yield from drafter.drafts([replace(occurrence, pin=False)])
    if problems is not None:
        problems.extend(drafter.problems)


def invented_accounts(campaign: Campaign) -> tuple[AccountView, ...]:
    """One account for every language and channel, and city, that a slot speaks to; and one for letters to volunteers."""
    found = [account for slot in campaign.planned_slots for account in _accounts(slot, campaign)]
    if campaign.prompts or campaign.writes_letters:
        found.append(AccountView(BOT_CHANNEL, BOT_CHANNEL, campaign.languages[0]))
    return tuple({account.name: account for account in found}.values())


def _review(campaign: Campaign, now: datetime) -> Iterator[Problem]:
    platforms = dict.fromkeys(channel for slot in campaign.planned_slots for channel in slot.channels)
    yield from check_hashtag(campaign.hashtag, tuple(platforms))
    timing: list[Problem] = []
    for _ in occurrences(campaign, invented_accounts(campaign), timing, crowds=with_samples(campaign)):
        pass
    drawing: list[Problem] = []
    drafts = tuple(first_drafts(campaign, drawing))
    training = tuple(training_texts(campaign, drawing))
    yield from (problem for problem in timing if problem.code not in ABOUT_ACCOUNTS)
    yield from (problem for problem in drawing if problem.code not in INCOMPLETE)
    letters = Letters(campaign, planned=True)
    texts = (draft.rendered for draft in drafts), training, (letter.rendered for letter in letters.all())
    on = now.astimezone(ZoneInfo(campaign.zone)).date()
    yield from review_campaign(campaign, chain(*texts), on=on)
    yield from (problem for problem in letters.problems if problem.code not in INCOMPLETE)
    yield from _of_days(campaign, drafts, now)
    yield from check_similarity(_candidates(campaign, drafts), similar_days=campaign.review.similar_days)


def _of_days(campaign: Campaign, drafts: Iterable[Draft], now: datetime) -> Iterator[Problem]:
    embargo = Embargo(campaign)
    for draft in drafts:
        embargo.note(draft.occurrence, plain(draft.rendered.whole))
    yield from (*embargo.problems, *permit_problems(campaign), *cautions(campaign), *over(campaign, now))


def _candidates(campaign: Campaign, drafts: Iterable[Draft]) -> Iterator[Candidate]:
    """Texts for accounts of the whole campaign; which cities will have one of their own is not known yet."""
    general = {message.id for message in campaign.messages if message.general}
    for draft in drafts:
        occurrence = draft.occurrence
        if occurrence.city is None and occurrence.channel != ANYWHERE and occurrence.prompt is None:
            yield Candidate(
                where=draft.rendered.file,
                platform=occurrence.channel,
                account=occurrence.account,
                on=occurrence.local_at.date(),
                text=plain(draft.rendered.whole),
                general=occurrence.message_id in general,
            )


def _accounts(slot: Slot, campaign: Campaign) -> Iterator[AccountView]:
    languages = languages_of(slot, campaign) or campaign.languages[:1]
    for name in slot.accounts:
        city = next(iter(_cities(slot, campaign)), None) if slot.cities else None
        yield AccountView(name, ANYWHERE, languages[0], city)
    if slot.accounts:
        return
    for channel in slot.channels:
        if slot.cities:
            yield from _in_cities(channel, slot, campaign, languages)
        else:
            yield from (AccountView(f"{channel}-{tag.lower()}", channel, tag) for tag in languages)


def _in_cities(
    channel: str, slot: Slot, campaign: Campaign, languages: Iterable[str]
) -> Iterator[AccountView]:
    spoken = {city.id: city.languages for city in campaign.cities}
    for city in _cities(slot, campaign):
        tag = next((tag for tag in spoken.get(city, ()) if tag in languages), None)
        if tag is not None:
            yield AccountView(f"{channel}-{city}-{tag.lower()}", channel, tag, city)


def _cities(slot: Slot, campaign: Campaign) -> tuple[str, ...]:
    return tuple(city.id for city in campaign.cities) if slot.cities == "all" else tuple(slot.cities)
