"""Groups are addressed by a sealed id, belong to a campaign, and some wait to be bound. Nothing was in the table before."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("group_chat")
    op.create_table(
        "group_chat",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("pinned", sa.BigInteger(), nullable=True),
        sa.Column("shown", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("bound_by", sa.Text(), nullable=False),
        sa.Column("bound_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_group_chat_account")),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_group_chat_campaign")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_group_chat")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_group_chat_fingerprint")),
    )
    op.create_table(
        "waiting_group",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_waiting_group")),
    )
