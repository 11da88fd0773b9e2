"""How tables are made and brought up to date, in SQLite and in PostgreSQL."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, make_url

from coach.adapters import sql_database, sql_upgrade
from coach.adapters.sql_record import SqlRecord, sqlite_url
from coach.adapters.sql_tables import REVISION, Row
from coach.critique.feedback import Label
from coach.customer.turns import Intensity
from coach.errors import RecordUnavailable
from tests.adapters.old_databases import connected, contents, make_0001, run
from tests.practice.role_play_parts import SCENARIO

ROOT = Path(__file__).parents[2]


def nothing(url: URL) -> None:
    """A database that nobody has opened yet."""
    del url


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    return sqlite_url(tmp_path) if request.param == "SQLite" else request.getfixturevalue("postgres_url")


@pytest.fixture
def file(tmp_path: Path) -> URL:
    return sqlite_url(tmp_path)


def backup(file: URL) -> Path:
    return Path(f"{file.database}.before-{REVISION}")


def refused(url: URL) -> str:
    with pytest.raises(RecordUnavailable) as raised:
        SqlRecord(url).add_attempt("q01", "?", "what the candidate said")
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_the_scripts_lead_to_the_revision_of_this_program():
    scripts = ScriptDirectory(sql_upgrade._SCRIPTS, version_locations=[sql_upgrade._SCRIPTS])
    assert scripts.get_heads() == [REVISION]
    assert [script.revision for script in scripts.walk_revisions()] == ["0003", "0002", "0001"]


@pytest.mark.parametrize("begin", [nothing, make_0001], ids=["new", "0001"])
def test_the_tables_that_the_scripts_make_are_those_of_the_program(url: URL, begin: Callable[[URL], None]):
    begin(url)
    SqlRecord(url).attempts(1)
    with connected(url) as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Row.metadata)
    assert differences == []
    assert contents(url)["alembic_version"] == [(REVISION,)]


def test_an_older_database_keeps_what_it_holds_and_takes_what_is_new(url: URL):
    make_0001(url)
    before = contents(url)
    record = SqlRecord(url)
    (attempt,) = record.attempts(None)
    assert (attempt.id, attempt.answer, attempt.self_ratings) == ("old", "kept", {"q01.1": Label.COVERED})
    after = contents(url)
    assert {
        name: [row[: len(old)] for row, old in zip(after[name], rows, strict=True)] for name, rows in before.items()
    } == {
        **before,
        "alembic_version": [(REVISION,)],
    }
    assert {name: rows for name, rows in after.items() if name not in before and rows} == {}
    role_play = record.add_role_play(SCENARIO, 3, 7, Intensity.FIRM)
    assert SqlRecord(url).role_plays(None) == [role_play]
    newer = record.add_attempt("q01", "?", "new")
    assert SqlRecord(url).attempts(None) == [newer, attempt]


@pytest.mark.parametrize(("begin", "kept"), [(nothing, []), (make_0001, ["kept"])], ids=["new", "0001"])
def test_eight_that_open_a_database_at_once_lose_nothing(url: URL, begin: Callable[[URL], None], kept: list[str]):
    begin(url)
    start = threading.Barrier(8)
    faults: list[Exception] = []

    def answer(who: int) -> None:
        start.wait()
        try:
            SqlRecord(url).add_attempt("q01", "?", str(who))
        except Exception as fault:  # a thread has nobody to raise to: the test looks at it
            faults.append(fault)

    threads = [threading.Thread(target=answer, args=(who,)) for who in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(one.answer for one in SqlRecord(url).attempts(None)) == sorted([*map(str, range(8)), *kept])


def test_databases_that_one_process_upgrades_at_once_get_each_their_own_tables(tmp_path: Path):
    urls = [sqlite_url(tmp_path / str(who)) for who in range(8)]
    start = threading.Barrier(8)

    def open_one(url: URL) -> None:
        start.wait()
        SqlRecord(url).attempts(1)

    threads = [threading.Thread(target=open_one, args=(url,)) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tables = {"alembic_version", *Row.metadata.tables}
    assert [set(contents(url)) for url in urls] == [tables] * 8


@pytest.mark.parametrize("revision", ["new", "0001"])
def test_a_kill_at_any_moment_of_the_opening_loses_nothing(url: URL, revision: str):
    # To a server, a client that is killed is one that is gone, wherever it was: every fifth moment will do.
    step = 1 if url.get_backend_name() == "sqlite" else 5
    address = url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-m", "tests.adapters.killed_openings", address, revision, str(step)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 40 / step


def test_an_upgrade_that_fails_leaves_everything_as_it_was(url: URL):
    make_0001(url)
    # The first of the new tables can be made, the second can not.
    run(url, "CREATE TABLE role_play_turns (theirs TEXT); INSERT INTO role_play_turns VALUES ('kept')")
    before = contents(url)
    message = refused(url)
    assert "its tables could not be brought up to date, and nothing was changed: " in message
    assert "role_play_turns" in message
    assert "already exists" in message
    assert contents(url) == before
    run(url, "DROP TABLE role_play_turns")
    assert [one.answer for one in SqlRecord(url).attempts(None)] == ["kept"]


def test_tables_of_another_program_are_left_alone(url: URL):
    run(url, "CREATE TABLE attempts (theirs TEXT); INSERT INTO attempts VALUES ('kept')")
    message = refused(url)
    assert "its tables could not be made, and nothing was changed: " in message
    assert "already exists" in message
    assert contents(url) == {"attempts": [("kept",)]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE alembic_version SET version_num = '0042'", "0042"),
        ("INSERT INTO alembic_version VALUES ('0041')", "(0041, 0003|0003, 0041)"),
    ],
    ids=["newer", "another program's beside"],
)
def test_a_database_of_a_newer_program_is_refused_and_left_alone(url: URL, change: str, said: str):
    SqlRecord(url).add_attempt("q01", "?", "kept")
    run(url, change)
    before = contents(url)
    with pytest.raises(
        RecordUnavailable, match=f": its tables have revision {said}, this program knows 0003; update the program, or"
    ):
        SqlRecord(url).add_attempt("q01", "?", "what the candidate said")
    assert contents(url) == before


def test_a_file_of_a_newer_program_keeps_every_byte(file: URL, tmp_path: Path):
    SqlRecord(file).attempts(1)
    run(file, "UPDATE alembic_version SET version_num = '0042'")
    before = (tmp_path / "coach.db").read_bytes()
    refused(file)
    assert (tmp_path / "coach.db").read_bytes() == before
    assert not backup(file).exists()


def test_a_database_that_is_up_to_date_opens_without_alembic(url: URL):
    SqlRecord(url).add_attempt("q01", "?", "kept")
    code = """
import sys
from coach.adapters.sql_record import SqlRecord
assert len(SqlRecord(sys.argv[1]).attempts(None)) == 1
assert "alembic" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code, url.render_as_string(hide_password=False)], check=True, cwd=ROOT)


class TestTheCopyBeforeAnUpgrade:
    def test_is_one_whole_file_that_holds_what_was_there(self, file: URL, tmp_path: Path):
        make_0001(file)
        before = contents(file)
        SqlRecord(file).attempts(1)
        copies = [path for path in tmp_path.iterdir() if path.name not in ("coach.db", "coach.db.lock")]
        assert copies == [backup(file)]
        assert contents(make_url(f"sqlite:///{copies[0]}")) == before

    def test_is_kept_as_it_was_by_later_openings(self, file: URL):
        make_0001(file)
        SqlRecord(file).attempts(1)
        copy = backup(file).read_bytes()
        SqlRecord(file).add_attempt("q01", "?", "new")
        assert backup(file).read_bytes() == copy

    def test_holds_what_was_only_in_the_write_ahead_log(self, file: URL):
        make_0001(file)
        with connected(file) as reader:  # while somebody reads, the log is not merged into the file
            reader.exec_driver_sql("PRAGMA journal_mode=WAL")
            reader.exec_driver_sql("SELECT * FROM attempts").fetchall()
            run(file, "UPDATE attempts SET answer = 'only in the log'")
            SqlRecord(file).attempts(1)
        assert "only in the log" in str(contents(make_url(f"sqlite:///{backup(file)}"))["attempts"])

    def test_replaces_one_of_an_upgrade_that_failed(self, file: URL):
        make_0001(file)
        run(file, "CREATE TABLE role_plays (theirs TEXT)")
        refused(file)
        run(file, "DROP TABLE role_plays; UPDATE attempts SET answer = 'later'")
        SqlRecord(file).attempts(1)
        assert "later" in str(contents(make_url(f"sqlite:///{backup(file)}"))["attempts"])

    def test_is_not_made_of_a_new_database(self, file: URL):
        SqlRecord(file).attempts(1)
        assert not backup(file).exists()

    def test_that_does_not_fit_on_the_disk_stops_the_upgrade(self, file: URL, tmp_path: Path):
        make_0001(file)
        run(file, f"UPDATE attempts SET answer = '{'long' * 50_000}'")
        before = contents(file)
        code = """
import resource, sys
from pathlib import Path
from coach.adapters.sql_record import SqlRecord
from coach.errors import RecordUnavailable
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    SqlRecord(sys.argv[1]).attempts(1)
except RecordUnavailable as fault:
    sys.stdout.write(str(fault))
"""
        address = file.render_as_string(hide_password=False)
        done = subprocess.run([sys.executable, "-c", code, address], capture_output=True, text=True, check=True)
        assert "its tables could not be brought up to date, and nothing was changed: the disk " in done.stdout
        assert contents(file) == before
        assert {path.name for path in tmp_path.iterdir()} <= {"coach.db", "coach.db.lock"}
        SqlRecord(file).attempts(1)
        assert backup(file).exists()


class TestAServer:
    def test_may_be_named_without_its_driver(self, postgres_url: URL):
        plain = postgres_url.set(drivername="postgresql").render_as_string(hide_password=False)
        attempt = SqlRecord(plain).add_attempt("q01", "?", "a")
        assert SqlRecord(postgres_url).attempts(None) == [attempt]

    def test_is_not_upgraded_while_another_machine_does_it(self, postgres_url: URL, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(sql_database, "_LOCK_SECONDS", 0.05)
        monkeypatch.setattr(sql_database, "_connect_args", lambda _: {})
        with connected(postgres_url) as other:
            other.exec_driver_sql(f"SELECT pg_advisory_xact_lock({sql_upgrade._ADVISORY_LOCK})")
            message = refused(postgres_url)
        assert message.endswith("another program holds the database; close that program, or try again in a moment")
        assert SqlRecord(postgres_url).attempts(None) == []

    def test_where_the_user_may_make_no_tables_is_refused(self, postgres_url: URL):
        run(
            postgres_url,
            "DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        )
        message = refused(postgres_url.set(username="guest"))
        assert "permission denied" in message
        assert message.endswith("make it the owner of the database, or name another in COACH_DATABASE_URL")
        assert contents(postgres_url) == {}

    @pytest.mark.parametrize(
        ("change", "said"),
        [({"database": "nowhere"}, 'database "nowhere" does not exist'), ({"username": "me"}, 'role "me" does not')],
    )
    def test_that_knows_no_such_name_says_so(self, postgres_url: URL, change: dict[str, str], said: str):
        message = refused(postgres_url.set(password="secret", **change))
        assert said in message
        assert message.endswith("make sure that the database runs and that COACH_DATABASE_URL is right")
        assert "secret" not in message

    def test_that_does_not_run_is_refused(self, tmp_path: Path):
        url = URL.create("postgresql", username="me", password="secret", query={"host": os.fspath(tmp_path)})
        message = refused(url)
        assert "No such file or directory" in message
        assert "secret" not in message

    def test_that_goes_away_is_told_and_serves_again_when_it_is_back(self, postgres_url: URL):
        record = SqlRecord(postgres_url)
        first = record.add_attempt("q01", "?", "a")
        with connected(postgres_url) as other:
            other.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        second = record.add_attempt("q01", "?", "b")
        assert record.attempts(None) == [second, first]
