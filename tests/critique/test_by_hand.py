"""Replies with a mind behind them: written by hand, blind, to prompts that the program really sent (`by_hand/`)."""

import json
from pathlib import Path
from typing import Any

import pytest

from coach.adapters.corpus_files import read_bank
from coach.bank.index import ReferenceAnswer
from coach.bank.library import find
from coach.chat import Deadline, ScriptedModel
from coach.critique.critic import Critic
from coach.critique.feedback import Done
from coach.evaluation.cases import AnswerCase, read_cases

ROOT = Path(__file__).parent.parent.parent
REPLIES = [json.loads(path.read_text("utf-8")) for path in sorted((Path(__file__).parent / "by_hand").glob("*.json"))]
CASES = {case.id: case for case in read_cases(ROOT / "corpus/cases/answers.jsonl", AnswerCase)}


@pytest.mark.parametrize("kept", REPLIES, ids=lambda kept: kept["case"])
def test_one_call_is_enough_and_every_quote_stands_to_the_letter(kept: dict[str, Any]) -> None:
    case = CASES[kept["case"]]
    question = find([read_bank(ROOT / "corpus/questions")], case.question)
    reference = ReferenceAnswer.of(question, fingerprint="test")
    *_, done = Critic(ScriptedModel([kept["reply"]])).judge(reference, case.answer, Deadline(60))
    assert isinstance(done, Done)
    assert {verdict.id: verdict.verdict for verdict in done.feedback.key_points} == kept["verdicts"]
    assert done.feedback.usage.calls == 1
    assert {quote.status for verdict in done.feedback.key_points for quote in verdict.evidence} == {"verified"}
    assert done.feedback.follow_up is not None
    assert done.feedback.follow_up.source == "model"


def test_nine_of_ten_verdicts_agree_with_the_readers() -> None:
    said = [(kept["case"], point, verdict) for kept in REPLIES for point, verdict in kept["verdicts"].items()]
    agreed = [CASES[case].labels[point].label == verdict for case, point, verdict in said]
    assert sum(agreed) >= 0.9 * len(agreed)
