"""What the launch of a dormant campaign would do, and what forbids it."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import select

from content.anchoring import anchored
from content.errors import Problem, Severity
from content.models import AskKind, Campaign, Risk
from content.offices import answers_at, offices_for
from schedules.accounts import accounts
from schedules.clock import Clock
from schedules.commands.accounts import views
from schedules.commands.launch_wishes import Wish
from schedules.commands.pauses import paused
from schedules.commands.plans import Checked, check_plan
from schedules.errors import ScheduleError
from schedules.people.roles import EVERYTHING
from schedules.planning.kit_media import load_media, lost, sources
from schedules.planning.kits import Kits
from schedules.store import tables
from schedules.store.engine import Store
from schedules.walltime import SHOWN

HEX_DIGITS: Final = 32
SEAL_DIGITS: Final = 12
_PARTS: Final = ("its texts or times", "its pictures", "the accounts that it goes to")
"""What each part of a digest covers."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a launch would do.

    Attributes:
        kit: The campaign as it is kept.
        checked: The same with its times moved to the launch, checked as a whole.
        problems: Everything found; an error among them forbids the launch.
        wish: What somebody asked for, whether it is still open or decided.
    """

    kit: Campaign
    checked: Checked
    starts_at: datetime
    digest: str
    problems: tuple[Problem, ...]
    wish: Wish | None

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What forbids the launch."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def seal(self) -> str:
        """A short name for exactly this launch, to which a confirmation is bound."""
        return hashlib.sha256(self.digest.encode()).hexdigest()[:SEAL_DIGITS]

    def differs_from(self, asked: str) -> tuple[str, ...]:
        """What has changed since a launch with the digest ``asked`` was meant, in words."""
        pairs = zip(_PARTS, asked.split("."), self.digest.split("."), strict=True)
        return tuple(what for what, before, now in pairs if before != now)


async def look_ahead(
    store: Store, clock: Clock, kit: Campaign, starts_at: datetime, asked_at: datetime, wish: Wish | None
) -> Ahead:
    """Check a kit as if it were launched, changing nothing.

    Args:
        starts_at: T-0, aware.
        asked_at: When the launch was asked for, aware.
    """
    awake = anchored(kit, starts_at, asked_at=asked_at) if kit.dormant else kit
    media = await load_media(store, kit.id)
    checked = await check_plan(store, clock, awake, await views(store), media)
    used = {planned.account for planned in checked.planned()}
    destinations = sorted(
        (view.name, view.channel, view.language, view.city or "", view.audience or "")
        for view in checked.accounts
        if view.name in used
    )
    parts = (f"{_text(awake)}|{starts_at.astimezone(UTC)}", media.digest, repr(destinations))
    problems = (
        *(_as_refused(problem) for problem in checked.problems),
        *await _held(store, used),
        *await lost(store, media),
        *_dropped(kit, awake),
        *await _placeless(store, awake),
        *_closed_offices(checked),
        *await _paused(store, kit.id),
        *([] if used else [_nothing(kit.id)]),
    )
    digest = ".".join(hashlib.sha256(part.encode()).hexdigest()[:HEX_DIGITS] for part in parts)
    return Ahead(kit, checked, starts_at.astimezone(UTC), digest, tuple(dict.fromkeys(problems)), wish)


async def is_kept(store: Store, campaign: Campaign) -> bool:
    """Whether a dormant campaign was planned exactly as it is in its folder.

    Raises:
        OSError: One of its pictures cannot be read.
    """
    try:
        kit = await Kits(store).get(campaign.id)
    except ScheduleError:
        return False
    media = await load_media(store, campaign.id)
    return _text(kit) == _text(campaign) and media.sources == sources(campaign)


def too_few(kit: Campaign, author: str, people: tuple[str, str | None]) -> list[Problem]:
    """Whether two people are not enough for the rules of review of the campaign."""
    counted = [one for one in people if kit.review.author_may_approve or one != author]
    if len(counted) >= kit.review.approvals:
        return []
    what = f"each post takes {kit.review.approvals} approvals, and this launch would bring {len(counted)}"
    remedy = "Let others than its author launch it." if author in people else "Correct [review]."
    return [Problem("approvals-missing", "campaign.toml", what, remedy)]


def _text(campaign: Campaign) -> str:
    """Everything that a campaign says and when, wherever its folder lies."""
    return campaign.model_dump_json(exclude={"folder"})


def _as_refused(problem: Problem) -> Problem:
    """What waits for a permit can wait in a plan; a launch is now."""
    return replace(problem, severity=Severity.ERROR) if problem.code == "permit-missing" else problem


async def _held(store: Store, used: Iterable[str]) -> list[Problem]:
    needed = frozenset(used)
    return [
        Problem(
            "account-held",
            f"account {one.id}",
            f"nothing goes out on it: {one.held}",
            "Connect it again, then launch.",
        )
        for one in await accounts.list_all(store)
        if one.id in needed and one.held is not None
    ]


def _dropped(kit: Campaign, awake: Campaign) -> Iterator[Problem]:
    for before, after in zip(kit.action_days, awake.action_days, strict=True):
        for step in before.steps:
            if step not in after.steps:
                yield Problem(
                    "before-launch",
                    f"action_days/{before.id}.toml",
                    f"the step {step.id} would have been before the launch, and is left out",
                    "Nothing of it is done late. Launch for a later moment if it is needed.",
                    severity=Severity.WARNING,
                )


async def _placeless(store: Store, awake: Campaign) -> list[Problem]:
    """Open cities in which a place is to be told that nobody has written down."""
    columns = tables.meeting.c
    async with store.read() as connection:
        rows = await connection.execute(
            select(columns.day, columns.city).where(columns.campaign == awake.id)
        )
        known = {(row.day, row.city) for row in rows}
    return [
        Problem(
            "place-missing",
            f"action_days/{day.id}.toml",
            f"nobody has written where people meet in {city.id}, so the step {day.reveal.id} cannot tell it",
            "Write it in the bot: /places",
            severity=Severity.WARNING,
        )
        for day in awake.action_days
        for city in awake.cities_of(day)
        if day.reveal is not None and day.reveal.includes(city.id)
        if city.risk is Risk.OPEN and (day.id, city.id) not in known
    ]


def _closed_offices(checked: Checked) -> Iterator[Problem]:
    asks = {
        message.id: message.ask for message in checked.campaign.messages if message.ask.kind is AskKind.CALL
    }
    for planned in checked.planned():
        if planned.is_post and planned.message_id in asks:
            for target in offices_for(asks[planned.message_id], checked.campaign, None):
                if target.hours is not None and not answers_at(target.hours, planned.due_at):
                    yield Problem(
                        "office-closed",
                        f"messages/{planned.message_id}",
                        f"the office {target.id} does not answer calls at {planned.due_at:{SHOWN}} UTC, when slot "
                        f"{planned.slot_id} asks for them",
                        "Launch within its hours if the calls matter.",
                        severity=Severity.WARNING,
                    )


async def _paused(store: Store, name: str) -> list[Problem]:
    stopped = {pause.scope for pause in await paused(store)} & {EVERYTHING, f"campaign:{name}"}
    return [
        Problem(
            "paused",
            scope,
            "it is paused, so nothing goes out after the launch either",
            f"Two people start it again: munasara resume {scope}",
            severity=Severity.WARNING,
        )
        for scope in sorted(stopped)
    ]


def _nothing(name: str) -> Problem:
    return Problem("launch-empty", f"campaign {name}", "nothing would go out", "Connect its accounts.")
