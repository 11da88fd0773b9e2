"""What every `Record` does with mock interviews, whatever it is made of."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from coach.critique.feedback import FollowUp, Label
from coach.errors import InputError, RecordUnavailable
from coach.practice.record import Choice, FollowUpAnswer, Interview, InterviewQuestion, Record
from tests.practice.histories import BANK, feedback
from tests.practice.record_parts import START, MakeRecord, at_once

MINUTE = timedelta(minutes=1)
ASKED = FollowUp(question="多久？", key_point_id="q01.2", source="model")
NEXT = FollowUp(question="然后呢？", key_point_id="q01.3", source="template")


@pytest.fixture
def begun(record: Record) -> Interview:
    return record.add_interview(BANK[:3], Choice.RANDOM, "", 7, 2, 90)


@pytest.fixture
def answered(record: Record, begun: Interview) -> Interview:
    """An interview whose first question is answered and judged: its second key point is missing."""
    attempt = record.answer_in_interview(begun.id, 1, "先听完。")
    record.set_feedback(attempt.id, feedback("q01", [Label.COVERED, Label.MISSING, Label.PARTIAL]))
    return kept(record, begun)


def kept(record: Record, interview: Interview) -> Interview:
    found = record.interview(interview.id)
    assert found is not None
    return found


def test_an_interview_begins_with_its_questions_as_they_stand(record: Record) -> None:
    begun = record.add_interview(BANK[1:3], Choice.DUE, "退款", 2**70, 1, None)
    assert begun == Interview(
        id="attempt-1",
        created=START,
        choice=Choice.DUE,
        topic="退款",
        seed=2**70,
        follow_ups=1,
        seconds=None,
        questions=tuple(InterviewQuestion(question_id=one.id, question=one.question) for one in BANK[1:3]),
    )
    assert record.interview("attempt-1") == begun


def test_an_unknown_interview_is_none(record: Record, begun: Interview) -> None:
    attempt = record.add_attempt("q01", "?", "a")
    strange = (attempt.id, "attempt-9", "", "'; drop table interviews; --", "\ud800")
    assert [record.interview(one) for one in strange] == [None] * 5


def test_the_newest_interviews_come_first(record: Record) -> None:
    added = [record.add_interview(BANK[:1], Choice.RANDOM, "", seed, 0, None) for seed in range(3)]
    assert record.interviews(limit=2) == added[:0:-1]
    assert record.interviews(limit=None) == added[::-1]
    assert record.interviews(limit=0) == []


def test_of_interviews_at_the_same_time_the_last_comes_first(make_record: MakeRecord) -> None:
    record = make_record(lambda: START)
    added = [record.add_interview(BANK[:1], Choice.RANDOM, "", seed, 0, None) for seed in range(3)]
    assert record.interviews(limit=None) == added[::-1]


def test_the_first_time_that_a_question_is_shown_counts(record: Record, begun: Interview) -> None:
    for place in (2, 2, 1):
        record.ask(begun.id, place)
    assert [one.asked for one in kept(record, begun).questions] == [START + 2 * MINUTE, START + MINUTE, None]


def test_an_answer_stands_at_its_place_and_among_all_answers(record: Record, begun: Interview) -> None:
    attempt = record.answer_in_interview(begun.id, 2, "先听完。")
    assert (attempt.question_id, attempt.question, attempt.interview, attempt.place) == ("q02", "q02？", begun.id, 2)
    assert attempt.created == START + MINUTE
    assert [one.attempt for one in kept(record, begun).questions] == [None, attempt, None]
    assert record.attempts(None) == [attempt]


def test_an_answer_comes_with_what_was_said_about_it(record: Record, answered: Interview) -> None:
    attempt = answered.questions[0].attempt
    assert attempt is not None
    record.rate(attempt.id, "q01.1", Label.PARTIAL)
    assert kept(record, answered).questions[0].attempt == record.attempt(attempt.id)
    assert record.interviews(None)[0].questions[0].attempt == record.attempt(attempt.id)


def test_a_question_that_is_skipped_has_no_answer(record: Record, begun: Interview) -> None:
    record.skip(begun.id, 1)
    assert [(one.skipped, one.is_over) for one in kept(record, begun).questions] == [
        (True, True),
        (False, False),
        (False, False),
    ]


@pytest.mark.parametrize("first", ["answered", "skipped"])
@pytest.mark.parametrize("then", ["answer", "skip"])
def test_a_question_is_done_once(record: Record, begun: Interview, first: str, then: str) -> None:
    if first == "answered":
        record.answer_in_interview(begun.id, 1, "先听完。")
    else:
        record.skip(begun.id, 1)
    held = kept(record, begun)
    with pytest.raises(InputError, match=r"question 1 of interview .* is done, perhaps in another window; reload"):
        record.answer_in_interview(begun.id, 1, "又一次") if then == "answer" else record.skip(begun.id, 1)
    assert kept(record, begun) == held


@pytest.mark.parametrize(
    "write",
    [
        lambda record, its, place: record.ask(its, place),
        lambda record, its, place: record.answer_in_interview(its, place, "x"),
        lambda record, its, place: record.skip(its, place),
        lambda record, its, place: record.follow_up_in_interview(its, place, 1, ASKED, "x"),
        lambda record, its, place: record.move_on(its, place, 1),
    ],
    ids=["ask", "answer", "skip", "follow-up", "move on"],
)
@pytest.mark.parametrize("place", [0, -1, 4])
def test_a_place_that_is_not_there_is_refused(
    record: Record, begun: Interview, write: Callable[[Record, str, int], object], place: int
) -> None:
    with pytest.raises(InputError, match=f"has no question {place}; it has 1 to 3"):
        write(record, begun.id, place)


def take(record: Record, interview: Interview, place: int, number: int, how: str) -> None:
    if how == "answer":
        record.follow_up_in_interview(interview.id, place, number, ASKED, "又一次")
    else:
        record.move_on(interview.id, place, number)


class TestAFollowUp:
    def test_is_kept_with_its_number_and_how_its_key_point_stood(self, record: Record, answered: Interview) -> None:
        record.follow_up_in_interview(answered.id, 1, 1, ASKED, "两小时内")
        record.follow_up_in_interview(answered.id, 1, 2, NEXT, "再回访")
        attempt = kept(record, answered).questions[0].attempt
        assert attempt is not None
        assert attempt.follow_ups == (
            FollowUpAnswer(follow_up=ASKED, answer="两小时内", was=Label.MISSING),
            FollowUpAnswer(follow_up=NEXT, answer="再回访", was=Label.PARTIAL),
        )

    def test_outside_of_an_interview_keeps_how_its_key_point_stood_too(self, record: Record) -> None:
        attempt = record.add_attempt("q01", "?", "a")
        record.add_follow_up(attempt.id, ASKED, "没有点评时")
        record.set_feedback(attempt.id, feedback("q01", [Label.COVERED, Label.MISSING]))
        record.add_follow_up(attempt.id, ASKED, "两小时内")
        record.add_follow_up(attempt.id, NEXT, "没有这一点")
        assert [one.was for one in record.attempts(1)[0].follow_ups] == [None, Label.MISSING, None]

    @pytest.mark.parametrize("number", [-1, 0, 1, 3])
    @pytest.mark.parametrize("then", ["answer", "move on"])
    def test_is_taken_only_in_its_turn(self, record: Record, answered: Interview, number: int, then: str) -> None:
        record.follow_up_in_interview(answered.id, 1, 1, ASKED, "两小时内")
        held = kept(record, answered)
        with pytest.raises(InputError, match=f"follow-up {number} of question 1 of interview .* is done"):
            take(record, answered, 1, number, then)
        assert kept(record, answered) == held

    @pytest.mark.parametrize("then", ["answer", "move on"])
    def test_comes_after_an_answer(self, record: Record, begun: Interview, then: str) -> None:
        with pytest.raises(InputError, match=r"question 2 of interview .* is not answered yet; answer it first"):
            take(record, begun, 2, 1, then)
        assert kept(record, begun) == begun

    def test_that_is_left_out_closes_its_question_alone(self, record: Record, answered: Interview) -> None:
        record.answer_in_interview(answered.id, 2, "好")
        record.move_on(answered.id, 1, 1)
        record.move_on(answered.id, 1, 1)
        assert [one.moved_on for one in kept(record, answered).questions] == [True, False, False]
        with pytest.raises(InputError, match=r"follow-up 1 of question 1 of interview .* is done"):
            record.follow_up_in_interview(answered.id, 1, 1, ASKED, "x")
        record.follow_up_in_interview(answered.id, 2, 1, ASKED, "x")


class TestAfterTheEnd:
    @pytest.fixture
    def ended(self, record: Record, answered: Interview) -> Interview:
        record.end_interview(answered.id)
        return kept(record, answered)

    def test_the_first_time_stays(self, record: Record, ended: Interview) -> None:
        record.end_interview(ended.id)
        assert ended.ended == START + 2 * MINUTE
        assert kept(record, ended) == ended

    @pytest.mark.parametrize(
        "write",
        [
            lambda record, its: record.answer_in_interview(its, 2, "x"),
            lambda record, its: record.skip(its, 2),
            lambda record, its: record.follow_up_in_interview(its, 1, 1, ASKED, "x"),
        ],
        ids=["answer", "skip", "follow-up"],
    )
    def test_nothing_more_is_taken(
        self, record: Record, ended: Interview, write: Callable[[Record, str], object]
    ) -> None:
        with pytest.raises(InputError, match="is over and takes no more answers; see its report"):
            write(record, ended.id)
        assert kept(record, ended) == ended

    def test_what_was_answered_may_still_be_judged_or_left_so(self, record: Record, ended: Interview) -> None:
        attempt = ended.questions[0].attempt
        assert attempt is not None
        record.set_feedback(attempt.id, feedback("q01", [Label.COVERED]))
        record.move_on(ended.id, 1, 1)
        first = kept(record, ended).questions[0]
        assert first.attempt is not None
        assert (first.attempt.feedback, first.moved_on) == (feedback("q01", [Label.COVERED]), True)


@pytest.mark.parametrize(
    "write",
    [
        lambda record: record.ask("nobody", 1),
        lambda record: record.answer_in_interview("nobody", 1, "what I said"),
        lambda record: record.skip("nobody", 1),
        lambda record: record.follow_up_in_interview("nobody", 1, 1, ASKED, "what I said"),
        lambda record: record.move_on("nobody", 1, 1),
        lambda record: record.end_interview("nobody"),
    ],
    ids=["ask", "answer", "skip", "follow-up", "move on", "end"],
)
def test_nothing_is_kept_in_silence_for_an_interview_that_is_not_there(
    record: Record, write: Callable[[Record], None]
) -> None:
    with pytest.raises(RecordUnavailable, match="holds no interview nobody"):
        write(record)


@pytest.mark.parametrize("text", ["half \ud83d of one", "a NUL \0", r"\u0000", "长" * 100_000])
def test_every_answer_is_kept_to_the_letter(record: Record, begun: Interview, text: str) -> None:
    record.answer_in_interview(begun.id, 1, text)
    record.follow_up_in_interview(begun.id, 1, 1, ASKED.model_copy(update={"question": text}), text)
    attempt = kept(record, begun).questions[0].attempt
    assert attempt is not None
    assert (attempt.answer, attempt.follow_ups[0].answer, attempt.follow_ups[0].follow_up.question) == (text,) * 3


@pytest.mark.parametrize("what", ["answer", "follow-up"])
def test_of_eight_windows_that_say_the_same_exactly_one_wins(make_record: MakeRecord, what: str) -> None:
    record = make_record(lambda: START)
    begun = record.add_interview(BANK[:1], Choice.RANDOM, "", 7, 2, None)
    if what == "follow-up":
        record.answer_in_interview(begun.id, 1, "先听完。")
    records = [make_record(lambda: START) for _ in range(8)]

    def work(who: int) -> None:
        if what == "answer":
            records[who].answer_in_interview(begun.id, 1, f"window {who}")
        else:
            records[who].follow_up_in_interview(begun.id, 1, 1, ASKED, f"window {who}")

    faults = at_once(8, work)
    (winner,) = (who for who, fault in enumerate(faults) if fault is None)
    assert {type(fault) for fault in faults if fault is not None} == {InputError}
    attempt = kept(record, begun).questions[0].attempt
    assert attempt is not None
    said = attempt.answer if what == "answer" else attempt.follow_ups[0].answer
    assert (said, len(attempt.follow_ups)) == (f"window {winner}", 0 if what == "answer" else 1)


def test_another_record_of_the_same_place_sees_everything(make_record: MakeRecord, times: Iterator[datetime]) -> None:
    record = make_record(lambda: next(times))
    begun = record.add_interview(BANK[:2], Choice.WEAKEST, "", 7, 2, 60)
    record.ask(begun.id, 1)
    record.answer_in_interview(begun.id, 1, "先听完。")
    assert make_record(lambda: START).interview(begun.id) == kept(record, begun)
