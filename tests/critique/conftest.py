"""What the tests of the critique share: the bundled questions, manipulated answers, and words of a model's reply."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from coach.adapters.corpus_files import read_bank
from coach.bank.index import ReferenceAnswer
from coach.bank.question import Question

HERE = Path(__file__).parent
CORPUS = HERE.parent.parent / "corpus" / "questions"


def reference_to(question: Question) -> ReferenceAnswer:
    return ReferenceAnswer.of(question, fingerprint="test")


@pytest.fixture(scope="session")
def references() -> Mapping[str, ReferenceAnswer]:
    """The bundled questions that have key points, by id."""
    bundled = read_bank(CORPUS)
    return {question.id: reference_to(question) for question in bundled.questions if question.key_points}


@pytest.fixture(scope="session")
def q03(references: Mapping[str, ReferenceAnswer]) -> ReferenceAnswer:
    """遇到情绪失控的客户，您如何处理？ Six key points."""
    return references["q03"]


@dataclass(frozen=True)
class Manipulated:
    """An answer with words for the judge in it, and the same answer without them."""

    id: str
    kind: str
    language: str
    question: str
    clean: str
    manipulated: str
    attack: Sequence[str]
    """The stretches of `manipulated` that are meant for the judge; none in an innocent answer."""


@pytest.fixture(scope="session")
def manipulations() -> Sequence[Manipulated]:
    """131 answers: 107 attacks of 18 kinds, and 24 innocent ones that look a little like an attack."""
    lines = (HERE / "manipulations.jsonl").read_text("utf-8").splitlines()
    return [Manipulated(**json.loads(line)) for line in lines]


ANSWER = "我会先让他把话说完。然后问清楚是哪一单。我不会跟他争，24小时内给他答复。"
"""Three sentences on q03: they say q03.2 and q03.3, and are silent on q03.6."""


def point(key_point_id: str, verdict: str = "missing", quote: str = "", **other: object) -> dict[str, object]:
    """What a model says of one key point."""
    said = {"evidence": [{"sentence": 1, "quote": quote}] if quote else [], "why": "因为", "verdict": verdict}
    rest = {"missing_part": "细节" if verdict == "partial" else "", "advice": "再说一句"}
    return {"key_point_id": key_point_id, **said, **rest, **other}


def six(*points: dict[str, object]) -> list[dict[str, object]]:
    """These on q03, and every other key point of it missing."""
    given = {each["key_point_id"]: each for each in points}
    return [given.get(f"q03.{number}") or point(f"q03.{number}") for number in range(1, 7)]


def reply_with(points: object, **other: object) -> str:
    """A whole reply, as JSON."""
    whole = {"key_points": points, "strengths": ["先听"], "rewrite": "", "follow_up": None, **other}
    return json.dumps(whole, ensure_ascii=False)


GOOD_FOLLOW_UP = {"question": "他还是不停地骂，你下一步做什么？", "key_point_id": "q03.1"}
GOOD_REPLY = reply_with(
    six(point("q03.2", "covered", "让他把话说完"), point("q03.3", "partial", "问清楚是哪一单")),
    rewrite="我会先让他把话说完，再问清楚是哪一单。",
    follow_up=GOOD_FOLLOW_UP,
)
"""q03.2 covered, q03.3 partial, the others missing; a follow-up on q03.1."""
