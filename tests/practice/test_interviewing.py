from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach.adapters.sql_record import SqlRecord, sqlite_url
from coach.bank.index import Found, ReferenceAnswer, Update
from coach.bank.question import Bank, KeyPoint, Question, Weight
from coach.chat import Deadline
from coach.critique.feedback import Done, Event, Feedback, FollowUp, Judge, Label, Reason, Verdict
from coach.critique.scoring import score
from coach.errors import AnswerTooLong, InputError
from coach.practice.answering import Answering
from coach.practice.interview import Judging, NextFollowUp, NextQuestion, Over, Step, next_step
from coach.practice.interview_report import NoScore, report_of
from coach.practice.interviewing import Interviewing
from coach.practice.mastery import whole_day_scheduler
from coach.practice.progress import Progress
from coach.practice.record import Attempt, Choice, FollowUpAnswer, Interview, InterviewQuestion
from tests.practice.histories import NOW, Shelf, feedback, question

COVERED, PARTIAL, MISSING, CONTRADICTED, UNGRADED = Label
SECOND = timedelta(seconds=1)
BANK = tuple(question(f"q{n:02d}", 3, topic="退款" if n % 2 else "情绪") for n in range(1, 9))
WITHOUT_REFERENCE = question("q99", 0, answer="")


class Clock:
    """A time that only a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Shelved:
    """An index over a list of questions."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.known = {one.id: one for one in questions}

    def update(
        self, banks: Sequence[Bank], rebuild: bool = False, progress: Callable[[int, int], None] | None = None
    ) -> Update:
        return Update()

    def search(self, text: str, limit: int) -> Sequence[Found]:
        return []

    def reference(self, question_id: str) -> ReferenceAnswer | None:
        one = self.known.get(question_id)
        return one and ReferenceAnswer(
            question_id=one.id,
            question=one.question,
            topic=one.topic,
            text=one.answer,
            key_points=one.key_points,
            version=one.version,
            fingerprint="f1",
        )


class ByNumber:
    """A judge that covers the key points whose numbers the answer names, and asks about the first of the others."""

    kind: Literal["llm", "offline"] = "llm"

    def __init__(self) -> None:
        self.judged: list[str] = []
        self.fails = False

    def judge(self, reference: ReferenceAnswer, answer: str, deadline: Deadline) -> Iterator[Event]:
        self.judged.append(answer)
        labels = [self._label(point, answer) for point in reference.key_points]
        done = feedback(reference.question_id, labels)
        reason = Reason.MODEL_BUSY if self.fails else None
        verdicts = tuple(
            Verdict(id=point.id, text=point.text, weight=point.weight, verdict=label, reason=reason)
            for point, label in zip(reference.key_points, labels, strict=True)
        )
        gap = next((one for one in verdicts if one.verdict is not COVERED), None)
        follow_up = gap and FollowUp(question=f"{gap.id}呢？", key_point_id=gap.id, source="model")
        yield from verdicts
        yield Done(
            feedback=done.model_copy(update={"key_points": verdicts, "score": score(verdicts), "follow_up": follow_up})
        )

    def _label(self, point: KeyPoint, answer: str) -> Label:
        return UNGRADED if self.fails else COVERED if point.id.rpartition(".")[2] in answer else MISSING


class House:
    """Interviews over a bank, as one program after another sees them."""

    def __init__(self, folder: Path, questions: Sequence[Question] = BANK, judge: Judge | None = None) -> None:
        self.folder, self.questions = folder, questions
        self.clock, self.by_number = Clock(), ByNumber()
        self.judge: Judge = judge or self.by_number
        self.longest = 1000

    @property
    def record(self) -> SqlRecord:
        return SqlRecord(sqlite_url(self.folder), clock=self.clock)

    @property
    def interviewing(self) -> Interviewing:
        """Made anew each time, as after a restart."""
        record, shelf = self.record, Shelf(self.questions)
        answering = Answering(Shelved(self.questions), record, self.judge, self.longest, deadline_seconds=60)
        progress = Progress(record, shelf, whole_day_scheduler(), self.clock, UTC)
        return Interviewing(answering, progress, shelf, record, self.clock, self.longest)

    def begin(self, count: int = 3, follow_ups: int = 2, seconds: int | None = None, **more: object) -> Interview:
        choice, seed = Choice(str(more.get("choice", "random"))), int(str(more.get("seed", 7)))
        return self.interviewing.begin(count, choice, seed, str(more.get("topic", "")), follow_ups, seconds)

    def met(self, question_id: str, *labels: Label, days_ago: int = 0) -> None:
        """Practised outside of an interview."""
        now, self.clock.now = self.clock.now, NOW - timedelta(days=days_ago)
        attempt = self.record.add_attempt(question_id, "?", "x")
        self.record.set_feedback(attempt.id, feedback(question_id, labels))
        self.clock.now = now


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def ids(interview: Interview) -> list[str]:
    return [one.question_id for one in interview.questions]


def judged(house: House, interview: Interview) -> Interview:
    """Judged as far as something waits."""
    while isinstance(next_step(interview), Judging):
        interview = house.interviewing.judge(interview)
    return interview


class TestWhichQuestions:
    def test_are_as_many_as_wanted_each_once(self, house: House) -> None:
        chosen = ids(house.begin(8))
        assert sorted(chosen) == [one.id for one in BANK]

    def test_are_fewer_where_there_are_no_more(self, house: House) -> None:
        assert sorted(ids(house.begin(20, topic="退款"))) == ["q01", "q03", "q05", "q07"]

    def test_are_the_same_by_the_same_seed_and_others_by_another(self, house: House) -> None:
        draws = [ids(house.begin(4, seed=seed)) for seed in (7, 7, 8)]
        assert draws[0] == draws[1] != draws[2]

    @given(st.integers(), st.integers(1, 20), st.sampled_from(Choice))
    @settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_are_the_same_by_any_seed_and_choice(self, house: House, seed: int, count: int, choice: Choice) -> None:
        first, again = (ids(house.begin(count, choice=choice.value, seed=seed)) for _ in range(2))
        assert first == again
        assert len(first) == len(set(first)) == min(count, len(BANK))

    def test_leave_out_what_has_nothing_to_hold_an_answer_against(self, tmp_path: Path) -> None:
        house = House(tmp_path, [*BANK[:2], WITHOUT_REFERENCE])
        assert sorted(ids(house.begin(20))) == ["q01", "q02"]

    def test_the_weakest_are_those_of_the_weakest_key_points_then_unmet_ones(self, house: House) -> None:
        house.met("q03", COVERED, COVERED, COVERED)
        house.met("q05", COVERED, PARTIAL, COVERED)
        house.met("q04", COVERED, COVERED, MISSING)
        chosen = ids(house.begin(8, choice="weakest"))
        assert chosen[:2] == ["q04", "q05"]
        assert sorted(chosen[2:7]) == ["q01", "q02", "q06", "q07", "q08"]
        assert chosen[7] == "q03"

    def test_the_due_are_the_longest_due_first_then_unmet_ones(self, house: House) -> None:
        house.met("q03", MISSING, days_ago=5)
        house.met("q06", MISSING, days_ago=9)
        house.met("q01", COVERED)
        chosen = ids(house.begin(7, choice="due"))
        assert chosen[:2] == ["q06", "q03"]
        assert sorted(chosen[2:]) == ["q02", "q04", "q05", "q07", "q08"]

    @pytest.mark.parametrize("choice", ["weakest", "due"])
    def test_of_a_topic_are_of_no_other(self, house: House, choice: str) -> None:
        house.met("q02", MISSING, days_ago=9)
        house.met("q03", MISSING, days_ago=9)
        chosen = ids(house.begin(3, choice=choice, topic="退款"))
        assert chosen[0] == "q03"
        assert set(chosen) <= {"q01", "q03", "q05", "q07"}

    @pytest.mark.parametrize(
        ("wish", "says"),
        [
            ({"count": 0}, "number of questions is 0; choose 1 to 20"),
            ({"count": 21}, "number of questions is 21; choose 1 to 20"),
            ({"follow_ups": -1}, "number of follow-ups is -1; choose 0 to 2"),
            ({"follow_ups": 3}, "number of follow-ups is 3; choose 0 to 2"),
            ({"seconds": 29}, "seconds for a question is 29; choose 30 to 1800"),
            ({"seconds": 1801}, "seconds for a question is 1801; choose 30 to 1800"),
            ({"topic": "天气"}, "no topic '天气'; choose one of: 退款, 情绪"),
        ],
    )
    def test_a_wish_that_can_t_be_met_says_what_can(self, house: House, wish: Mapping[str, object], says: str) -> None:
        with pytest.raises(InputError, match=says):
            house.begin(**wish)
        assert house.record.interviews(None) == []

    def test_without_any_question_one_is_told_to_import_some(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="import a bank"):
            House(tmp_path, [WITHOUT_REFERENCE]).begin()


class TestTheCourse:
    def test_goes_from_question_to_follow_ups_to_the_next_question(self, house: House) -> None:
        interview = house.interviewing.show(house.begin(2))
        first, second = ids(interview)
        assert next_step(interview) == NextQuestion(place=1, of=2, question_id=first, question=f"{first}？")

        interview = house.interviewing.answer(interview, "1")
        attempt = interview.questions[0].attempt
        assert attempt is not None
        assert next_step(interview) == Judging(place=1, of=2, attempt_id=attempt.id, what="answer")

        interview = house.interviewing.judge(interview)
        asked = FollowUp(question=f"{first}.2呢？", key_point_id=f"{first}.2", source="model")
        assert next_step(interview) == NextFollowUp(place=1, of=2, number=1, follow_up=asked)

        interview = house.interviewing.answer_follow_up(interview, "2")
        assert next_step(interview) == Judging(place=1, of=2, attempt_id=attempt.id, what="follow_up")

        interview = house.interviewing.judge(interview)
        step = next_step(interview)
        assert isinstance(step, NextFollowUp)
        assert (step.number, step.follow_up.key_point_id) == (2, f"{first}.3")

        interview = house.interviewing.answer_follow_up(interview, "3")
        assert next_step(interview) == NextQuestion(place=2, of=2, question_id=second, question=f"{second}？")

    def test_leaves_the_judgement_that_nothing_can_follow_to_the_end(self, house: House) -> None:
        interview = house.begin(2, follow_ups=0)
        for answer in ("1", "2"):
            assert isinstance(next_step(interview), NextQuestion)
            interview = house.interviewing.answer(interview, answer)
        assert house.by_number.judged == []
        assert judged(house, interview) != interview
        assert house.by_number.judged == ["1", "2"]

    def test_shows_no_verdict_while_it_judges(self, house: House) -> None:
        interview = house.interviewing.answer(house.begin(1), "123")
        interview = house.interviewing.judge(interview)
        assert next_step(interview) == Over()

    def test_asks_nothing_after_a_full_answer(self, house: House) -> None:
        interview = judged(house, house.interviewing.answer(house.begin(2), "123"))
        assert isinstance(next_step(interview), NextQuestion)

    def test_asks_nothing_where_the_model_failed(self, house: House) -> None:
        house.by_number.fails = True
        interview = judged(house, house.interviewing.answer(house.begin(2), "1"))
        assert isinstance(next_step(interview), NextQuestion)

    def test_goes_on_where_the_model_failed_on_a_follow_up(self, house: House) -> None:
        interview = judged(house, house.interviewing.answer(house.begin(2, follow_ups=1), "1"))
        house.by_number.fails = True
        interview = house.interviewing.answer_follow_up(interview, "2")
        assert isinstance(next_step(interview), NextQuestion)
        interview = judged(house, house.interviewing.skip(interview))
        assert next_step(interview) == Over()

    def test_a_follow_up_that_is_left_out_ends_its_question(self, house: House) -> None:
        interview = judged(house, house.interviewing.answer(house.begin(2), "1"))
        interview = house.interviewing.decline_follow_up(interview)
        step = next_step(house.interviewing.interview(interview.id))
        assert isinstance(step, NextQuestion)
        assert step.place == 2

    def test_a_question_that_is_skipped_is_not_asked_again(self, house: House) -> None:
        interview = house.interviewing.skip(house.begin(1))
        assert next_step(interview) == Over()

    def test_what_was_answered_before_the_end_is_judged(self, house: House) -> None:
        interview = house.interviewing.answer(house.begin(3), "1")
        interview = house.interviewing.end(interview)
        assert isinstance(next_step(interview), Judging)
        interview = judged(house, interview)
        assert next_step(interview) == Over()
        assert house.interviewing.report(interview).answered == 1

    def test_what_can_t_be_judged_does_not_hold_it_up(self, house: House) -> None:
        interview = house.interviewing.answer(house.begin(1), "1" * 500)
        house.longest = 100
        interview = judged(house, interview)
        assert next_step(interview) == Over()
        assert interview.questions[0].attempt is not None

    def test_a_question_that_has_left_the_banks_does_not_hold_it_up(self, house: House) -> None:
        interview = house.interviewing.answer(house.begin(2), "1")
        house.questions = [one for one in BANK if one.id != ids(interview)[0]]
        assert isinstance(next_step(judged(house, interview)), NextQuestion)

    def test_a_key_point_that_has_left_the_bank_does_not_hold_it_up(self, house: House) -> None:
        interview = judged(house, house.interviewing.answer(house.begin(1), "1"))
        interview = house.interviewing.answer_follow_up(interview, "2")
        house.questions = [one.model_copy(update={"key_points": one.key_points[:1]}) for one in BANK]
        assert next_step(judged(house, interview)) == Over()

    def test_judging_where_nothing_waits_changes_nothing(self, house: House) -> None:
        interview = house.begin(1)
        assert house.interviewing.judge(interview) == interview
        assert house.by_number.judged == []


class TestWhatIsRefused:
    @pytest.mark.parametrize("text", ["", "  \n"])
    def test_an_empty_answer(self, house: House, text: str) -> None:
        interview = house.begin(1)
        with pytest.raises(InputError, match="the answer is empty"):
            house.interviewing.answer(interview, text)
        interview = judged(house, house.interviewing.answer(interview, "1"))
        with pytest.raises(InputError, match="the answer is empty"):
            house.interviewing.answer_follow_up(interview, text)

    def test_an_answer_too_long_to_be_judged(self, house: House) -> None:
        interview = house.begin(1)
        with pytest.raises(AnswerTooLong, match="1001 characters, 1000 are judged; it was not taken"):
            house.interviewing.answer(interview, "1" * 1001)
        interview = judged(house, house.interviewing.answer(interview, "1" * 1000))
        with pytest.raises(AnswerTooLong, match="1001 characters"):
            house.interviewing.answer_follow_up(interview, "2" * 1001)

    def test_an_interview_that_is_not_there(self, house: House) -> None:
        with pytest.raises(InputError, match="no interview 'no-such'; begin a new one"):
            house.interviewing.interview("no-such")

    def test_the_answer_of_a_second_window(self, house: House) -> None:
        interview = house.begin(2)
        house.interviewing.answer(interview, "1")
        with pytest.raises(InputError, match="perhaps in another window; reload"):
            house.interviewing.answer(interview, "2")

    def test_the_follow_up_of_a_second_window(self, house: House) -> None:
        interview = judged(house, house.interviewing.answer(house.begin(1), "1"))
        house.interviewing.decline_follow_up(interview)
        with pytest.raises(InputError, match="perhaps in another window; reload"):
            house.interviewing.answer_follow_up(interview, "2")

    def test_what_is_not_asked_now(self, house: House) -> None:
        interview = house.begin(2)
        for too_early in (
            lambda: house.interviewing.answer_follow_up(interview, "1"),
            lambda: house.interviewing.decline_follow_up(interview),
        ):
            with pytest.raises(InputError, match="asks no follow-up now"):
                too_early()
        waiting = judged(house, house.interviewing.answer(interview, "1"))
        for too_late in (
            lambda: house.interviewing.answer(waiting, "1"),
            lambda: house.interviewing.skip(waiting),
            lambda: house.interviewing.show(waiting),
        ):
            with pytest.raises(InputError, match="asks no question now"):
                too_late()

    def test_a_report_of_what_goes_on(self, house: House) -> None:
        with pytest.raises(InputError, match="this interview goes on"):
            house.interviewing.report(house.begin(1))


class TestTheClock:
    def test_runs_from_when_the_question_was_first_shown(self, house: House) -> None:
        interview = house.begin(1, seconds=90)
        house.clock.now += 300 * SECOND
        assert house.interviewing.remaining(interview) == 90
        interview = house.interviewing.show(interview)
        house.clock.now += 20 * SECOND
        interview = house.interviewing.show(interview)
        house.clock.now += 20 * SECOND
        assert house.interviewing.remaining(interview) == 50

    def test_is_none_where_there_is_none_or_no_question_is_asked(self, house: House) -> None:
        assert house.interviewing.remaining(house.begin(1)) is None
        interview = judged(house, house.interviewing.answer(house.begin(1, seconds=90), "1"))
        assert house.interviewing.remaining(interview) is None

    def test_after_its_end_an_empty_answer_skips_and_another_counts(self, house: House) -> None:
        interview = house.interviewing.show(house.begin(2, seconds=30, follow_ups=0))
        house.clock.now += 30 * SECOND
        interview = house.interviewing.show(house.interviewing.answer(interview, " "))
        house.clock.now += 45 * SECOND
        interview = judged(house, house.interviewing.answer(interview, "1"))
        assert interview.questions[0].skipped
        report = house.interviewing.report(interview)
        assert (report.skipped, report.answered, report.over_time, report.seconds) == (1, 1, 1, 45)
        assert [one.seconds_over for one in report.asked] == [None, 15]

    def test_before_its_end_an_empty_answer_is_refused(self, house: House) -> None:
        interview = house.interviewing.show(house.begin(1, seconds=30))
        house.clock.now += 29 * SECOND
        with pytest.raises(InputError, match="empty"):
            house.interviewing.answer(interview, "")


SAID = st.sampled_from(["1", "12", "123", "9", "/skip", ""])


def take(house: House, interview: Interview, step: Step, said: str) -> Interview:
    """One thing that a candidate does, by a program that was just started."""
    house.clock.now += 7 * SECOND
    program = house.interviewing
    if isinstance(step, Judging):
        return program.judge(interview)
    if isinstance(step, NextQuestion):
        interview = program.show(interview)
        return program.skip(interview) if said in ("/skip", "") else program.answer(interview, said)
    return program.decline_follow_up(interview) if said in ("/skip", "") else program.answer_follow_up(interview, said)


def sat(house: House, said: Sequence[str], follow_ups: int, resumed: bool) -> tuple[list[Step], Interview]:
    """An interview to its end, read anew from the record before each step where it is resumed."""
    house.clock.now = NOW
    interview, steps = house.begin(3, follow_ups=follow_ups), list[Step]()
    words = iter(said)
    while (step := next_step(interview)) != Over():
        steps.append(step)
        interview = take(house, interview, step, "" if isinstance(step, Judging) else next(words))
        if resumed:
            found = house.record.interview(interview.id)
            assert found is not None
            interview = found
    return steps, interview


def without_ids(value: object) -> object:
    if isinstance(value, dict):
        return {key: without_ids(one) for key, one in value.items() if key not in {"id", "attempt_id", "created"}}
    return [without_ids(one) for one in value] if isinstance(value, list | tuple) else value


class TestOverAnyCourse:
    @given(st.lists(SAID, min_size=9, max_size=9), st.integers(0, 2))
    @settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_resumed_at_every_step_gives_the_same_interview(
        self, house: House, said: list[str], follow_ups: int
    ) -> None:
        steps, whole = sat(house, said, follow_ups, resumed=False)
        steps_again, resumed = sat(house, said, follow_ups, resumed=True)
        assert without_ids([one.model_dump() for one in steps]) == without_ids(
            [one.model_dump() for one in steps_again]
        )
        reports = [house.interviewing.report(one).model_dump(mode="json") for one in (whole, resumed)]
        assert without_ids(reports[0]) == without_ids(reports[1])

    @given(st.lists(SAID, min_size=9, max_size=9), st.integers(0, 2))
    @settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_nothing_is_asked_twice_and_everything_said_is_judged(
        self, house: House, said: list[str], follow_ups: int
    ) -> None:
        steps, interview = sat(house, said, follow_ups, resumed=True)
        questions = [step.question_id for step in steps if isinstance(step, NextQuestion)]
        asked = [(step.place, step.follow_up.question) for step in steps if isinstance(step, NextFollowUp)]
        assert questions == ids(interview)
        assert len(asked) == len(set(asked))
        for one in interview.questions:
            assert one.attempt is None or len(one.attempt.follow_ups) <= follow_ups
            assert one.attempt is None or one.attempt.feedback is not None
        given_answers = [one.attempt for one in interview.questions if one.attempt]
        judgings = [step for step in steps if isinstance(step, Judging)]
        assert len(judgings) == sum(1 + len(attempt.follow_ups) for attempt in given_answers)


def done(
    place: int, made: Feedback | None, seconds: float | None = 60, follow_ups: tuple[FollowUpAnswer, ...] = ()
) -> InterviewQuestion:
    """An answered question that took so long."""
    question_id = made.question_id if made else f"q{place:02d}"
    attempt = Attempt(
        id=f"a{place}",
        created=NOW + (seconds or 0) * SECOND,
        question_id=question_id,
        question="？",
        answer="x",
        feedback=made,
        follow_ups=follow_ups,
    )
    return InterviewQuestion(
        question_id=question_id, question="？", asked=None if seconds is None else NOW, attempt=attempt
    )


def sitting(*questions: InterviewQuestion, seconds: int | None = None) -> Interview:
    return Interview(
        id="i",
        created=NOW,
        choice=Choice.RANDOM,
        seed=7,
        follow_ups=2,
        seconds=seconds,
        questions=questions,
        ended=NOW,
    )


SKIPPED = InterviewQuestion(question_id="q08", question="？", asked=NOW, skipped=True)
NOT_REACHED = InterviewQuestion(question_id="q09", question="？")


class TestTheReport:
    def test_scores_the_mean_of_the_questions_that_have_a_score_and_counts_the_others(self) -> None:
        report = report_of(
            sitting(
                done(1, feedback("q01", [COVERED, MISSING])),
                done(2, feedback("q02", [COVERED])),
                done(3, feedback("q03", [UNGRADED])),
                done(4, None),
                SKIPPED,
                NOT_REACHED,
            ),
            {},
        )
        assert (report.score, report.reason) == (0.75, None)
        counts = (report.questions, report.answered, report.skipped, report.not_reached, report.without_score)
        assert counts == (6, 4, 1, 1, 2)

    @pytest.mark.parametrize(
        ("questions", "reason"),
        [
            ((SKIPPED, NOT_REACHED), NoScore.NOTHING_ANSWERED),
            ((SKIPPED, done(1, feedback("q01", [UNGRADED]))), NoScore.NOTHING_GRADED),
            ((done(1, None),), NoScore.NOTHING_GRADED),
        ],
    )
    def test_has_no_score_but_a_reason_where_nothing_was_graded(
        self, questions: tuple[InterviewQuestion, ...], reason: NoScore
    ) -> None:
        report = report_of(sitting(*questions), {})
        assert (report.score, report.reason, report.strongest, report.weakest) == (None, reason, None, None)

    def test_counts_verdicts_on_vital_and_other_key_points(self) -> None:
        made = feedback("q01", [COVERED, MISSING, COVERED])
        vital = made.key_points[0].model_copy(update={"weight": Weight.VITAL})
        made = made.model_copy(update={"key_points": (vital, *made.key_points[1:])})
        report = report_of(sitting(done(1, made), done(2, feedback("q02", [UNGRADED]))), {})
        nothing = dict.fromkeys(Label, 0)
        assert report.vital == nothing | {COVERED: 1}
        assert report.okay == nothing | {COVERED: 1, MISSING: 1, UNGRADED: 1}

    def test_groups_by_topic_in_the_order_of_asking(self) -> None:
        report = report_of(
            sitting(done(1, feedback("q01", [COVERED])), SKIPPED, done(2, feedback("q02", [MISSING]))),
            {"q01": "退款", "q02": "退款", "q08": "情绪"},
        )
        assert [(one.topic, one.questions, one.answered, one.score) for one in report.topics] == [
            ("退款", 2, 2, 0.5),
            ("情绪", 1, 0, None),
        ]

    def test_names_the_strongest_and_the_weakest(self) -> None:
        labels = ([PARTIAL], [COVERED], [MISSING], [UNGRADED])
        report = report_of(sitting(*(done(n, feedback(f"q{n:02d}", its)) for n, its in enumerate(labels, 1))), {})
        assert (report.strongest, report.weakest) == (2, 3)

    def test_names_none_where_all_are_equal(self) -> None:
        report = report_of(sitting(*(done(n, feedback(f"q{n:02d}", [COVERED])) for n in (1, 2))), {})
        assert (report.strongest, report.weakest) == (None, None)

    @pytest.mark.parametrize(
        ("seconds", "clock", "used", "over"),
        [(60, None, 60, None), (60, 60, 60, None), (75, 60, 75, 15), (None, 60, None, None), (-5, 60, 0, None)],
    )
    def test_holds_the_time_of_each_answer_against_the_clock(
        self, seconds: float | None, clock: int | None, used: float | None, over: float | None
    ) -> None:
        report = report_of(sitting(done(1, feedback("q01", [COVERED]), seconds), SKIPPED, seconds=clock), {})
        assert (report.asked[0].seconds, report.asked[0].seconds_over) == (used, over)
        assert (report.asked[1].seconds, report.seconds, report.over_time) == (None, used, int(over is not None))

    def test_names_what_to_practise_first_by_how_bad_the_gap_is(self) -> None:
        made = feedback("q01", [MISSING, PARTIAL, UNGRADED, COVERED])
        worse = feedback("q02", [MISSING, CONTRADICTED])
        vital = worse.key_points[0].model_copy(update={"weight": Weight.VITAL})
        worse = worse.model_copy(update={"key_points": (vital, worse.key_points[1])})
        report = report_of(sitting(done(1, made), done(2, worse)), {})
        assert [one.key_point_id for one in report.practise_first] == ["q02.2", "q02.1", "q01.2"]
        assert [one.question_id for one in report.practise_first] == ["q02", "q02", "q01"]

    @pytest.mark.parametrize(
        ("was", "now", "gained"),
        [
            (MISSING, COVERED, 1.0),
            (PARTIAL, COVERED, 0.5),
            (COVERED, CONTRADICTED, -1.0),
            (MISSING, MISSING, 0.0),
            (UNGRADED, COVERED, None),
            (None, COVERED, None),
        ],
    )
    def test_says_what_a_follow_up_gained(self, was: Label | None, now: Label, gained: float | None) -> None:
        asked = FollowUp(question="然后呢？", key_point_id="q01.1", source="model")
        answered = FollowUpAnswer(follow_up=asked, answer="x", was=was)
        report = report_of(sitting(done(1, feedback("q01", [now]), follow_ups=(answered,))), {})
        (one,) = report.asked[0].follow_ups
        assert (one.was, one.now, one.gained) == (was, now, gained)

    def test_dumps_to_json_and_comes_back(self) -> None:
        report = report_of(sitting(done(1, feedback("q01", [COVERED, MISSING])), SKIPPED, seconds=60), {"q01": "退款"})
        assert type(report).model_validate_json(report.model_dump_json()) == report


def test_of_gaps_of_one_kind_the_vital_one_is_practised_first() -> None:
    okay, vital = feedback("q01", [PARTIAL]), feedback("q02", [PARTIAL])
    vital = vital.model_copy(update={"key_points": (vital.key_points[0].model_copy(update={"weight": Weight.VITAL}),)})
    report = report_of(sitting(done(1, okay), done(2, vital)), {})
    assert [one.key_point_id for one in report.practise_first] == ["q02.1", "q01.1"]


class TestTheHistory:
    def test_shows_an_interview_once_and_its_answers_not_again(self, house: House) -> None:
        house.met("q01", COVERED)
        house.clock.now += 60 * SECOND
        interview = judged(house, house.interviewing.answer(house.begin(2, follow_ups=0, topic="退款"), "123"))
        progress = Progress(house.record, Shelf(BANK), whole_day_scheduler(), house.clock, UTC)
        row, alone = progress.history(10)
        assert (alone.kind, alone.question_id) == ("answer", "q01")
        assert (row.id, row.kind, row.title, row.score) == (interview.id, "interview", "退款", None)
        assert (row.questions, row.answered, row.goes_on) == (2, 1, True)

        judged(house, house.interviewing.skip(interview))
        row, _ = progress.history(10)
        assert (row.score, row.goes_on) == (1.0, False)
        assert len(progress.history(1)) == 1
