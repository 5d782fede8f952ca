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
class Report:
    """The end of a rehearsal.

    Attributes:
        title: The campaign's title.
        counts: Posts per state.
        letters: What became of the prompts; ``None`` where the campaign has none.
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

    @property
    def holds(self) -> bool:
        """Whether every promise was kept, to readers and to volunteers."""
        return self.verdict.holds and (self.letters is None or self.letters.holds)
