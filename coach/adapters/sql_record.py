"""The record in a SQL database through SQLAlchemy: SQLite in a file (WAL), or a server such as PostgreSQL."""

import json
import re
import sqlite3
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

from filelock import FileLock
from sqlalchemy import (
    URL,
    Connection,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    NullPool,
    Text,
    TypeDecorator,
    create_engine,
    event,
    inspect,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from coach.critique.feedback import Feedback, FollowUp, Label
from coach.errors import RecordUnavailable
from coach.practice.record import Attempt

_REVISION = "0001"
"""Of the tables below. Stored where Alembic looks for it, so that later migrations know where to begin."""

_LOCK_SECONDS = 10
_ESCAPED = re.compile(r"[\\\0\ud800-\udfff]")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")


def sqlite_url(data_dir: Path) -> URL:
    """The address of the record where no other is set: `coach.db` in the data folder."""
    # Seconds to wait for other processes: on a busy disk the driver's 5 were too few for two that write all the time.
    return URL.create("sqlite", database=str(data_dir / "coach.db"), query={"timeout": "15"})


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


class _Letters(TypeDecorator[str]):
    """Text to the letter: what databases refuse (halves of characters; PostgreSQL: NUL) is stored as its code."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _ESCAPED.sub(_escape, value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _ESCAPE.sub(lambda found: chr(int(found[1], 16)), value)


class _Utc(TypeDecorator[datetime]):
    """A point in time. SQLite keeps no time zone, so it must go in as UTC, and comes out as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class _Row(DeclarativeBase):
    type_annotation_map: ClassVar[dict[object, object]] = {str: _Letters, datetime: _Utc}


class _Revision(_Row):
    __tablename__ = "alembic_version"

    version_num: Mapped[str] = mapped_column(primary_key=True)


class _FollowUpRow(_Row):
    __tablename__ = "follow_up_answers"

    number: Mapped[int] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(ForeignKey("attempts.number"), index=True)
    question: Mapped[str]
    key_point_id: Mapped[str]
    source: Mapped[str]
    answer: Mapped[str]


class _SelfRatingRow(_Row):
    __tablename__ = "self_ratings"

    attempt: Mapped[int] = mapped_column(ForeignKey("attempts.number"), primary_key=True)
    key_point_id: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]


class _AttemptRow(_Row):
    __tablename__ = "attempts"

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    created: Mapped[datetime] = mapped_column(index=True)
    question_id: Mapped[str]
    question: Mapped[str]
    answer: Mapped[str]
    feedback: Mapped[str | None] = mapped_column(Text)
    follow_ups: Mapped[list[_FollowUpRow]] = relationship(lazy="selectin", order_by=_FollowUpRow.number)
    self_ratings: Mapped[list[_SelfRatingRow]] = relationship(lazy="selectin")


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
        self._url = url
        self._clock = clock
        self._new_id = new_id
        self._engine: Engine | None = None
        self._opening = threading.Lock()
        self._turn = threading.Lock()

    def add_attempt(self, question_id: str, question: str, answer: str) -> Attempt:
        """Keeps an answer, before anybody judges it."""
        attempt = Attempt(
            id=self._new_id(),
            created=self._clock().astimezone(UTC),
            question_id=question_id,
            question=question,
            answer=answer,
        )
        with self._session(writes=True) as session:
            session.add(
                _AttemptRow(
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
        with self._session(writes=False) as session:
            row = session.scalar(select(_AttemptRow).where(_AttemptRow.id == attempt_id))
            return None if row is None else _attempt(row)

    def attempts(self, limit: int) -> Sequence[Attempt]:
        """The newest attempts, newest first."""
        newest = select(_AttemptRow).order_by(_AttemptRow.created.desc(), _AttemptRow.number.desc()).limit(limit)
        with self._session(writes=False) as session:
            return [_attempt(row) for row in session.scalars(newest)]

    def set_feedback(self, attempt_id: str, feedback: Feedback) -> None:
        """Keeps the judgement of an attempt; a later one replaces it."""
        with self._session(writes=True) as session:
            _locked(session, attempt_id).feedback = _json(feedback)

    def add_follow_up(self, attempt_id: str, follow_up: FollowUp, answer: str) -> None:
        """Keeps the answer to a follow-up, before anybody judges it."""
        with self._session(writes=True) as session:
            number = _locked(session, attempt_id).number
            session.add(_FollowUpRow(attempt=number, answer=answer, **follow_up.model_dump()))

    def rate(self, attempt_id: str, key_point_id: str, label: Label) -> None:
        """Keeps the candidate's own rating of a key point; a later one replaces it."""
        with self._session(writes=True) as session:
            number = _locked(session, attempt_id).number
            session.merge(_SelfRatingRow(attempt=number, key_point_id=key_point_id, label=label.value))

    @contextmanager
    def _session(self, writes: bool) -> Generator[Session]:
        url = _parsed(self._url)
        # SQLite's own waiting is by chance: of eight threads that write without a pause, one may wait for too long.
        turn = self._turn if writes and _is_sqlite(url) else nullcontext()
        try:
            with turn, Session(self._open(url).execution_options(writes=writes)) as session, session.begin():
                yield session
        except (SQLAlchemyError, OSError, ImportError) as fault:
            raise RecordUnavailable(f"{_place(url)}: {_fault_and_remedy(fault)}") from fault

    def _open(self, url: URL) -> Engine:
        with self._opening:
            if self._engine is None or _is_gone(url):
                self._engine = _opened(url)
            return self._engine


def _parsed(url: str | URL) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):  # not shown: it may hold a password
        raise RecordUnavailable(
            "COACH_DATABASE_URL holds no address of a database; give one as postgresql+psycopg://user:password@host/name"
        ) from None


def _opened(url: URL) -> Engine:
    if not _is_sqlite(url):
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True)
        _set_up(engine)
        return engine
    if not url.database or url.database == ":memory:":
        raise RecordUnavailable(
            "a SQLite database in memory would lose every answer; name a file in COACH_DATABASE_URL"
        )
    # A connection a call, so none is left open to a file that somebody moves or deletes. On a disk that takes 5 ms to
    # sync, a write takes 14 ms instead of 4, and a read 0.3 instead of 0.1.
    engine = create_engine(url, hide_parameters=True, poolclass=NullPool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    # SQLite does not wait for its lock while it switches to WAL: of eight processes that began at once, one failed.
    with FileLock(f"{url.database}.lock", timeout=_LOCK_SECONDS):
        _set_up(engine)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    del record
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # One that reads first and then wants to write would fail at once, without waiting, if another wrote in between.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _is_gone(url: URL) -> bool:
    return _is_sqlite(url) and not Path(str(url.database)).exists()


def _set_up(engine: Engine) -> None:
    with engine.connect() as connection:
        if not inspect(connection).has_table(_Revision.__tablename__):
            connection.rollback()
            _create_tables(engine)
            return
        revision = connection.scalar(select(_Revision.version_num))
    if revision != _REVISION:
        raise RecordUnavailable(
            f"{_place(engine.url)}: its tables have revision {revision}, this program knows {_REVISION}; update the "
            "program, or name another database in COACH_DATABASE_URL"
        )


def _create_tables(engine: Engine) -> None:
    with Session(engine.execution_options(writes=True)) as session, session.begin():
        _Row.metadata.create_all(session.connection(), checkfirst=False)
        session.add(_Revision(version_num=_REVISION))


def _locked(session: Session, attempt_id: str) -> _AttemptRow:
    """The attempt's row, which nobody else changes until the transaction ends."""
    row = session.scalar(select(_AttemptRow).where(_AttemptRow.id == attempt_id).with_for_update())
    if row is None:
        raise RecordUnavailable(
            f"the record holds no attempt {attempt_id}, so nothing can be kept with it; store the answer again"
        )
    return row


def _json(feedback: Feedback) -> str:
    # Models send halves of characters now and then, and Pydantic's own JSON refuses them.
    return _LONE_SURROGATE.sub(_escape, json.dumps(feedback.model_dump(mode="json"), ensure_ascii=False))


def _attempt(row: _AttemptRow) -> Attempt:
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


def _place(url: URL) -> str:
    """How messages call the database: never with its password."""
    return url.database or "" if _is_sqlite(url) else url.render_as_string(hide_password=True)


_SQLITE_FAULTS = {
    sqlite3.SQLITE_BUSY: "another program holds the database; close that program, or try again in a moment",
    sqlite3.SQLITE_FULL: "the disk is full; free some space and try again",
    sqlite3.SQLITE_IOERR: "the disk refuses to read or write; make sure that it works and has space, then try again",
    sqlite3.SQLITE_NOTADB: "the file is no SQLite database; move it away, or name another in COACH_DATABASE_URL",
    sqlite3.SQLITE_CORRUPT: "the database is damaged; move it away and put a backup in its place",
    sqlite3.SQLITE_CANTOPEN: "the file can't be opened; make sure that it is a file in a folder you may write to",
    sqlite3.SQLITE_READONLY: "the file may not be written; give yourself the right to write to it and to its folder",
}


def _fault_and_remedy(fault: SQLAlchemyError | OSError | ImportError) -> str:
    if isinstance(fault, ArgumentError):
        return "SQLAlchemy knows no such kind of database; give one as postgresql+psycopg://user:password@host/name"
    if isinstance(fault, ImportError):
        return f"the driver {fault.name} is not installed; install it, or name another database in COACH_DATABASE_URL"
    if isinstance(fault, OSError):
        return f"{fault.strerror or fault}; make sure that the folder is there and that you may write to it"
    cause = fault.orig if isinstance(fault, DBAPIError) else fault
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # the rest says where inside SQLite
    said = " ".join(str(cause).split())
    return _SQLITE_FAULTS.get(code, f"{said}; make sure that the database runs and that COACH_DATABASE_URL is right")
