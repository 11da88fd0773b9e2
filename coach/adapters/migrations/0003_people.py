"""People, mock interviews, disagreements, earlier feedback, drafts, calls of models, and imported banks."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Makes the tables; what is there belongs to the person of this machine."""
    for table in ("attempts", "role_plays"):
        op.add_column(table, sa.Column("person", sa.Text(), nullable=False, server_default="local"))
        op.create_index(f"ix_{table}_person", table, ["person"])
    op.add_column("attempts", sa.Column("interview", sa.Text()))
    op.add_column("attempts", sa.Column("place", sa.Integer()))
    op.create_index("ix_attempts_interview", "attempts", ["interview"])
    op.add_column("follow_up_answers", sa.Column("was", sa.Text()))
    op.create_table(
        "people",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("preferences", sa.Text(), nullable=False),
    )
    op.create_table(
        "earlier_feedback",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("attempt", sa.Integer(), sa.ForeignKey("attempts.number"), nullable=False, index=True),
        sa.Column("feedback", sa.Text(), nullable=False),
    )
    op.create_table(
        "disagreements",
        sa.Column("attempt", sa.Integer(), sa.ForeignKey("attempts.number"), primary_key=True),
        sa.Column("key_point_id", sa.Text(), primary_key=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
    )
    _interviews()
    _others()


def _interviews() -> None:
    op.create_table(
        "interviews",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("person", sa.Text(), nullable=False, index=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("follow_ups", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer()),
        sa.Column("ended", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "interview_questions",
        sa.Column("interview", sa.Integer(), sa.ForeignKey("interviews.number"), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("question_id", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked", sa.DateTime(timezone=True)),
        sa.Column("skipped", sa.Boolean(), nullable=False),
        sa.Column("moved_on", sa.Boolean(), nullable=False),
    )


def _others() -> None:
    op.create_table(
        "drafts",
        sa.Column("person", sa.Text(), primary_key=True),
        sa.Column("place", sa.Text(), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False),
    )
    op.create_table(
        "model_calls",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("person", sa.Text(), nullable=False, index=True),
        sa.Column("job", sa.Text(), nullable=False, index=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text()),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("input_tokens", sa.Integer()),
        sa.Column("output_tokens", sa.Integer()),
        sa.Column("cost_usd", sa.Double[float]()),
        sa.Column("seconds", sa.Double[float](), nullable=False),
    )
    op.create_table(
        "banks",
        sa.Column("folded_name", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
