"""Durable work on DBOS: queue, recovery, cancelling and streams in a database; `docs/design/work.md` says why so.

One DBOS step does a whole piece of work, and the ledger remembers each call of a model. If every call were a step, the
events between would be numbered among the steps, and those of a call that was cut off would shift the numbers of the
run after it. Within a step, events go to the stream without a number of that kind.
"""

import contextlib
import itertools
import logging
import statistics
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from coach.adapters.job_slots import Slots
from coach.adapters.sql_faults import FAULTS, fault_and_remedy, place
from coach.errors import RecordUnavailable
from coach.language import Sentence
from coach.practice.jobs import Waiting
from coach.practice.work import NEWS, Failed, Finished, Job, News, Stopped, ids_of

Run = Callable[[Job, str, Callable[[News], None], Callable[[], bool]], None]

AT_ONCE = 8
"""Pieces of work that one process does at once; they mostly wait for a model."""
_QUEUE = "work"
_STREAM = "news"
_VERSION = "1"
"""Of the shape of jobs and events: work that was begun under another one waits for a program of that version."""
_LOOK_SECONDS = 0.25
"""How often a process looks whether its work was stopped by another."""
_POLL_SECONDS = 0.05
"""How often SQLite is asked for what was told; PostgreSQL says so itself."""
_QUEUE_SECONDS = 0.3
"""How often a process asks for work. This alone costs an idle process something; `docs/design/work.md` says what."""
_AT_ONCE = 0.001
"""Seconds to wait for what is there already."""
_LAST_BREATH = 2.0
"""Seconds that work which was told to stop is waited for."""
_MISTAKE = Sentence.of("the program made a mistake here; try again, or report it")
_BROKE_OFF = Sentence.of("this piece of work broke off again and again; try it anew")
_RECENT = 20
_PAGE = 16
_log = logging.getLogger(__name__)


class _LetGo(BaseException):
    """This process lets go of a piece of work. No `Exception`: DBOS would keep it as the end of that work."""


def work_url(data_dir: Path) -> URL:
    """The address of the work under way where no server is set: `work.db` in the data folder, beside the record."""
    return URL.create("sqlite", database=str(data_dir / "work.db"))


class DbosJobs:
    """`Jobs` on DBOS, one in a process. The database is opened by the first call, and made where there is none.

    `take_over_seconds`: how often a process looks for work of a dead one.
    """

    def __init__(self, url: URL | str, run: Run, take_over_seconds: float = 5.0) -> None:
        self._url = make_url(url)
        self._run = run
        self._take_over_seconds = take_over_seconds
        self._slots = Slots(self._url)
        self._slot: int | None = None
        self._opening = threading.Lock()
        self._stops: dict[str, threading.Event] = {}
        self._ended = threading.Condition()
        """Told whenever work in this process has ended."""
        self._letting_go = threading.Event()
        self._watcher = threading.Thread()

    def open(self) -> None:
        """Takes up work that this process, or a dead one, left behind."""
        with self._faults(), self._opening:
            if self._slot is not None:
                self._slots.reach()  # DBOS itself would wait for a server that is gone, without a word and an end
                return
            with ExitStack() as undo:
                slot = self._slots.take()
                undo.callback(self._slots.release, slot)
                self._letting_go.clear()
                undo.callback(_shut_down, self)
                _launch(self, self._url, f"slot-{slot}")
                undo.pop_all()
            self._slot = slot
            self._watcher = threading.Thread(target=self._watch, name="jobs", daemon=True)
            self._watcher.start()

    def start(self, job: Job) -> str:
        """Puts work in the queue; a piece that waits, goes on or is done stays one, one that failed begins anew."""
        from dbos import DBOS, SetWorkflowID

        self.open()
        with self._faults():
            last = _last_round(job.id)
            if last is not None and self._stands(last, job):
                return last.workflow_id
            job_id = f"{job.id}#{1 if last is None else _round(last) + 1}"
            with SetWorkflowID(job_id):
                DBOS.enqueue_workflow(_QUEUE, _workflow(), job.model_dump_json())
            return job_id

    def follow(self, job_id: str, after: int = 0, tick: float = 0.5) -> Iterator[News | None]:
        """What is told of it, from this event on, until its end; None whenever nothing was told for `tick` seconds."""
        self.open()
        number = after
        while True:
            news = self._told_at(job_id, number, tick)
            if news is None:
                end = self._end_of(job_id)
                # What was told between the look into the stream and the look at the end comes first.
                news = end and (self._told_at(job_id, number, _AT_ONCE) or end)
            yield news
            number += 1 if news else 0
            if isinstance(news, Finished | Failed | Stopped):
                return

    def waiting(self, job_id: str) -> Waiting | None:
        """How long it may have to wait; None where it has begun."""
        from dbos import DBOS

        self.open()
        with self._faults():
            queued = DBOS.list_workflows(queue_name=_QUEUE, status="ENQUEUED", load_input=False, load_output=False)
            ids = [one.workflow_id for one in queued]
            if job_id not in ids:
                return None
            recent = DBOS.list_workflows(
                queue_name=_QUEUE, status="SUCCESS", sort_desc=True, limit=_RECENT, load_input=False, load_output=False
            )
        took = [(one.completed_at - one.dequeued_at) / 1000 for one in recent if one.completed_at and one.dequeued_at]
        ahead = ids.index(job_id)
        rounds = ahead // AT_ONCE + 1
        # On SQLite times are kept in whole seconds, so what is quick would seem to take none.
        return Waiting(ahead=ahead, seconds=rounds * max(1.0, statistics.median(took)) if took else None)

    def stop(self, job_id: str) -> None:
        """Ends it at its next breath; what was written is kept."""
        from dbos import DBOS

        self.open()
        with self._faults():
            DBOS.cancel_workflow(job_id)
        self._set_stop(job_id)

    def forget(self, person: str) -> None:
        """Stops a person's work and deletes all that was told of it."""
        from dbos import DBOS

        self.open()
        start = ids_of(person)
        with self._faults():
            found = DBOS.list_workflows(workflow_id_prefix=start, load_input=False, load_output=False)
            # To SQLite, capitals and small letters are the same.
            its = [one.workflow_id for one in found if one.workflow_id.startswith(start)]
            if not its:
                return
            DBOS.cancel_workflows(its)
            for job_id in its:
                self._set_stop(job_id)
            with self._ended:
                self._ended.wait_for(lambda: not any(job_id in self._stops for job_id in its), _LAST_BREATH)
            DBOS.delete_workflows(its)

    def close(self) -> None:
        """Lets go. Work under way is taken up again by the next process that opens the same place."""
        with self._opening:
            if self._slot is None:
                return
            self._letting_go.set()
            for stop in list(self._stops.values()):
                stop.set()
            with self._ended:
                self._ended.wait_for(lambda: not self._stops, _LAST_BREATH)
            self._watcher.join(_LAST_BREATH)
            _shut_down(self)
            self._slots.release(self._slot)
            self._slot = None

    def work(self, content: str) -> str:
        """Does a piece of work, within a step. Gives the kind of its end."""
        from dbos import DBOS
        from dbos._error import DBOSException

        job_id = DBOS.workflow_id
        assert job_id is not None, "a step belongs to a workflow"
        told = list(self._told(job_id))
        ends: list[str] = []

        with self._under_way(job_id) as stop:

            def tell(news: News) -> None:
                if self._letting_go.is_set():
                    raise _LetGo
                text = NEWS.dump_json(news).decode()
                if text in told:  # by a run before this one
                    told.remove(text)
                elif not stop.is_set():
                    DBOS.write_stream(_STREAM, text)
                ends.append(news.kind)

            try:
                self._run(Job.model_validate_json(content), job_id, tell, stop.is_set)
            except DBOSException:  # it was stopped or forgotten meanwhile, which DBOS knows how to end
                raise
            except Exception:  # the outermost place of a worker: whoever follows must hear of it
                _log.exception("a piece of work broke off")
                tell(Failed(fault="CoachError", message=_MISTAKE))
        return ends[-1]

    @contextmanager
    def _under_way(self, job_id: str) -> Generator[threading.Event]:
        stop = self._stops[job_id] = threading.Event()
        try:
            yield stop
        finally:
            with self._ended:
                self._stops.pop(job_id, None)
                self._ended.notify_all()

    def _stands(self, status: Any, job: Job) -> bool:
        """Whether a piece of work waits, goes on, or is done for good."""
        end = self._told_end(status.workflow_id)
        if end is None:
            return status.status in ("ENQUEUED", "PENDING", "DELAYED")
        return isinstance(end, Finished) and job.is_done_for_good

    def _set_stop(self, job_id: str) -> None:
        stop = self._stops.get(job_id)
        if stop is not None:
            stop.set()

    def _told_at(self, job_id: str, number: int, seconds: float) -> News | None:
        """The event of this number, waited for so long; None where it has not come."""
        from dbos import DBOS
        from dbos._error import DBOSNonExistentWorkflowError, DBOSStreamTimeoutError  # not exported

        with self._faults(), contextlib.suppress(DBOSStreamTimeoutError, DBOSNonExistentWorkflowError):
            told = DBOS.read_stream_offset(
                job_id, _STREAM, number, polling_interval_sec=_POLL_SECONDS, timeout_seconds=seconds
            )
            return NEWS.validate_json(told)
        return None

    def _told(self, job_id: str) -> Iterator[str]:
        from dbos import DBOS
        from dbos._error import DBOSNonExistentWorkflowError, DBOSStreamTimeoutError

        with contextlib.suppress(DBOSStreamTimeoutError, DBOSNonExistentWorkflowError):
            yield from DBOS.read_stream(job_id, _STREAM, timeout_seconds=_AT_ONCE)

    def _told_end(self, job_id: str) -> News | None:
        """The end that was told. It is told a moment before DBOS knows of it, and by then somebody may have acted."""
        told = list(self._told(job_id))
        last = NEWS.validate_json(told[-1]) if told else None
        return last if isinstance(last, Finished | Failed | Stopped) else None

    def _end_of(self, job_id: str) -> News | None:
        """How it ended, for whoever has heard all that was told; None while it goes on."""
        from dbos import DBOS

        with self._faults():
            found = DBOS.list_workflows(workflow_ids=[job_id], load_input=False, load_output=False)
            status = found[0].status if found else "CANCELLED"
            if status in ("ENQUEUED", "PENDING", "DELAYED"):
                return None
            broken = Failed(fault="CoachError", message=_BROKE_OFF)
            return self._told_end(job_id) or (Stopped() if status == "CANCELLED" else broken)

    def _watch(self) -> None:
        """Stops what others have stopped, and takes over the work of the dead."""
        from dbos._error import DBOSException

        looks = 0
        while not self._letting_go.wait(_LOOK_SECONDS):
            looks += 1
            try:
                self._look_for_stopped()
                if looks % max(1, round(self._take_over_seconds / _LOOK_SECONDS)) == 0:
                    self._take_over()
            except (*FAULTS, DBOSException) as fault:
                _log.warning("looking after work under way failed: %s", fault)

    def _look_for_stopped(self) -> None:
        from dbos import DBOS

        ids = list(self._stops)
        if ids:
            found = DBOS.list_workflows(workflow_ids=ids, status="PENDING", load_input=False, load_output=False)
            for job_id in set(ids) - {one.workflow_id for one in found}:  # cancelled, or deleted altogether
                self._set_stop(job_id)

    def _take_over(self) -> None:
        from dbos import DBOS

        begun = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        own = f"slot-{self._slot}"
        for owner in {str(one.executor_id) for one in begun if one.executor_id not in (None, own)}:
            number = int(owner.removeprefix("slot-"))
            if not self._slots.hold(number):
                continue  # it lives
            try:
                # Of DBOS's public calls, `resume_workflow` would also wake what was cancelled since the look.
                DBOS._recover_pending_workflows([owner])  # pyright: ignore[reportPrivateUsage] for that reason
            finally:
                self._slots.release(number)

    @contextmanager
    def _faults(self) -> Generator[None]:
        from dbos._error import DBOSException, DBOSNonExistentWorkflowError, DBOSStreamTimeoutError

        try:
            yield
        except (DBOSStreamTimeoutError, DBOSNonExistentWorkflowError):
            raise
        except FAULTS as fault:
            raise RecordUnavailable("{place}: {why}", place=place(self._url), why=fault_and_remedy(fault)) from fault
        except DBOSException as fault:
            cause = fault.__cause__
            said = fault_and_remedy(cause) if isinstance(cause, SQLAlchemyError) else " ".join(str(fault).split())
            raise RecordUnavailable("{place}: {why}", place=place(self._url), why=said) from fault


_current: DbosJobs | None = None
_registered: list[Callable[[str], str]] = []


def _workflow() -> Callable[[str], str]:
    """The one workflow, known to DBOS by its name; what it does is the business of the process's `DbosJobs`."""
    from dbos import DBOS

    if not _registered:

        def work(content: str) -> str:
            if _current is None:  # it was closed while this began
                raise _LetGo
            return DBOS.run_step({"name": "work"}, _current.work, content)

        _registered.append(DBOS.workflow(name="work", max_recovery_attempts=20)(work))
    return _registered[0]


def _launch(jobs: DbosJobs, url: URL, executor: str) -> None:
    global _current  # DBOS itself is one in a process
    from dbos import DBOS

    if _current is not None:
        _current.close()
    _current = jobs
    _workflow()
    logging.getLogger("dbos").setLevel(logging.CRITICAL)
    DBOS(
        config={
            "name": "interview-coach",
            "system_database_url": url.render_as_string(hide_password=False),
            "executor_id": executor,
            "application_version": _VERSION,
            "log_level": "CRITICAL",
            "notification_listener_polling_interval_sec": _POLL_SECONDS,
        }
    )
    DBOS.launch()
    DBOS.register_queue(_QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=_QUEUE_SECONDS)


def _shut_down(jobs: DbosJobs) -> None:
    global _current
    from dbos import DBOS

    if _current is jobs:
        DBOS.destroy()
        _current = None


def _round(status: Any) -> int:
    return int(status.workflow_id.rpartition("#")[2])


def _last_round(job_id: str) -> Any:
    """The newest round of a piece of work; None where there was none."""
    from dbos import DBOS

    last = None
    for first in itertools.count(1, _PAGE):
        ids = [f"{job_id}#{number}" for number in range(first, first + _PAGE)]
        found = DBOS.list_workflows(workflow_ids=ids, load_input=False, load_output=False)
        last = max(found, key=_round, default=last)
        if len(found) < _PAGE:
            break
    return last
