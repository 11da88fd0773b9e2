"""Home under AppTest: a newcomer, somebody who has practised, a day that is set, a database that fails."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from coach.critique.feedback import FollowUp, Label
from coach.practice.record import Attempt, Choice, Practice
from tests.openai_server import OpenAIServer
from tests.practice.histories import attempt
from tests.ui.one_page import leads_to, opened, text_of
from ui import session

LONG_AGO = 400

# Pydantic says this of LiteLLM's types, in the thread that warms the model up.
pytestmark = pytest.mark.filterwarnings("ignore:Items '.*' on TypedDict class '.*' are using the `ReadOnly` qualifier")


def practised(*attempts: Attempt) -> None:
    """These answers are in the record, the newest first."""
    session.coach().record.restore(Practice(answers=attempts))


def an_answer(*labels: Label, question: str = "q03", days_ago: float = LONG_AGO, follow_up: str = "") -> Attempt:
    made = attempt(*labels, question_id=question, days_ago=days_ago, name=f"{question}-{days_ago}")
    if not follow_up or made.feedback is None:
        return made
    asked = FollowUp(question=follow_up, key_point_id=f"{question}.1", source="template")
    return made.model_copy(update={"feedback": made.feedback.model_copy(update={"follow_up": asked})})


def test_a_newcomer_sees_a_first_question_and_a_mild_customer() -> None:
    app = opened("home")
    shown = text_of(app)
    assert "Good that you are here" in shown
    assert "How do you understand customer service at Alibaba?" in shown.replace("\\", "")
    assert "difficulty 1 of 5" in shown
    assert "It can't: understand free wording" in shown


def test_the_first_question_leads_to_its_answer() -> None:
    app = opened("home")
    app.button(key="first-question").click().run()
    assert "elsewhere: answer\nquestion=q01" in text_of(app)


def test_the_first_role_play_leads_to_its_card() -> None:
    app = opened("home")
    app.button(key="first-role-play").click().run()
    assert "elsewhere: roleplay\nscenario=" in text_of(app)


def test_with_a_model_its_name_stands_in_the_place_of_what_text_match_cannot_do(with_model: OpenAIServer) -> None:
    shown = text_of(opened("home"))
    assert "openai\\/test" in shown
    assert "It can't" not in shown


def test_what_is_due_is_counted_and_leads_to_the_question_that_waits_longest() -> None:
    practised(
        an_answer(Label.COVERED, Label.PARTIAL, question="q08", days_ago=LONG_AGO),
        an_answer(Label.MISSING, question="q05", days_ago=LONG_AGO + 90),
    )
    app = opened("home")
    assert "3 key points in 2 questions" in text_of(app)
    app.button(key="practise-due").click().run()
    assert "elsewhere: answer\nquestion=q05" in text_of(app)


def test_where_nothing_is_due_it_says_so() -> None:
    now = datetime.now(UTC)
    practised(an_answer(Label.COVERED).model_copy(update={"created": now}))
    app = opened("home")
    assert "Nothing is due today." in text_of(app)
    assert not [button for button in app.button if button.key == "practise-due"]


def test_where_nothing_is_due_a_question_that_was_never_answered_is_a_tap_away() -> None:
    practised(an_answer(Label.COVERED, question="q01").model_copy(update={"created": datetime.now(UTC)}))
    app = opened("home")
    app.button(key="first-question").click().run()
    assert "elsewhere: answer\nquestion=q02" in text_of(app)


def test_an_answer_that_nobody_judged_is_gone_on_with_first() -> None:
    practised(an_answer(question="q08", days_ago=LONG_AGO - 1), an_answer(Label.COVERED))
    app = opened("home")
    assert "not judged yet" in text_of(app)
    app.button(key="go-on-answer").click().run()
    assert f"elsewhere: answer\nattempt=q08-{LONG_AGO - 1}" in text_of(app)


def test_an_open_follow_up_of_the_newest_answer_is_offered() -> None:
    practised(an_answer(Label.PARTIAL, follow_up="之后呢？"))
    assert "A follow-up: 之后呢？" in text_of(opened("home")).replace("\\", "")


def test_an_older_follow_up_is_let_be() -> None:
    practised(an_answer(Label.COVERED, question="q08", days_ago=1), an_answer(Label.PARTIAL, follow_up="之后呢？"))
    assert "A follow-up" not in text_of(opened("home"))


def test_a_role_play_and_an_interview_are_gone_on_with_where_they_stopped() -> None:
    interview = session.coach().interviewing().begin(3, Choice.RANDOM, seed=1)
    role_play = session.coach().role_playing().begin("late-birthday-gift", seed=7)
    app = opened("home")
    shown = text_of(app)
    assert "0 of 3 questions answered" in shown
    assert "The birthday present that has not come" in shown
    app.button(key="go-on-roleplay").click().run()
    assert f"elsewhere: roleplay\nid={role_play.id}" in text_of(app)
    app = opened("home")
    app.button(key="go-on-interview").click().run()
    assert f"elsewhere: interview\nid={interview.id}" in text_of(app)


def test_what_has_ended_is_not_offered_again() -> None:
    playing = session.coach().role_playing()
    playing.quit(playing.begin("late-birthday-gift", seed=7))
    assert not [button for button in opened("home").button if button.key == "go-on-roleplay"]


def test_a_day_that_is_set_brings_a_plan() -> None:
    practised(an_answer(Label.PARTIAL))
    day = date.today() + timedelta(days=9)
    app = opened("home")
    app.date_input(key="interview-day").set_value(day).run()
    assert session.coach().record.preferences().interview == day
    shown = text_of(app)
    assert "9 days, 59 of 60 questions still new to you." in shown
    assert any(place.startswith("answer?question=") for place in leads_to(app))
    app.button(key="no-interview-day").click().run()
    assert session.coach().record.preferences().interview is None
    assert "days, " not in text_of(app)


def test_a_day_that_has_gone_by_is_asked_about() -> None:
    record = session.coach().record
    record.set_preferences(record.preferences().model_copy(update={"interview": date(2026, 1, 1)}))
    assert "has gone by" in text_of(opened("home"))


def test_where_the_database_fails_the_page_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    monkeypatch.setenv("COACH_DATABASE_URL", f"sqlite:///{tmp_path}/file/coach.db")
    app = opened("home")
    assert "The database does not work just now" in text_of(app)
    assert "settings?" in leads_to(app)
    app.button(key="try-again").click().run()
    assert "The database does not work just now" in text_of(app)


def test_in_chinese_everything_is_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_LANGUAGE", "zh")
    shown = text_of(opened("home"))
    assert "来了就好" in shown
    assert "Good that" not in shown
