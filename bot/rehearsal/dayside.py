"""The action days of the transcript: what happened when, what those in charge saw on their phones, and the board."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.rehearsal.captains import ORGANISER_CHAT, Captain
from bot.rehearsal.dayjudge import GUARDED, Evidence
from bot.rehearsal.plots import ABORT, DANGER, RAIN
from bot.rehearsal.report import CitiesVerdict
from channels.rehearsal.journal import Entry
from content.models import StepKind
from schedules.action_days.board import Board, CityView
from schedules.action_days.counts import closes_at
from schedules.walltime import zone

STEPS: Final = {StepKind.ROLL_CALL: "Captains are asked whether they will be there."}


@dataclass(frozen=True, slots=True)
class Line:
    """One message on a phone, or what an earlier one was changed to. ``at`` is in UTC."""

    at: datetime
    text: str
    keys: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chat:
    """What somebody in charge saw on a day. ``who`` names no guarded city."""

    who: str
    language: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class DaySide:
    """Everything that the transcript says of one action day.

    Attributes:
        events: What happened when, in UTC.
    """

    title: str
    verdict: CitiesVerdict
    events: tuple[tuple[datetime, str], ...]
    chats: tuple[Chat, ...]
    board: Board

    def began(self, view: CityView) -> str:
        """When it began in a city, or was to begin, by the clocks there."""
        return f"{(view.begun_at or view.starts_at).astimezone(zone(view.zone)):%H:%M}"


def day_side(found: Evidence, verdict: CitiesVerdict, names: Mapping[str, str], *, faults: bool) -> DaySide:
    """What the transcript says of a day.

    Args:
        names: Every city's name by its id.
    """
    title = found.day.title
    return DaySide(
        title.get("en") or next(iter(title.values()), found.day.id),
        verdict,
        tuple(sorted(_events(found, names, faults=faults))),
        tuple(_chats(found, names)),
        found.board,
    )


def _events(found: Evidence, names: Mapping[str, str], *, faults: bool) -> Iterator[tuple[datetime, str]]:
    at, plot = found.at, found.plot
    first = min(at.values())
    yield first, f"T-0 in {len(at)} cities."
    for step in found.day.steps:
        if step.kind in STEPS:
            yield first + step.offset, STEPS[step.kind]
    if plot.silent:
        yield (
            min(_at(entry) for entry in found.told if entry["chat"] == ORGANISER_CHAT),
            f"Neither the captain of {names[plot.silent]} nor the deputy has answered: an organiser is told.",
        )
    if plot.danger:
        yield at[plot.danger] + DANGER, f"The captain of {names[plot.danger]} reports danger."
        yield at[plot.danger] + ABORT, f"An organiser calls the day off in {names[plot.danger]}."
    if plot.late:
        planned = at[plot.late] - plot.delay(plot.late)
        yield (
            planned + RAIN,
            f"It rains in {names[plot.late]}: its captain lets it begin half an hour later.",
        )
    if faults:
        yield (
            first,
            "The worker dies with sends under way; another one finds out what arrived.",
        )
    closes = closes_at(found.day, found.campaign)
    if closes is not None:
        crowd, off = found.crowd, " that were not called off" if plot.danger else ""
        yield (
            closes,
            f"The count closes: {crowd.people:,} people, {crowd.cities} of the {crowd.of} cities{off}.",
        )


def _chats(found: Evidence, names: Mapping[str, str]) -> Iterator[Chat]:
    by_chat: dict[int, list[Entry]] = {}
    for entry in found.told:
        by_chat.setdefault(entry["chat"], []).append(entry)
    if ORGANISER_CHAT in by_chat:
        language = found.campaign.languages[0]
        yield Chat("An organiser", language, _lines(by_chat[ORGANISER_CHAT]))
    for captain in _interesting(found):
        where = GUARDED if captain.is_guarded else names[captain.city]
        who = f"{'Deputy' if captain.rank else 'Captain'} in {where}"
        yield Chat(who, captain.language, _lines(by_chat.get(captain.chat, [])))


def _interesting(found: Evidence) -> Iterator[Captain]:
    """Whoever has trouble, and then one captain for each language in which nobody has any."""
    plot = found.plot
    troubled = [each for each in found.staff if each.city in {plot.silent, plot.danger, plot.late}]
    yield from (each for each in troubled if each.rank == 0 or each.city == plot.silent)
    shown: set[tuple[str, bool]] = set()
    for captain in found.staff:
        kind = (captain.language, captain.is_guarded)
        if captain not in troubled and captain.rank == 0 and kind not in shown:
            shown.add(kind)
            yield captain


def _lines(entries: Sequence[Entry]) -> tuple[Line, ...]:
    return tuple(
        Line(_at(entry), entry["text"], tuple(tuple(row) for row in entry["keys"])) for entry in entries
    )


def _at(entry: Entry) -> datetime:
    return datetime.fromisoformat(entry["at"])
