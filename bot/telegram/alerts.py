"""Telling people in charge what they must hear of, grouped, and the day ahead in the evening."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from bot.telegram.readers import Reader, holding
from bot.telegram.talk import Means
from content.filters import currency, date_, language_name, list_
from content.models import Campaign
from content.words import Words
from schedules.commands.alerts import Alert, Tomorrow, Trouble, new_alerts, tomorrow
from schedules.commands.scopes import named
from schedules.people.roles import Role
from schedules.store import leases

EVENING: Final = 22
"""The wall hour, in the campaign's zone, from which on the day ahead is told."""
MOST: Final = 15
"""Lines in one message."""


async def tell_alerts(means: Means) -> None:
    """Tell each person in charge, in one message, what is new within their scope."""
    theirs: dict[str, list[Alert]] = {}
    readers: dict[str, Reader] = {}
    for alert in await new_alerts(means.store, means.clock, means.kits):
        for reader in await holding(means, Role.EDITOR, alert.scopes):
            readers[reader.person.id] = reader
            theirs.setdefault(reader.person.id, []).append(alert)
    for person, alerts in theirs.items():
        await readers[person].say(_grouped(alerts, readers[person].words))


async def tell_the_day_ahead(means: Means) -> None:
    """In the evening, once: what goes out tomorrow, what is missing, and which claims are stale."""
    for name in await means.kits.names():
        campaign = await means.kits.get(name)
        now = means.clock.now().astimezone(ZoneInfo(campaign.zone))
        if now.hour < EVENING or not _is_running(campaign, now):
            continue
        if await leases.take(means.store, means.clock, f"digest:{name}:{now.date()}", timedelta(days=1)):
            await _tell_about(means, await tomorrow(means.store, means.clock, campaign))


def _is_running(campaign: Campaign, now: datetime) -> bool:
    return campaign.starts_on - timedelta(days=1) <= now.date() < campaign.ends_on


async def _tell_about(means: Means, ahead: Tomorrow) -> None:
    for reader in await holding(means, Role.EDITOR, named(campaign=ahead.campaign)):
        await reader.say(_digest(ahead, reader.words))


def _grouped(alerts: Sequence[Alert], their_words: Words) -> str:
    lines = [_line(alert, their_words) for alert in alerts[:MOST]]
    if len(alerts) > MOST:
        more = len(alerts) - MOST
        lines.append(their_words.count("and {n} more: /status", "and {n} more: /status", more))
    return "\n\n".join(lines)


def _line(alert: Alert, their_words: Words) -> str:
    head = {
        Trouble.REFUSED: their_words.say("⚠ Number {subject} was refused.", subject=alert.subject),
        Trouble.UNKNOWN: their_words.say(
            "⚠ Number {subject} may or may not be public. Look, then say so: /landed", subject=alert.subject
        ),
        Trouble.EXPIRED: their_words.say("⚠ Number {subject} was not sent in time.", subject=alert.subject),
        Trouble.HELD: their_words.say(
            "⚠ Nothing goes out on {subject} until it is connected again.", subject=alert.subject
        ),
        Trouble.SILENCE: their_words.say(
            "⚠ Nothing is planned in {language} for 36 hours.",
            language=language_name(their_words.habits, alert.subject)
            if alert.trouble is Trouble.SILENCE
            else "",
        ),
        Trouble.QUOTA: their_words.say(
            "⚠ The quota of {subject} is nearly used up.", subject=alert.subject
        ),
    }[alert.trouble]
    return escape(f"{head}\n{alert.detail}".strip())


def _digest(ahead: Tomorrow, their_words: Words) -> str:
    habits = their_words.habits
    total = sum(ahead.posts.values())
    lines = [
        f"<b>{escape(ahead.campaign)} · {date_(habits, ahead.on)}</b>",
        their_words.count(
            "{n} post is planned for tomorrow.", "{n} posts are planned for tomorrow.", total
        ),
    ]
    if ahead.unapproved:
        lines.append(
            their_words.count(
                "{n} of them waits for approval: /pending",
                "{n} of them wait for approval: /pending",
                ahead.unapproved,
            )
        )
    if ahead.holes:
        names = list_(habits, tuple(language_name(habits, language) for language in ahead.holes))
        lines.append(their_words.say("Nothing in: {languages}.", languages=names))
    if ahead.cost:
        lines.append(their_words.say("It costs {cost}.", cost=currency(habits, float(ahead.cost), "USD")))
    if ahead.stale:
        lines.append(
            their_words.say("To be checked again before use: {claims}.", claims=", ".join(ahead.stale))
        )
    return "\n".join(lines)
