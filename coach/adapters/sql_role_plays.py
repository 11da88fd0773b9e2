"""Role-plays and their turns in a SQL database."""

import json
from collections.abc import Sequence
from datetime import UTC

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from coach.adapters.sql_own import Own, stored
from coach.adapters.sql_tables import RolePlayRow, RolePlayTurnRow
from coach.customer.debrief import Debrief
from coach.customer.mood import StopReason
from coach.customer.scenario import Scenario
from coach.customer.turns import Exchange, Intensity
from coach.errors import InputError, RecordUnavailable
from coach.practice.record import RolePlay


class SqlRolePlays(Own):
    """The role-plays of a `Record`."""

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
            created=self._now(),
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
            session.add(row_of(role_play, self.person))
        return role_play

    def role_play(self, role_play_id: str) -> RolePlay | None:
        """One role-play; None where there is none of this id."""
        with self._database.session(writes=False) as session:
            row = session.scalar(self._role_plays().where(RolePlayRow.id == role_play_id))
            return None if row is None else role_play_of(row)

    def role_plays(self, limit: int | None) -> Sequence[RolePlay]:
        """The newest role-plays, newest first; all of them where the limit is None."""
        newest = self._role_plays().order_by(RolePlayRow.created.desc(), RolePlayRow.number.desc()).limit(limit)
        with self._database.session(writes=False) as session:
            return [role_play_of(row) for row in session.scalars(newest)]

    def add_turn(self, role_play_id: str, number: int, said: str) -> None:
        """Keeps a turn of the candidate, before anybody reads it. `number` counts from 1.

        Raises InputError where this turn was said already, in another window for one, where it is not the next one,
        where the one before it waits for its answer, or where the role-play has ended.
        """
        with self._database.session(writes=True) as session:
            row = self._locked_role_play(session, role_play_id)
            _refuse_where_not_next(row, number)
            row.turns.append(RolePlayTurnRow(number=number, said=said))

    def answer_turn(self, role_play_id: str, number: int, exchange: Exchange) -> None:
        """Keeps what came of a turn, and ends the role-play where its step does. An answered turn keeps its first."""
        with self._database.session(writes=True) as session:
            row = self._locked_role_play(session, role_play_id)
            turn = session.get(RolePlayTurnRow, (row.number, number))
            if turn is None:
                raise RecordUnavailable(
                    "the record holds no turn {turn} of role-play {role_play}, so no answer can be kept with it; "
                    "store the turn first",
                    turn=number,
                    role_play=role_play_id,
                )
            if turn.exchange is None:
                turn.exchange = stored(exchange)
                _end(row, exchange.step.state.end)

    def count_hint(self, role_play_id: str) -> None:
        """Keeps that a hint was given."""
        with self._database.session(writes=True) as session:
            self._locked_role_play(session, role_play_id).hints += 1

    def end_role_play(self, role_play_id: str, end: StopReason) -> None:
        """Ends a role-play; one that has ended keeps its reason."""
        with self._database.session(writes=True) as session:
            _end(self._locked_role_play(session, role_play_id), end)

    def set_debrief(self, role_play_id: str, debrief: Debrief) -> None:
        """Keeps the debrief; a later one replaces it."""
        with self._database.session(writes=True) as session:
            self._locked_role_play(session, role_play_id).debrief = stored(debrief)

    def _role_plays(self) -> Select[RolePlayRow]:
        return select(RolePlayRow).where(RolePlayRow.person == self.person)

    def _locked_role_play(self, session: Session, role_play_id: str) -> RolePlayRow:
        """The role-play's row, which nobody else changes, nor its turns, until the transaction ends."""
        row = session.scalar(self._role_plays().where(RolePlayRow.id == role_play_id).with_for_update())
        if row is None:
            raise RecordUnavailable(
                "the record holds no role-play {role_play}, so nothing can be kept with it; begin the role-play again",
                role_play=role_play_id,
            )
        return row


def _refuse_where_not_next(row: RolePlayRow, number: int) -> None:
    last = len(row.turns)
    if 1 <= number <= last:
        raise InputError(
            "turn {turn} of role-play {role_play} was said already, perhaps in another window; reload the role-play to "
            "see what came of it",
            turn=number,
            role_play=row.id,
        )
    if row.end is not None:
        raise InputError(
            "role-play {role_play} has ended ({end}) and takes no more turns; try again from one of its turns, or "
            "begin another",
            role_play=row.id,
            end=row.end,
        )
    if row.turns and row.turns[-1].exchange is None:
        raise InputError(
            "turn {turn} of role-play {role_play} still waits for the customer's answer; reload the role-play and get "
            "it answered first",
            turn=last,
            role_play=row.id,
        )
    if number != last + 1:
        raise InputError(
            "turn {turn} of role-play {role_play} can't come now, turn {next} is next; reload the role-play",
            turn=number,
            role_play=row.id,
            next=last + 1,
        )


def _end(row: RolePlayRow, end: StopReason | None) -> None:
    if row.end is None and end is not None:
        row.end = end.value


def row_of(role_play: RolePlay, person: str) -> RolePlayRow:
    """A row of a whole role-play, with its turns."""
    turns = [
        RolePlayTurnRow(number=number, said=one.said, exchange=stored(one))
        for number, one in enumerate(role_play.exchanges, 1)
    ]
    if role_play.pending is not None:
        turns.append(RolePlayTurnRow(number=len(turns) + 1, said=role_play.pending))
    return RolePlayRow(
        id=role_play.id,
        created=role_play.created.astimezone(UTC),
        scenario=stored(role_play.scenario),
        difficulty=role_play.difficulty,
        seed=str(role_play.seed),
        intensity=role_play.intensity.value,
        exam=role_play.exam,
        hints=role_play.hints,
        end=role_play.end and role_play.end.value,
        debrief=role_play.debrief and stored(role_play.debrief),
        branched_from=role_play.branched_from,
        person=person,
        turns=turns,
    )


def role_play_of(row: RolePlayRow) -> RolePlay:
    """The role-play of a row. Raises RecordUnavailable where it can't be read."""
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
            "role-play {role_play} was stored by another version of the program, or is damaged; update the program",
            role_play=row.id,
        ) from None
