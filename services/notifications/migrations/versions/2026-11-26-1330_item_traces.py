"""What is told carries the trace of the request it tells of."""

import sqlalchemy as sa
from alembic import op

revision = "202611261330"
down_revision = "202611261200"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("notification_items", sa.Column("traceparent", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("notification_items", "traceparent")
