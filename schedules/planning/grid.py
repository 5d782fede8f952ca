"""What becomes of a queued message on each account: ready, in trouble, or missing. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from content.errors import Problem, Severity
from content.models import Campaign, Gap, Overlap
from content.review import Candidate, check_similarity, review_campaign
from content.richtext import plain
from schedules.lifecycle import UNCLAIMED, State
from schedules.planning.destinations import AccountView
from schedules.planning.doors import DoorMessage, as_folder
from schedules.planning.drafts import Draft, Drafter
from schedules.planning.occurrences import Occurrence, occurrences
from schedules.walltime import SHOWN, Note

MISSING_TEXT: Final = "variant-missing"
BEFORE: Final = "already planned:"
"""How places of other posts begin; it sorts before those of queued messages, so that these are the ones reported."""


class Standing(StrEnum):
    """Where a queued message stands on one account."""

    READY = "ready"
    PROBLEM = "problem"
    MISSING = "missing"
    LEFT_OUT = "left out"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class Planned:
    """The post of a queued message on one account, as the ledger has it.

    Attributes:
        held: Whether it was withdrawn at the door and may be planned again.
        local_at: Its wall time, naive, in ``zone``.
        planned_at: Its instant, in UTC.
        fixed: Whether an instant was asked for.
    """

    id: int
    key: str
    state: State
    held: bool
    local_at: datetime
    zone: str
    gap: Gap
    overlap: Overlap
    fixed: bool
    planned_at: datetime

    @property
    def waits(self) -> bool:
        """Whether it may still be changed or withdrawn."""
        return self.state in UNCLAIMED


@dataclass(frozen=True, slots=True)
class Cell:
    """A queued message on one account.

    Attributes:
        problems: What is wrong, errors and warnings.
        draft: What will appear; ``None`` where it cannot be rendered.
        post: What was planned of it before, unless it is held.
        why: Why it is left out.
    """

    account: AccountView
    standing: Standing
    problems: tuple[Problem, ...] = ()
    draft: Draft | None = None
    post: Planned | None = None
    why: str | None = None


def grid(
    door: DoorMessage,
    campaign: Campaign,
    accounts: Sequence[AccountView],
    *,
    now: datetime,
    planned: Mapping[str, Planned] | None = None,
    others: Iterable[Candidate] = (),
) -> tuple[Cell, ...]:
    """Every account of the campaign's languages, judged as the folder's own posts are, in the order of the languages.

    Args:
        accounts: Those that may be shown.
        now: In UTC.
        planned: What the ledger has of this message, by account.
        others: Posts that are out or planned besides, to be compared with.
    """
    chosen = in_order(campaign, accounts)
    whole = as_folder(door, campaign, chosen, now.replace(microsecond=0))
    timing: list[Problem] = []
    due = {one.account: one for one in occurrences(whole, chosen, timing)}
    known = {name: post for name, post in (planned or {}).items() if not post.held}
    judge = _Judge(door, whole, known, now, tuple(timing))
    cells = [judge.cell(account, due.get(account.name)) for account in chosen]
    return tuple(_compared(cells, others, campaign.review.similar_days))


def in_order(campaign: Campaign, accounts: Iterable[AccountView]) -> tuple[AccountView, ...]:
    """The accounts that speak a language of the campaign to everyone, in the order of its languages."""
    place = {language: number for number, language in enumerate(campaign.languages)}
    chosen = [one for one in accounts if one.language in place and one.audience is None]
    return tuple(sorted(chosen, key=lambda one: (place[one.language], one.channel, one.name)))


@dataclass(frozen=True, slots=True)
class _Judge:
    door: DoorMessage
    whole: Campaign
    known: Mapping[str, Planned]
    now: datetime
    timing: tuple[Problem, ...]

    def cell(self, account: AccountView, due: Occurrence | None) -> Cell:
        post = self.known.get(account.name)
        if account.name in self.door.left_out:
            return Cell(account, Standing.LEFT_OUT, post=post, why=self.door.left_out[account.name])
        if post is not None and due is not None:
            due = _as_planned(due, post)
        draft, problems = self._drawn(account, due)
        problems = tuple(dict.fromkeys((*problems, *self._of_plan(account), *self._overdue(due, post))))
        return Cell(account, _standing(problems, draft, post), problems, draft, post)

    def _drawn(
        self, account: AccountView, due: Occurrence | None
    ) -> tuple[Draft | None, tuple[Problem, ...]]:
        if due is None:
            return None, ()
        drafter = Drafter(self.whole, self.door.fitted)
        draft = next(iter(drafter.drafts([due])), None)
        if draft is None:
            return None, drafter.problems
        return draft, (*drafter.problems, *self._rules(draft), *self._reading(account))

    def _rules(self, draft: Draft) -> tuple[Problem, ...]:
        """The rules of the campaign, for the one text that this account shows; not for the campaign as a whole."""
        (message,) = self.whole.messages
        variants = tuple(each for each in message.variants if each.file == draft.rendered.file)
        alone = self.whole.model_copy(
            update={"messages": (message.model_copy(update={"variants": variants}),)}
        )
        on = self.now.astimezone(ZoneInfo(self.whole.zone)).date()
        found = review_campaign(alone, [draft.rendered], on=on)
        return tuple(problem for problem in found if self.door.name in problem.where)

    def _reading(self, account: AccountView) -> Iterator[Problem]:
        if self.door.unread(account.language, account.channel):
            yield Problem(
                "text-unread",
                f"{self.door.name}/{account.language}.md",
                "nobody but its writer has read this text",
                "Let a second person who reads the language well confirm it.",
            )

    def _of_plan(self, account: AccountView) -> Iterator[Problem]:
        places = {f"account {account.name}", f"slot {self.door.name}"}
        return (problem for problem in self.timing if problem.where in places)

    def _overdue(self, due: Occurrence | None, post: Planned | None) -> Iterator[Problem]:
        if due is not None and post is None and due.due_at < self.now.replace(microsecond=0):
            yield Problem(
                "time-over",
                f"slot {self.door.name}",
                f"{due.shown_at:{SHOWN}} in {due.zone} is over",
                "Give a time to come.",
            )


def _as_planned(due: Occurrence, post: Planned) -> Occurrence:
    """What was planned keeps its time, also where it was moved since."""
    return replace(
        due,
        local_at=post.local_at,
        zone=post.zone,
        due_at=post.planned_at,
        gap=post.gap,
        overlap=post.overlap,
        fixed=post.fixed,
        note=Note.NONE,
    )


def _standing(problems: Iterable[Problem], draft: Draft | None, post: Planned | None) -> Standing:
    errors = {problem.code for problem in problems if problem.severity is Severity.ERROR}
    if post is not None and not post.waits:
        return Standing.PLANNED
    if MISSING_TEXT in errors:
        return Standing.MISSING
    if errors or draft is None:
        return Standing.PROBLEM
    return Standing.READY if post is None else Standing.PLANNED


def _compared(cells: Sequence[Cell], others: Iterable[Candidate], days: int) -> Iterator[Cell]:
    """The cells with what is wrong when their texts are read beside each other and beside other posts."""
    mine = {place: candidate for place, cell in enumerate(cells) if (candidate := _candidate(cell, place))}
    first = min((each.on for each in mine.values()), default=None)
    found: dict[str, list[Problem]] = {}
    if first is not None:
        beside = [_earlier(other, first) for other in others]
        for problem in check_similarity([*beside, *mine.values()], similar_days=days):
            found.setdefault(problem.where, []).append(problem)
    for place, cell in enumerate(cells):
        more = found.get(mine[place].where, []) if place in mine else []
        problems = (*cell.problems, *more)
        yield (
            replace(cell, problems=problems, standing=_standing(problems, cell.draft, cell.post))
            if more
            else cell
        )


def _candidate(cell: Cell, place: int) -> Candidate | None:
    if cell.draft is None:
        return None
    due = cell.draft.occurrence
    return Candidate(
        where=f"{due.slot_id} {place:03}",
        platform=due.channel,
        account=due.account,
        on=due.local_at.date(),
        text=plain(cell.draft.rendered.whole),
    )


def _earlier(other: Candidate, first: date) -> Candidate:
    """The same post as many days before the queued message as it is before or after it."""
    return replace(
        other, where=f"{BEFORE} {other.where}", on=first - timedelta(abs((other.on - first).days))
    )
