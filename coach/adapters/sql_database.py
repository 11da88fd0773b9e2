"""The database of the record: opened, its tables made or brought up to date, its faults told in one line."""

import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from filelock import FileLock
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from coach.adapters.sql_tables import BEFORE_ROLE_PLAYS, REVISION, Revision, Row
from coach.errors import RecordUnavailable

_LOCK_SECONDS = 10


class SqlDatabase:
    """A database that is opened by the first session, and made where there is none.

    Safe for many threads, and for many processes on one SQLite file.
    """

    def __init__(self, url: str | URL) -> None:
        self._url = url
        self._engine: Engine | None = None
        self._opening = threading.Lock()
        self._turn = threading.Lock()

    @contextmanager
    def session(self, writes: bool) -> Generator[Session]:
        """A transaction, committed at the end. Raises RecordUnavailable where the database does not work."""
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
        if not inspect(connection).has_table(Revision.__tablename__):
            connection.rollback()
            _create_tables(engine)
            return
        revision = connection.scalar(select(Revision.version_num))
    if revision == BEFORE_ROLE_PLAYS:
        _add_missing_tables(engine)
    elif revision != REVISION:
        raise RecordUnavailable(
            f"{_place(engine.url)}: its tables have revision {revision}, this program knows {REVISION}; update the "
            "program, or name another database in COACH_DATABASE_URL"
        )


def _create_tables(engine: Engine) -> None:
    with Session(engine.execution_options(writes=True)) as session, session.begin():
        Row.metadata.create_all(session.connection(), checkfirst=False)
        session.add(Revision(version_num=REVISION))


def _add_missing_tables(engine: Engine) -> None:
    with Session(engine.execution_options(writes=True)) as session, session.begin():
        # On a server, another machine may be at it too: this one waits, and then finds it done.
        stored = session.scalars(select(Revision).with_for_update()).one()
        Row.metadata.create_all(session.connection())
        stored.version_num = REVISION


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
