"""Does real work again and again, each time killed (-9) at a random moment, and then taken up by the next process.

    python -m tests.practice.killed_work 200 1                                 each kind of work 200 times, by this seed
    python -m tests.practice.killed_work 200 1 --kind answer --on PostgreSQL   one kind, on a server of its own

A kind is `answer`, `turn` or `import`; the model is a real HTTP server that outlives the kills. A process says what it
has committed; after the kill, another one opens the same place, finishes what it finds, and what is kept is compared
with what was said. Gives, for each kind, the kills and how far the killed ones had come; fails where one did harm.
"""

import argparse
import json
import os
import random
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, func
from sqlalchemy import select as sql_select

import coach.adapters.dbos_jobs
import coach.adapters.litellm_model
import coach.adapters.sql_upgrade  # noqa: F401  else each child would import these
from coach.adapters.corpus_files import BundledFiles
from coach.adapters.litellm_import import load_litellm
from coach.adapters.sql_database import SqlDatabase
from coach.adapters.sql_library import SqlLibrary
from coach.adapters.sql_record import SqlRecord, sqlite_url
from coach.adapters.sql_tables import ModelCallRow
from coach.compose import Coach
from coach.customer import observer, renderer
from coach.practice.record import everything
from coach.practice.work import MOST_CALLS, NEWS, Job, Kind, Spoken
from coach.settings import Settings
from tests import postgres_server
from tests.customer.playing import CORPUS
from tests.openai_server import OpenAIServer, critic_reply, reply

ANSWER = "我先听他把话说完，再问清订单号，然后给他一个准确的时间。"
TURN = "孩子的生日眼看要错过，换我也急，我先跟您道歉，这就查物流。"
DOCUMENT = "a.md\n" + "\n\n".join(
    f"## 第{number}种情况怎么办？\n\n先听完，再道歉，第{number}步给时间。" for number in "一二三四五"
)
KINDS = ("answer", "turn", "import")
BUDGET = {"answer": MOST_CALLS, "turn": observer.MOST_TRIES + renderer.MOST_TRIES, "import": 0}
SAFETY_SECONDS = 300

Say = Callable[..., None]


@dataclass(frozen=True)
class Place:
    """Where everything is kept."""

    folder: Path
    server: str
    database: URL | None = None

    @property
    def url(self) -> URL:
        return self.database or sqlite_url(self.folder)

    def coach(self) -> Coach:
        database = self.database.render_as_string(hide_password=False) if self.database else ""
        coach = Coach(
            Settings(data_dir=self.folder, database_url=database, model="openai/m", api_base=self.server, api_key="k")
        )
        vars(coach)["library"] = SqlLibrary(BundledFiles(self.folder / "questions"), SqlDatabase(self.url))
        return coach


def prepare(place: Place, say: Say) -> None:
    """A small bank with its index, somebody else's answer, and a role-play that has begun."""
    (place.folder / "questions").mkdir(parents=True)
    for name in ("q03", "q18"):
        shutil.copy(CORPUS / "questions" / f"{name}.yaml", place.folder / "questions")
    coach = place.coach()
    coach.index.update(coach.library.banks())
    coach.record.of("bob").add_attempt("q03", "?", "Bob's own")
    say("role-play", coach.role_playing(person="ann").begin("late-birthday-gift", 1).id)
    coach.jobs.follow("ann/nothing")
    coach.jobs.forget("ann")
    coach.jobs.close()


def begin(kind: str, place: Place, say: Say) -> None:
    """Does a piece of work as an app does, and says what is committed."""
    coach = place.coach()
    if kind == "answer":
        say("kept", coach.answering(person="ann").submit("q03", ANSWER).id)
    if kind == "turn":
        playing = coach.role_playing(person="ann")
        playing.submit(coach.record.of("ann").role_plays(1)[0], TURN)
        say("kept")
    _do(kind, coach, say)


def go_on(kind: str, place: Place, say: Say) -> None:
    """Opens the place again, and offers again what is not in the queue."""
    coach = place.coach()
    if kind == "import" or everything(coach.record.of("ann")).answers or _waits(coach):
        _do(kind, coach, say)
    coach.jobs.close()


def _waits(coach: Coach) -> bool:
    role_play = coach.record.of("ann").role_plays(1)[0]
    return bool(role_play.pending or role_play.exchanges)


def _do(kind: str, coach: Coach, say: Say) -> None:
    ann = coach.record.of("ann")
    job = {
        "answer": lambda: Job(kind=Kind.FEEDBACK, person="ann", about=ann.attempts(1)[0].id),
        "turn": lambda: Job(kind=Kind.TURN, person="ann", about=ann.role_plays(1)[0].id, number=1),
        "import": lambda: Job(kind=Kind.IMPORT, person="ann", about="店", document=DOCUMENT),
    }[kind]()
    job_id = coach.jobs.start(job)
    say("job", job_id)
    for news in coach.jobs.follow(job_id):
        if news:
            say("event", NEWS.dump_json(news).decode())


@dataclass(frozen=True)
class Outcome:
    """What a process said, and whether it was killed."""

    said: list[list[Any]]
    was_killed: bool
    seconds: float

    def of(self, what: str) -> list[Any]:
        return [more for one, *more in self.said if one == what]


def in_child(work: Callable[[Say], None], kill_after: float | None = None) -> Outcome:
    """Runs work in a process of its own, killed after so many seconds where it still lives."""
    reads, writes = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        _as_child(work, writes)
    os.close(writes)
    ends = began + (SAFETY_SECONDS if kill_after is None else kill_after)
    heard = b""
    while (left := ends - time.monotonic()) > 0 and select.select([reads], [], [], left)[0]:
        piece = os.read(reads, 65536)
        heard += piece
        if not piece:
            break
    else:
        os.kill(child, signal.SIGKILL)
        while piece := os.read(reads, 65536):
            heard += piece
    seconds = time.monotonic() - began
    os.close(reads)
    _, status = os.waitpid(child, 0)
    assert status == 0 or (status == signal.SIGKILL and kill_after is not None), (status, heard)
    return Outcome([json.loads(line) for line in heard.splitlines()], status != 0, seconds)


def _as_child(work: Callable[[Say], None], writes: int) -> None:
    def say(*what: str) -> None:
        os.write(writes, json.dumps(what).encode() + b"\n")  # one write, so whole or not at all

    try:
        work(say)
        os._exit(0)
    except BaseException:  # nothing of a child may come back into the copy of its parent
        traceback.print_exc()
        os._exit(1)


def check(kind: str, place: Place, first: Outcome, second: Outcome, server_calls: int) -> None:
    """Nothing that was said to be committed is lost, doubled or crossed, and what was begun is done."""
    database = SqlDatabase(place.url)
    ann, bob, local = (SqlRecord(database).of(person) for person in ("ann", "bob", "local"))
    assert [one.answer for one in everything(bob).answers] == ["Bob's own"]
    assert everything(bob).answers[0].feedback is None
    assert not any(vars(everything(local)).values())
    answers, (role_play,) = ann.attempts(None), ann.role_plays(None)
    if kind == "answer":
        assert [one.id for one in answers] == [one[0] for one in first.of("kept")] or not first.of("kept")
        assert [one.answer for one in answers] in ([], [ANSWER])
        assert all(one.feedback and not one.feedback.has_failed and one.earlier == () for one in answers)
    elif kind == "turn":
        said = [one.said for one in role_play.exchanges]
        assert role_play.pending is None
        assert said == [TURN] or (said == [] and not first.of("kept"))
    else:
        (bank,) = (bank for bank in place.coach().library.banks() if bank.name == "店")
        assert len(bank.questions) == 5
    _check_events(kind, first, second)
    with database.session(writes=False) as session:
        calls = session.scalar(sql_select(func.count()).select_from(ModelCallRow)) or 0
        assert session.scalar(sql_select(func.count()).where(ModelCallRow.person != "ann")) == 0
    assert server_calls <= calls <= BUDGET[kind], (server_calls, calls)


def _check_events(kind: str, first: Outcome, second: Outcome) -> None:
    heard, whole = first.of("event"), second.of("event")
    if not whole:
        assert not first.of("kept")
        return
    kinds = [json.loads(one)["kind"] for (one,) in whole]
    assert kinds.count("done") == 1 == len(kinds) - kinds.index("done")
    if first.of("job") in ([], second.of("job")):
        assert whole[: len(heard)] == heard
    else:
        assert kind == "import"  # which was done, and is done again
    if kind != "import":
        assert len({one for (one,) in whole}) == len(whole)
    if kind == "turn":
        assert isinstance(NEWS.validate_json(whole[0][0]), Spoken)


def model_reply(body: dict[str, Any]) -> str:
    """What the model of the series says."""
    wanted = json.dumps(body.get("response_format", {}))
    if "ObserverReply" in wanted:
        return json.dumps(
            {"acts": [{"act": "apology", "quote": "我先跟您道歉"}], "asks": [], "insults": False, "key_points": []}
        )
    return json.dumps({"say": ["那你说", "哪天到"]}) if "CustomerReply" in wanted else critic_reply(body)


@contextmanager
def model_server(folder: Path) -> Iterator[tuple[str, Callable[[], int]]]:
    """The address of a model in a process of its own, and how often it was asked."""
    asked, reads, writes = folder / "asked", *os.pipe()
    asked.touch()
    server = os.fork()
    if server == 0:
        one = OpenAIServer()

        def counted(body: dict[str, Any]) -> str:
            with asked.open("ab") as file:
                file.write(b".")
            return model_reply(body)

        one.otherwise = reply(counted)
        one.start()
        os.write(writes, one.url.encode())
        signal.pause()
    try:
        yield os.read(reads, 1000).decode(), lambda: asked.stat().st_size
    finally:
        os.close(reads)
        os.close(writes)
        os.kill(server, signal.SIGKILL)
        os.waitpid(server, 0)


def copied(prepared: Place, folder: Path) -> Place:
    """A place of its own with the same in it."""
    folder.mkdir()
    for path in prepared.folder.iterdir():
        if path.is_file() and ".lock" not in path.name and ".slot" not in path.name:
            shutil.copy(path, folder)
    for part in ("index", "questions"):
        shutil.copytree(prepared.folder / part, folder / part)
    if prepared.database is None:
        return replace(prepared, folder=folder)
    url = prepared.database.set(database="run")
    _administer(
        url, "DROP DATABASE IF EXISTS run WITH (FORCE)", f"CREATE DATABASE run TEMPLATE {prepared.database.database}"
    )
    return replace(prepared, folder=folder, database=url)


def _administer(url: URL, *statements: str) -> None:
    host = str(url.query["host"])
    with psycopg.connect(host=host, user="coach", dbname="postgres", autocommit=True) as server:
        for statement in statements:
            server.execute(statement.encode())


def series(kind: str, kills: int, seed: int, prepared: Place, asked: Callable[[], int]) -> Counter[str]:
    """How far the killed processes had come."""
    moments = random.Random(f"{seed} {kind}")
    reached: Counter[str] = Counter()
    seconds = 0.0
    number = 0
    while reached.total() < kills:
        folder = prepared.folder.parent / f"{kind}-{number}"
        place, before = copied(prepared, folder), asked()
        after = moments.uniform(0, 1.05 * seconds) if number else None
        first = in_child(lambda say, place=place: begin(kind, place, say), after)
        seconds = seconds if first.was_killed else first.seconds  # as fast as the machine is just now
        second = in_child(lambda say, place=place: go_on(kind, place, say))
        try:
            check(kind, place, first, second, asked() - before)
        except AssertionError:
            sys.stderr.write(f"{kind}, seed {seed}, run {number}, killed after {after}: {first} {second}\n")
            raise
        if first.was_killed:
            reached[first.said[-1][0] if first.said else "nothing"] += 1
        shutil.rmtree(folder)
        number += 1
        if reached.total() % 10 == 0:
            sys.stderr.write(f"{kind}: {reached.total()}\n")
    return reached


def main() -> None:
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("kills", type=int, help="of each kind of work")
    cli.add_argument("seed", type=int)
    cli.add_argument("--kind", choices=KINDS, help="one kind alone")
    cli.add_argument("--on", choices=("SQLite", "PostgreSQL"), default="SQLite")
    given = cli.parse_args()
    load_litellm()
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url, asked = stack.enter_context(model_server(root))
        prepared = Place(root / "prepared", url)
        if given.on == "PostgreSQL":
            programs = postgres_server.programs()
            assert programs, "PostgreSQL's server is not installed"
            socket = stack.enter_context(postgres_server.running(programs))
            address = stack.enter_context(postgres_server.database(socket, "prepared"))
            stack.callback(_administer, address, "DROP DATABASE IF EXISTS run WITH (FORCE)")
            prepared = replace(prepared, database=address)
        in_child(lambda say: prepare(prepared, say))
        for kind in [given.kind] if given.kind else KINDS:
            reached = series(kind, given.kills, given.seed, prepared, asked)
            sys.stdout.write(f"{kind}: {reached.total()} kills, the last word before them: {dict(reached)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
