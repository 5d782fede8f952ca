"""The statements of the ledger. One text for both databases; only three fragments differ.

Instants are microseconds since 1970 UTC. ``{now}`` is the server's clock on PostgreSQL in production and a
bound value elsewhere, so that a rehearsal drives the very same statements. SQLite uses a partial index only
where its condition stands in the statement word for word, which is why some say ``state IN (...)`` first.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from channels.registry import BOT_CHANNEL
from schedules.people.days import NEVER
from schedules.people.steps import CALLING_OFF
from schedules.store.columns import SERVER_NOW, to_micros

_PARAMETER: Final = re.compile(r"(?<!:):([a-z_]+)")

_CALLS_OFF: Final = " OR ".join(f"post.slot LIKE '%{each}%'" for each in CALLING_OFF)

_PAUSED: Final = f"""(delivery.kind NOT LIKE 'retract%' AND EXISTS (SELECT 1 FROM pause WHERE pause.scope IN (
    'everything', 'campaign:' || delivery.campaign, 'account:' || delivery.account,
    'city:' || coalesce(delivery.city, ''), 'partner:' || coalesce(delivery.partner, ''))
    AND NOT ((pause.scope LIKE 'city:%' OR pause.scope LIKE 'campaign:%') AND EXISTS (
        SELECT 1 FROM post WHERE post.id = delivery.post AND ({_CALLS_OFF})))))"""  # noqa: S608 - our own words
"""What calls something off is told although its city or campaign is held; that is why it was held."""

_URGES: Final = "(delivery.kind LIKE 'remind%' OR delivery.kind LIKE 'escalate%')"

_FOLLOWS: Final = """(delivery.after IS NULL OR EXISTS (
    SELECT 1 FROM delivery AS earlier WHERE earlier.id = delivery.after
    AND earlier.state = CASE WHEN {urges} THEN 'handed_off' ELSE 'sent' END))"""

_LEVEL: Final = (
    "(SELECT post.body -> 'options' -> 'prompt' ->> 'level' FROM post WHERE post.id = delivery.post)"
)

_TO: Final = "(SELECT post.body -> 'options' -> 'step' ->> 'to' FROM post WHERE post.id = delivery.post)"

_DAY: Final = "(SELECT post.body -> 'options' -> 'step' ->> 'day' FROM post WHERE post.id = delivery.post)"

_SIGNED_UP: Final = f"""EXISTS (SELECT 1 FROM sign_up WHERE sign_up.campaign = delivery.campaign
    AND sign_up.day = {_DAY} AND sign_up.person = volunteer.person AND sign_up.city = delivery.city)"""  # noqa: S608 - our own words

_UNWANTED: Final = f"""(delivery.kind LIKE 'letter-%' AND coalesce({_LEVEL}, {_TO}) IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM volunteer JOIN person ON person.id = volunteer.person
    WHERE volunteer.person = substr(delivery.kind, 8) AND volunteer.campaign = delivery.campaign
      AND person.left_at IS NULL
      AND volunteer.rhythm <> 'paused' AND coalesce(volunteer.paused_until, 0) <= {{now}}
      AND CASE {_LEVEL} WHEN 'public' THEN volunteer.level = 'public'
          WHEN 'one' THEN volunteer.level IN ('one', 'public') ELSE TRUE END
      AND CASE {_TO} WHEN 'all' THEN volunteer.city = delivery.city
          WHEN 'signed-up' THEN volunteer.city = delivery.city AND {_SIGNED_UP} ELSE TRUE END))"""  # noqa: S608 - our own words
"""A letter for somebody who left, paused, moved, does not come any more, or lowered what is safe for them after it was
written."""

_OF_POST: Final = """(SELECT post.key FROM post WHERE post.id = delivery.post) AS key,
    (SELECT post.language FROM post WHERE post.id = delivery.post) AS language,
    (SELECT CAST(post.body AS text) FROM post WHERE post.id = delivery.post) AS body"""

_CANDIDATES: Final = """
SELECT id, destination_lane, credential_lane FROM (
    SELECT account.id, account.destination_lane, account.credential_lane,
        CASE WHEN account.channel = '{bot}' THEN 2 WHEN account.city IS NOT NULL THEN 1 ELSE 0 END AS turn,
        (SELECT delivery.due_at FROM delivery
         WHERE delivery.account = account.id AND delivery.state = 'ready'
           AND (delivery.kind LIKE 'retract%' OR NOT EXISTS (SELECT 1 FROM pause WHERE pause.scope IN (
               'everything', 'account:' || account.id, 'partner:' || coalesce(account.partner, ''))))
         ORDER BY delivery.due_at, delivery.id LIMIT 1) AS first_due
    FROM account
    WHERE account.held IS NULL
) AS waiting WHERE first_due <= {now} ORDER BY turn, first_due, id
"""
"""Announcements come before the groups of cities, and these before private letters: whoever is asked something finds it said."""

_LANES: Final = """
SELECT id, rate, burst, tat, blocked_until, {now} AS now FROM lane
WHERE id IN (SELECT id FROM {rows_id}) ORDER BY id {lock}
"""

_DUE: Final = """
    SELECT delivery.id FROM delivery
    WHERE delivery.account = {account} AND delivery.state = 'ready'
      AND delivery.due_at <= {now} AND delivery.expires_at > {now}
      AND {follows} AND NOT {paused}
    ORDER BY delivery.due_at, delivery.id LIMIT {room} {skip}
"""

_DUE_OF_MANY: Final = "SELECT due.id FROM {rows_room} CROSS JOIN LATERAL ({due}) AS due"
"""SQLite has no LATERAL: there each account is a statement of its own, which costs no way to a server."""

_CLAIM: Final = """
UPDATE delivery SET state = 'claimed', claim = :claim, lease_until = {now} + :lease, changed_at = {now}
WHERE id {among_open} {chosen} {among_close}
RETURNING id, kind, after, account, campaign, city, partner, planned_at, attempt, crashes, {of_post},
    NULL AS prepared, 0 AS overdue
"""

_SPEND: Final = """
UPDATE lane SET tat = r.tat FROM {rows_spend} WHERE lane.id = r.id
"""

_MARK: Final = """
UPDATE delivery SET state = 'sending', prepared = r.prepared, attempt = attempt + 1,
    began_at = {now}, lease_until = {now} + :lease, changed_at = {now}
FROM {rows_mark}
WHERE delivery.id = r.id AND delivery.claim = r.claim AND delivery.state = 'claimed'
  AND delivery.lease_until > {now} AND delivery.expires_at > {now} AND NOT {paused} AND NOT {unwanted}
  AND NOT EXISTS (SELECT 1 FROM account WHERE account.id = delivery.account AND account.held IS NOT NULL)
RETURNING delivery.id
"""

_CANCEL_UNWANTED: Final = """
UPDATE delivery SET state = 'cancelled', reason = :reason, changed_at = {now}
FROM {rows_mark}
WHERE delivery.id = r.id AND delivery.state = 'ready' AND {unwanted}
"""

_RELEASE: Final = """
UPDATE delivery SET state = 'ready', claim = NULL, lease_until = NULL, changed_at = {now}
FROM {rows_mark}
WHERE delivery.id = r.id AND delivery.claim = r.claim AND delivery.state = 'claimed'
RETURNING delivery.id
"""

_SETTLE: Final = """
UPDATE delivery SET state = r.state, changed_at = {now},
    claim = CASE WHEN r.state = 'sending' THEN 'look-' || delivery.claim END,
    lease_until = CASE WHEN r.state = 'sending' THEN {now} + r.delay END,
    due_at = CASE WHEN r.state = 'ready' THEN {now} + r.delay ELSE delivery.due_at END,
    remote_id = r.remote_id, url = r.url, accepted_at = r.accepted_at,
    reason = r.reason, remedy = r.remedy
FROM {rows_settle}
WHERE delivery.id = r.id AND (
    (delivery.claim = r.claim AND delivery.state IN ('claimed', 'sending'))
    OR (r.state = 'sent' AND delivery.state IN ('ready', 'claimed', 'sending', 'unknown', 'expired')))
RETURNING delivery.id
"""

_WRITE_URGINGS: Final = """
INSERT INTO delivery (post, kind, after, account, campaign, city, partner, state,
    due_at, planned_at, expires_at, changed_at, attempt, crashes)
SELECT handed.post, r.kind || CASE WHEN handed.kind = 'publish' THEN '' ELSE '-' || substr(handed.kind, 6) END,
    handed.id, handed.account, handed.campaign, handed.city, handed.partner, 'ready',
    {now} + r.delay, handed.planned_at, handed.expires_at, {now}, 0, 0
FROM {rows_urge} JOIN delivery AS handed ON handed.id = r.id
WHERE handed.state = 'handed_off'
ON CONFLICT (post, kind) DO UPDATE SET after = excluded.after, state = excluded.state, due_at = excluded.due_at,
    planned_at = excluded.planned_at, expires_at = excluded.expires_at, changed_at = excluded.changed_at,
    attempt = 0, crashes = 0, claim = NULL, lease_until = NULL, remote_id = NULL, url = NULL, accepted_at = NULL,
    reason = NULL, remedy = NULL
"""

_HOLDS: Final = """
SELECT id FROM delivery WHERE id = :id AND claim = :claim AND state = 'claimed' {lock}
"""

_WRITE_LETTERS: Final = """
INSERT INTO delivery (post, kind, after, account, campaign, city, partner, state,
    due_at, planned_at, expires_at, changed_at, attempt, crashes)
SELECT list.post, 'letter-' || recipient.id, list.id, list.account, list.campaign, list.city, list.partner, 'ready',
    {now}, list.planned_at, list.expires_at, {now}, 0, 0
FROM delivery AS list JOIN recipient ON recipient.account = list.account
WHERE list.id = :id AND list.claim = :claim
ON CONFLICT (post, kind) DO UPDATE SET kind = excluded.kind
RETURNING id
"""

_ADVANCE: Final = """
UPDATE delivery SET prepared = r.prepared, lease_until = {now} + :lease, changed_at = {now}
FROM {rows_mark}
WHERE delivery.id = r.id AND delivery.claim = r.claim AND delivery.state = 'sending'
RETURNING delivery.id
"""

_SETTLE_LIST: Final = """
UPDATE delivery SET state = 'sent', claim = NULL, lease_until = NULL, accepted_at = {now}, changed_at = {now},
    attempt = attempt + 1, began_at = {now}, reason = :reason, remedy = NULL
WHERE id = :id AND claim = :claim
"""

_RECORD_ATTEMPTS: Final = """
INSERT INTO attempt (delivery, number, began_at, ended_at, outcome, detail)
SELECT delivery.id, delivery.attempt, delivery.began_at, {now}, r.outcome, r.detail
FROM {rows_attempt} JOIN delivery ON delivery.id = r.id
"""

_BLOCK_LANES: Final = """
UPDATE lane SET blocked_until = {now} + r.delay FROM {rows_block}
WHERE lane.id = (SELECT account.destination_lane FROM account WHERE account.id = r.account)
  AND lane.blocked_until < {now} + r.delay
"""

_HOLD_ACCOUNTS: Final = """
UPDATE account SET held = r.reason, held_at = {now},
    renew_at = CASE WHEN renew_at IS NOT NULL THEN {now} END
FROM {rows_hold}
WHERE account.id = r.account AND account.held IS NULL
"""

_RETURN_UNSENT: Final = """
UPDATE delivery SET crashes = crashes + 1, claim = NULL, lease_until = NULL, changed_at = {now},
    state = CASE WHEN crashes + 1 >= :poison THEN 'refused' ELSE 'ready' END,
    reason = CASE WHEN crashes + 1 >= :poison THEN :poison_reason ELSE :lost_reason END,
    remedy = CASE WHEN crashes + 1 >= :poison THEN :poison_remedy END
WHERE state IN ('claimed', 'sending') AND state = 'claimed' AND lease_until <= {now}
RETURNING id, state
"""

_TAKE_OVER: Final = """
UPDATE delivery SET crashes = CASE WHEN claim LIKE 'look-%' THEN crashes ELSE crashes + 1 END,
    claim = :claim, lease_until = {now} + :lease, changed_at = {now}
WHERE id {among_open}
    SELECT delivery.id FROM delivery
    WHERE delivery.state IN ('claimed', 'sending') AND delivery.state = 'sending'
      AND delivery.lease_until <= {now}
    ORDER BY delivery.lease_until LIMIT :room {skip}
{among_close}
RETURNING id, kind, after, account, campaign, city, partner, planned_at, attempt, crashes, {of_post},
    prepared, CASE WHEN expires_at <= {now} THEN 1 ELSE 0 END AS overdue
"""

_EXPIRE: Final = """
UPDATE delivery SET
    reason = CASE WHEN due_at >= {never} THEN :unneeded WHEN state = 'planned' THEN :unapproved
        ELSE coalesce(:late || ' ' || reason, :late) END,
    remedy = CASE WHEN due_at < {never} THEN :remedy END,
    state = CASE WHEN due_at < {never} THEN 'expired' ELSE 'cancelled' END, changed_at = {now}
WHERE state IN ('planned', 'ready') AND expires_at <= {now}
RETURNING id
"""

_EXPIRE_HANDED_OFF: Final = """
UPDATE delivery SET state = 'expired', reason = coalesce(reason || ' ', '') || :unanswered, remedy = :remedy,
    changed_at = {now}
WHERE state = 'handed_off' AND expires_at <= {now}
RETURNING id
"""

_DROP_FOLLOWERS: Final = """
UPDATE delivery SET state = 'cancelled', reason = CASE WHEN {urges} THEN :answered ELSE :reason END, changed_at = {now}
WHERE after IS NOT NULL AND state IN ('planned', 'ready') AND EXISTS (
    SELECT 1 FROM delivery AS earlier
    WHERE earlier.id = delivery.after
      AND (earlier.state IN ('refused', 'expired', 'cancelled') OR (earlier.state = 'sent' AND {urges})))
RETURNING id
"""

_NEXT_MOMENT: Final = """
SELECT min(moment) FROM (
    SELECT min({greatest}(delivery.due_at, own.blocked_until,
        own.tat - (own.burst - 1) / own.rate * 1000000,
        shared.blocked_until, shared.tat - (shared.burst - 1) / shared.rate * 1000000)) AS moment
    FROM delivery JOIN account ON account.id = delivery.account
        JOIN lane AS own ON own.id = account.destination_lane
        JOIN lane AS shared ON shared.id = account.credential_lane
    WHERE delivery.state = 'ready' AND account.held IS NULL AND NOT {paused} AND {follows}
    UNION ALL SELECT min(lease_until) FROM delivery WHERE state IN ('claimed', 'sending')
    UNION ALL SELECT min(expires_at) FROM delivery WHERE state IN ('planned', 'ready')
    UNION ALL SELECT min(expires_at) FROM delivery WHERE state = 'handed_off'
) AS moments
"""

_ROWS: Final[Mapping[str, Mapping[str, str]]] = {
    "rows_id": {"id": "text"},
    "rows_room": {"account": "text", "room": "bigint"},
    "rows_spend": {"id": "text", "tat": "bigint"},
    "rows_mark": {"id": "bigint", "claim": "text", "prepared": "json"},
    "rows_settle": {
        "id": "bigint",
        "claim": "text",
        "state": "text",
        "delay": "bigint",
        "remote_id": "text",
        "url": "text",
        "accepted_at": "bigint",
        "reason": "text",
        "remedy": "text",
    },
    "rows_urge": {"id": "bigint", "kind": "text", "delay": "bigint"},
    "rows_attempt": {"id": "bigint", "outcome": "text", "detail": "text"},
    "rows_block": {"account": "text", "delay": "bigint"},
    "rows_hold": {"account": "text", "reason": "text"},
}


def _sqlite_rows(columns: Mapping[str, str]) -> str:
    picked = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
    return f"(SELECT {picked} FROM json_each(:rows)) AS r"  # noqa: S608 - names of our own columns


def _postgresql_rows(columns: Mapping[str, str]) -> str:
    typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    return f"json_to_recordset(CAST(:rows AS json)) AS r({typed})"


def _chosen(fragments: Mapping[str, str], *, sqlite: bool) -> str:
    if sqlite:
        return _DUE.format(**fragments, account=":account", room=":room")
    due = _DUE.format(**fragments, account="r.account", room="r.room")
    return _DUE_OF_MANY.format(**fragments, due=due)


@dataclass(frozen=True, slots=True)
class Statements:
    """Every statement of the ledger, in the words of one database's driver and for one source of time."""

    candidates: str
    destinations: str
    credentials: str
    claim: str
    spend: str
    mark: str
    cancel_unwanted: str
    release: str
    settle: str
    write_urgings: str
    holds: str
    write_letters: str
    advance: str
    settle_list: str
    record_attempts: str
    block_lanes: str
    hold_accounts: str
    return_unsent: str
    take_over: str
    expire: str
    expire_handed_off: str
    drop_followers: str
    next_moment: str


def statements(*, sqlite: bool, server_time: bool) -> Statements:
    """The statements for one database.

    Args:
        sqlite: For SQLite rather than PostgreSQL.
        server_time: Take the time from the PostgreSQL server rather than from the bound ``:now``.
    """
    rows = _sqlite_rows if sqlite else _postgresql_rows
    fragments = {name: rows(columns) for name, columns in _ROWS.items()}
    now = SERVER_NOW if server_time and not sqlite else "CAST(:now AS bigint)"
    fragments |= {
        "now": now,
        "unwanted": _UNWANTED.format(now=now),
        "never": str(to_micros(NEVER)),
        "bot": BOT_CHANNEL,
        "paused": _PAUSED,
        "urges": _URGES,
        "follows": _FOLLOWS.format(urges=_URGES),
        "of_post": _OF_POST,
        "skip": "" if sqlite else "FOR UPDATE SKIP LOCKED",
        # PostgreSQL plans "= ANY (ARRAY (...))" as an index look-up; a plain IN joins a whole scan.
        "among_open": "IN (" if sqlite else "= ANY (ARRAY (",
        "among_close": ")" if sqlite else "))",
        "greatest": "max" if sqlite else "greatest",
    }
    fragments["chosen"] = _chosen(fragments, sqlite=sqlite)

    def made(statement: str, lock: str = "") -> str:
        written = statement.format(**fragments, lock="" if sqlite else lock)
        return written if sqlite else _PARAMETER.sub(r"%(\1)s", written.replace("%", "%%"))

    return Statements(
        candidates=made(_CANDIDATES),
        destinations=made(_LANES, "FOR UPDATE SKIP LOCKED"),
        credentials=made(_LANES, "FOR UPDATE"),
        claim=made(_CLAIM),
        spend=made(_SPEND),
        mark=made(_MARK),
        cancel_unwanted=made(_CANCEL_UNWANTED),
        release=made(_RELEASE),
        settle=made(_SETTLE),
        write_urgings=made(_WRITE_URGINGS),
        holds=made(_HOLDS, "FOR UPDATE"),
        write_letters=made(_WRITE_LETTERS),
        advance=made(_ADVANCE),
        settle_list=made(_SETTLE_LIST),
        record_attempts=made(_RECORD_ATTEMPTS),
        block_lanes=made(_BLOCK_LANES),
        hold_accounts=made(_HOLD_ACCOUNTS),
        return_unsent=made(_RETURN_UNSENT),
        take_over=made(_TAKE_OVER),
        expire=made(_EXPIRE),
        expire_handed_off=made(_EXPIRE_HANDED_OFF),
        drop_followers=made(_DROP_FOLLOWERS),
        next_moment=made(_NEXT_MOMENT),
    )
