"""`coach bank check`: each lint fires on its fault, and the bundled bank has none."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from coach.adapters.lexical_embedding import LexicalEmbedding
from coach.bank.checking import Lint, check_bank
from coach.bank.question import Bank, KeyPoint, Question, Source
from coach.compose import Coach
from coach.settings import Settings


def question(number: int, **more: object) -> Question:
    name = f"q{number:02d}"
    points = (
        KeyPoint(id=f"{name}.1", text="先稳住自己", cues=("深呼吸",)),
        KeyPoint(id=f"{name}.2", text="请主管接手", cues=("找班长",)),
    )
    whole: dict[str, object] = {
        "id": name,
        "question": f"第{number}件事你怎么办",
        "question_en": "What do you do?",
        "topic": "情绪",
        "aliases": (f"碰到{number}咋整",),
        "situations": ("叫你们经理来",),
        "answer": "我先稳住。",
        "key_points": points,
        "source": Source(kind="written"),
    }
    return Question.model_validate(whole | more)


def kinds(*questions: Question) -> Sequence[Lint]:
    return [finding.kind for finding in check_bank(Bank(name="bundled", questions=questions), LexicalEmbedding())]


def test_a_careful_question_has_no_faults() -> None:
    assert kinds(question(1)) == []


def test_a_bank_without_questions_has_none() -> None:
    assert kinds() == []


@pytest.mark.parametrize("field", ["topic", "question_en", "answer"])
def test_an_empty_text_is_named(field: str) -> None:
    assert kinds(question(1, **{field: ""})) == [Lint.MISSING_FIELD]


def points(first: KeyPoint, second: KeyPoint) -> Question:
    return question(1, key_points=(first, second))


def test_a_point_without_cues_is_named() -> None:
    one, two = KeyPoint(id="q01.1", text="先稳住自己"), KeyPoint(id="q01.2", text="请主管接手", cues=("找班长",))
    assert kinds(points(one, two)) == [Lint.MISSING_FIELD]


def test_two_points_that_say_the_same_are_named() -> None:
    one = KeyPoint(id="q01.1", text="先稳住自己的情绪", cues=("深呼吸",))
    two = KeyPoint(id="q01.2", text="先稳住自己情绪", cues=("找班长",))
    assert kinds(points(one, two)) == [Lint.SAME_POINT]


def test_a_cue_that_fires_on_a_sibling_is_named() -> None:
    one = KeyPoint(id="q01.1", text="先稳住自己", cues=("先深呼吸再开口",))
    two = KeyPoint(id="q01.2", text="请主管接手", cues=("深呼吸再开口",))
    assert kinds(points(one, two)) == [Lint.CUE_OF_SIBLING]


def test_a_cue_that_is_excluded_too_is_named() -> None:
    one = KeyPoint(id="q01.1", text="先稳住自己", cues=("深呼吸",), not_=("深呼吸",))
    two = KeyPoint(id="q01.2", text="请主管接手", cues=("找班长",))
    assert kinds(points(one, two)) == [Lint.CUE_IS_EXCLUDED]


def test_an_alias_that_belongs_to_another_question_is_named() -> None:
    refund = question(1, question="客户要求退款怎么处理", aliases=("买家申请退款怎么办",))
    angry = question(2, question="客户发火了怎么安抚", aliases=("买家申请退款怎么办呢",))
    assert Lint.ALIAS_NEAR_ANOTHER in kinds(refund, angry)


def test_the_bundled_bank_and_its_scenarios_have_no_faults() -> None:
    assert Coach(Settings()).check(None) == []


def test_a_bank_that_breaks_the_schema_has_that_as_its_one_fault(tmp_path: Path) -> None:
    (tmp_path / "q01.yaml").write_text("id: q01\nquestoin: typo\n", "utf-8")
    (finding,) = Coach(Settings()).check(tmp_path)
    assert finding.kind == Lint.SCHEMA
    assert "question: this key is missing" in finding.message
