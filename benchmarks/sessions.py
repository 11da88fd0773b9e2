"""16 persons at once who each practise 500 sessions, on SQLite and on PostgreSQL where its server is installed.

    python -m benchmarks.sessions [--sessions 500]

Fails where anything is lost, doubled or crossed. SQLite syncs each of the four writes of a session to the disk, so it
takes minutes there; PostgreSQL runs as the tests run it, without syncing.
"""

import argparse
import tempfile
import time
from pathlib import Path

from sqlalchemy import URL

from coach.adapters.sql_record import SqlRecord, sqlite_url
from tests import postgres_server
from tests.adapters.played_sessions import check, play_at_once

THREADS = 16


def measure(name: str, url: URL, sessions: int) -> None:
    record = SqlRecord(url)
    record.attempts(1)
    began = time.perf_counter()
    play_at_once(lambda: record, THREADS, sessions)
    seconds = time.perf_counter() - began
    check(record, THREADS, sessions)
    print(f"{name}: {THREADS} x {sessions} sessions in {seconds:.1f} s, {THREADS * sessions / seconds:.0f} a second")


def main() -> None:
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--sessions", type=int, default=500)
    sessions = cli.parse_args().sessions
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", sqlite_url(Path(folder)), sessions)
    programs = postgres_server.programs()
    if programs is not None:
        with postgres_server.running(programs) as socket, postgres_server.database(socket, "mine") as url:
            measure("PostgreSQL", url, sessions)


if __name__ == "__main__":
    main()
