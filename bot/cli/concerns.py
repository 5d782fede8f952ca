"""What ``munasara doctor`` says of accounts: one sentence for each, with what to do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from bot.cli.output import used, utc

if TYPE_CHECKING:
    from bot.settings import Settings
    from channels.base import Quota
    from schedules.accounts.accounts import Account
    from schedules.people.people import Person
    from schedules.store.engine import Store

OK: Final = "ok"
LOOK: Final = "look"
BROKEN: Final = "broken"
SOON: Final = timedelta(days=3)
"""A token that has no longer to live wants a look."""
RENEWAL_IS_LATE: Final = timedelta(hours=1)
NEARLY_USED: Final = 0.9
"""The part of a quota."""
BY_HAND: Final = "handoff"

Concern: TypeAlias = tuple[str, str]
"""A state and a sentence."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was examined. ``state`` is ``ok``, ``look`` (at it some time) or ``broken``."""

    what: str
    state: str
    detail: str


@dataclass(frozen=True, slots=True)
class Around:
    """What accounts depend on beside themselves.

    Attributes:
        bot: The account whose bot is served, or ``None`` where there is none.
        is_fetched_elsewhere: Whether another program asks for the updates of that bot.
        people: Who publishes by hand, by handle; ``None`` for those who never came to the bot.
        locked: Why the token of an account cannot be opened.
        failures: How the latest post of an account went wrong.
    """

    now: datetime
    bot: str | None
    is_fetched_elsewhere: bool
    people: "Mapping[str, Person | None]"
    locked: Mapping[str, str]
    failures: Mapping[str, str]


async def of_accounts(store: "Store", settings: "Settings") -> list[Finding]:
    """What is wrong with each account, the worst alone."""
    from schedules.accounts.accounts import list_all

    known = await list_all(store)
    if not known:
        none = "None is connected. Connect one: munasara accounts add telegram"
        return [Finding("accounts", LOOK, none)]
    around = await _around(store, settings, known)
    return [_finding(account, around) for account in known]


def _finding(account: "Account", around: Around) -> Finding:
    concerns = sorted(_concerns(account, around), key=lambda concern: concern[0] != BROKEN)
    state, detail = next(iter(concerns), (OK, "Nothing keeps it from sending."))
    return Finding(f"account {account.id}", state, detail)


def _concerns(account: "Account", around: Around) -> Iterator[Concern]:
    if account.held:
        again = f"munasara accounts test {account.id}"
        yield BROKEN, f"Held: {account.held.rstrip('.')}. When mended: {again}"
    if account.id in around.locked:
        yield BROKEN, around.locked[account.id]
    yield from _lifetime(account, around.now)
    yield from _by_hand(account, around)
    yield from _of_the_bot(account, around)
    if account.id in around.failures:
        yield LOOK, f"Its latest post was {around.failures[account.id]}"
    yield from _of_the_quota(account, around.now)
    yield from _undescribed(account)


def _lifetime(account: "Account", now: datetime) -> Iterator[Concern]:
    expires_at, fresh = account.expires_at, f"munasara accounts token {account.id}"
    if expires_at is not None and expires_at <= now:
        yield BROKEN, f"Its token expired on {utc(expires_at)}. Give it a new one: {fresh}"
    elif expires_at is not None and expires_at - now <= SOON and not _lives_for_hours(account):
        yield (
            LOOK,
            f"Its token expires on {utc(expires_at)} and was not renewed. Give it a new one: {fresh}",
        )
    elif account.renew_at is not None and now - account.renew_at > RENEWAL_IS_LATE:
        yield (
            LOOK,
            f"Its token should have been renewed on {utc(account.renew_at)}. Is a worker alive? munasara run",
        )


def _lives_for_hours(account: "Account") -> bool:
    """Tokens that may be renewed as soon as they are given are short-lived: they always expire soon."""
    from channels.registry import channel_class

    return account.renew_at is not None and not channel_class(account.channel).first_renewal


def _by_hand(account: "Account", around: Around) -> Iterator[Concern]:
    if account.channel != BY_HAND:
        return
    if around.bot is None:
        yield BROKEN, "No bot brings its posts to a person. Connect one: munasara accounts add telegram-bot"
    first, then = _hands(account)
    for concern in _absence(first, around):
        yield BROKEN, f"{first}, who publishes its posts by hand, {concern}"
    if not then:
        another = f"munasara accounts change {account.id} --set then=NAME"
        yield LOOK, f"Nobody is asked next where {first} does not answer. Name somebody: {another}"
        return
    for concern in _absence(then, around):
        yield LOOK, f"{then}, who is asked next, {concern}"


def _hands(account: "Account") -> tuple[str, str]:
    """Who gets its posts, and who next."""
    return account.settings.get("to", "").strip(), account.settings.get("then", "").strip()


def _absence(handle: str, around: Around) -> Iterator[str]:
    person = around.people.get(handle)
    if person is None:
        yield f"never came to the bot. Send them a link: munasara people invite {handle} --role viewer"
    elif person.left_at is not None:
        yield f"has blocked or left the bot since {utc(person.left_at)}. Ask them to start it again."
    elif person.locked_at is not None:
        yield (
            f"is locked out since {utc(person.locked_at)}. When they have a new phone: munasara people unlock {handle}"
        )


def _of_the_bot(account: "Account", around: Around) -> Iterator[Concern]:
    from channels.registry import BOT_CHANNEL

    if account.channel != BOT_CHANNEL:
        return
    if account.id != around.bot:
        yield (
            LOOK,
            f"Only one bot serves people, which is {around.bot}. Take this one away: munasara accounts remove {account.id}",
        )
    elif around.is_fetched_elsewhere:
        why = "Another program takes what people send to this bot, so they get no answer."
        yield BROKEN, f"{why} End it, or give the bot a new token: munasara accounts token {account.id}"
    elif not account.settings.get("username"):
        yield (
            LOOK,
            "It was never served, so nobody gets an answer or can come by a link. Serve it: munasara run",
        )


def _of_the_quota(account: "Account", now: datetime) -> Iterator[Concern]:
    quota, read_at = account.quota, account.quota_read_at
    if quota is None or read_at is None or not _is_nearly_used(quota, read_at, now):
        return
    what = "Its quota is used up" if quota.used >= quota.allowed else "Its quota is nearly used up"
    yield LOOK, f"{what}: {used(quota)}, on {utc(read_at)}. What is too many waits."


def _is_nearly_used(quota: "Quota", read_at: datetime, now: datetime) -> bool:
    return now - read_at < quota.window and quota.used > quota.allowed * NEARLY_USED


def _undescribed(account: "Account") -> Iterator[Concern]:
    change = f"munasara accounts change {account.id}"
    if not account.disclosure.strip():
        yield (
            LOOK,
            f"Nothing is on record of how its profile tells who speaks. Add it: {change} --disclosure TEXT",
        )
    if not account.owner.strip():
        yield LOOK, f"Nobody is on record who answers for it. Name them: {change} --owner NAME"


async def _around(store: "Store", settings: "Settings", known: "tuple[Account, ...]") -> Around:
    from channels.registry import BOT_CHANNEL
    from schedules.accounts.accounts import first_of
    from schedules.clock import SystemClock
    from schedules.commands.installation import is_fetched_elsewhere, last_failures

    clock = SystemClock()
    hands = {handle for one in known if one.channel == BY_HAND for handle in _hands(one) if handle}
    secrets = [one.id for one in known if one.has_secret]
    return Around(
        now=clock.now(),
        bot=await first_of(store, BOT_CHANNEL),
        is_fetched_elsewhere=await is_fetched_elsewhere(store, clock),
        people={handle: await _person(store, handle) for handle in hands},
        locked={name: why for name in secrets if (why := await _locked(store, settings, name))},
        failures=await last_failures(store),
    )


async def _person(store: "Store", handle: str) -> "Person | None":
    from schedules.errors import PersonUnknown
    from schedules.people.people import called

    try:
        return await called(store, handle)
    except PersonUnknown:
        return None


async def _locked(store: "Store", settings: "Settings", account: str) -> str | None:
    from schedules.accounts.accounts import connection
    from schedules.accounts.keys import load_key
    from schedules.accounts.vault import Vault
    from schedules.errors import ScheduleError

    try:
        await connection(store, Vault(load_key(settings.key_path)), account)
    except ScheduleError as error:
        return str(error)
    return None
