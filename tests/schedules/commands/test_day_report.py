import pytest

from schedules.commands.actor import Actor
from schedules.commands.day_report import report_day
from schedules.errors import Forbidden, ScheduleError
from schedules.people.roles import Grant, Role
from schedules.planning.kits import Kits
from tests.support.office import AMAL, BERLIN, Office

DAY = 'title = {en = "The day"}\nat = 2026-09-06T15:00:00\n'
ELSEWHERE = Grant(Role.VIEWER, "campaign:other")


async def test_whoever_may_look_at_a_campaign_gets_the_report_of_its_days(office: Office) -> None:
    office.edit("cities.toml", BERLIN)
    office.edit("action_days/rise.toml", DAY)
    await office.plan()
    kits = Kits(office.store)
    report = await report_day(office.store, office.clock, AMAL, kits, "balloons", "rise")
    assert (report.day.id, report.everything.planned) == ("rise", 0)
    with pytest.raises(ScheduleError, match="no action day 'fall'"):
        await report_day(office.store, office.clock, AMAL, kits, "balloons", "fall")
    elsewhere = Actor("eva", grants=(ELSEWHERE,))
    with pytest.raises(Forbidden):
        await report_day(office.store, office.clock, elsewhere, kits, "balloons", "rise")
