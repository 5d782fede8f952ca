from pathlib import Path

from bot.rehearsal.acts import acts
from bot.rehearsal.mishaps import Mishap
from bot.rehearsal.stage import open_stage
from channels.rehearsal.faults import EVERY_ACCOUNT, Fault, FaultKind
from schedules.accounts import accounts
from schedules.commands.pauses import paused
from schedules.planning.destinations import AccountView
from tests.bot.rehearsal.factories import HOUR, NOON

GROUP = AccountView("telegram-berlin", "telegram", "de", "berlin")
PLATFORMS = {GROUP.name: GROUP.channel}


async def test_failure_of_one_post_is_asked_for_once_and_stays(tmp_path: Path) -> None:
    mishap = Mishap("refused", "", GROUP.name, NOON, (1,), FaultKind.REFUSE)
    async with open_stage([GROUP], tmp_path, NOON) as stage:
        (begin,) = acts(stage, mishap, PLATFORMS)
        await begin.do()
        assert begin.at == NOON
        assert stage.standins["telegram"].faults.due == [Fault(FaultKind.REFUSE, GROUP.name, count=1)]


async def test_platform_is_down_for_every_account_until_it_is_up_again(tmp_path: Path) -> None:
    mishap = Mishap("down", "", "telegram", NOON, (1,), FaultKind.UNAVAILABLE, ends_at=NOON + HOUR)
    async with open_stage([GROUP], tmp_path, NOON) as stage:
        begin, end = acts(stage, mishap, PLATFORMS)
        faults = stage.standins["telegram"].faults
        await begin.do()
        assert [(fault.account, fault.count) for fault in faults.due] == [(EVERY_ACCOUNT, None)]
        await end.do()
        assert faults.due == []
        assert end.at == NOON + HOUR


async def test_account_with_an_expired_token_is_reconnected_by_a_person(tmp_path: Path) -> None:
    mishap = Mishap("token", "", GROUP.name, NOON, (1,), FaultKind.EXPIRE_TOKEN, ends_at=NOON + HOUR)
    async with open_stage([GROUP], tmp_path, NOON) as stage:
        begin, end = acts(stage, mishap, PLATFORMS)
        await begin.do()
        assert not (await stage.verify(GROUP.name)).ready
        await accounts.hold(stage.app.store, GROUP.name, "The token has expired.", NOON)
        await end.do()
        assert (await accounts.get(stage.app.store, GROUP.name)).held is None


async def test_city_is_paused_by_one_person_and_resumed_by_two(tmp_path: Path) -> None:
    mishap = Mishap("paused", "", "berlin", NOON, (1,), ends_at=NOON + HOUR)
    async with open_stage([GROUP], tmp_path, NOON) as stage:
        begin, end = acts(stage, mishap, PLATFORMS)
        await begin.do()
        assert [pause.scope for pause in await paused(stage.app.store)] == ["city:berlin"]
        await end.do()
        assert await paused(stage.app.store) == ()


async def test_post_that_nobody_approves_needs_no_act(tmp_path: Path) -> None:
    mishap = Mishap("unapproved", "", GROUP.name, NOON, (1,))
    async with open_stage([GROUP], tmp_path, NOON) as stage:
        assert list(acts(stage, mishap, PLATFORMS)) == []
