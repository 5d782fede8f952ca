"""Messages that were queued at a door, with their texts and pictures, and where they are left out."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "door_message",
        sa.Column("id", _ID, nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("ask", sa.JSON(), nullable=False),
        sa.Column("exact_at", sa.BigInteger(), nullable=True),
        sa.Column("local_at", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("held_until", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("card", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_door_message_campaign")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_message")),
    )
    _belongings()


def _belongings() -> None:
    op.create_table(
        "door_text",
        sa.Column("message", _ID, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["message"], ["door_message.id"], name=op.f("fk_door_text_message")),
        sa.PrimaryKeyConstraint("message", "language", "channel", name=op.f("pk_door_text")),
    )
    op.create_table(
        "door_picture",
        sa.Column("message", _ID, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("fits", sa.JSON(), nullable=False),
        sa.Column("alt", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["door_message.id"], name=op.f("fk_door_picture_message")),
        sa.PrimaryKeyConstraint("message", "position", name=op.f("pk_door_picture")),
    )
    op.create_table(
        "door_absence",
        sa.Column("message", _ID, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["door_message.id"], name=op.f("fk_door_absence_message")),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_door_absence_account")),
        sa.PrimaryKeyConstraint("message", "account", name=op.f("pk_door_absence")),
    )
