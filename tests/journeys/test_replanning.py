"""Whatever people do to a folder, at the doors and to the worker, in any order: the promises of re-planning hold."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import distinct, func, select

from channels.base import Feature, OutgoingPost, Receipt
from channels.errors import ChannelError, NotAuthorised, OutcomeUnknown, RateLimited, Refused, Unreachable
from content.richtext import to_json
from schedules.commands.approvals import Seen, approve
from schedules.commands.post_changes import Verdict, cancel, reschedule, resolve_unknown
from schedules.commands.posts import PostView
from schedules.errors import ScheduleError
from schedules.ledger.values import Mark
from schedules.lifecycle import UNCLAIMED, State
from schedules.planning.changes import GONE_FROM_FOLDER
from schedules.store.engine import Store
from schedules.store.tables import account, approval, delivery, lane, metadata, post
from tests.support.moves import forget_moves, illegal_moves, watch_moves
from tests.support.office import AMAL, INES, LEASE, SAMI, Office

T = TypeVar("T")
SLOTS = ("one", "two", "three", "four", "five")
HOURS = (18, 9, 12)
WORDS = ("White balloons.", "They rise at noon.", "Not one is forgotten.")
LATE = ("5m", "2h", "12h")
MESSAGE = """[ask]
kind = "sign"
text = {en = "Sign the petition"}
effort = "low"
next_step = {en = "Tell a friend"}
link = "https://example.org/sign"
"""
FAULTS: dict[str, Callable[[], ChannelError]] = {
    "refused": lambda: Refused("telegram", "chat-en", "No."),
    "unreachable": lambda: Unreachable("telegram", "chat-en", "No."),
    "limited": lambda: RateLimited("telegram", "chat-en", "No.", timedelta(minutes=2)),
    "unauthorised": lambda: NotAuthorised("telegram", "chat-en", "No."),
    "silence before": lambda: OutcomeUnknown("telegram", "chat-en", "No."),
}


class Replanning(RuleBasedStateMachine):
    """One office; what its platform saw is compared with what its people approved."""

    store: Store
    runner: asyncio.Runner
    features: tuple[Feature, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self.home = TemporaryDirectory()
        self.office = Office(self.store, Path(self.home.name), *self.features)
        self.slots = {name: self._slot(name) for name in SLOTS}
        self.wrong: list[str] = []
        self.ended: dict[str, PostView] = {}
        self.office.platform.on_publish = self._judge
        self._do(self._empty())

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def _empty(self) -> None:
        async with self.store.write() as connection:
            for table in reversed(metadata.sorted_tables):
                await connection.execute(table.delete())
        await forget_moves(self.store)
        await self.office.open()

    def _slot(self, name: str) -> dict[str, Any]:
        day = SLOTS.index(name) + 5
        return {
            "id": name,
            "message": name,
            "channels": ["telegram"],
            "at": f"2026-09-{day:02}T12:00:00",
            "late_by": "12h",
        }

    async def _judge(self, outgoing: OutgoingPost) -> None:
        """At the moment of sending: these words, at this time, signed by somebody, and not withdrawn."""
        async with self.store.read() as connection:
            row = (
                await connection.execute(
                    select(
                        post.c.body,
                        delivery.c.state,
                        delivery.c.expires_at,
                        select(func.count(distinct(approval.c.actor)))
                        .where(approval.c.post == post.c.id, approval.c.digest == post.c.digest)
                        .scalar_subquery()
                        .label("signed"),
                    )
                    .join_from(post, delivery, delivery.c.post == post.c.id)
                    .where(post.c.key == outgoing.key, delivery.c.kind == "publish")
                )
            ).one()
        if row.body["text"] != to_json(outgoing.text):
            self.wrong.append(f"{outgoing.key}: other words than recorded")
        if not row.signed:
            self.wrong.append(f"{outgoing.key}: nobody approved this version")
        if row.state != State.SENDING or row.expires_at <= self.office.clock.now():
            self.wrong.append(f"{outgoing.key}: sent while {row.state}, or too late")

    @initialize()
    def begin(self) -> None:
        for name in SLOTS:
            self.office.edit(f"messages/{name}/message.toml", MESSAGE)
            self.office.say(f"{WORDS[0]} {name}", name)
        self.office.write(*self.slots.values())
        self._do(self.office.plan())

    @rule(
        name=st.sampled_from(SLOTS),
        edit=st.sampled_from(["move", "text", "delete", "put back", "late policy", "pin"]),
        number=st.integers(0, 2),
    )
    def edit_the_folder(self, name: str, edit: str, number: int) -> None:
        slot = self.slots.get(name, self._slot(name))
        if edit == "move":
            day = self.office.clock.now() + timedelta(days=number)
            self.slots[name] = {**slot, "at": f"{day:%Y-%m-%d}T{HOURS[number]:02}:00:00"}
        elif edit == "text":
            self.office.say(f"{WORDS[number]} {name}", name)
        elif edit == "delete":
            self.slots.pop(name, None)
        elif edit == "put back":
            self.slots[name] = slot
        elif edit == "late policy":
            self.slots[name] = {**slot, "late_by": LATE[number]}
        else:
            self.slots[name] = {**slot, "pin": number > 0}

    @rule(actor=st.sampled_from([AMAL, INES]), then_approve=st.booleans())
    def plan_again(self, actor: Any, then_approve: bool) -> None:
        self.office.write(*self.slots.values())
        self._do(self.office.plan(actor))
        waiting = {post.slot for post in self._posts() if post.state in UNCLAIMED}
        assert waiting <= set(self.slots)
        if then_approve:
            self._do(self.office.approve())

    @rule()
    def approve_everything(self) -> None:
        self._do(self.office.approve())

    @rule(name=st.sampled_from(SLOTS))
    def approve_what_was_seen_yesterday(self, name: str) -> None:
        seen = [Seen(post.id, "an older digest") for post in self._posts() if post.slot == name]
        done = self._do(approve(self.store, self.office.clock, SAMI, seen))
        assert (done.ready, done.waiting) == ((), ())

    @rule(name=st.sampled_from(SLOTS))
    def cancel_at_a_door(self, name: str) -> None:
        self._at_a_door(name, lambda found: cancel(self.store, self.office.clock, SAMI, found.id))

    @rule(name=st.sampled_from(SLOTS), hours=st.sampled_from([1, 7, 30]))
    def reschedule_at_a_door(self, name: str, hours: int) -> None:
        wall = (self.office.clock.now() + timedelta(hours=hours)).replace(tzinfo=None)
        self._at_a_door(
            name,
            lambda found: reschedule(self.store, self.office.clock, SAMI, found.id, wall, "Africa/Abidjan"),
        )

    @rule(name=st.sampled_from(SLOTS), otherwise=st.sampled_from([Verdict.AGAIN, Verdict.DROP]))
    def look_and_say_what_became_of_it(self, name: str, otherwise: Verdict) -> None:
        def say(found: PostView) -> Coroutine[Any, Any, None]:
            verdict = Verdict.SENT if found.key in self.office.platform.published else otherwise
            return resolve_unknown(self.store, self.office.clock, SAMI, found.id, verdict)

        self._at_a_door(name, say)

    @rule(fault=st.sampled_from(sorted(FAULTS)))
    def let_the_platform_fail_once(self, fault: str) -> None:
        self.office.platform.script["chat-en"].append(FAULTS[fault]())

    @rule()
    def let_the_answer_be_lost(self) -> None:
        """The platform accepts the next post, and nobody hears of it."""
        platform = self.office.platform

        async def accept_in_silence(outgoing: OutgoingPost) -> None:
            platform.on_publish = self._judge
            await self._judge(outgoing)
            platform.published.append(outgoing.key)
            platform.found[outgoing.key] = Receipt("found", None, self.office.clock.now())
            raise OutcomeUnknown("telegram", "chat-en", "The line died after it was accepted.")

        platform.on_publish = accept_in_silence

    @rule(minutes=st.sampled_from([0, 1, 30, 180]))
    def work_a_while(self, minutes: int) -> None:
        self._work_until(self.office.clock.now() + timedelta(minutes=minutes))

    @rule(count=st.integers(1, 3))
    def work_through_what_is_due_next(self, count: int) -> None:
        for _ in range(count):
            due = [post.due_at for post in self._posts() if post.state in UNCLAIMED]
            self._work_until(min(due, default=self.office.clock.now()))

    def _work_until(self, instant: datetime) -> None:
        self.office.clock.set(instant)
        self._do(self.office.run())

    @rule(marked=st.booleans(), restart=st.booleans())
    def lose_a_worker_at_work(self, marked: bool, restart: bool) -> None:
        async def die() -> None:
            held = await self.office.ledger.claim(1, "doomed")
            if marked and held:
                await self.office.ledger.mark([Mark(held[0].id, held[0].claim, {})])
            if restart:
                self.office.clock.set(self.office.clock.now() + LEASE)
                await self.office.run()

        self._do(die())

    @rule()
    def reconnect_the_account(self) -> None:
        async def reconnect() -> None:
            async with self.store.write() as connection:
                await connection.execute(account.update().values(held=None, held_at=None))
                await connection.execute(lane.update().values(tat=lane.c.blocked_until))

        self._do(reconnect())

    def _at_a_door(self, name: str, change: Callable[[PostView], Coroutine[Any, Any, object]]) -> None:
        for found in self._posts():
            if found.slot == name:
                with contextlib.suppress(ScheduleError):
                    self._do(change(found))

    def _posts(self) -> list[PostView]:
        return list(self._do(self.office.posts()).values())

    @invariant()
    def nothing_is_accepted_twice(self) -> None:
        counts = Counter(self.office.platform.published)
        assert [key for key, count in counts.items() if count > 1] == []

    @invariant()
    def nothing_is_sent_that_was_not_approved(self) -> None:
        assert self.wrong == []

    @invariant()
    def what_was_sent_stays_as_it_was(self) -> None:
        now = {found.key: found for found in self._posts()}
        for key, before in self.ended.items():
            assert now[key] == before
        self.ended |= {key: found for key, found in now.items() if found.state is State.SENT}

    @invariant()
    def what_was_accepted_is_never_called_unsent(self) -> None:
        for found in self._posts():
            if found.key in self.office.platform.published:
                assert found.state in {State.SENT, State.UNKNOWN, State.SENDING}, found

    @invariant()
    def withdrawn_posts_are_named_and_were_not_sent(self) -> None:
        for found in self._posts():
            if found.reason == GONE_FROM_FOLDER:
                assert found.state is State.CANCELLED
                assert found.key not in self.office.platform.published

    @invariant()
    def every_move_is_a_legal_one(self) -> None:
        assert self._do(illegal_moves(self.store)) == []

    def teardown(self) -> None:
        self.home.cleanup()


@pytest.mark.parametrize("features", [(Feature.PIN,), (Feature.PIN, Feature.FIND)], ids=["blind", "finds"])
def test_the_promises_of_replanning_hold_in_any_order(
    database_url: str, features: tuple[Feature, ...]
) -> None:
    with asyncio.Runner() as runner:
        store = Store(database_url)
        runner.run(watch_moves(store))
        kind = type("Machine", (Replanning,), {"store": store, "runner": runner, "features": features})
        try:
            run_state_machine_as_test(
                kind,
                settings=settings(
                    max_examples=10,
                    stateful_step_count=30,
                    derandomize=True,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(store.close())


STEPS: dict[str, tuple[int, dict[str, tuple[Any, ...]]]] = {
    "edit_the_folder": (
        4,
        {
            "name": SLOTS,
            "edit": ("move", "text", "delete", "put back", "put back", "late policy", "pin"),
            "number": (0, 1, 2),
        },
    ),
    "plan_again": (5, {"actor": (AMAL, INES), "then_approve": (True, True, False)}),
    "approve_everything": (2, {}),
    "approve_what_was_seen_yesterday": (1, {"name": SLOTS}),
    "cancel_at_a_door": (1, {"name": SLOTS}),
    "reschedule_at_a_door": (2, {"name": SLOTS, "hours": (1, 7, 30)}),
    "look_and_say_what_became_of_it": (2, {"name": SLOTS, "otherwise": (Verdict.AGAIN, Verdict.DROP)}),
    "let_the_platform_fail_once": (2, {"fault": tuple(sorted(FAULTS))}),
    "let_the_answer_be_lost": (1, {}),
    "work_a_while": (3, {"minutes": (0, 1, 30, 180)}),
    "work_through_what_is_due_next": (3, {"count": (1, 2, 3)}),
    "lose_a_worker_at_work": (1, {"marked": (True, False), "restart": (True, False)}),
    "reconnect_the_account": (2, {}),
}
"""How often each step is taken in a long history, and with what."""


@pytest.mark.parametrize("seed", range(4))
def test_the_promises_hold_through_a_long_history(database_url: str, seed: int) -> None:
    draw = random.Random(seed)
    with asyncio.Runner() as runner:
        store = Store(database_url)
        runner.run(watch_moves(store))
        features = (Feature.PIN, Feature.FIND) if seed % 2 else (Feature.PIN,)
        kind = type("Machine", (Replanning,), {"store": store, "runner": runner, "features": features})
        try:
            for _ in range(3):
                _live_through(kind(), draw, 60)
        finally:
            runner.run(store.close())


def _live_through(machine: Replanning, draw: random.Random, steps: int) -> None:
    machine.begin()
    weights = [weight for weight, _ in STEPS.values()]
    for name in draw.choices(list(STEPS), weights, k=steps):
        getattr(machine, name)(**{key: draw.choice(values) for key, values in STEPS[name][1].items()})
        for check in CHECKS:
            getattr(machine, check)()
    machine.teardown()


CHECKS = (
    "nothing_is_accepted_twice",
    "nothing_is_sent_that_was_not_approved",
    "what_was_sent_stays_as_it_was",
    "what_was_accepted_is_never_called_unsent",
    "withdrawn_posts_are_named_and_were_not_sent",
    "every_move_is_a_legal_one",
)
