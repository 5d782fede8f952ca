"""The posts of a campaign around a date, found without reading the others."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_post_campaign_local_at", "post", ["campaign", "local_at"])
    op.drop_index("ix_post_campaign", table_name="post")
