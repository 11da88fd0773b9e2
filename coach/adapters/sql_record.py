"""The record in a SQL database through SQLAlchemy: SQLite in a file (WAL), or a server such as PostgreSQL."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from pydantic import BaseModel
from sqlalchemy import URL, select
from sqlalchemy.orm import Session

from coach.adapters.sql_database import SqlDatabase
from coach.adapters.sql_tables import AttemptRow, FollowUpRow, RolePlayRow, RolePlayTurnRow, SelfRatingRow, escape
from coach.critique.feedback import Feedback, FollowUp, Label
from coach.customer.debrief import Debrief
from coach.customer.mood import StopReason
from coach.customer.scenario import Scenario
from coach.customer.turns import Exchange, Intensity
from coach.errors import InputError, RecordUnavailable
from coach.practice.record import Attempt, RolePlay

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def sqlite_url(data_dir: Path) -> URL:
    """The address of the record where no other is set: `coach.db` in the data folder."""
    # Seconds to wait for other processes: on a busy disk the driver's 5 were too few for two that write all the time.
    return URL.create("sqlite", database=str(data_dir / "coach.db"), query={"timeout": "15"})


class SqlRecord:
    """A `Record` in a SQL database. The database is opened by the first call, and made where there is none.

    Safe for many threads, and for many processes on one SQLite file.
    """

    def __init__(
        self,
        url: str | URL,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self._database = SqlDatabase(url)
        self._clock = clock
        self._new_id = new_id

    def add_attempt(self, question_id: str, question: str, answer: str) -> Attempt:
        """Keeps an answer, before anybody judges it."""
        attempt = Attempt(
            id=self._new_id(),
            created=self._clock().astimezone(UTC),
            question_id=question_id,
            question=question,
            answer=answer,
        )
        with self._database.session(writes=True) as session:
            session.add(
                AttemptRow(
                    id=attempt.id,
                    created=attempt.created,
                    question_id=question_id,
                    question=question,
                    answer=answer,
                )
            )
        return attempt

    def attempt(self, attempt_id: str) -> Attempt | None:
        """One attempt; None where there is none of this id."""
        with self._database.session(writes=False) as session:
            row = session.scalar(select(AttemptRow).where(AttemptRow.id == attempt_id))
            return None if row is None else _attempt(row)

    def attempts(self, limit: int | None) -> Sequence[Attempt]:
        """The newest attempts, newest first; all of them where the limit is None."""
        newest = select(AttemptRow).order_by(AttemptRow.created.desc(), AttemptRow.number.desc()).limit(limit)
        with self._database.session(writes=False) as session:
            return [_attempt(row) for row in session.scalars(newest)]

    def set_feedback(self, attempt_id: str, feedback: Feedback) -> None:
        """Keeps the judgement of an attempt; a later one replaces it."""
        with self._database.session(writes=True) as session:
            # Models send halves of characters now and then, and Pydantic's own JSON refuses them.
            _locked_attempt(session, attempt_id).feedback = _LONE_SURROGATE.sub(escape, _json(feedback))

    def add_follow_up(self, attempt_id: str, follow_up: FollowUp, answer: str) -> None:
        """Keeps the answer to a follow-up, before anybody judges it."""
        with self._database.session(writes=True) as session:
            number = _locked_attempt(session, attempt_id).number
            session.add(FollowUpRow(attempt=number, answer=answer, **follow_up.model_dump()))

    def rate(self, attempt_id: str, key_point_id: str, label: Label) -> None:
        """Keeps the candidate's own rating of a key point; a later one replaces it."""
        with self._database.session(writes=True) as session:
            number = _locked_attempt(session, attempt_id).number
            session.merge(SelfRatingRow(attempt=number, key_point_id=key_point_id, label=label.value))

    def add_role_play(
        self,
        scenario: Scenario,
        difficulty: int,
        seed: int,
        intensity: Intensity,
        exam: bool = False,
        exchanges: Sequence[Exchange] = (),
        branched_from: str | None = None,
    ) -> RolePlay:
        """Begins a role-play, with the exchanges of an earlier one where it tries again from there."""
        role_play = RolePlay(
            id=self._new_id(),
            created=self._clock().astimezone(UTC),
            scenario=scenario,
            difficulty=difficulty,
            seed=seed,
            intensity=intensity,
            exam=exam,
            exchanges=tuple(exchanges),
            end=exchanges[-1].step.state.end if exchanges else None,
            branched_from=branched_from,
        )
        with self._database.session(writes=True) as session:
            session.add(_new_row(role_play))
        return role_play

    def role_play(self, role_play_id: str) -> RolePlay | None:
        """One role-play; None where there is none of this id."""
        with self._database.session(writes=False) as session:
            row = session.scalar(select(RolePlayRow).where(RolePlayRow.id == role_play_id))
            return None if row is None else _role_play(row)

    def role_plays(self, limit: int | None) -> Sequence[RolePlay]:
        """The newest role-plays, newest first; all of them where the limit is None."""
        newest = select(RolePlayRow).order_by(RolePlayRow.created.desc(), RolePlayRow.number.desc()).limit(limit)
        with self._database.session(writes=False) as session:
            return [_role_play(row) for row in session.scalars(newest)]

    def add_turn(self, role_play_id: str, number: int, said: str) -> None:
        """Keeps a turn of the candidate, before anybody reads it. `number` counts from 1.

        Raises InputError where this turn was said already, in another window for one, where it is not the next one,
        where the one before it waits for its answer, or where the role-play has ended.
        """
        with self._database.session(writes=True) as session:
            row = _locked_role_play(session, role_play_id)
            fault = _why_not_next(row, number)
            if fault is not None:
                raise InputError(fault)
            row.turns.append(RolePlayTurnRow(number=number, said=said))

    def answer_turn(self, role_play_id: str, number: int, exchange: Exchange) -> None:
        """Keeps what came of a turn, and ends the role-play where its step does. An answered turn keeps its first."""
        with self._database.session(writes=True) as session:
            row = _locked_role_play(session, role_play_id)
            turn = session.get(RolePlayTurnRow, (row.number, number))
            if turn is None:
                raise RecordUnavailable(
                    f"the record holds no turn {number} of role-play {role_play_id}, so no answer can be kept with it; "
                    "store the turn first"
                )
            if turn.exchange is None:
                turn.exchange = _json(exchange)
                _end(row, exchange.step.state.end)

    def count_hint(self, role_play_id: str) -> None:
        """Keeps that a hint was given."""
        with self._database.session(writes=True) as session:
            _locked_role_play(session, role_play_id).hints += 1

    def end_role_play(self, role_play_id: str, end: StopReason) -> None:
        """Ends a role-play; one that has ended keeps its reason."""
        with self._database.session(writes=True) as session:
            _end(_locked_role_play(session, role_play_id), end)

    def set_debrief(self, role_play_id: str, debrief: Debrief) -> None:
        """Keeps the debrief; a later one replaces it."""
        with self._database.session(writes=True) as session:
            _locked_role_play(session, role_play_id).debrief = _json(debrief)


def _locked_attempt(session: Session, attempt_id: str) -> AttemptRow:
    """The attempt's row, which nobody else changes until the transaction ends."""
    row = session.scalar(select(AttemptRow).where(AttemptRow.id == attempt_id).with_for_update())
    if row is None:
        raise RecordUnavailable(
            f"the record holds no attempt {attempt_id}, so nothing can be kept with it; store the answer again"
        )
    return row


def _locked_role_play(session: Session, role_play_id: str) -> RolePlayRow:
    """The role-play's row, which nobody else changes, nor its turns, until the transaction ends."""
    row = session.scalar(select(RolePlayRow).where(RolePlayRow.id == role_play_id).with_for_update())
    if row is None:
        raise RecordUnavailable(
            f"the record holds no role-play {role_play_id}, so nothing can be kept with it; begin the role-play again"
        )
    return row


def _why_not_next(row: RolePlayRow, number: int) -> str | None:
    last = len(row.turns)
    if 1 <= number <= last:
        return (
            f"turn {number} of role-play {row.id} was said already, perhaps in another window; reload the role-play to "
            "see what came of it"
        )
    if row.end is not None:
        return (
            f"role-play {row.id} has ended ({row.end}) and takes no more turns; try again from one of its turns, or "
            "begin another"
        )
    if row.turns and row.turns[-1].exchange is None:
        return (
            f"turn {last} of role-play {row.id} still waits for the customer's answer; reload the role-play and get it "
            "answered first"
        )
    if number != last + 1:
        return f"turn {number} of role-play {row.id} can't come now, turn {last + 1} is next; reload the role-play"
    return None


def _end(row: RolePlayRow, end: StopReason | None) -> None:
    if row.end is None and end is not None:
        row.end = end.value


def _json(value: BaseModel) -> str:
    return json.dumps(value.model_dump(mode="json"), ensure_ascii=False)


def _attempt(row: AttemptRow) -> Attempt:
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
                    }
                    for one in row.follow_ups
                ],
                "self_ratings": {one.key_point_id: one.label for one in row.self_ratings},
            }
        )
    except ValueError:
        raise RecordUnavailable(
            f"attempt {row.id} was stored by another version of the program, or is damaged; update the program"
        ) from None


def _new_row(role_play: RolePlay) -> RolePlayRow:
    return RolePlayRow(
        id=role_play.id,
        created=role_play.created,
        scenario=_json(role_play.scenario),
        difficulty=role_play.difficulty,
        seed=str(role_play.seed),
        intensity=role_play.intensity.value,
        exam=role_play.exam,
        hints=0,
        end=None if role_play.end is None else role_play.end.value,
        branched_from=role_play.branched_from,
        turns=[
            RolePlayTurnRow(number=number, said=one.said, exchange=_json(one))
            for number, one in enumerate(role_play.exchanges, 1)
        ],
    )


def _role_play(row: RolePlayRow) -> RolePlay:
    waiting = row.turns[-1].said if row.turns and row.turns[-1].exchange is None else None
    try:
        return RolePlay.model_validate(
            {
                "id": row.id,
                "created": row.created,
                "scenario": json.loads(row.scenario),
                "difficulty": row.difficulty,
                "seed": row.seed,
                "intensity": row.intensity,
                "exam": row.exam,
                "exchanges": [json.loads(one.exchange) for one in row.turns if one.exchange is not None],
                "pending": waiting,
                "hints": row.hints,
                "end": row.end,
                "debrief": None if row.debrief is None else json.loads(row.debrief),
                "branched_from": row.branched_from,
            }
        )
    except ValueError:
        raise RecordUnavailable(
            f"role-play {row.id} was stored by another version of the program, or is damaged; update the program"
        ) from None
