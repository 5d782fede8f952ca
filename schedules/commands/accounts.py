"""Connecting accounts, and taking them away."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeAlias

import structlog

from channels.base import AccountCheck, Channel, Feature, Setting
from channels.registry import BOT_CHANNEL
from channels.secret import Secret, unpack
from content.languages import locale_for
from content.limits import LIMITS
from schedules.accounts import accounts
from schedules.accounts.accounts import Account, NewAccount
from schedules.accounts.buckets import buckets_for
from schedules.accounts.vault import Vault
from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.commands.scopes import named, of_stored_account
from schedules.errors import ScheduleError
from schedules.people import groups
from schedules.people.roles import Role
from schedules.people.volunteers import HOURS
from schedules.planning.destinations import AccountView
from schedules.store.engine import Store

Kinds: TypeAlias = Mapping[str, type[Channel]]
"""Every channel that there is, by its name."""

Verify: TypeAlias = Callable[[str], Awaitable[AccountCheck]]
"""Asks the platform whether an account, by its name, could publish now."""

PLATFORM: Final = "platform"
"""The setting of a channel that publishes elsewhere, by a stand-in or by hand: the kind of platform that it is."""
PROMPT_HOUR: Final = "prompt_hour"
"""The setting that makes the prompt of the day a post there: a wall hour of the account's city."""
BUDGET: Final = "budget"
"""The setting that says what the posts of an account may cost in a month, in US dollars."""

STAYING: Final = frozenset({"to", "then", "link", PROMPT_HOUR, BUDGET})
"""Settings that may change while posts wait: they do not say where those appear."""

_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")

log = structlog.get_logger()


async def add(
    store: Store, vault: Vault, clock: Clock, actor: Actor, new: NewAccount, *, secret: Secret, kinds: Kinds
) -> Account:
    """Connect an account that the campaign or a partner owns. Publishes nothing and asks no platform.

    Args:
        secret: Falsy where the channel needs no token.

    Raises:
        Forbidden: They are no admin of where it belongs.
        CodeNeeded: Their second factor was not shown.
        ScheduleError: Something is missing, misspelt or taken; nothing was saved.
    """
    actor.require(
        Role.ADMIN, named(account=new.id, city=new.city, language=new.language, partner=new.partner)
    )
    actor.require_proof()
    _check(new, secret, kinds)
    await accounts.add(
        store,
        vault,
        new,
        secret=secret,
        buckets=buckets_for(new.channel),
        now=clock.now(),
        renew_at=_first_renewal(kinds[new.channel], clock),
    )
    await _record(store, actor, "added", new.id)
    log.info("account added", account=new.id, channel=new.channel)
    return await accounts.get(store, new.id)


async def list_all(store: Store) -> tuple[Account, ...]:
    """Every connected account, by name; also those that are held."""
    return await accounts.list_all(store)


async def views(store: Store) -> tuple[AccountView, ...]:
    """What planning needs to know of every connected account; also of those that are held."""
    return tuple(
        AccountView(
            name=account.id,
            channel=account.settings.get(PLATFORM, account.channel),
            language=account.language,
            city=account.city,
            partner=account.partner,
            audience=account.audience,
            adapter=account.channel,
            quota=account.quota,
            quota_read_at=account.quota_read_at,
            budget=_budget(account),
            prompt_hour=_prompt_hour(account),
        )
        for account in await accounts.list_all(store)
    )


async def remove(store: Store, clock: Clock, actor: Actor, account: str) -> None:
    """Take an account away and erase its token. The receipts of what it sent stay.

    Raises:
        Forbidden: They are no admin of it.
        CodeNeeded: Their second factor was not shown.
        AccountUnknown: There is none of that name.
        ScheduleError: It has posts that have not ended.
    """
    actor.require(Role.ADMIN, await of_stored_account(store, account))
    actor.require_proof()
    await accounts.remove(store, account, clock.now())
    await _record(store, actor, "removed", account)
    log.info("account removed", account=account)


async def change(
    store: Store,
    actor: Actor,
    account: str,
    *,
    kinds: Kinds,
    owner: str | None = None,
    disclosure: str | None = None,
    settings: Mapping[str, str] | None = None,
) -> Account:
    """Say something else of an account; what is not given stays as it is.

    Args:
        settings: By name; one that is empty is taken away. Where a setting says where posts go, none may be on its
            way: they were approved for the place that the account had then.

    Raises:
        Forbidden: They are no admin of it.
        CodeNeeded: Their second factor was not shown.
        AccountUnknown: There is none of that name.
        ScheduleError: Something is missing or misspelt, or posts have not ended; nothing was saved.
    """
    actor.require(Role.ADMIN, await of_stored_account(store, account))
    actor.require_proof()
    known = await accounts.get(store, account)
    said = {"owner": owner, "disclosure": disclosure}
    values: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
    if settings:
        merged = {**known.settings, **settings}
        values["settings"] = {name: value for name, value in merged.items() if value.strip()}
    changed = replace(known, **values)
    _check_words(changed)
    if settings:
        _check_settings(changed, _kind(known.channel, kinds))
    await accounts.change(store, account, values, may_move=bool(set(settings or ()) - STAYING))
    await _record(store, actor, "changed", account)
    log.info("account changed", account=account, what=sorted(values))
    return await accounts.get(store, account)


async def set_secret(
    store: Store, vault: Vault, clock: Clock, actor: Actor, account: str, *, secret: Secret, kinds: Kinds
) -> None:
    """Give an account a new token. A held account stays held until ``release``.

    The token of the bot is that of its groups as well.

    Raises:
        Forbidden: They are no admin of it.
        CodeNeeded: Their second factor was not shown.
        AccountUnknown: There is none of that name.
        ScheduleError: The token is empty, or the channel needs none.
    """
    actor.require(Role.ADMIN, await of_stored_account(store, account))
    actor.require_proof()
    found = await accounts.get(store, account)
    kind = _kind(found.channel, kinds)
    if kind.secret_help is None:
        raise ScheduleError(
            f"{account} has no token, as {kind.name} needs none: there is nothing to change."
        )
    _check_secret(kind, secret)
    renew_at = _first_renewal(kind, clock)
    await accounts.replace_secret(store, vault, account, secret, renew_at=renew_at)
    for group in await groups.posting(store) if found.channel == BOT_CHANNEL else ():
        await accounts.replace_secret(store, vault, group, secret)
    await _record(store, actor, "replaced the token of", account)
    log.info("account token replaced", account=account)


async def note(store: Store, clock: Clock, account: str, check: AccountCheck) -> None:
    """Keep what a platform said of an account's quota; does nothing where it said nothing.

    Raises:
        AccountUnknown: There is none of that name.
    """
    if check.quota is not None:
        await accounts.keep_quota(store, account, check.quota, clock.now())


async def hold(store: Store, clock: Clock, actor: Actor, account: str, reason: str) -> None:
    """Send nothing through an account until it is released. One person is enough.

    Args:
        reason: One sentence for whoever looks at the account; no token, no personal name.

    Raises:
        Forbidden: They have no role there but that of a viewer.
        AccountUnknown: There is none of that name.
        ScheduleError: The reason says nothing.
    """
    actor.require_coordinator(await of_stored_account(store, account))
    if reason.strip() in {"", accounts.REMOVED}:
        raise ScheduleError(f"Say why {account} is held, so that the next person knows what to do.")
    await accounts.hold(store, account, reason.strip(), clock.now())
    log.warning("account held", account=account)


async def release(store: Store, actor: Actor, account: str, verify: Verify) -> AccountCheck:
    """Let a held account send again, once its platform says that it may.

    Raises:
        Forbidden: They are no approver of it.
        CodeNeeded: Their second factor was not shown.
        AccountUnknown: There is none of that name.
        ScheduleError: The platform would not accept a post, or it is a group of a guarded city; it stays held.
        ChannelError: The platform could not be asked; it stays held.
    """
    actor.require(Role.APPROVER, await of_stored_account(store, account))
    actor.require_proof()
    if (await accounts.get(store, account)).held == groups.GUARDED:
        raise ScheduleError(f"{account} stays held. {groups.GUARDED}")
    check = await verify(account)
    if not check.ready:
        raise ScheduleError(f"{account} stays held. {check.detail}")
    await accounts.release(store, account)
    await _record(store, actor, "released", account)
    log.info("account released", account=account)
    return check


async def _record(store: Store, actor: Actor, act: str, account: str) -> None:
    async with store.write() as connection:
        await actor.record(connection, act, f"account:{account}")


def _first_renewal(kind: type[Channel], clock: Clock) -> datetime | None:
    return clock.now() + kind.first_renewal if Feature.RENEWAL in kind.features else None


def _check(new: NewAccount, secret: Secret, kinds: Kinds) -> None:
    for what, slug in (
        ("name", new.id),
        ("city", new.city),
        ("partner", new.partner),
        ("audience", new.audience),
    ):
        if slug is not None and not _SLUG.fullmatch(slug):
            raise ScheduleError(
                f"{slug!r:.80} cannot be the {what} of an account. Write lower-case letters, digits and "
                "hyphens, at most 64, such as `telegram-tr`."
            )
    _check_language(new)
    _check_words(new)
    kind = _kind(new.channel, kinds)
    _check_settings(new, kind)
    _check_secret(kind, secret)


def _check_words(new: NewAccount) -> None:
    for what, value, remedy in (
        ("owner", new.owner, "Name who answers for it in the campaign or at the partner."),
        ("disclosure", new.disclosure, "Write how its profile tells readers who speaks."),
    ):
        if not value.strip():
            raise ScheduleError(f"{new.id} has no {what}. {remedy}")


def _check_language(new: NewAccount) -> None:
    try:
        if _LANGUAGE.fullmatch(new.language):
            locale_for(new.language)
            return
    except LookupError:
        pass
    raise ScheduleError(
        f"{new.id}: no language is known as {new.language!r:.80}. Write its tag, such as `ar`, `fr` or `fa-AF`."
    )


def _kind(channel: str, kinds: Kinds) -> type[Channel]:
    if channel not in kinds:
        known = ", ".join(sorted(kinds))
        raise ScheduleError(f"There is no channel {channel!r:.80}. Choose one of: {known}.")
    return kinds[channel]


def require_known(kind: type[Channel], names: Iterable[str]) -> None:
    """Make sure that a channel knows settings of these names.

    Raises:
        ScheduleError: It does not; the error lists what it takes.
    """
    known = [setting.name for setting in kind.settings]
    unknown = ", ".join(sorted(repr(name)[:80] for name in set(names) - set(known)))
    if unknown:
        takes = f"takes: {', '.join(known)}" if known else "takes none"
        raise ScheduleError(f"{kind.name} knows no setting {unknown}. It {takes}.")


def _check_settings(new: NewAccount, kind: type[Channel]) -> None:
    require_known(kind, new.settings)
    missing = _missing(kind.settings, new.settings)
    if missing:
        raise ScheduleError(f"{new.id}: {kind.name} needs more settings. Give {missing}.")
    for setting in kind.settings:
        _check_shape(new, setting)
    platform = new.settings.get(PLATFORM)
    if platform is not None and platform not in LIMITS:
        raise ScheduleError(
            f"{new.id}: there is no platform {platform!r:.80}. Choose one of: {', '.join(sorted(LIMITS))}."
        )
    _budget(new)
    _prompt_hour(new)


def _check_shape(new: NewAccount, setting: Setting) -> None:
    value = new.settings.get(setting.name, "")
    if setting.shape is not None and value.strip() and not setting.shape.fits(value):
        raise ScheduleError(f"{new.id}: {value!r:.80} cannot be its {setting.name}. {setting.shape.remedy}")


def _missing(wanted: tuple[Setting, ...], given: Mapping[str, str]) -> str:
    missing = [one for one in wanted if one.required and not given.get(one.name, "").strip()]
    return "; ".join(f"{one.name} ({one.help.rstrip('.')})" for one in missing)


def _budget(account: NewAccount) -> Decimal | None:
    given = account.settings.get(BUDGET)
    if given is None:
        return None
    try:
        budget = Decimal(given)
    except InvalidOperation:
        budget = Decimal("NaN")
    if not budget.is_finite() or budget < 0:
        raise ScheduleError(
            f"{account.id}: {given!r:.80} is no budget. Write US dollars a month, such as 100 or 12.50."
        )
    return budget


def _prompt_hour(account: NewAccount) -> int | None:
    given = account.settings.get(PROMPT_HOUR)
    if given is None:
        return None
    if not given.isdecimal() or int(given) not in HOURS:
        raise ScheduleError(
            f"{account.id}: {given!r:.80} is no hour for prompts. Write one from {HOURS.start} to {HOURS.stop - 1}."
        )
    return int(given)


def _check_secret(kind: type[Channel], secret: Secret) -> None:
    if kind.secret_help is None and secret:
        raise ScheduleError(f"{kind.name} needs no token. Leave it out.")
    if kind.secret_parts:
        _check_parts(kind, unpack(secret))
    elif kind.secret_help is not None and not secret.reveal().strip():
        raise ScheduleError(f"{kind.name} needs a token. {kind.secret_help}")
    elif kind.secret_shape is not None and not kind.secret_shape.fits(secret.reveal()):
        raise ScheduleError(f"This is no token of {kind.name}. {kind.secret_shape.remedy}")


def _check_parts(kind: type[Channel], parts: Mapping[str, str]) -> None:
    known = [part.name for part in kind.secret_parts]
    unknown = ", ".join(sorted(repr(name)[:80] for name in set(parts) - set(known)))
    if unknown:
        raise ScheduleError(f"The token of {kind.name} has no part {unknown}. It has: {', '.join(known)}.")
    missing = _missing(kind.secret_parts, parts)
    if missing:
        raise ScheduleError(f"The token of {kind.name} is not whole. Give {missing}. {kind.secret_help}")
