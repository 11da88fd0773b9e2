"""Any piece of work: what it tells, what it leaves, and what it does when an earlier run of it broke off."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from coach.adapters.sql_database import SqlDatabase
from coach.adapters.sql_ledger import SqlLedger
from coach.adapters.sql_record import SqlRecord
from coach.bank.index import ReferenceAnswer
from coach.chat import ChatModel, Deadline, Message, Reply, Retry, Usage
from coach.critique.critic import Critic
from coach.critique.feedback import Label
from coach.critique.offline import OfflineJudge
from coach.customer.lines import TemplateRenderer
from coach.customer.mood import StopReason
from coach.customer.observer import ModelObserver, RuleObserver
from coach.customer.renderer import ModelRenderer
from coach.errors import DocumentError, ModelBusy, ReplyBroken
from coach.language import Sentence
from coach.practice.answering import Answering, whole
from coach.practice.ledger import Ledger
from coach.practice.record import LOCAL, Attempt, Record, RolePlay
from coach.practice.roleplay import Cast, RolePlaying
from coach.practice.work import (
    MOST_CALLS,
    NEWS,
    Advanced,
    Failed,
    Finished,
    Job,
    Judged,
    Kind,
    News,
    Retried,
    Spoken,
    Stopped,
    Work,
)
from tests.customer.playing import STAGE
from tests.practice.test_answering import ANSWER, COVERED, FIRST, MISSING, REFERENCE, OneQuestion, said
from tests.practice.test_roleplay import TwoQuestions, line, observed

SAID = "孩子的生日眼看要错过，换我也急，我先跟您道歉。"
AGAIN = said(("q03.1", MISSING, ""), ("q03.2", MISSING, ""), ("q03.3", MISSING, ""), ("q03.4", MISSING, ""))
ON_FOLLOW_UP = said(("q03.1", COVERED, "自己稳住"), follow_up=None)
REPLIES = {
    "CriticReply": FIRST,
    "ObserverReply": observed(("empathy_specific", "孩子的生日眼看要错过")),
    "CustomerReply": line("那你说", "哪天到"),
    "_Asked": '{"question": "他还在骂，你怎么收场？"}',
    "RewriteReply": '{"rewrite": "我先查清楚再告诉您。"}',
}


class Model:
    """A model that says the same to everybody who wants the same shape."""

    name = "same"
    parameters: dict[str, object] = {}  # noqa: RUF012  the port's type

    def __init__(self) -> None:
        self.replies: dict[str, str | Exception] = dict(REPLIES)
        self.asked = 0
        self.first: Callable[[], object] = lambda: None
        """Called after the first piece of each reply."""
        self.retries = False

    def stream(
        self, messages: Sequence[Message], deadline: Deadline, shape: type[BaseModel] | None = None
    ) -> Iterator[str | Retry | Reply]:
        self.asked += 1
        said = self.replies[shape.__name__ if shape else ""]
        if self.retries:
            yield Retry(reason=Sentence.of("429"))
        if isinstance(said, Exception):
            raise said
        middle = len(said) // 2
        yield said[:middle]
        self.first()
        yield said[middle:]
        yield Reply(text=said, model="same", usage=Usage(calls=1))


@dataclass
class Parts:
    """Real practice around a model of the test's own."""

    record: Record
    model: Model = field(default_factory=Model)
    banks: list[str] = field(default_factory=list)
    steps: int = 3

    def answering(
        self, choice: Literal["auto", "offline", "llm"], person: str, through: Callable[[ChatModel], ChatModel]
    ) -> Answering:
        judge = OfflineJudge() if choice == "offline" else Critic(through(self.model))
        return Answering(OneQuestion(), self.record.of(person), judge, 100, 60)

    def role_playing(
        self, choice: Literal["auto", "offline", "llm"], person: str, through: Callable[[ChatModel], ChatModel]
    ) -> RolePlaying:
        rules, written, model = RuleObserver(), TemplateRenderer(STAGE.lines), through(self.model)
        cast = Cast(ModelObserver(model, rules), ModelRenderer(model, written), Critic(model), model)
        if choice == "offline":
            cast = Cast(rules, written, OfflineJudge())
        return RolePlaying(STAGE.scenarios, STAGE.rubric, cast, TwoQuestions(), self.record.of(person), 60)

    def keep_document(self, bank: str, document: str, text: str, progress: Callable[[int, int], None]) -> None:
        if not text:
            raise DocumentError(f"{document} holds no question; write some")
        self.banks = [*(one for one in self.banks if not one.startswith(f"{bank}:")), f"{bank}:{document}:{text}"]
        for done in range(1, self.steps + 1):
            progress(done, self.steps)

    def draft_missing(
        self, bank: str, progress: Callable[[int, int], None], through: Callable[[ChatModel], ChatModel]
    ) -> None:
        for done in range(1, self.steps + 1):
            list(through(self.model).stream([Message(role="user", content=str(done))], Deadline(9), ReferenceAnswer))
            progress(done, self.steps)


@dataclass
class Desk:
    """All that work is done with, in one folder."""

    folder: Path
    parts: Parts = field(init=False)
    record: SqlRecord = field(init=False)

    def __post_init__(self) -> None:
        self.database = SqlDatabase(f"sqlite:///{self.folder / 'coach.db'}")
        self.record = SqlRecord(self.database)
        self.parts = Parts(self.record)
        self.ledger = SqlLedger(self.database)

    def run(
        self, job: Job, is_stopped: Callable[[], bool] = lambda: False, round_id: str | None = None
    ) -> Sequence[News]:
        told: list[News] = []
        Work(self.parts, self.record, self.ledger).run(job, round_id or f"{job.id}#1", told.append, is_stopped)
        return told

    def answer(self) -> Attempt:
        return self.parts.answering("auto", LOCAL, lambda model: model).submit("q03", ANSWER)

    def judged(self) -> Attempt:
        """A judged answer, and a model that has changed its mind."""
        attempt = self.answer()
        whole(self.parts.answering("auto", LOCAL, lambda model: model).judge(attempt))
        self.parts.model.replies["CriticReply"] = AGAIN
        return self.stored(attempt)

    def stored(self, attempt: Attempt) -> Attempt:
        found = self.record.attempt(attempt.id)
        assert found
        return found

    def followed_up(self) -> Attempt:
        attempt = self.judged()
        assert attempt.feedback
        assert attempt.feedback.follow_up
        self.record.add_follow_up(attempt.id, attempt.feedback.follow_up, "我先深呼吸，自己稳住。")
        self.parts.model.replies["CriticReply"] = ON_FOLLOW_UP
        return self.stored(attempt)

    def playing(self) -> RolePlaying:
        return self.parts.role_playing("offline", LOCAL, lambda model: model)

    def turn(self) -> RolePlay:
        playing = self.playing()
        return playing.submit(playing.begin("late-birthday-gift", 1), SAID)

    def played(self) -> RolePlay:
        playing = self.playing()
        return playing.quit(playing.answer(self.turn()))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def job(kind: Kind, about: Attempt | RolePlay | str, number: int = 1, **more: Any) -> Job:
    return Job(kind=kind, person=LOCAL, about=about if isinstance(about, str) else about.id, number=number, **more)


def verdicts(told: Sequence[News]) -> dict[str, Label]:
    return {one.verdict.id: one.verdict.verdict for one in told if isinstance(one, Judged)}


class TestWork:
    def test_judges_an_answer_and_keeps_the_feedback(self, desk: Desk) -> None:
        attempt = desk.answer()
        told = desk.run(job(Kind.FEEDBACK, attempt))
        feedback = desk.stored(attempt).feedback
        assert feedback
        assert verdicts(told) == {one.id: one.verdict for one in feedback.key_points}
        assert told[-1] == Finished()
        assert desk.parts.model.asked == 1

    def test_judges_offline_without_a_model(self, desk: Desk) -> None:
        attempt = desk.answer()
        desk.run(job(Kind.FEEDBACK, attempt, judge="offline"))
        feedback = desk.stored(attempt).feedback
        assert feedback
        assert (feedback.judge, desk.parts.model.asked) == ("offline", 0)

    def test_judges_the_answer_to_the_last_follow_up(self, desk: Desk) -> None:
        attempt = desk.followed_up()
        told = desk.run(job(Kind.FOLLOW_UP, attempt))
        feedback = desk.stored(attempt).feedback
        assert feedback
        assert verdicts(told) == {"q03.1": COVERED}
        assert feedback.verdict_on("q03.1").verdict is COVERED

    def test_judges_an_answer_again_and_keeps_the_feedback_before(self, desk: Desk) -> None:
        attempt = desk.judged()
        assert desk.run(job(Kind.AGAIN, attempt))[-1] == Finished()
        again = desk.stored(attempt)
        assert again.earlier == (attempt.feedback,)
        assert again.feedback != attempt.feedback

    def test_lets_the_customer_answer(self, desk: Desk) -> None:
        role_play = desk.turn()
        assert desk.run(job(Kind.TURN, role_play)) == [Spoken(bubbles=("那你说", "哪天到")), Finished()]
        kept = desk.record.role_play(role_play.id)
        assert kept
        assert [one.said for one in kept.exchanges] == [SAID]

    def test_tells_no_line_where_distress_has_ended_the_role_play(self, desk: Desk) -> None:
        playing = desk.playing()
        role_play = playing.submit(playing.begin("late-birthday-gift", 1), "我不想活了")
        assert role_play.end is StopReason.PAUSED_FOR_SAFETY
        assert desk.run(job(Kind.TURN, role_play)) == [Finished()]

    def test_answers_its_own_turn_and_not_one_that_was_said_meanwhile(self, desk: Desk) -> None:
        first = desk.turn()
        desk.run(job(Kind.TURN, first, 1))
        playing = desk.playing()
        playing.submit(playing.role_play(first.id), "我这就帮您查物流。")
        asked = desk.parts.model.asked
        assert desk.run(job(Kind.TURN, first, 1)) == [Spoken(bubbles=("那你说", "哪天到")), Finished()]
        assert desk.parts.model.asked == asked
        assert playing.role_play(first.id).pending == "我这就帮您查物流。"

    def test_looks_back_on_a_role_play(self, desk: Desk) -> None:
        role_play = desk.played()
        assert desk.run(job(Kind.DEBRIEF, role_play)) == [Finished()]
        kept = desk.record.role_play(role_play.id)
        assert kept
        assert kept.debrief

    def test_keeps_a_document_and_tells_how_far_it_is(self, desk: Desk) -> None:
        told = desk.run(job(Kind.IMPORT, "店", document="a.md\n# 一\n问题"))
        assert desk.parts.banks == ["店:a.md:# 一\n问题"]
        assert told == [*(Advanced(done=done, of=3) for done in (1, 2, 3)), Finished()]

    def test_drafts_what_a_bank_lacks(self, desk: Desk) -> None:
        desk.parts.model.replies["ReferenceAnswer"] = "draft"
        assert desk.run(job(Kind.DRAFT, "店"))[-1] == Finished()
        assert desk.parts.model.asked == 3

    def test_tells_of_retries(self, desk: Desk) -> None:
        desk.parts.model.retries = True
        assert Retried(reason=Sentence.of("429")) in desk.run(job(Kind.FEEDBACK, desk.answer()))


class TestNews:
    def test_comes_out_of_a_store_as_it_went_in(self) -> None:
        within = Sentence.of("{count} of {share:.1f} '{name}'", count=2, share=0.5, name="7")
        for news in (Failed(fault="InputError", message=within), Retried(reason=Sentence.of("no: {why}", why=within))):
            assert NEWS.validate_json(NEWS.dump_json(news)) == news


class TestAFault:
    @pytest.mark.parametrize(
        ("kind", "about", "fault", "says"),
        [
            (Kind.FEEDBACK, "nothing", "InputError", "there is no answer nothing; write it again"),
            (Kind.FOLLOW_UP, "nothing", "InputError", "there is no answer nothing"),
            (Kind.AGAIN, "nothing", "InputError", "there is no answer nothing"),
            (Kind.TURN, "nothing", "InputError", "there is no role-play nothing; begin a new one"),
            (Kind.DEBRIEF, "nothing", "InputError", "there is no role-play nothing"),
            (Kind.IMPORT, "店", "DocumentError", "holds no question"),
        ],
    )
    def test_is_told_and_not_raised(self, desk: Desk, kind: Kind, about: str, fault: str, says: str) -> None:
        (told,) = desk.run(job(kind, about))
        assert isinstance(told, Failed)
        assert told.fault == fault
        assert says in str(told.message)

    def test_of_a_debrief_that_comes_too_early_is_told(self, desk: Desk) -> None:
        assert isinstance(desk.run(job(Kind.DEBRIEF, desk.turn()))[-1], Failed)

    def test_of_an_answer_that_is_too_long_is_told_and_the_answer_stays(self, desk: Desk) -> None:
        attempt = desk.record.add_attempt("q03", REFERENCE.question, "长" * 101)
        (told,) = desk.run(job(Kind.FEEDBACK, attempt))
        assert isinstance(told, Failed)
        assert told.fault == "AnswerTooLong"
        assert desk.stored(attempt) == attempt

    def test_of_another_persons_answer_is_that_it_is_not_there(self, desk: Desk) -> None:
        attempt = desk.record.of("bob").add_attempt("q03", REFERENCE.question, ANSWER)
        (told,) = desk.run(job(Kind.FEEDBACK, attempt))
        assert isinstance(told, Failed)
        assert "there is no answer" in str(told.message)

    @pytest.mark.parametrize("fault", [ModelBusy("429"), ReplyBroken("cut", arrived="")])
    def test_of_the_model_never_costs_more_calls_than_the_budget(self, desk: Desk, fault: Exception) -> None:
        attempt = desk.answer()
        desk.parts.model.replies["CriticReply"] = fault
        assert desk.run(job(Kind.FEEDBACK, attempt))[-1] == Finished()
        assert desk.parts.model.asked <= MOST_CALLS
        feedback = desk.stored(attempt).feedback
        assert feedback
        assert feedback.has_failed


WORKS: dict[str, Callable[[Desk], Job]] = {
    "feedback": lambda desk: job(Kind.FEEDBACK, desk.answer()),
    "offline feedback": lambda desk: job(Kind.FEEDBACK, desk.answer(), judge="offline"),
    "follow-up": lambda desk: job(Kind.FOLLOW_UP, desk.followed_up()),
    "again": lambda desk: job(Kind.AGAIN, desk.judged()),
    "turn": lambda desk: job(Kind.TURN, desk.turn()),
    "offline turn": lambda desk: job(Kind.TURN, desk.turn(), judge="offline"),
    "debrief": lambda desk: job(Kind.DEBRIEF, desk.played()),
    "import": lambda desk: job(Kind.IMPORT, "店", document="a.md\ntext"),
}


class TestStoppedWork:
    @pytest.mark.parametrize("name", [name for name in WORKS if "turn" not in name and name != "debrief"])
    def test_says_so_and_makes_no_call(self, desk: Desk, name: str) -> None:
        given = WORKS[name](desk)
        asked = desk.parts.model.asked
        assert desk.run(given, is_stopped=lambda: True) == [Stopped()]
        assert desk.parts.model.asked == asked

    @pytest.mark.parametrize("name", ["feedback", "follow-up", "again", "turn"])
    def test_ends_in_the_middle_of_a_reply_and_can_be_done_later(self, desk: Desk, name: str) -> None:
        given = WORKS[name](desk)
        stopped: list[bool] = []
        desk.parts.model.first = lambda: stopped.append(True)
        before = kept(desk)
        assert desk.run(given, is_stopped=lambda: bool(stopped))[-1] == Stopped()
        assert kept(desk) == before
        assert desk.run(given, round_id=f"{given.id}#2")[-1] == Finished()
        assert kept(desk) != before


class Killed(BaseException):
    """The process is gone."""


class Watched:
    """Passes every call on, and dies at one of the moments before and after them."""

    def __init__(self, target: Any, moments: Iterator[int], last: int) -> None:
        self._target = target
        self._moments = moments
        self._last = last

    def of(self, person: str) -> "Watched":
        return Watched(self._target.of(person), self._moments, self._last)

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._target, name)
        return self._passing(attribute) if callable(attribute) else attribute

    def _passing(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def passed(*given: Any, **named: Any) -> Any:
            self.moment()
            result = method(*given, **named)
            self.moment()
            return result

        return passed

    def moment(self) -> None:
        if next(self._moments) == self._last:
            raise Killed


def killed(desk: Desk, given: Job, last: int) -> tuple[bool, Sequence[News]]:
    """Whether a run lasted until the moment, and what was told by then."""
    moments = count()
    record, ledger = Watched(desk.record, moments, last), Watched(desk.ledger, moments, last)
    parts = Parts(as_record(record), desk.parts.model, desk.parts.banks)
    told: list[News] = []

    def tell(news: News) -> None:
        record.moment()
        told.append(news)
        record.moment()

    try:
        Work(parts, as_record(record), as_ledger(ledger)).run(given, f"{given.id}#1", tell)
    except Killed:
        return True, told
    finally:
        desk.parts.banks = parts.banks
    return False, told


def as_record(watched: Any) -> Record:
    return watched


def as_ledger(watched: Any) -> Ledger:
    return watched


def kept(desk: Desk) -> Any:
    """All that is kept, but for ids, times and what calls cost."""
    ignored = {"id", "created", "usage", "scenario"}

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(one) for key, one in value.items() if key not in ignored}
        return [plain(one) for one in value] if isinstance(value, list | tuple) else value

    whole = [*desk.record.attempts(None), *desk.record.role_plays(None)]
    return [plain(one.model_dump(mode="json")) for one in whole], desk.parts.banks


@pytest.mark.parametrize("name", WORKS)
def test_a_run_after_a_death_at_any_moment_leaves_what_one_run_leaves(name: str, tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    undisturbed = Desk(tmp_path / "whole")
    told = undisturbed.run(WORKS[name](undisturbed))
    calls = undisturbed.parts.model.asked
    for moment in count():
        (tmp_path / str(moment)).mkdir()
        desk = Desk(tmp_path / str(moment))
        given = WORKS[name](desk)
        lasted, told_before = killed(desk, given, moment)
        told_after = desk.run(given)
        assert kept(desk) == kept(undisturbed), moment
        assert texts([*told_before, *told_after]) == texts(told), moment
        assert desk.parts.model.asked <= calls + 1, moment
        if not lasted:
            assert moment > 5
            return


@pytest.mark.parametrize("name", ["feedback", "follow-up", "again", "turn", "debrief"])
def test_no_reply_that_came_is_paid_for_twice(name: str, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: Any, **named: Any) -> None:
        raise Killed

    given = WORKS[name](desk)
    with monkeypatch.context() as broken:
        for method in ("set_feedback", "answer_turn", "set_debrief"):
            broken.setattr(SqlRecord, method, full)
        with pytest.raises(Killed):
            desk.run(given)
    asked = desk.parts.model.asked
    assert desk.run(given)[-1] == Finished()
    assert desk.parts.model.asked == asked


def texts(told: Sequence[News]) -> set[bytes]:
    return {NEWS.dump_json(one) for one in told}
