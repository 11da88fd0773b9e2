"""The record in a SQL database through SQLAlchemy: SQLite in a file (WAL), or a server such as PostgreSQL."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import URL, delete, select
from sqlalchemy.orm import Session

from coach.adapters import sql_answers, sql_interviews, sql_role_plays
from coach.adapters.sql_answers import SqlAnswers
from coach.adapters.sql_interviews import SqlInterviews
from coach.adapters.sql_own import stored
from coach.adapters.sql_role_plays import SqlRolePlays
from coach.adapters.sql_tables import (
    AttemptRow,
    DisagreementRow,
    DraftRow,
    EarlierFeedbackRow,
    FollowUpRow,
    InterviewQuestionRow,
    InterviewRow,
    ModelCallRow,
    PersonRow,
    RolePlayRow,
    RolePlayTurnRow,
    Row,
    SelfRatingRow,
)
from coach.errors import RecordUnavailable
from coach.practice.record import Practice, Preferences


def sqlite_url(data_dir: Path) -> URL:
    """The address of the record where no other is set: `coach.db` in the data folder."""
    # Seconds to wait for other processes: on a busy disk the driver's 5 were too few for two that write all the time.
    return URL.create("sqlite", database=str(data_dir / "coach.db"), query={"timeout": "15"})


class SqlRecord(SqlAnswers, SqlRolePlays, SqlInterviews):
    """A `Record` in a SQL database. The database is opened by the first call, and made where there is none.

    Safe for many threads, and for many processes on one SQLite file.
    """

    def of(self, person: str) -> "SqlRecord":
        """The record of another person, in the same place."""
        return SqlRecord(self._database, person, self._clock, self._new_id)

    def draft(self, place: str) -> str:
        """What was being written at a place (a name that the caller chooses); empty where nothing was."""
        with self._database.session(writes=False) as session:
            row = session.get(DraftRow, (self.person, place))
            return "" if row is None else row.text

    def set_draft(self, place: str, text: str) -> None:
        """Keeps what is being written; an empty text takes it away."""
        with self._database.session(writes=True) as session:
            if text:
                session.merge(DraftRow(person=self.person, place=place, text=text))
            else:
                session.execute(delete(DraftRow).where(DraftRow.person == self.person, DraftRow.place == place))

    def preferences(self) -> Preferences:
        """What the person has chosen; the defaults where nothing was."""
        with self._database.session(writes=False) as session:
            row = session.get(PersonRow, self.person)
            try:
                return Preferences() if row is None else Preferences.model_validate_json(row.preferences)
            except ValidationError:
                raise RecordUnavailable(
                    "what {person} has chosen was stored by another version of the program, or is damaged; "
                    "update the program",
                    person=self.person,
                ) from None

    def set_preferences(self, preferences: Preferences) -> None:
        """Keeps what the person has chosen."""
        with self._database.session(writes=True) as session:
            row = session.get(PersonRow, self.person)
            created = self._now() if row is None else row.created
            session.merge(PersonRow(id=self.person, created=created, preferences=stored(preferences)))

    def restore(self, practice: Practice) -> int:
        """Keeps what an export holds and says how much was new; what is there already stays as it is."""
        with self._database.session(writes=True) as session:
            added = list(self._new_rows(session, practice))
            session.add_all(added)
        return len(added)

    def delete_everything(self) -> None:
        """Deletes all that the record holds of the person. Nobody can bring it back."""
        with self._database.session(writes=True) as session:
            for part, whole, link in (
                (FollowUpRow, AttemptRow, FollowUpRow.attempt),
                (SelfRatingRow, AttemptRow, SelfRatingRow.attempt),
                (DisagreementRow, AttemptRow, DisagreementRow.attempt),
                (EarlierFeedbackRow, AttemptRow, EarlierFeedbackRow.attempt),
                (RolePlayTurnRow, RolePlayRow, RolePlayTurnRow.role_play),
                (InterviewQuestionRow, InterviewRow, InterviewQuestionRow.interview),
            ):
                own = select(whole.number).where(whole.person == self.person)
                session.execute(delete(part).where(link.in_(own)))
            for table in (AttemptRow, RolePlayRow, InterviewRow, DraftRow, ModelCallRow):
                session.execute(delete(table).where(table.person == self.person))
            session.execute(delete(PersonRow).where(PersonRow.id == self.person))
        self._database.forget_what_was_deleted()

    def _new_rows(self, session: Session, practice: Practice) -> Iterator[Row]:
        """Oldest first, so that of two at the same time the last stays the last."""
        ids = {row: _Ids(session, row, self.person) for row in (AttemptRow, RolePlayRow, InterviewRow)}
        for interview in reversed(practice.interviews):
            if ids[InterviewRow].take(interview.id):
                yield sql_interviews.row_of(
                    interview.model_copy(update={"id": ids[InterviewRow][interview.id]}), self.person
                )
        for answer in reversed(practice.answers):
            if ids[AttemptRow].take(answer.id):
                within = answer.interview and ids[InterviewRow][answer.interview]
                its = {"id": ids[AttemptRow][answer.id], "interview": within}
                yield sql_answers.row_of(answer.model_copy(update=its), self.person)
        for role_play in reversed(practice.role_plays):
            if ids[RolePlayRow].take(role_play.id):
                before = role_play.branched_from and ids[RolePlayRow][role_play.branched_from]
                its = {"id": ids[RolePlayRow][role_play.id], "branched_from": before}
                yield sql_role_plays.row_of(role_play.model_copy(update=its), self.person)


class _Ids:
    """Under which ids things are restored: their own, or others where somebody else's bear them already."""

    def __init__(
        self,
        session: Session,
        table: type[AttemptRow] | type[RolePlayRow] | type[InterviewRow],
        person: str,
    ) -> None:
        taken = session.execute(select(table.id, table.person)).all()
        self._own = {one for one, whose in taken if whose == person}
        self._others = {one for one, whose in taken if whose != person}
        self._person = person

    def take(self, one: str) -> bool:
        """Whether the person has no such thing yet; from now on they have."""
        is_new = self[one] not in self._own
        self._own.add(self[one])
        return is_new

    def __getitem__(self, one: str) -> str:
        # The other id follows from the person and the first one, so that what is restored twice is known again.
        whose = f"{self._person}\n{one}".encode("utf-8", "surrogatepass")
        return str(UUID(bytes=sha256(whose).digest()[:16])) if one in self._others else one
