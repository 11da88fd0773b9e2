"""Opens a database again and again, each time killed (-9) some moments later, until an opening comes to its end.

    python -m tests.adapters.killed_openings sqlite:////tmp/folder/coach.db 0001 1

A moment lies before each call that changes something in SQLite, PostgreSQL or the file system. After each kill the
database is opened for good. The last number says how many moments there are from kill to kill. Gives the number of
kills; fails where one of them did harm.
"""

import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import FrameType

from sqlalchemy import URL, make_url

import coach.adapters.sql_upgrade  # noqa: F401  else each child would import Alembic
from coach.adapters.sql_record import SqlRecord
from coach.adapters.sql_tables import REVISION, Row
from tests.adapters.old_databases import contents, make_0001, run

_CALLS = {
    *("connect", "execute", "backup", "commit", "rollback", "close"),
    *("open", "unlink", "replace", "rename", "mkdir", "flock", "ftruncate"),
}
TABLES_0001 = {"alembic_version", "attempts", "follow_up_answers", "self_ratings"}
TABLES_NOW = set(Row.metadata.tables) | {"alembic_version"}


def is_moment(frame: FrameType, event: str, callee: object) -> bool:
    """Whether something that lasts is about to happen."""
    if event == "c_call":
        owner = getattr(callee, "__module__", None) or type(getattr(callee, "__self__", None)).__module__
        return owner in ("sqlite3", "_sqlite3", "posix", "fcntl") and getattr(callee, "__name__", "") in _CALLS
    if event == "call":
        return str(frame.f_globals.get("__name__")).startswith("psycopg.") and frame.f_code.co_name in _CALLS
    return False


def killer(moment: int) -> Callable[[FrameType, str, object], None]:
    """A profiler that ends the process at a moment, counted from 1."""
    seen = 0

    def watch(frame: FrameType, event: str, callee: object) -> None:
        nonlocal seen
        seen += is_moment(frame, event, callee)
        if seen == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    return watch


def killed(url: URL, moment: int) -> bool:
    """Whether opening the database lasted until the moment."""
    child = os.fork()
    if child == 0:
        sys.setprofile(killer(moment))
        SqlRecord(url).attempts(1)
        sys.setprofile(None)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), status
    return status == signal.SIGKILL


def begin(url: URL, revision: str) -> None:
    """Nothing at all, or a database of the revision."""
    if url.get_backend_name() == "postgresql":
        run(url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    else:
        for path in Path(str(url.database)).parent.iterdir():
            path.unlink()
    if revision == "0001":
        make_0001(url)


def check(url: URL, revision: str) -> None:
    """Nothing is lost, half-made or in the way."""
    left = contents(url)
    answers = ["kept"] if revision == "0001" else []
    assert set(left) in (set(), TABLES_0001, TABLES_NOW), left
    assert left.get("alembic_version", []) in ([], [("0001",)] if set(left) == TABLES_0001 else [(REVISION,)]), left
    record = SqlRecord(url)
    assert [one.answer for one in record.attempts(None)] == answers
    record.add_attempt("q01", "?", "new")
    assert [one.answer for one in record.attempts(None)] == ["new", *answers]
    assert set(contents(url)) == TABLES_NOW


def main() -> None:
    url, revision, step = make_url(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    for kills, moment in enumerate(count(1, step)):
        begin(url, revision)
        lasts = killed(url, moment)
        check(url, revision)
        if not lasts:
            sys.stdout.write(f"{kills}\n")
            return


if __name__ == "__main__":
    main()
