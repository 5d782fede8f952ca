"""Telling people in charge what they must hear of, grouped, and the day ahead in the evening."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from bot.telegram.deputies import on_duty
from bot.telegram.readers import Reader, holding
from bot.telegram.talk import Means
from content.filters import currency, date_, language_name, list_
from content.models import Campaign
from content.words import Words
from schedules.accounts import accounts
from schedules.commands.alerts import Alert, Tomorrow, Trouble, new_alerts, not_told, tomorrow
from schedules.commands.groups import GUARDED_CITY
from schedules.commands.scopes import named
from schedules.people import volunteers
from schedules.people.groups import GUARDED
from schedules.people.roles import Role
from schedules.store import leases

EVENING: Final = 22
"""The wall hour, where somebody lives, from which on they are told of the day ahead."""
MOST: Final = 15
"""Lines in one message."""
OF_A_CITY: Final = frozenset({Trouble.REFUSED, Trouble.EXPIRED, Trouble.HELD})
"""What also captains of the city concerned must hear of; whether a post landed, editors say."""

ORGANISERS: Final = frozenset({Trouble.URGENT, Trouble.UNHEARD})
"""What approvers must hear of."""


async def tell_alerts(means: Means) -> None:
    """Tell each person in charge who is not away, in one message, what is new within their scope."""
    theirs: dict[str, list[Alert]] = {}
    readers: dict[str, Reader] = {}
    for alert in await new_alerts(means.store, means.clock, means.kits):
        for reader in await on_duty(means, alert.scopes, *_roles(alert)):
            readers[reader.person.id] = reader
            theirs.setdefault(reader.person.id, []).append(alert)
    reached = {
        person: await readers[person].say(_grouped(alerts, readers[person].words)) is not None
        for person, alerts in theirs.items()
    }
    told = {alert.name for person, alerts in theirs.items() if reached[person] for alert in alerts}
    missed = [alert for alerts in theirs.values() for alert in alerts if alert.name not in told]
    if missed:
        await not_told(means.store, missed)


def _roles(alert: Alert) -> tuple[Role, ...]:
    if alert.trouble in ORGANISERS:
        return (Role.APPROVER,)
    if alert.trouble is Trouble.ROUND_UP:
        return (Role.APPROVER,)
    has_city = any(scope.startswith("city:") for scope in alert.scopes)
    return (Role.EDITOR, Role.CAPTAIN) if has_city and alert.trouble in OF_A_CITY else (Role.EDITOR,)


async def tell_the_day_ahead(means: Means) -> None:
    """In the evening, once, everybody in charge: what goes out tomorrow within their scope, and what is missing."""
    for campaign in await means.kits.readable(await means.kits.names()):
        living: dict[str, list[Reader]] = {}
        for reader in await _in_charge(means, campaign):
            living.setdefault(await _zone(means, campaign, reader), []).append(reader)
        for zone, readers in living.items():
            if await _is_time(means, campaign, zone):
                for reader in readers:
                    await _tell_about(reader, campaign, zone)


async def _in_charge(means: Means, campaign: Campaign) -> list[Reader]:
    """Whoever holds a role over anything of a campaign."""
    known = await accounts.list_all(means.store)
    covering = (
        named(campaign=campaign.id),
        *(named(language=language) for language in campaign.languages),
        *(named(city=city.id) for city in campaign.cities),
        *(named(account=one.id, partner=one.partner) for one in known),
    )
    return await holding(means, Role.VIEWER, frozenset().union(*covering))


async def _zone(means: Means, campaign: Campaign, reader: Reader) -> str:
    """Where somebody lives: as a volunteer, else the first city that they were granted, else by the campaign."""
    volunteer = await volunteers.get(means.store, reader.person.id)
    if volunteer is not None:
        return volunteer.zone
    granted = {grant.scope for grant in reader.actor.grants or ()}
    cities = (city.zone for city in campaign.cities if f"city:{city.id}" in granted)
    return next(cities, campaign.zone)


async def _is_time(means: Means, campaign: Campaign, zone: str) -> bool:
    """Whether it is evening there during the campaign, and nobody there was told yet."""
    now = means.clock.now().astimezone(ZoneInfo(zone))
    if now.hour < EVENING or not _is_running(campaign, now):
        return False
    name = f"digest:{campaign.id}:{zone}:{now.date()}"
    return await leases.take(means.store, means.clock, name, timedelta(days=1))


def _is_running(campaign: Campaign, now: datetime) -> bool:
    return campaign.starts_on - timedelta(days=1) <= now.date() < campaign.ends_on


async def _tell_about(reader: Reader, campaign: Campaign, zone: str) -> None:
    ahead = await tomorrow(reader.means.store, reader.means.clock, reader.actor, campaign, zone)
    if not ahead.is_empty:
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
        Trouble.URGENT: their_words.say(
            "⚡ An action day has changed: number {subject} waits for approval, now: /pending",
            subject=alert.subject,
        ),
        Trouble.UNHEARD: their_words.say(
            "⚠ The action day has changed in {subject}, and people there were not told. Write to them: /urgent",
            subject=alert.subject,
        ),
        Trouble.UNTOLD: their_words.say(
            "⚠ The count of {subject} is closed, and no round-up could be made. Plan the campaign again.",
            subject=alert.subject,
        ),
        Trouble.ROUND_UP: their_words.say(
            "⚠ The count of {subject} is closed. Approve the round-up: /pending",
            subject=alert.subject,
        ),
    }[alert.trouble]
    return escape(f"{head}\n{_detail(alert, their_words)}".strip())


def _detail(alert: Alert, their_words: Words) -> str:
    """A reason as the ledger or a platform gave it, which is English; that a city is guarded is ours to say."""
    if alert.detail == GUARDED:
        return their_words.of(GUARDED_CITY)
    if not alert.detail or alert.trouble is Trouble.QUOTA or their_words.language == "en":
        return alert.detail
    return their_words.say("The reason, in English:") + f"\n{alert.detail}"


def _digest(ahead: Tomorrow, their_words: Words) -> str:
    habits = their_words.habits
    lines = [
        f"<b>{escape(ahead.campaign)} · {date_(habits, ahead.on)}</b>",
        their_words.count(
            "{n} post is planned for tomorrow.", "{n} posts are planned for tomorrow.", ahead.posts
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
