"""What warns of the pictures of a queued message."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("door_message", sa.Column("graphic", sa.Boolean(), nullable=True))
    op.add_column("door_message", sa.Column("warning", sa.JSON(), nullable=True))
