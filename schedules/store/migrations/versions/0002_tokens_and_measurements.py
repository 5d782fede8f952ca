"""Tokens that are renewed, quotas that platforms tell, measurements of published posts, and recipients of letters."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("quota", sa.JSON(), nullable=True))
    op.add_column("account", sa.Column("expires_at", sa.BigInteger(), nullable=True))
    op.add_column("account", sa.Column("renew_at", sa.BigInteger(), nullable=True))
    op.add_column("account", sa.Column("renewing_until", sa.BigInteger(), nullable=True))
    op.create_table(
        "measurement",
        sa.Column("delivery", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["delivery"], ["delivery.id"], name=op.f("fk_measurement_delivery")),
        sa.PrimaryKeyConstraint("delivery", "hours", name=op.f("pk_measurement")),
    )
    op.create_table(
        "recipient",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_recipient_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient")),
        sa.UniqueConstraint("account", "fingerprint", name=op.f("uq_recipient_account_fingerprint")),
    )
    op.create_table(
        "unsubscribed",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_unsubscribed_account")),
        sa.PrimaryKeyConstraint("account", "fingerprint", name=op.f("pk_unsubscribed")),
    )
