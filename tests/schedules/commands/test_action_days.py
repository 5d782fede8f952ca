"""An action day changes in a city: at once, there alone, through planning and approvals, and people are told."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import select

from content.loader import load_campaign
from content.models import Campaign
from content.richtext import from_json, plain
from schedules.accounts.accounts import REMOVED
from schedules.action_days.changes import APPROVE_AGAIN, CALLED_OFF
from schedules.action_days.meetings import Meeting, write_meeting
from schedules.commands.action_days import Changed, abort, delay, end, move
from schedules.commands.actor import Actor
from schedules.commands.alerts import Trouble, new_alerts
from schedules.commands.approvals import Seen, approve
from schedules.commands.pauses import pause
from schedules.commands.post_changes import reschedule
from schedules.errors import Forbidden, IllegalMove, ScheduleError
from schedules.ledger.values import Mark
from schedules.people.roles import Grant, Role
from schedules.planning.cities import Status, city_state
from schedules.planning.kits import Kits
from schedules.planning.reresolve import follow_time_zones
from schedules.store.engine import Store
from schedules.store.tables import account, campaign, delivery, post
from tests.support.crowd import VAULT
from tests.support.day_office import T0, day_office
from tests.support.office import SAMI, Office

HALF: Final = timedelta(minutes=30)
BERLIN: Final = frozenset({"berlin"})
NOWHERE: Final = frozenset[str]()
CAPTAIN: Final = Actor("cleo", (Grant(Role.CAPTAIN, "city:berlin"),))


@pytest.fixture
async def office(store: Store, tmp_path: Path) -> Office:
    return await day_office(store, tmp_path)


def _campaign(office: Office) -> Campaign:
    return load_campaign(office.folder)


async def _rows(office: Office, slot: str) -> list[Any]:
    """The deliveries of a slot, by city."""
    async with office.store.read() as connection:
        found = await connection.execute(
            select(delivery, post.c.body, post.c.digest)
            .join(post, post.c.id == delivery.c.post)
            .where(post.c.slot == slot)
            .order_by(delivery.c.city, delivery.c.kind)
        )
        return list(found.all())


async def _by_city(office: Office, slot: str) -> dict[str | None, Any]:
    return {row.city: row for row in await _rows(office, slot) if row.kind == "publish"}


async def _change(office: Office, change: Any, *more: Any, city: str | None = "berlin") -> Changed:
    found: Changed = await change(
        office.store, office.clock, CAPTAIN, _campaign(office), "rise", city, *more
    )
    return found


def _told(office: Office) -> list[str]:
    """Which slots reached whom."""
    keys = (key.split("/") for key in office.platform.published)
    return sorted(f"{key[1]} {key[-1].partition('#')[2] or key[3]}" for key in keys)


async def test_a_claim_that_is_held_while_its_city_is_aborted_is_never_sent(office: Office) -> None:
    office.clock.set(T0)
    held = [each for each in await office.ledger.claim(50, "w") if each.kind == "publish"]
    mine = next(each for each in held if each.account == "chat-berlin")
    theirs = next(each for each in held if each.account == "chat-lyon")
    await _change(office, abort)
    marked = await office.ledger.mark([Mark(each.id, each.claim, {}) for each in (mine, theirs)])
    assert list(marked) == [False, True]
    now = await _by_city(office, "rise:now")
    assert (now["berlin"].state, now["berlin"].reason) == ("cancelled", CALLED_OFF)
    assert now["lyon"].state == "sending"


async def test_an_aborted_city_is_told_and_the_others_go_on_without_it(office: Office) -> None:
    office.clock.set(T0 - timedelta(hours=1))
    await pause(office.store, office.clock, CAPTAIN, "city:berlin")
    done = await _change(office, abort)
    assert done == Changed(BERLIN, BERLIN, NOWHERE, 2)
    await office.run()
    assert _told(office) == ["rise:!aborted chat-berlin", "rise:!aborted:en ada"]
    everywhere, named = (
        (await _by_city(office, "rise:everywhere"))[None],
        (await _by_city(office, "rise:named"))[None],
    )
    assert "We stand in 2 cities: Lyon." in plain(from_json(everywhere.body["text"]))
    assert [(row.state, row.reason) for row in (everywhere, named)] == [("planned", APPROVE_AGAIN)] * 2
    urgent = [
        each
        for each in await new_alerts(office.store, office.clock, Kits(office.store))
        if each.trouble is Trouble.URGENT
    ]
    assert {each.subject for each in urgent} == {str(everywhere.post), str(named.post)}
    assert (await _change(office, abort)).cities == NOWHERE
    await office.plan()
    await office.approve()
    office.clock.set(T0 + timedelta(hours=4))
    await office.run()
    assert "rise:everywhere chat-en" in _told(office)
    assert not {"rise:now chat-berlin", "rise:well-done:en ada"} & set(_told(office))
    assert {"rise:well-done:en lou"} <= set(_told(office))


async def test_a_delay_survives_planning_and_approval_and_is_added_once(office: Office) -> None:
    office.clock.set(T0 - timedelta(minutes=40))
    before = (await _by_city(office, "rise:now"))["berlin"]
    assert (await _change(office, delay, HALF)).told == BERLIN
    assert (await _change(office, delay, HALF)).cities == NOWHERE
    office.say("We begin half an hour later.", message="delayed")
    await office.plan()
    waits = (await _by_city(office, "rise:!delayed:en"))["lyon"]
    with pytest.raises(IllegalMove, match="tells of a change"):
        await reschedule(office.store, office.clock, SAMI, waits.post, datetime(2026, 9, 6, 12), "UTC")
    async with office.store.write() as connection:
        await connection.execute(campaign.update().values(tzdata="2020a"))
        aged = delivery.update().where(delivery.c.id == waits.id)
        await connection.execute(aged.values(planned_at=T0 - HALF))
    assert [each.post for each in await follow_time_zones(office.store, office.clock)] == [waits.post]
    now = await _by_city(office, "rise:now")
    assert [now[city].planned_at for city in ("berlin", "lyon")] == [T0 + HALF, T0]
    assert (now["berlin"].digest, now["berlin"].state) == (before.digest, "ready")
    await office.run()
    assert "rise:!delayed:en ada" in _told(office)
    office.clock.set(T0)
    await office.run()
    assert "rise:now chat-berlin" not in _told(office)
    assert "rise:now chat-lyon" in _told(office)
    office.clock.set(T0 + HALF)
    await office.run()
    assert "rise:now chat-berlin" in _told(office)
    assert (await _by_city(office, "rise:!delayed:en"))["lyon"].state == "ready"
    office.clock.set(T0 + timedelta(hours=13))
    await office.run()
    assert (await _by_city(office, "rise:!delayed:en"))["lyon"].state == "cancelled"


async def test_a_text_that_nobody_approved_tells_nobody_until_somebody_does(office: Office) -> None:
    office.say("It is off.", message="aborted")
    await office.plan()
    office.clock.set(T0 - timedelta(hours=1))
    done = await _change(office, abort)
    assert (done.told, done.untold, done.waiting, done.unreached) == (NOWHERE, BERLIN, BERLIN, NOWHERE)
    await office.run()
    assert not [each for each in _told(office) if "aborted" in each]
    alerts = await new_alerts(office.store, office.clock, Kits(office.store))
    assert {Trouble.URGENT, Trouble.UNHEARD} <= {each.trouble for each in alerts}
    waiting = (await _by_city(office, "rise:!aborted:en"))["berlin"]
    await approve(office.store, office.clock, SAMI, [Seen(waiting.post, waiting.digest)])
    await office.run()
    assert "rise:!aborted:en ada" in _told(office)


async def test_who_is_told_nothing_is_not_said_to_know_and_the_cause_is_told(office: Office) -> None:
    office.clock.set(T0 - timedelta(hours=2))
    unfit = await _change(office, delay, timedelta(minutes=45))
    assert (unfit.untold, unfit.waiting, unfit.unreached) == (BERLIN, NOWHERE, NOWHERE)
    with pytest.raises(ScheduleError, match="cannot be earlier again: whoever knows"):
        await _change(office, delay, HALF)
    async with office.store.write() as connection:
        await connection.execute(delivery.delete().where(delivery.c.account.in_(("bot", "chat-berlin"))))
        bot = account.update().where(account.c.id == "bot")
        await connection.execute(bot.values(held=REMOVED))
    off = await _change(office, abort)
    assert (off.untold, off.waiting, off.unreached) == (BERLIN, NOWHERE, BERLIN)
    with pytest.raises(ScheduleError, match=r"there any more\. This cannot be taken back") as raised:
        await _change(office, delay, timedelta(hours=1))
    assert "told" not in str(raised.value)


async def test_after_the_end_come_thanks_and_nothing_else(office: Office) -> None:
    await _change(office, delay, HALF)
    office.clock.set(T0 + HALF - timedelta(minutes=1))
    for actor, city in ((CAPTAIN, "berlin"), (SAMI, None)):
        with pytest.raises(ScheduleError, match=r"not begun yet in: berlin\..*munasara day abort rise"):
            await end(office.store, office.clock, actor, _campaign(office), "rise", city)
    office.clock.set(T0 + HALF)
    await _change(office, end)
    await office.run()
    await office.plan()
    office.clock.set(T0 + timedelta(hours=4))
    await office.run()
    assert "rise:now chat-berlin" not in _told(office)
    assert {"rise:!ended:en ada", "rise:well-done:en ada"} <= set(_told(office))
    with pytest.raises(ScheduleError, match="over"):
        await _change(office, delay, HALF)


async def test_the_other_place_is_told_once_the_first_one_was(office: Office) -> None:
    folder, names = _campaign(office), ("balloons", "rise", "berlin")

    async def go(place: str) -> Changed:
        return await move(office.store, VAULT, office.clock, CAPTAIN, folder, "rise", "berlin", place)

    office.clock.set(T0 - timedelta(hours=4))
    with pytest.raises(ScheduleError, match="Nobody has filled in"):
        await go("b")
    await write_meeting(office.store, VAULT, office.clock, *names, Meeting(a="the bridge", b="the park"))
    early = await go("b")
    assert (early.cities, early.told, early.untold) == (BERLIN, NOWHERE, NOWHERE)
    await go("a")
    office.clock.set(T0 - timedelta(hours=1))
    assert (await go("b")).told == BERLIN
    assert (await go("b")).cities == NOWHERE
    assert (await city_state(office.store, *names)).place == "b"
    with pytest.raises(ScheduleError, match="guarded"):
        await move(office.store, VAULT, office.clock, SAMI, folder, "rise", "aleppo", "b")


async def test_a_captain_changes_her_city_alone_and_an_organiser_the_whole_day(office: Office) -> None:
    folder, day = _campaign(office), "rise"
    for city in ("lyon", None):
        with pytest.raises(Forbidden):
            await abort(office.store, office.clock, CAPTAIN, folder, day, city)
    organiser = Actor("orla", (Grant(Role.APPROVER, "campaign:balloons"),))
    await asyncio.gather(
        *(abort(office.store, office.clock, organiser, folder, day, None) for _ in range(2))
    )
    for city in ("berlin", "lyon", "aleppo"):
        assert (await city_state(office.store, "balloons", day, city)).status is Status.ABORTED
    await office.run()
    office.clock.set(T0 + timedelta(hours=4))
    await office.run()
    assert _told(office) == ["rise:!aborted chat-berlin", "rise:!aborted:en ada", "rise:!aborted:en lou"]
    with pytest.raises(ScheduleError, match="cannot be taken back"):
        await end(office.store, office.clock, organiser, folder, day, "berlin")
