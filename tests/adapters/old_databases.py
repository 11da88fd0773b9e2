"""Databases as earlier programs made them, and what other programs do to a database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, NullPool, create_engine, inspect

_TABLES_0001 = """
CREATE TABLE alembic_version (version_num TEXT NOT NULL, PRIMARY KEY (version_num));
CREATE TABLE attempts (
    number {number} NOT NULL, id TEXT NOT NULL, created {time} NOT NULL, question_id TEXT NOT NULL,
    question TEXT NOT NULL, answer TEXT NOT NULL, feedback TEXT, PRIMARY KEY (number), UNIQUE (id)
);
CREATE INDEX ix_attempts_created ON attempts (created);
CREATE TABLE follow_up_answers (
    number {number} NOT NULL, attempt INTEGER NOT NULL, question TEXT NOT NULL, key_point_id TEXT NOT NULL,
    source TEXT NOT NULL, answer TEXT NOT NULL,
    PRIMARY KEY (number), FOREIGN KEY(attempt) REFERENCES attempts (number)
);
CREATE INDEX ix_follow_up_answers_attempt ON follow_up_answers (attempt);
CREATE TABLE self_ratings (
    attempt INTEGER NOT NULL, key_point_id TEXT NOT NULL, label TEXT NOT NULL,
    PRIMARY KEY (attempt, key_point_id), FOREIGN KEY(attempt) REFERENCES attempts (number)
);
INSERT INTO alembic_version VALUES ('0001');
INSERT INTO attempts (id, created, question_id, question, answer) VALUES
    ('old', '2026-11-22 09:30:00.000000', 'q01', '?', 'kept');
INSERT INTO self_ratings VALUES (1, 'q01.1', 'covered')
"""
_TYPES = {
    "sqlite": {"number": "INTEGER", "time": "DATETIME"},
    "postgresql": {"number": "SERIAL", "time": "TIMESTAMP WITH TIME ZONE"},
}


@contextmanager
def connected(url: URL) -> Iterator[Connection]:
    """The database as another program sees it."""
    with create_engine(url, poolclass=NullPool).begin() as connection:
        yield connection


def run(url: URL, script: str) -> None:
    """Does what a script says, its statements parted by semicolons."""
    with connected(url) as connection:
        for statement in script.split(";"):
            connection.exec_driver_sql(statement)


def make_0001(url: URL) -> None:
    """What the program made before there were role-plays, with one attempt."""
    run(url, _TABLES_0001.format(**_TYPES[url.get_backend_name()]))


def contents(url: URL) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with connected(url) as connection:
        tables = inspect(connection).get_table_names()
        return {
            table: [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1")]
            for table in tables
        }
