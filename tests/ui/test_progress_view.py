"""Progress under AppTest: nothing yet, nothing judged, pictures with their tables, weak points, the history."""

from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from coach.critique.feedback import Label
from coach.practice.progress import Progress
from coach.practice.record import Attempt, Choice, Practice
from tests.practice.histories import NOW, attempt
from tests.ui.one_page import leads_to, opened, text_of
from ui import session


def practised(*attempts: Attempt) -> None:
    session.coach().record.restore(Practice(answers=attempts))


def an_answer(*labels: Label, name: str = "a", days_ago: float = 400, own: dict[str, Label] | None = None) -> Attempt:
    return attempt(*labels, question_id="q03", days_ago=days_ago, own=own, name=name)


def pictures(app: AppTest) -> list[str]:
    """What each picture says to somebody who doesn't see it."""
    return [picture.proto.alt for picture in app.get("echarts_chart")]


def test_before_anything_was_practised_it_says_what_will_stand_here() -> None:
    app = opened("progress")
    assert "Nothing has been practised yet" in text_of(app)
    assert pictures(app) == []
    app.button(key="begin").click().run()
    assert "elsewhere: answer" in text_of(app)


def test_an_answer_that_nobody_judged_gives_no_figure_but_a_reason() -> None:
    practised(an_answer())
    app = opened("progress")
    assert "Mastery: –" in text_of(app)
    assert "none of its key points has come up yet" in text_of(app)
    assert "Your practice is kept" in text_of(app)
    assert "answer?attempt=a" in leads_to(app)
    assert pictures(app) == []


def test_each_picture_has_a_text_and_a_table() -> None:
    practised(an_answer(Label.COVERED, Label.PARTIAL, own={"q03.1": Label.COVERED, "q03.2": Label.COVERED}))
    app = opened("progress")
    topics, compared, due, scores = pictures(app)
    assert topics.startswith("Mastery by topic: Emotions and complaints ")
    assert compared.endswith("the same 50%, rated yourself higher 50%, rated yourself lower 0%")
    assert due == "Key points that become due: today 2"
    assert scores.startswith("Score by day, from 75%")
    tables = [one.value for one in app.markdown if one.value.startswith("|")]
    assert len(tables) == 4
    assert "none of its key points has come up yet" in tables[0]
    assert "| today | 2 |" in tables[2]


def test_the_two_judges_are_told_apart() -> None:
    offline = attempt(Label.MISSING, question_id="q03", days_ago=399, judge="offline", name="b")
    practised(offline, an_answer(Label.COVERED))
    (table,) = [one.value for one in opened("progress").markdown if "Judge" in one.value]
    assert "by the model" in table
    assert "text match, no model" in table.replace("\\", "")


def test_a_figure_that_is_not_there_gives_its_reason() -> None:
    practised(an_answer(Label.COVERED))
    app = opened("progress")
    assert "no key point has both a verdict and a rating of your own" in text_of(app)
    assert len(pictures(app)) == 3


def test_a_weak_point_is_one_tap_from_being_practised() -> None:
    practised(an_answer(Label.MISSING))
    app = opened("progress")
    assert "自己先稳住" in text_of(app)
    assert "answer?question=q03" in leads_to(app)


def test_what_is_due_is_practised_from_the_calendar() -> None:
    practised(an_answer(Label.MISSING))
    app = opened("progress")
    app.button(key="practise-due").click().run()
    assert "elsewhere: answer\nquestion=q03" in text_of(app)


def test_the_history_leads_to_everything_that_was_practised() -> None:
    practised(an_answer(Label.COVERED))
    role_play = session.coach().role_playing().begin("late-birthday-gift", seed=7)
    interview = session.coach().interviewing().begin(3, Choice.RANDOM, seed=1)
    app = opened("progress")
    wanted = {"answer?attempt=a", f"roleplay?id={role_play.id}", f"interview?id={interview.id}"}
    assert wanted <= leads_to(app)
    assert "goes on" in text_of(app)


def test_a_long_history_is_turned_over_page_by_page() -> None:
    practised(*(an_answer(Label.COVERED, name=f"a{number}", days_ago=100 + number) for number in range(25)))
    app = opened("progress")
    assert "answer?attempt=a0" in leads_to(app)
    assert "answer?attempt=a24" not in leads_to(app)
    app.get("pagination")[0].set_value(2).run()
    assert "answer?attempt=a24" in leads_to(app)


def test_what_was_practised_in_one_sitting_stands_together() -> None:
    later = an_answer(Label.COVERED, name="b").model_copy(update={"created": NOW - timedelta(days=400, minutes=-5)})
    practised(later, an_answer(Label.COVERED))
    days = [one.value for one in opened("progress").caption if one.value.endswith("2025")]
    assert len(days) == 1


def test_the_report_is_made_once_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    practised(an_answer(Label.COVERED))
    made: list[object] = []
    report = Progress.report
    monkeypatch.setattr(Progress, "report", lambda self, *args: made.append(args) or report(self, *args))
    opened("progress")
    assert len(made) == 1


def test_where_the_database_fails_the_page_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    monkeypatch.setenv("COACH_DATABASE_URL", f"sqlite:///{tmp_path}/file/coach.db")
    app = opened("progress")
    assert "The database does not work just now" in text_of(app)
    app.button(key="try-again").click().run()
    assert "The database does not work just now" in text_of(app)


def test_in_chinese_everything_is_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_LANGUAGE", "zh")
    practised(an_answer(Label.COVERED))
    app = opened("progress")
    assert "各主题的掌握程度" in text_of(app)
    assert pictures(app)[0].startswith("各主题的掌握程度：情绪与投诉")
