"""The reports of `coach eval`: each figure counts what its name says."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from coach.bank.index import Document, Found, Kind, ReferenceAnswer
from coach.bank.question import KeyPoint
from coach.chat import ScriptedModel
from coach.critique.critic import Critic
from coach.critique.feedback import Label
from coach.critique.offline import OfflineJudge
from coach.errors import InputError
from coach.evaluation.answers import answer_report, judge_cases
from coach.evaluation.cases import AnswerCase, PointLabel, QueryCase, read_cases
from coach.evaluation.retrieval import retrieval_report, run_queries

POINTS = tuple(
    KeyPoint(id=f"q01.{n}", text=text) for n, text in enumerate(("道歉", "问清订单", "给出时限", "转主管"), 1)
)
REFERENCE = ReferenceAnswer(
    question_id="q01", question="怎么处理投诉？", topic="", text="", key_points=POINTS, version="v", fingerprint="f"
)
ANSWER = "我会先说声对不起。订单我不问。明天给答复。"


def case(labels: Sequence[Label], **more: object) -> AnswerCase:
    named = {point.id: PointLabel(label=label) for point, label in zip(POINTS, labels, strict=True)}
    return AnswerCase.model_validate({"id": "a", "question": "q01", "answer": ANSWER, "labels": named, **more})


def reply(*said: tuple[str, str]) -> str:
    points = [
        {
            "key_point_id": point.id,
            "evidence": [{"sentence": 1, "quote": quote}] if quote else [],
            "why": "",
            "verdict": verdict,
            "missing_part": "一半" if verdict == "partial" else "",
            "advice": "",
        }
        for point, (verdict, quote) in zip(POINTS, said, strict=True)
    ]
    return json.dumps({"key_points": points, "strengths": [], "rewrite": "", "follow_up": None}, ensure_ascii=False)


SAID = (("covered", "对不起"), ("covered", "订单我不问"), ("partial", "明天给答复"), ("missing", ""))
TRUTH = (Label.COVERED, Label.CONTRADICTED, Label.COVERED, Label.PARTIAL)
NO_QUESTION = '{"question": "?"}'


def test_each_figure_counts_what_its_name_says() -> None:
    judged = judge_cases([case(TRUTH)], Critic(ScriptedModel([reply(*SAID), NO_QUESTION])), lambda _: REFERENCE, 10)
    report = answer_report(judged)
    figures = report.overall
    assert (figures.cases, figures.pairs) == (1, 4)
    assert figures.coverage.value == 1
    assert figures.precision_supported.value == pytest.approx(2 / 3), "covered, partial right; the contradicted one not"
    assert figures.found_supported.value == pytest.approx(2 / 3)
    assert figures.false_cover.value == 1, "the one point that is not supported was called covered"
    assert figures.wrongly_contradicted.value == 0
    assert figures.partial_share.value == pytest.approx(1 / 4)
    assert report.confusion["covered"] == {"covered": 1, "partial": 1, "missing": 0, "contradicted": 0, "ungraded": 0}
    assert report.quotes == {"verified": 3, "repaired": 0, "dropped": 0}
    assert report.flips.value is None
    assert report.usage.cost_usd is None


def test_a_quote_that_stood_nowhere_is_counted_as_dropped() -> None:
    said = (("covered", "我会赔三倍"), *SAID[1:])
    model = ScriptedModel([reply(*said), reply(*said), NO_QUESTION])
    report = answer_report(judge_cases([case(TRUTH)], Critic(model), lambda _: REFERENCE, 10))
    assert report.quotes["dropped"] >= 1
    assert report.overall.coverage.value == pytest.approx(3 / 4)


def test_held_out_and_tuned_are_kept_apart_and_kinds_have_figures_of_their_own() -> None:
    cases = [case(TRUTH, kind="good"), case(TRUTH, kind="weak", held_out=True)]
    report = answer_report(judge_cases(cases, OfflineJudge(), lambda _: REFERENCE, 10))
    assert (report.tuned.cases, report.held_out.cases) == (1, 1)
    assert set(report.by_kind) == {"good", "weak"}


def test_the_offline_judge_does_not_care_for_the_order_of_key_points() -> None:
    judged = judge_cases([case(TRUTH)], OfflineJudge(), lambda _: REFERENCE, 10, reorder=True)
    assert answer_report(judged).flips.value == 0


def test_a_label_for_a_key_point_that_is_not_there_is_refused_by_name() -> None:
    strange = case(TRUTH).model_copy(update={"labels": {"q01.9": PointLabel(label=Label.MISSING)}})
    with pytest.raises(InputError, match=r"q01\.9"):
        judge_cases([strange], OfflineJudge(), lambda _: REFERENCE, 10)


class OrderOfTheAlphabet:
    """An index that always finds the same."""

    def search(self, text: str, limit: int) -> Sequence[Found]:
        document = Document(question_id="q01", kind=Kind.ALIAS, text=text)
        return [Found(question_id=f"q{n:02d}", question="", score=1, matched=document) for n in range(1, 4)][:limit]


def ticking() -> Iterator[float]:
    yield from (n / 1000 for n in range(1000))


def test_a_search_is_scored_by_the_place_of_the_first_right_question() -> None:
    cases = [
        QueryCase(id="1", query="甲", relevant=("q01",), kind="formal"),
        QueryCase(id="2", query="乙", relevant=("q09", "q01"), kind="formal"),
        QueryCase(id="3", query="丙", relevant=("q03",), kind="typo", held_out=True),
        QueryCase(id="4", query="丁", relevant=("q60",), kind="typo"),
    ]
    clock = ticking()
    report = retrieval_report(run_queries(cases, OrderOfTheAlphabet(), lambda: next(clock)))
    assert report.overall.hit_at_1.value == pytest.approx(2 / 4)
    assert report.overall.strict_at_1.value == pytest.approx(1 / 4)
    assert report.overall.hit_at_5.value == pytest.approx(3 / 4)
    assert report.overall.mrr.value == pytest.approx((1 + 1 + 1 / 3 + 0) / 4)
    assert report.by_kind["typo"].hit_at_1.value == 0
    assert report.held_out.queries == 1
    assert [miss.case.id for miss in report.misses] == ["3", "4"]
    assert report.milliseconds_p50 == pytest.approx(1)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "holds no case"),
        ('{"id": "1"}', "line 1: query"),
        ('{"id": "1", "query": "甲", "relevant": []}', "line 1: relevant"),
        ("not json", "line 1"),
    ],
)
def test_a_file_that_is_no_cases_is_refused_with_its_line(content: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "queries.jsonl"
    file.write_text(content, "utf-8")
    with pytest.raises(InputError, match=says):
        read_cases(file, QueryCase)
