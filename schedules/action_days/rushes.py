"""Whether the rate lanes bear what an action day sends within a minute. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from channels.registry import BOT_CHANNEL
from content.errors import Problem, Severity
from content.models import Campaign, StepKind
from schedules.accounts.buckets import TELEGRAM_BOT, Bucket, buckets_for
from schedules.action_days.timeline import timelines
from schedules.planning.destinations import AccountView
from schedules.planning.occurrences import occurrences
from schedules.walltime import SHOWN

MINUTE: Final = 60
BOT: Final = "the bot of Telegram"


def rushes(campaign: Campaign, accounts: Sequence[AccountView]) -> Iterator[Problem]:
    """A warning for each account that has more to send in a minute of an action day than its lane lets through."""
    lanes = {account.name: buckets_for(account.channel).destination for account in accounts}
    busiest: dict[str, tuple[int, int]] = {}
    for (account, minute), count in _sends(campaign, accounts).items():
        if count > allowed(lanes.get(account, TELEGRAM_BOT)):
            busiest[account] = max(busiest.get(account, (0, 0)), (count, minute))
    for account, (count, minute) in sorted(busiest.items()):
        yield _crowded(account, count, minute, allowed(lanes.get(account, TELEGRAM_BOT)))


def _sends(campaign: Campaign, accounts: Sequence[AccountView]) -> Counter[tuple[str, int]]:
    calls = _calls(campaign)
    has_bot = any(account.channel == BOT_CHANNEL for account in accounts)
    sends = Counter({(BOT, minute): count for minute, count in calls.items() if has_bot})
    for one in occurrences(campaign, accounts) if calls else ():
        minute = minute_of(one.due_at)
        if one.is_post and minute in calls:
            sends[one.account, minute] += 1
            if buckets_for(one.channel).credential == TELEGRAM_BOT:
                sends[BOT, minute] += 1
    return sends


def _calls(campaign: Campaign) -> Counter[int]:
    """Every minute in which a step happens, with how many captains are written to in it."""
    called: Counter[int] = Counter()
    for day in campaign.action_days:
        for line in timelines(day, campaign):
            entry = None if line.city is None else day.city(line.city.id)
            for timed in line.steps:
                calls = timed.step.kind in {StepKind.ROLL_CALL, StepKind.CHECK_IN}
                called[minute_of(timed.at)] += entry.captains if calls and entry is not None else 0
    return called


def minute_of(at: datetime) -> int:
    """Which minute since 1970 an instant is in."""
    return int(at.timestamp()) // MINUTE


def allowed(bucket: Bucket) -> int:
    """How many sends a lane lets through within a minute after a rest."""
    return int(bucket.burst + bucket.rate * MINUTE)


def _crowded(account: str, count: int, minute: int, allowed: int) -> Problem:
    at = datetime.fromtimestamp(minute * MINUTE, UTC)
    return Problem(
        "minute-crowded",
        account if account == BOT else f"account {account}",
        f"{count:,} sends are due in one minute, {at:{SHOWN}} UTC, and its lane lets {allowed:,} through",
        "The rest follows as fast as the platform allows. Move some by a few minutes if that is too late.",
        severity=Severity.WARNING,
    )
