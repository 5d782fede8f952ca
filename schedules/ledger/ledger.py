"""The ledger: every change of a delivery's state is one short transaction here."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias
from uuid import uuid4

from sqlalchemy import Connection, CursorResult, Row, select

from channels.base import Prepared, Receipt
from schedules.clock import Clock
from schedules.ledger.lanes import Allotment, Lane, allot
from schedules.ledger.media import frozen_files
from schedules.ledger.sql import statements
from schedules.ledger.values import Claimed, Mark, Settlement, storable
from schedules.lifecycle import ESCALATE, REMIND, State, part_number
from schedules.retry import MOST_CRASHES
from schedules.store import tables
from schedules.store.columns import MICROSECOND, from_micros, to_micros
from schedules.store.engine import Store

AnyRow: TypeAlias = Row[*tuple[Any, ...]]

LOST: Final = "The worker stopped before anything was sent."
POISONOUS: Final = "A worker stopped three times while it held this post."
POISONOUS_REMEDY: Final = "Look at its media and text, change them, and plan again."
UNAPPROVED: Final = "Nobody approved it in time."
TOO_LATE: Final = "Its time ran out before it could be sent."
EXPIRED_REMEDY: Final = (
    "Reschedule it if it still makes sense: munasara posts reschedule <id> --at YYYY-MM-DDTHH:MM."
)
UNNEEDED: Final = "It was not needed."
UNANSWERED: Final = "Nobody said in time that it is published."
UNANSWERED_REMEDY: Final = (
    "If it is, say so: munasara posts resolve <id> --sent <link>. If not, and it still makes sense: "
    "munasara posts reschedule <id> --at YYYY-MM-DDTHH:MM."
)
UNWANTED: Final = "The volunteer paused, left, does not come any more, or lowered what is safe for them."
FOLLOWER_DROPPED: Final = "The post that it belongs to did not go out."
ANSWERED: Final = "The post that it is about waits for nobody any more."
URGE_AFTER: Final = {REMIND: timedelta(minutes=15), ESCALATE: timedelta(minutes=30)}
"""How long after a post was handed to a person she is reminded once, and then the next person is told."""


class Ledger:
    """Claims, marks and settles deliveries on one store.

    Args:
        clock: Where "now" comes from when the server does not tell it.
        server_time: Let PostgreSQL tell the time; ``False`` where the clock is set by hand.
        lease: How long a claim, and then a send, may take before others step in.
    """

    def __init__(self, store: Store, clock: Clock, *, server_time: bool, lease: timedelta) -> None:
        self.store = store
        self.clock = clock
        self.lease = lease
        self._lease_micros = lease // MICROSECOND
        self._server_time = server_time and not store.is_sqlite
        self._sql = statements(sqlite=store.is_sqlite, server_time=server_time)

    def _bind(self, rows: Sequence[Mapping[str, Any]] | None = None, **values: Any) -> dict[str, Any]:
        bound = dict(values)
        if rows is not None:
            bound["rows"] = json.dumps(rows, ensure_ascii=False)
        if not self._server_time:
            bound["now"] = to_micros(self.clock.now())
        return bound

    def _execute(
        self,
        connection: Connection,
        name: str,
        rows: Sequence[Mapping[str, Any]] | None = None,
        **values: Any,
    ) -> CursorResult[*tuple[Any, ...]]:
        return connection.exec_driver_sql(getattr(self._sql, name), self._bind(rows, **values))

    async def claim(self, most: int, worker: str) -> tuple[Claimed, ...]:
        """Take up to ``most`` deliveries that are due, within every lane's budget."""
        claim = f"send-{worker}-{uuid4().hex[:12]}"
        return await self.store.run(lambda connection: self._claim(connection, most, claim))

    def _claim(self, connection: Connection, most: int, claim: str) -> tuple[Claimed, ...]:
        accounts = self._execute(connection, "candidates").all()
        if not accounts:
            return ()
        lanes = self._lock_lanes(connection, accounts)
        rows = self._take_from_lanes(connection, accounts, lanes, most, claim)
        return tuple(_claimed(row, claim) for row in rows)

    def _lock_lanes(self, connection: Connection, accounts: Sequence[AnyRow]) -> dict[str, Lane]:
        lanes: dict[str, Lane] = {}
        for statement, column in (("destinations", 1), ("credentials", 2)):
            wanted = [
                {"id": name} for name in sorted({account[column] for account in accounts} - set(lanes))
            ]
            if wanted:
                lanes |= {row.id: Lane(*row) for row in self._execute(connection, statement, wanted)}
        return lanes

    def _take_from_lanes(
        self,
        connection: Connection,
        accounts: Sequence[AnyRow],
        lanes: dict[str, Lane],
        most: int,
        claim: str,
    ) -> list[AnyRow]:
        """Ask again while accounts that were asked had less to send than they were given room for."""
        taken: list[AnyRow] = []
        spent: set[str] = set()
        fair = -(-most // len(accounts))
        waiting = [account for account in accounts if {account[1], account[2]} <= lanes.keys()]
        while allotted := allot(waiting, lanes, fair, most - len(taken)):
            rows = self._take(connection, allotted, claim)
            taken.extend(rows)
            for account, count in Counter(row.account for row in rows).items():
                for name in allotted[account].lanes:
                    lanes[name] = lanes[name].spend(count)
                    spent.add(name)
            waiting = [account for account in waiting if account[0] not in allotted]
        if spent:
            spending = [{"id": name, "tat": lanes[name].tat} for name in sorted(spent)]
            self._execute(connection, "spend", spending)
        return taken

    def _take(
        self, connection: Connection, allotted: Mapping[str, Allotment], claim: str
    ) -> Sequence[AnyRow]:
        """Claim what is due, in the order of the accounts."""
        rooms: list[dict[str, Any]] = [
            {"account": account, "room": given.room} for account, given in allotted.items()
        ]
        bound: dict[str, Any] = {"claim": claim, "lease": self._lease_micros}
        if self.store.is_sqlite:
            return [row for each in rooms for row in self._execute(connection, "claim", **bound, **each)]
        places = {account: place for place, account in enumerate(allotted)}
        rows = self._execute(connection, "claim", rooms, **bound).all()
        return sorted(rows, key=lambda row: places[row.account])

    async def mark(self, marks: Sequence[Mark]) -> Sequence[bool]:
        """Commit that these are about to be sent. Send only those that come back ``True``.

        ``False`` means that the lease or the time ran out, that a pause covers it, or that its account is held: it is
        ready again. A prompt for a volunteer who is not to get it any more is cancelled.
        """
        rows = [{"id": m.id, "claim": m.claim, "prepared": storable(m.prepared) or None} for m in marks]
        sending = await self.store.run(lambda connection: self._mark(connection, rows))
        return [mark.id in sending for mark in marks]

    def _mark(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[int]:
        marked = self._execute(connection, "mark", rows, lease=self._lease_micros)
        sending = set(marked.scalars())
        stopped = [row for row in rows if row["id"] not in sending]
        if stopped:
            self._execute(connection, "release", stopped)
            self._execute(connection, "cancel_unwanted", stopped, reason=UNWANTED)
        return sending

    async def release(self, held: Sequence[Claimed]) -> None:
        """Give back claims of which nothing was sent; what is marked stays as it is."""
        rows = [{"id": claimed.id, "claim": claimed.claim, "prepared": None} for claimed in held]
        await self.store.run(lambda connection: self._execute(connection, "release", rows).all())

    async def settle(self, settlements: Sequence[Settlement]) -> Sequence[bool]:
        """Write outcomes. ``False`` means that the claim was lost and somebody else decides.

        A receipt is proof: it settles a delivery that had meanwhile become ``unknown``.
        """
        written = await self.store.run(lambda connection: self._settle(connection, settlements))
        return [settlement.id in written for settlement in settlements]

    def _settle(self, connection: Connection, settlements: Sequence[Settlement]) -> set[int]:
        rows = [_settle_row(settlement) for settlement in settlements]
        written = set(self._execute(connection, "settle", rows).scalars())
        settled = [s for s in settlements if s.id in written]
        self._record_attempts(connection, settled)
        self._urge_later(connection, [s.id for s in settled if s.state is State.HANDED_OFF])
        self._close_accounts(connection, settlements)
        return written

    def _record_attempts(self, connection: Connection, settled: Sequence[Settlement]) -> None:
        rows = [{"id": s.id, "outcome": s.outcome, "detail": s.reason} for s in settled]
        if rows:
            self._execute(connection, "record_attempts", rows)

    def _urge_later(self, connection: Connection, handed: Sequence[int]) -> None:
        rows = [
            {"id": id_, "kind": kind, "delay": delay // MICROSECOND}
            for id_ in handed
            for kind, delay in URGE_AFTER.items()
        ]
        if rows:
            self._execute(connection, "write_urgings", rows)

    def _close_accounts(self, connection: Connection, settlements: Sequence[Settlement]) -> None:
        blocked = [{"account": s.account, "delay": s.block // MICROSECOND} for s in settlements if s.block]
        held = [{"account": s.account, "reason": s.reason} for s in settlements if s.hold]
        if blocked:
            self._execute(connection, "block_lanes", blocked)
        if held:
            self._execute(connection, "hold_accounts", held)

    async def spread(self, held: Claimed) -> int:
        """Make a letter for every recipient of a list, in one transaction with settling the post itself.

        Returns:
            How many letters there are now; 0 where the list is empty and nothing was changed, -1 where the claim was lost.
        """
        return await self.store.run(lambda connection: self._spread(connection, held))

    def _spread(self, connection: Connection, held: Claimed) -> int:
        wanted: dict[str, Any] = {"id": held.id, "claim": held.claim}
        if self._execute(connection, "holds", **wanted).first() is None:
            return -1
        letters = len(self._execute(connection, "write_letters", **wanted).all())
        if letters:
            self._execute(connection, "settle_list", **wanted, reason=f"Letters: {letters:,}.")
            self._execute(
                connection, "record_attempts", [{"id": held.id, "outcome": "sent", "detail": None}]
            )
        return letters

    def advance(self, connection: Connection, held: Claimed, prepared: Prepared) -> bool:
        """Note how far a list has been spread and keep its lease. ``False`` where the claim was lost."""
        rows = [{"id": held.id, "claim": held.claim, "prepared": prepared}]
        return self._execute(connection, "advance", rows, lease=self._lease_micros).first() is not None

    async def tidy(self) -> int:
        """Return claims whose lease ran out, expire what is too late, drop what followed it. How many moved."""
        return await self.store.run(self._tidy)

    def _tidy(self, connection: Connection) -> int:
        lost = self._execute(
            connection,
            "return_unsent",
            poison=MOST_CRASHES,
            poison_reason=POISONOUS,
            poison_remedy=POISONOUS_REMEDY,
            lost_reason=LOST,
        ).all()
        if lost:
            rows = [{"id": row.id, "outcome": "lost", "detail": LOST} for row in lost]
            self._execute(connection, "record_attempts", rows)
        expired = self._execute(
            connection,
            "expire",
            unneeded=UNNEEDED,
            unapproved=UNAPPROVED,
            late=TOO_LATE,
            remedy=EXPIRED_REMEDY,
        ).all()
        unanswered = self._execute(
            connection, "expire_handed_off", unanswered=UNANSWERED, remedy=UNANSWERED_REMEDY
        ).all()
        dropped = self._execute(
            connection, "drop_followers", reason=FOLLOWER_DROPPED, answered=ANSWERED
        ).all()
        return len(lost) + len(expired) + len(unanswered) + len(dropped)

    async def take_over(self, most: int) -> tuple[Claimed, ...]:
        """Take deliveries whose worker vanished, or waited, after the request may have left."""
        claim = f"look-{uuid4().hex[:12]}"
        return await self.store.run(lambda connection: self._take_over(connection, most, claim))

    def _take_over(self, connection: Connection, most: int, claim: str) -> tuple[Claimed, ...]:
        rows = self._execute(
            connection, "take_over", claim=claim, lease=self._lease_micros, room=most
        ).all()
        return tuple(_claimed(row, claim) for row in rows)

    async def receipt(self, delivery: int) -> Receipt | None:
        """The receipt of a sent delivery."""
        columns = tables.delivery.c
        async with self.store.read() as connection:
            row = (
                await connection.execute(
                    select(columns.remote_id, columns.url, columns.accepted_at).where(
                        columns.id == delivery, columns.state == State.SENT
                    )
                )
            ).one_or_none()
        return None if row is None else Receipt(row.remote_id or "", row.url, row.accepted_at)

    async def thread(self, delivery: int) -> tuple[Receipt, ...]:
        """The receipts of the parts of a thread that come before this one, first to last."""
        columns = tables.delivery.c
        of_post = select(columns.post).where(columns.id == delivery).scalar_subquery()
        wanted = select(
            columns.id, columns.kind, columns.remote_id, columns.url, columns.accepted_at
        ).where(columns.post == of_post, columns.state == State.SENT)
        async with self.store.read() as connection:
            rows = (await connection.execute(wanted)).all()
        parts = {part: row for row in rows if (part := part_number(row.kind)) and row.id != delivery}
        return tuple(
            Receipt(parts[part].remote_id or "", parts[part].url, parts[part].accepted_at)
            for part in sorted(parts)
        )

    async def media(self, digests: Sequence[str]) -> dict[str, tuple[str, bytes]]:
        """The frozen bytes of media with their type, by SHA-256."""
        return await frozen_files(self.store, digests)

    async def pauses(self) -> frozenset[str]:
        """Every scope that is paused now."""
        async with self.store.brake() as connection:
            return frozenset((await connection.execute(select(tables.pause.c.scope))).scalars())

    async def next_moment(self) -> datetime | None:
        """When the ledger has something to do next, or ``None``; it may lie in the past."""
        async with self.store.read() as connection:
            micros = (await connection.exec_driver_sql(self._sql.next_moment, self._bind())).scalar()
        return None if micros is None else from_micros(int(micros))


def _settle_row(settlement: Settlement) -> dict[str, Any]:
    accepted = settlement.accepted_at
    return {
        "id": settlement.id,
        "claim": settlement.claim,
        "state": settlement.state.value,
        "delay": settlement.delay // MICROSECOND,
        "remote_id": settlement.remote_id,
        "url": settlement.url,
        "accepted_at": None if accepted is None else to_micros(accepted),
        "reason": settlement.reason,
        "remedy": settlement.remedy,
    }


def _claimed(row: AnyRow, claim: str) -> Claimed:
    """From the columns that ``claim`` and ``take_over`` return, in their order."""
    id_, kind, after, account, campaign, city, partner, planned_at, *rest = row
    attempt, crashes, key, language, body, prepared, overdue = rest
    return Claimed(
        id=id_,
        claim=claim,
        kind=kind,
        after=after,
        account=account,
        campaign=campaign,
        city=city,
        partner=partner,
        planned_at=from_micros(planned_at),
        attempt=attempt,
        crashes=crashes,
        key=key,
        language=language,
        body=body,
        prepared=(json.loads(prepared) if isinstance(prepared, str) else prepared) or {},
        overdue=bool(overdue),
    )
