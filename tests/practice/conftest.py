"""Fixtures for the tests of every `Record`."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from coach.adapters.sql_record import SqlRecord, sqlite_url
from coach.practice.record import Record
from tests.practice.record_parts import START, MakeRecord


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def make_record(request: pytest.FixtureRequest, tmp_path: Path) -> MakeRecord:
    url = sqlite_url(tmp_path) if request.param == "SQLite" else request.getfixturevalue("postgres_url")
    numbers = count(1)
    return lambda clock: SqlRecord(url, clock=clock, new_id=lambda: f"attempt-{next(numbers)}")


@pytest.fixture
def times() -> Iterator[datetime]:
    return (START + timedelta(minutes=minute) for minute in count())


@pytest.fixture
def record(make_record: MakeRecord, times: Iterator[datetime]) -> Record:
    return make_record(lambda: next(times))
