"""The mock interview under AppTest: setting it up, each step of its course, what stands in its way, and the report."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from coach.adapters.sql_record import SqlRecord, sqlite_url
from coach.language import Sentence
from coach.practice.interview import Judging, Over, next_step
from coach.practice.record import Choice, Interview, Record
from coach.practice.work import Failed, Finished, Job, News
from tests.openai_server import OpenAIServer, critic_reply, reply, status
from tests.ui.one_page import leads_to, opened, text_of
from ui import session
from ui.components.markup import plain
from ui.components.span import span
from ui.views.interview_report import report_file

ANSWER = "我先深呼吸再开口，不跟他吵。然后让他把话说完，中间不打断。最后问清是哪一单。"

Page = Callable[..., AppTest]


@pytest.fixture
def page(data_dir: Path) -> Page:
    """Opens the page anew, as a browser does at an address."""
    return partial(opened, "interview")


def begun(
    *question_ids: str, follow_ups: int = 0, seconds: int | None = None, record: Record | None = None
) -> Interview:
    known = {one.id: one for bank in session.coach().library.banks() for one in bank.questions}
    questions = [known[question_id] for question_id in question_ids or ("q03", "q08")]
    of = record or session.coach().record
    return of.add_interview(questions, Choice.RANDOM, "", 7, follow_ups, seconds)


def kept(interview: Interview) -> Interview:
    found = session.coach().record.interview(interview.id)
    assert found is not None
    return found


def say(app: AppTest, place: str, text: str = ANSWER) -> AppTest:
    app.text_area(key=place).set_value(text)
    app.button(key=f"submit-{place}").click().run()
    assert not app.exception
    return app


def place(interview: Interview, *numbers: int) -> str:
    return "/".join(["interview", interview.id, *map(str, numbers)])


def areas(app: AppTest) -> list[str | None]:
    return [area.key for area in app.text_area]


def wording(question_id: str) -> str:
    known = {one.id: one for bank in session.coach().library.banks() for one in bank.questions}
    return plain(known[question_id].question_en)


def over(page: Page, *texts: str) -> tuple[Interview, AppTest]:
    """An interview that is over, at its report; an empty text skips."""
    interview = begun()
    app = page(id=interview.id)
    for number, text in enumerate(texts, 1):
        if text:
            say(app, place(interview, number), text)
        else:
            app.button(key="leave-out").click().run()
    if len(texts) < len(interview.questions):
        app.button(key="end").click().run()
    assert not app.exception
    return interview, app


def test_an_interview_is_set_up_and_its_address_leads_back(page: Page) -> None:
    app = page()
    app.slider(key="count").set_value(3)
    app.segmented_control(key="seconds").set_value(120)
    app.segmented_control(key="follow-ups").set_value(1)
    app.number_input(key="seed").set_value(11).run()
    app.button(key="begin").click().run()
    (interview,) = session.coach().record.interviews(None)
    assert (len(interview.questions), interview.seconds, interview.follow_ups, interview.seed) == (3, 120, 1, 11)
    assert areas(app) == areas(page(id=interview.id)) == [place(interview, 1)]


def test_a_topic_with_fewer_questions_says_so_before_it_begins(page: Page) -> None:
    app = page()
    app.slider(key="count").set_value(20)
    topics = app.selectbox(key="interview-topic")
    app = topics.set_value("服务理念").run()
    assert "it will be shorter" in text_of(app)
    app.button(key="begin").click().run()
    (interview,) = session.coach().record.interviews(None)
    assert interview.topic == "服务理念"
    assert len(interview.questions) < 20


def test_one_question_stands_there_alone_with_its_place(page: Page) -> None:
    interview = begun()
    app = page(id=interview.id)
    assert "Question 1 of 2" in text_of(app)
    assert [one.value for one in app.header] == [wording("q03")]
    say(app, place(interview, 1))
    assert "Question 2 of 2" in text_of(app)
    assert [one.value for one in app.header] == [wording("q08")]


def test_no_verdict_is_seen_before_the_end(page: Page) -> None:
    interview = begun(follow_ups=1)
    app = page(id=interview.id)
    say(app, place(interview, 1))
    assert kept(interview).questions[0].attempt is not None
    assert not app.metric
    assert "-badge[" not in text_of(app)
    assert "-background[" not in text_of(app)


def test_a_follow_up_is_asked_under_the_answer_and_the_answer_to_it_is_kept(page: Page) -> None:
    interview = begun("q03", follow_ups=1)
    app = page(id=interview.id)
    say(app, place(interview, 1))
    assert areas(app) == [place(interview, 1, 1)]
    assert "我先深呼吸再开口" in text_of(app)
    say(app, place(interview, 1, 1), "我会请主管接手。")
    attempt = kept(interview).questions[0].attempt
    assert attempt is not None
    assert [one.answer for one in attempt.follow_ups] == ["我会请主管接手。"]
    assert "Your interview" in text_of(app)


def test_a_declined_follow_up_ends_its_question(page: Page) -> None:
    interview = begun(follow_ups=2)
    app = page(id=interview.id)
    say(app, place(interview, 1))
    app.button(key="leave-out").click().run()
    assert areas(app) == [place(interview, 2)]


def test_a_skipped_question_is_no_nought(page: Page) -> None:
    interview, app = over(page, "", ANSWER)
    assert kept(interview).questions[0].skipped
    assert "skipped: 1" in text_of(app)
    assert "Questions answered: 1 / 2" in text_of(app)


def test_what_was_written_is_not_skipped_by_one_tap(page: Page) -> None:
    interview = begun()
    session.coach().record.set_draft(place(interview, 1), "我先")
    app = page(id=interview.id)
    assert app.text_area(key=place(interview, 1)).value == "我先"
    app.button(key="leave-out").click().run()
    assert "What you wrote will not count." in text_of(app)
    assert not kept(interview).questions[0].skipped
    app.button(key="leave-out").click().run()
    assert kept(interview).questions[0].skipped


def test_an_empty_answer_is_sent_back_kindly(page: Page) -> None:
    interview = begun()
    app = say(page(id=interview.id), place(interview, 1), "   ")
    assert "nothing to judge yet" in text_of(app)
    assert kept(interview).questions[0].attempt is None


def test_an_answer_above_the_limit_stays_to_be_shortened(page: Page) -> None:
    interview = begun()
    long = "我会先听他说完。" * 1001
    app = say(page(id=interview.id), place(interview, 1), long)
    assert "8008 characters" in text_of(app)
    assert kept(interview).questions[0].attempt is None
    assert page(id=interview.id).text_area(key=place(interview, 1)).value == long


@pytest.mark.parametrize(("seconds", "clocks"), [(None, 0), (60, 1)])
def test_the_clock_is_there_where_one_was_chosen(page: Page, seconds: int | None, clocks: int) -> None:
    interview = begun(seconds=seconds)
    app = page(id=interview.id)
    shown = [one for one in app.get("bidi_component") if one.proto.component_name.endswith("clock")]
    assert len(shown) == clocks


def test_the_clock_runs_from_when_the_question_was_first_shown_and_a_late_answer_counts(
    page: Page, data_dir: Path
) -> None:
    earlier = SqlRecord(sqlite_url(data_dir), clock=lambda: datetime.now(UTC) - timedelta(seconds=90))
    interview = begun("q03", seconds=60, record=earlier)
    earlier.ask(interview.id, 1)
    asked = kept(interview).questions[0].asked
    app = page(id=interview.id)
    assert kept(interview).questions[0].asked == asked
    say(app, place(interview, 1))
    shown = text_of(app)
    assert "over time: 1" in shown
    assert "over by 0:3" in "\n".join([shown, *(one.label for one in app.expander)])


def test_leaving_keeps_everything_and_the_list_leads_back(page: Page) -> None:
    interview = begun()
    app = say(page(id=interview.id), place(interview, 1))
    app.button(key="later").click().run()
    assert "id" not in app.query_params
    assert "1 of 2 questions answered" in text_of(app)
    app.button(key=f"go-on-{interview.id}").click().run()
    assert areas(app) == [place(interview, 2)]


def test_ending_it_early_gives_the_report_on_what_was_answered(page: Page) -> None:
    interview, app = over(page, ANSWER)
    assert kept(interview).ended is not None
    assert "not reached: 1" in text_of(app)
    attempt = kept(interview).questions[0].attempt
    assert attempt is not None
    assert attempt.feedback is not None


def test_the_report_leads_to_practice_to_each_answer_and_to_another_interview(page: Page) -> None:
    interview, app = over(page, ANSWER, "")
    attempt = kept(interview).questions[0].attempt
    assert attempt is not None
    assert {f"answer?attempt={attempt.id}", "answer?question=q08"} <= leads_to(app)
    app.button(key="another").click().run()
    assert "A new interview" in text_of(app)
    app.button(key=f"report-{interview.id}").click().run()
    assert "Your interview" in text_of(app)


def test_the_same_questions_can_be_asked_again(page: Page) -> None:
    interview = session.coach().interviewing().begin(2, Choice.RANDOM, 7, follow_ups=0)
    session.coach().interviewing().end(interview)
    app = page(id=interview.id)
    app.button(key="same-again").click().run()
    newest, first = session.coach().record.interviews(None)
    assert [one.question_id for one in newest.questions] == [one.question_id for one in first.questions]
    assert areas(app) == [place(newest, 1)]


def test_where_nothing_was_answered_the_report_says_so(page: Page) -> None:
    _interview, app = over(page, "", "")
    assert "no question was answered" in text_of(app)
    assert not app.get("download_button")


def test_the_download_holds_this_interview_alone(page: Page) -> None:
    interview, app = over(page, ANSWER, "")
    over(page, "别的一场里说的话", "")
    text = report_file(session.coach().record, interview.id, "zh")
    assert app.get("download_button")
    assert "我先深呼吸再开口" in text
    assert "别的一场里说的话" not in text


def test_a_model_judges_and_what_to_practise_first_is_one_tap_away(page: Page, with_model: OpenAIServer) -> None:
    with_model.otherwise = reply(critic_reply)
    interview, app = over(page, ANSWER, ANSWER)
    assert next_step(kept(interview)) == Over()
    assert any(one.label == "Score" for one in app.metric)
    assert "Practise these first" in text_of(app)
    assert "answer?question=q03" in leads_to(app) or "answer?question=q08" in leads_to(app)


def test_where_the_model_fails_the_interview_goes_on_and_nothing_counts(page: Page, with_model: OpenAIServer) -> None:
    with_model.otherwise = status(401)
    interview, app = over(page, ANSWER, "")
    assert "without a score: 1" in text_of(app)
    assert "This answer could not be judged" in text_of(app)
    attempt = kept(interview).questions[0].attempt
    assert attempt is not None
    assert f"answer?attempt={attempt.id}" in leads_to(app)


def test_where_the_model_fails_on_a_follow_up_the_verdict_before_stays(page: Page, with_model: OpenAIServer) -> None:
    with_model.script(reply(critic_reply))
    with_model.otherwise = status(401)
    interview = begun("q03", follow_ups=1)
    app = say(page(id=interview.id), place(interview, 1))
    say(app, place(interview, 1, 1), "我会请主管接手。")
    assert "Your interview" in text_of(app)
    assert "unchanged" in text_of(app)


def stand_still(monkeypatch: pytest.MonkeyPatch, news: News) -> None:
    """Jobs that do nothing and end at once."""

    def ended(self: object, job_id: str, after: int = 0, tick: float = 0.5) -> list[News]:
        return [news]

    def started(self: object, job: Job) -> str:
        return job.id

    monkeypatch.setattr("coach.adapters.dbos_jobs.DbosJobs.start", started)
    monkeypatch.setattr("coach.adapters.dbos_jobs.DbosJobs.follow", ended)


@pytest.mark.parametrize("news", [Failed(fault="UnknownQuestion", message=Sentence.of("gone")), Finished()])
def test_what_can_never_be_judged_is_left_as_it_is(
    page: Page, monkeypatch: pytest.MonkeyPatch, news: Failed | Finished
) -> None:
    stand_still(monkeypatch, news)
    interview, app = over(page, ANSWER, ANSWER)
    assert [one.moved_on for one in kept(interview).questions] == [True, True]
    assert "without a score: 2" in text_of(app)


def test_a_judgement_that_broke_off_can_be_tried_again_or_done_without(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        stand_still(patched, Failed(fault="RecordUnavailable", message=Sentence.of("it stood still")))
        interview = begun("q03")
        app = say(page(id=interview.id), place(interview, 1))
        assert "it stood still" in text_of(app)
        assert isinstance(next_step(kept(interview)), Judging)
        attempt = kept(interview).questions[0].attempt
        assert attempt is not None
        app.button(key=f"without-{attempt.id}").click().run()
    assert kept(interview).questions[0].moved_on
    assert "Your interview" in text_of(app)


def test_words_for_a_question_that_another_window_answered_are_shown_again(page: Page) -> None:
    interview = begun()
    here, there = page(id=interview.id), page(id=interview.id)
    say(there, place(interview, 1), "另一个窗口的话")
    say(here, place(interview, 1), "这个窗口的话")
    assert "went on in another window" in text_of(here)
    assert "这个窗口的话" in text_of(here)
    assert areas(here) == [place(interview, 2)]
    say(here, place(interview, 2))
    assert "这个窗口的话" not in text_of(here)


def test_an_interview_that_is_not_there_is_no_dead_end(page: Page) -> None:
    app = page(id="00000000-0000-0000-0000-000000000000")
    assert "This interview is not here" in text_of(app)
    assert app.button(key="begin")


def test_where_the_database_fails_the_page_says_so(page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    monkeypatch.setenv("COACH_DATABASE_URL", f"sqlite:///{tmp_path}/file/coach.db")
    app = page()
    assert "The database does not work just now" in text_of(app)
    assert app.button(key="try-again")


def test_in_chinese_everything_is_chinese(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_LANGUAGE", "zh")
    assert "开始一场新的面试" in text_of(page())
    _interview, app = over(page, ANSWER, "")
    assert "你的面试报告" in text_of(app)
    assert "跳过 1 题" in text_of(app)


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (59.9, "0:59"), (150, "2:30"), (3725, "1:02:05")])
def test_a_span_of_time_is_read_at_a_glance(seconds: float, text: str) -> None:
    assert span(seconds) == text
