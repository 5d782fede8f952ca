"""What a rehearsal tells: how far it is, and in the end whether everything is accounted for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeAlias

from schedules.lifecycle import State
from schedules.people.days import below_five

Owed: TypeAlias = tuple[int, date]
"""One volunteer's prompt of one date, by the number of the volunteer."""
Named: TypeAlias = tuple[int, str]
"""One volunteer's letter of one step of an action day, by the number of the volunteer."""


@dataclass(frozen=True, slots=True)
class Step:
    """One post that has just moved, for a live table. ``at`` is campaign time, in UTC."""

    at: datetime
    account: str
    language: str
    message: str
    city: str | None
    state: State
    why: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rehearsal is.

    Attributes:
        now: Campaign time, in UTC.
        starts_at: Where campaign time began.
        ends_at: When the last post is due; retries and late posts may come after it.
        counts: Posts per state.
        recent: What moved last, the oldest first.
    """

    now: datetime
    starts_at: datetime
    ends_at: datetime
    counts: Mapping[State, int]
    recent: tuple[Step, ...]

    @property
    def total(self) -> int:
        """How many posts there are."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """How many are neither waiting nor on their way."""
        waiting = (State.PLANNED, State.READY, State.CLAIMED, State.SENDING)
        return self.total - sum(self.counts.get(state, 0) for state in waiting)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The ledger beside what the stand-ins wrote down; every name is the id of a post.

    Attributes:
        posts: How many posts were planned.
        once: Accepted exactly once.
        twice: Accepted more than once.
        lost: Sent by the ledger's account, yet never accepted.
        unexplained: Accepted, although the ledger neither says ``sent`` nor asks a person.
        altered: Accepted with another text or other pictures than were approved.
        early: Accepted before their time.
        overdue: Accepted after their time had run out.
        landed: Unknown to the ledger; the stand-in did accept them.
        not_landed: Unknown to the ledger; the stand-in never accepted them.
        open: Posts whose journey has not ended.
    """

    posts: int
    once: int
    twice: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()
    unexplained: tuple[int, ...] = ()
    altered: tuple[int, ...] = ()
    early: tuple[int, ...] = ()
    overdue: tuple[int, ...] = ()
    landed: tuple[int, ...] = ()
    not_landed: tuple[int, ...] = ()
    open: tuple[int, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the promises were kept."""
        broken = (
            self.twice,
            self.lost,
            self.unexplained,
            self.altered,
            self.early,
            self.overdue,
            self.open,
        )
        return not any(broken)

    @property
    def sentence(self) -> str:
        """The verdict for a person."""
        counted = (
            f"{self.posts:,} {'post' if self.posts == 1 else 'posts'} planned, {self.once:,} accepted exactly once, "
            f"{len(self.twice):,} twice, {len(self.lost):,} lost"
        )
        rest = (
            (self.unexplained, "accepted behind the ledger's back"),
            (self.altered, "altered on the way"),
            (self.early, "too early"),
            (self.overdue, "after their time"),
            (self.open, "without an end"),
        )
        broken = "".join(f", {len(posts):,} {what}" for posts, what in rest if posts)
        kept = " None was altered, early, or later than it may be." if self.holds else ""
        return f"{counted}{broken}.{kept}"


@dataclass(frozen=True, slots=True)
class LettersVerdict:
    """What the ledger says of the prompts, beside what reached the phones of synthetic volunteers.

    Attributes:
        people: How many volunteers there were.
        sent: Letters that arrived for certain; ``done`` and ``not_today`` are what volunteers said of them.
        expired: Letters whose time ran out while the bot could not write.
        unknown: Letters of which nobody can tell whether they arrived. They are counted, and nobody is asked.
        twice: Two prompts of one date to one volunteer.
        lost: Prompts that were owed and never came.
        unwanted: Prompts to somebody who had paused, or was forgotten, or to whom none was owed.
        above: Prompts above the level that somebody chose.
        unquiet: Prompts within the quiet hours, or on another date than their own.
        untimely: Prompts before the hour that somebody chose, or after their time.
        open: Letters whose journey has not ended.
    """

    people: int
    sent: int
    done: int
    not_today: int
    expired: int = 0
    unknown: tuple[Owed, ...] = ()
    twice: tuple[Owed, ...] = ()
    lost: tuple[Owed, ...] = ()
    unwanted: tuple[Owed, ...] = ()
    above: tuple[Owed, ...] = ()
    unquiet: tuple[Owed, ...] = ()
    untimely: tuple[Owed, ...] = ()
    open: tuple[Owed, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the promises to volunteers were kept."""
        return not any(
            (self.twice, self.lost, self.unwanted, self.above, self.unquiet, self.untimely, self.open)
        )

    @property
    def sentence(self) -> str:
        """The verdict for a person. Fewer than five are not counted out."""
        counted = (
            f"{self.people:,} {'volunteer' if self.people == 1 else 'volunteers'}, {self.sent:,} tasks sent, "
            f"{below_five(self.done)} done, {below_five(self.not_today)} not today, "
            f"{below_five(len(self.unknown))} unknown, {len(self.twice):,} twice, {len(self.lost):,} lost"
        )
        rest = (
            (self.unwanted, "unwanted"),
            (self.above, "above their level"),
            (self.unquiet, "in quiet hours"),
            (self.untimely, "at another time than they chose"),
            (self.open, "without an end"),
        )
        broken = "".join(f", {len(letters):,} {what}" for letters, what in rest if letters)
        kept = " None came in quiet hours or above the level that somebody chose." if self.holds else ""
        return f"{counted}{broken}.{kept}"


@dataclass(frozen=True, slots=True)
class DaysVerdict:
    """What the ledger says of the letters of action days, beside what reached the phones. ``Named`` is who and which step.

    Attributes:
        sent: Letters that arrived for certain.
        unknown: Letters of which nobody can tell whether they arrived.
        twice: The same step to one volunteer twice.
        lost: Letters that were owed and never came.
        unwanted: Letters to somebody to whom none was owed.
        untimely: Letters before their time or too late, or at night although they can wait.
        open: Letters whose journey has not ended.
    """

    sent: int
    unknown: tuple[Named, ...] = ()
    twice: tuple[Named, ...] = ()
    lost: tuple[Named, ...] = ()
    unwanted: tuple[Named, ...] = ()
    untimely: tuple[Named, ...] = ()
    open: tuple[Named, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the promises to those who come were kept."""
        return not any((self.twice, self.lost, self.unwanted, self.untimely, self.open))

    @property
    def sentence(self) -> str:
        """The verdict for a person."""
        rest = (
            (self.unwanted, "unwanted"),
            (self.untimely, "at the wrong time"),
            (self.open, "without an end"),
        )
        broken = "".join(f", {len(letters):,} {what}" for letters, what in rest if letters)
        return (
            f"{self.sent:,} {'letter' if self.sent == 1 else 'letters'} of action days sent, {below_five(len(self.unknown))} unknown, "
            f"{len(self.twice):,} twice, {len(self.lost):,} lost{broken}."
        )


@dataclass(frozen=True, slots=True)
class CitiesVerdict:
    """An action day as its captains remember it, beside ledger, board, round-ups and what the stand-ins wrote down.

    Attributes:
        people: What captains gave, added up.
        aborted: In how many cities it was called off, and ``delayed`` in how many it began later.
        round_ups: How many posts tell the numbers.
        mismatches: One sentence for each thing that does not agree.
    """

    cities: int
    begun: int
    people: int
    aborted: int
    delayed: int
    round_ups: int
    mismatches: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether everything agrees."""
        return not self.mismatches

    @property
    def sentence(self) -> str:
        """The verdict for a person."""
        changed = ((self.aborted, "called off"), (self.delayed, "delayed"))
        told = "".join(f", {number:,} {what}" for number, what in changed if number)
        found = "".join(f" {each}." for each in self.mismatches)
        return (
            f"{self.begun:,} of {self.cities:,} cities began{told}; {self.people:,} people by their captains, "
            f"the same on the board and in {self.round_ups:,} round-ups: {len(self.mismatches):,} mismatches.{found}"
        )


@dataclass(frozen=True, slots=True)
class Report:
    """The end of a rehearsal.

    Attributes:
        title: The campaign's title.
        counts: Posts per state.
        letters: What became of the prompts; ``None`` where the campaign has none.
        days: What became of the letters of action days; ``None`` where it writes none.
        cities: Whether everything that tells of an action day agrees, for each of them.
        attention: Sentences on what a person would have to look at, the most urgent first.
        transcript: The page that shows every post.
        journals: The folder with what each stand-in wrote down.
        next_steps: How to go live, as text for a terminal.
    """

    campaign: str
    title: str
    counts: Mapping[State, int]
    verdict: Verdict
    attention: tuple[str, ...]
    transcript: Path
    journals: Path
    next_steps: str
    letters: LettersVerdict | None = None
    days: DaysVerdict | None = None
    cities: tuple[CitiesVerdict, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every promise was kept, to readers, to volunteers and to captains."""
        to_people = [each for each in (self.letters, self.days, *self.cities) if each is not None]
        return self.verdict.holds and all(each.holds for each in to_people)
