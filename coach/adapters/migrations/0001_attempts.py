"""Attempts, their follow-ups and self-ratings."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "attempts",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("question_id", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("feedback", sa.Text()),
    )
    op.create_table(
        "follow_up_answers",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("attempt", sa.Integer(), sa.ForeignKey("attempts.number"), nullable=False, index=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("key_point_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
    )
    op.create_table(
        "self_ratings",
        sa.Column("attempt", sa.Integer(), sa.ForeignKey("attempts.number"), primary_key=True),
        sa.Column("key_point_id", sa.Text(), primary_key=True),
        sa.Column("label", sa.Text(), nullable=False),
    )
