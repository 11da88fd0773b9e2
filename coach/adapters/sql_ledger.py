"""The ledger of model calls in a SQL database."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select, text

from coach.adapters.sql_database import SqlDatabase
from coach.adapters.sql_own import stored
from coach.adapters.sql_tables import ModelCallRow
from coach.chat import Reply
from coach.errors import RecordUnavailable


class SqlLedger:
    """A `Ledger` beside the record, in the same database."""

    def __init__(self, database: SqlDatabase, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock

    def replies(self, job: str, asked: str) -> Sequence[Reply]:
        """The replies that came to one question of a piece of work, oldest first."""
        its = (ModelCallRow.job == job, ModelCallRow.asked == asked, ModelCallRow.reply.is_not(None))
        with self._database.session(writes=False) as session:
            rows = session.scalars(select(ModelCallRow).where(*its).order_by(ModelCallRow.number))
            return [Reply.model_validate_json(row.reply or "") for row in rows]

    def begin(self, person: str, job: str, asked: str, most: int) -> int | None:
        """Counts a call that is about to be made and gives its number; None where `most` were begun already."""
        with self._database.session(writes=True) as session:
            if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
                session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:job))"), {"job": job})
            begun = session.scalar(select(func.count()).where(ModelCallRow.job == job)) or 0
            if begun >= most:
                return None
            row = ModelCallRow(
                person=person, job=job, created=self._clock().astimezone(UTC), asked=asked, calls=0, seconds=0.0
            )
            session.add(row)
            session.flush()
            return row.number

    def finish(self, number: int, reply: Reply) -> None:
        """Keeps the reply to a call."""
        with self._database.session(writes=True) as session:
            row = session.get(ModelCallRow, number)
            if row is None:
                raise RecordUnavailable(
                    "call {number} of a model is not in the record any more; begin the work again", number=number
                )
            row.reply = stored(reply)
            row.calls = reply.usage.calls
            row.input_tokens = reply.usage.input_tokens
            row.output_tokens = reply.usage.output_tokens
            row.cost_usd = reply.usage.cost_usd
            row.seconds = reply.usage.seconds
