from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.adapters.sql_record import SqlRecord, sqlite_url
from coach.bank.question import Question
from coach.critique.feedback import FollowUp, Label
from coach.customer.mood import StopReason
from coach.customer.turns import Intensity
from coach.errors import InputError
from coach.practice.mastery import whole_day_scheduler
from coach.practice.planning import Plan, plan
from coach.practice.progress import NoFigure, Progress, calendar, due_on
from coach.practice.record import Attempt, Record
from tests.practice.histories import (
    BANK,
    DAY,
    HISTORIES,
    NOW,
    Kept,
    Shelf,
    attempt,
    attempts,
    feedback,
    question,
    role_play,
)
from tests.practice.role_play_parts import SCENARIO, debrief

COVERED, PARTIAL, MISSING, CONTRADICTED, UNGRADED = Label
TODAY = NOW.date()
BEIJING = timezone(timedelta(hours=8))


def progress(
    kept: Record | Kept, questions: Sequence[Question] = BANK, now: datetime = NOW, zone: tzinfo = UTC
) -> Progress:
    return Progress(kept, Shelf(questions), whole_day_scheduler(), lambda: now, zone)


class TestAnEmptyRecord:
    def test_has_no_figures_and_says_why(self) -> None:
        report = progress(Kept()).report()
        for standing in (report.overall, *report.topics):
            assert (standing.mastery, standing.retrievability, standing.met) == (None, None, 0)
        assert [topic.reason for topic in report.topics] == [
            NoFigure.NOTHING_MET,
            NoFigure.NOTHING_MET,
            NoFigure.NO_KEY_POINTS,
        ]
        assert (report.calibration.share_equal, report.calibration.reason) == (None, NoFigure.NOTHING_COMPARED)
        assert (report.answers, report.key_points, report.trend, report.due, report.left_out) == (0, (), (), 0, 0)

    def test_has_nothing_due_and_no_history(self) -> None:
        agenda = progress(Kept()).agenda()
        assert (agenda.due, agenda.later, agenda.practised) == ((), 0, 0)
        assert {one.key_points for one in agenda.calendar} == {0}
        assert progress(Kept()).history(10) == []

    def test_without_a_bank_has_no_key_points(self) -> None:
        overall = progress(Kept(), questions=()).report().overall
        assert (overall.share_met, overall.reason) == (None, NoFigure.NO_KEY_POINTS)


class TestMasteryByTopic:
    def test_is_the_mean_over_what_came_up(self) -> None:
        report = progress(Kept([attempt(COVERED, MISSING), attempt(PARTIAL, question_id="q04")])).report()
        emotions, refunds, opening = report.topics
        assert (emotions.topic, emotions.mastery, emotions.met, emotions.points) == ("情绪", 0.5, 2, 3)
        assert (refunds.topic, refunds.mastery, refunds.met, refunds.points) == ("退款", 0.5, 1, 3)
        assert (opening.topic, opening.mastery, opening.points) == ("开场", None, 0)
        assert report.overall.mastery == pytest.approx((1 + 0 + 0.5) / 3)
        assert report.overall.share_met == 0.5

    def test_counts_retrievability_apart_from_what_was_missed(self) -> None:
        [topic, *_] = progress(Kept([attempt(COVERED, MISSING)])).report().topics
        assert topic.retrievability == 1.0
        assert topic.mastery == 0.5

    def test_names_a_question_without_topic_by_its_bank(self) -> None:
        [topic] = progress(Kept(), questions=[question("q01", 2, topic="")]).report().topics
        assert topic.topic == "bundled"

    def test_leaves_out_and_counts_what_has_left_the_banks(self) -> None:
        gone = attempt(COVERED, COVERED, question_id="gone")
        report = progress(Kept([gone, attempt(MISSING)])).report()
        assert [point.key_point_id for point in report.key_points] == ["q01.1"]
        assert report.left_out == 2
        assert progress(Kept([gone])).agenda().left_out == 2


class TestTheWeakest:
    def test_come_first(self) -> None:
        held = [
            attempt(COVERED, PARTIAL, MISSING),
            attempt(MISSING, MISSING, question_id="q02", days_ago=1),
            attempt(COVERED, question_id="q04", days_ago=30),
        ]
        points = progress(Kept(held)).report().key_points
        assert [point.strength for point in points] == sorted(point.strength for point in points)
        assert [point.key_point_id for point in points][-3:] == ["q01.2", "q04.1", "q01.1"]

    def test_carry_their_text_and_question(self) -> None:
        [point] = progress(Kept([attempt(MISSING)])).report().key_points
        assert (point.text, point.question, point.topic, point.question_id) == ("要点1", "q01？", "情绪", "q01")

    def test_belong_to_the_question_that_the_bank_says(self) -> None:
        strange = attempt(own={"q04.1": MISSING}, question_id="q01", days_ago=9)
        [point] = progress(Kept([strange])).report(TODAY).key_points
        assert point.question_id == "q04"


class TestWhatIsDue:
    def test_is_in_the_order_of_its_time(self) -> None:
        held = [attempt(MISSING, question_id="q04", days_ago=3), attempt(MISSING, COVERED, days_ago=9)]
        due = progress(Kept(held)).agenda().due
        assert [point.key_point_id for point in due] == ["q01.1", "q01.2", "q04.1"]
        assert [point.due for point in due] == sorted(point.due for point in due)

    def test_is_so_from_the_first_minute_of_its_day_in_the_person_s_zone(self) -> None:
        late = attempt(MISSING, days_ago=1).model_copy(update={"created": datetime(2026, 11, 21, 23, 0, tzinfo=UTC)})
        kept = Kept([late])  # 07:00 of the 22nd in Beijing, so due on the 23rd there
        assert progress(kept, zone=UTC).report().due == 1
        assert progress(kept, zone=BEIJING).report().due == 0

    def test_fills_a_calendar_whose_first_day_holds_what_is_overdue(self) -> None:
        held = [attempt(MISSING, days_ago=9), attempt(COVERED, question_id="q04"), attempt(MISSING, question_id="q02")]
        agenda = progress(Kept(held)).agenda()
        assert [one.day for one in agenda.calendar] == [TODAY + ahead * DAY for ahead in range(14)]
        assert [one.key_points for one in agenda.calendar][:4] == [1, 1, 1, 0]

    def test_and_what_will_be_is_everything_that_came_up(self) -> None:
        often = [attempt(COVERED, days_ago=days, name=str(days)) for days in (60, 55, 40, 10, 0)]
        agenda = progress(Kept([*often, attempt(MISSING, question_id="q04")])).agenda()
        assert sum(one.key_points for one in agenda.calendar) == 1
        assert agenda.later == 1


class TestTheTrend:
    def test_is_the_mean_of_each_day_the_earliest_first(self) -> None:
        held = [attempt(COVERED), attempt(MISSING), attempt(PARTIAL, days_ago=2), attempt(UNGRADED), attempt()]
        assert [(one.day, one.score, one.answers) for one in progress(Kept(held)).report().trend] == [
            (TODAY - 2 * DAY, 0.5, 1),
            (TODAY, 0.5, 2),
        ]

    def test_keeps_the_judges_apart(self) -> None:
        held = [attempt(COVERED, judge="offline"), attempt(MISSING)]
        assert [(one.judge, one.score) for one in progress(Kept(held)).report().trend] == [
            ("llm", 0.0),
            ("offline", 1.0),
        ]

    def test_counts_days_in_the_person_s_zone(self) -> None:
        late = attempt(COVERED).model_copy(update={"created": datetime(2026, 11, 21, 18, 0, tzinfo=UTC)})
        assert progress(Kept([late]), zone=BEIJING).report().trend[0].day == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("verdict", "own", "counted"),
    [
        (COVERED, COVERED, "equal"),
        (MISSING, CONTRADICTED, "equal"),
        (PARTIAL, COVERED, "too_high"),
        (CONTRADICTED, PARTIAL, "too_high"),
        (COVERED, MISSING, "too_low"),
        (UNGRADED, COVERED, None),
        (COVERED, UNGRADED, None),
        (COVERED, None, None),
    ],
)
def test_the_calibration_sets_ones_own_rating_against_the_verdict(
    verdict: Label, own: Label | None, counted: str | None
) -> None:
    found = progress(Kept([attempt(verdict, own={"q01.1": own} if own else {})])).report().calibration
    assert found.pairs == (counted is not None)
    for side in ("equal", "too_high", "too_low"):
        assert getattr(found, side) == (side == counted)
        assert getattr(found, f"share_{side}") == (None if counted is None else float(side == counted))


class TestThePlan:
    def listed(self, plan: Plan) -> list[tuple[str, str]]:
        return [(one.question_id, one.why) for one in plan.today]

    def test_is_none_where_no_interview_is_named(self) -> None:
        assert progress(Kept([attempt(COVERED)])).report().plan is None

    def test_spreads_what_was_never_met_evenly(self) -> None:
        sixty = [question(f"q{number:02d}", 1) for number in range(1, 61)]
        planned = progress(Kept(), sixty).report(TODAY + 9 * DAY).plan
        assert planned
        assert (planned.days, planned.unmet, planned.questions) == (9, 60, 60)
        assert self.listed(planned) == [(f"q{number:02d}", "new") for number in range(1, 8)]

    def test_puts_what_is_due_first_and_names_its_key_points(self) -> None:
        held = [attempt(MISSING, COVERED, COVERED, days_ago=2)]
        planned = progress(Kept(held)).report(TODAY + 3 * DAY).plan
        assert planned
        assert self.listed(planned) == [("q01", "due"), ("q02", "new")]
        assert planned.today[0].key_points[0] == "q01.1"

    def test_takes_a_role_play_for_meeting_key_points_but_not_their_question(self) -> None:
        planned = progress(Kept((), [role_play(COVERED)])).report(TODAY + DAY).plan
        assert planned
        assert planned.unmet == 4
        assert ("q01", "new") in self.listed(planned)

    def test_lists_a_question_once_where_it_is_due_and_was_never_answered(self) -> None:
        planned = progress(Kept((), [role_play(CONTRADICTED, days_ago=5)])).report(TODAY + DAY).plan
        assert planned
        assert self.listed(planned) == [("q01", "due"), ("q02", "new"), ("q03", "new"), ("q04", "new")]

    def test_counts_what_is_due_and_never_answered_into_the_share_of_the_day(self) -> None:
        planned = progress(Kept((), [role_play(CONTRADICTED, days_ago=5)])).report(TODAY + 4 * DAY).plan
        assert planned
        assert self.listed(planned) == [("q01", "due")]

    def test_counts_a_question_as_met_on_the_first_of_its_days(self) -> None:
        held = [attempt(COVERED, days_ago=1, name="first"), attempt(COVERED, name="again")]
        planned = progress(Kept(held)).report(TODAY + 2 * DAY).plan
        assert planned
        assert self.listed(planned) == [("q02", "new"), ("q03", "new")]

    def test_says_where_an_answer_gave_nothing_to_remember_by(self) -> None:
        planned = progress(Kept([attempt(UNGRADED, UNGRADED)])).report(TODAY + DAY).plan
        assert planned
        assert self.listed(planned)[0] == ("q01", "unrated")

    def test_counts_a_question_without_key_points_as_met_by_any_answer(self) -> None:
        planned = progress(Kept([attempt(question_id="q03")])).report(TODAY + DAY).plan
        assert planned
        assert "q03" not in dict(self.listed(planned))

    def test_leaves_out_questions_without_a_reference(self) -> None:
        planned = progress(Kept(), [question("q01", 0, answer="")]).report(TODAY).plan
        assert planned
        assert (planned.questions, planned.today) == (0, ())

    def test_on_the_day_of_the_interview_holds_all_that_is_left(self) -> None:
        for ahead in (0, 1):
            planned = progress(Kept()).report(TODAY + ahead * DAY).plan
            assert planned
            assert (planned.days, len(planned.today)) == (1, 4)

    def test_for_a_day_gone_by_is_refused(self) -> None:
        with pytest.raises(InputError, match=r"2026-11-21 has gone by; give today, 2026-11-22"):
            progress(Kept()).report(TODAY - DAY)

    @given(st.integers(1, 40), st.integers(1, 15))
    def test_that_is_followed_meets_every_question_before_the_interview(self, count: int, days: int) -> None:
        questions = [question(f"q{number}", 1) for number in range(count)]
        met: dict[str, date] = {}
        loads: list[int] = []
        for day in (TODAY + ahead * DAY for ahead in range(days)):
            todays = plan(questions, [], met, [], day, TODAY + days * DAY).today
            met |= {one.question_id: day for one in todays}
            assert plan(questions, [], met, [], day, TODAY + days * DAY).today == (), "the list ends when it is done"
            loads.append(len(todays))
        assert len(met) == count
        assert max(loads) - min(loads) <= 1 or count < days

    @given(st.integers(0, 6), st.integers(1, 15))
    def test_becomes_shorter_by_each_question_that_is_worked_through(self, done: int, days: int) -> None:
        questions = [question(f"q{number}", 1) for number in range(30)]
        whole = plan(questions, [], {}, [], TODAY, TODAY + days * DAY).today
        met = {one.question_id: TODAY for one in whole[:done]}
        assert plan(questions, [], met, [], TODAY, TODAY + days * DAY).today == whole[done:]


class TestTheHistory:
    def test_holds_answers_and_role_plays_newest_first(self) -> None:
        held = [attempt(COVERED, days_ago=1, name="new"), attempt(days_ago=5, name="old")]
        plays = [role_play(COVERED, days_ago=3, name="ended"), role_play(days_ago=4, name="goes on")]
        rows = progress(Kept(held, plays)).history(10)
        assert [(row.id, row.kind, row.score, row.end) for row in rows] == [
            ("new", "answer", 1.0, None),
            ("ended", "roleplay", None, StopReason.RESOLVED_COLD),
            ("goes on", "roleplay", None, None),
            ("old", "answer", None, None),
        ]
        assert (rows[0].question_id, rows[0].scenario_id, rows[0].title) == ("q01", None, "q01？")
        assert (rows[1].question_id, rows[1].scenario_id, rows[1].title_en) == (None, "late-cake", "No cake")

    def test_holds_at_most_so_many(self) -> None:
        held = [attempt(days_ago=day, name=f"a{day}") for day in range(5)]
        plays = [role_play(days_ago=day + 0.5, name=f"r{day}") for day in range(5)]
        assert [row.id for row in progress(Kept(held, plays)).history(3)] == ["a0", "r0", "a1"]


class TestOverAnyHistory:
    @given(HISTORIES, st.randoms())
    def test_the_figures_follow_from_the_record_alone(self, kept: Kept, chance: Random) -> None:
        shuffled = Kept(list(kept.held_attempts), list(kept.held_role_plays))
        chance.shuffle(shuffled.held_attempts)
        chance.shuffle(shuffled.held_role_plays)
        interview = TODAY + 5 * DAY
        assert progress(shuffled).agenda() == progress(kept).agenda()
        before, after = progress(kept).report(interview), progress(shuffled).report(interview)
        assert after.key_points == before.key_points
        assert after.plan == before.plan
        assert after.calibration == before.calibration
        assert [one.day for one in after.trend] == [one.day for one in before.trend]
        assert [one.score for one in after.trend] == pytest.approx([one.score for one in before.trend])

    @given(HISTORIES)
    def test_the_counts_add_up(self, kept: Kept) -> None:
        report, agenda = progress(kept).report(), progress(kept).agenda()
        assert sum(topic.met for topic in report.topics) == report.overall.met == len(report.key_points)
        assert sum(topic.points for topic in report.topics) == report.overall.points == 6
        assert report.overall.met == sum(one.key_points for one in agenda.calendar) + agenda.later
        assert report.due == len(agenda.due) == agenda.calendar[0].key_points
        sides = report.calibration
        assert sides.equal + sides.too_high + sides.too_low == sides.pairs
        for standing in (report.overall, *report.topics):
            assert (standing.mastery is None) == (standing.met == 0) == (standing.reason is not None)

    @given(HISTORIES, st.integers(1, 3))
    def test_what_is_ungraded_moves_no_figure(self, kept: Kept, points: int) -> None:
        more = Kept([*kept.held_attempts, attempt(*[UNGRADED] * points, name="open")], kept.held_role_plays)
        before, after = progress(kept).report(), progress(more).report()
        assert after == before.model_copy(update={"answers": before.answers + 1})

    @given(HISTORIES, st.integers(0, 30))
    def test_what_is_due_stays_due_until_it_is_practised(self, kept: Kept, days: int) -> None:
        points = progress(kept).report().key_points
        now, later = (due_on(points, day, UTC) for day in (TODAY, TODAY + days * DAY))
        assert {point.key_point_id for point in now} <= {point.key_point_id for point in later}
        assert calendar(points, TODAY, UTC)[0].key_points == len(now)

    @given(HISTORIES, attempts())
    def test_an_answer_to_one_question_moves_no_other(self, kept: Kept, more: Attempt) -> None:
        own = {point: label for point, label in more.self_ratings.items() if point.startswith(more.question_id)}
        more = more.model_copy(update={"self_ratings": own})
        after = progress(Kept([*kept.held_attempts, more], kept.held_role_plays)).report().key_points
        before = progress(kept).report().key_points
        others = [point for point in after if point.question_id != more.question_id]
        assert others == [point for point in before if point.question_id != more.question_id]


class TestFromARealRecord:
    @pytest.fixture
    def record(self, tmp_path: Path) -> SqlRecord:
        times = (NOW - 5 * DAY + timedelta(hours=hour) for hour in range(100))
        return SqlRecord(sqlite_url(tmp_path), clock=lambda: next(times))

    def test_a_later_rating_of_ones_own_replaces_the_earlier_one_of_that_answer(self, record: SqlRecord) -> None:
        held = record.add_attempt("q01", "？", "先听")
        record.set_feedback(held.id, feedback("q01", [UNGRADED, COVERED]))
        record.rate(held.id, "q01.1", MISSING)
        record.rate(held.id, "q01.1", COVERED)
        first, second = sorted(progress(record).report().key_points, key=lambda point: point.key_point_id)
        assert (first.last, first.reviews) == (COVERED, 1)
        assert (second.last, second.reviews) == (COVERED, 1)

    def test_everything_is_made_anew_from_what_another_program_wrote(self, record: SqlRecord, tmp_path: Path) -> None:
        held = record.add_attempt("q01", "？", "先听")
        record.set_feedback(held.id, feedback("q01", [COVERED, PARTIAL, MISSING]))
        record.add_follow_up(held.id, FollowUp(question="？", key_point_id="q01.3", source="model"), "再说")
        play = record.add_role_play(SCENARIO, 3, 7, Intensity.FIRM)
        record.end_role_play(play.id, StopReason.CANDIDATE_QUIT)
        looked_back = debrief(end=StopReason.CANDIDATE_QUIT)
        record.set_debrief(play.id, looked_back.model_copy(update={"key_points": (feedback("q02", [COVERED], 1),)}))
        again = SqlRecord(sqlite_url(tmp_path))
        assert progress(again).report(TODAY + DAY) == progress(record).report(TODAY + DAY)
        assert progress(again).report().overall.met == 4
        assert [row.kind for row in progress(again).history(5)] == ["roleplay", "answer"]
