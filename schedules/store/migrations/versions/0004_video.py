"""Videos lie in files: their rows hold no bytes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("media") as media:
        media.alter_column("data", existing_type=sa.LargeBinary(), nullable=True)
