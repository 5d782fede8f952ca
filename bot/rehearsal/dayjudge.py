"""The judge of action days: what captains remember saying, beside the ledger, the board, the round-up and what the stand-ins wrote down."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.rehearsal.captains import ORGANISER_CHAT, Captain, Said
from bot.rehearsal.plots import ABORT, DANGER, RAIN, Plot, starts, team_size
from bot.rehearsal.report import CitiesVerdict
from channels.rehearsal.journal import Entry
from content.crowds import Crowd
from content.models import ActionDay, Campaign, Risk, StepKind
from schedules.action_days.board import Board, CityView, Sent
from schedules.action_days.calls import Due, gatherings
from schedules.commands.posts import PostView
from schedules.lifecycle import State
from schedules.people.steps import CHANGE
from schedules.planning.cities import Status
from schedules.planning.destinations import AccountView
from schedules.planning.drafts import Drafter
from schedules.planning.occurrences import occurrences

Acceptance = Mapping[str, Any]
GUARDED: Final = "a guarded city"
HASTE: Final = timedelta(minutes=2)
"""So long after its moment something may arrive that many get at once."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that is known of one action day.

    Attributes:
        said: What captains remember saying, by city.
        posts: Every post of the ledger by its key, those to people included.
        unknown: The keys of letters and posts of which the ledger does not know whether they arrived.
        taken: What the stand-ins accepted, phones included.
        told: What the phones of those in charge got.
        board: The organisers' board some hours after T-0.
    """

    campaign: Campaign
    accounts: Sequence[AccountView]
    day: ActionDay
    plot: Plot
    staff: Sequence[Captain]
    said: Mapping[str, Said]
    posts: Mapping[str, PostView]
    unknown: frozenset[str]
    taken: Sequence[Acceptance]
    told: Sequence[Entry]
    board: Board

    @property
    def at(self) -> Mapping[str, datetime]:
        """T-0 in each city, as it was played."""
        return starts(self.campaign, self.plot)

    @property
    def crowd(self) -> Crowd:
        """The numbers of the day as captains gave them."""
        begun = [each for each in self.said.values() if each.begun_at or each.people is not None]
        of = len(self.at) - (self.plot.danger is not None)
        return Crowd(sum(each.people or 0 for each in begun), len(begun), of)


def judge_day(found: Evidence) -> CitiesVerdict:
    """Whether the day took place as people decided, and whether everything that tells of it agrees."""
    checks = (
        _nothing_after_the_end,
        _later_where_it_is_late,
        _everybody_was_asked,
        _nobody_was_asked_twice,
        _somebody_was_told,
        _round_ups_are_right,
        _board_is_right,
        _steps_on_the_board,
    )
    crowd, late = found.crowd, [found.plot.late] if found.plot.late else []
    return CitiesVerdict(
        cities=len(found.at),
        begun=crowd.cities,
        people=crowd.people,
        aborted=int(found.plot.danger is not None),
        delayed=len(late),
        round_ups=sum(1 for _ in _round_ups(found)),
        mismatches=tuple(sentence for check in checks for sentence in check(found)),
    )


def _nothing_after_the_end(found: Evidence) -> Iterator[str]:
    """Once a city is called off, nothing of the day is sent there but that it does not take place."""
    city = found.plot.danger
    if city is None:
        return
    over = found.at[city] + ABORT
    for entry, post in _of_city(found, city):
        if _at(entry) > over and not _step(post).startswith(CHANGE):
            yield f"{_step(post)} reached {city} after it had been called off"


def _later_where_it_is_late(found: Evidence) -> Iterator[str]:
    """What is sent after the delay comes by so much later as the city begins later."""
    city = found.plot.late
    if city is None:
        return
    planned, steps = found.at[city] - found.plot.delay(city), {step.id: step for step in found.day.steps}
    for entry, post in _of_city(found, city):
        step = steps.get(_step(post))
        if step is not None and planned + step.offset > planned + RAIN:
            wanted = found.at[city] + step.offset
            if _at(entry) < wanted:
                yield f"{step.id} reached {city} before its later time"


def _everybody_was_asked(found: Evidence) -> Iterator[str]:
    """Each call reaches the captain once, at its time; where she is silent, it reaches her deputy."""
    for gathering in gatherings(found.campaign, {}):
        city = gathering.city.id
        if gathering.day.id != found.day.id:
            continue
        for step in found.day.steps:
            if step.kind is StepKind.ROLL_CALL and step.includes(city):
                yield from _roll_call(found, Due(gathering, step, gathering.starts_at + step.offset))


def _roll_call(found: Evidence, call: Due) -> Iterator[str]:
    city, where = call.gathering.city.id, GUARDED if call.gathering.is_guarded else call.gathering.city.id
    asked = [
        each.rank
        for each in found.staff
        if each.city == city and _got(found, each.chat, call.at, asked=True)
    ]
    if asked != [0]:
        yield f"{call.step.id}: who was asked in {where}: {asked}"
    if city == found.plot.silent:
        deputy = next(each for each in found.staff if each.city == city and each.rank == 1)
        if not _got(found, deputy.chat, call.at + call.patience, asked=True):
            yield f"{call.step.id}: the deputy in {where} was not asked"


def _nobody_was_asked_twice(found: Evidence) -> Iterator[str]:
    """Nobody in charge gets the same question again within minutes."""
    latest: dict[tuple[int, str], datetime] = {}
    for entry in found.told:
        if entry["event"] == "told" and entry["keys"]:
            question = (entry["chat"], entry["text"])
            if question in latest and _at(entry) - latest[question] < HASTE:
                yield "somebody in charge was asked the same twice"
            latest[question] = _at(entry)


def _somebody_was_told(found: Evidence) -> Iterator[str]:
    """Organisers hear of danger at once, and of a city in which nobody answers."""
    plot = found.plot
    deputies = [each.chat for each in found.staff if each.city == plot.danger and each.rank > 0]
    for chat in (ORGANISER_CHAT, *deputies) if plot.danger else ():
        if not _got(found, chat, found.at[plot.danger or ""] + DANGER):
            yield "an organiser or a deputy was not told of the danger"
    first = next((step for step in found.day.steps if step.kind is StepKind.ROLL_CALL), None)
    if plot.silent and first is not None and team_size(found.day, plot.silent):
        told = [entry for entry in found.told if entry["chat"] == ORGANISER_CHAT]
        asked = found.at[plot.silent] + first.offset
        if not any(asked < _at(entry) < found.at[plot.silent] + DANGER for entry in told):
            yield "no organiser was told that a city is silent"


def _round_ups_are_right(found: Evidence) -> Iterator[str]:
    """Every round-up is what its template makes of the numbers that captains gave, and went out or tells why not."""
    wanted = _drawn(found)
    for post in _round_ups(found):
        if post.body["text"] != wanted.get(post.key):
            yield f"the round-up on {post.account} has other numbers than captains gave"
        if post.state is State.PLANNED:
            yield f"nobody could approve the round-up on {post.account}"
    missing = set(wanted) - {post.key for post in _round_ups(found)}
    yield from (f"there is no round-up {key}" for key in sorted(missing))


def _drawn(found: Evidence) -> dict[str, Any]:
    """The text of every round-up, drawn anew from what captains remember."""
    steps = tuple(step for step in found.day.steps if step.kind is StepKind.ROUND_UP)
    day = found.day.model_copy(update={"steps": steps})
    alone = found.campaign.model_copy(update={"slots": (), "prompts": (), "action_days": (day,)})
    slots = {slot.id for slot in found.day.round_ups}
    planned = occurrences(alone, found.accounts, crowds={day.id: found.crowd})
    wanted = [each for each in planned if each.slot_id in slots]
    return {each.occurrence.key: each.body["text"] for each in Drafter(alone).drafts(wanted)}


def _board_is_right(found: Evidence) -> Iterator[str]:
    """The board says what captains said, of open cities one by one, of guarded ones in the sum alone."""
    risks = {city.id: city.risk for city in found.campaign.cities}
    wanted = [city for city in found.at if risks[city] is Risk.OPEN]
    shown = {view.id: view for view in found.board.cities}
    if sorted(shown) != sorted(wanted):
        yield "the board shows other cities than the open ones"
    for city in sorted(set(wanted) & set(shown)):
        yield from _city_on_the_board(found, city, shown[city])
    crowd, totals = found.crowd, found.board.totals
    if (totals.people, totals.begun, totals.cities) != (crowd.people, crowd.cities, len(found.at)):
        yield f"the board adds up to {totals.people} people in {totals.begun} of {totals.cities} cities"


def _city_on_the_board(found: Evidence, city: str, view: CityView) -> Iterator[str]:
    said = found.said.get(city, Said())
    wanted = {
        "people": said.people,
        "begun_at": said.begun_at,
        "danger_at": said.danger_at,
        "delay": found.plot.delay(city),
        "starts_at": found.at[city],
        "status": _status(found, city),
    }
    for name, value in wanted.items():
        if getattr(view, name) != value:
            yield f"the board says {getattr(view, name)} of {city} for {name}, its captain {value}"


def _status(found: Evidence, city: str) -> Status:
    if city == found.plot.danger:
        return Status.ABORTED
    return Status.PLANNED if found.said.get(city, Said()).begun_at is None else Status.BEGUN


def _steps_on_the_board(found: Evidence) -> Iterator[str]:
    """The board counts as sent what the stand-ins accepted by then, and what nobody can tell as failed."""
    sent: dict[str, set[str]] = {}
    for entry in found.taken:
        post = found.posts.get(_post_key(entry))
        is_known = entry["key"] not in found.unknown and _at(entry) <= found.board.seen_at
        if post is not None and post.slot.startswith(f"{found.day.id}:") and is_known:
            sent.setdefault(_step(post), set()).add(f"{entry['account']} {entry['key']}")
    views = {(view.kind, view.offset): view for view in found.board.steps}
    for step in found.day.steps:
        view = views.get((step.kind, step.offset))
        told = 0 if view is None else view.count(Sent.ON_TIME, Sent.LATE)
        if view is not None and told != len(sent.get(step.id, ())):
            yield f"the board counts {told} of {step.id}, the stand-ins {len(sent.get(step.id, ()))}"


def _round_ups(found: Evidence) -> Iterable[PostView]:
    slots = {slot.id for slot in found.day.round_ups}
    return (post for post in found.posts.values() if post.slot in slots)


def _of_city(found: Evidence, city: str) -> Iterator[tuple[Acceptance, PostView]]:
    """What was accepted of the day in one city."""
    for entry in found.taken:
        post = found.posts.get(_post_key(entry))
        if post is not None and post.city == city and post.slot.startswith(f"{found.day.id}:"):
            yield entry, post


def _got(found: Evidence, chat: int, at: datetime, *, asked: bool = False) -> bool:
    """Whether somebody in charge got a message at an instant; ``asked``, one with keys."""
    return any(
        entry["event"] == "told"
        and entry["chat"] == chat
        and at <= _at(entry) < at + HASTE
        and bool(entry["keys"]) >= asked
        for entry in found.told
    )


def _post_key(entry: Acceptance) -> str:
    return str(entry["key"]).partition("#")[0]


def _step(post: PostView) -> str:
    return post.slot.split(":")[1]


def _at(entry: Acceptance) -> datetime:
    return datetime.fromisoformat(entry["at"])
