"""Whether the dates, times and zones of a campaign make sense together."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from content.errors import Problem, Severity
from content.models import Campaign, Part, Slot
from content.reading.draft import Draft, Located
from content.reading.known import did_you_mean, shown, zones
from content.reading.toml_lines import KeyPath

_KINDS: Final = {
    "at": {"at"},
    "relative_to": {"relative_to", "offset"},
    "daily_at": {"daily_at", "on_days", "first_on", "last_on"},
}
_NEEDED: Final = {"relative_to": ("offset",), "daily_at": ("first_on", "last_on")}
MAX_NAMED: Final = 10
MAX_CHAIN: Final = 50
_TIME_KEYS: Final = set().union(*_KINDS.values())


def check_times(draft: Draft) -> Iterator[Problem]:
    """Problems of zones, dates and the kinds of time of slots."""
    if draft.campaign is not None:
        yield from _zone(draft.campaign, ("zone",), draft.campaign.part.zone)
        yield from _campaign_dates(draft.campaign)
    for city in draft.cities:
        yield from _zone(city, ("zone",), city.part.zone)
    for target in draft.targets:
        if target.part.hours is not None:
            yield from _zone(target, ("hours", "zone"), target.part.hours.zone)
            if target.part.hours.opens >= target.part.hours.closes:
                yield _order(target, ("hours", "closes"), "the office closes before it opens")
    for slot in draft.slots:
        yield from _zone(slot, ("zone",), slot.part.zone)
        yield from _kind_of_time(slot)
        yield from _slot_values(slot)
    yield from _cycles(draft)
    yield from _outside(draft)


def _zone(part: Located[Any], key: KeyPath, zone: str | None) -> Iterator[Problem]:
    if zone is not None and zone not in zones() and key[0] not in part.broken:
        remedy = did_you_mean(zone, zones(), 'Write the zone as "Europe/Istanbul" or "Asia/Beirut".')
        yield part.problem(key, "zone-unknown", f"there is no time zone {shown(zone)}", remedy)


def _order(part: Located[Any], key: KeyPath, what: str) -> Problem:
    return part.problem(key, "dates-order", what, "Correct one of the two.")


def _campaign_dates(head: Located[Campaign]) -> Iterator[Problem]:
    campaign = head.part
    if campaign.ends_on < campaign.starts_on:
        yield _order(head, ("ends_on",), "the campaign ends before it starts")
        return
    for number, phase in enumerate(campaign.phases):
        if phase.ends_on < phase.starts_on:
            yield _order(
                head, ("phases", number, "ends_on"), f"the phase {shown(phase.id)} ends before it starts"
            )
        elif phase.starts_on < campaign.starts_on or phase.ends_on > campaign.ends_on:
            what = f"the phase {shown(phase.id)} is not within the dates of the campaign"
            remedy = "Move the phase, or the dates of the campaign."
            yield head.problem(("phases", number), "phase-outside", what, remedy)
    for number, goal in enumerate(campaign.interim_goals):
        if goal.by is not None and not campaign.starts_on <= goal.by <= campaign.ends_on:
            yield _outside_campaign(head, ("interim_goals", number, "by"), goal.by)


def _kind_of_time(slot: Located[Slot]) -> Iterator[Problem]:
    given = (slot.part.model_fields_set | slot.broken) & _TIME_KEYS
    kinds = [kind for kind in _KINDS if kind in given]
    if len(kinds) != 1:
        what = f"the slot has {len(kinds)} kinds of time" if kinds else "the slot does not say when"
        remedy = 'Write exactly one of "at", "relative_to" with "offset", or "daily_at".'
        yield slot.problem((kinds[-1],) if kinds else (), "slot-time", what, remedy)
        return
    for key in sorted(given - _KINDS[kinds[0]]):
        what = f'{shown(key)} does not go with "{kinds[0]}"'
        yield slot.problem(
            (key,), "slot-time", what, f"Remove {shown(key)}, or choose another kind of time."
        )
    for key in _NEEDED.get(kinds[0], ()):
        if key not in given:
            what, remedy = f'"{kinds[0]}" needs {shown(key)}', "Add it; the guide shows how."
            yield slot.problem((kinds[0],), "slot-time", what, remedy)


def _slot_values(slot: Located[Slot]) -> Iterator[Problem]:
    part = slot.part
    if part.first_on and part.last_on and part.last_on < part.first_on:
        yield _order(slot, ("last_on",), "the last day is before the first")
    if part.daily_at is not None and part.daily_at.tzinfo is not None:
        what, remedy = '"daily_at" has an offset', 'Write the time alone, and the zone in "zone".'
        yield slot.problem(("daily_at",), "wrong-value", what, remedy)
    if not part.on_days:
        what = '"on_days" is empty, so the slot never goes out'
        yield slot.problem(("on_days",), "empty", what, "Name some days, or remove the key.")
    if part.reply_to is not None and (len(part.accounts) != 1 or part.daily_at is not None):
        what = "a post is answered once, by one account"
        remedy = 'Name that account alone in "accounts", and one time.'
        yield slot.problem(("reply_to",), "reply-repeated", what, remedy)
    if part.late_by is not None and part.late_by.days < 0:
        what, remedy = '"late_by" is negative', 'Write how late it may go out: "90m".'
        yield slot.problem(("late_by",), "duration-invalid", what, remedy)
    if part.zone and part.cities and part.at and part.at.tzinfo is None:
        what = '"zone" is not used: each city keeps its own clock'
        yield slot.problem(("zone",), "zone-unused", what, "Remove it.", Severity.WARNING)


def _cycles(draft: Draft) -> Iterator[Problem]:
    slots = {slot.part.id: slot for slot in draft.slots}
    done: set[str] = set()
    for name in slots:
        trail: dict[str, None] = {}
        here: str | None = name
        while here in slots and here not in done and here not in trail:
            trail[here] = None
            here = slots[here].part.relative_to
        if here in trail:
            yield _cycle(slots[here], [*trail][[*trail].index(here) :])
        done.update(trail)


def _cycle(slot: Located[Slot], around: list[str]) -> Problem:
    names = " → ".join([*around[:MAX_NAMED], *(["…"] if len(around) > MAX_NAMED else []), around[0]])
    what = f"these slots wait for each other: {names}"
    return slot.problem(("relative_to",), "slot-cycle", what, "Give one of them a time of its own.")


def _outside(draft: Draft) -> Iterator[Problem]:
    if draft.campaign is None or draft.campaign.broken & {"starts_on", "ends_on", "zone"}:
        return
    campaign = draft.campaign.part
    if campaign.zone not in zones() or campaign.ends_on < campaign.starts_on:
        return
    events: dict[str, Part] = {part.part.id: part.part for part in draft.action_days}
    events |= {part.part.id: part.part for part in draft.slots}
    for slot in draft.slots:
        for key, day in _days(slot.part, events, campaign.zone):
            if not campaign.starts_on <= day <= campaign.ends_on:
                yield _outside_campaign(slot, (key,), day)
    for action_day in draft.action_days:
        day = _local_day(action_day.part.at, campaign.zone)
        if "at" not in action_day.broken and not campaign.starts_on <= day <= campaign.ends_on:
            yield _outside_campaign(action_day, ("at",), day)


def _outside_campaign(part: Located[Any], key: KeyPath, day: date) -> Problem:
    what = f"{day.isoformat()} is not within the dates of the campaign"
    remedy = "Correct it, if it is a slip; otherwise leave it."
    return part.problem(key, "date-outside", what, remedy, Severity.WARNING)


def _days(slot: Slot, events: Mapping[str, Part], zone: str) -> Iterator[tuple[str, date]]:
    if slot.at is not None:
        yield "at", _local_day(slot.at, zone)
    elif slot.relative_to is not None and (at := _resolved(slot, events)) is not None:
        yield "offset", _local_day(at, zone)
    yield from ((key, day) for key in ("first_on", "last_on") if (day := getattr(slot, key)) is not None)


def _resolved(slot: Slot, events: Mapping[str, Part]) -> datetime | None:
    """Roughly when a slot is due that hangs from others: good enough for its date."""
    here: Part | None = slot
    moved = timedelta()
    for _ in range(MAX_CHAIN):
        if not isinstance(here, Slot) or here.relative_to is None:
            break
        moved += here.offset or timedelta()
        here = events.get(here.relative_to)
    at = getattr(here, "at", None)
    try:
        return at + moved if isinstance(at, datetime) else None
    except OverflowError:
        return None


def _local_day(at: datetime, zone: str) -> date:
    if at.tzinfo is None:
        return at.date()
    try:
        return at.astimezone(ZoneInfo(zone)).date()
    except OverflowError:
        return at.date()
