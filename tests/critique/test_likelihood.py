"""The shipped model: what it is made of, and that it is what the command makes."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from coach.critique.likelihood import FILE, Learned, learned
from coach.critique.matching import SIGNALS
from coach.critique.tone import Tone, worst_passage
from coach.critique.wording import Rarity

ROOT = Path(__file__).parent.parent.parent
LARGEST = 80_000
"""Bytes. A model that outgrows this is no longer a small one."""


@pytest.fixture(scope="module")
def command() -> ModuleType:
    spec = importlib.util.spec_from_file_location("text_match", ROOT / "benchmarks" / "text_match.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def shipped() -> Any:
    return json.loads(FILE.read_text("utf-8"))


class TestTheShippedFile:
    def test_knows_the_signals_that_a_match_has(self, shipped: Any) -> None:
        assert shipped["signals"] == list(SIGNALS)

    def test_is_a_few_small_trees_over_these_signals(self, shipped: Any) -> None:
        assert len(shipped["trees"]) <= 120
        for tree in shipped["trees"]:
            assert len(tree) <= 15, "three questions deep"
            for place, node in enumerate(tree):
                assert len(node) in (1, 4)
                if len(node) == 4:
                    assert 0 <= node[0] < len(SIGNALS)
                    assert place < node[2] < len(tree) > node[3] > place

    def test_speaks_only_where_it_is_more_likely_right_than_not(self) -> None:
        assert 0.5 < learned().partial_from <= learned().covered_from < 1

    def test_is_small(self) -> None:
        assert FILE.stat().st_size <= LARGEST

    def test_was_learned_from_the_cases_that_are_there(self, shipped: Any, command: ModuleType) -> None:
        cases, _ = command.corpus()
        assert shipped["learned_from"]["cases"] == command.fingerprint(cases), "run python benchmarks/text_match.py"

    def test_is_what_the_command_makes(self, shipped: Any, command: ModuleType) -> None:
        sklearn = pytest.importorskip("sklearn", reason="learning needs scikit-learn, which the program doesn't")
        if shipped["made_with"] != f"scikit-learn {sklearn.__version__}":
            pytest.skip(f"made with {shipped['made_with']}, which is not the one that is here")
        assert command.written(command.learn(*command.corpus())) == FILE.read_text("utf-8")


def test_what_is_held_out_is_not_learned_from(command: ModuleType) -> None:
    cases, _ = command.corpus()
    other = [case.model_copy(update={"answer": "？"}) if case.held_out else case for case in cases]
    assert command.fingerprint(other) == command.fingerprint(cases)
    tuned = [case if case.held_out else case.model_copy(update={"answer": "？"}) for case in cases]
    assert command.fingerprint(tuned) != command.fingerprint(cases)


@pytest.mark.parametrize(("value", "likely"), [(0.5, 0.5), (0.51, 0.7310585786300049)])
def test_a_tree_is_walked_to_its_leaf(value: float, likely: float) -> None:
    tree = [[0, 0.5, 1, 2], [-1.0], [0.0]]
    judge = Learned(["lead"], 1.0, [tree], Rarity(1, {}), Tone(0, {}), 1, 1)
    assert judge.likelihood({"lead": value}) == pytest.approx(likely)


@pytest.mark.parametrize(
    ("tones", "worst"),
    [([], 0), ([1, 2], 1.5), ([-1] * 6, -1), ([-1] * 6 + [1] * 6, 1), ([1] * 6 + [-9] * 60, 1)],
)
def test_the_worst_passage_stands_however_much_is_put_around_it(tones: list[float], worst: float) -> None:
    assert worst_passage(tones) == pytest.approx(worst)


def test_what_is_rare_tells_more() -> None:
    rarity = Rarity.of([("客户投诉",)] * 8 + [("客户复购",), ("主管",)])
    assert rarity.weight("复购") > rarity.weight("投诉") > rarity.weight("客户") > 0
    assert rarity.weight("复购") == rarity.weight("没见")
