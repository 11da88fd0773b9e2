"""Role-plays in a SQL database; what every record does with them is in tests/practice/test_record.py."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from coach.adapters.sql_record import SqlRecord, sqlite_url
from coach.critique.feedback import Label
from coach.customer.mood import StopReason
from coach.customer.turns import Intensity
from coach.errors import InputError, RecordUnavailable
from coach.practice.record import RolePlay
from tests.practice.role_play_parts import SCENARIO, debrief, exchange

SAID = "what the candidate said"
TABLES_0001 = """
CREATE TABLE alembic_version (version_num TEXT NOT NULL, PRIMARY KEY (version_num));
CREATE TABLE attempts (
    number INTEGER NOT NULL, id TEXT NOT NULL, created DATETIME NOT NULL, question_id TEXT NOT NULL,
    question TEXT NOT NULL, answer TEXT NOT NULL, feedback TEXT, PRIMARY KEY (number), UNIQUE (id)
);
CREATE INDEX ix_attempts_created ON attempts (created);
CREATE TABLE follow_up_answers (
    number INTEGER NOT NULL, attempt INTEGER NOT NULL, question TEXT NOT NULL, key_point_id TEXT NOT NULL,
    source TEXT NOT NULL, answer TEXT NOT NULL,
    PRIMARY KEY (number), FOREIGN KEY(attempt) REFERENCES attempts (number)
);
CREATE INDEX ix_follow_up_answers_attempt ON follow_up_answers (attempt);
CREATE TABLE self_ratings (
    attempt INTEGER NOT NULL, key_point_id TEXT NOT NULL, label TEXT NOT NULL,
    PRIMARY KEY (attempt, key_point_id), FOREIGN KEY(attempt) REFERENCES attempts (number)
);
INSERT INTO alembic_version VALUES ('0001');
INSERT INTO attempts VALUES (1, 'old', '2026-11-22 09:30:00.000000', 'q01', '?', 'kept', NULL);
INSERT INTO self_ratings VALUES (1, 'q01.1', 'covered');
"""
"""What the program made before there were role-plays, with one attempt."""


def opened(folder: Path) -> SqlRecord:
    return SqlRecord(sqlite_url(folder))


def begun(record: SqlRecord, *turns: str) -> RolePlay:
    """A role-play with turns that have been answered."""
    exchanges = [exchange(said, number) for number, said in enumerate(turns, 1)]
    return record.add_role_play(SCENARIO, 3, 7, Intensity.FIRM, exchanges=exchanges)


def run(folder: Path, script: str) -> None:
    """Changes the database as another program would."""
    with closing(sqlite3.connect(folder / "coach.db")) as connection:
        connection.executescript(script)


def stored(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "coach.db")) as connection:
        return connection.execute(query).fetchall()


def at_once(number: int, work: Callable[[int], object]) -> list[Exception | None]:
    """What became of the work of some threads that began together."""
    start = threading.Barrier(number)
    outcomes: list[Exception | None] = [None] * number

    def one(who: int) -> None:
        start.wait()
        try:
            work(who)
        except Exception as fault:
            outcomes[who] = fault

    threads = [threading.Thread(target=one, args=(who,)) for who in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.parametrize("windows", ["of one process", "of eight processes"])
def test_of_eight_windows_that_say_the_same_turn_exactly_one_wins(tmp_path: Path, windows: str):
    record = opened(tmp_path)
    role_play = begun(record, "first")
    records = [record if windows == "of one process" else opened(tmp_path) for _ in range(8)]

    faults = at_once(8, lambda who: records[who].add_turn(role_play.id, 2, f"window {who}"))

    (winner,) = (who for who, fault in enumerate(faults) if fault is None)
    assert {type(fault) for fault in faults if fault is not None} == {InputError}
    assert {str(fault) for fault in faults if fault is not None} == {
        f"turn 2 of role-play {role_play.id} was said already, perhaps in another window; reload the role-play to see "
        "what came of it"
    }
    found = record.role_play(role_play.id)
    assert found is not None
    assert found.pending == f"window {winner}"


def test_of_two_answers_at_once_the_first_stays(tmp_path: Path):
    role_play = begun(opened(tmp_path))
    opened(tmp_path).add_turn(role_play.id, 1, SAID)
    ends = list(StopReason)
    faults = at_once(4, lambda who: opened(tmp_path).answer_turn(role_play.id, 1, exchange(SAID, 1, ends[who])))
    found = opened(tmp_path).role_play(role_play.id)
    assert faults == [None] * 4
    assert found is not None
    assert found.end is found.exchanges[0].step.state.end is not None


def test_hints_that_are_asked_for_at_once_are_all_counted(tmp_path: Path):
    role_play = begun(opened(tmp_path))
    faults = at_once(8, lambda _: opened(tmp_path).count_hint(role_play.id))
    found = opened(tmp_path).role_play(role_play.id)
    assert faults == [None] * 8
    assert found is not None
    assert found.hints == 8


def test_the_database_itself_takes_a_turn_only_once(tmp_path: Path):
    begun(opened(tmp_path), "first")
    with pytest.raises(sqlite3.IntegrityError, match=r"UNIQUE .*role_play_turns\.role_play, role_play_turns\.number"):
        run(tmp_path, "INSERT INTO role_play_turns VALUES (1, 1, 'again', NULL)")


def test_a_role_play_survives_reopening(tmp_path: Path):
    role_play = begun(opened(tmp_path), "first", "second")
    opened(tmp_path).add_turn(role_play.id, 3, SAID)
    opened(tmp_path).count_hint(role_play.id)
    opened(tmp_path).end_role_play(role_play.id, StopReason.CANDIDATE_QUIT)
    opened(tmp_path).set_debrief(role_play.id, debrief(end=StopReason.CANDIDATE_QUIT))
    whole = role_play.model_copy(
        update={
            "pending": SAID,
            "hints": 1,
            "end": StopReason.CANDIDATE_QUIT,
            "debrief": debrief(end=StopReason.CANDIDATE_QUIT),
        }
    )
    assert opened(tmp_path).role_plays(10) == [whole]


def test_a_turn_that_was_said_before_a_kill_is_there(tmp_path: Path):
    role_play = begun(opened(tmp_path), "first")
    code = """
import os, signal, sys
from pathlib import Path
from coach.adapters.sql_record import SqlRecord, sqlite_url
SqlRecord(sqlite_url(Path(sys.argv[1]))).add_turn(sys.argv[2], 2, sys.argv[3])
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", code, tmp_path, role_play.id, SAID], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert [one.pending for one in opened(tmp_path).role_plays(1)] == [SAID]


def test_a_database_of_before_role_plays_keeps_its_attempts_and_takes_role_plays(tmp_path: Path):
    run(tmp_path, TABLES_0001)
    record = opened(tmp_path)
    (attempt,) = record.attempts(10)
    assert (attempt.id, attempt.answer, attempt.self_ratings) == ("old", "kept", {"q01.1": Label.COVERED})
    role_play = begun(record, "first")
    assert opened(tmp_path).role_plays(10) == [role_play]
    assert opened(tmp_path).attempts(10) == [attempt]
    assert stored(tmp_path, "SELECT version_num FROM alembic_version") == [("0002",)]


def test_a_database_that_was_brought_up_to_date_has_the_tables_of_a_new_one(tmp_path: Path):
    (tmp_path / "old").mkdir()
    run(tmp_path / "old", TABLES_0001)
    tables = []
    for folder in (tmp_path / "old", tmp_path / "new"):
        opened(folder).attempts(1)
        made = stored(folder, "SELECT name, sql FROM sqlite_master")
        tables.append({name: " ".join(str(sql).split()).replace("( ", "(").replace(" )", ")") for name, sql in made})
    assert tables[0] == tables[1]


def test_eight_that_open_a_database_of_before_role_plays_at_once_lose_nothing(tmp_path: Path):
    run(tmp_path, TABLES_0001)
    faults = at_once(8, lambda _: begun(opened(tmp_path), "first"))
    assert faults == [None] * 8
    assert len(opened(tmp_path).role_plays(10)) == 8
    assert [one.id for one in opened(tmp_path).attempts(10)] == ["old"]


def test_a_kill_while_the_tables_are_added_leaves_a_database_that_works(tmp_path: Path):
    run(tmp_path, TABLES_0001)
    code = """
import os, signal, sys
from pathlib import Path
from coach.adapters.sql_database import Row
from coach.adapters.sql_record import SqlRecord, sqlite_url
make = Row.metadata.create_all
Row.metadata.create_all = lambda *given, **named: (make(*given, **named), os.kill(os.getpid(), signal.SIGKILL))
SqlRecord(sqlite_url(Path(sys.argv[1]))).attempts(1)
"""
    killed = subprocess.run([sys.executable, "-c", code, os.fspath(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert stored(tmp_path, "SELECT version_num FROM alembic_version") == [("0001",)]
    assert [one.id for one in opened(tmp_path).attempts(10)] == ["old"]
    assert begun(opened(tmp_path)) in opened(tmp_path).role_plays(1)


@pytest.mark.parametrize(
    "change",
    [
        'UPDATE role_plays SET scenario = \'{"id": "late-cake"}\'',
        "UPDATE role_plays SET scenario = replace(scenario, '\"category\"', '\"kind\"')",
        "UPDATE role_plays SET scenario = 'no JSON'",
        "UPDATE role_plays SET intensity = 'deadly'",
        "UPDATE role_plays SET seed = 'apple'",
        "UPDATE role_plays SET \"end\" = 'abducted'",
        'UPDATE role_plays SET debrief = \'{"end": "resolved", "mood": []}\'',
        "UPDATE role_play_turns SET exchange = replace(exchange, 'empathy_specific', 'telepathy')",
        "UPDATE role_play_turns SET exchange = substr(exchange, 1, 40)",
        "UPDATE role_play_turns SET exchange = 'null'",
    ],
)
def test_a_role_play_that_this_program_can_not_read_is_said(tmp_path: Path, change: str):
    role_play = begun(opened(tmp_path), SAID)
    attempt = opened(tmp_path).add_attempt("q01", "?", "a")
    run(tmp_path, change)
    for read in (lambda: opened(tmp_path).role_play(role_play.id), lambda: opened(tmp_path).role_plays(1)):
        with pytest.raises(RecordUnavailable) as raised:
            read()
        assert str(raised.value) == (
            f"role-play {role_play.id} was stored by another version of the program, or is damaged; update the program"
        )
        assert SAID not in f"{raised.value.__cause__}"
    assert opened(tmp_path).attempts(1) == [attempt]
