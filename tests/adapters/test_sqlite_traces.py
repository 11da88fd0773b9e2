"""What a person deleted is in no file any more."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from coach.adapters import sqlite_traces
from coach.adapters.sql_record import SqlRecord, sqlite_url
from coach.compose import Coach
from coach.critique.feedback import FollowUp, Label
from coach.customer.turns import Intensity
from coach.errors import RecordUnavailable
from coach.practice.record import Disagreement, everything
from coach.settings import Settings
from tests.practice.histories import feedback
from tests.practice.role_play_parts import SCENARIO, debrief, exchange

MARK = "MARKERTEXT"
WORDS = f"{MARK} 先听他说完"


def practise(record: SqlRecord) -> None:
    """A person's words in every table, some of them replaced and deleted on the way; enough to fill pages."""
    for place in range(40):
        answer = record.add_attempt("q01", "如何退款？", f"{WORDS} {place} " + "长" * 3000)
        judged = feedback("q01", [Label.PARTIAL]).model_copy(update={"rewrite": WORDS * place})
        record.set_feedback(answer.id, judged)
        record.set_feedback(answer.id, judged.model_copy(update={"rewrite": f"{WORDS} 二"}), again=place % 2 == 0)
        record.add_follow_up(answer.id, FollowUp(question="？", key_point_id="q01.1", source="model"), WORDS)
        record.disagree(answer.id, "q01.1", Disagreement(label=Label.COVERED, why=WORDS))
        record.disagree(answer.id, "q01.1", None if place % 3 else Disagreement(label=Label.MISSING, why=WORDS))
        record.set_draft("answer", f"{WORDS} {place}" * 100)
        record.set_draft("answer", "")
    role_play = record.add_role_play(SCENARIO, 3, 7, Intensity.FIRM)
    record.add_turn(role_play.id, 1, WORDS)
    record.answer_turn(role_play.id, 1, exchange(WORDS))
    record.set_debrief(role_play.id, debrief(WORDS))
    record.set_draft("turn", WORDS)


def traces(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and MARK.encode() in path.read_bytes()]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody who is in the middle of reading the record."""
    SqlRecord(sqlite_url(tmp_path)).add_attempt("q01", "？", "a")
    with closing(sqlite3.connect(tmp_path / "coach.db", isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT * FROM attempts").fetchall()
        yield connection


def test_after_everything_is_deleted_no_file_holds_a_word(tmp_path: Path) -> None:
    record = SqlRecord(sqlite_url(tmp_path))
    practise(record)
    assert traces(tmp_path)
    record.delete_everything()
    assert traces(tmp_path) == []


def test_also_while_another_person_s_things_stay(tmp_path: Path) -> None:
    record = SqlRecord(sqlite_url(tmp_path))
    hers = record.of("her")
    for place in range(60):
        hers.add_attempt("q02", "？", f"她的 {place} " + "话" * 2000)
    practise(record)
    held = everything(hers)
    record.delete_everything()
    assert traces(tmp_path) == []
    assert everything(hers) == held


def test_copies_from_before_upgrades_go(tmp_path: Path) -> None:
    record = SqlRecord(sqlite_url(tmp_path))
    record.of("her").add_attempt("q02", "？", "她的话")
    for name in ("coach.db.before-0003", "coach.db.before-0003.part"):
        (tmp_path / name).write_text(WORDS, "utf-8")
    (tmp_path / "another.db.before-0003").write_text("somebody else's file", "utf-8")
    record.delete_everything()
    assert sorted(path.name for path in tmp_path.glob("*before*")) == ["another.db.before-0003"]


def test_what_was_deleted_earlier_goes_too_from_any_database(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "work.db")) as work:
        work.execute("PRAGMA secure_delete=OFF")  # some builds of SQLite have it on
        work.execute("PRAGMA journal_mode=WAL")
        work.execute("CREATE TABLE told (text)")
        work.executemany("INSERT INTO told VALUES (?)", [[WORDS * 50]] * 20)
        work.execute("DELETE FROM told")
        work.commit()
    assert "work.db" in traces(tmp_path)
    sqlite_traces.forget_what_was_deleted(tmp_path / "work.db")
    assert traces(tmp_path) == []


def test_whoever_reads_meanwhile_is_named_as_the_one_to_end(
    tmp_path: Path, reader: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_traces, "_WAIT_SECONDS", 0.1)
    record = SqlRecord(sqlite_url(tmp_path))
    practise(record)
    with pytest.raises(RecordUnavailable, match="it is deleted, but the file may still hold traces"):
        record.delete_everything()
    assert everything(record).answers == ()
    reader.execute("COMMIT")
    record.delete_everything()
    assert traces(tmp_path) == []


def test_the_program_deletes_with_work_or_without(data_dir: Path) -> None:
    coach = Coach(Settings(data_dir=data_dir))
    practise(SqlRecord(sqlite_url(data_dir)))
    coach.delete_everything()
    assert traces(data_dir) == []
    assert not (data_dir / "work.db").exists(), "nothing was ever done, so nothing is made"
