"""Which accounts a slot means, and which are missing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from channels.base import Quota
from content.errors import Problem, Severity
from content.models import Campaign, Risk, Slot

ADD_ACCOUNT = "Add one with `munasara accounts add`."


@dataclass(frozen=True, slots=True)
class AccountView:
    """What planning needs to know of a connected account.

    Attributes:
        name: Unique among all accounts.
        channel: The kind of platform; a stand-in in a rehearsal has the kind that it stands for.
        city: The city that it speaks for, or ``None`` for the whole campaign.
        audience: The audience that it is kept for, or ``None`` for everyone.
        adapter: The channel that publishes on it; empty where no account is connected yet.
        quota: What its platform last said of its quota, and ``quota_read_at`` when, in UTC.
        budget: What its posts may cost in a month, in US dollars; ``None`` where nobody set one.
        prompt_hour: The wall hour of its city at which it gets the prompt of the day; ``None`` where it gets none.
    """

    name: str
    channel: str
    language: str
    city: str | None = None
    partner: str | None = None
    audience: str | None = None
    adapter: str = ""
    quota: Quota | None = None
    quota_read_at: datetime | None = None
    budget: Decimal | None = None
    prompt_hour: int | None = None


def reached(
    slot: Slot,
    cities: frozenset[str] | None,
    campaign: Campaign,
    accounts: Sequence[AccountView],
    problems: list[Problem],
) -> list[AccountView]:
    """The accounts of a slot, in the order given. What is missing is added to ``problems``.

    Args:
        cities: Ids of the cities that the slot is for; ``None`` where it is for the whole campaign.
    """
    chosen = [account for account in accounts if _is_meant(account, slot, cities, campaign)]
    severity = Severity.WARNING if chosen else Severity.ERROR
    missing = [
        Problem("account-missing", f"slot {slot.id}", what, remedy, severity=severity)
        for what, remedy in _missing(slot, cities, campaign, chosen)
    ]
    if not chosen and not missing:
        missing = [_reaches_nobody(slot)]
    problems.extend(missing)
    return chosen


def guarded_accounts(campaign: Campaign, chosen: Iterable[AccountView]) -> Iterator[Problem]:
    """A warning for every account that speaks for a guarded city."""
    guarded = {city.id for city in campaign.cities if city.risk is Risk.GUARDED}
    for account in chosen:
        if account.city in guarded:
            yield Problem(
                "city-guarded",
                f"account {account.name}",
                f"it speaks for {account.city}, a guarded city, and posts are planned on it",
                "Make sure that nobody can be identified by following it, or remove the account.",
                severity=Severity.WARNING,
            )


def _is_meant(account: AccountView, slot: Slot, cities: frozenset[str] | None, campaign: Campaign) -> bool:
    if cities is not None and account.city not in cities:
        return False
    if slot.accounts:
        return account.name in slot.accounts
    return (
        account.channel in slot.channels
        and account.language in (slot.languages or campaign.languages)
        and account.audience in (None, slot.audience)
        and (account.city is None) == (cities is None)
    )


def _missing(
    slot: Slot, cities: frozenset[str] | None, campaign: Campaign, chosen: Sequence[AccountView]
) -> Iterator[tuple[str, str]]:
    if slot.accounts:
        yield from _missing_names(slot, cities, chosen)
    elif cities is not None:
        yield from _missing_cities(slot, cities, campaign, chosen)
    else:
        yield from _missing_languages(slot, campaign, chosen)


def _missing_names(
    slot: Slot, cities: frozenset[str] | None, chosen: Sequence[AccountView]
) -> Iterator[tuple[str, str]]:
    found = {account.name for account in chosen}
    absent = ", ".join(name for name in slot.accounts if name not in found)
    if absent:
        among = "" if cities is None else " in its cities"
        yield (
            f"no account named {absent}{among}",
            "Correct `accounts`, or add it with `munasara accounts add`.",
        )


def _missing_cities(
    slot: Slot, cities: frozenset[str], campaign: Campaign, chosen: Sequence[AccountView]
) -> Iterator[tuple[str, str]]:
    unknown = ", ".join(sorted(cities - {city.id for city in campaign.cities}))
    if unknown:
        yield f"there is no city {unknown}", "Correct `cities`, or add it to cities.toml."
    found = {(account.channel, account.city) for account in chosen}
    expected = [city.id for city in campaign.cities if city.id in cities and city.risk is Risk.OPEN]
    for channel in slot.channels:
        absent = ", ".join(city for city in expected if (channel, city) not in found)
        if absent:
            yield f"no account for {channel} in {absent}", ADD_ACCOUNT


def _missing_languages(
    slot: Slot, campaign: Campaign, chosen: Sequence[AccountView]
) -> Iterator[tuple[str, str]]:
    found = {(account.channel, account.language) for account in chosen}
    expected = slot.languages or campaign.languages
    for channel in slot.channels:
        absent = ", ".join(language for language in expected if (channel, language) not in found)
        if absent:
            yield f"no account for {channel} in {absent}", ADD_ACCOUNT


def _reaches_nobody(slot: Slot) -> Problem:
    if slot.channels:
        what = "it reaches no account, as none speaks for its cities, which are guarded or none at all"
        remedy = "Leave `cities` out, or add an account for one of them if that endangers nobody."
    else:
        what = "it names no channel and no account"
        remedy = "Write `channels` or `accounts`."
    return Problem("account-missing", f"slot {slot.id}", what, remedy)
