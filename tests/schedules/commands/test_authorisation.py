"""Every command that takes an actor, found by looking: what nobody granted is denied, and each role may do what it should."""

import importlib
import inspect
import pkgutil
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_type_hints

import pytest

from channels.registry import CHANNELS
from channels.secret import Secret
from content.models import Campaign
from schedules import commands
from schedules.accounts.accounts import NewAccount
from schedules.accounts.vault import Vault
from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.commands.groups import Binding
from schedules.commands.plans import Checked
from schedules.commands.post_changes import Verdict
from schedules.errors import CodeNeeded, Forbidden
from schedules.people.invites import Invite, new_id
from schedules.people.roles import Grant, Role
from schedules.store.engine import Store
from tests.support.crowd import MORNING, VAULT, clock
from tests.support.deliveries import add_accounts

Command = Callable[..., Coroutine[Any, Any, Any]]

ADMINS = frozenset({Role.ADMIN})
APPROVERS = ADMINS | {Role.APPROVER}
EDITORS = APPROVERS | {Role.EDITOR}
CAPTAINS = ADMINS | {Role.CAPTAIN}
COORDINATORS = EDITORS | CAPTAINS
ANYBODY = frozenset(Role)
FREELY, BY_CODE = False, True

WHO_MAY: dict[str, tuple[frozenset[Role], bool]] = {
    "accounts.add": (ADMINS, BY_CODE),
    "accounts.change": (ADMINS, BY_CODE),
    "accounts.hold": (COORDINATORS, FREELY),
    "accounts.release": (APPROVERS, BY_CODE),
    "accounts.remove": (ADMINS, BY_CODE),
    "accounts.set_secret": (ADMINS, BY_CODE),
    "alerts.tomorrow": (ANYBODY, FREELY),
    "approvals.approve": (APPROVERS, BY_CODE),
    "approvals.unapprove": (APPROVERS, FREELY),
    "boards.put_up": (ADMINS, FREELY),
    "captaining.answer": (CAPTAINS, FREELY),
    "captaining.begin": (CAPTAINS, FREELY),
    "captaining.count": (CAPTAINS, FREELY),
    "captaining.danger": (CAPTAINS, FREELY),
    "captaining.safe": (CAPTAINS, FREELY),
    "captains.be_away": (CAPTAINS, FREELY),
    "captains.hand_over": (CAPTAINS, BY_CODE),
    "day_report.report_day": (ANYBODY, FREELY),
    "door_messages.confirm": (EDITORS, FREELY),
    "door_messages.create": (EDITORS, FREELY),
    "door_messages.leave_out": (EDITORS, FREELY),
    "door_messages.set_ask": (EDITORS, FREELY),
    "door_messages.set_text": (EDITORS, FREELY),
    "door_messages.set_when": (EDITORS, FREELY),
    "door_messages.show": (EDITORS, FREELY),
    "door_messages.take_in": (EDITORS, FREELY),
    "door_pictures.attach": (EDITORS, FREELY),
    "door_pictures.attach_video": (EDITORS, FREELY),
    "door_pictures.describe": (EDITORS, FREELY),
    "door_pictures.say_graphic": (EDITORS, FREELY),
    "door_pictures.warn": (EDITORS, FREELY),
    "door_posts.drop": (EDITORS, FREELY),
    "door_posts.follow": (EDITORS, FREELY),
    "door_posts.hold": (EDITORS, FREELY),
    "door_posts.look": (EDITORS, FREELY),
    "door_posts.schedule": (EDITORS, FREELY),
    "exceptions.allow": (APPROVERS, BY_CODE),
    "exceptions.withdraw": (COORDINATORS, FREELY),
    "groups.bind": (CAPTAINS, FREELY),
    "groups.set_hour": (CAPTAINS, FREELY),
    "groups.unbind": (CAPTAINS, FREELY),
    "groups.vet": (CAPTAINS, FREELY),
    "invites.invite": (ADMINS, BY_CODE),
    "invites.open_invites": (CAPTAINS, FREELY),
    "invites.revoke": (CAPTAINS, FREELY),
    "action_days.abort": (CAPTAINS | APPROVERS, FREELY),
    "action_days.delay": (CAPTAINS | APPROVERS, FREELY),
    "action_days.end": (CAPTAINS | APPROVERS, FREELY),
    "action_days.move": (CAPTAINS | APPROVERS, FREELY),
    "meetings.fill_in": (CAPTAINS | APPROVERS, FREELY),
    "meetings.meeting_of": (CAPTAINS | APPROVERS, FREELY),
    "pauses.pause": (COORDINATORS, FREELY),
    "pauses.resume": (APPROVERS, BY_CODE),
    "pauses.seen": (ANYBODY, FREELY),
    "pauses.stoppable": (ANYBODY, FREELY),
    "pending.ask_for_change": (APPROVERS, FREELY),
    "pending.reject": (APPROVERS, FREELY),
    "pending.waiting": (APPROVERS, FREELY),
    "keys.rotate": (ADMINS, BY_CODE),
    "launches.ask": (APPROVERS, BY_CODE),
    "launches.cancel": (COORDINATORS, FREELY),
    "launches.confirm": (APPROVERS, BY_CODE),
    "launches.look": (APPROVERS, FREELY),
    "people.grant": (ADMINS, BY_CODE),
    "people.in_charge": (ADMINS, FREELY),
    "people.lock": (ADMINS, FREELY),
    "people.unlock": (ADMINS, BY_CODE),
    "people.volunteers": (ANYBODY, FREELY),
    "people.withdraw": (ADMINS, BY_CODE),
    "photos.bring": (CAPTAINS, FREELY),
    "photos.clear": (APPROVERS, BY_CODE),
    "photos.next_photo": (APPROVERS, FREELY),
    "photos.scenes": (CAPTAINS, FREELY),
    "photos.withhold": (APPROVERS, FREELY),
    "plans.record_plan": (EDITORS, FREELY),
    "post_changes.cancel": (EDITORS, FREELY),
    "post_changes.require_open": (EDITORS, FREELY),
    "post_changes.reschedule": (EDITORS, FREELY),
    "post_changes.resolve_unknown": (EDITORS, FREELY),
    "readiness.lists": (CAPTAINS | APPROVERS, FREELY),
    "readiness.set_permit": (CAPTAINS | APPROVERS, FREELY),
    "readiness.tick": (CAPTAINS | APPROVERS, FREELY),
    "recipients.add": (APPROVERS, FREELY),
    "recipients.addresses": (ADMINS, BY_CODE),
    "recipients.remove": (COORDINATORS, FREELY),
    "results.results": (ANYBODY, FREELY),
    "retractions.retract_campaign": (APPROVERS, BY_CODE),
    "retractions.retract_post": (APPROVERS, BY_CODE),
    "status.status": (ANYBODY, FREELY),
    "urgent.plan_urgent": (EDITORS, FREELY),
    "wipe.wipe": (ADMINS, BY_CODE),
    "wipe.wipe_beside": (ADMINS, BY_CODE),
}
"""Each command, who may give it where their role covers everything, and whether it takes a code."""


def takes_an_actor(function: Any) -> bool:
    """Whether this is a command; steps of one, which get its transaction, are checked by their caller."""
    if not inspect.iscoroutinefunction(function) or function.__name__.startswith("_"):
        return False
    kinds = get_type_hints(function)
    return kinds.get("actor") is Actor and "connection" not in kinds


def found() -> dict[str, Command]:
    """Every command of the package, by its module and name."""
    modules = [
        importlib.import_module(f"{commands.__name__}.{module.name}")
        for module in pkgutil.iter_modules(commands.__path__)
    ]
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": function
        for module in modules
        for name, function in vars(module).items()
        if takes_an_actor(function) and function.__module__ == module.__name__
    }


COMMANDS = found()
CAMPAIGN = SimpleNamespace(id="demo", cities=(), languages=("de",))


async def ready(_: str) -> Any:
    return SimpleNamespace(ready=True)


def sample(name: str, kind: Any, store: Store, actor: Actor) -> Any:
    """Something that a command takes."""
    by_kind = {
        Store: store,
        Actor: actor,
        Clock: clock(),
        Vault: VAULT,
        NewAccount: NewAccount("new", "x", "en", "Press", "Run by the campaign"),
        Secret: Secret("token"),
        Campaign: CAMPAIGN,
        Binding: SimpleNamespace(campaign=CAMPAIGN, city="berlin", language="de"),
        Path: Path("no-key"),
        Checked: SimpleNamespace(campaign=SimpleNamespace(id="demo"), errors=("one",), problems=()),
        Verdict: Verdict.DROP,
        Invite: Invite(new_id(), None, "captain", MORNING + timedelta(days=7), handle="sami"),
        Grant: Grant(Role.VIEWER),
        datetime: MORNING + timedelta(days=1),
        int: 1,
    }
    by_name = {
        "scope": "everything",
        "seen": (),
        "lines": (),
        "kinds": CHANNELS,
        "verify": ready,
        "zone": "UTC",
    }
    return by_kind[kind] if kind in by_kind else by_name.get(name, "nothing")


async def outcome(command: Command, store: Store, actor: Actor) -> type[Exception] | None:
    """How a command ends for an actor: what it raised, or ``None``."""
    kinds = get_type_hints(command)
    given = {
        name: sample(name, kinds[name], store, actor)
        for name, parameter in inspect.signature(command).parameters.items()
        if parameter.default is parameter.empty
    }
    try:
        await command(**given)
    except Exception as error:  # noqa: BLE001 - whatever comes after the check is of no interest here
        return type(error)
    return None


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    """A store with one account; what is checked is the same on both databases."""
    store = Store(sqlite_url)
    await add_accounts(store, "a")
    yield store
    await store.close()


def test_every_command_has_a_row_in_the_table() -> None:
    assert set(COMMANDS) == set(WHO_MAY)


@pytest.mark.parametrize("name", COMMANDS)
async def test_whoever_was_granted_nothing_is_denied(store: Store, name: str) -> None:
    assert await outcome(COMMANDS[name], store, Actor("amal", grants=(), proven=True)) is Forbidden


@pytest.mark.parametrize("name", COMMANDS)
async def test_each_role_may_do_what_it_should_and_no_more(store: Store, name: str) -> None:
    ended = {
        role: await outcome(COMMANDS[name], store, Actor("amal", grants=(Grant(role),), proven=True))
        for role in Role
    }
    assert {role for role, error in ended.items() if error is not Forbidden} == WHO_MAY[name][0], ended
    assert CodeNeeded not in ended.values()


@pytest.mark.parametrize("name", COMMANDS)
async def test_what_takes_a_code_is_not_done_without_one(store: Store, name: str) -> None:
    ended = await outcome(COMMANDS[name], store, Actor("amal", grants=(Grant(Role.ADMIN),)))
    assert (ended is CodeNeeded) == WHO_MAY[name][1], ended


@pytest.mark.parametrize("name", COMMANDS)
async def test_whoever_sits_at_the_machine_is_asked_for_neither_role_nor_code(
    store: Store, name: str
) -> None:
    assert await outcome(COMMANDS[name], store, Actor("amal")) not in {Forbidden, CodeNeeded}
