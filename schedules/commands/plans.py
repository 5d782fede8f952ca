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
from schedules.action_days.cautions import cautions, over
from schedules.action_days.embargo import Embargo
from schedules.action_days.letters import Letters
from schedules.action_days.rushes import rushes
from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.commands.audiences import Audience, audience
from schedules.commands.exceptions import valid
from schedules.commands.scopes import named
from schedules.errors import ScheduleError
from schedules.lifecycle import PUBLISH, State
from schedules.people.roles import Role
from schedules.planning import forecast
from schedules.planning.cities import taking_part
from schedules.planning.counts import with_samples
from schedules.planning.drafts import Draft, Drafter
from schedules.planning.forecast import Forecast, Forecaster
from schedules.planning.kit_media import KitMedia, keep_media
from schedules.planning.kits import Namesake, namesake
from schedules.planning.occurrences import AccountView, Occurrence, occurrences
from schedules.planning.overrides import Overrides, load_overrides
from schedules.planning.permits import permit_problems
from schedules.planning.record import Outcome, preview, record
from schedules.planning.training import training_texts
from schedules.store.engine import Store
from schedules.store.tables import delivery, post

OUT: Final = (State.CLAIMED, State.SENDING, State.SENT, State.UNKNOWN, State.HANDED_OFF)
"""States of a post that a plan does not publish any more."""
ID_TAKEN: Final = "id-taken"
"""The code of the problem that another campaign is planned under the same id."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A campaign that was planned, rendered and reviewed as a whole.

    Attributes:
        problems: Everything found; an error among them forbids recording.
        posts: How many posts the plan has; round-ups count once their numbers are known.
        forecast: What those of them that are still to go out ask of each account.
        audience: Whom its prompts reach; ``None`` where it plans none.
        media: Its frozen pictures, where it is planned without its folder.
    """

    campaign: Campaign
    accounts: tuple[AccountView, ...]
    overrides: Overrides
    problems: tuple[Problem, ...]
    posts: int
    forecast: tuple[Forecast, ...] = ()
    audience: Audience | None = None
    media: KitMedia | None = None

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that forbid recording."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def has_bot(self) -> bool:
        """Whether an account is connected that writes to volunteers."""
        return any(account.channel == BOT_CHANNEL for account in self.accounts)

    def planned(self) -> Iterator[Occurrence]:
        """Every post of the plan; the round-up of an action day once its numbers are known."""
        known = self.overrides
        return known.apply(
            occurrences(self.campaign, self.accounts, states=known.cities, crowds=known.crowds)
        )

    def drafts(self) -> Iterator[Draft]:
        """Every post of the plan, rendered one after the other; none where the campaign is dormant.

        Raises:
            CampaignInvalid: After the last one, where one could not be rendered: a picture changed or vanished
                since the check.
        """
        drafter = _drafter(self.campaign, self.overrides, self.media)
        yield from drafter.drafts(() if self.campaign.dormant else self.planned())
        if any(problem.severity is Severity.ERROR for problem in drafter.problems):
            raise CampaignInvalid(drafter.problems)


async def check_plan(
    store: Store,
    clock: Clock,
    campaign: Campaign,
    accounts: tuple[AccountView, ...],
    media: KitMedia | None = None,
) -> Checked:
    """Plan, render and review everything, and change nothing.

    Args:
        media: Its frozen pictures, where its folder is not here.
    """
    overrides = await load_overrides(store, campaign.id)
    permitted = _permitted_files(campaign, await valid(store, clock.now()), media)
    settled = overrides.cancelled | await _already_out(store, campaign.id, clock.now())
    review = _Review(campaign, overrides, accounts, clock.now(), settled, media)
    on = clock.now().astimezone(ZoneInfo(campaign.zone)).date()
    has_bot = any(account.channel == BOT_CHANNEL for account in accounts)
    letters = Letters(campaign, overrides.cities, planned=has_bot)
    texts = chain(review.rendered(), (letter.rendered for letter in letters.all()))
    rules = review_campaign(campaign, texts, on=on, exceptions=permitted)
    similar = check_similarity(review.candidates.values(), similar_days=campaign.review.similar_days)
    asked = review.forecaster.forecasts()
    days = chain(
        letters.problems,
        permit_problems(campaign, overrides.cities),
        cautions(campaign),
        over(campaign, clock.now()),
        rushes(campaign, accounts),
    )
    other = await namesake(store, campaign)
    taken = () if other is None else (_taken(campaign, other),)
    problems = dict.fromkeys((*taken, *review.problems, *rules, *similar, *forecast.problems(asked), *days))
    reached = await audience(store, clock, campaign, accounts)
    return Checked(campaign, accounts, overrides, tuple(problems), review.posts, asked, reached, media)


async def preview_plan(store: Store, clock: Clock, checked: Checked) -> Outcome:
    """What recording would change."""
    return await preview(store, clock, checked.campaign, checked.drafts(), kept=checked.overrides.cancelled)


async def record_plan(
    store: Store,
    clock: Clock,
    actor: Actor,
    checked: Checked,
    *,
    replacing: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> Outcome:
    """Write a checked plan into the ledger; every new or changed post then waits for approval.

    Of a dormant campaign the kit and its pictures are kept, and no post; of any other, the pictures of its round-ups.

    Args:
        replacing: Whether it may take the place of another campaign that is planned under its id.

    Raises:
        Forbidden: They are no editor of that campaign.
        CampaignInvalid: The plan has errors.
        ScheduleError: Another campaign is planned under its id.
    """
    actor.require(Role.EDITOR, named(campaign=checked.campaign.id))
    if checked.errors:
        raise CampaignInvalid(checked.problems)
    other = None if replacing else await namesake(store, checked.campaign)
    if other is not None:
        raise ScheduleError(str(_taken(checked.campaign, other)))
    outcome = await record(
        store,
        clock,
        checked.campaign,
        checked.drafts(),
        author=actor.name,
        kept=checked.overrides.cancelled,
        progress=progress,
    )
    if checked.media is None:
        await keep_media(store, _drawn_later(checked.campaign))
    return outcome


class _Review:
    """Draws every post of a plan once, keeping only what differs, so that a large plan stays small."""

    def __init__(
        self,
        campaign: Campaign,
        overrides: Overrides,
        accounts: tuple[AccountView, ...],
        now: datetime,
        settled: frozenset[str],
        media: KitMedia | None,
    ) -> None:
        self._now = now
        self._settled = settled
        self._accounts = {account.name: account for account in accounts}
        self.forecaster = Forecaster(now)
        self._found: list[Problem] = []
        self._drafter = _drafter(campaign, overrides, media)
        self._embargo = Embargo(campaign)
        self._campaign = campaign
        self._general = {message.id for message in campaign.messages if message.general}
        crowds = with_samples(campaign, overrides.crowds)
        self._planned = overrides.apply(
            occurrences(campaign, accounts, self._found, overrides.cities, crowds)
        )
        self.candidates: dict[tuple[str, bytes], Candidate] = {}
        self.posts = 0

    @property
    def problems(self) -> tuple[Problem, ...]:
        return (*self._found, *self._drafter.problems, *self._embargo.problems)

    def rendered(self) -> Iterator[RenderedMessage]:
        """Each different text once."""
        seen: set[tuple[str, str, bytes]] = set()
        for draft in self._drafter.drafts(self._planned):
            self.posts += not draft.has_samples
            text = plain(draft.rendered.whole)
            self._embargo.note(draft.occurrence, text)
            fingerprint = hashlib.blake2b(text.encode(), digest_size=16).digest()
            if draft.occurrence.is_post:
                self._note_if_overdue(draft)
                self._foresee(draft)
                self._compare(draft, text, fingerprint)
            shown = (draft.rendered.file, draft.rendered.channel, fingerprint)
            if shown not in seen:
                seen.add(shown)
                yield draft.rendered
        yield from training_texts(self._campaign, self._found)

    def _foresee(self, draft: Draft) -> None:
        occurrence = draft.occurrence
        if draft.expires_at <= self._now or occurrence.key in self._settled:
            return
        account, media = self._accounts[occurrence.account], len(draft.media)
        for text in shown_texts(draft):
            self.forecaster.add(account, occurrence.due_at, text, media)
            media = 0

    def _note_if_overdue(self, draft: Draft) -> None:
        if draft.has_samples or self._campaign.dormant:
            return
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


def _taken(campaign: Campaign, other: Namesake) -> Problem:
    return Problem(
        ID_TAKEN,
        "campaign.toml",
        f"another campaign is planned under the id {campaign.id}: “{other.title:.60}” in {other.folder}; "
        "its posts would be replaced or withdrawn",
        "Write another id into campaign.toml. Where it is to take that campaign's place: munasara plan --replace",
        severity=Severity.WARNING,
    )


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


def _permitted_files(
    campaign: Campaign, permitted: frozenset[str], media: KitMedia | None
) -> frozenset[str]:
    shown = {picture.file for message in campaign.messages for picture in message.media}
    if media is not None:
        return frozenset(file for file in shown if media.sources.get(file) in permitted)
    return frozenset(file for file in shown if permitted and _digest(campaign, file) in permitted)


def _drawn_later(campaign: Campaign) -> Campaign:
    """With the messages that are drawn when the folder may not be there: all of a dormant one, or the round-ups."""
    if campaign.dormant:
        return campaign
    later = {slot.message for day in campaign.action_days for slot in day.round_ups}
    messages = tuple(message for message in campaign.messages if message.id in later)
    return campaign.model_copy(update={"messages": messages})


def _drafter(campaign: Campaign, overrides: Overrides, media: KitMedia | None) -> Drafter:
    present = taking_part(campaign, overrides.cities)
    return Drafter(present, None if media is None else media.fitted)


def _digest(campaign: Campaign, file: str) -> str:
    with (campaign.folder / "media" / file).open("rb") as picture:
        return hashlib.file_digest(picture, "sha256").hexdigest()
