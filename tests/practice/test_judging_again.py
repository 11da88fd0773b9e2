"""A kept answer judged again, and a verdict that the candidate disagrees with."""

from collections.abc import Callable
from pathlib import Path

import pytest

from coach.adapters.sql_record import SqlRecord
from coach.bank.question import KeyPoint
from coach.chat import ScriptedModel
from coach.critique.critic import Critic
from coach.critique.feedback import Done, Event, FollowUp, Label, Reason, Verdict
from coach.critique.offline import OfflineJudge
from coach.errors import AnswerTooLong, InputError, ModelBusy, ModelRejected, UnknownQuestion
from coach.practice.answering import Answering, whole
from coach.practice.record import Attempt, Disagreement
from tests.practice.test_answering import ANSWER, FIRST, POINTS, REFERENCE, OneQuestion, said

COVERED, PARTIAL, MISSING, CONTRADICTED, UNGRADED = Label
ALL_COVERED = said(*((point.id, COVERED, "听他把话说完") for point in POINTS), follow_up=None)
ASKED = FollowUp(question="他还在骂，你怎么收场？", key_point_id="q03.1", source="model")
CALM = "我先深呼吸，自己稳住。"
ON_FOLLOW_UP = said(("q03.1", COVERED, "自己稳住"), follow_up=None)


@pytest.fixture
def record(tmp_path: Path) -> SqlRecord:
    return SqlRecord(f"sqlite:///{tmp_path / 'record.db'}")


@pytest.fixture
def index() -> OneQuestion:
    return OneQuestion()


@pytest.fixture
def answering(record: SqlRecord, index: OneQuestion) -> Callable[..., Answering]:
    def made(*replies: str | Exception, longest: int = 100) -> Answering:
        return Answering(index, record, Critic(ScriptedModel(replies)), longest, deadline_seconds=60)

    return made


MakeAnswering = Callable[..., Answering]


@pytest.fixture
def judged(record: SqlRecord, answering: MakeAnswering) -> Attempt:
    """An answer that was judged: q03.1 missing, q03.2 covered, q03.3 missing, q03.4 partial."""
    first = answering(FIRST)
    attempt = first.submit("q03", ANSWER)
    whole(first.judge(attempt))
    return stored(record, attempt)


def stored(record: SqlRecord, attempt: Attempt) -> Attempt:
    found = record.attempt(attempt.id)
    assert found
    return found


def labels(attempt: Attempt) -> list[Label]:
    assert attempt.feedback
    return [verdict.verdict for verdict in attempt.feedback.key_points]


def done(events: list[Event]) -> Done:
    assert isinstance(events[-1], Done)
    return events[-1]


class TestJudgingAgain:
    def test_takes_the_place_of_the_feedback_and_the_one_before_joins_the_earlier(
        self, record: SqlRecord, answering: MakeAnswering, judged: Attempt
    ) -> None:
        feedback = whole(answering(ALL_COVERED).judge_again(judged))
        after = stored(record, judged)
        assert (after.feedback, after.earlier) == (feedback, (judged.feedback,))
        assert labels(after) == [COVERED] * 4

    def test_tells_verdicts_as_they_come_and_done_last(self, answering: MakeAnswering, judged: Attempt) -> None:
        events = list(answering(ALL_COVERED).judge_again(judged))
        assert {event.id for event in events if isinstance(event, Verdict)} == {point.id for point in POINTS}
        assert done(events).replaces

    def test_holds_the_answer_against_the_key_points_as_they_are_now(
        self, record: SqlRecord, answering: MakeAnswering, index: OneQuestion, judged: Attempt
    ) -> None:
        points = (POINTS[1], KeyPoint(id="q03.5", text="新的要点"))
        index.reference_now = REFERENCE.model_copy(update={"key_points": points, "version": "v2"})
        whole(answering(said(("q03.2", COVERED, "听他把话说完"), ("q03.5", MISSING, ""))).judge_again(judged))
        feedback = stored(record, judged).feedback
        assert feedback
        assert [one.id for one in feedback.key_points] == ["q03.2", "q03.5"]
        assert feedback.versions.question == "v2"

    def test_by_text_match_replaces_a_model_s_and_keeps_that_one(
        self, record: SqlRecord, index: OneQuestion, judged: Attempt
    ) -> None:
        offline = Answering(index, record, OfflineJudge(), 100, 60)
        events = list(offline.judge_again(judged))
        assert done(events).replaces
        assert stored(record, judged).earlier == (judged.feedback,)

    def test_of_an_answer_that_was_never_judged_is_its_first_judgement(
        self, record: SqlRecord, answering: MakeAnswering
    ) -> None:
        attempt = answering().submit("q03", ANSWER)
        whole(answering(FIRST).judge_again(attempt))
        assert (labels(stored(record, attempt))[1], stored(record, attempt).earlier) == (COVERED, ())


class TestFollowUps:
    @pytest.fixture
    def followed_up(self, record: SqlRecord, answering: MakeAnswering, judged: Attempt) -> Attempt:
        one = answering(ON_FOLLOW_UP)
        attempt = one.submit_follow_up(judged, ASKED, CALM)
        whole(one.judge_follow_up(attempt))
        return stored(record, attempt)

    def test_are_judged_again_too_and_the_whole_is_kept_once(
        self, record: SqlRecord, answering: MakeAnswering, followed_up: Attempt
    ) -> None:
        feedback = whole(answering(FIRST + " ", ON_FOLLOW_UP).judge_again(followed_up))
        after = stored(record, followed_up)
        assert labels(after) == [COVERED, COVERED, MISSING, PARTIAL]
        assert (after.feedback, after.earlier) == (feedback, (followed_up.feedback,))
        (evidence,) = feedback.verdict_on("q03.1").evidence
        assert (evidence.turn, evidence.quote) == (1, "自己稳住")

    def test_nothing_is_kept_while_they_are_not_judged(
        self, record: SqlRecord, answering: MakeAnswering, followed_up: Attempt
    ) -> None:
        events = answering(ALL_COVERED, ON_FOLLOW_UP).judge_again(followed_up)
        for event in events:
            if not isinstance(event, Done):
                assert stored(record, followed_up) == followed_up

    def test_of_a_key_point_that_has_gone_are_passed_over(
        self, record: SqlRecord, answering: MakeAnswering, index: OneQuestion, followed_up: Attempt
    ) -> None:
        index.reference_now = REFERENCE.model_copy(update={"key_points": POINTS[1:2]})
        whole(answering(said(("q03.2", COVERED, "听他把话说完"), follow_up=None)).judge_again(followed_up))
        assert labels(stored(record, followed_up)) == [COVERED]


class TestAFailure:
    @pytest.mark.parametrize("fault", [ModelRejected("no credit"), "no JSON at all"])
    def test_throughout_leaves_the_feedback_that_was_there_and_says_so(
        self, fault: str | Exception, record: SqlRecord, answering: MakeAnswering, judged: Attempt
    ) -> None:
        end = done(list(answering(*[fault] * 4).judge_again(judged)))
        assert not end.replaces
        assert {verdict.verdict for verdict in end.feedback.key_points} == {UNGRADED}
        assert stored(record, judged) == judged

    def test_at_some_points_is_no_failure_throughout(
        self, record: SqlRecord, answering: MakeAnswering, judged: Attempt
    ) -> None:
        half = said(("q03.2", COVERED, "听他把话说完"))
        assert done(list(answering(half, ModelBusy("busy")).judge_again(judged))).replaces
        assert labels(stored(record, judged)) == [UNGRADED, COVERED, UNGRADED, UNGRADED]

    def test_of_a_first_judgement_is_kept_with_its_reason(self, record: SqlRecord, answering: MakeAnswering) -> None:
        attempt = answering().submit("q03", ANSWER)
        assert done(list(answering(ModelRejected("no credit")).judge_again(attempt))).replaces
        feedback = stored(record, attempt).feedback
        assert feedback
        assert {verdict.reason for verdict in feedback.key_points} == {Reason.MODEL_REJECTED}

    def test_of_the_limit_or_the_bank_changes_nothing(
        self, record: SqlRecord, answering: MakeAnswering, index: OneQuestion, judged: Attempt
    ) -> None:
        with pytest.raises(AnswerTooLong):
            list(answering(ALL_COVERED, longest=5).judge_again(judged))
        index.reference_now = None
        with pytest.raises(UnknownQuestion):
            list(answering(ALL_COVERED).judge_again(judged))
        assert stored(record, judged) == judged


class TestADisagreement:
    def test_is_kept_beside_the_verdict_and_moves_nothing(
        self, record: SqlRecord, answering: MakeAnswering, judged: Attempt
    ) -> None:
        kept = answering().disagree(judged, "q03.1", PARTIAL, "我说了办法")
        assert kept == judged.model_copy(
            update={"disagreements": {"q03.1": Disagreement(label=PARTIAL, why="我说了办法")}}
        )
        assert stored(record, judged) == kept

    def test_is_replaced_by_a_later_one_and_can_be_taken_back(self, answering: MakeAnswering, judged: Attempt) -> None:
        kept = answering().disagree(answering().disagree(judged, "q03.1", PARTIAL, "一"), "q03.1", COVERED)
        assert kept.disagreements == {"q03.1": Disagreement(label=COVERED)}
        assert answering().disagree(kept, "q03.1", None) == judged

    @pytest.mark.parametrize(
        ("point", "label", "said"),
        [
            ("q03.9", COVERED, "was not judged; judged key points: q03.1, q03.2, q03.3, q03.4"),
            ("q03.1", UNGRADED, "choose covered, partial, missing or contradicted"),
            ("q03.1", MISSING, "is missing already"),
            ("q03.1", None, "to take back"),
        ],
    )
    def test_is_refused_where_it_says_nothing(
        self, point: str, label: Label | None, said: str, record: SqlRecord, answering: MakeAnswering, judged: Attempt
    ) -> None:
        with pytest.raises(InputError, match=said):
            answering().disagree(judged, point, label)
        assert stored(record, judged) == judged

    def test_needs_a_judgement(self, answering: MakeAnswering) -> None:
        attempt = answering().submit("q03", ANSWER)
        with pytest.raises(InputError, match="judged key points: none"):
            answering().disagree(attempt, "q03.1", COVERED)

    def test_outlives_a_new_judgement(self, record: SqlRecord, answering: MakeAnswering, judged: Attempt) -> None:
        kept = answering().disagree(judged, "q03.1", PARTIAL)
        whole(answering(ALL_COVERED).judge_again(kept))
        assert stored(record, judged).disagreements == kept.disagreements
