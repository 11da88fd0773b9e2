"""Mock interviews in a SQL database."""

from collections.abc import Sequence
from datetime import UTC

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from coach.adapters.sql_answers import attempt_of, follow_up_row
from coach.adapters.sql_answers import row_of as attempt_row
from coach.adapters.sql_own import Own
from coach.adapters.sql_tables import AttemptRow, InterviewQuestionRow, InterviewRow
from coach.bank.question import Question
from coach.critique.feedback import FollowUp
from coach.errors import InputError, RecordUnavailable
from coach.practice.record import Attempt, Choice, Interview, InterviewQuestion


class SqlInterviews(Own):
    """The mock interviews of a `Record`."""

    def add_interview(
        self,
        questions: Sequence[Question],
        choice: Choice,
        topic: str,
        seed: int,
        follow_ups: int,
        seconds: int | None,
    ) -> Interview:
        """Begins a mock interview."""
        interview = Interview(
            id=self._new_id(),
            created=self._now(),
            choice=choice,
            topic=topic,
            seed=seed,
            follow_ups=follow_ups,
            seconds=seconds,
            questions=tuple(InterviewQuestion(question_id=one.id, question=one.question) for one in questions),
        )
        with self._database.session(writes=True) as session:
            session.add(row_of(interview, self.person))
        return interview

    def interview(self, interview_id: str) -> Interview | None:
        """One mock interview with its answers; None where there is none of this id."""
        with self._database.session(writes=False) as session:
            row = session.scalar(self._interviews().where(InterviewRow.id == interview_id))
            return None if row is None else self._read(session, [row])[0]

    def interviews(self, limit: int | None) -> Sequence[Interview]:
        """The newest mock interviews, newest first; all of them where the limit is None."""
        newest = self._interviews().order_by(InterviewRow.created.desc(), InterviewRow.number.desc()).limit(limit)
        with self._database.session(writes=False) as session:
            return self._read(session, session.scalars(newest).all())

    def ask(self, interview_id: str, place: int) -> None:
        """Keeps that a question, from 1 on, was shown; the first time counts."""
        with self._database.session(writes=True) as session:
            question = _question(self._locked_interview(session, interview_id), place)
            if question.asked is None:
                question.asked = self._now()

    def answer_in_interview(self, interview_id: str, place: int, answer: str) -> Attempt:
        """Keeps the answer to a question of an interview, before anybody judges it.

        Raises InputError where it was answered or skipped already, in another window for one, or the interview is over.
        """
        with self._database.session(writes=True) as session:
            row = self._locked_interview(session, interview_id)
            question = self._open_question(session, row, place)
            attempt = Attempt(
                id=self._new_id(),
                created=self._now(),
                question_id=question.question_id,
                question=question.question,
                answer=answer,
                interview=interview_id,
                place=place,
            )
            session.add(attempt_row(attempt, self.person))
        return attempt

    def skip(self, interview_id: str, place: int) -> None:
        """Leaves a question out. Raises InputError as `answer_in_interview` does."""
        with self._database.session(writes=True) as session:
            row = self._locked_interview(session, interview_id)
            self._open_question(session, row, place).skipped = True

    def follow_up_in_interview(
        self, interview_id: str, place: int, number: int, follow_up: FollowUp, answer: str
    ) -> None:
        """Keeps the answer to a follow-up of an interview, as `add_follow_up` does. `number` counts from 1.

        Raises InputError where it was answered or left out already, in another window for one, or all of it is over.
        """
        with self._database.session(writes=True) as session:
            row = self._locked_interview(session, interview_id)
            _refuse_where_over(row)
            attempt = self._attempt_before(session, row, place, number)
            if _question(row, place).moved_on:
                raise _follow_up_done(row, place, number)
            session.add(follow_up_row(attempt, follow_up, answer))

    def move_on(self, interview_id: str, place: int, number: int) -> None:
        """Leaves out this follow-up of an answered question, and all after it; also where the interview is over.

        Raises InputError where it was answered already, in another window for one.
        """
        with self._database.session(writes=True) as session:
            row = self._locked_interview(session, interview_id)
            self._attempt_before(session, row, place, number)
            _question(row, place).moved_on = True

    def end_interview(self, interview_id: str) -> None:
        """Ends an interview; one that has ended keeps its time."""
        with self._database.session(writes=True) as session:
            row = self._locked_interview(session, interview_id)
            if row.ended is None:
                row.ended = self._now()

    def _interviews(self) -> Select[InterviewRow]:
        return select(InterviewRow).where(InterviewRow.person == self.person)

    def _locked_interview(self, session: Session, interview_id: str) -> InterviewRow:
        """The interview's row, which nobody else changes, nor its questions, until the transaction ends."""
        row = session.scalar(self._interviews().where(InterviewRow.id == interview_id).with_for_update())
        if row is None:
            raise RecordUnavailable(
                "the record holds no interview {interview}, so nothing can be kept with it; begin another",
                interview=interview_id,
            )
        return row

    def _open_question(self, session: Session, row: InterviewRow, place: int) -> InterviewQuestionRow:
        question = _question(row, place)
        _refuse_where_over(row)
        if question.skipped or self._attempt(session, row, place) is not None:
            raise InputError(
                "question {question} of interview {interview} is done, perhaps in another window; reload it",
                question=place,
                interview=row.id,
            )
        return question

    def _attempt_before(self, session: Session, row: InterviewRow, place: int, number: int) -> AttemptRow:
        """The answer to a question to which this follow-up is the next one."""
        _question(row, place)
        attempt = self._attempt(session, row, place)
        if attempt is None:
            raise InputError(
                "question {question} of interview {interview} is not answered yet; answer it first",
                question=place,
                interview=row.id,
            )
        if number != len(attempt.follow_ups) + 1:
            raise _follow_up_done(row, place, number)
        return attempt

    def _attempt(self, session: Session, row: InterviewRow, place: int) -> AttemptRow | None:
        its = select(AttemptRow).where(AttemptRow.person == self.person, AttemptRow.interview == row.id)
        return session.scalar(its.where(AttemptRow.place == place))

    def _read(self, session: Session, rows: Sequence[InterviewRow]) -> list[Interview]:
        ids = [row.id for row in rows]
        attempts = session.scalars(
            select(AttemptRow).where(AttemptRow.person == self.person, AttemptRow.interview.in_(ids))
        )
        found = {(one.interview, one.place): attempt_of(one) for one in attempts}
        return [
            _interview(row, {place: one for (owner, place), one in found.items() if owner == row.id}) for row in rows
        ]


def row_of(interview: Interview, person: str) -> InterviewRow:
    """A row of a whole interview, with its questions; its answers have rows of their own."""
    return InterviewRow(
        id=interview.id,
        person=person,
        created=interview.created.astimezone(UTC),
        choice=interview.choice.value,
        topic=interview.topic,
        seed=str(interview.seed),
        follow_ups=interview.follow_ups,
        seconds=interview.seconds,
        ended=interview.ended and interview.ended.astimezone(UTC),
        questions=[
            InterviewQuestionRow(
                place=place,
                question_id=one.question_id,
                question=one.question,
                asked=one.asked and one.asked.astimezone(UTC),
                skipped=one.skipped,
                moved_on=one.moved_on,
            )
            for place, one in enumerate(interview.questions, 1)
        ],
    )


def _question(row: InterviewRow, place: int) -> InterviewQuestionRow:
    if not 1 <= place <= len(row.questions):
        raise InputError(
            "interview {interview} has no question {question}; it has 1 to {last}",
            interview=row.id,
            question=place,
            last=len(row.questions),
        )
    return row.questions[place - 1]


def _refuse_where_over(row: InterviewRow) -> None:
    if row.ended is not None:
        raise InputError("interview {interview} is over and takes no more answers; see its report", interview=row.id)


def _follow_up_done(row: InterviewRow, place: int, number: int) -> InputError:
    return InputError(
        "follow-up {number} of question {question} of interview {interview} is done, perhaps in another window; "
        "reload it",
        number=number,
        question=place,
        interview=row.id,
    )


def _interview(row: InterviewRow, answers: dict[int | None, Attempt]) -> Interview:
    try:
        return Interview(
            id=row.id,
            created=row.created,
            choice=Choice(row.choice),
            topic=row.topic,
            seed=int(row.seed),
            follow_ups=row.follow_ups,
            seconds=row.seconds,
            ended=row.ended,
            questions=tuple(
                InterviewQuestion(
                    question_id=one.question_id,
                    question=one.question,
                    asked=one.asked,
                    skipped=one.skipped,
                    attempt=answers.get(one.place),
                    moved_on=one.moved_on,
                )
                for one in row.questions
            ),
        )
    except ValueError:
        raise RecordUnavailable(
            "interview {interview} was stored by another version of the program, or is damaged; update the program",
            interview=row.id,
        ) from None
