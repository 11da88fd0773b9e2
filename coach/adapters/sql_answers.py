"""Answers in a SQL database."""

import json
import re
from collections.abc import Sequence
from datetime import UTC

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from coach.adapters.sql_own import Own, stored
from coach.adapters.sql_tables import (
    AttemptRow,
    DisagreementRow,
    EarlierFeedbackRow,
    FollowUpRow,
    SelfRatingRow,
    escape,
)
from coach.critique.feedback import Feedback, FollowUp, Label
from coach.errors import RecordUnavailable
from coach.practice.record import Attempt, Disagreement

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


class SqlAnswers(Own):
    """The answers of a `Record`."""

    def add_attempt(self, question_id: str, question: str, answer: str) -> Attempt:
        """Keeps an answer, before anybody judges it."""
        attempt = Attempt(
            id=self._new_id(),
            created=self._now(),
            question_id=question_id,
            question=question,
            answer=answer,
        )
        with self._database.session(writes=True) as session:
            session.add(row_of(attempt, self.person))
        return attempt

    def attempt(self, attempt_id: str) -> Attempt | None:
        """One attempt; None where there is none of this id."""
        with self._database.session(writes=False) as session:
            row = session.scalar(self._attempts().where(AttemptRow.id == attempt_id))
            return None if row is None else attempt_of(row)

    def attempts(self, limit: int | None) -> Sequence[Attempt]:
        """The newest attempts, newest first; all of them where the limit is None."""
        newest = self._attempts().order_by(AttemptRow.created.desc(), AttemptRow.number.desc()).limit(limit)
        with self._database.session(writes=False) as session:
            return [attempt_of(row) for row in session.scalars(newest)]

    def set_feedback(self, attempt_id: str, feedback: Feedback, again: bool = False) -> None:
        """Keeps the judgement of an attempt. It replaces the one before, which joins `earlier` where this is `again`.

        Kept twice, as work that was taken over may, it counts once.
        """
        with self._database.session(writes=True) as session:
            row = self._locked_attempt(session, attempt_id)
            if again and row.feedback is not None and row.feedback != _json(feedback):
                session.add(EarlierFeedbackRow(attempt=row.number, feedback=row.feedback))
            row.feedback = _json(feedback)

    def add_follow_up(self, attempt_id: str, follow_up: FollowUp, answer: str) -> None:
        """Keeps the answer to a follow-up, before anybody judges it, and how its key point stands by then."""
        with self._database.session(writes=True) as session:
            session.add(follow_up_row(self._locked_attempt(session, attempt_id), follow_up, answer))

    def rate(self, attempt_id: str, key_point_id: str, label: Label) -> None:
        """Keeps the candidate's own rating of a key point; a later one replaces it."""
        with self._database.session(writes=True) as session:
            number = self._locked_attempt(session, attempt_id).number
            session.merge(SelfRatingRow(attempt=number, key_point_id=key_point_id, label=label.value))

    def disagree(self, attempt_id: str, key_point_id: str, disagreement: Disagreement | None) -> None:
        """Keeps what the candidate holds to be right; a later word replaces it, and None takes it back."""
        with self._database.session(writes=True) as session:
            number = self._locked_attempt(session, attempt_id).number
            if disagreement is None:
                session.execute(
                    delete(DisagreementRow).where(
                        DisagreementRow.attempt == number, DisagreementRow.key_point_id == key_point_id
                    )
                )
                return
            label, why = disagreement.label.value, disagreement.why
            session.merge(DisagreementRow(attempt=number, key_point_id=key_point_id, label=label, why=why))

    def _attempts(self) -> Select[AttemptRow]:
        return select(AttemptRow).where(AttemptRow.person == self.person)

    def _locked_attempt(self, session: Session, attempt_id: str) -> AttemptRow:
        """The attempt's row, which nobody else changes until the transaction ends."""
        row = session.scalar(self._attempts().where(AttemptRow.id == attempt_id).with_for_update())
        if row is None:
            raise RecordUnavailable(
                "the record holds no attempt {attempt}, so nothing can be kept with it; store the answer again",
                attempt=attempt_id,
            )
        return row


def _json(feedback: Feedback) -> str:
    # Models send halves of characters now and then, and Pydantic's own JSON refuses them.
    return _LONE_SURROGATE.sub(escape, stored(feedback))


def row_of(attempt: Attempt, person: str) -> AttemptRow:
    """A row of a whole attempt."""
    return AttemptRow(
        id=attempt.id,
        created=attempt.created.astimezone(UTC),
        question_id=attempt.question_id,
        question=attempt.question,
        answer=attempt.answer,
        feedback=attempt.feedback and _json(attempt.feedback),
        person=person,
        interview=attempt.interview,
        place=attempt.place,
        follow_ups=[
            FollowUpRow(answer=one.answer, was=one.was, **one.follow_up.model_dump()) for one in attempt.follow_ups
        ],
        self_ratings=[SelfRatingRow(key_point_id=key, label=label) for key, label in attempt.self_ratings.items()],
        disagreements=[
            DisagreementRow(key_point_id=key, label=one.label, why=one.why)
            for key, one in attempt.disagreements.items()
        ],
        earlier=[EarlierFeedbackRow(feedback=_json(feedback)) for feedback in attempt.earlier],
    )


def follow_up_row(row: AttemptRow, follow_up: FollowUp, answer: str) -> FollowUpRow:
    """A row of an answer to a follow-up that is given now."""
    feedback = attempt_of(row).feedback
    verdicts = feedback.key_points if feedback else ()
    was = next((verdict.verdict.value for verdict in verdicts if verdict.id == follow_up.key_point_id), None)
    return FollowUpRow(attempt=row.number, answer=answer, was=was, **follow_up.model_dump())


def attempt_of(row: AttemptRow) -> Attempt:
    """The attempt of a row. Raises RecordUnavailable where it can't be read."""
    try:
        return Attempt.model_validate(
            {
                "id": row.id,
                "created": row.created,
                "question_id": row.question_id,
                "question": row.question,
                "answer": row.answer,
                "feedback": None if row.feedback is None else json.loads(row.feedback),
                "follow_ups": [
                    {
                        "follow_up": {"question": one.question, "key_point_id": one.key_point_id, "source": one.source},
                        "answer": one.answer,
                        "was": one.was,
                    }
                    for one in row.follow_ups
                ],
                "earlier": [json.loads(one.feedback) for one in row.earlier],
                "self_ratings": {one.key_point_id: one.label for one in row.self_ratings},
                "disagreements": {one.key_point_id: {"label": one.label, "why": one.why} for one in row.disagreements},
                "interview": row.interview,
                "place": row.place,
            }
        )
    except ValueError:
        raise RecordUnavailable(
            "attempt {attempt} was stored by another version of the program, or is damaged; update the program",
            attempt=row.id,
        ) from None
