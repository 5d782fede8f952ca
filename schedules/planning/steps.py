"""What an action day writes to people: one post for each step, city and language on the account of the bot. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from channels.registry import BOT_CHANNEL
from content.models import ActionDay, Campaign, City, DayChange, Risk, Step, StepKind
from schedules.people.steps import CHANGE, DayStep, To
from schedules.planning.cities import CityStates, is_called_off
from schedules.planning.destinations import AccountView
from schedules.planning.late import late_letter
from schedules.planning.moments import Moment, Timetable
from schedules.planning.permits import NOTHING_CHANGED, withheld_by

LETS_GO: Final = timedelta(hours=12)
"""How long after T-0 people may still be told of a change."""


@dataclass(frozen=True, slots=True)
class PlannedLetters:
    """The letters of one step in one city and language.

    Attributes:
        slot: A slot of its own for each language.
        moment: When the step happens there.
        late_by: How long after that they may still go out.
        waits: Whether they tell of a change, and go out only when it comes to that.
    """

    step: DayStep
    slot: str
    message: str
    account: str
    language: str
    moment: Moment
    late_by: timedelta
    waits: bool = False


@dataclass(frozen=True, slots=True)
class PlannedNotice:
    """What a group is told of a change of an action day in its city, when it comes to that.

    Attributes:
        moment: T-0 in its city.
    """

    slot: str
    message: str
    account: AccountView
    moment: Moment


def planned_letters(
    campaign: Campaign, accounts: Sequence[AccountView], states: CityStates = NOTHING_CHANGED
) -> Iterator[PlannedLetters]:
    """Every step that is written to people; none where no account writes to volunteers, or the permit is missing.

    After them what tells of changes, which waits until it comes to that; guarded cities have no place to move to.

    Args:
        states: What people changed of the permits, and where they called the day off.
    """
    bots = [account.name for account in accounts if account.channel == BOT_CHANNEL]
    timetable = Timetable(campaign, [])
    guarded = {city.id for city in campaign.cities if city.risk is Risk.GUARDED}
    for day in campaign.action_days if bots else ():
        for step in day.steps:
            if step.message and not step.channels:
                for letters in _of_step(campaign, day, step, bots, timetable, states):
                    if not is_called_off(states, day.id, step, letters.step.city):
                        yield letters
        for change, step in day.change_steps:
            for letters in _of_step(campaign, day, step, bots, timetable, states):
                if change is not DayChange.MOVED or letters.step.city not in guarded:
                    yield _waiting(letters, change, told_of_changes(day, letters.step))


def planned_notices(campaign: Campaign, accounts: Sequence[AccountView]) -> Iterator[PlannedNotice]:
    """What the groups of open cities are told of changes; a guarded city has no groups."""
    timetable = Timetable(campaign, [])
    groups = [account for account in accounts if account.prompt_hour is not None]
    for day in campaign.action_days:
        open_cities = {city.id: city for city in campaign.cities_of(day) if city.risk is Risk.OPEN}
        for change, step in day.change_steps:
            slot = day.slot_of(step)
            anchor = timetable.anchor(slot)
            for account in groups:
                city = open_cities.get(account.city or "")
                if anchor and city and account.language in campaign.languages:
                    for moment in timetable.moments(slot, anchor, city.zone):
                        yield PlannedNotice(change_slot(day.id, change), slot.message, account, moment)


def told_of_changes(day: ActionDay, letters: DayStep) -> To:
    """Who in a city is told of changes: those who come, and all where all were told the place."""
    return To.ALL if To(day.reveal_to) is To.ALL else letters.to


def change_slot(day: str, change: DayChange) -> str:
    """The slot of what tells of a change; that of letters has their language after it."""
    return f"{day}:{CHANGE}{change}"


def _waiting(letters: PlannedLetters, change: DayChange, to: To) -> PlannedLetters:
    step = replace(letters.step, step=f"{CHANGE}{change}", to=to)
    slot = f"{change_slot(step.day, change)}:{letters.language}"
    return replace(letters, step=step, slot=slot, late_by=LETS_GO, waits=True)


def audience_of(day: ActionDay, step: Step, city: City) -> To:
    """Who in a city gets the letters of a step.

    All where nothing is kept of who comes: in guarded cities, and where nobody is asked; and what asks them.
    """
    prompts = [each for each in day.steps if each.kind is StepKind.PROMPT and each.includes(city.id)]
    if city.risk is Risk.GUARDED or step.kind is StepKind.PROMPT or not prompts:
        return To.ALL
    return To(day.reveal_to) if step.kind is StepKind.REVEAL else To.SIGNED_UP


def _of_step(
    campaign: Campaign,
    day: ActionDay,
    step: Step,
    bots: Sequence[str],
    timetable: Timetable,
    states: CityStates,
) -> Iterator[PlannedLetters]:
    slot = day.slot_of(step)
    anchor = timetable.anchor(slot)
    ask = next((message.ask.kind for message in campaign.messages if message.id == step.message), None)
    if anchor is None or ask is None:
        return
    late_by = late_letter(step, ask)
    for city in campaign.cities_of(day):
        if not step.includes(city.id) or withheld_by(day, step, city.id, states):
            continue
        about = DayStep(day.id, step.id, step.kind, city.id, audience_of(day, step, city), step.tells_place)
        for moment in timetable.moments(slot, anchor, city.zone):
            for bot in bots:
                for language in day.spoken_in(city):
                    slot_id = f"{slot.id}:{language}"
                    yield PlannedLetters(about, slot_id, slot.message, bot, language, moment, late_by)
