"""The answer page under AppTest: what a person sees and what is kept, offline and with a model server."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from coach.critique.feedback import Label
from coach.practice.record import Attempt, Disagreement
from tests.openai_server import OpenAIServer, critic_reply, reply, status
from tests.ui.one_page import opened, place_of, text_of
from ui import session

ANSWER = "我先深呼吸再开口，不跟他吵。然后让他把话说完，中间不打断。最后问清是哪一单。"

Page = Callable[..., AppTest]


@pytest.fixture
def page(data_dir: Path) -> Page:
    """Opens the page anew, as a browser does at an address."""
    return partial(opened, "answer")


def attempts() -> list[Attempt]:
    return list(session.coach().record.attempts(None))


def listed(app: AppTest, way: str) -> list[str]:
    """The questions that buttons lead to."""
    ids = [str(button.key).removeprefix(f"{way}-") for button in app.button if str(button.key).startswith(f"{way}-q")]
    assert all(one in session.questions() for one in ids)
    return ids


def answered(page: Page, text: str = ANSWER, question: str = "q03") -> AppTest:
    app = page(question=question)
    app.text_area(key=f"answer-{question}").set_value(text)
    app.button(key=f"submit-answer-{question}").click().run()
    assert not app.exception
    return app


def pressed(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def replying(**changed: Any) -> Callable[[dict[str, Any]], str]:
    """The critic's reply with some of it changed."""

    def text(body: dict[str, Any]) -> str:
        return json.dumps({**json.loads(critic_reply(body)), **changed}, ensure_ascii=False)

    return text


class TestChoosing:
    def test_a_newcomer_is_told_what_to_do_and_where_the_topics_are(self, page: Page) -> None:
        app = page()
        assert not app.exception
        assert "Choose a question" in text_of(app)
        assert "Without a model the coach matches wording" in text_of(app)
        assert len(app.button_group(key="topic").options) == 10

    def test_a_question_is_found_by_what_happens(self, page: Page) -> None:
        app = page()
        app.text_input(key="search").set_value("客户在电话里破口大骂").run()
        assert listed(app, "found")[0] == "q03"
        assert place_of(pressed(app, "found-q03"), "question") == "q03"

    def test_a_search_without_a_result_says_so(self, page: Page) -> None:
        app = page()
        app.text_input(key="search").set_value("？！").run()
        assert "Nothing found" in text_of(app)

    def test_a_topic_lists_its_questions_and_stays_in_the_address(self, page: Page) -> None:
        app = page(topic="自我管理")
        assert len(listed(app, "ask")) == 2
        assert place_of(app, "topic") == "自我管理"

    def test_the_coach_takes_the_first_question_that_was_never_answered(self, page: Page) -> None:
        session.coach().answering().submit("q01", ANSWER)
        app = pressed(page(), "ask-next")
        assert place_of(app, "question") == "q02"

    def test_a_random_question_is_one_of_the_bank(self, page: Page) -> None:
        app = pressed(page(), "ask-random")
        assert place_of(app, "question") in session.questions()

    def test_a_question_that_no_bank_holds_is_no_dead_end(self, page: Page) -> None:
        app = page(question="§§§")
        assert "No bank has a reference" in text_of(app)
        assert place_of(pressed(app, "other-question"), "question") is None

    def test_an_answer_that_is_not_there_is_no_dead_end(self, page: Page) -> None:
        app = page(attempt="00000000-0000-0000-0000-000000000000", question="q03")
        assert "This answer is not here" in text_of(app)
        assert app.text_area(key="answer-q03").value == ""


class TestWriting:
    def test_a_draft_is_there_again(self, page: Page) -> None:
        session.coach().record.set_draft("answer-q03", "我先听")
        assert page(question="q03").text_area(key="answer-q03").value == "我先听"

    def test_a_submitted_answer_leaves_no_draft(self, page: Page) -> None:
        session.coach().record.set_draft("answer-q03", "我先听")
        answered(page)
        assert session.coach().record.draft("answer-q03") == ""

    def test_an_empty_answer_is_sent_back_kindly_and_nothing_is_kept(self, page: Page) -> None:
        app = answered(page, "   ")
        assert "nothing to judge yet" in text_of(app)
        assert attempts() == []

    def test_an_answer_that_is_too_long_stays_in_the_text_area_and_as_a_draft(self, page: Page) -> None:
        long = "我会先听他说完。" * 1000
        app = answered(page, long)
        assert "8000 characters" in text_of(app)
        assert app.text_area(key="answer-q03").value == long
        assert session.coach().record.draft("answer-q03") == long
        assert attempts() == []

    def test_the_clock_is_in_the_address_and_goes_away_again(self, page: Page) -> None:
        app = page(question="q03")
        app.toggle(key="timed").set_value(True).run()
        since = place_of(app, "clock")
        assert since is not None
        assert page(question="q03", clock=since).toggle(key="timed").value
        app.toggle(key="timed").set_value(False).run()
        assert place_of(app, "clock") is None

    @pytest.mark.parametrize("clock", ["soon", "-1", "²"])
    def test_a_clock_that_is_no_time_is_none(self, page: Page, clock: str) -> None:
        assert not page(question="q03", clock=clock).toggle(key="timed").value

    def test_where_the_database_fails_the_text_is_still_in_hand(
        self, page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "file").write_text("not a folder", "utf-8")
        app = page(question="q03")
        monkeypatch.setattr(session.coach(), "record", broken_record(tmp_path))
        app.text_area(key="answer-q03").set_value(ANSWER)
        app.button(key="submit-answer-q03").click().run()
        assert "The database does not work just now" in text_of(app)
        assert app.text_area(key="answer-q03").value == ANSWER


def broken_record(folder: Path) -> Any:
    from coach.adapters.sql_record import SqlRecord

    return SqlRecord(f"sqlite:///{folder}/file/coach.db")


class TestFeedback:
    def test_an_answer_is_kept_judged_and_its_evidence_marked_in_place(self, page: Page) -> None:
        shown = text_of(answered(page))
        assert ":green-background[" in shown
        assert "①" in shown
        (kept,) = attempts()
        assert kept.answer == ANSWER
        assert kept.feedback is not None
        assert kept.feedback.verdict_on("q03.1").verdict is Label.COVERED

    def test_a_reload_shows_the_same_and_asks_no_model_again(self, page: Page, with_model: OpenAIServer) -> None:
        with_model.otherwise = reply(critic_reply)
        first = text_of(answered(page))
        asked = len(with_model.chats())
        assert text_of(page(attempt=attempts()[0].id)) == first
        assert len(with_model.chats()) == asked

    def test_words_are_shown_to_the_letter_whatever_they_hold(self, page: Page) -> None:
        hostile = "<script>alert(1)</script> **粗** :red[红] $x^2$ [链](http://evil) `码` # 题\n1. 我先听他说完"
        shown = text_of(answered(page, hostile))
        assert "\\<script\\>" in shown
        assert "\\*\\*粗\\*\\*" in shown
        assert "\\:red\\[红\\]" in shown
        assert "\\$x\\^2\\$" in shown

    def test_the_words_of_one_verdict_light_up_alone_and_all_again(self, page: Page) -> None:
        app, (kept,) = answered(page), attempts()
        everything = app.markdown[answer_place(app)].value
        pressed(app, f"light-{kept.id}-q03.2")
        alone = app.markdown[answer_place(app)].value
        assert everything.count("-background[") > alone.count("-background[") == 1
        assert alone.index("②") > alone.index("把话说完")
        pressed(app, "all-marks")
        assert app.markdown[answer_place(app)].value == everything

    def test_an_open_point_can_be_rated_by_oneself_and_stays_rated(self, page: Page) -> None:
        app, (kept,) = answered(page), attempts()
        assert kept.feedback is not None
        point = next(one for one in kept.feedback.key_points if one.verdict is Label.UNGRADED)
        app.button_group(key=f"rate-{kept.id}-{point.id}").set_value(Label.PARTIAL).run()
        assert attempts()[0].self_ratings == {point.id: Label.PARTIAL}

    def test_a_disagreement_is_kept_shown_and_taken_back(self, page: Page) -> None:
        app, (kept,) = answered(page), attempts()
        key = f"{kept.id}-q03.1"
        app.radio(key=f"label-{key}").set_value(Label.PARTIAL)
        app.text_input(key=f"why-{key}").set_value("只说了一半")
        pressed(app, f"save-{key}")
        assert attempts()[0].disagreements == {"q03.1": Disagreement(label=Label.PARTIAL, why="只说了一半")}
        assert "You see it differently: **partial**" in text_of(app)
        pressed(app, f"back-{key}")
        assert attempts()[0].disagreements == {}

    def test_a_follow_up_is_answered_and_the_next_one_asked(self, page: Page) -> None:
        app, (kept,) = answered(page), attempts()
        assert kept.feedback is not None
        place = f"follow-up-{kept.id}-0"
        app.text_area(key=place).set_value("我会请主管接手。")
        pressed(app, f"submit-{place}")
        (after,) = attempts()
        assert [one.answer for one in after.follow_ups] == ["我会请主管接手。"]
        assert after.feedback is not None
        assert after.feedback.follow_up != kept.feedback.follow_up
        assert "After your last answer:" in text_of(app)

    def test_the_better_version_is_shown_as_changes_or_as_it_reads(self, page: Page, with_model: OpenAIServer) -> None:
        better = ANSWER.replace("不跟他吵", "自己稳住")
        with_model.otherwise = reply(replying(rewrite=better))
        app, (kept,) = answered(page), attempts()
        assert ":gray[~~不跟他吵~~]:green-background[**自己稳住**]" in text_of(app)
        app.toggle(key=f"changes-{kept.id}").set_value(False).run()
        assert "~~" not in text_of(app)
        assert better in text_of(app)

    def test_the_next_question_is_one_that_was_never_answered(self, page: Page) -> None:
        app = pressed(answered(page), "next")
        assert place_of(app, "question") not in ("q03", None)
        assert place_of(app, "attempt") is None

    def test_the_same_question_can_be_practised_again(self, page: Page) -> None:
        app = pressed(answered(page), "again")
        assert app.text_area(key="answer-q03").value == ""

    def test_an_answer_that_was_kept_elsewhere_and_is_too_long_can_be_shortened(self, page: Page) -> None:
        long = "我会先听他说完。" * 1000
        kept = session.coach().record.add_attempt("q03", "遇到情绪失控的客户？", long)
        app = page(attempt=kept.id)
        assert "What you wrote is kept" in text_of(app)
        pressed(app, "shorten")
        assert app.text_area(key="answer-q03").value == long

    def test_in_chinese_everything_is_chinese(self, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COACH_LANGUAGE", "zh")
        st.cache_resource.clear()
        shown = text_of(answered(page))
        assert "参考答案" in shown
        assert "Follow-up" not in shown


class TestRatingFirst:
    @pytest.fixture
    def rating(self, page: Page) -> AppTest:
        app = page(question="q03")
        app.toggle(key="first").set_value(True).run()
        app.text_area(key="answer-q03").set_value(ANSWER)
        return pressed(app, "submit-answer-q03")

    def test_no_verdict_is_shown_before_the_candidate_asks_for_it(self, rating: AppTest) -> None:
        assert place_of(rating, "rate") == "1"
        assert not rating.metric
        assert "-background[" not in text_of(rating)

    def test_afterwards_a_verdict_has_the_own_rating_beside_it_where_they_differ(self, rating: AppTest) -> None:
        (kept,) = attempts()
        for point, label in (("q03.1", Label.COVERED), ("q03.2", Label.MISSING)):
            rating.button_group(key=f"rate-{kept.id}-{point}").set_value(label).run()
        pressed(rating, "show-verdicts")
        shown = text_of(rating)
        assert "You: missing" in shown
        assert "You: covered" not in shown
        assert "agree on 1 of 2" in shown

    def test_the_wish_is_kept(self, rating: AppTest) -> None:
        assert session.coach().record.preferences().rate_first


class TestWithAModel:
    def test_verdicts_come_from_it(self, page: Page, with_model: OpenAIServer) -> None:
        with_model.otherwise = reply(critic_reply)
        answered(page)
        (kept,) = attempts()
        assert kept.feedback is not None
        assert kept.feedback.judge == "llm"

    def test_where_it_fails_nothing_is_scored_and_it_can_be_asked_again(
        self, page: Page, with_model: OpenAIServer
    ) -> None:
        with_model.otherwise = status(401)
        app = answered(page)
        assert "The model could not judge your answer" in text_of(app)
        assert "the model refused the request" in text_of(app)
        assert not app.metric
        with_model.otherwise = reply(critic_reply)
        pressed(app, "judge-again")
        (kept,) = attempts()
        assert kept.feedback is not None
        assert kept.feedback.score is not None
        assert "What changed" not in [box.label for box in app.expander]

    def test_another_judgement_shows_what_it_changed(self, page: Page, with_model: OpenAIServer) -> None:
        with_model.otherwise = reply(critic_reply)
        app = answered(page)
        with_model.otherwise = reply(
            replying(key_points=[{**point, "verdict": "missing", "evidence": []} for point in points(with_model)])
        )
        pressed(app, "judge-again")
        assert "covered → **missing**" in text_of(app)
        assert len(attempts()[0].earlier) == 1

    def test_where_another_judgement_fails_the_one_before_stays_and_it_can_be_asked_once_more(
        self, page: Page, with_model: OpenAIServer
    ) -> None:
        with_model.otherwise = reply(critic_reply)
        app = answered(page)
        (before,) = attempts()
        with_model.otherwise = status(401)
        pressed(app, "judge-again")
        assert "the judgement before stays" in text_of(app)
        assert attempts() == [before]
        with_model.otherwise = reply(critic_reply)
        pressed(app, "judge-again")
        assert len(attempts()[0].earlier) == 1
        assert "It could not be judged again" not in text_of(app)

    def test_a_judgement_that_was_stopped_begins_only_when_it_is_wished(
        self, page: Page, with_model: OpenAIServer
    ) -> None:
        kept = session.coach().record.add_attempt("q03", "遇到情绪失控的客户？", ANSWER)
        app = page(attempt=kept.id, stopped="1")
        assert "Stopped. Your answer is kept" in text_of(app)
        assert not with_model.chats()
        with_model.otherwise = reply(critic_reply)
        pressed(app, "go-on")
        assert attempts()[0].feedback is not None


def points(server: OpenAIServer) -> list[dict[str, Any]]:
    """What the critic said of each key point when it was asked first."""
    return json.loads(critic_reply(server.chats()[0].body))["key_points"]


def answer_place(app: AppTest) -> int:
    """Where the answer stands among the texts of the page."""
    return next(
        place for place, one in enumerate(app.markdown) if "深呼吸" in one.value and not one.value.startswith(">")
    )
