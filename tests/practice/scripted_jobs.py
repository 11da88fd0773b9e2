"""Work that follows a script, and a process of its own that does such work.

    python -m tests.practice.scripted_jobs URL     does what lines on stdin ask, one JSON list each; answers in kind

The document of a job is the script: `{"events": 5, "hold": 2, "until": "/a/file"}` tells five events, and before the
one with number 2 waits for the file, or for somebody to stop it.
"""

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from coach.adapters.dbos_jobs import DbosJobs
from coach.errors import CoachError
from coach.language import Sentence
from coach.practice.work import NEWS, Advanced, Failed, Finished, Job, Kind, News, Stopped

TAKE_OVER_SECONDS = 0.25
SAFETY_SECONDS = 30
"""No wait is longer, so that a broken test ends."""


def job(about: str = "thing", person: str = "ann", kind: Kind = Kind.FEEDBACK, number: int = 0, **script: Any) -> Job:
    return Job(kind=kind, person=person, about=about, number=number, document=json.dumps({"events": 3, **script}))


class Script:
    """What does scripted work; `begun` gets the id of each piece as it begins."""

    def __init__(self) -> None:
        self.begun: queue.Queue[str] = queue.Queue()

    def run(
        self, job: Job, job_id: str, tell: Callable[[News], None], is_stopped: Callable[[], bool] = lambda: False
    ) -> None:
        self.begun.put(job_id)
        script = json.loads(job.document)
        for number in range(script["events"]):
            if script.get("hold") == number and not _released(Path(script["until"]), is_stopped):
                tell(Stopped())
                return
            tell(Advanced(done=number, of=script["events"]))
        if script.get("raises"):
            raise ValueError("a mistake of the program")
        tell(Failed(fault="InputError", message=Sentence.of(script["fails"])) if "fails" in script else Finished())

    def next_begun(self) -> str:
        return self.begun.get(timeout=SAFETY_SECONDS)

    def all_begun(self) -> list[str]:
        """The ids that have begun since the last look."""
        return [self.begun.get_nowait() for _ in range(self.begun.qsize())]


def _released(path: Path, is_stopped: Callable[[], bool]) -> bool:
    tick = threading.Event()
    while not path.exists():
        if is_stopped():
            return False
        tick.wait(0.01)
    return True


class Other:
    """A process that does scripted work and what it is asked."""

    def __init__(self, url: URL) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.practice.scripted_jobs", url.render_as_string(hide_password=False)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, *request: Any) -> Any:
        """What it answers."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the other process died"
        return json.loads(answer)

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def end(self) -> None:
        """Lets it come to its end as a program does."""
        self._process.communicate(timeout=SAFETY_SECONDS)
        assert self._process.returncode == 0


@contextmanager
def other_process(url: URL) -> Iterator[Other]:
    """A process whose jobs are open, killed at the end where it still lives."""
    other = Other(url)
    try:
        yield other
    finally:
        if other.is_alive:
            other.kill()


def _answer(jobs: DbosJobs, script: Script, asked: str, *more: Any) -> Any:
    match asked, more:
        case "open", []:
            jobs.open()
            return jobs._slot
        case "start", [given]:
            return jobs.start(Job.model_validate_json(given))
        case "follow", [job_id, after]:
            return [NEWS.dump_python(one) for one in jobs.follow(job_id, after) if one]
        case "next begun", []:
            return script.next_begun()
        case "all begun", []:
            return script.all_begun()
        case _:
            return getattr(jobs, asked)(*more)


def main() -> None:
    script = Script()
    jobs = DbosJobs(sys.argv[1], script.run, take_over_seconds=TAKE_OVER_SECONDS)
    for line in sys.stdin:
        asked, *more = json.loads(line)
        try:
            answer = _answer(jobs, script, asked, *more)
        except CoachError as fault:
            answer = f"{type(fault).__name__}: {fault}"
        sys.stdout.write(json.dumps(answer, default=str) + "\n")
        sys.stdout.flush()
    jobs.close()


if __name__ == "__main__":
    main()
