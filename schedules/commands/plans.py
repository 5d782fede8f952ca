"""Planning a campaign: check everything, show the difference, record it."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from channels.registry import BOT_CHANNEL
from content.errors import CampaignInvalid, Problem, Severity
from content.limits import LIMITS
from content.models import Campaign, is_video
from content.rendering import RenderedMessage
from content.review import Candidate, check_similarity, review_campaign
from content.richtext import plain
from content.visible import counted
from schedules.action_days.cautions import cautions
from schedules.action_days.embargo import Embargo
from schedules.action_days.letters import Letters
from schedules.action_days.rushes import rushes
from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.commands.audiences import Audience, audience
from schedules.commands.exceptions import valid
from schedules.commands.scopes import named
from schedules.lifecycle import PUBLISH, State
from schedules.people.roles import Role
from schedules.planning import forecast
from schedules.planning.drafts import Draft, Drafter
from schedules.planning.forecast import Forecast, Forecaster
from schedules.planning.occurrences import AccountView, occurrences
from schedules.planning.overrides import Overrides, load_overrides
from schedules.planning.permits import permit_problems
from schedules.planning.record import Outcome, preview, record
from schedules.store.engine import Store
from schedules.store.tables import delivery, post

OUT: Final = (State.CLAIMED, State.SENDING, State.SENT, State.UNKNOWN, State.HANDED_OFF)
"""States of a post that a plan does not publish any more."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A campaign that was planned, rendered and reviewed as a whole.

    Attributes:
        problems: Everything found; an error among them forbids recording.
        posts: How many posts the plan has.
        forecast: What those of them that are still to go out ask of each account.
        audience: Whom its prompts reach; ``None`` where it plans none.
    """

    campaign: Campaign
    accounts: tuple[AccountView, ...]
    overrides: Overrides
    problems: tuple[Problem, ...]
    posts: int
    forecast: tuple[Forecast, ...] = ()
    audience: Audience | None = None

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that forbid recording."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def has_bot(self) -> bool:
        """Whether an account is connected that writes to volunteers."""
        return any(account.channel == BOT_CHANNEL for account in self.accounts)

    def drafts(self) -> Iterator[Draft]:
        """Every post of the plan, rendered one after the other.

        Raises:
            CampaignInvalid: After the last one, where one could not be rendered: a picture changed or vanished
                since the check.
        """
        drafter = Drafter(self.campaign)
        planned = self.overrides.apply(occurrences(self.campaign, self.accounts))
        yield from drafter.drafts(planned)
        if any(problem.severity is Severity.ERROR for problem in drafter.problems):
            raise CampaignInvalid(drafter.problems)


async def check_plan(
    store: Store, clock: Clock, campaign: Campaign, accounts: tuple[AccountView, ...]
) -> Checked:
    """Plan, render and review everything, and change nothing."""
    overrides = await load_overrides(store, campaign.id)
    permitted = _permitted_files(campaign, await valid(store, clock.now()))
    settled = overrides.cancelled | await _already_out(store, campaign.id, clock.now())
    review = _Review(campaign, overrides, accounts, clock.now(), settled)
    on = clock.now().astimezone(ZoneInfo(campaign.zone)).date()
    letters = Letters(campaign)
    texts = chain(review.rendered(), (letter.rendered for letter in letters.all()))
    rules = review_campaign(campaign, texts, on=on, exceptions=permitted)
    similar = check_similarity(review.candidates.values(), similar_days=campaign.review.similar_days)
    asked = review.forecaster.forecasts()
    days = chain(
        letters.problems, permit_problems(campaign), cautions(campaign), rushes(campaign, accounts)
    )
    problems = dict.fromkeys((*review.problems, *rules, *similar, *forecast.problems(asked), *days))
    reached = await audience(store, clock, campaign, accounts)
    return Checked(campaign, accounts, overrides, tuple(problems), review.posts, asked, reached)


async def preview_plan(store: Store, clock: Clock, checked: Checked) -> Outcome:
    """What recording would change."""
    return await preview(store, clock, checked.campaign, checked.drafts(), kept=checked.overrides.cancelled)


async def record_plan(
    store: Store,
    clock: Clock,
    actor: Actor,
    checked: Checked,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> Outcome:
    """Write a checked plan into the ledger; every new or changed post then waits for approval.

    Raises:
        Forbidden: They are no editor of that campaign.
        CampaignInvalid: The plan has errors.
    """
    actor.require(Role.EDITOR, named(campaign=checked.campaign.id))
    if checked.errors:
        raise CampaignInvalid(checked.problems)
    return await record(
        store,
        clock,
        checked.campaign,
        checked.drafts(),
        author=actor.name,
        kept=checked.overrides.cancelled,
        progress=progress,
    )


class _Review:
    """Draws every post of a plan once, keeping only what differs, so that a large plan stays small."""

    def __init__(
        self,
        campaign: Campaign,
        overrides: Overrides,
        accounts: tuple[AccountView, ...],
        now: datetime,
        settled: frozenset[str],
    ) -> None:
        self._now = now
        self._settled = settled
        self._accounts = {account.name: account for account in accounts}
        self.forecaster = Forecaster(now)
        self._found: list[Problem] = []
        self._drafter = Drafter(campaign)
        self._embargo = Embargo(campaign)
        self._campaign = campaign
        self._general = {message.id for message in campaign.messages if message.general}
        self._planned = overrides.apply(occurrences(campaign, accounts, self._found))
        self.candidates: dict[tuple[str, bytes], Candidate] = {}
        self.posts = 0

    @property
    def problems(self) -> tuple[Problem, ...]:
        return (*self._found, *self._drafter.problems, *self._embargo.problems)

    def rendered(self) -> Iterator[RenderedMessage]:
        """Each different text once."""
        seen: set[tuple[str, str, bytes]] = set()
        for draft in self._drafter.drafts(self._planned):
            self.posts += 1
            text = plain(draft.rendered.whole)
            self._embargo.note(draft.occurrence, text)
            fingerprint = hashlib.blake2b(text.encode(), digest_size=16).digest()
            if draft.occurrence.prompt is None:
                self._note_if_overdue(draft)
                self._foresee(draft)
                self._compare(draft, text, fingerprint)
            shown = (draft.rendered.file, draft.rendered.channel, fingerprint)
            if shown not in seen:
                seen.add(shown)
                yield draft.rendered

    def _foresee(self, draft: Draft) -> None:
        occurrence = draft.occurrence
        if draft.expires_at <= self._now or occurrence.key in self._settled:
            return
        account, media = self._accounts[occurrence.account], len(draft.media)
        for text in shown_texts(draft):
            self.forecaster.add(account, occurrence.due_at, text, media)
            media = 0

    def _note_if_overdue(self, draft: Draft) -> None:
        if draft.occurrence.due_at <= self._now < draft.expires_at:
            overdue = _overdue(draft)
            if overdue not in self._found:
                self._found.append(overdue)

    def _compare(self, draft: Draft, text: str, fingerprint: bytes) -> None:
        occurrence = draft.occurrence
        key = (f"{occurrence.account}/{occurrence.local_at:%Y-%m-%d}", fingerprint)
        if key not in self.candidates:
            self.candidates[key] = Candidate(
                where=draft.rendered.file,
                platform=occurrence.channel,
                account=occurrence.account,
                on=occurrence.local_at.date(),
                text=text,
                general=occurrence.message_id in self._general,
            )


def shown_texts(draft: Draft) -> Iterator[str]:
    """What the platform shows of each part."""
    shown, limits = draft.rendered, LIMITS[draft.occurrence.channel]
    alts = [item.alt for item in shown.media]
    moving = any(is_video(item.file) for item in shown.media)
    yield counted(shown.text, limits, alts=alts, warning=shown.content_warning, moving=moving)
    for part in shown.more:
        yield counted(part, limits)


async def _already_out(store: Store, campaign_id: str, now: datetime) -> frozenset[str]:
    """Keys of posts that are out, or on their way, although their time is not over."""
    async with store.read() as connection:
        found = await connection.execute(
            select(post.c.key)
            .join(delivery, delivery.c.post == post.c.id)
            .where(
                delivery.c.campaign == campaign_id,
                delivery.c.kind == PUBLISH,
                delivery.c.state.in_([state.value for state in OUT]),
                delivery.c.expires_at > now,
            )
        )
        return frozenset(found.scalars())


def _overdue(draft: Draft) -> Problem:
    at = draft.occurrence.shown_at
    return Problem(
        "overdue",
        f"slot {draft.occurrence.slot_id}",
        f"its time, {at:%Y-%m-%d %H:%M} in {draft.occurrence.zone}, is already over",
        "What is not out yet goes out as soon as it is approved, while its late policy allows. "
        "Correct the time if that is not meant.",
        severity=Severity.WARNING,
    )


def _permitted_files(campaign: Campaign, permitted: frozenset[str]) -> frozenset[str]:
    shown = {picture.file for message in campaign.messages for picture in message.media}
    return frozenset(file for file in shown if permitted and _digest(campaign, file) in permitted)


def _digest(campaign: Campaign, file: str) -> str:
    with (campaign.folder / "media" / file).open("rb") as picture:
        return hashlib.file_digest(picture, "sha256").hexdigest()
