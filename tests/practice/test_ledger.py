"""What every `Ledger` does, and what a model does whose calls go through one."""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from coach.adapters.litellm_import import load_litellm
from coach.adapters.litellm_model import Endpoint, LiteLLMModel
from coach.adapters.sql_database import SqlDatabase
from coach.adapters.sql_ledger import SqlLedger
from coach.adapters.sql_record import sqlite_url
from coach.chat import ChatModel, Deadline, Message, Reply, Retry, ScriptedModel, Usage, complete
from coach.critique.evidence import Answer
from coach.critique.framing import framed
from coach.errors import ModelBusy, ModelRejected, RecordUnavailable, ReplyBroken, WorkStopped
from coach.language import Sentence
from coach.practice.ledger import Counted, Ledger
from tests.openai_server import SAFETY_SECONDS, Exchange, OpenAIServer, hang
from tests.practice.record_parts import START, at_once

ASKED = (Message(role="system", content="评一评"), Message(role="user", content="我先听他说完。"))


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Ledger:
    url = sqlite_url(tmp_path) if request.param == "SQLite" else request.getfixturevalue("postgres_url")
    minutes = count()
    return SqlLedger(SqlDatabase(url), clock=lambda: START + timedelta(minutes=next(minutes)))


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Ledger:
    return SqlLedger(SqlDatabase(sqlite_url(tmp_path)))


def reply(text: str, **usage: float | None) -> Reply:
    return Reply(text=text, model="m", usage=Usage(calls=1, **usage))  # pyright: ignore[reportArgumentType] keywords as given


def begun(ledger: Ledger, job: str = "job", asked: str = "q", most: int = 9) -> int:
    number = ledger.begin("ann", job, asked, most)
    assert number is not None
    return number


class TestALedger:
    def test_gives_the_replies_to_a_question_in_the_order_of_the_calls(self, ledger: Ledger) -> None:
        first, second = begun(ledger), begun(ledger)
        ledger.finish(second, reply("later"))
        ledger.finish(first, reply("earlier"))
        assert [one.text for one in ledger.replies("job", "q")] == ["earlier", "later"]

    def test_gives_a_reply_back_whole(self, ledger: Ledger) -> None:
        whole = Reply(
            text='{"a": "\\ud83d \u4e2d \0 \U0001f600"}\r\n',
            model="fallback",
            usage=Usage(calls=2, input_tokens=None, output_tokens=7, cost_usd=0.25, seconds=1.5),
            complete=False,
        )
        ledger.finish(begun(ledger), whole)
        assert ledger.replies("job", "q") == [whole]

    def test_keeps_questions_and_pieces_of_work_apart(self, ledger: Ledger) -> None:
        ledger.finish(begun(ledger), reply("mine"))
        ledger.finish(begun(ledger, asked="other"), reply("another question"))
        ledger.finish(begun(ledger, job="other"), reply("another piece of work"))
        assert [one.text for one in ledger.replies("job", "q")] == ["mine"]
        assert ledger.replies("job", "never asked") == []

    def test_has_no_reply_to_a_call_that_did_not_end(self, ledger: Ledger) -> None:
        begun(ledger)
        assert ledger.replies("job", "q") == []

    def test_begins_no_more_calls_than_allowed_whatever_came_of_them(self, ledger: Ledger) -> None:
        ledger.finish(begun(ledger, most=2), reply("one"))
        begun(ledger, asked="other", most=2)
        assert ledger.begin("ann", "job", "third", 2) is None
        assert ledger.begin("ann", "another job", "q", 2) is not None
        assert ledger.begin("ann", "job", "third", 0) is None

    def test_lets_no_more_threads_begin_than_allowed(self, ledger: Ledger) -> None:
        begun(ledger, job="warm")
        numbers: list[int | None] = []
        assert at_once(16, lambda who: numbers.append(ledger.begin("ann", f"job-{who % 2}", "q", 3))) == [None] * 16
        given = [number for number in numbers if number is not None]
        assert len(given) == len(set(given)) == 6
        assert len(numbers) == 16

    def test_says_that_a_call_has_been_deleted(self, ledger: Ledger) -> None:
        with pytest.raises(RecordUnavailable, match=r"call 77 .*begin the work again"):
            ledger.finish(77, reply("late"))


class Steps:
    """A model that does what it is told, one stream after the other."""

    name = "steps"
    parameters: dict[str, object] = {"temperature": 0}  # noqa: RUF012  the port's type

    def __init__(self, *streams: Callable[[Deadline], Iterator[str | Retry | Reply]]) -> None:
        self.streams = list(streams)
        self.asked = 0

    def stream(
        self, messages: Sequence[Message], deadline: Deadline, shape: type[BaseModel] | None = None
    ) -> Iterator[str | Retry | Reply]:
        self.asked += 1
        return self.streams.pop(0)(deadline)


def counted(
    model: ChatModel, ledger: Ledger, job: str = "job", most: int = 4, is_stopped: Callable[[], bool] = lambda: False
) -> Counted:
    return Counted(model, ledger, "ann", job, most, is_stopped)


def asked(model: ChatModel, messages: Sequence[Message] = ASKED) -> list[str | Retry | Reply]:
    return list(model.stream(messages, Deadline(60)))


class TestACountedModel:
    def test_says_what_the_model_says(self, on_sqlite: Ledger) -> None:
        model = counted(ScriptedModel(["一二三四五"], piece_length=2), on_sqlite)
        *pieces, last = asked(model)
        assert pieces == ["一二", "三四", "五"]
        assert isinstance(last, Reply)
        assert last.text == "一二三四五"
        assert (model.name, model.parameters) == ("scripted", {})

    def test_passes_retries_on(self, on_sqlite: Ledger) -> None:
        retry = Retry(reason=Sentence.of("429"))
        model = Steps(lambda _: iter([retry, "a", reply("a")]))
        assert asked(counted(model, on_sqlite)) == [retry, "a", reply("a")]

    def test_gives_the_reply_of_an_earlier_run_without_a_call(self, ledger: Ledger) -> None:
        before = asked(counted(ScriptedModel(["好的"]), ledger))[-1]
        silent = ScriptedModel([])
        assert asked(counted(silent, ledger)) == ["好的", before]
        assert silent.asked == []

    def test_asks_again_in_another_piece_of_work(self, on_sqlite: Ledger) -> None:
        asked(counted(ScriptedModel(["one"]), on_sqlite, job="a#1"))
        assert asked(counted(ScriptedModel(["two"]), on_sqlite, job="a#2"))[0] == "two"

    @pytest.mark.parametrize(
        "other",
        [
            (*ASKED, Message(role="user", content="more")),
            (ASKED[0], Message(role="user", content="我先听他说完！")),
            (Message(role="user", content=ASKED[0].content), ASKED[1]),
        ],
        ids=["longer", "other words", "another role"],
    )
    def test_asks_another_question_anew(self, on_sqlite: Ledger, other: Sequence[Message]) -> None:
        asked(counted(ScriptedModel(["one"]), on_sqlite))
        assert asked(counted(ScriptedModel(["two"]), on_sqlite), other)[0] == "two"

    def test_knows_a_question_again_whose_fence_is_another(self, on_sqlite: Ledger) -> None:
        def fenced() -> Sequence[Message]:
            parts = framed(Answer("我先听他说完。"))
            return [Message(role="user", content=f"{parts['fence']}\n{parts['answer']}\n{parts['fence']}")]

        assert fenced() != fenced()
        asked(counted(ScriptedModel(["one"]), on_sqlite), fenced())
        assert asked(counted(ScriptedModel([]), on_sqlite), fenced())[0] == "one"

    def test_asks_the_same_anew_for_another_shape(self, on_sqlite: Ledger) -> None:
        asked(counted(ScriptedModel(["one"]), on_sqlite))
        shaped = counted(ScriptedModel(["two"]), on_sqlite).stream(ASKED, Deadline(60), Usage)
        assert next(shaped) == "two"

    def test_asks_twice_what_one_run_asks_twice_and_knows_both_replies_in_the_next(self, on_sqlite: Ledger) -> None:
        first = counted(ScriptedModel(["one", "two"]), on_sqlite)
        assert [asked(first)[0], asked(first)[0]] == ["one", "two"]
        second = counted(ScriptedModel(["three"]), on_sqlite)
        assert [asked(second)[0] for _ in range(3)] == ["one", "two", "three"]

    def test_refuses_a_call_beyond_the_budget_and_still_gives_what_came_before(self, on_sqlite: Ledger) -> None:
        asked(counted(ScriptedModel(["one"]), on_sqlite, most=1))
        again = counted(ScriptedModel(["never"]), on_sqlite, most=1)
        assert asked(again)[0] == "one"
        with pytest.raises(ModelBusy, match=r"^all 1 calls for this piece of work were made; try it again$"):
            asked(again)

    @pytest.mark.parametrize("fault", [ReplyBroken("cut", arrived="half"), ModelBusy("429"), ModelRejected("401")])
    def test_counts_a_call_that_failed_and_keeps_no_reply_of_it(self, on_sqlite: Ledger, fault: Exception) -> None:
        model = counted(ScriptedModel([fault, "whole"]), on_sqlite, most=2)
        with pytest.raises(type(fault), match=str(fault)):
            asked(model)
        again = counted(ScriptedModel(["whole"]), on_sqlite, most=2)
        assert asked(again)[0] == "whole"
        with pytest.raises(ModelBusy, match="all 2 calls"):
            asked(again)

    def test_counts_a_call_whose_process_died(self, on_sqlite: Ledger) -> None:
        stream = counted(ScriptedModel(["whole"], piece_length=1), on_sqlite, most=2).stream(ASKED, Deadline(60))
        next(stream)
        del stream
        again = counted(ScriptedModel(["one", "never"]), on_sqlite, most=2)
        assert asked(again)[0] == "one"
        with pytest.raises(ModelBusy):
            asked(again)

    def test_keeps_the_reply_before_anybody_hears_it(self, on_sqlite: Ledger) -> None:
        for piece in counted(ScriptedModel(["whole"]), on_sqlite).stream(ASKED, Deadline(60)):
            if isinstance(piece, Reply):
                break
        assert asked(counted(ScriptedModel([]), on_sqlite))[0] == "whole"


class TestStoppedWork:
    def test_makes_no_call(self, on_sqlite: Ledger) -> None:
        model = ScriptedModel(["never"])
        with pytest.raises(WorkStopped):
            asked(counted(model, on_sqlite, is_stopped=lambda: True))
        assert model.asked == []
        assert on_sqlite.begin("ann", "job", "q", 1) is not None

    def test_still_knows_what_came_before(self, on_sqlite: Ledger) -> None:
        asked(counted(ScriptedModel(["one"]), on_sqlite))
        assert asked(counted(ScriptedModel([]), on_sqlite, is_stopped=lambda: True))[0] == "one"

    def test_ends_between_two_pieces(self, on_sqlite: Ledger) -> None:
        stop = threading.Event()
        stream = counted(ScriptedModel(["一二"], piece_length=1), on_sqlite, is_stopped=stop.is_set).stream(
            ASKED, Deadline(60)
        )
        assert next(stream) == "一"
        stop.set()
        with pytest.raises(WorkStopped):
            next(stream)

    def test_shows_the_model_a_deadline_that_is_over(self, on_sqlite: Ledger) -> None:
        stop, left = threading.Event(), []

        def watch(deadline: Deadline) -> Iterator[str | Retry | Reply]:
            left.append(deadline.remaining())
            stop.set()
            left.append(deadline.remaining())
            raise ModelBusy("too late")
            yield

        with pytest.raises(WorkStopped):
            asked(counted(Steps(watch), on_sqlite, is_stopped=stop.is_set))
        assert left[0] > 50
        assert left[1] < 0

    @pytest.mark.parametrize("moment", ["before the first byte", "in mid-stream"])
    def test_does_not_wait_for_a_server_that_hangs(
        self, on_sqlite: Ledger, openai_server: OpenAIServer, moment: str
    ) -> None:
        load_litellm()  # takes seconds, in which nothing can be stopped
        stop, came = threading.Event(), threading.Event()
        hanging = hang() if moment == "before the first byte" else hang("一二三" * 20)
        outcomes: list[BaseException] = []

        def served(exchange: Exchange) -> None:
            came.set()
            hanging(exchange)

        def ask() -> None:
            try:
                for _ in counted(model, on_sqlite, is_stopped=stop.is_set).stream(ASKED, Deadline(60)):
                    heard.set()
            except BaseException as fault:  # a thread's end would hide it
                outcomes.append(fault)

        openai_server.script(served)
        model = LiteLLMModel([Endpoint("openai/m", openai_server.url, SecretStr("k"))], timeout_seconds=60)
        heard = threading.Event()
        asking = threading.Thread(target=ask)
        asking.start()
        assert (came if moment == "before the first byte" else heard).wait(SAFETY_SECONDS)
        stop.set()
        asking.join(SAFETY_SECONDS / 2)  # the server itself gives up after SAFETY_SECONDS
        assert [type(one) for one in outcomes] == [WorkStopped]

    def test_is_stopped_and_not_broken_where_the_stream_breaks_at_that(self, on_sqlite: Ledger) -> None:
        stop = threading.Event()

        def breaks(_: Deadline) -> Iterator[str | Retry | Reply]:
            yield "half"
            stop.set()
            raise ReplyBroken("cut", arrived="half")

        stream = counted(Steps(breaks), on_sqlite, is_stopped=stop.is_set).stream(ASKED, Deadline(60))
        assert next(stream) == "half"
        with pytest.raises(WorkStopped):
            next(stream)


def test_a_whole_reply_can_be_asked_for_through_the_ledger(on_sqlite: Ledger) -> None:
    assert complete(counted(ScriptedModel(["好"]), on_sqlite), ASKED, Deadline(60)).text == "好"
