"""Many persons at once in one record. `python -m benchmarks.sessions` plays 500 sessions of each."""

from pathlib import Path

import pytest
from sqlalchemy import URL

from coach.adapters.sql_record import SqlRecord, sqlite_url
from tests.adapters.played_sessions import check, play_at_once

THREADS, SESSIONS = 16, 15


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    return sqlite_url(tmp_path) if request.param == "SQLite" else request.getfixturevalue("postgres_url")


def test_threads_of_sixteen_persons_lose_double_and_cross_nothing(url: URL) -> None:
    record = SqlRecord(url)
    play_at_once(lambda: record, THREADS, SESSIONS)
    check(record, THREADS, SESSIONS)


def test_nor_do_they_where_each_has_a_connection_of_their_own(url: URL) -> None:
    play_at_once(lambda: SqlRecord(url), 4, SESSIONS)
    check(SqlRecord(url), 4, SESSIONS)
