"""What every `Jobs` does: work goes on, whoever goes away."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import URL

from coach.adapters.dbos_jobs import AT_ONCE, DbosJobs
from coach.compose import Coach
from coach.errors import RecordUnavailable
from coach.language import Sentence
from coach.practice.jobs import Waiting
from coach.practice.work import Advanced, Failed, Finished, Job, Kind, News, Stopped
from coach.settings import Settings
from tests.openai_server import OpenAIServer, hang
from tests.practice.record_parts import at_once
from tests.practice.scripted_jobs import SAFETY_SECONDS, TAKE_OVER_SECONDS, Other, Script, job, other_process

TICK = 0.05
END = Finished()


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    beside = URL.create("sqlite", database=str(tmp_path / "work.db"))
    return beside if request.param == "SQLite" else request.getfixturevalue("postgres_url")


@pytest.fixture
def on_sqlite(tmp_path: Path) -> URL:
    return URL.create("sqlite", database=str(tmp_path / "work.db"))


@pytest.fixture
def script() -> Script:
    return Script()


Open = Callable[[URL], DbosJobs]


@pytest.fixture
def opened(script: Script) -> Iterator[Open]:
    made: list[DbosJobs] = []

    def open_at(url: URL) -> DbosJobs:
        made.append(DbosJobs(url, script.run, take_over_seconds=TAKE_OVER_SECONDS))
        return made[-1]

    yield open_at
    for jobs in made:
        jobs.close()


@pytest.fixture
def jobs(opened: Open, url: URL) -> DbosJobs:
    return opened(url)


@pytest.fixture
def until(tmp_path: Path) -> Path:
    """A file that lets work go on that waits for it."""
    return tmp_path / "go on"


def progress(count: int, first: int = 0) -> list[News]:
    return [Advanced(done=number, of=count) for number in range(first, count)]


def told(jobs: DbosJobs, job_id: str, after: int = 0) -> Sequence[News]:
    return [news for news in jobs.follow(job_id, after, TICK) if news]


def told_elsewhere(other: Other, job_id: str, after: int = 0) -> Sequence[News]:
    kinds = {"progress": Advanced, "done": Finished, "failed": Failed, "stopped": Stopped}
    return [kinds[news["kind"]].model_validate(news) for news in other.ask("follow", job_id, after)]


class TestEvents:
    def test_come_once_and_in_order_to_any_number_of_readers_from_any_event_on(
        self, jobs: DbosJobs, script: Script, until: Path
    ) -> None:
        job_id = jobs.start(job(events=6, hold=3, until=str(until)))
        script.next_begun()
        heard: dict[int, Sequence[News]] = {}
        readers = [
            threading.Thread(target=lambda at=at: heard.update({at: told(jobs, job_id, at % 6)})) for at in range(9)
        ]
        for reader in readers:
            reader.start()
        until.touch()
        for reader in readers:
            reader.join(SAFETY_SECONDS)
        assert heard == {at: [*progress(6, at % 6), END] for at in range(9)}
        assert told(jobs, job_id, 4) == [*progress(6, 4), END]

    def test_come_to_a_reader_in_another_process(self, jobs: DbosJobs, url: URL) -> None:
        with other_process(url) as other:
            job_id = jobs.start(job(events=4))
            assert told_elsewhere(other, job_id) == [*progress(4), END]
            assert told_elsewhere(other, job_id, 3) == [*progress(4, 3), END]

    def test_let_a_reader_look_up_while_nothing_is_told(self, jobs: DbosJobs, script: Script, until: Path) -> None:
        job_id = jobs.start(job(hold=1, until=str(until)))
        news = jobs.follow(job_id, tick=TICK)
        script.next_begun()
        assert next(one for one in news if one) == progress(3)[0]
        assert next(news) is None
        until.touch()
        assert [one for one in news if one] == [*progress(3, 1), END]

    @pytest.mark.parametrize("end", [{}, {"fails": "no"}], ids=["done", "failed"])
    def test_end_as_they_ended_for_a_reader_who_comes_after_the_end(
        self, opened: Open, on_sqlite: URL, end: dict[str, str]
    ) -> None:
        jobs = opened(on_sqlite)
        job_id = jobs.start(job(**end))
        *_, last = told(jobs, job_id)
        assert told(jobs, job_id, 4) == told(jobs, job_id, 40) == [last]

    def test_of_work_that_nobody_began_end_at_once(self, opened: Open, on_sqlite: URL) -> None:
        assert told(opened(on_sqlite), "ann/feedback/never/0#1") == [Stopped()]

    def test_of_a_mistake_of_the_program_end_with_a_word(self, opened: Open, on_sqlite: URL) -> None:
        jobs = opened(on_sqlite)
        *_, last = told(jobs, jobs.start(job(raises=True)))
        assert isinstance(last, Failed)
        assert str(last.message) == "the program made a mistake here; try again, or report it"


class TestThePiece:
    def test_is_one_however_often_it_is_started(self, jobs: DbosJobs, script: Script, until: Path) -> None:
        ids: list[str] = []
        held = job(hold=0, until=str(until))
        assert at_once(8, lambda _: ids.append(jobs.start(held))) == [None] * 8
        until.touch()
        told(jobs, ids[0])
        assert {*ids, jobs.start(held)} == {ids[0]}
        assert script.all_begun() == [ids[0]]

    def test_is_one_for_two_processes(self, jobs: DbosJobs, script: Script, url: URL, until: Path) -> None:
        with other_process(url) as other:
            held = job(hold=0, until=str(until))
            ids = {jobs.start(held), other.ask("start", held.model_dump_json())}
            until.touch()
            assert len(ids) == 1
            assert told(jobs, *ids) == told_elsewhere(other, *ids) == [*progress(3), END]
            assert [*script.all_begun(), *other.ask("all begun")] == [*ids]

    @pytest.mark.parametrize(
        "other",
        [
            job(person="Ann"),
            job(person="ann/feedback"),
            job(about="Thing"),
            job(about="thing/0#1"),
            job(number=1),
            job(kind=Kind.AGAIN),
        ],
        ids=["a person", "a person with a stroke", "capitals", "a name like an id", "a number", "a kind"],
    )
    def test_is_another_where_anything_differs(self, opened: Open, on_sqlite: URL, other: Job) -> None:
        jobs = opened(on_sqlite)
        first = jobs.start(job())
        told(jobs, first)
        assert jobs.start(other).rpartition("#")[0] != first.rpartition("#")[0]

    def test_begins_anew_under_a_new_id_where_it_failed(self, jobs: DbosJobs, script: Script) -> None:
        fails = job(fails="there is no answer thing")
        ids = [jobs.start(fails)]
        for _ in range(18):  # more than one page of rounds
            told(jobs, ids[-1])
            ids.append(jobs.start(fails))
        message = Sentence.of("there is no answer thing")
        assert told(jobs, ids[-1])[-1] == Failed(fault="InputError", message=message)
        assert len(set(ids)) == 19
        assert script.all_begun() == ids

    @pytest.mark.parametrize("kind", [Kind.IMPORT, Kind.DRAFT])
    def test_of_an_import_or_a_draft_can_be_done_again(self, opened: Open, on_sqlite: URL, kind: Kind) -> None:
        jobs = opened(on_sqlite)
        first = jobs.start(job(kind=kind))
        told(jobs, first)
        assert jobs.start(job(kind=kind)) != first


class TestStopping:
    def test_ends_work_and_its_events(self, jobs: DbosJobs, script: Script, until: Path) -> None:
        job_id = jobs.start(job(hold=1, until=str(until)))
        news = jobs.follow(job_id, tick=TICK)
        assert next(one for one in news if one) == progress(3)[0]
        jobs.stop(job_id)
        assert [one for one in news if one] == [Stopped()]
        jobs.close()  # waits for the work: nobody made the file
        assert not until.exists()
        assert script.all_begun() == [job_id]

    def test_ends_work_of_another_process(self, url: URL, opened: Open, until: Path) -> None:
        with other_process(url) as other:
            job_id = other.ask("start", job(hold=1, until=str(until)).model_dump_json())
            assert other.ask("next begun") == job_id
            jobs = opened(url)
            jobs.stop(job_id)
            assert told_elsewhere(other, job_id)[-1] == told(jobs, job_id)[-1] == Stopped()
            other.end()  # it can, as the work has ended

    def test_ends_work_that_waits(self, opened: Open, on_sqlite: URL, script: Script, until: Path) -> None:
        jobs = opened(on_sqlite)
        ids = [jobs.start(job(str(number), hold=0, until=str(until))) for number in range(AT_ONCE + 1)]
        for _ in range(AT_ONCE):
            script.next_begun()
        jobs.stop(ids[-1])
        until.touch()
        assert [told(jobs, one)[-1] for one in ids] == [*[END] * AT_ONCE, Stopped()]
        assert script.all_begun() == []

    def test_leaves_what_is_done_as_it_is(self, opened: Open, on_sqlite: URL) -> None:
        jobs = opened(on_sqlite)
        job_id = jobs.start(job())
        before = told(jobs, job_id)
        jobs.stop(job_id)
        assert told(jobs, job_id) == before
        assert jobs.start(job()) == job_id

    def test_lets_it_begin_anew_under_a_new_id(self, jobs: DbosJobs, script: Script, until: Path) -> None:
        held = job(hold=1, until=str(until))
        first = jobs.start(held)
        script.next_begun()
        jobs.stop(first)
        second = jobs.start(held)
        until.touch()
        assert second != first
        assert told(jobs, second) == [*progress(3), END]

    def test_does_not_wait_for_a_model_that_hangs(self, data_dir: Path, openai_server: OpenAIServer) -> None:
        came = threading.Event()

        def hung(exchange: object) -> None:
            came.set()
            hang()(exchange)  # pyright: ignore[reportArgumentType] it hangs whatever it is given

        openai_server.script(hung)
        coach = Coach(Settings(data_dir=data_dir, model="openai/m", api_base=openai_server.url, timeout_seconds=60))
        attempt = coach.answering().submit("q03", "我先听他说完。")
        job_id = coach.jobs.start(Job(kind=Kind.FEEDBACK, person="local", about=attempt.id))
        assert came.wait(SAFETY_SECONDS)
        coach.jobs.stop(job_id)
        jobs = coach.jobs
        assert isinstance(jobs, DbosJobs)
        with jobs._ended:
            assert jobs._ended.wait_for(lambda: not jobs._stops, timeout=5)  # the server is waited for 60 seconds
        assert [one for one in jobs.follow(job_id) if one] == [Stopped()]
        jobs.close()
        assert coach.record.attempts(1) == [attempt]


class TestTheQueue:
    def test_bounds_how_many_go_on_at_once_and_says_how_long_it_takes(
        self, jobs: DbosJobs, script: Script, until: Path
    ) -> None:
        def start_too_many(name: str) -> tuple[list[str], list[str]]:
            """Those that have begun, and those that wait; of two that came in one millisecond, either may be first."""
            ids = [jobs.start(job(f"{name}{number}", hold=0, until=str(until))) for number in range(AT_ONCE + 3)]
            begun = [script.next_begun() for _ in range(AT_ONCE)]
            return begun, [one for one in ids if one not in begun]

        def waits(ids: list[str]) -> list[Waiting]:
            return sorted((found for one in ids if (found := jobs.waiting(one))), key=lambda found: found.ahead)

        begun, queued = start_too_many("a")
        assert waits(queued) == [Waiting(ahead=ahead, seconds=None) for ahead in range(3)]
        assert waits(begun) == []
        assert script.all_begun() == []
        until.touch()
        assert [told(jobs, one)[-1] for one in begun + queued] == [END] * (AT_ONCE + 3)
        assert waits(queued) == []
        assert sorted(script.all_begun()) == sorted(queued)
        until.unlink()
        later = waits(start_too_many("b")[1])
        assert [one.ahead for one in later] == [0, 1, 2]
        assert all(one.seconds is not None and one.seconds > 0 for one in later)


class TestForgetting:
    def test_deletes_what_is_a_persons_and_nobody_elses(self, jobs: DbosJobs, script: Script, until: Path) -> None:
        others = ["Ann", "ann2", "a_n", "a%", "bob"]
        kept = {person: jobs.start(job(person=person)) for person in others}
        for job_id in kept.values():
            told(jobs, job_id)
        done, failed = jobs.start(job("done")), jobs.start(job("failed", fails="no"))
        told(jobs, done)
        told(jobs, failed)
        script.all_begun()
        held = jobs.start(job("held", hold=1, until=str(until)))
        script.next_begun()
        jobs.forget("ann")
        assert [told(jobs, one) for one in (done, failed, held)] == [[Stopped()]] * 3
        assert [told(jobs, one) for one in kept.values()] == [[*progress(3), END]] * len(others)
        jobs.forget("a_n")
        jobs.forget("a%")
        assert told(jobs, kept["ann2"]) == [*progress(3), END]

    def test_ends_work_of_another_process(self, url: URL, opened: Open, until: Path) -> None:
        with other_process(url) as other:
            job_id = other.ask("start", job(hold=1, until=str(until)).model_dump_json())
            other.ask("next begun")
            opened(url).forget("ann")
            assert told_elsewhere(other, job_id) == [Stopped()]
            other.end()

    def test_of_nobody_is_nothing(self, opened: Open, on_sqlite: URL) -> None:
        opened(on_sqlite).forget("nobody")


class TestClosing:
    def test_leaves_work_under_way_to_the_next_who_opens_the_same_place(
        self, opened: Open, url: URL, script: Script, until: Path
    ) -> None:
        first = opened(url)
        job_id = first.start(job(events=5, hold=2, until=str(until)))
        script.next_begun()
        assert next(one for one in first.follow(job_id, 1, TICK) if one) == progress(5)[1]
        first.close()
        until.touch()
        assert told(opened(url), job_id) == [*progress(5), END]
        assert script.all_begun() == [job_id]

    def test_twice_is_once_and_it_opens_again_by_itself(self, opened: Open, on_sqlite: URL) -> None:
        jobs = opened(on_sqlite)
        jobs.close()
        job_id = jobs.start(job())
        jobs.close()
        jobs.close()
        assert told(jobs, job_id) == [*progress(3), END]

    def test_happens_by_itself_where_another_opens_in_the_same_process(
        self, opened: Open, tmp_path: Path, on_sqlite: URL
    ) -> None:
        first = opened(URL.create("sqlite", database=str(tmp_path / "first.db")))
        first.start(job())
        jobs = opened(on_sqlite)
        assert told(jobs, jobs.start(job())) == [*progress(3), END]


class TestAKill:
    def test_leaves_work_to_the_next_process_and_every_event_is_told_once(
        self, opened: Open, url: URL, script: Script, until: Path
    ) -> None:
        with other_process(url) as dead:
            job_id = dead.ask("start", job(events=5, hold=3, until=str(until)).model_dump_json())
            dead.ask("next begun")
            jobs = opened(URL.create("sqlite", database=f"{until}.db"))  # of this process, elsewhere
            with other_process(url) as reader:
                reader.ask("open")
                dead.kill()
                until.touch()
                assert told_elsewhere(reader, job_id) == [*progress(5), END]
            jobs.close()
        assert told(opened(url), job_id) == [*progress(5), END]
        assert script.all_begun() == []

    def test_is_made_good_by_opening_alone(self, opened: Open, url: URL, script: Script, until: Path) -> None:
        with other_process(url) as dead:
            job_id = dead.ask("start", job(events=5, hold=3, until=str(until)).model_dump_json())
            dead.ask("next begun")
            dead.kill()
        until.touch()
        opened(url).open()
        assert script.next_begun() == job_id

    def test_is_made_good_by_one_of_the_living(self, opened: Open, url: URL, script: Script, until: Path) -> None:
        held = [job(str(number), events=4, hold=2, until=str(until)) for number in range(3)]
        with other_process(url) as dead, other_process(url) as second:
            ids = [dead.ask("start", one.model_dump_json()) for one in held]
            assert sorted(dead.ask("next begun") for _ in ids) == sorted(ids)
            jobs = opened(url)
            jobs.open()
            assert (jobs._slot, second.ask("open")) == (1, 2)
            dead.kill()
            until.touch()
            assert [told(jobs, one) for one in ids] == [[*progress(4), END]] * 3
            assert sorted([*script.all_begun(), *second.ask("all begun")]) == sorted(ids)

    def test_frees_the_slot_and_two_of_the_living_share_none(self, url: URL) -> None:
        with other_process(url) as first, other_process(url) as second:
            assert (first.ask("open"), second.ask("open")) == (0, 1)
            first.kill()
            with other_process(url) as third, other_process(url) as fourth:
                assert (third.ask("open"), fourth.ask("open"), second.ask("open")) == (0, 2, 1)


class TestAPlaceThatDoesNotWork:
    @pytest.mark.parametrize("content", [b"garbage" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
    def test_is_told_in_one_line_and_the_record_works_all_the_same(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "work.db").write_bytes(content)
        coach = Coach(Settings(data_dir=tmp_path))
        attempt = coach.record.add_attempt("q03", "?", "我先听。")
        for _ in range(2):
            with pytest.raises(RecordUnavailable) as fault:
                coach.jobs.start(job())
            assert str(fault.value).startswith(f"{tmp_path}/work.db: ")
            assert "move it away" in str(fault.value)
            assert "\n" not in str(fault.value)
        assert coach.record.attempts(None) == [attempt]
        assert (tmp_path / "work.db").read_bytes() == content
        (tmp_path / "work.db").unlink()
        job_id = coach.jobs.start(Job(kind=Kind.FEEDBACK, person="local", about="nothing"))
        assert [type(one) for one in coach.jobs.follow(job_id) if one] == [Failed]
        coach.jobs.close()

    def test_is_told_where_it_can_not_be_written(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="coach-"))
        folder.chmod(0o555)
        code = """
import os, sys, dbos, coach.adapters.dbos_jobs
from coach.errors import RecordUnavailable
from coach.practice.work import Job, Kind
if os.geteuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
try:
    jobs = coach.adapters.dbos_jobs.DbosJobs(f"sqlite:///{sys.argv[1]}/work.db", print)
    jobs.start(Job(kind=Kind.DRAFT, person="a", about="b"))
except RecordUnavailable as fault:
    print(fault)
"""
        done = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=False)
        shutil.rmtree(folder)
        assert done.stdout.startswith(f"{folder}/work.db: "), done.stderr
        assert done.stdout.count("\n") == 1
        assert "write" in done.stdout

    def test_is_told_where_a_server_does_not_answer(self) -> None:
        jobs = DbosJobs("postgresql+psycopg://me:secret@127.0.0.1:1/name", print)
        with pytest.raises(RecordUnavailable) as fault:
            jobs.start(job())
        assert "secret" not in str(fault.value)
        assert "make sure that the database runs" in str(fault.value)


def test_opening_happens_at_the_first_call_and_not_before(tmp_path: Path) -> None:
    DbosJobs(URL.create("sqlite", database=str(tmp_path / "data" / "work.db")), print)
    assert os.listdir(tmp_path) == []
