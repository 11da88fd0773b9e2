"""What was practised, as files: everything typed is in each of them, and nothing in them is run."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.bank.question import Weight
from coach.critique.feedback import Evidence, Feedback, FollowUp, Label, Verdict, Versions
from coach.customer.turns import Intensity
from coach.evaluation.cases import AnswerCase, read_cases
from coach.language import Language
from coach.practice.exporting import FORMATS, Format, exported, selected
from coach.practice.record import (
    Attempt,
    Choice,
    Disagreement,
    FollowUpAnswer,
    Interview,
    InterviewQuestion,
    Practice,
    RolePlay,
)
from tests.practice.role_play_parts import SCENARIO, USAGE, debrief, exchange

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def attempt(answer: str = "先道歉", id_: str = "a1", score: float | None = 0.5) -> Attempt:
    verdict = Verdict(
        id="q03.1",
        text="先稳住",
        weight=Weight.VITAL,
        verdict=Label.COVERED,
        evidence=(Evidence(quote=answer, start=0, end=len(answer), status="verified"),),
    )
    versions = Versions(coach="0.1.0", judge="j", question="v", index="f", retrieved=())
    feedback = Feedback(
        question_id="q03", score=score, judge="llm", key_points=(verdict,), usage=USAGE, versions=versions
    )
    follow_up = FollowUp(question="然后呢？", key_point_id="q03.1", source="template")
    return Attempt(
        id=id_,
        created=NOW,
        question_id="q03",
        question="遇到情绪失控的客户，您如何处理？",
        answer=answer,
        feedback=feedback,
        follow_ups=(FollowUpAnswer(follow_up=follow_up, answer="再问清楚"),),
        self_ratings={"q03.1": Label.PARTIAL},
    )


def role_play(said: str = "您好", id_: str = "r1") -> RolePlay:
    return RolePlay(
        id=id_,
        created=NOW,
        scenario=SCENARIO,
        difficulty=3,
        seed=1,
        intensity=Intensity.FIRM,
        exchanges=(exchange(said),),
        pending="还没回的一句",
        debrief=debrief(),
    )


def interview(*answers: Attempt, id_: str = "i1", left_out: bool = True) -> Interview:
    questions = [InterviewQuestion(question_id="q03", question=one.question, attempt=one) for one in answers]
    open_ones = [InterviewQuestion(question_id="q04", question="还没问到的一题？")]
    skipped = [InterviewQuestion(question_id="q05", question="跳过的一题？", skipped=True)] if left_out else []
    return Interview(
        id=id_,
        created=NOW,
        choice=Choice.RANDOM,
        topic="情绪与投诉",
        seed=7,
        follow_ups=2,
        questions=(*questions, *skipped, *open_ones),
    )


def written(practice: Practice, form: Format, language: Language = "zh") -> str:
    return exported(practice, form, language, UTC, NOW)


class Texts(HTMLParser):
    """The text of a page, and its tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("form", ["json", "md", "html"])
def test_everything_that_was_typed_is_there(form: Format) -> None:
    page = written(Practice(answers=(attempt(),), role_plays=(role_play(),)), form)
    for text in ("先道歉", "再问清楚", "您好", "还没回的一句"):
        assert text in page


def test_json_holds_the_record_and_reads_back_the_same() -> None:
    practice = Practice(answers=(attempt(),), role_plays=(role_play(),), interviews=(interview(attempt()),))
    content = json.loads(written(practice, "json"))
    assert (content["format"], content["version"]) == ("interview-coach", 2)
    assert Practice.model_validate({key: content[key] for key in ("answers", "role_plays", "interviews")}) == practice


def test_csv_has_a_row_for_each_key_point() -> None:
    rows = list(csv.DictReader(io.StringIO(written(Practice(answers=(attempt(),), role_plays=(role_play(),)), "csv"))))
    assert [(row["kind"], row["key_point_id"], row["verdict"]) for row in rows] == [
        ("answer", "q03.1", "covered"),
        ("role_play", "q03.1", "covered"),
    ]
    assert rows[0]["self_rating"] == "partial"
    assert rows[0]["quote"] == "先道歉"


@pytest.mark.parametrize("answer", ["=1+1", "+86", "-2", "@cmd", "\t=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(answer: str) -> None:
    (row,) = csv.DictReader(io.StringIO(written(Practice(answers=(attempt(answer),)), "csv")))
    assert row["quote"] == f"'{answer}"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=40))
def test_an_answer_is_text_on_the_page_and_never_a_tag(answer: str) -> None:
    plain = Texts(written(Practice(answers=(attempt("x"),)), "html"))
    page = Texts(written(Practice(answers=(attempt(answer),)), "html"))
    assert page.tags == plain.tags
    assert answer in page.text


def test_a_script_in_an_answer_or_a_turn_is_not_run() -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    page = written(Practice(answers=(attempt(evil),), role_plays=(role_play(evil),)), "html")
    assert not {"script", "img"} & Texts(page).tags


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_practised_gives_a_file_that_can_be_read(form: Format) -> None:
    page = written(Practice(), form)
    assert page.strip() or form == "cases", "no line is no case"
    if form in ("md", "html"):
        assert "还没有练习记录。" in page


@pytest.mark.parametrize(("language", "text"), [("zh", "我的练习"), ("en", "My practice")])
@pytest.mark.parametrize("form", ["md", "html"])
def test_the_reader_s_language_is_used(form: Format, language: Language, text: str) -> None:
    assert text in written(Practice(answers=(attempt(),)), form, language)


def test_a_score_that_is_not_known_is_said_to_be_so() -> None:
    page = written(Practice(answers=(attempt(score=None),)), "md")
    assert "0%" not in page
    assert "无分数" in page


def test_the_trend_needs_two_scores() -> None:
    one, two = (attempt(id_="a1", score=0.2), attempt(id_="a2", score=0.8))
    assert "polyline" not in Texts(written(Practice(answers=(one,)), "html")).tags
    assert "polyline" in Texts(written(Practice(answers=(two, one)), "html")).tags


def test_one_answer_or_role_play_can_be_taken_alone() -> None:
    later = attempt(id_="a2").model_copy(update={"created": NOW + timedelta(hours=2)})
    practice = Practice(answers=(later, attempt()), role_plays=(role_play(),))
    assert [one.id for one in selected(practice, "a2").answers] == ["a2"]
    assert [one.id for one in selected(practice, "r1").role_plays] == ["r1"]
    assert selected(practice, "no such") == Practice()


def test_a_session_can_be_taken_alone() -> None:
    later = attempt(id_="a2").model_copy(update={"created": NOW + timedelta(hours=2)})
    practice = Practice(answers=(later, attempt()), role_plays=(role_play(),))
    found = selected(practice, "s-a1")
    assert ([one.id for one in found.answers], [one.id for one in found.role_plays]) == (["a1"], ["r1"])
    assert [one.id for one in selected(practice, "s-a2").answers] == ["a2"]
    assert selected(practice, "s-r1") == Practice()


def test_an_interview_is_taken_with_its_answers() -> None:
    within = attempt().model_copy(update={"interview": "i1", "place": 1})
    practice = Practice(answers=(within, attempt(id_="a2")), interviews=(interview(within), interview(id_="i2")))
    found = selected(practice, "i1")
    assert ([one.id for one in found.answers], [one.id for one in found.interviews]) == (["a1"], ["i1"])


@pytest.mark.parametrize("form", ["md", "html"])
def test_an_interview_shows_each_question_and_what_became_of_it(form: Format) -> None:
    page = written(Practice(answers=(attempt(),), interviews=(interview(attempt()),)), form)
    for text in ("模拟面试", "情绪与投诉", "跳过的一题？", "还没问到的一题？", "跳过", "没问到", "50%", "还没结束。"):
        assert text in page


def test_the_mean_of_an_interview_leaves_out_what_has_no_score() -> None:
    answers = [attempt(score=0.2), attempt(score=None), attempt(score=0.6)]
    page = written(Practice(interviews=(interview(*answers),)), "md")
    assert "得分: 40%" in page


def test_csv_names_the_interview_and_the_disagreement() -> None:
    held = {"q03.1": Disagreement(label=Label.MISSING, why="")}
    within = attempt().model_copy(update={"interview": "i1", "place": 1, "disagreements": held})
    (row,) = csv.DictReader(io.StringIO(written(Practice(answers=(within,)), "csv")))
    assert (row["interview"], row["verdict"], row["disagreement"]) == ("i1", "covered", "missing")


@pytest.mark.parametrize("form", ["md", "html"])
def test_a_disagreement_stands_with_its_reason_and_earlier_scores_beside_the_score(form: Format) -> None:
    held = {"q03.1": Disagreement(label=Label.MISSING, why="我没有这么说")}
    before = (attempt(score=0.25).feedback,)
    page = written(Practice(answers=(attempt().model_copy(update={"disagreements": held, "earlier": before}),)), form)
    assert "你不同意 (q03.1): 遗漏. 我没有这么说" in page
    assert "此前得分: 25%" in page


class TestCases:
    """For judges: what a person holds right instead of a verdict."""

    def disagreed(self, *points: str, answer: str = "先道歉", **changed: object) -> Attempt:
        held = {point: Disagreement(label=Label.PARTIAL, why="") for point in points}
        return attempt(answer).model_copy(update={"follow_ups": (), "disagreements": held, **changed})

    def cases(self, *answers: Attempt) -> list[object]:
        return [json.loads(line) for line in written(Practice(answers=answers), "cases").splitlines()]

    def test_hold_only_answers_and_points_that_were_disagreed_with(self) -> None:
        assert self.cases(attempt(), self.disagreed("q03.1")) == [
            {"id": "a1", "question": "q03", "answer": "先道歉", "labels": {"q03.1": {"label": "partial"}}}
        ]

    def test_leave_out_a_point_that_a_follow_up_asked_about(self) -> None:
        asked = attempt().follow_ups
        assert self.cases(self.disagreed("q03.1", follow_ups=asked)) == []
        (case,) = self.cases(self.disagreed("q03.1", "q03.2", follow_ups=asked))
        assert case == {"id": "a1", "question": "q03", "answer": "先道歉", "labels": {"q03.2": {"label": "partial"}}}

    @given(st.text(st.characters(exclude_categories=[]), min_size=1))
    def test_are_one_line_each_that_eval_reads(self, answer: str) -> None:
        text = written(Practice(answers=(self.disagreed("q03.1", answer=answer),)), "cases")
        with NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            (case,) = read_cases(Path(file.name), AnswerCase)
        assert case.answer == answer.encode("utf-8", "replace").decode("utf-8")
