"""Every table, as SQLAlchemy Core. Instants are UTC microseconds; wall times are naive ISO texts beside a zone."""

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from schedules.store.columns import Instant

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Id = BigInteger().with_variant(Integer(), "sqlite")

campaign: Final = Table(
    "campaign",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("approvals", Integer, nullable=False),
    Column("author_may_approve", Boolean, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("planned_by", Text, nullable=False),
    Column("tzdata", Text, nullable=False),
)

lane: Final = Table(
    "lane",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rate", Float, nullable=False),
    Column("burst", Float, nullable=False),
    Column("tat", Instant, nullable=False),
    Column("blocked_until", Instant, nullable=False),
)
"""A GCRA bucket. ``rate`` is sends per second, ``burst`` how many may go at once."""

account: Final = Table(
    "account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("city", Text),
    Column("partner", Text),
    Column("audience", Text),
    Column("owner", Text, nullable=False),
    Column("disclosure", Text, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("secret", LargeBinary),
    Column("destination_lane", Text, ForeignKey("lane.id"), nullable=False),
    Column("credential_lane", Text, ForeignKey("lane.id"), nullable=False),
    Column("held", Text),
    Column("held_at", Instant),
    Column("added_at", Instant, nullable=False),
    Column("quota", JSON),
    Column("expires_at", Instant),
    Column("renew_at", Instant),
    Column("renewing_until", Instant),
)
"""``held`` says why nothing is sent: a platform refused the token and a person must reconnect it. ``renew_at`` is when
the token is next exchanged for a fresh one, ``renewing_until`` the lease of whoever does it. ``quota`` is what the
platform last said: ``used``, ``allowed``, ``seconds`` and ``read_at``."""

media: Final = Table(
    "media",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("mime", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

post: Final = Table(
    "post",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("campaign", Text, ForeignKey("campaign.id"), nullable=False),
    Column("slot", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("account", Text, ForeignKey("account.id"), nullable=False),
    Column("city", Text),
    Column("occurrence", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("variant", Text, nullable=False),
    Column("local_at", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("gap", Text, nullable=False),
    Column("overlap", Text, nullable=False),
    Column("fixed", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("body", JSON, nullable=False),
    Column("digest", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Index("ix_post_campaign", "campaign"),
)

"""``local_at`` is the wall time that was asked for; ``fixed`` where an instant was, which no clock change moves."""

delivery: Final = Table(
    "delivery",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("post", _Id, ForeignKey("post.id"), nullable=False),
    Column("kind", Text, nullable=False, server_default=text("'publish'")),
    Column("after", _Id, ForeignKey("delivery.id")),
    Column("account", Text, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("city", Text),
    Column("partner", Text),
    Column("state", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    Column("crashes", Integer, nullable=False, server_default=text("0")),
    Column("claim", Text),
    Column("lease_until", Instant),
    Column("prepared", JSON),
    Column("remote_id", Text),
    Column("url", Text),
    Column("accepted_at", Instant),
    Column("began_at", Instant),
    Column("reason", Text),
    Column("remedy", Text),
    Column("changed_at", Instant, nullable=False),
    UniqueConstraint("post", "kind"),
    Index(
        "ix_delivery_ready",
        "account",
        "due_at",
        "id",
        sqlite_where=text("state = 'ready'"),
        postgresql_where=text("state = 'ready'"),
    ),
    Index(
        "ix_delivery_leased",
        "lease_until",
        sqlite_where=text("state IN ('claimed', 'sending')"),
        postgresql_where=text("state IN ('claimed', 'sending')"),
    ),
    Index(
        "ix_delivery_expiring",
        "expires_at",
        sqlite_where=text("state IN ('planned', 'ready')"),
        postgresql_where=text("state IN ('planned', 'ready')"),
    ),
    Index(
        "ix_delivery_following",
        "after",
        sqlite_where=text("after IS NOT NULL AND state IN ('planned', 'ready')"),
        postgresql_where=text("after IS NOT NULL AND state IN ('planned', 'ready')"),
    ),
    Index("ix_delivery_campaign_state", "campaign", "state"),
)
"""``due_at`` is when it may next be tried; ``planned_at`` is the moment of the plan and never moves with retries."""

attempt: Final = Table(
    "attempt",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("delivery", _Id, ForeignKey("delivery.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("began_at", Instant),
    Column("ended_at", Instant, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Text),
)

measurement: Final = Table(
    "measurement",
    metadata,
    Column("delivery", _Id, ForeignKey("delivery.id"), primary_key=True),
    Column("hours", Integer, primary_key=True, autoincrement=False),
    Column("taken_at", Instant, nullable=False),
    Column("counts", JSON, nullable=False),
)
"""What a platform told about a published post, so many hours after it was accepted."""

recipient: Final = Table(
    "recipient",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, ForeignKey("account.id"), nullable=False),
    Column("address", LargeBinary, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("added_at", Instant, nullable=False),
    UniqueConstraint("account", "fingerprint"),
)
"""Who gets the letters of a list: a random name, the address sealed, and a keyed fingerprint to find it by."""

unsubscribed: Final = Table(
    "unsubscribed",
    metadata,
    Column("account", Text, ForeignKey("account.id"), primary_key=True),
    Column("fingerprint", Text, primary_key=True),
)
"""Fingerprints of those who left a list, so that no later import brings them back. The address is gone."""

approval: Final = Table(
    "approval",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("post", _Id, ForeignKey("post.id"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("approved_at", Instant, nullable=False),
    UniqueConstraint("post", "digest", "actor"),
)

override: Final = Table(
    "override",
    metadata,
    Column("key", Text, primary_key=True),
    Column("cancelled", Boolean, nullable=False),
    Column("local_at", Text),
    Column("zone", Text),
    Column("actor", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
)
"""What a person changed at a door; it survives re-planning of the folder."""

pause: Final = Table(
    "pause",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("paused_at", Instant, nullable=False),
    Column("resume_asked_by", Text),
)
"""``scope`` is ``everything`` or a kind and an id: ``campaign:``, ``city:``, ``partner:``, ``account:``."""

exception: Final = Table(
    "exception",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("actor", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("until", Instant, nullable=False),
)
"""A recorded, expiring permission to show an identifiable minor; it takes two different people."""

worker: Final = Table(
    "worker",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
)
