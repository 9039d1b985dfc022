"""The feed says what it grew from, stream by stream, and readers remember what is replay."""

import sqlalchemy as sa
from alembic import op

revision = "202611261200"
down_revision = "202611220900"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("feed_meta", sa.Column("previous", sa.Uuid(), nullable=True))
    op.add_column("feed_head", sa.Column("from_seq", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("consumer_cursors", sa.Column("replay_to", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("consumer_cursors", "replay_to")
    op.drop_column("feed_head", "from_seq")
    op.drop_column("feed_meta", "previous")
