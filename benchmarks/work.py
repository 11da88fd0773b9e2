"""What durable work costs: on SQLite in a temporary folder, and on PostgreSQL where its server is installed.

    python -m benchmarks.work

The lag of an event from its telling to a reader (median and 95th of 100), the time from `start` to the first event of
an offline judgement (median of 20, the index warm), and the processor time of an idle process in percent of one core.
"""

import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from coach.adapters.dbos_jobs import DbosJobs
from coach.compose import Coach
from coach.practice.record import LOCAL
from coach.practice.work import Advanced, Finished, Job, Kind, News
from coach.settings import Settings
from tests import postgres_server

EVENTS = 100
IDLE_SECONDS = 20


def lags(url: str) -> list[float]:
    """Seconds from telling to reading, of one event after the other."""
    told_at: list[float] = []
    heard = threading.Semaphore(0)

    def run(job: Job, job_id: str, tell: Callable[[News], None], is_stopped: Callable[[], bool]) -> None:
        for number in range(EVENTS):
            time.sleep(0.02)
            told_at.append(time.perf_counter())
            tell(Advanced(done=number, of=EVENTS))
            heard.acquire()
        tell(Finished())

    jobs = DbosJobs(url, run)
    found: list[float] = []
    job_id = jobs.start(Job(kind=Kind.IMPORT, person=LOCAL, about="lag"))
    for news in jobs.follow(job_id):
        if isinstance(news, Advanced):
            found.append(time.perf_counter() - told_at[-1])
            heard.release()
    jobs.close()
    return found


def first_events(coach: Coach) -> list[float]:
    """Seconds from `start` to the first event of an offline judgement."""
    answering, found = coach.answering("offline"), []
    for _ in range(21):
        attempt = answering.submit("q03", "我先听他说完，再问清订单号。")
        began = time.perf_counter()
        job_id = coach.jobs.start(Job(kind=Kind.FEEDBACK, person=LOCAL, about=attempt.id, judge="offline"))
        news = coach.jobs.follow(job_id)
        next(news)
        found.append(time.perf_counter() - began)
        list(news)
    return found[1:]


def idle_percent() -> float:
    """Percent of one core that this process takes while it has nothing to do."""
    began, used = time.perf_counter(), time.process_time()
    time.sleep(IDLE_SECONDS)
    return 100 * (time.process_time() - used) / (time.perf_counter() - began)


def measure(name: str, folder: Path, url: str) -> None:
    coach = Coach(Settings(data_dir=folder, database_url=url))
    coach.index.update(coach.library.banks())
    first = first_events(coach)
    idle = idle_percent()
    coach.jobs.close()
    lag = lags(url or f"sqlite:///{folder}/lag.db")
    figures = {
        "lag_ms": round(1000 * statistics.median(lag), 1),
        "lag_p95_ms": round(1000 * statistics.quantiles(lag, n=20)[-1], 1),
        "first_event_ms": round(1000 * statistics.median(first), 1),
        "idle_percent": round(idle, 2),
    }
    print(name, json.dumps(figures), flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", Path(folder), "")
    programs = postgres_server.programs()
    if programs is not None:
        with (
            tempfile.TemporaryDirectory() as folder,
            postgres_server.running(programs) as socket,
            postgres_server.database(socket, "mine") as url,
        ):
            measure("PostgreSQL", Path(folder), url.render_as_string(hide_password=False))


if __name__ == "__main__":
    main()
