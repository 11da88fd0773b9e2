import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from coach.adapters import sql_database
from coach.adapters.sql_record import SqlRecord, sqlite_url
from coach.critique.feedback import Label
from coach.errors import RecordUnavailable
from coach.practice.record import Attempt

ANSWER = "what the candidate said"


def opened(folder: Path) -> SqlRecord:
    return SqlRecord(sqlite_url(folder))


def impatient(folder: Path) -> SqlRecord:
    """A record that waits a tenth of a second for a lock instead of fifteen seconds."""
    return SqlRecord(sqlite_url(folder).update_query_dict({"timeout": "0.1"}))


START = """
import os, signal, sys
from pathlib import Path
from coach.adapters.sql_record import SqlRecord, sqlite_url
from coach.critique.feedback import Label
from coach.errors import RecordUnavailable
record = SqlRecord(sqlite_url(Path(sys.argv[1])))
"""


def in_another_process(code: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", START + code, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def refused(call: Callable[[], object]) -> str:
    """The message, after a look that it is one line and that a traceback would show no answer either."""
    with pytest.raises(RecordUnavailable) as raised:
        call()
    message = str(raised.value)
    assert "\n" not in message
    assert ANSWER not in f"{message} {raised.value.__cause__}"
    return message


def test_making_a_record_touches_nothing(tmp_path: Path):
    opened(tmp_path / "data")
    SqlRecord("no address at all")
    assert not (tmp_path / "data").exists()


def test_the_folder_is_made_and_may_be_called_anything(tmp_path: Path):
    folder = tmp_path / "用户 data?mode=ro#50%25" / "coach"
    attempt = opened(folder).add_attempt("q01", "?", ANSWER)
    assert (folder / "coach.db").is_file()
    assert opened(folder).attempts(1) == [attempt]


def test_an_address_as_text_works_too(tmp_path: Path):
    attempt = SqlRecord(f"sqlite:///{tmp_path}/mine.db").add_attempt("q01", "?", ANSWER)
    assert SqlRecord(f"sqlite:///{tmp_path}/mine.db").attempts(1) == [attempt]


def test_ids_are_unique_without_a_maker(tmp_path: Path):
    record = opened(tmp_path)
    assert len({record.add_attempt("q01", "?", ANSWER).id for _ in range(20)}) == 20


def test_sqlite_is_set_to_lose_nothing(tmp_path: Path):
    record = opened(tmp_path)
    record.attempts(1)
    with record._database.session(writes=False) as session:
        connection = session.connection()
        told = {
            pragma: connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
            for pragma in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15000}


def test_no_file_stays_open_between_calls(tmp_path: Path):
    record = opened(tmp_path)
    record.add_attempt("q01", "?", ANSWER)
    assert {path.name for path in tmp_path.iterdir()} <= {"coach.db", "coach.db.lock"}


def test_threads_lose_nothing(tmp_path: Path):
    record = opened(tmp_path)
    faults: list[BaseException] = []

    def answer_fifty(who: int) -> None:
        try:
            for number in range(50):
                record.add_attempt("q01", "?", f"{who}-{number}")
        except BaseException as fault:  # a thread has nobody to raise to: the test looks at it
            faults.append(fault)

    threads = [threading.Thread(target=answer_fifty, args=(who,)) for who in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = record.attempts(1000)
    assert faults == []
    assert {one.answer for one in kept} == {f"{who}-{number}" for who in range(8) for number in range(50)}
    assert len(kept) == 400


def test_threads_of_one_record_wait_for_each_other_as_long_as_it_takes(tmp_path: Path):
    record = SqlRecord(sqlite_url(tmp_path).update_query_dict({"timeout": "0"}))
    record.attempts(1)
    kept: list[Attempt] = []
    other = threading.Thread(target=lambda: kept.append(record.add_attempt("q01", "?", ANSWER)))
    with record._database.session(writes=True) as session:
        session.connection()
        other.start()
        other.join(timeout=0.2)
        assert kept == []
    other.join()
    assert record.attempts(10) == kept != []


def test_processes_that_begin_at_once_on_an_empty_folder_lose_nothing(tmp_path: Path):
    code = """
print("ready", flush=True)
sys.stdin.readline()
for number in range(50):
    record.add_attempt("q01", "?", f"{os.getpid()}-{number}")
"""
    processes = [in_another_process(code, tmp_path / "data") for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    for process in processes:
        process.communicate("go\n")
    assert [process.returncode for process in processes] == [0, 0, 0]
    kept = opened(tmp_path / "data").attempts(1000)
    assert {one.answer for one in kept} == {f"{one.pid}-{number}" for one in processes for number in range(50)}


@pytest.mark.parametrize(
    ("write", "kept"),
    [
        ("", {}),
        ("record.rate(attempt.id, 'q01.1', Label.PARTIAL)", {"q01.1": Label.PARTIAL}),
    ],
    ids=["an answer", "a rating"],
)
def test_what_was_written_before_a_kill_is_there(tmp_path: Path, write: str, kept: dict[str, Label]):
    code = f"attempt = record.add_attempt('q01', '?', 'said')\n{write}\nos.kill(os.getpid(), signal.SIGKILL)"
    process = in_another_process(code, tmp_path)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert [(one.answer, one.self_ratings) for one in opened(tmp_path).attempts(10)] == [("said", kept)]


def test_a_database_that_was_moved_away_is_made_anew(tmp_path: Path):
    record = opened(tmp_path)
    before = record.add_attempt("q01", "?", ANSWER)
    (tmp_path / "coach.db").rename(tmp_path / "elsewhere.db")
    after = record.add_attempt("q01", "?", ANSWER)
    assert record.attempts(10) == [after]
    assert SqlRecord(URL.create("sqlite", database=str(tmp_path / "elsewhere.db"))).attempts(10) == [before]


def test_an_empty_file_becomes_the_database(tmp_path: Path):
    (tmp_path / "coach.db").touch()
    assert opened(tmp_path).attempts(1) == []


@pytest.mark.parametrize("content", [b"garbage" * 1000, b"SQLite format 3\0" + b"\xff" * 5000, "日记".encode() * 500])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes):
    (tmp_path / "coach.db").write_bytes(content)
    message = refused(lambda: opened(tmp_path).add_attempt("q01", "?", ANSWER))
    assert re.search(r"coach\.db: (the file is no SQLite database|the database is damaged); move it away", message)
    assert (tmp_path / "coach.db").read_bytes() == content


def test_a_damaged_database_is_refused(tmp_path: Path):
    record = opened(tmp_path)
    for _ in range(50):
        record.add_attempt("q01", "?", ANSWER * 100)
    with (tmp_path / "coach.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 40_000)
    assert "coach.db: the database is damaged; move it away" in refused(lambda: opened(tmp_path).attempts(100))


@pytest.mark.parametrize("kept_bytes", [50, 100, 4096, 40_000, 100_000])
def test_a_database_that_was_cut_off_is_refused_and_left_alone(tmp_path: Path, kept_bytes: int):
    record = opened(tmp_path)
    for _ in range(50):
        record.add_attempt("q01", "?", ANSWER * 100)
    with (tmp_path / "coach.db").open("r+b") as file:
        file.truncate(kept_bytes)
    before = (tmp_path / "coach.db").read_bytes()
    for call in (lambda: opened(tmp_path).add_attempt("q01", "?", ANSWER), lambda: opened(tmp_path).attempts(None)):
        said = r"coach\.db: (the file is no SQLite database|the database is damaged); move it away"
        assert re.search(said, refused(call))
    assert (tmp_path / "coach.db").read_bytes() == before


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path):
    (tmp_path / "coach.db").mkdir()
    message = refused(lambda: opened(tmp_path).add_attempt("q01", "?", ANSWER))
    assert message.endswith(
        "coach.db: the file can't be opened; make sure that it is a file in a folder you may write to"
    )


def test_a_data_folder_that_can_not_be_made_is_refused(tmp_path: Path):
    (tmp_path / "file").touch()
    message = refused(lambda: opened(tmp_path / "file" / "data").attempts(1))
    assert message.endswith("Not a directory; make sure that the folder is there and that you may write to it")


def test_a_call_works_again_once_the_fault_is_mended(tmp_path: Path):
    (tmp_path / "coach.db").write_bytes(b"garbage" * 1000)
    record = opened(tmp_path)
    refused(lambda: record.add_attempt("q01", "?", ANSWER))
    (tmp_path / "coach.db").unlink()
    assert record.add_attempt("q01", "?", ANSWER) == record.attempts(1)[0]


@pytest.mark.parametrize("first_use", [True, False], ids=["on opening", "later"])
def test_a_database_that_another_process_holds_is_refused_for_writing_and_read_all_the_same(
    tmp_path: Path, first_use: bool
):
    attempt = opened(tmp_path).add_attempt("q01", "?", ANSWER)
    record = impatient(tmp_path)
    if not first_use:
        record.attempts(1)
    hold = """
import sqlite3
held = sqlite3.connect(Path(sys.argv[1]) / "coach.db", isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""
    holder = in_another_process(hold, tmp_path)
    assert holder.stdout is not None
    holder.stdout.readline()
    message = refused(lambda: record.add_attempt("q01", "?", ANSWER))
    assert record.attempts(10) == [attempt]
    holder.communicate("let go\n")
    assert "coach.db: another program holds the database; close that program, or try again" in message
    assert record.add_attempt("q01", "?", ANSWER) in record.attempts(1)


def test_a_lock_file_that_another_holds_for_too_long_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sql_database, "_LOCK_SECONDS", 0)
    with sql_database.FileLock(tmp_path / "coach.db.lock"):
        message = refused(lambda: opened(tmp_path).attempts(1))
    assert message.endswith("coach.db.lock; close that program, or try again in a moment")


def test_a_disk_that_is_full_is_said_and_leaves_what_was_there(tmp_path: Path):
    attempt = opened(tmp_path).add_attempt("q01", "?", ANSWER)
    code = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    record.add_attempt("q01", "?", "what the candidate said" * 100_000)
except RecordUnavailable as fault:
    print(fault)
"""
    said, _ = in_another_process(code, tmp_path).communicate()
    assert re.fullmatch(r"\S+coach\.db: the disk (is full|refuses to read or write); [^\n]+\n", said)
    assert opened(tmp_path).attempts(10) == [attempt]


FILL = """
def fill():
    with open(data / "filler", "wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError as fault:
            assert fault.errno == errno.ENOSPC

def said(call):
    try:
        call()
    except RecordUnavailable as fault:
        print(fault)
    else:
        print("done")
"""


def on_a_small_disk(code: str, folder: Path) -> list[str]:
    """What a program prints whose data folder is a disk of 1 MB."""
    (folder / "disk").mkdir()
    start = f"import errno\ndata = Path(sys.argv[1]) / 'disk'\nrecord = SqlRecord(sqlite_url(data)){FILL}"
    mount = [
        *("unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o size=1m tmpfs "$1/disk" && shift && exec "$@"', "sh"),
        os.fspath(folder),
    ]
    if os.geteuid() != 0 or subprocess.run([*mount, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may mount a disk, and not in every container")
    done = subprocess.run(
        [*mount, sys.executable, "-c", START + start + code, os.fspath(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_on_a_full_disk_an_answer_is_refused_and_what_was_there_stays_and_goes_on_once_there_is_space(tmp_path: Path):
    lines = on_a_small_disk(
        """
said(lambda: record.add_attempt("q01", "?", "first"))
fill()
said(lambda: record.add_attempt("q01", "?", "what the candidate said" * 1000))
(data / "filler").unlink()
print([one.answer for one in record.attempts(None)])
said(lambda: record.add_attempt("q01", "?", "second"))
print([one.answer for one in SqlRecord(sqlite_url(data)).attempts(None)])
""",
        tmp_path,
    )
    assert lines[0] == "done"
    assert lines[1].endswith("coach.db: the disk is full; free some space and try again")
    assert lines[2:] == ["['first']", "done", "['second', 'first']"]


def test_on_a_full_disk_no_database_is_half_made(tmp_path: Path):
    lines = on_a_small_disk(
        """
fill()
said(lambda: record.add_attempt("q01", "?", "first"))
(data / "filler").unlink()
said(lambda: record.add_attempt("q01", "?", "second"))
print([one.answer for one in record.attempts(None)])
""",
        tmp_path,
    )
    assert re.search(r"coach\.db: .*the disk is full; free some space and try again$", lines[0])
    assert lines[1:] == ["done", "['second']"]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="coach-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("what", ["folder", "folder of a new database", "file"])
def test_what_may_only_be_read_is_refused_and_left_alone(open_folder: Path, what: str):
    if what != "folder of a new database":
        opened(open_folder).add_attempt("q01", "?", "kept")
    if what == "file":
        (open_folder / "coach.db").chmod(0o444)
        (open_folder / "coach.db.lock").unlink()
    before = sorted((path.name, path.read_bytes()) for path in open_folder.glob("coach.db"))
    open_folder.chmod(0o777 if what == "file" else 0o555)
    # Root may write everywhere, so it becomes somebody else once all modules are read.
    code = """
import coach.adapters.sql_upgrade
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    record.add_attempt("q01", "?", "what the candidate said")
except RecordUnavailable as fault:
    print(fault)
"""
    said, _ = in_another_process(code, open_folder).communicate()
    open_folder.chmod(0o755)
    assert re.fullmatch(r"\S+coach\.db: [^\n]+ write[^\n]*\n", said)
    assert ANSWER not in said
    assert sorted((path.name, path.read_bytes()) for path in open_folder.glob("coach.db")) == before


def test_a_database_that_may_not_grow_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    record = opened(tmp_path)
    attempt = record.add_attempt("q01", "?", ANSWER)
    prepare = sql_database._prepare_sqlite

    def on_a_full_disk(connection: sqlite3.Connection, entry: object) -> None:
        prepare(connection, entry)
        connection.execute("PRAGMA max_page_count=1")  # SQLite takes the present size instead

    monkeypatch.setattr(sql_database, "_prepare_sqlite", on_a_full_disk)
    full = opened(tmp_path)
    message = refused(lambda: full.add_attempt("q01", "?", ANSWER * 1000))
    assert message.endswith("coach.db: the disk is full; free some space and try again")
    assert full.attempts(10) == [attempt]


def test_a_database_with_tables_of_the_same_name_is_refused_and_left_alone(tmp_path: Path):
    with sqlite3.connect(tmp_path / "coach.db") as other:
        other.execute("CREATE TABLE attempts (theirs TEXT)")
        other.execute("INSERT INTO attempts VALUES ('kept')")
    assert "table attempts already exists" in refused(lambda: opened(tmp_path).add_attempt("q01", "?", ANSWER))
    assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("attempts",)]
    other.close()


def test_a_row_that_this_program_can_not_read_is_said(tmp_path: Path):
    attempt = opened(tmp_path).add_attempt("q01", "?", ANSWER)
    with sqlite3.connect(tmp_path / "coach.db") as newer:
        newer.execute("""UPDATE attempts SET feedback = '{"score": "high"}'""")
    newer.close()
    message = refused(lambda: opened(tmp_path).attempts(1))
    assert message.startswith(f"attempt {attempt.id} was stored by another version of the program")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nonsense", r"^COACH_DATABASE_URL holds no address of a database; give one as postgresql"),
        ("postgresql+psycopg://me:secret@host:port/name", r"^COACH_DATABASE_URL holds no address of a database"),
        ("oracel://me:secret@host/name", r"^oracel://me:\*\*\*@host/name: SQLAlchemy knows no such kind of database"),
        ("sqlite://", "a SQLite database in memory would lose every answer"),
        ("sqlite:///:memory:", "a SQLite database in memory would lose every answer"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused_without_its_password(address: str, said: str):
    message = refused(lambda: SqlRecord(address).attempts(1))
    assert re.search(said, message)
    assert "secret" not in message


def test_a_server_that_does_not_answer_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sql_database, "_LOCK_SECONDS", 2)  # libpq waits no less
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgresql://me:secret@127.0.0.1:{silent.getsockname()[1]}/name"
        message = refused(lambda: SqlRecord(address).attempts(1))
    assert "timeout" in message
    assert "secret" not in message


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    message = refused(lambda: SqlRecord("postgresql+psycopg://me:secret@host/name").attempts(1))
    assert message.startswith("postgresql+psycopg://me:***@host/name: the driver psycopg is not installed; install it")
