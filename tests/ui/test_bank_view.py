"""The question bank under AppTest: topics, search, filters, pages, one question whole, a bank of one's own."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from coach.bank.question import Bank, Question, Source
from coach.critique.feedback import Label
from coach.errors import IndexUnavailable
from coach.practice.record import Practice
from tests.practice.histories import attempt
from tests.ui.one_page import leads_to, opened, text_of
from ui import session


def listed(app: AppTest) -> list[str]:
    """The questions on the page, in their order."""
    return [button.key.removeprefix("open-") for button in app.button if str(button.key).startswith("open-")]


@pytest.fixture
def some_practice() -> None:
    weak = attempt(Label.MISSING, Label.MISSING, question_id="q03", days_ago=400, name="weak")
    open_one = attempt(question_id="q08", days_ago=399, name="unjudged")
    session.coach().record.restore(Practice(answers=(open_one, weak)))


@pytest.fixture
def own_bank() -> None:
    question = Question(id="own:1", question="仓库着火了怎么办？", source=Source(kind="document"))
    session.coach().library.update("own", lambda _: Bank(name="own", questions=(question,)))


def test_all_questions_stand_on_pages_of_twelve() -> None:
    app = opened("bank")
    assert listed(app) == [f"q{number:02}" for number in range(1, 13)]
    assert "Questions: 60" in text_of(app)
    assert "not practised yet" in text_of(app)


def test_the_page_is_in_the_address() -> None:
    assert listed(opened("bank", page="5")) == [f"q{number}" for number in range(49, 61)]


@pytest.mark.parametrize("page", ["0", "99", "-1", "x", "²"])
def test_a_page_that_is_not_there_is_no_dead_end(page: str) -> None:
    assert listed(opened("bank", page=page))


def test_a_topic_is_chosen_and_kept_in_the_address() -> None:
    app = opened("bank", page="2")
    app.pills(key="bank-topic").set_value("退款与售后").run()
    assert len(listed(app)) == 3
    assert app.query_params["topic"] == "退款与售后"
    assert "page" not in app.query_params
    assert listed(opened("bank", topic="退款与售后")) == listed(app)


def test_an_unknown_topic_shows_all() -> None:
    assert len(listed(opened("bank", topic="没有的", show="nothing"))) == 12


def test_a_search_finds_by_what_happens_the_nearest_first() -> None:
    app = opened("bank")
    app.text_input(key="bank-search").set_value("客户在电话里破口大骂").run()
    assert listed(app)[0] == "q03"
    assert "the nearest first" in text_of(app)
    assert "Nearest wording" in text_of(app)


def test_a_search_without_a_result_leads_back_to_all() -> None:
    app = opened("bank", search="？！")
    assert "Nothing found" in text_of(app)
    app.button(key="bank-all").click().run()
    assert len(listed(app)) == 12
    assert "search" not in app.query_params


def test_where_the_index_fails_the_list_is_still_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise IndexUnavailable("no index")

    monkeypatch.setattr(session.coach().index, "search", broken)
    app = opened("bank", search="客户")
    assert "The search index does not work just now" in text_of(app)
    assert len(listed(app)) == 12


@pytest.mark.usefixtures("some_practice")
@pytest.mark.parametrize(("show", "found"), [("due", ["q03"]), ("weak", ["q03"])])
def test_a_filter_shows_what_is_due_or_weak(show: str, found: list[str]) -> None:
    app = opened("bank")
    app.segmented_control(key="bank-show").set_value(show).run()
    assert listed(app) == found
    assert app.query_params["show"] == show


@pytest.mark.usefixtures("some_practice")
def test_what_was_answered_is_left_out_of_the_unanswered_judged_or_not() -> None:
    app = opened("bank", show="unanswered")
    assert "Questions: 58" in text_of(app)
    assert not {"q03", "q08"} & set(listed(app))


def test_a_filter_that_finds_nothing_says_why() -> None:
    assert "Nothing here is due today." in text_of(opened("bank", show="due"))


def test_a_question_is_opened_and_the_way_back_leads_to_the_same_list() -> None:
    app = opened("bank", topic="退款与售后")
    first = listed(app)[0]
    app.button(key=f"open-{first}").click().run()
    assert app.query_params["question"] == first
    assert "Reference answer" in text_of(app)
    app.button(key="all-questions").click().run()
    assert len(listed(app)) == 3


@pytest.mark.usefixtures("some_practice")
def test_a_question_shows_its_reference_key_points_and_ones_own_answers() -> None:
    app = opened("bank", question="q03")
    shown = text_of(app)
    assert "我最先管的是自己" in shown
    assert "① " in shown
    assert {bar.proto.text for bar in app.get("progress")} == {":small[weak · 0%]"}
    assert "You have not answered" not in shown
    assert "answer?attempt=weak" in leads_to(app)
    app.button(key="answer-this").click().run()
    assert "elsewhere: answer\nquestion=q03" in text_of(app)


def test_a_question_that_is_not_there_is_no_dead_end() -> None:
    app = opened("bank", question="q99")
    assert "No bank has a reference for this question." in text_of(app)
    app.button(key="all-questions").click().run()
    assert len(listed(app)) == 12


@pytest.mark.usefixtures("own_bank")
def test_a_question_without_reference_is_marked_and_says_what_that_means() -> None:
    app = opened("bank", topic="own")
    assert listed(app) == ["own:1"]
    assert "no reference" in text_of(app)
    app = opened("bank", question="own:1")
    assert "Nobody has written down yet" in text_of(app)
    assert "import?" in leads_to(app)


def test_where_the_database_fails_the_page_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    monkeypatch.setenv("COACH_DATABASE_URL", f"sqlite:///{tmp_path}/file/coach.db")
    assert "The database does not work just now" in text_of(opened("bank"))


def test_in_chinese_everything_is_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_LANGUAGE", "zh")
    shown = text_of(opened("bank"))
    assert "请说说您怎样理解阿里巴巴的客户服务" in shown
    assert "not practised" not in shown
