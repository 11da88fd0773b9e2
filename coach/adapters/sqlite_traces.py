"""What deleted rows leave in the files of a SQLite database, wiped."""

import sqlite3
from contextlib import closing
from pathlib import Path

from coach.adapters.sql_faults import FAULTS, fault_and_remedy
from coach.errors import RecordUnavailable
from coach.language import Sentence

_WAIT_SECONDS = 15


def forget_what_was_deleted(database: Path) -> None:
    """Leaves nothing of deleted or replaced text: neither in the file, nor in its log, nor in copies from upgrades.

    The copies go as a whole: nobody can take one person out of them. Raises RecordUnavailable where another program
    holds the database, or the disk has no space for a second copy of it.
    """
    try:
        with closing(sqlite3.connect(database, timeout=_WAIT_SECONDS, isolation_level=None)) as connection:
            connection.execute("VACUUM")  # also what was replaced or deleted earlier leaves the file
            is_held, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        for copy in database.parent.glob(f"{database.name}.before-*"):
            copy.unlink(missing_ok=True)
    except FAULTS as fault:
        raise _left(database, fault_and_remedy(fault)) from fault
    if is_held:
        raise _left(database, Sentence.of("another program reads the database; close it"))


def _left(database: Path, why: Sentence) -> RecordUnavailable:
    return RecordUnavailable(
        "{file}: it is deleted, but the file may still hold traces; once this is mended, delete again: {why}",
        file=database,
        why=why,
    )
