"""What the library in a database does where something fails; what every library does stands in tests/bank."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel
from sqlalchemy import URL, Connection, Engine, create_engine, event, text

from coach.adapters import sql_library
from coach.adapters.corpus_files import BundledFiles
from coach.adapters.sql_database import SqlDatabase
from coach.adapters.sql_library import SqlLibrary
from coach.adapters.sql_record import SqlRecord, sqlite_url
from coach.bank.question import Bank, Question, Source
from coach.errors import BankError, RecordUnavailable, Unavailable

ROOT = Path(__file__).parent.parent.parent
WRITTEN = Source(kind="written")


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    return sqlite_url(tmp_path) if request.param == "SQLite" else request.getfixturevalue("postgres_url")


@pytest.fixture
def bundled(tmp_path: Path) -> BundledFiles:
    (tmp_path / "q01.yaml").write_text("{id: q01, question: A, source: {kind: written}}")
    return BundledFiles(tmp_path)


@pytest.fixture
def library(url: URL, bundled: BundledFiles) -> SqlLibrary:
    return SqlLibrary(bundled, SqlDatabase(url))


def bank(name: str, number: int = 1) -> Bank:
    questions = (Question(id=f"{name}:q{place}", question=f"{place}?", source=WRITTEN) for place in range(number))
    return Bank(name=name, last_number=number, questions=tuple(questions))


def kept(library: SqlLibrary, value: Bank) -> Bank:
    return library.update(value.name, lambda earlier: value)


def names(library: SqlLibrary) -> list[str]:
    return [one.name for one in library.banks()]


def run(url: URL, statement: str, **values: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()


@pytest.fixture
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(connection: Connection, cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


def test_banks_that_did_not_change_take_one_query_that_reads_no_bank(
    library: SqlLibrary, statements: list[str], monkeypatch: pytest.MonkeyPatch
):
    kept(library, bank("mine"))
    first = library.banks()
    statements.clear()
    with monkeypatch.context() as patched:
        patched.setattr(BaseModel, "model_validate_json", lambda *_, **__: pytest.fail("read again"))
        assert library.banks() is first
    (asked,) = (statement for statement in statements if "SELECT" in statement)
    assert "content" not in asked


def test_an_update_to_the_same_writes_nothing(library: SqlLibrary, statements: list[str]):
    kept(library, bank("mine"))
    statements.clear()
    kept(library, bank("mine"))
    assert not [statement for statement in statements if "UPDATE" in statement or "INSERT" in statement]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"name": "broken", "questions": 3}', "(questions: Input should be a valid array)"),
        ('{"name": "broken", "quest', "(Invalid JSON"),
        ("", "(Invalid JSON"),
        ('{"name": "broken", "questions": [], "since": "0009"}', "since: Extra inputs are not permitted"),
    ],
)
def test_a_bank_that_can_not_be_read_hides_no_other_and_is_logged_once(
    library: SqlLibrary, url: URL, caplog: pytest.LogCaptureFixture, content: str, said: str
):
    for name in ("broken", "good"):
        kept(library, bank(name))
    run(url, "UPDATE banks SET content = :content, version = 2 WHERE name = 'broken'", content=content)
    for _ in range(3):
        assert names(library) == ["bundled", "good"]
    (line,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert line.getMessage().startswith("left out a bank: bank broken: what is stored can't be read (")
    assert said in line.getMessage()
    assert "\n" not in line.getMessage()
    with pytest.raises(BankError, match="`coach bank remove broken --yes`"):
        library.imported("broken")
    with pytest.raises(BankError, match="what is stored can't be read"):
        kept(library, bank("broken"))
    library.remove("broken")
    assert kept(library, bank("broken")) == library.banks()[1]


def test_a_database_that_can_not_be_read_is_said_in_one_line(tmp_path: Path, bundled: BundledFiles):
    (tmp_path / "coach.db").write_text("no database " * 1000)
    library = SqlLibrary(bundled, SqlDatabase(sqlite_url(tmp_path)))
    for call in (
        library.banks,
        lambda: library.imported("mine"),
        lambda: kept(library, bank("mine")),
        lambda: library.remove("mine"),
    ):
        with pytest.raises(Unavailable, match=r"^\S+coach\.db: .*the file is no SQLite database; [^\n]+$"):
            call()


def test_a_library_and_a_record_live_in_one_database(url: URL, bundled: BundledFiles):
    database = SqlDatabase(url)
    library, record = SqlLibrary(bundled, database), SqlRecord(database)
    kept(library, bank("mine"))
    record.add_attempt("mine:q0", "?", "先听完。")
    record.delete_everything()
    assert names(library) == ["bundled", "mine"]


def test_a_library_that_another_holds_for_too_long_is_said(
    postgres_url: URL, bundled: BundledFiles, monkeypatch: pytest.MonkeyPatch
):
    library = SqlLibrary(bundled, SqlDatabase(postgres_url))
    kept(library, bank("mine"))
    monkeypatch.setattr(sql_library, "_LOCK_SECONDS", 0.01)

    def meanwhile(earlier: Bank | None) -> Bank:
        with pytest.raises(RecordUnavailable, match="another program holds the database"):
            kept(SqlLibrary(bundled, SqlDatabase(postgres_url)), bank("other"))
        assert names(library) == ["bundled", "mine"]  # who reads does not wait
        return bank("mine", 2)

    library.update("mine", meanwhile)
    assert library.banks()[1:] == (bank("mine", 2),)


START = """
import os, resource, signal, sys
from itertools import count
from pathlib import Path
from coach.adapters.corpus_files import BundledFiles
from coach.adapters.sql_database import SqlDatabase
from coach.adapters.sql_library import SqlLibrary
from coach.errors import Unavailable
from tests.adapters.killed_openings import killer
from tests.adapters.test_sql_library import bank, kept
def opened():
    return SqlLibrary(BundledFiles(Path(sys.argv[2])), SqlDatabase(sys.argv[1]))
"""


def in_another_process(code: str, url: URL, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", START + code, url.render_as_string(hide_password=False), str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def said_by(process: subprocess.Popen[str]) -> str:
    said, _ = process.communicate()
    assert process.returncode == 0
    return said


def test_two_processes_that_import_at_once_lose_no_bank(library: SqlLibrary, url: URL, tmp_path: Path):
    # Twelve banks each, six of them of the same names; whoever comes first makes the tables.
    code = """
for number in range(12):
    name = f"both{number}" if number & 1 else f"%s{number}"
    opened().update(name, lambda earlier: bank(name, len(earlier.questions) + 1 if earlier else 1))
"""
    processes = [in_another_process(code % whose, url, tmp_path) for whose in ("one", "two")]
    for process in processes:
        said_by(process)
    banks = {one.name: len(one.questions) for one in library.banks()[1:]}
    own = {f"{whose}{number}": 1 for whose in ("one", "two") for number in range(0, 12, 2)}
    assert banks == {**own, **{f"both{number}": 2 for number in range(1, 12, 2)}}


def test_a_kill_at_any_moment_of_an_import_leaves_a_bank_whole_or_absent(library: SqlLibrary, url: URL, tmp_path: Path):
    kept(library, bank("mine", 1))
    # To a server, a client that is killed is one that is gone, wherever it was: every fifth moment will do.
    code = """
kills = 0
for moment in count(1, %d):
    old, new, first = opened().imported("mine"), bank("mine", 40 + moment), bank(f"first{moment}", 40)
    child = os.fork()
    if child == 0:
        library = opened()
        sys.setprofile(killer(moment))
        kept(library, first)
        kept(library, new)
        sys.setprofile(None)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), status
    left = {one.name: one for one in opened().banks()}
    assert left["mine"] in (old, new), moment
    assert left.get(first.name) in (None, first), moment
    assert left["mine"] == old or first.name in left, moment
    if status == 0:
        assert left["mine"] == new
        break
    kills += 1
print(kills)
"""
    step = 1 if url.get_backend_name() == "sqlite" else 5
    kills = int(said_by(in_another_process(code % step, url, tmp_path)))
    assert kills > 25 / step
    assert kept(library, bank("mine", 1)) == library.imported("mine")


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are POSIX's")
def test_on_a_full_disk_the_earlier_bank_stays(tmp_path: Path, bundled: BundledFiles):
    url = sqlite_url(tmp_path)
    library = SqlLibrary(bundled, SqlDatabase(url))
    kept(library, bank("mine", 1))
    code = """
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    kept(opened(), bank("mine", 10_000))
except Unavailable as fault:
    print(fault)
"""
    said = said_by(in_another_process(code, url, tmp_path))
    assert "coach.db: the disk " in said
    assert library.banks()[1:] == (bank("mine", 1),)
    assert kept(library, bank("mine", 10_000)) == library.imported("mine")
