"""The database of the record: opened, its tables made or brought up to date when they are not."""

import sqlite3
import threading
import weakref
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from filelock import FileLock
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from coach.adapters.sql_faults import FAULTS, fault_and_remedy, is_sqlite, place
from coach.adapters.sql_tables import REVISION
from coach.adapters.sqlite_traces import forget_what_was_deleted
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
        turn = self._turn if writes and is_sqlite(url) else nullcontext()
        try:
            with turn, Session(self._open(url).execution_options(writes=writes)) as session, session.begin():
                yield session
        except FAULTS as fault:
            raise RecordUnavailable("{place}: {why}", place=place(url), why=fault_and_remedy(fault)) from fault

    def forget_what_was_deleted(self) -> None:
        """Leaves nothing of deleted text in SQLite's files, nor copies from before upgrades; a server sees to its own.

        Raises RecordUnavailable where another program holds the database.
        """
        url = _parsed(self._url)
        if is_sqlite(url):
            with self._turn:
                forget_what_was_deleted(Path(str(url.database)))

    def _open(self, url: URL) -> Engine:
        with self._opening:
            if self._engine is None or _is_gone(url):
                self._engine = _opened(url)
                weakref.finalize(self, self._engine.dispose)  # says goodbye to a server
            return self._engine


def _parsed(url: str | URL) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):  # not shown: it may hold a password
        raise RecordUnavailable(
            "COACH_DATABASE_URL holds no address of a database; give one as postgresql+psycopg://user:password@host/name"
        ) from None


def _opened(url: URL) -> Engine:
    if not is_sqlite(url):
        # What is only wanted once leaves no connection behind where it fails.
        options = {"hide_parameters": True, "connect_args": _connect_args(url)}
        _set_up(create_engine(url, poolclass=NullPool, **options))
        return create_engine(url, pool_pre_ping=True, **options)
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


def _connect_args(url: URL) -> dict[str, int]:
    """An end to the waiting for a server that does not answer; left to itself, it would take minutes."""
    return {"connect_timeout": _LOCK_SECONDS} if url.get_driver_name() == "psycopg" else {}


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    del record
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # One that reads first and then wants to write would fail at once, without waiting, if another wrote in between.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _is_gone(url: URL) -> bool:
    return is_sqlite(url) and not Path(str(url.database)).exists()


def _set_up(engine: Engine) -> None:
    with engine.connect() as connection:
        made = inspect(connection).has_table("alembic_version")
        stored = list(connection.scalars(text("SELECT version_num FROM alembic_version"))) if made else []
    if stored == [REVISION]:
        return
    # Alembic takes a tenth of a second to import, and nearly always there is nothing to do.
    from coach.adapters.sql_upgrade import upgrade

    try:
        upgrade(engine, _LOCK_SECONDS)
    except FAULTS as fault:
        where, why = place(engine.url), fault_and_remedy(fault)
        if stored:
            raise RecordUnavailable(
                "{place}: its tables could not be brought up to date, and nothing was changed: {why}",
                place=where,
                why=why,
            ) from fault
        raise RecordUnavailable(
            "{place}: its tables could not be made, and nothing was changed: {why}", place=where, why=why
        ) from fault
