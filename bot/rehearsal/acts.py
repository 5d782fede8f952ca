"""Mishaps as things that happen at a moment: the stand-in fails, a person pauses or reconnects."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from bot.rehearsal.cast import ACTORS
from bot.rehearsal.mishaps import Mishap
from bot.rehearsal.stage import Act, Stage
from channels.rehearsal.faults import EVERY_ACCOUNT, Fault, FaultKind
from schedules.commands import accounts, pauses

ONCE: Final = 1


def acts(stage: Stage, mishap: Mishap, platforms: dict[str, str]) -> Iterator[Act]:
    """What has to happen on this stage for a mishap."""
    if mishap.kind is None:
        if mishap.ends_at is not None:
            yield from _pausing(stage, mishap, mishap.ends_at)
        return
    platform = platforms.get(mishap.scope, mishap.scope)
    fault = Fault(
        mishap.kind,
        account=mishap.scope if mishap.scope in platforms else EVERY_ACCOUNT,
        count=None if mishap.ends_at else ONCE,
        seconds=mishap.seconds,
    )
    faults = stage.standins[platform].faults

    async def begin() -> None:
        faults.add(fault)

    async def end() -> None:
        faults.due.remove(fault)
        if fault.kind is FaultKind.EXPIRE_TOKEN:
            await accounts.release(stage.app.store, ACTORS[0], fault.account, stage.verify)

    yield Act(mishap.begins_at, begin)
    if mishap.ends_at is not None:
        yield Act(mishap.ends_at, end)


def _pausing(stage: Stage, mishap: Mishap, ends_at: datetime) -> Iterator[Act]:
    scope = f"city:{mishap.scope}"

    async def begin() -> None:
        await pauses.pause(stage.app.store, stage.clock, ACTORS[0], scope)

    async def end() -> None:
        for actor in ACTORS[:2]:
            await pauses.resume(stage.app.store, stage.clock, actor, scope)

    yield Act(mishap.begins_at, begin)
    yield Act(ends_at, end)
