"""The tables of the record brought up to date by Alembic, in one transaction that happens whole or not at all."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select, text

from coach.adapters.sql_faults import place
from coach.adapters.sql_tables import REVISION
from coach.errors import RecordUnavailable

_SCRIPTS = Path(__file__).parent / "migrations"
_ONE_IN_A_PROCESS = threading.Lock()
"""Alembic's `op` speaks to one database at a time, whichever thread asks."""
_ADVISORY_LOCK = 0x636F616368  # "coach": any number that no other program of this database takes


def upgrade(engine: Engine, lock_seconds: float) -> None:
    """Gives a database all tables, or those that it lacks; an SQLite file with a record in it is copied first.

    Raises RecordUnavailable where a newer program, or another one, made the tables.
    """
    with _ONE_IN_A_PROCESS, engine.execution_options(writes=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            _wait_for_other_machines(connection, lock_seconds)
        context = MigrationContext.configure(connection)
        scripts = ScriptDirectory(_SCRIPTS, version_locations=[_SCRIPTS])
        stored = context.get_current_heads()
        known = {script.revision for script in scripts.walk_revisions()}
        if len(stored) > 1 or not known.issuperset(stored):
            raise RecordUnavailable(
                "{place}: its tables have revision {stored}, this program knows {known}; "
                "update the program, or name another database in COACH_DATABASE_URL",
                place=place(engine.url),
                stored=", ".join(stored),
                known=REVISION,
            )
        missing = list(scripts.iterate_revisions(REVISION, stored[0] if stored else "base"))
        if missing and stored and connection.dialect.name == "sqlite":
            _back_up(Path(str(engine.url.database)))
        with Operations.context(context):
            for script in reversed(missing):
                script.module.upgrade()
        context.stamp(scripts, REVISION)


def _wait_for_other_machines(connection: Connection, lock_seconds: float) -> None:
    """Whoever comes second finds the work done. The lock ends with the transaction."""
    connection.execute(text(f"SET LOCAL lock_timeout = {lock_seconds * 1000:.0f}"))
    connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))


def _back_up(database: Path) -> None:
    """Copies the database as it stands; nobody writes meanwhile, the transaction of the upgrade has begun.

    A copy that an upgrade to the same revision left when it failed is replaced: there is never more than one.
    """
    copy = database.with_name(f"{database.name}.before-{REVISION}")
    unfinished = copy.with_name(f"{copy.name}.part")
    unfinished.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(unfinished)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, whole without others beside it
        unfinished.replace(copy)
    finally:
        unfinished.unlink(missing_ok=True)
