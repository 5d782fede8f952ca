"""Messages whose numbers are not known yet, and the time within which a first second factor is set up."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "under_way",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("delete_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_under_way_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_under_way")),
    )
    op.create_index("ix_under_way_person", "under_way", ["person"])
    op.create_index("ix_trace_message", "trace", ["message"])
    op.add_column("person", sa.Column("enrol_until", sa.BigInteger(), nullable=True))
