"""Role-plays in a SQL database; what every record does with them is in tests/practice/test_record.py."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from coach.adapters.sql_record import SqlRecord, sqlite_url
from coach.customer.mood import StopReason
from coach.customer.turns import Intensity
from coach.errors import RecordUnavailable
from coach.practice.record import RolePlay
from tests.practice.role_play_parts import SCENARIO, debrief, exchange

SAID = "what the candidate said"


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
