"""Action days on the command line: looked at and changed, on the example campaign."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from content.loader import load_campaign
from schedules.clock import SystemClock
from schedules.planning.cities import CityState, Status, load_cities
from schedules.planning.record import record
from schedules.store.engine import Store
from tests.bot.cli.terminal import Terminal
from tests.support.bot_stage import EXAMPLE
from tests.support.deliveries import add_stale_campaign

CAMPAIGN = "white-balloons"


@pytest.fixture
def held(terminal: Terminal) -> Terminal:
    """A terminal in whose home the example is planned, without a post."""
    asyncio.run(_plan(terminal, CAMPAIGN))
    return terminal


async def _plan(terminal: Terminal, name: str, at: datetime | None = None) -> None:
    """Plan the example under a name, with the day at another time than its own."""
    campaign = load_campaign(EXAMPLE)
    days = tuple(each.model_copy(update={"at": at or each.at}) for each in campaign.action_days)
    campaign = campaign.model_copy(update={"id": name, "action_days": days})
    store = Store(f"sqlite+aiosqlite:///{terminal.home}/munasara.db")
    try:
        await record(store, SystemClock(), campaign, (), author="sara", kept=frozenset())
    finally:
        await store.close()


async def _state(terminal: Terminal, city: str) -> CityState:
    store = Store(f"sqlite+aiosqlite:///{terminal.home}/munasara.db")
    try:
        return (await load_cities(store, CAMPAIGN))["release", city]
    finally:
        await store.close()


def state(terminal: Terminal, city: str) -> CityState:
    return asyncio.run(_state(terminal, city))


def test_the_days_and_one_of_them_are_shown_with_what_people_changed(held: Terminal) -> None:
    (day,) = held.json("day", "show")
    assert (day["campaign"], day["day"], day["cities"]) == (CAMPAIGN, "release", 18)
    assert "What people changed" not in held.out("day", "show", "release")
    held.run("day", "delay", "release", "berlin", "--to", "30", "--yes")
    shown = held.out("day", "show", "release")
    assert "Action day release. T-0 is one instant, 2027-03-20 12:00 UTC." in shown
    assert "What people changed:" in shown
    rows = [line for line in shown.splitlines() if " T-0 " in line]
    assert [("13:30" in row, "30 minutes later" in row) for row in rows if row.startswith("berlin")] == [
        (True, True)
    ]
    assert not any("berlin" in row for row in rows if "13:00" in row)
    data = held.json("day", "show", "release")
    assert data["cities"] == [
        {"city": "berlin", "status": "planned", "later_by": "0:30:00", "place": "a", "permit": ""}
    ]
    assert {line["day"] for line in data["timelines"]} == {"release"}
    starts = {line["city"]: line["starts_at"] for line in data["timelines"]}
    assert [starts["berlin"], starts["hamburg"]] == [
        "2027-03-20T12:30:00+00:00",
        "2027-03-20T12:00:00+00:00",
    ]
    held.run("day", "abort", "release", "lyon", "--yes")
    [off] = [line for line in held.out("day", "show", "release").splitlines() if line.startswith("lyon (")]
    assert "called off: it does not take place" in off


def test_what_is_not_planned_or_not_clear_is_said(held: Terminal) -> None:
    assert "Look: munasara day show" in held.run("day", "ready", "tomorrow", code=3).stderr
    asyncio.run(_plan(held, "another"))
    shown = held.run("day", "ready", "release", code=3).stderr
    assert "Say which with --campaign." in shown
    assert len(held.json("day", "ready", "release", "--campaign", "another", code=1)) == 18


async def _add_stale(terminal: Terminal) -> None:
    store = Store(f"sqlite+aiosqlite:///{terminal.home}/munasara.db")
    try:
        await add_stale_campaign(store)
    finally:
        await store.close()


def test_a_campaign_that_nobody_can_read_is_named_and_hides_no_other_day(held: Terminal) -> None:
    asyncio.run(_add_stale(held))
    shown = held.run("day", "show")
    assert CAMPAIGN in shown.stdout
    assert "Left out: the campaign stale. Plan it again" in shown.stderr
    held.run("day", "delay", "release", "berlin", "--to", "30", "--yes")
    assert "munasara plan" in held.run("day", "show", "--campaign", "stale", code=3).stderr


def test_a_city_that_is_not_ready_says_why_and_is_an_exit_code(held: Terminal) -> None:
    shown = held.out("day", "ready", "release", code=1)
    assert "0 of 18 cities ready." in shown
    assert "Permit: applied for" in shown
    (berlin,) = [one for one in held.json("day", "ready", "release", code=1) if one["city"] == "berlin"]
    checks = {check["item"]: check for check in berlin["checks"]}
    assert checks["permit"] == {
        "item": "permit", "called": "Permit", "ready": True, "said": "notified", "ticked_by_hand": False,
    }  # fmt: skip
    assert checks["loudspeaker"]["called"] == "The loudspeaker has been tried"


def test_a_delay_is_asked_for_and_done_once(held: Terminal) -> None:
    words = ("day", "delay", "release", "berlin", "--to", "30")
    held.run(*words, typed="n\n", code=130)
    assert "Done in 1 city." in held.out(*words, typed="y\n")
    assert "nothing changed" in held.out(*words, "--yes")
    assert state(held, "berlin").delay == timedelta(minutes=30)


def test_a_city_is_held_ended_and_called_off(held: Terminal) -> None:
    held.run("people", "invite", "lena", "--role", "captain", "--scope", "city:berlin")
    early = held.run("day", "end", "release", "berlin", "--yes", code=3).stderr
    assert "munasara day abort release berlin" in early
    asyncio.run(_plan(held, CAMPAIGN, at=datetime(2026, 1, 10, 12, tzinfo=UTC)))
    held.run("day", "end", "release", "berlin", "--yes")
    assert state(held, "berlin").status is Status.ENDED
    assert "No account writes to volunteers." in held.out("day", "abort", "release", "lyon", "--yes")
    assert state(held, "lyon").status is Status.ABORTED
    shown = held.run("day", "delay", "release", "lyon", "--to", "30", "--yes", code=3).stderr
    assert "cannot be taken back" in shown


def test_any_city_of_a_day_is_held_although_nothing_else_names_it(held: Terminal) -> None:
    elsewhere = held.run("day", "hold", "release", "atlantis", code=3).stderr
    assert "does not take place in 'atlantis'. Its cities: berlin, hamburg," in elsewhere
    assert "munasara resume city:new-york" in held.out("day", "hold", "release", "new-york")
    held.run("pause", "city:cairo")
    assert held.json("status")["paused"] == ["city:cairo", "city:new-york"]


def test_a_whole_day_is_held(held: Terminal) -> None:
    assert f"munasara resume campaign:{CAMPAIGN}" in held.out("day", "hold", "release")
    assert held.json("status")["paused"] == [f"campaign:{CAMPAIGN}"]


def test_a_place_that_nobody_filled_in_is_not_moved_to(held: Terminal) -> None:
    shown = held.run("day", "move", "release", "berlin", "--yes", code=3).stderr
    assert "Nobody has filled in that place." in shown


def test_board_and_report_are_written(held: Terminal, tmp_path: Path) -> None:
    pages = held.out("day", "board", "release", "--out", str(tmp_path / "board")).splitlines()
    assert all(Path(page).read_text("utf-8").startswith("<!") for page in pages)
    assert len(pages) >= 1
    out = tmp_path / "release.html"
    held.run("day", "report", "release", "--out", str(out))
    assert out.read_text("utf-8").lower().startswith("<!doctype html>")
    assert held.out("day", "report", "release", "--csv").startswith("what,name,planned")


def test_json_is_json(held: Terminal) -> None:
    assert json.loads(held.out("day", "show", "release", "--json"))
