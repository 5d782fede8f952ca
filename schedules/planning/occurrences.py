"""Planning: from a campaign and its accounts to every occurrence of every slot. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TypeAlias

from content.crowds import Crowd
from content.errors import Problem, Severity
from content.models import ActionDay, Campaign, Gap, Overlap, Slot
from schedules.people.days import FIRST_ZONE, LASTS, DailyPrompt
from schedules.people.steps import DayStep
from schedules.planning.cities import CityStates
from schedules.planning.counts import NOTHING_COUNTED, Crowds
from schedules.planning.destinations import AccountView, guarded_accounts, reached
from schedules.planning.late import late_by
from schedules.planning.moments import Anchor, Moment, Timetable, due, once
from schedules.planning.permits import NOTHING_CHANGED, called_off_posts, withheld_posts
from schedules.planning.prompts import PLATFORM, GroupPrompt, PlannedPrompt, group_prompts, planned_prompts
from schedules.planning.steps import (
    LETS_GO,
    PlannedLetters,
    PlannedNotice,
    planned_letters,
    planned_notices,
)
from schedules.walltime import SHOWN, Note, zone

__all__ = ["AccountView", "Occurrence", "Plan", "occurrences", "plan"]

_Groups: TypeAlias = dict[str | None, list[AccountView]]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One message, due once on one account.

    Attributes:
        account: The account's name.
        audience: Whose variant of the message is meant: the slot's audience, the account's, or its city.
        occurrence: The wall *date* of a recurring slot, whatever its hour; ``1`` where a slot happens once.
        local_at: The wall time that was asked for, naive, in ``zone``; where the slot gives an instant or
            an offset, the wall time at which that falls.
        due_at: The instant, in UTC.
        note: What a change of the clocks did to the wall time, or to the one it is counted from.
        fixed: Whether an instant was asked for. Where it is false, ``resolve(local_at, zone, gap=gap,
            overlap=overlap).at`` is ``due_at``, and follows a new release of the time zone database.
        late_by: How long after ``due_at`` it may still go out.
        prompt: The prompt that this is, which goes to each volunteer at their own hour; ``None`` for posts.
        for_group: Whether it goes to a group instead, once, as a post.
        step: The step of an action day of which it is the letters; ``None`` for everything else.
        reply_to: The address of the post on X that it answers, or ``None``.
        crowd: What it says as the round-up of an action day; ``None`` for everything else.
        waits: Whether it tells of a change of its day and never comes due by itself.
        delay: How much of ``due_at`` people have added since, for an action day in its city.
    """

    campaign_id: str
    slot_id: str
    message_id: str
    account: str
    channel: str
    language: str
    city: str | None
    audience: str | None
    occurrence: str
    local_at: datetime
    zone: str
    due_at: datetime
    note: Note
    gap: Gap
    overlap: Overlap
    fixed: bool
    late_by: timedelta
    pin: bool = False
    silent: bool = False
    prompt: DailyPrompt | None = None
    for_group: bool = False
    step: DayStep | None = None
    reply_to: str | None = None
    crowd: Crowd | None = None
    waits: bool = False
    delay: timedelta = timedelta()

    @property
    def is_post(self) -> bool:
        """Whether it is published as a post of a slot by itself, and neither a prompt nor written to people."""
        return self.prompt is None and self.step is None and not self.waits

    @property
    def key(self) -> str:
        """Names this occurrence for ever: it stays when its time moves."""
        place = self.city or "-"
        return (
            f"{self.campaign_id}/{self.slot_id}/{self.message_id}/{self.account}/{place}/{self.occurrence}"
        )

    @property
    def meant_at(self) -> datetime:
        """When it is due without the delay, in UTC: what its text tells and an approval is bound to."""
        return self.due_at - self.delay

    @property
    def shown_at(self) -> datetime:
        """What the clocks in ``zone`` show at ``meant_at``; not ``local_at`` where that was shifted."""
        return self.meant_at.astimezone(zone(self.zone)).replace(tzinfo=None, fold=0)


@dataclass(frozen=True, slots=True)
class Plan:
    """Every occurrence of a campaign, by due time, and everything a person should know about them."""

    occurrences: tuple[Occurrence, ...]
    problems: tuple[Problem, ...]


def plan(campaign: Campaign, accounts: Sequence[AccountView]) -> Plan:
    """Plan a whole campaign: which message goes to which account, when.

    Args:
        accounts: Every account that is connected; their names are unique.
    """
    problems: list[Problem] = []
    planned = sorted(occurrences(campaign, accounts, problems), key=lambda planned: planned.due_at)
    return Plan(tuple(planned), tuple(problems))


def occurrences(
    campaign: Campaign,
    accounts: Sequence[AccountView],
    problems: list[Problem] | None = None,
    states: CityStates = NOTHING_CHANGED,
    crowds: Crowds = NOTHING_COUNTED,
) -> Iterator[Occurrence]:
    """Plan one occurrence after the other, slot by slot, then the prompts and what action days write to people.

    Args:
        states: What people changed of the permits of action days.
        problems: Where problems are put; complete when the last occurrence has been taken.
        crowds: The numbers of action days; the round-ups of others are left out.
    """
    problems = [] if problems is None else problems
    timetable, clashes, missed = Timetable(campaign, problems), _Clashes(), _Missed(campaign.launched_at)
    asks = {message.id: message.ask.kind for message in campaign.messages}
    used: dict[str, AccountView] = {}
    withheld = withheld_posts(campaign, states) | called_off_posts(campaign, states)
    said = {slot.id: crowds.get(day.id) for day in campaign.action_days for slot in day.round_ups}
    for slot in campaign.planned_slots:
        if slot.id in said and said[slot.id] is None:
            continue
        anchor = timetable.anchor(slot)
        if slot.message not in asks:
            problems.append(_message_unknown(slot))
        elif anchor is not None:
            late = late_by(slot, asks[slot.message])
            meant = reached(slot, _cities(slot, anchor, campaign), campaign, accounts, problems)
            chosen = [account for account in meant if (slot.id, account.city) not in withheld]
            used.update((account.name, account) for account in chosen)
            for account, moment in _times(slot, anchor, _by_zone(slot, campaign, chosen), timetable):
                occurrence = _occurrence(campaign, slot, account, moment, late, said.get(slot.id))
                if not missed.has(occurrence):
                    clashes.note(occurrence)
                    yield occurrence
    to_people = chain(
        (_prompted(campaign, planned) for planned in planned_prompts(campaign, accounts)),
        (_written(campaign, planned) for planned in planned_letters(campaign, accounts, states)),
        (_announced(campaign, planned) for planned in planned_notices(campaign, accounts)),
        (_put_before_group(campaign, planned) for planned in group_prompts(campaign, accounts)),
    )
    yield from (occurrence for occurrence in to_people if not missed.has(occurrence))
    problems.extend(guarded_accounts(campaign, used.values()))
    problems.extend(clashes.problems())
    problems.extend(missed.problems())


def _cities(slot: Slot, anchor: Anchor, campaign: Campaign) -> frozenset[str] | None:
    if not slot.cities:
        return None
    if slot.cities != "all":
        return frozenset(slot.cities)
    if isinstance(anchor.root, ActionDay) and anchor.root.cities != "all":
        return frozenset(city.id for city in anchor.root.cities)
    return frozenset(city.id for city in campaign.cities)


def _by_zone(slot: Slot, campaign: Campaign, chosen: Sequence[AccountView]) -> _Groups:
    zones = {city.id: city.zone for city in campaign.cities} if slot.cities else {}
    groups: _Groups = {}
    for account in chosen:
        groups.setdefault(zones.get(account.city or ""), []).append(account)
    return groups


def _times(
    slot: Slot, anchor: Anchor, groups: _Groups, timetable: Timetable
) -> Iterator[tuple[AccountView, Moment]]:
    for city_zone, together in groups.items():
        for moment in timetable.moments(slot, anchor, city_zone):
            for account in together:
                yield account, moment


def _occurrence(
    campaign: Campaign,
    slot: Slot,
    account: AccountView,
    moment: Moment,
    late: timedelta,
    crowd: Crowd | None,
) -> Occurrence:
    return Occurrence(
        campaign_id=campaign.id,
        slot_id=slot.id,
        message_id=slot.message,
        account=account.name,
        channel=account.channel,
        language=account.language,
        city=account.city,
        audience=slot.audience or account.audience or account.city,
        **due(moment),
        late_by=late,
        pin=slot.pin,
        silent=slot.silent,
        reply_to=slot.reply_to,
        crowd=crowd,
    )


def _prompted(campaign: Campaign, planned: PlannedPrompt) -> Occurrence:
    return Occurrence(
        campaign_id=campaign.id,
        slot_id=planned.slot,
        message_id=planned.prompt.id,
        account=planned.account,
        channel=PLATFORM,
        language=planned.language,
        city=None,
        audience=None,
        **due(once(planned.local_at, FIRST_ZONE, planned.due_at)),
        late_by=LASTS,
        prompt=planned.prompt,
    )


def _written(campaign: Campaign, planned: PlannedLetters) -> Occurrence:
    return Occurrence(
        campaign_id=campaign.id,
        slot_id=planned.slot,
        message_id=planned.message,
        account=planned.account,
        channel=PLATFORM,
        language=planned.language,
        city=planned.step.city,
        audience=planned.step.city,
        **due(planned.moment),
        late_by=planned.late_by,
        step=planned.step,
        waits=planned.waits,
    )


def _announced(campaign: Campaign, planned: PlannedNotice) -> Occurrence:
    account = planned.account
    return Occurrence(
        campaign_id=campaign.id,
        slot_id=planned.slot,
        message_id=planned.message,
        account=account.name,
        channel=account.channel,
        language=account.language,
        city=account.city,
        audience=account.city,
        **due(planned.moment),
        late_by=LETS_GO,
        waits=True,
    )


def _put_before_group(campaign: Campaign, planned: GroupPrompt) -> Occurrence:
    account, times = planned.account, planned.times
    return Occurrence(
        campaign_id=campaign.id,
        slot_id=planned.slot,
        message_id=planned.prompt.id,
        account=account.name,
        channel=account.channel,
        language=account.language,
        city=account.city,
        audience=None,
        **due(once(planned.local_at, planned.zone, times.due_at)),
        late_by=times.ends_at - times.due_at,
        pin=True,
        prompt=planned.prompt,
        for_group=True,
    )


@dataclass(slots=True)
class _Clash:
    account: str
    at: datetime
    count: int = 0


@dataclass(slots=True)
class _Clashes:
    """Finds posts that get in each other's way on one account; one problem per pair of slots."""

    minutes: dict[str, dict[int, str]] = field(default_factory=dict)
    days: dict[tuple[str, str], dict[int, str]] = field(default_factory=dict)
    found: dict[tuple[str, str, str], _Clash] = field(default_factory=dict)

    def note(self, planned: Occurrence) -> None:
        day, minute = planned.local_at.toordinal(), int(planned.due_at.timestamp()) // 60
        days = self.days.setdefault((planned.account, planned.message_id), {})
        minutes = self.minutes.setdefault(planned.account, {})
        same_day = days.setdefault(day, planned.slot_id)
        same_minute = minutes.setdefault(minute, planned.slot_id)
        if same_day != planned.slot_id:
            self._count("message-repeated", same_day, planned)
        elif same_minute != planned.slot_id:
            self._count("same-minute", same_minute, planned)

    def _count(self, code: str, earlier: str, planned: Occurrence) -> None:
        key = (code, earlier, planned.slot_id)
        clash = self.found.setdefault(key, _Clash(planned.account, planned.due_at.astimezone(UTC)))
        clash.count += 1

    def problems(self) -> Iterator[Problem]:
        for (code, earlier, later), clash in self.found.items():
            more = f" (and {clash.count - 1} more)" if clash.count > 1 else ""
            yield (_repeated if code == "message-repeated" else _crowded)(earlier, later, clash, more)


@dataclass(slots=True)
class _Missed:
    """Finds what would have been before the launch of a campaign; one problem per slot."""

    since: datetime | None
    found: dict[str, list[datetime]] = field(default_factory=dict)

    def has(self, planned: Occurrence) -> bool:
        """A prompt is over with the day; each reader gets it at their own hour."""
        ends_at = planned.due_at if planned.prompt is None else planned.due_at + planned.late_by
        if self.since is None or ends_at >= self.since:
            return False
        if planned.prompt is None:
            self.found.setdefault(planned.slot_id, []).append(planned.due_at)
        return True

    def problems(self) -> Iterator[Problem]:
        for slot, times in self.found.items():
            many = f"{len(times)} posts of it" if len(times) > 1 else "it"
            yield Problem(
                "before-launch",
                f"slot {slot}",
                f"{many} would have been before the launch, first at {min(times):{SHOWN}} UTC, and left out",
                "Nothing of it is sent late. Launch for a later moment if it is needed.",
                severity=Severity.WARNING,
            )


def _message_unknown(slot: Slot) -> Problem:
    what, remedy = f"there is no message {slot.message}", "Write it below messages/, or correct `message`."
    return Problem("message-unknown", f"slot {slot.id}", what, remedy)


def _repeated(earlier: str, later: str, clash: _Clash, more: str) -> Problem:
    return Problem(
        "message-repeated",
        f"slot {later}",
        f"it sends the same message to {clash.account} on the same day as slot {earlier}, "
        f"{clash.at:{SHOWN}} UTC{more}",
        "Write another message for one of them, or choose another day.",
    )


def _crowded(earlier: str, later: str, clash: _Clash, more: str) -> Problem:
    return Problem(
        "same-minute",
        f"slot {later}",
        f"it posts on {clash.account} in the same minute as slot {earlier}, {clash.at:{SHOWN}} UTC{more}",
        "Move one of them by a few minutes.",
        severity=Severity.WARNING,
    )
