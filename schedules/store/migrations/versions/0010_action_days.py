"""What happens on an action day: cities, places, sign-ups, calls, check-ins, photos, counts, boards and launches."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "day_city",
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("delay_minutes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("place", sa.Text(), server_default=sa.text("'a'"), nullable=False),
        sa.Column("permit", sa.Text(), nullable=True),
        sa.Column("ticked", sa.JSON(), nullable=False),
        sa.Column("coming", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("came", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("came_along", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("untold", sa.Text(), nullable=True),
        sa.Column("untold_at", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_day_city_campaign")),
        sa.PrimaryKeyConstraint("campaign", "day", "city", name=op.f("pk_day_city")),
    )
    op.create_table(
        "meeting",
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_meeting_campaign")),
        sa.PrimaryKeyConstraint("campaign", "day", "city", name=op.f("pk_meeting")),
    )
    op.create_table(
        "sign_up",
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("guests", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_sign_up_campaign")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_sign_up_person")),
        sa.PrimaryKeyConstraint("campaign", "day", "person", name=op.f("pk_sign_up")),
    )
    op.create_index("ix_sign_up_person", "sign_up", ["person"])
    op.create_table(
        "call",
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("escalated_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_call_campaign")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_call_person")),
        sa.PrimaryKeyConstraint("campaign", "day", "city", "step", "person", name=op.f("pk_call")),
    )
    op.create_index("ix_call_person", "call", ["person"])
    op.create_table(
        "check_in",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("happened_at", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_check_in_campaign")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in")),
    )
    op.create_index("ix_check_in_campaign_day", "check_in", ["campaign", "day", "city"])
    op.create_table(
        "photo",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("cleared_by", sa.Text(), nullable=True),
        sa.Column("reviewed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_photo_campaign")),
        sa.ForeignKeyConstraint(["sha256"], ["media.sha256"], name=op.f("fk_photo_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
    )
    op.create_index("ix_photo_campaign_day", "photo", ["campaign", "day", "city"])
    op.create_table(
        "day_count",
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("frozen_at", sa.BigInteger(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_day_count_campaign")),
        sa.PrimaryKeyConstraint("campaign", "day", name=op.f("pk_day_count")),
    )
    op.create_table(
        "board",
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("message", sa.BigInteger(), nullable=True),
        sa.Column("shown", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_board_campaign")),
        sa.PrimaryKeyConstraint("campaign", "day", name=op.f("pk_board")),
    )
    op.add_column(
        "campaign", sa.Column("dormant", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_table(
        "kit_media",
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("fits", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_kit_media_campaign")),
        sa.PrimaryKeyConstraint("campaign", "file", name=op.f("pk_kit_media")),
    )
    op.create_table(
        "launch",
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("launched_by", sa.Text(), nullable=True),
        sa.Column("launched_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("campaign", name=op.f("pk_launch")),
    )
