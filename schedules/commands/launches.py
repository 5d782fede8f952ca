"""Launching a dormant campaign: one person asks for an instant, another confirms the very same kit and instant."""

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from content.anchoring import anchored
from content.errors import Problem, Severity
from content.later import later
from content.models import AskKind, Campaign, Risk
from content.offices import answers_at, offices_for
from schedules.accounts import accounts
from schedules.clock import Clock
from schedules.commands.accounts import views
from schedules.commands.actor import Actor
from schedules.commands.approvals import Seen, approve_together
from schedules.commands.pauses import paused
from schedules.commands.plans import Checked, check_plan
from schedules.commands.scopes import named
from schedules.errors import Forbidden, LaunchRefused, PersonUnknown, ScheduleError
from schedules.lifecycle import PUBLISH, State
from schedules.people import people, roles
from schedules.people.roles import EVERYTHING, Role
from schedules.planning.drafts import Draft
from schedules.planning.kit_media import load_media, lost, sources
from schedules.planning.kits import Kits
from schedules.planning.record import record
from schedules.store import tables
from schedules.store.chunks import chunks
from schedules.store.engine import Store
from schedules.store.upsert import insert_new
from schedules.walltime import SHOWN

WITHIN: Final = timedelta(minutes=15)
"""How long after the first person asked the second one may confirm."""
HEAD_START: Final = timedelta(minutes=2)
"""T-0 where nobody says when: so long after the first person asked, rounded up to the minute."""
MINUTE: Final = timedelta(minutes=1)
PEOPLE: Final = 2
HEX_DIGITS: Final = 32
SEAL_DIGITS: Final = 12
_PARTS: Final = ("its texts or times", "its pictures", "the accounts that it goes to")
"""What each part of a digest covers."""

_COLUMNS: Final = tables.launch.c

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Wish:
    """The wish to launch a campaign.

    Attributes:
        digest: Names the kit with its times, its pictures, and the accounts, each by a part.
        starts_at: T-0, in UTC.
        launched_by: Who confirmed it; from then on it is decided.
        launched_at: When everything was recorded and approved, in UTC.
    """

    campaign: str
    digest: str
    starts_at: datetime
    asked_by: str
    asked_at: datetime
    launched_by: str | None = None
    launched_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether another person may confirm it now."""
        return self.launched_by is None and now <= self.asked_at + WITHIN


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
        return sealed(self.digest)


@dataclass(frozen=True, slots=True)
class Launched:
    """What a confirmation did.

    Attributes:
        posts: How many posts it has.
        waiting: How many of them still wait for approval, and ``left`` why.
    """

    starts_at: datetime
    posts: int
    waiting: int = 0
    left: tuple[str, ...] = ()


def sealed(digest: str) -> str:
    """A short name for a digest."""
    return hashlib.sha256(digest.encode()).hexdigest()[:SEAL_DIGITS]


async def look(
    store: Store, clock: Clock, actor: Actor, name: str, starts_at: datetime | None = None
) -> Ahead:
    """What a launch would do now, changing nothing: as somebody asked for it, else in two minutes.

    Args:
        name: The id of the campaign.
        starts_at: Another T-0, aware.

    Raises:
        Forbidden: They are no approver of it.
        ScheduleError: No such campaign waits for its launch, or it was launched.
    """
    actor.require(Role.APPROVER, named(campaign=name))
    kit, now = await _kit(store, name), clock.now()
    wish = await wish_for(store, name)
    if wish is not None and wish.launched_at is not None:
        raise _launched_already(wish)
    if wish is not None and not (wish.is_open(now) or wish.launched_by):
        wish = None
    if wish is not None and starts_at in {None, wish.starts_at}:
        return await _ahead(store, clock, kit, wish.starts_at, wish.asked_at, wish)
    return await _ahead(store, clock, kit, starts_at or soon(now), now, wish)


async def ask(
    store: Store, clock: Clock, actor: Actor, name: str, starts_at: datetime | None = None
) -> Wish:
    """Ask for the launch of a campaign. Nothing happens until another person confirms it, within 15 minutes.

    Asking again replaces one's own wish.

    Args:
        name: The id of the campaign.
        starts_at: T-0, aware; in two minutes where it is ``None``.

    Raises:
        Forbidden: They are no approver of it.
        CodeNeeded: Their second factor was not shown.
        LaunchRefused: Something in it is stale; names everything.
        ScheduleError: No such campaign waits for its launch, T-0 is over, or somebody else asked already.
    """
    actor.require(Role.APPROVER, named(campaign=name))
    actor.require_proof()
    now = clock.now()
    at = starts_at or soon(now)
    if at < now:
        raise ScheduleError(later("This moment is over already. Choose a later one."))
    ahead = await _ahead(store, clock, await _kit(store, name), at, now, None)
    _refuse(name, (*ahead.errors, *_too_few(ahead.kit, await _author(store, name), (actor.name, None))))
    wish = Wish(name, ahead.digest, at.astimezone(UTC), actor.name, now)
    async with store.write() as connection:
        await _replace(connection, wish, now)
        await actor.record(connection, "asked to launch", f"campaign:{name}")
    log.warning("launch asked", campaign=name)
    return wish


async def confirm(store: Store, clock: Clock, actor: Actor, name: str, seal: str) -> Launched:
    """Launch exactly what another person asked for: record the whole plan and approve every post as both of them.

    Safe to repeat after a crash, by anybody who may launch it: what was decided is completed.

    Args:
        name: The id of the campaign.
        seal: Of what this person saw.

    Raises:
        Forbidden: They are no approver of it, or asked for it themselves.
        CodeNeeded: Their second factor was not shown.
        LaunchRefused: Something in it is stale; names everything.
        ScheduleError: Nobody asked, too long ago, or something has changed since; says what.
    """
    actor.require(Role.APPROVER, named(campaign=name))
    actor.require_proof()
    wish = await wish_for(store, name)
    if wish is None:
        raise _nobody_asked(name)
    if wish.launched_at is not None:
        raise _launched_already(wish)
    kit, author = await _kit(store, name), await _author(store, name)
    ahead = await _ahead(store, clock, kit, wish.starts_at, wish.asked_at, wish)
    if wish.launched_by is None:
        await _require_second(store, wish, actor, clock.now())
    _require_same(wish, ahead, seal)
    both = (wish.asked_by, wish.launched_by or actor.name)
    _refuse(name, (*ahead.errors, *_too_few(kit, author, both)))
    if wish.launched_by is None:
        await _decide(store, wish, actor)
    return await _complete(store, clock, actor, ahead, author, both)


async def cancel(store: Store, actor: Actor, name: str) -> None:
    """Take back a wish that nobody has confirmed yet. Asks for no code, and any person in charge is enough.

    Raises:
        Forbidden: They have no role there but that of a viewer.
        ScheduleError: Nobody asked, or it was confirmed.
    """
    actor.require_coordinator(named(campaign=name))
    async with store.write() as connection:
        gone = await connection.execute(
            delete(tables.launch).where(_COLUMNS.campaign == name, _COLUMNS.launched_by.is_(None))
        )
        if not gone.rowcount:
            raise _too_late(name, await _locked(connection, name))
        await actor.record(connection, "withdrew launch", f"campaign:{name}")
    log.warning("launch withdrawn", campaign=name)


async def wish_for(store: Store, name: str) -> Wish | None:
    """What was last asked for, whatever became of it."""
    async with store.read() as connection:
        row = (await connection.execute(_wish(name))).one_or_none()
    return None if row is None else Wish(*row)


async def unlaunched(store: Store, kits: Kits) -> tuple[str, ...]:
    """The campaigns that wait for their launch, and those whose launch was decided and not completed."""
    async with store.read() as connection:
        begun = await connection.execute(
            select(_COLUMNS.campaign)
            .where(_COLUMNS.launched_by.is_not(None), _COLUMNS.launched_at.is_(None))
            .order_by(_COLUMNS.campaign)
        )
        names = (*begun.scalars(), *await kits.dormant())
    return tuple(dict.fromkeys(names))


async def as_launched(store: Store, campaign: Campaign) -> Campaign:
    """A campaign as it is in its folder, with its times moved where it is dormant there and was launched."""
    wish = await wish_for(store, campaign.id) if campaign.dormant else None
    if wish is None or wish.launched_by is None:
        return campaign
    return anchored(campaign, wish.starts_at, asked_at=wish.asked_at)


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


def soon(now: datetime) -> datetime:
    """T-0 where nobody says when."""
    seconds = (now + HEAD_START).timestamp() / MINUTE.total_seconds()
    return datetime.fromtimestamp(math.ceil(seconds) * MINUTE.total_seconds(), UTC)


async def _kit(store: Store, name: str) -> Campaign:
    kit = await Kits(store).get(name)
    wish = None if kit.dormant else await wish_for(store, name)
    if not kit.dormant and (wish is None or wish.launched_by is None):
        raise ScheduleError(
            f"{name} is not dormant. Write dormant = true in its campaign.toml and plan it: munasara plan <folder>",
            later("This campaign is not kept for a launch."),
        )
    return kit


async def _ahead(
    store: Store, clock: Clock, kit: Campaign, starts_at: datetime, asked_at: datetime, wish: Wish | None
) -> Ahead:
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


def _too_few(kit: Campaign, author: str, people: tuple[str, str | None]) -> list[Problem]:
    """Whether two people are not enough for the rules of review of the campaign."""
    counted = [one for one in people if kit.review.author_may_approve or one != author]
    if len(counted) >= kit.review.approvals:
        return []
    what = f"each post takes {kit.review.approvals} approvals, and this launch would bring {len(counted)}"
    remedy = "Let others than its author launch it." if author in people else "Correct [review]."
    return [Problem("approvals-missing", "campaign.toml", what, remedy)]


def _refuse(name: str, errors: Iterable[Problem]) -> None:
    found = tuple(errors)
    if found:
        raise LaunchRefused(name, found)


async def _author(store: Store, name: str) -> str:
    """Who planned the kit."""
    async with store.read() as connection:
        known = select(tables.campaign.c.planned_by).where(tables.campaign.c.id == name)
        return str((await connection.execute(known)).scalar())


async def _replace(connection: AsyncConnection, wish: Wish, now: datetime) -> None:
    """Write a wish in place of one's own, or of one that has run out."""
    there = await _locked(connection, wish.campaign)
    if there is not None and there.launched_by is not None:
        raise _launched_already(there)
    if there is not None and there.is_open(now) and there.asked_by != wish.asked_by:
        raise ScheduleError(
            f"{there.asked_by} has asked already, for {there.starts_at:{SHOWN}} UTC. Confirm that, or take it "
            "back: munasara launch <folder> --cancel",
            later("{name} has asked already. Confirm that, or take it back: /launch", name=there.asked_by),
        )
    row = {name: getattr(wish, name) for name in ("digest", "starts_at", "asked_by", "asked_at")}
    await insert_new(connection, tables.launch, [{"campaign": wish.campaign, **row}])
    await connection.execute(update(tables.launch).where(_COLUMNS.campaign == wish.campaign).values(row))


async def _require_second(store: Store, wish: Wish, actor: Actor, now: datetime) -> None:
    if wish.asked_by == actor.name:
        raise Forbidden(
            f"You have asked to launch {wish.campaign} yourself. Another person confirms it.",
            later("You have asked for it yourself. Another person confirms it."),
        )
    if not wish.is_open(now):
        raise ScheduleError(
            f"{wish.asked_by} asked at {wish.asked_at:{SHOWN}} UTC, which is too long ago. Ask again, and confirm "
            f"within {WITHIN // MINUTE} minutes.",
            later("That was asked too long ago. Ask again: /launch"),
        )
    if not await _may_still(store, wish):
        raise ScheduleError(
            f"{wish.asked_by} asked, and may not approve there any more. Ask again.",
            later("Whoever asked may not approve there any more. Ask again: /launch"),
        )


async def _may_still(store: Store, wish: Wish) -> bool:
    """Whoever asked at the command line and has never come to the bot holds everything; no wish outlives its person."""
    try:
        person = await people.called(store, wish.asked_by)
    except PersonUnknown:
        return True
    covering = {EVERYTHING, *named(campaign=wish.campaign)}
    granted = await roles.of(store, person.id)
    return person.locked_at is None and any(grant.allows(Role.APPROVER, covering) for grant in granted)


def _require_same(wish: Wish, ahead: Ahead, seal: str) -> None:
    pairs = zip(_PARTS, wish.digest.split("."), ahead.digest.split("."), strict=True)
    changed = [what for what, asked, now in pairs if asked != now]
    if changed:
        decided = "was launched" if wish.launched_by else f"was to be launched as {wish.asked_by} asked"
        remedy = "Approve what waits: munasara approve" if wish.launched_by else "Look at it and ask again."
        raise ScheduleError(
            f"{wish.campaign} {decided}, and has changed since: {' and '.join(changed)}. {remedy}",
            later("Something of it has changed since it was asked for. Look at it again: /launch"),
        )
    if seal != ahead.seal:
        raise ScheduleError(
            f"The launch of {wish.campaign} was asked for anew since you looked. Look at it again.",
            later("It was asked for anew since you looked. Look at it again: /launch"),
        )


async def _decide(store: Store, wish: Wish, actor: Actor) -> None:
    async with store.write() as connection:
        if await _locked(connection, wish.campaign) != wish:
            raise ScheduleError(
                f"The launch of {wish.campaign} was asked for anew, taken back or confirmed since you looked.",
                later("It was asked for anew since you looked. Look at it again: /launch"),
            )
        await connection.execute(
            update(tables.launch).where(_COLUMNS.campaign == wish.campaign).values(launched_by=actor.name)
        )
        await actor.record(connection, "launched", f"campaign:{wish.campaign}")
    log.warning("launched", campaign=wish.campaign)


async def _complete(
    store: Store, clock: Clock, actor: Actor, ahead: Ahead, author: str, both: tuple[str, str]
) -> Launched:
    """Record everything and approve it as both. A part that is there already is left as it is."""
    checked, digests = ahead.checked, dict[str, str]()
    drafts = _noted(checked.drafts(), digests)
    kept = checked.overrides.cancelled
    await record(store, clock, checked.campaign, drafts, author=author, kept=kept)
    actors = [Actor(name, journal=actor.journal) for name in both]
    done = await approve_together(store, clock, actors, await _waiting(store, digests))
    async with store.write() as connection:
        await connection.execute(
            update(tables.launch).where(_COLUMNS.campaign == ahead.kit.id).values(launched_at=clock.now())
        )
    left = tuple(dict.fromkeys(str(why) for why in done.left))
    return Launched(ahead.starts_at, len(digests), len(done.waiting) + len(done.left), left)


def _noted(drafts: Iterable[Draft], digests: dict[str, str]) -> Iterator[Draft]:
    """The drafts, of which keys and digests are written down as they pass."""
    for draft in drafts:
        digests[draft.occurrence.key] = draft.digest
        yield draft


async def _waiting(store: Store, digests: Mapping[str, str]) -> list[Seen]:
    """Those of the posts that wait for approval exactly as they were recorded."""
    post, delivery, found = tables.post, tables.delivery, list[Any]()
    for keys in chunks(digests):
        wanted = (
            select(post.c.id, post.c.key, post.c.digest)
            .join_from(post, delivery, (delivery.c.post == post.c.id) & (delivery.c.kind == PUBLISH))
            .where(post.c.key.in_(list(keys)), delivery.c.state == State.PLANNED.value)
            .order_by(post.c.id)
        )
        async with store.read() as connection:
            found += (await connection.execute(wanted)).all()
    return [Seen(row.id, row.digest) for row in found if digests[row.key] == row.digest]


def _wish(name: str) -> Any:
    return select(tables.launch).where(_COLUMNS.campaign == name)


async def _locked(connection: AsyncConnection, name: str) -> Wish | None:
    row = (await connection.execute(_wish(name).with_for_update())).one_or_none()
    return None if row is None else Wish(*row)


def _nobody_asked(name: str) -> ScheduleError:
    return ScheduleError(
        f"Nobody has asked to launch {name}. Ask first: munasara launch <folder>",
        later("Nobody has asked for that launch, or it was taken back."),
    )


def _launched_already(wish: Wish) -> ScheduleError:
    return ScheduleError(
        f"{wish.campaign} was launched already, with T-0 at {wish.starts_at:{SHOWN}} UTC. To launch it once more, "
        "copy its folder under another id; the tag stays.",
        later("This campaign was launched already."),
    )


def _too_late(name: str, wish: Wish | None) -> ScheduleError:
    if wish is None:
        return _nobody_asked(name)
    return ScheduleError(
        f"{name} was launched. To stop it: munasara pause campaign:{name}",
        later("It was launched already. To stop it: /stop"),
    )
