"""The answer page under AppTest: what a person sees and what is kept, offline and with a model server."""

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from coach.adapters.sql_record import SqlRecord, sqlite_url
from coach.critique.feedback import Label
from coach.practice.record import Attempt
from tests.openai_server import OpenAIServer, critic_reply, reply, status

APP = str(Path(__file__).parent.parent.parent / "ui/app.py")
ANSWER = "我先深呼吸再开口，不跟他吵。然后让他把话说完，中间不打断。最后问清是哪一单。"

Page = Callable[..., AppTest]


@pytest.fixture
def page(data_dir: Path) -> Page:
    """Opens the page anew, as a browser does at an address."""

    def opened(**address: str) -> AppTest:
        st.cache_resource.clear()
        app = AppTest.from_file(APP, default_timeout=30)
        for name, value in address.items():
            app.query_params[name] = value
        return app.run()

    return opened


@pytest.fixture
def with_model(openai_server: OpenAIServer, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> OpenAIServer:
    monkeypatch.setenv("COACH_MODEL", "openai/test")
    monkeypatch.setenv("COACH_API_BASE", openai_server.url)
    monkeypatch.setenv("COACH_API_KEY", "none")
    monkeypatch.setenv("COACH_DEADLINE_SECONDS", "5")
    return openai_server


def attempts(data_dir: Path) -> list[Attempt]:
    return list(SqlRecord(sqlite_url(data_dir)).attempts(limit=100))


def text_of(app: AppTest) -> str:
    shown = [*app.title, *app.header, *app.subheader, *app.markdown, *app.caption, *app.info, *app.warning, *app.error]
    return "\n".join(str(element.value) for element in shown)


def answered(page: Page, text: str = ANSWER, question: str = "q03") -> AppTest:
    app = page(question=question)
    app.text_area(key=f"answer-{question}").set_value(text)
    app.button(key=f"submit-{question}").click().run()
    assert not app.exception
    return app


def test_a_newcomer_is_told_what_to_do_first(page: Page) -> None:
    app = page()
    assert not app.exception
    assert "Choose a question above" in text_of(app)
    assert "Without a model the coach matches wording" in text_of(app)


def test_a_question_is_chosen_from_the_box_and_stays_in_the_address(page: Page) -> None:
    app = page()
    app.selectbox(key="question").select("q08").run()
    assert app.query_params["question"] in ("q08", ["q08"])
    assert app.text_area(key="answer-q08").value == ""


def test_a_question_is_found_by_what_it_is_about(page: Page) -> None:
    app = page()
    app.text_input(key="search").set_value("客户在电话里破口大骂").run()
    app.button(key="found-q03").click().run()
    assert app.text_area(key="answer-q03").value == ""


def test_a_search_without_a_result_says_so(page: Page) -> None:
    app = page()
    app.text_input(key="search").set_value("？！").run()
    assert "Nothing found" in text_of(app)


def test_an_answer_is_kept_judged_and_its_evidence_marked_in_place(page: Page, data_dir: Path) -> None:
    app = answered(page)
    shown = text_of(app)
    assert ":green-background[" in shown
    assert "①" in shown
    (kept,) = attempts(data_dir)
    assert kept.answer == ANSWER
    assert kept.feedback is not None
    assert kept.feedback.verdict_on("q03.1").verdict is Label.COVERED


def test_a_reload_shows_the_same_again(page: Page, data_dir: Path) -> None:
    first = text_of(answered(page))
    again = page(attempt=attempts(data_dir)[0].id, question="q03")
    assert text_of(again) == first


def test_a_second_tab_with_the_attempt_alone_finds_its_question(page: Page, data_dir: Path) -> None:
    answered(page)
    app = page(attempt=attempts(data_dir)[0].id)
    assert app.selectbox(key="question").value == "q03"


def test_an_empty_answer_is_sent_back_kindly_and_nothing_is_kept(page: Page, data_dir: Path) -> None:
    app = answered(page, "   ")
    assert "nothing to judge yet" in text_of(app)
    assert attempts(data_dir) == []


def test_an_answer_that_is_too_long_is_kept_and_said_to_be(page: Page, data_dir: Path) -> None:
    app = answered(page, "我会先听他说完。" * 1000)
    assert "too long to be judged" in text_of(app)
    assert len(attempts(data_dir)[0].answer) == 8000


def test_words_are_shown_to_the_letter_whatever_they_hold(page: Page) -> None:
    hostile = "<script>alert(1)</script> **粗** :red[红] $x^2$ [链](http://evil) `码` # 题\n1. 我先听他说完"
    shown = text_of(answered(page, hostile))
    assert "\\<script\\>" in shown
    assert "\\*\\*粗\\*\\*" in shown
    assert "\\:red\\[红\\]" in shown
    assert "\\$x\\^2\\$" in shown


def test_an_open_point_can_be_rated_by_oneself_and_stays_rated(page: Page, data_dir: Path) -> None:
    app = answered(page)
    (kept,) = attempts(data_dir)
    assert kept.feedback is not None
    open_point = next(verdict for verdict in kept.feedback.key_points if verdict.verdict is Label.UNGRADED)
    rating = next(group for group in app.segmented_control if group.key == f"rate-{kept.id}-{open_point.id}")
    rating.set_value(Label.PARTIAL).run()
    assert attempts(data_dir)[0].self_ratings == {open_point.id: Label.PARTIAL}


def test_a_follow_up_is_answered_and_the_next_one_asked(page: Page, data_dir: Path) -> None:
    app = answered(page)
    (kept,) = attempts(data_dir)
    assert kept.feedback is not None
    assert kept.feedback.follow_up is not None
    app.text_area(key=f"follow-up-{kept.id}-0").set_value("我会请主管接手。")
    app.button(key=f"submit-follow-up-{kept.id}-0").click().run()
    (after,) = attempts(data_dir)
    assert [answered.answer for answered in after.follow_ups] == ["我会请主管接手。"]
    assert after.feedback is not None
    assert after.feedback.follow_up != kept.feedback.follow_up


def test_in_chinese_everything_is_chinese(page: Page) -> None:
    shown = text_of(page(language="zh"))
    assert "面试教练" in shown
    assert "Choose" not in shown


def test_with_a_model_its_name_stands_there_and_verdicts_come_from_it(
    page: Page, with_model: OpenAIServer, data_dir: Path
) -> None:
    with_model.script(reply(critic_reply))
    answered(page)
    (kept,) = attempts(data_dir)
    assert kept.feedback is not None
    assert kept.feedback.judge == "llm"
    assert len(with_model.chats()) >= 1


def test_where_the_model_fails_the_answer_stays_and_can_be_judged_again(
    page: Page, with_model: OpenAIServer, data_dir: Path
) -> None:
    with_model.otherwise = status(401)
    app = answered(page)
    assert "the model refused the request" in text_of(app)
    with_model.otherwise = reply(critic_reply)
    app.button(key="judge-again").click().run()
    newest, first = attempts(data_dir)
    assert newest.answer == first.answer == ANSWER
    assert newest.feedback is not None
    assert newest.feedback.score is not None


def test_where_the_database_fails_the_text_is_still_in_hand(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    monkeypatch.setenv("COACH_DATABASE_URL", f"sqlite:///{tmp_path}/file/coach.db")
    app = answered(page)
    assert "The database does not work just now" in text_of(app)
    assert app.text_area(key="answer-q03").value == ANSWER


def test_an_attempt_that_is_not_there_is_no_dead_end(page: Page) -> None:
    app = page(attempt="00000000-0000-0000-0000-000000000000", question="q03")
    assert not app.exception
    assert app.text_area(key="answer-q03").value == ""
