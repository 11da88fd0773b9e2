"""What a stretch of words does, weighed: logistic regressions over its pieces of text and its phrases, one an act.

The weights in `act_weights.json` are made by `python benchmarks/act_weights.py` from `corpus/cases`.
"""

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from coach.customer.act_phrases import PHRASES, UNLESS
from coach.customer.acts import Act

WEIGHTS = Path(__file__).with_name("act_weights.json")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_UNSAID = re.compile(r"[\s，,。！!；;：:~～\"“”…、—]+")
_LONGEST_PIECE = 3
_FEWEST = 4


class ActModel(BaseModel):
    """Weights by feature. A feature is a piece of text, or `#` and an act whose phrases stand there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    acts: tuple[Act, ...]
    bias: tuple[float, ...]
    """By act, in their order."""
    thresholds: tuple[float, ...]
    """The probability from which an act is seen."""
    per_unit: int
    """Weights are whole numbers; so many make 1."""
    weights: Mapping[str, tuple[int, ...]]
    """For each feature: the place of an act, its weight, the place of another act, its weight, ..."""

    def scores(self, text: str, phrases: Iterable[Act]) -> Mapping[Act, float]:
        """The probability of each act for a text in simplified characters in which these acts' phrases stand."""
        sums = [0.0] * len(self.acts)
        for feature, value in features_of(text, phrases).items():
            row = self.weights.get(feature, ())
            for at in range(0, len(row), 2):
                sums[row[at]] += value * row[at + 1] / self.per_unit
        return {
            act: 1 / (1 + math.exp(-total - bias)) for act, total, bias in zip(self.acts, sums, self.bias, strict=True)
        }

    def threshold(self, act: Act) -> float:
        """The probability from which this act is seen."""
        return self.thresholds[self.acts.index(act)]


@lru_cache(maxsize=1)
def act_model() -> ActModel:
    """The model that ships with the program, read once."""
    return ActModel.model_validate_json(WEIGHTS.read_bytes())


def phrases_in(clauses: Iterable[str]) -> frozenset[Act]:
    """The acts whose phrases stand in one of the clauses."""
    return frozenset(
        act
        for clause in clauses
        for act, phrase in PHRASES.items()
        if phrase.search(clause) and not (act in UNLESS and UNLESS[act].search(clause))
    )


def features_of(text: str, phrases: Iterable[Act]) -> Mapping[str, float]:
    """The features of a text with their values: the more pieces, the less each counts."""
    pieces = _pieces(text)
    value = 2 / math.sqrt(max(_FEWEST, len(pieces)))
    return {**dict.fromkeys(sorted(pieces), value), **{f"#{act}": 1.0 for act in phrases}}


def _pieces(text: str) -> Collection[str]:
    """One to three characters in a row where it is Chinese, else words, pairs of words and four letters in a row."""
    text = re.sub(r"\d+", "0", text.lower())
    if _HAN.search(text):
        bare = f"^{_UNSAID.sub('', text)}$"
        return {bare[at : at + n] for n in range(1, _LONGEST_PIECE + 1) for at in range(len(bare) - n + 1)}
    words: Sequence[str] = re.findall(r"[a-z']+|0|\?", text)
    pairs = {f"{one} {other}" for one, other in pairwise(words)}
    return {*words, *pairs, *(word[at : at + 4] for word in words for at in range(max(1, len(word) - 3)))}
