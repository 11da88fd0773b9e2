"""What is wrong with a database, in one line that says how to mend it."""

import sqlite3

from filelock import Timeout
from sqlalchemy import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from coach.language import Sentence

FAULTS = (SQLAlchemyError, sqlite3.Error, OSError, ImportError)
"""What comes up where a database does not work."""

_HELD = Sentence.of("another program holds the database; close that program, or try again in a moment")
_FULL = Sentence.of("the disk is full; free some space and try again")
_SQLITE_FAULTS = {
    sqlite3.SQLITE_BUSY: _HELD,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR_SHMSIZE: _FULL,
    sqlite3.SQLITE_IOERR: Sentence.of(
        "the disk refuses to read or write; make sure that it works and has space, then try again"
    ),
    sqlite3.SQLITE_NOTADB: Sentence.of(
        "the file is no SQLite database; move it away, or name another in COACH_DATABASE_URL"
    ),
    sqlite3.SQLITE_CORRUPT: Sentence.of("the database is damaged; move it away and put a backup in its place"),
    sqlite3.SQLITE_CANTOPEN: Sentence.of(
        "the file can't be opened; make sure that it is a file in a folder you may write to"
    ),
    sqlite3.SQLITE_READONLY: Sentence.of(
        "the file may not be written; give yourself the right to write to it and to its folder"
    ),
}
_POSTGRESQL_FAULTS = {
    "55P03": _HELD,
    "53100": _FULL,
    "42501": Sentence.of(
        "the user may not do this; make it the owner of the database, or name another in COACH_DATABASE_URL"
    ),
}


def is_sqlite(url: URL) -> bool:
    """Whether the database is a SQLite file."""
    return url.get_backend_name() == "sqlite"


def place(url: URL) -> str:
    """How messages call the database: never with its password."""
    return url.database or "" if is_sqlite(url) else url.render_as_string(hide_password=True)


def fault_and_remedy(fault: Exception) -> Sentence:
    """What one of FAULTS means and what to do about it."""
    if isinstance(fault, ArgumentError):
        return Sentence.of(
            "SQLAlchemy knows no such kind of database; give one as postgresql+psycopg://user:password@host/name"
        )
    if isinstance(fault, ImportError):
        return Sentence.of(
            "the driver {driver} is not installed; install it, or name another database in COACH_DATABASE_URL",
            driver=fault.name,
        )
    if isinstance(fault, Timeout):
        return Sentence.of(
            "another program holds {file}; close that program, or try again in a moment", file=fault.lock_file
        )
    if isinstance(fault, OSError):
        return Sentence.of(
            "{said}; make sure that the folder is there and that you may write to it", said=fault.strerror or fault
        )
    cause = fault.orig if isinstance(fault, DBAPIError) else fault
    said = " ".join(str(cause).split())
    code = getattr(cause, "sqlite_errorcode", 0)  # its lowest byte says what happened, the rest where inside SQLite
    by_driver = _SQLITE_FAULTS.get(code) or _SQLITE_FAULTS.get(code & 0xFF)
    by_server = _POSTGRESQL_FAULTS.get(getattr(cause, "sqlstate", None) or "")
    if by_driver:
        return by_driver
    if by_server:
        return Sentence.of("{said}: {remedy}", said=said, remedy=by_server)
    return Sentence.of("{said}; make sure that the database runs and that COACH_DATABASE_URL is right", said=said)
