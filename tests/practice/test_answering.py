import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

from coach.adapters.sql_record import SqlRecord
from coach.bank.index import NEAREST_MIN_SCORE, Document, Found, Kind, ReferenceAnswer, Update
from coach.bank.question import Bank, KeyPoint, Weight
from coach.chat import Deadline, Retry, ScriptedModel
from coach.critique.critic import Critic
from coach.critique.feedback import Done, Event, Judge, Label, Reason, Verdict
from coach.errors import AnswerTooLong, InputError, ModelBusy, RecordUnavailable, UnknownQuestion
from coach.language import Sentence
from coach.practice.answering import Answering, whole
from coach.practice.record import Attempt

COVERED, PARTIAL, MISSING, CONTRADICTED, UNGRADED = Label
POINTS = (
    KeyPoint(id="q03.1", text="自己先稳住", weight=Weight.VITAL),
    KeyPoint(id="q03.2", text="认真听他讲", weight=Weight.VITAL),
    KeyPoint(id="q03.3", text="实在谈不下来，交给主管"),
    KeyPoint(id="q03.4", text="给出解决办法"),
)
REFERENCE = ReferenceAnswer(
    question_id="q03",
    question="遇到情绪失控的客户，您如何处理？",
    topic="情绪",
    text="先稳住自己。",
    key_points=POINTS,
    version="v1",
    fingerprint="f1",
)
ANSWER = "我会先听他把话说完，再给他办法。"


@dataclass
class OneQuestion:
    """An index that holds one question, and finds it at the score that a test wants."""

    score: float = 0.9
    reference_now: ReferenceAnswer | None = REFERENCE
    searched: list[str] = field(default_factory=list)

    def update(
        self, banks: Sequence[Bank], rebuild: bool = False, progress: Callable[[int, int], None] | None = None
    ) -> Update:
        return Update()

    def search(self, text: str, limit: int) -> Sequence[Found]:
        self.searched.append(text)
        matched = Document(question_id="q03", kind=Kind.QUESTION, text=REFERENCE.question)
        return [Found(question_id="q03", question=REFERENCE.question, score=self.score, matched=matched)][:limit]

    def reference(self, question_id: str) -> ReferenceAnswer | None:
        return self.reference_now if question_id == "q03" else None


def said(*verdicts: tuple[str, Label, str], follow_up: str | None = "他还在骂，你怎么收场？") -> str:
    """A model's reply: id, verdict and quote of each key point; the follow-up is on the first."""
    points = [
        {
            "key_point_id": point_id,
            "evidence": [{"sentence": 1, "quote": quote}] if quote else [],
            "why": "因为",
            "verdict": label,
            "missing_part": "细节" if label is PARTIAL else "",
            "advice": "",
        }
        for point_id, label, quote in verdicts
    ]
    proposal = {"question": follow_up, "key_point_id": verdicts[0][0]} if follow_up else None
    return json.dumps({"key_points": points, "strengths": [], "rewrite": "", "follow_up": proposal})


FIRST = said(
    ("q03.1", MISSING, ""), ("q03.2", COVERED, "听他把话说完"), ("q03.3", MISSING, ""), ("q03.4", PARTIAL, "给他办法")
)


@pytest.fixture
def record(tmp_path: Path) -> SqlRecord:
    return SqlRecord(f"sqlite:///{tmp_path / 'record.db'}")


@pytest.fixture
def index() -> OneQuestion:
    return OneQuestion()


@pytest.fixture
def answering_with(record: SqlRecord, index: OneQuestion) -> Callable[..., Answering]:
    def made(*replies: str | Exception, judge: Judge | None = None, longest: int = 100) -> Answering:
        return Answering(index, record, judge or Critic(ScriptedModel(replies)), longest, deadline_seconds=60)

    return made


MakeAnswering = Callable[..., Answering]


def stored(record: SqlRecord, attempt: Attempt) -> Attempt:
    found = record.attempt(attempt.id)
    assert found
    return found


class TestTheQuestion:
    def test_is_found_by_its_id_without_a_search(self, answering_with: MakeAnswering, index: OneQuestion) -> None:
        assert answering_with().reference(" q03 ") == REFERENCE
        assert index.searched == []

    def test_is_found_by_its_wording(self, answering_with: MakeAnswering, index: OneQuestion) -> None:
        index.score = NEAREST_MIN_SCORE
        assert answering_with().reference("客户发火了怎么办") == REFERENCE
        assert index.searched == ["客户发火了怎么办"]

    @pytest.mark.parametrize("text", ["q99", "今天天气怎么样", ""])
    def test_is_unknown_where_nothing_comes_near(
        self, text: str, answering_with: MakeAnswering, index: OneQuestion
    ) -> None:
        index.score = NEAREST_MIN_SCORE - 0.01
        with pytest.raises(UnknownQuestion, match="coach questions"):
            answering_with().reference(text)

    def test_is_shown_in_part_where_it_is_unknown_and_long(
        self, answering_with: MakeAnswering, index: OneQuestion
    ) -> None:
        index.score = 0.0
        with pytest.raises(UnknownQuestion) as fault:
            answering_with().reference("很长" * 500)
        assert len(str(fault.value)) < 200
        assert "\n" not in str(fault.value)


class TestAnAnswer:
    def test_is_kept_to_the_letter_before_anybody_judges_it(
        self, answering_with: MakeAnswering, record: SqlRecord
    ) -> None:
        odd = "  我会\u200b先听\r\n他说👩‍💻 "
        attempt = answering_with().submit("q03", odd)
        assert (stored(record, attempt).answer, stored(record, attempt).feedback) == (odd, None)
        assert (attempt.question_id, attempt.question) == ("q03", REFERENCE.question)

    def test_stays_when_the_judge_breaks(self, answering_with: MakeAnswering, record: SqlRecord) -> None:
        class Broken:
            kind: Literal["llm"] = "llm"

            def judge(self, reference: ReferenceAnswer, answer: str, deadline: Deadline) -> Iterator[Event]:
                yield Retry(reason=Sentence.of("429"))
                raise RuntimeError("the judge fell over")

        answering = answering_with(judge=Broken())
        attempt = answering.submit("q03", ANSWER)
        with pytest.raises(RuntimeError):
            list(answering.judge(attempt))
        assert (stored(record, attempt).answer, stored(record, attempt).feedback) == (ANSWER, None)

    def test_stays_when_the_model_can_not_be_reached(self, answering_with: MakeAnswering, record: SqlRecord) -> None:
        answering = answering_with(ModelBusy("busy"))
        attempt = answering.submit("q03", ANSWER)
        feedback = whole(answering.judge(attempt))
        assert {verdict.reason for verdict in feedback.key_points} == {Reason.MODEL_BUSY}
        assert stored(record, attempt).answer == ANSWER

    @pytest.mark.parametrize("answer", ["", "  \n\t "])
    def test_is_refused_when_it_is_empty_and_nothing_is_kept(
        self, answer: str, answering_with: MakeAnswering, record: SqlRecord
    ) -> None:
        with pytest.raises(InputError, match="empty"):
            answering_with().submit("q03", answer)
        assert record.attempts(limit=9) == []

    def test_above_the_limit_is_kept_and_not_judged(self, answering_with: MakeAnswering, record: SqlRecord) -> None:
        answering = answering_with(FIRST, longest=20)
        attempt = answering.submit("q03", "长" * 21)
        with pytest.raises(AnswerTooLong, match=r"21 characters, 20 are judged; it is kept"):
            list(answering.judge(attempt))
        assert (stored(record, attempt).answer, stored(record, attempt).feedback) == ("长" * 21, None)

    def test_at_the_limit_is_judged(self, answering_with: MakeAnswering) -> None:
        answering = answering_with(FIRST, longest=len(ANSWER))
        assert whole(answering.judge(answering.submit("q03", ANSWER))).score is not None

    def test_to_an_unknown_question_is_refused(self, answering_with: MakeAnswering, index: OneQuestion) -> None:
        index.score = 0.0
        with pytest.raises(UnknownQuestion):
            answering_with().submit("q99", ANSWER)


class TestAJudgement:
    def test_is_kept_before_its_end_is_given(self, answering_with: MakeAnswering, record: SqlRecord) -> None:
        answering = answering_with(FIRST)
        attempt = answering.submit("q03", ANSWER)
        for event in answering.judge(attempt):
            feedback = stored(record, attempt).feedback
            assert feedback == (event.feedback if isinstance(event, Done) else None)

    def test_gives_every_verdict_as_it_comes(self, answering_with: MakeAnswering) -> None:
        answering = answering_with(FIRST)
        *verdicts, done = answering.judge(answering.submit("q03", ANSWER))
        assert [event.verdict for event in verdicts if isinstance(event, Verdict)] == [
            MISSING,
            COVERED,
            MISSING,
            PARTIAL,
        ]
        assert isinstance(done, Done)

    def test_is_made_anew_each_time_and_the_last_one_counts(
        self, answering_with: MakeAnswering, record: SqlRecord
    ) -> None:
        answering = answering_with(FIRST, ModelBusy("busy"))
        attempt = answering.submit("q03", ANSWER)
        assert whole(answering.judge(attempt)).score == (2 + 0.5) / 6
        whole(answering.judge(attempt))
        feedback = stored(record, attempt).feedback
        assert feedback
        assert feedback.score is None

    def test_of_a_question_that_has_gone_from_the_bank_is_refused_and_not_held_against_another(
        self, answering_with: MakeAnswering, index: OneQuestion, record: SqlRecord
    ) -> None:
        answering = answering_with(FIRST)
        attempt = answering.submit("q03", ANSWER)
        gone = attempt.model_copy(update={"question_id": "q04"})
        with pytest.raises(UnknownQuestion, match="q04"):
            list(answering.judge(gone))
        assert stored(record, attempt).answer == ANSWER

    def test_that_can_not_be_kept_is_no_judgement(self, answering_with: MakeAnswering, tmp_path: Path) -> None:
        answering = answering_with(FIRST)
        attempt = answering.submit("q03", ANSWER)
        (tmp_path / "record.db").unlink()
        (tmp_path / "record.db").mkdir()
        with pytest.raises(RecordUnavailable):
            list(answering.judge(attempt))


class TestBeforeAnything:
    def test_was_answered_every_point_is_missing_and_nothing_is_kept(
        self, answering_with: MakeAnswering, record: SqlRecord
    ) -> None:
        feedback = answering_with().unanswered("q03")
        assert {verdict.verdict for verdict in feedback.key_points} == {MISSING}
        assert record.attempts(limit=9) == []


class TestAFollowUp:
    @pytest.fixture
    def judged(self, record: SqlRecord, answering_with: MakeAnswering) -> Attempt:
        answering = answering_with(FIRST)
        attempt = answering.submit("q03", ANSWER)
        whole(answering.judge(attempt))
        return stored(record, attempt)

    def answered(self, answering: Answering, attempt: Attempt, answer: str) -> Attempt:
        assert attempt.feedback
        assert attempt.feedback.follow_up
        return answering.submit_follow_up(attempt, attempt.feedback.follow_up, answer)

    def test_is_kept_with_its_answer_before_anybody_judges_it(
        self, judged: Attempt, answering_with: MakeAnswering, record: SqlRecord
    ) -> None:
        self.answered(answering_with(), judged, "我先深呼吸再开口")
        [kept] = stored(record, judged).follow_ups
        assert (kept.follow_up.key_point_id, kept.answer) == ("q03.1", "我先深呼吸再开口")
        assert stored(record, judged).feedback == judged.feedback

    def test_is_judged_on_its_key_point_alone(self, judged: Attempt, answering_with: MakeAnswering) -> None:
        model = ScriptedModel([said(("q03.1", COVERED, "先深呼吸"), follow_up=None)])
        answering = answering_with(judge=Critic(model))
        whole(answering.judge_follow_up(self.answered(answering, judged, "我先深呼吸再开口")))
        [asked] = model.asked
        content = asked[-1].content
        assert content.startswith("Question: 他还在骂，你怎么收场？")
        assert "q03.1 (vital)" in content
        assert "q03.2" not in content
        assert "S1: 我先深呼吸再开口" in content

    def test_updates_the_feedback_and_its_score(
        self, judged: Attempt, answering_with: MakeAnswering, record: SqlRecord
    ) -> None:
        answering = answering_with(said(("q03.1", COVERED, "先深呼吸"), follow_up=None))
        updated = whole(answering.judge_follow_up(self.answered(answering, judged, "我先深呼吸再开口")))
        assert [verdict.verdict for verdict in updated.key_points] == [COVERED, COVERED, MISSING, PARTIAL]
        assert updated.score == 4.5 / 6
        assert [evidence.turn for evidence in updated.verdict_on("q03.1").evidence] == [1]
        assert stored(record, judged).feedback == updated
        assert updated.usage.calls == 2

    def test_that_says_nothing_takes_nothing_back(self, judged: Attempt, answering_with: MakeAnswering) -> None:
        answering = answering_with()
        updated = whole(answering.judge_follow_up(self.answered(answering, judged, "不知道")))
        assert updated.verdict_on("q03.1").verdict is MISSING
        assert updated.follow_up
        assert updated.follow_up.key_point_id == "q03.4"

    def test_leads_to_another_at_most_three_in_a_row(self, judged: Attempt, answering_with: MakeAnswering) -> None:
        answering, attempt, number = answering_with(), judged, 0
        while attempt.feedback and attempt.feedback.follow_up:
            number += 1
            attempt = self.answered(answering, attempt, "不知道")
            attempt = attempt.model_copy(update={"feedback": whole(answering.judge_follow_up(attempt))})
        assert number == 3

    def test_stays_when_it_is_too_long(self, judged: Attempt, answering_with: MakeAnswering, record: SqlRecord) -> None:
        answering = answering_with(longest=20)
        attempt = self.answered(answering, judged, "长" * 21)
        with pytest.raises(AnswerTooLong):
            list(answering.judge_follow_up(attempt))
        assert stored(record, judged).follow_ups[0].answer == "长" * 21

    def test_is_refused_when_its_answer_is_empty(self, judged: Attempt, answering_with: MakeAnswering) -> None:
        with pytest.raises(InputError, match="empty"):
            self.answered(answering_with(), judged, " ")

    def test_that_was_not_answered_can_not_be_judged(self, judged: Attempt, answering_with: MakeAnswering) -> None:
        with pytest.raises(InputError, match="no answered follow-up"):
            list(answering_with().judge_follow_up(judged))

    def test_on_a_key_point_that_has_gone_from_the_bank_is_refused(
        self, judged: Attempt, answering_with: MakeAnswering, index: OneQuestion
    ) -> None:
        answering = answering_with()
        attempt = self.answered(answering, judged, "我先深呼吸再开口")
        index.reference_now = REFERENCE.model_copy(update={"key_points": POINTS[1:]})
        with pytest.raises(InputError, match=r"q03\.1 has gone"):
            list(answering.judge_follow_up(attempt))


def test_a_rating_of_ones_own_is_kept_apart_from_the_verdicts(answering_with: MakeAnswering, record: SqlRecord) -> None:
    answering = answering_with(FIRST)
    attempt = answering.submit("q03", ANSWER)
    feedback = whole(answering.judge(attempt))
    rated = answering.rate(attempt, "q03.1", COVERED)
    assert rated.self_ratings == {"q03.1": COVERED}
    assert stored(record, attempt).feedback == feedback
    assert feedback.verdict_on("q03.1").verdict is MISSING
