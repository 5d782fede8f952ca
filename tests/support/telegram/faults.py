"""Faults that a test orders."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final

KINDS: Final = (
    *("too_many_requests", "status", "delay", "late"),
    *("hang_up_before", "hang_up_after", "hold_before", "hold_after"),
)


@dataclass(eq=False, repr=False)
class Fault:
    """What goes wrong with the next ``times`` requests of a method, of any if it is ``*``.

    ``hold_before`` keeps a request waiting until ``release`` and only then takes it in; ``hold_after`` takes it in
    at once and keeps the answer back; ``late`` does so for ``seconds`` of the world's clock. ``hang_up_before`` and ``hang_up_after`` drop the connection likewise.
    """

    method: str
    kind: str
    times: int = 1
    chat: int | None = None
    retry_after: int | None = None
    status: int = 502
    seconds: float = 0.0
    struck: int = 0
    _released: asyncio.Event = field(default_factory=asyncio.Event)
    _has_struck: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise LookupError(f"there is no fault {self.kind}; there are {', '.join(KINDS)}")

    def concerns(self, method: str, chat: Any) -> bool:
        """Whether it strikes this request."""
        same_method = self.method in {"*", method} and not (self.method == "*" and method == "getUpdates")
        return self.struck < self.times and same_method and self.chat in {None, chat}

    def release(self) -> None:
        """Let go of what is held, and hold nothing more."""
        self.times = self.struck
        self._released.set()

    def strike(self) -> None:
        """Count one request that it spoils."""
        self.struck += 1
        self._has_struck.set()

    async def until_struck(self) -> None:
        """Wait for the first request that it spoils."""
        await self._has_struck.wait()

    async def until_released(self) -> None:
        await self._released.wait()

    async def until_released_or(self, alarm: asyncio.Event) -> None:
        waiting = {asyncio.create_task(each.wait()) for each in (self._released, alarm)}
        _, others = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in others:
            task.cancel()


class Faults:
    """All that were ordered; the first that concerns a request strikes it."""

    def __init__(self) -> None:
        self._ordered: list[Fault] = []

    def order(self, method: str, kind: str, **details: Any) -> Fault:
        """Let something go wrong from now on. ``details`` are the other fields of ``Fault``."""
        fault = Fault(method, kind, **details)
        self._ordered.append(fault)
        return fault

    def clear(self) -> None:
        """Let everything go right, and go on."""
        for fault in self._ordered:
            fault.release()
        self._ordered.clear()

    def strike(self, method: str, chat: Any) -> Fault | None:
        """The fault of this request, counted as having struck."""
        fault = next((fault for fault in self._ordered if fault.concerns(method, chat)), None)
        if fault is not None:
            fault.strike()
        return fault
