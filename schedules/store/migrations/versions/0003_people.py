"""People behind pseudonyms: volunteers, roles, invitations, groups, what they answered, and the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("campaign", sa.Column("kit", sa.Text(), nullable=True))
    _people()
    _participation()
    _records()
    op.create_index(
        "ix_delivery_handed_off",
        "delivery",
        ["expires_at"],
        sqlite_where=sa.text("state = 'handed_off'"),
        postgresql_where=sa.text("state = 'handed_off'"),
    )


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.Column("locked_at", sa.BigInteger(), nullable=True),
        sa.Column("totp", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.Column("open_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_person_fingerprint")),
        sa.UniqueConstraint("handle", name=op.f("uq_person_handle")),
    )
    op.create_table(
        "volunteer",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("reading", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("consent", sa.Integer(), nullable=False),
        sa.Column("rhythm", sa.Text(), nullable=False),
        sa.Column("paused_until", sa.BigInteger(), nullable=True),
        sa.Column("prompted_on", sa.Text(), nullable=True),
        sa.Column("active_on", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("streak", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Text(), nullable=True),
        sa.Column("apps", sa.JSON(), nullable=False),
        sa.Column("keep_until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_volunteer_person")),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_volunteer_campaign")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_volunteer")),
    )
    op.create_index("ix_volunteer_campaign_language", "volunteer", ["campaign", "language", "person"])
    op.create_table(
        "role",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_role_person")),
        sa.PrimaryKeyConstraint("person", "name", "scope", name=op.f("pk_role")),
    )
    op.create_table(
        "invite",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("partner", sa.Text(), nullable=True),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_invite_campaign")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invite")),
    )


def _participation() -> None:
    op.create_table(
        "expecting",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_expecting_person")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_expecting")),
    )
    op.create_table(
        "trace",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("message", sa.BigInteger(), nullable=False),
        sa.Column("delete_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_trace_person")),
        sa.PrimaryKeyConstraint("person", "message", name=op.f("pk_trace")),
    )
    op.create_index("ix_trace_delete_at", "trace", ["delete_at"])
    op.create_table(
        "response",
        sa.Column("delivery", _ID, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["delivery"], ["delivery.id"], name=op.f("fk_response_delivery")),
        sa.PrimaryKeyConstraint("delivery", name=op.f("pk_response")),
    )
    op.create_table(
        "tally",
        sa.Column("post", _ID, nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("declined", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["post"], ["post.id"], name=op.f("fk_tally_post")),
        sa.PrimaryKeyConstraint("post", "city", name=op.f("pk_tally")),
    )
    op.create_table(
        "group_chat",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("pinned", sa.BigInteger(), nullable=True),
        sa.Column("bound_by", sa.Text(), nullable=False),
        sa.Column("bound_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_group_chat_account")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_group_chat")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_group_chat_fingerprint")),
    )


def _records() -> None:
    op.create_table(
        "audit",
        sa.Column("number", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("mac", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
