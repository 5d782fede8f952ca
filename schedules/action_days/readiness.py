"""Whether a city is ready for an action day: checked where it can be, ticked by a person where it cannot. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from content.later import Phrase, later
from content.models import ActionDay, City, DayCity, Permit, Risk, Texts
from schedules.action_days.timeline import starts_at
from schedules.planning.cities import OVER, UNCHANGED, CityState


class Item(StrEnum):
    """What every city needs. A day may ask for more, each of it under its own id."""

    ACCOUNTS = "accounts"
    TEXTS = "texts"
    GROUP = "group"
    CREW = "crew"
    ROLL_CALL = "roll-call"
    LANES = "lanes"
    PLACE = "place"
    PERMIT = "permit"
    MATERIAL = "material"


CALLED: Final[Mapping[str, Phrase]] = {
    Item.ACCOUNTS: later("Accounts"),
    Item.TEXTS: later("Texts"),
    Item.GROUP: later("Group"),
    Item.CREW: later("Captain and deputy"),
    Item.ROLL_CALL: later("Roll call"),
    Item.LANES: later("Sending speed"),
    Item.PLACE: later("Meeting place"),
    Item.PERMIT: later("Permit"),
    Item.MATERIAL: later("Material"),
}
"""What people call them."""

PERMITS: Final[Mapping[Permit, Phrase]] = {
    Permit.NEEDED: later("needed, not applied for"),
    Permit.APPLIED: later("applied for"),
    Permit.GRANTED: later("granted"),
    Permit.NOTIFIED: later("notified"),
    Permit.NOT_NEEDED: later("not needed"),
}
"""What people call how far a city is with the authorities."""


@dataclass(frozen=True, slots=True)
class AccountLook:
    """An account on which something of the day goes out in a city.

    Attributes:
        ends_at: When its token expires for good, in UTC; ``None`` where it does not, or is renewed by itself.
    """

    name: str
    is_held: bool
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What the database says of one city before an action day.

    Attributes:
        planned: How many posts and letters of the day there are for it.
        unapproved: How many of them nobody has approved.
        crowded: Its own accounts that have more to send in a minute of the day than their lane lets through.
        has_group: Whether a group is bound to it.
        captains: How many of those who run it are there.
        answered: Whether one of them has answered the latest roll call; ``None`` where none was made yet.
        has_place: Whether it is filled in where people meet.
        coming: How many say that they come, guests included.
        is_held: Whether a pause stops everything there.
    """

    state: CityState = UNCHANGED
    accounts: tuple[AccountLook, ...] = ()
    planned: int = 0
    unapproved: int = 0
    crowded: tuple[str, ...] = ()
    has_group: bool = False
    captains: int = 0
    answered: bool | None = None
    has_place: bool = False
    coming: int = 0
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One item of the list of a city.

    Attributes:
        item: A word of ``Item``, or the id of what the day asks for besides.
        is_ready: ``None`` where that cannot be known yet; it keeps no city from being ready.
        called: What people call it: in our words, or in those of the campaign.
        said: What is missing, or how it stands; without it there is nothing to add.
        is_ticked_by_hand: Whether a person says that it is done.
    """

    item: str
    is_ready: bool | None
    called: Phrase | Texts
    said: Phrase | None = None
    is_ticked_by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Readiness:
    """The list of one city.

    Attributes:
        starts_at: T-0 there with every delay, in UTC.
        coming: How many say that they come, guests included.
    """

    city: City
    starts_at: datetime
    state: CityState
    permit: Permit
    checks: tuple[Check, ...]
    coming: int = 0

    @property
    def missing(self) -> tuple[Check, ...]:
        """What keeps the city from being ready."""
        return tuple(check for check in self.checks if check.is_ready is False)

    @property
    def is_ready(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing

    @property
    def is_over(self) -> bool:
        """Whether the day has ended there, or does not take place."""
        return self.state.status in OVER


def readiness(day: ActionDay, city: City, look: Look) -> Readiness:
    """The list of a city that takes part in a day.

    Raises:
        LocalTimeInvalid: The zone of the city is unknown, or T-0 out of range.
    """
    start = starts_at(day, city.zone).at
    entry = day.city(city.id) or DayCity(id=city.id)
    if start is None:
        raise ValueError("a time that is shifted is never left out")
    begins = start + look.state.delay
    permit = look.state.permit or entry.permit
    checks = (
        _accounts(look, begins),
        *_texts(day, city, look),
        *_of_open_cities(day, city, look),
        _crew(entry, look),
        *_roll_call(look),
        _lanes(look),
        Check(Item.PERMIT, permit.is_open, CALLED[Item.PERMIT], PERMITS[permit]),
        *(_ticked(look, item, called) for item, called in by_hand(day).items()),
    )
    return Readiness(city, begins, look.state, permit, checks, look.coming)


def by_hand(day: ActionDay) -> dict[str, Phrase | Texts]:
    """What a person ticks in each city of a day, with what people call it."""
    return {Item.MATERIAL: CALLED[Item.MATERIAL]} | {each.id: each.title for each in day.checklist}


def _accounts(look: Look, begins: datetime) -> Check:
    held = [each.name for each in look.accounts if each.is_held]
    ending = [each.name for each in look.accounts if each.ends_at is not None and each.ends_at <= begins]
    said = None
    if look.is_held:
        said = later("sending is stopped there")
    elif held:
        said = later("nothing goes out on {accounts}", accounts=", ".join(held))
    elif ending:
        said = later("the token expires before T-0: {accounts}", accounts=", ".join(ending))
    return Check(Item.ACCOUNTS, said is None, CALLED[Item.ACCOUNTS], said)


def _texts(day: ActionDay, city: City, look: Look) -> Iterator[Check]:
    if not any(step.message and step.includes(city.id) for step in day.steps):
        return
    said = None
    if not look.planned:
        said = later("nothing is planned there")
    elif look.unapproved:
        said = later("{n} of {all} wait for approval", n=look.unapproved, all=look.planned)
    yield Check(Item.TEXTS, said is None, CALLED[Item.TEXTS], said)


def _of_open_cities(day: ActionDay, city: City, look: Look) -> Iterator[Check]:
    if city.risk is Risk.GUARDED:
        return
    yield _plain(Item.GROUP, look.has_group, later("no group is bound"))
    reveal = day.reveal
    if reveal is not None and reveal.includes(city.id):
        yield _plain(Item.PLACE, look.has_place, later("nobody has filled it in"))


def _crew(entry: DayCity, look: Look) -> Check:
    said = later("{n} of {all} are there", n=look.captains, all=entry.captains)
    return _plain(Item.CREW, look.captains >= entry.captains, said)


def _roll_call(look: Look) -> Iterator[Check]:
    if look.answered is None:
        yield Check(Item.ROLL_CALL, None, CALLED[Item.ROLL_CALL], later("none was made yet"))
    else:
        yield _plain(Item.ROLL_CALL, look.answered, later("nobody has answered the latest one"))


def _lanes(look: Look) -> Check:
    said = later("too much in one minute for {accounts}", accounts=", ".join(look.crowded))
    return _plain(Item.LANES, not look.crowded, said)


def _plain(item: Item, is_ready: bool, said: Phrase) -> Check:
    return Check(item, is_ready, CALLED[item], None if is_ready else said)


def _ticked(look: Look, item: str, called: Phrase | Texts) -> Check:
    is_ready = item in look.state.ticked
    said = None if is_ready else later("nobody has ticked it")
    return Check(item, is_ready, called, said, is_ticked_by_hand=True)
