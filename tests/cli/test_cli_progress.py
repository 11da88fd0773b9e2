"""Progress on the command line, for people and for scripts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from coach.adapters.sql_record import SqlRecord, sqlite_url
from coach.compose import Coach as Program
from coach.critique.feedback import Label
from coach.customer.mood import StopReason
from coach.customer.turns import Intensity
from coach.practice.mastery import whole_day_scheduler
from coach.practice.progress import Progress
from tests.cli.runs import Coach
from tests.practice.histories import feedback
from tests.practice.role_play_parts import SCENARIO, debrief

COVERED, PARTIAL, MISSING, CONTRADICTED, UNGRADED = Label
NOW = datetime(2026, 11, 22, 15, 50, tzinfo=UTC)
BEIJING = timezone(timedelta(hours=8))
"""There it is the 22nd, 23:50, so that one hour more is another day."""


@pytest.fixture
def coach(coach: Coach, monkeypatch: pytest.MonkeyPatch) -> Coach:
    """Runs `coach` at a fixed time in a fixed zone."""

    def fixed(program: Program) -> Progress:
        return Progress(program.record, program.library, whole_day_scheduler(), lambda: NOW, BEIJING)

    monkeypatch.setattr(Program, "progress", fixed)
    monkeypatch.setenv("COLUMNS", "100")
    return coach


@pytest.fixture
def answer(data_dir: Path) -> Callable[..., str]:
    """Keeps an answer that was given so many days ago; its id."""

    def kept(*labels: Label, question_id: str = "q03", days_ago: float = 0, **given: Any) -> str:
        record = SqlRecord(sqlite_url(data_dir), clock=lambda: NOW - timedelta(days=days_ago))
        attempt = record.add_attempt(question_id, f"问题 {question_id}", "先听他说完。")
        if labels:
            record.set_feedback(attempt.id, feedback(question_id, labels, **given))
        return attempt.id

    return kept


@pytest.fixture
def role_play(data_dir: Path) -> Callable[..., str]:
    """Keeps a role-play of three days ago, that goes on or has its debrief; its id."""

    def kept(ended: bool) -> str:
        record = SqlRecord(sqlite_url(data_dir), clock=lambda: NOW - timedelta(days=3))
        begun = record.add_role_play(SCENARIO, 3, 7, Intensity.FIRM)
        if ended:
            record.end_role_play(begun.id, StopReason.RESOLVED_COLD)
            rubric = debrief().rubric.model_copy(update={"score": 0.62})
            points = (feedback("q03", [COVERED], turn=1),)
            record.set_debrief(begun.id, debrief().model_copy(update={"rubric": rubric, "key_points": points}))
        return begun.id

    return kept


class TestProgress:
    def test_for_scripts_has_topics_key_points_trend_calibration_and_plan(
        self, coach: Coach, answer: Callable[..., str]
    ) -> None:
        answer(COVERED, MISSING, UNGRADED, days_ago=2)
        report = coach("progress", "--interview", "2026-12-01", "--json").json
        counts, figures = {"answers", "role_plays", "due", "left_out"}, {"overall", "topics", "key_points", "trend"}
        assert set(report) == counts | figures | {"calibration", "plan"}
        assert [(one["key_point_id"], one["last"]) for one in report["key_points"]] == [
            ("q03.2", "missing"),
            ("q03.1", "covered"),
        ]
        assert report["key_points"][0]["last_review"] == "2026-11-20T15:50:00Z"
        assert report["trend"] == [{"day": "2026-11-20", "judge": "llm", "score": 0.5, "answers": 1}]
        assert (report["plan"]["days"], report["plan"]["unmet"]) == (9, 59)
        assert report["plan"]["today"][0]["why"] == "due"
        assert len(report["plan"]["today"]) == 8

    def test_for_people_draws_bars_the_weakest_and_a_line_of_scores(
        self, coach: Coach, answer: Callable[..., str]
    ) -> None:
        answer(MISSING, MISSING, days_ago=3)
        answer(COVERED, PARTIAL, days_ago=1)
        out = coach("progress").out
        assert "2 of 388 key points came up" in out
        assert "███" in out
        assert "46% partial 2026-11-21" in " ".join(out.split())
        assert "▁▆  0% → 75%  2026-11-19 – 2026-11-21  (by the model)" in out
        assert "--interview" in out
        assert "\x1b" not in out

    def test_calls_nothing_weak_where_all_was_covered_today(self, coach: Coach, answer: Callable[..., str]) -> None:
        answer(COVERED)
        assert "Weakest" not in coach("progress").out

    def test_for_people_draws_the_plan_with_its_reasons(self, coach: Coach, answer: Callable[..., str]) -> None:
        answer(MISSING, days_ago=3)
        out = coach("progress", "--interview", "2026-11-24").out
        assert "Days to practise: 2. Questions not met yet: 59 of 60. Today these 31:" in out
        rows = [" ".join(line.split()) for line in out.splitlines()]
        assert any(row.startswith("q03 due 1 ") for row in rows)
        assert any(row.startswith("q01 new ") for row in rows)

    def test_says_in_chinese_what_is_in_chinese(
        self, coach: Coach, answer: Callable[..., str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COACH_LANGUAGE", "zh")
        answer(PARTIAL, days_ago=3)
        out = coach("progress").out + coach("due").out + coach("history").out
        for text in ("掌握度", "最弱的要点", "部分", "每天的得分", "未来 14 天", "周日 22", "答题"):
            assert text in out

    def test_without_any_practice_says_how_to_begin_and_still_plans(self, coach: Coach) -> None:
        for command in ("progress", "due", "history"):
            run = coach(command)
            assert run.code == 0
            assert "coach feedback -q q01" in run.out
        assert "Today these 7:" in coach("progress", "--interview", "2026-12-01").out

    def test_without_any_verdict_says_that_one_can_rate_oneself(self, coach: Coach, answer: Callable[..., str]) -> None:
        answer(UNGRADED, UNGRADED)
        for command in ("progress", "due"):
            assert "coach serve" in coach(command).out
        assert coach("progress", "--json").json["overall"]["reason"] == "none of its key points has come up yet"

    @pytest.mark.parametrize(("day", "says"), [("2026-11-21", "has gone by"), ("tomorrow", "%Y-%m-%d")])
    def test_refuses_a_day_that_can_t_be_planned_for(self, coach: Coach, day: str, says: str) -> None:
        run = coach("progress", "--interview", day)
        assert run.code == 2
        assert says in run.err
        assert "Traceback" not in run.err


class TestDue:
    def test_for_scripts_lists_key_points_by_time_and_a_calendar(
        self, coach: Coach, answer: Callable[..., str]
    ) -> None:
        answer(COVERED, MISSING, days_ago=4)
        answer(COVERED, question_id="q08")
        agenda = coach("due", "--json").json
        assert [(one["key_point_id"], one["due"]) for one in agenda["due"]] == [
            ("q03.2", "2026-11-19T15:50:00Z"),
            ("q03.1", "2026-11-20T15:50:00Z"),
        ]
        assert agenda["calendar"][0] == {"day": "2026-11-22", "key_points": 2}
        assert agenda["calendar"][2] == {"day": "2026-11-24", "key_points": 1}
        assert (len(agenda["calendar"]), agenda["later"], agenda["practised"]) == (14, 0, 2)

    def test_for_people_groups_them_by_question_and_draws_two_weeks(
        self, coach: Coach, answer: Callable[..., str]
    ) -> None:
        answer(COVERED, MISSING, days_ago=4)
        out = coach("due").out
        assert out.count("遇到情绪失控的客户") == 1
        assert "q03.1" in out
        assert "coach feedback -q q03 -" in out
        assert "Sun 22" in out
        assert "Sat 5" in out

    def test_says_so_where_nothing_is_due(self, coach: Coach, answer: Callable[..., str]) -> None:
        answer(COVERED)
        assert "Nothing is due today." in coach("due").out

    def test_tells_of_key_points_that_have_left_the_banks(self, coach: Coach, answer: Callable[..., str]) -> None:
        answer(COVERED)
        answer(COVERED, question_id="shop:q01")
        for command in ("due", "progress"):
            assert "Left out, for they are in no bank any more: 1" in coach(command).out


class TestHistory:
    def test_for_scripts_holds_answers_and_role_plays_newest_first(
        self, coach: Coach, answer: Callable[..., str], role_play: Callable[..., str]
    ) -> None:
        old, played, new = answer(COVERED, MISSING, days_ago=9), role_play(ended=True), answer()
        rows = coach("history", "--json").json["history"]
        assert [(row["id"], row["kind"], row["score"], row["end"]) for row in rows] == [
            (new, "answer", None, None),
            (played, "roleplay", 0.62, "resolved_cold"),
            (old, "answer", 0.5, None),
        ]
        assert rows[0]["when"] == "2026-11-22T15:50:00Z"
        assert (rows[0]["question_id"], rows[1]["scenario_id"]) == ("q03", "late-cake")
        assert len(coach("history", "--limit", "2", "--json").json["history"]) == 2

    def test_for_people_shows_local_times_scores_and_how_it_ended(
        self, coach: Coach, answer: Callable[..., str], role_play: Callable[..., str]
    ) -> None:
        answer(COVERED, MISSING)
        role_play(ended=True)
        lines = coach("history").out.splitlines()
        assert lines[0].startswith("2026-11-22 ───")
        assert lines[1].split() == ["23:50", "answer", "50%", "q03", "问题", "q03"]
        assert lines[2].startswith("2026-11-19 ───")
        assert lines[3].startswith("23:50 role-play  62% No cake  Settled, but this customer")

    def test_puts_what_was_practised_in_one_sitting_under_one_rule(
        self, coach: Coach, answer: Callable[..., str]
    ) -> None:
        first, *_ = [answer(COVERED, days_ago=1 + minutes / 1440) for minutes in (50, 25, 0)]
        last = answer(COVERED)
        lines = coach("history").out.splitlines()
        assert ["───" in line for line in lines] == [True, False, True, False, False, False]
        rows = coach("history", "--limit", "2", "--json").json["history"]
        assert [row["session"] for row in rows] == [f"s-{last}", f"s-{first}"]

    def test_says_how_to_go_on_with_a_role_play(self, coach: Coach, role_play: Callable[..., str]) -> None:
        begun = role_play(ended=False)
        role_play(ended=True)
        out = coach("history").out
        assert "No cake  goes on" in out
        assert f"Go on: coach roleplay --resume {begun}\n" in out

    def test_refuses_a_limit_below_one(self, coach: Coach) -> None:
        assert coach("history", "--limit", "0").code == 2
