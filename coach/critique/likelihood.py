"""How likely a match is right: what `benchmarks/text_match.py` learned from labelled answers, as data in this package.

Boosted decision trees (Friedman 2001), small enough to be read: each asks up to three questions of the signals.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp
from pathlib import Path

from coach.critique.tone import Tone
from coach.critique.wording import Rarity

FILE = Path(__file__).with_name("text_match.json")

Tree = Sequence[Sequence[float]]
"""Nodes, the root first: `[value]` for a leaf, else `[signal, at most, node if so, node if not]`."""


@dataclass(frozen=True, eq=False)
class Learned:
    """All that was learned, with where it is sure enough to speak."""

    signals: Sequence[str]
    start: float
    trees: Sequence[Tree]
    rarity: Rarity
    tone: Tone
    partial_from: float
    """Likelihood from which on a key point counts as touched."""
    covered_from: float

    def likelihood(self, signals: Mapping[str, float]) -> float:
        """How likely readers call a key point with such a match covered or partial, 0 to 1."""
        values = [signals[name] for name in self.signals]
        odds = self.start + sum(_leaf(tree, values) for tree in self.trees)
        return 1 / (1 + exp(-odds))


@lru_cache
def learned() -> Learned:
    """What is shipped."""
    told = json.loads(FILE.read_text("utf-8"))
    return Learned(
        signals=told["signals"],
        start=told["start"],
        trees=told["trees"],
        rarity=Rarity(told["rarity"]["key_points"], told["rarity"]["counts"]),
        tone=Tone(told["tone"]["bias"], told["tone"]["weights"]),
        partial_from=told["partial_from"],
        covered_from=told["covered_from"],
    )


def _leaf(tree: Tree, values: Sequence[float]) -> float:
    node = tree[0]
    while len(node) > 1:
        signal, at_most, low, high = node
        node = tree[int(low if values[int(signal)] <= at_most else high)]
    return node[0]
