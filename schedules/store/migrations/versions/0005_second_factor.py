"""Wrong codes of a second factor, workers that confirm a wipe, and erased rows whose bytes are still there."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "person", sa.Column("wrong_codes", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column("person", sa.Column("wrong_until", sa.BigInteger(), nullable=True))
    op.add_column("worker", sa.Column("wiped_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_index(
        "ix_delivery_after",
        "delivery",
        ["after"],
        sqlite_where=sa.text("after IS NOT NULL"),
        postgresql_where=sa.text("after IS NOT NULL"),
    )
