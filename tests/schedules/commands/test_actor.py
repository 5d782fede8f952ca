import pytest

from schedules.commands.actor import Actor
from schedules.errors import CodeNeeded, Forbidden, ScheduleError
from schedules.people import audit
from schedules.people.audit import Journal
from schedules.people.roles import Grant, Role
from schedules.store.engine import Store
from tests.support.crowd import VAULT, clock


@pytest.mark.parametrize("name", ["amal", "a", "amal.k", "night-desk_2", "7", "a" * 64])
def test_a_short_handle_is_taken(name: str) -> None:
    assert Actor(name).name == name


@pytest.mark.parametrize(
    "name", ["", " ", "Amal", "amal k", "-amal", "amal\n", "\u0430mal", "a" * 65, "amal\u202e", "a:b"]
)
def test_anything_else_is_refused_with_what_to_write(name: str) -> None:
    with pytest.raises(ScheduleError, match="Give a short handle"):
        Actor(name)


def test_one_handle_is_one_person() -> None:
    assert Actor("amal") == Actor("amal") != Actor("sami")


def test_whoever_sits_at_the_machine_may_do_everything() -> None:
    actor = Actor("amal")
    actor.require(Role.ADMIN, {"city:berlin"})
    actor.require_somewhere(Role.ADMIN)
    actor.require_coordinator()
    actor.require_proof()
    assert actor.may(Role.ADMIN)


def test_whoever_was_granted_nothing_may_do_nothing() -> None:
    actor = Actor("amal", ())
    for role in Role:
        assert not actor.may(role, {"city:berlin"})
        with pytest.raises(Forbidden, match=f"takes the role {role} there"):
            actor.require(role)
        with pytest.raises(Forbidden):
            actor.require_somewhere(role)
    with pytest.raises(Forbidden, match="takes one of the roles editor, captain there"):
        actor.require_coordinator()


def test_what_was_granted_for_everything_holds_everywhere() -> None:
    actor = Actor("amal", (Grant(Role.APPROVER),))
    actor.require(Role.EDITOR, {"city:berlin"})
    actor.require(Role.APPROVER)
    with pytest.raises(Forbidden):
        actor.require(Role.CAPTAIN, {"city:berlin"})


def test_what_was_granted_somewhere_holds_there_alone() -> None:
    actor = Actor("amal", (Grant(Role.CAPTAIN, "city:berlin"),))
    actor.require(Role.CAPTAIN, {"city:berlin", "campaign:demo"})
    actor.require_somewhere(Role.EDITOR, Role.CAPTAIN)
    actor.require_coordinator({"city:berlin"})
    for elsewhere in (set[str](), {"city:paris"}, {"everything"}):
        with pytest.raises(Forbidden):
            actor.require(Role.CAPTAIN, elsewhere)
        with pytest.raises(Forbidden):
            actor.require_coordinator(elsewhere)


def test_a_viewer_stops_nothing() -> None:
    with pytest.raises(Forbidden):
        Actor("amal", (Grant(Role.VIEWER),)).require_coordinator()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.VIEWER}))
def test_everybody_else_stops_things(role: Role) -> None:
    Actor("amal", (Grant(role),)).require_coordinator({"city:berlin"})


def test_a_code_is_asked_of_whoever_did_not_show_one() -> None:
    with pytest.raises(CodeNeeded, match="15 minutes"):
        Actor("amal", (Grant(Role.ADMIN),)).require_proof()
    Actor("amal", (Grant(Role.ADMIN),), proven=True).require_proof()


async def test_what_they_do_is_recorded_where_they_have_a_journal(store: Store) -> None:
    recorded = Actor("amal", journal=Journal(VAULT, clock()))
    for actor in (recorded, Actor("sami")):
        async with store.write() as connection:
            await actor.record(connection, "paused", "everything")
    (record,) = await audit.records(store, 10)
    assert (record.actor, record.act, record.object) == ("amal", "paused", "everything")


def test_an_actor_shows_nothing_of_a_journal_and_is_the_same_without_one() -> None:
    recorded = Actor("amal", journal=Journal(VAULT, clock()))
    assert recorded == Actor("amal")
    assert "Journal" not in repr(recorded)
