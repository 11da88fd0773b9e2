"""The wording of a text in pieces that two texts can have in common, and how much each piece tells."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import log

from coach.folding import folded, normalise

AMOUNT = re.compile(r"(\d+|[一二两三四五六七八九十]+)(个?小时|分钟|天|个?工作日|周|个?月|hours?|minutes?|days?)")
"""A number and its unit."""
_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?|\d+")
_COUNTED_FROM = 5
"""What comes in fewer key points is as rare as what comes in one."""
_WORTH_OF_A_WORD, _WORTH_OF_A_NUMBER, _WORTH_OF_A_CHARACTER = 3.0, 1.5, 0.4
"""Against a pair of characters, which is worth 1."""


@lru_cache(maxsize=20_000)
def grams(text: str) -> frozenset[str]:
    """Characters and pairs of neighbours in Chinese, words cut to their stem in English."""
    plain = normalise(text).text.lower().replace("’", "'")
    words = {_stem(word) for word in _WORD.findall(plain)}
    han = chinese(text)
    return frozenset(words | set(han) | {han[at : at + 2] for at in range(len(han) - 1)})


def chinese(text: str) -> str:
    """The text as it is compared, without its English words."""
    return re.sub(r"[a-z]+", "", folded(text)).replace("覆", "复")  # 回覆 is 回复, and 覆盖 takes no harm


@dataclass(frozen=True, eq=False)
class Rarity:
    """How many of the bundled key points each gram comes in (Spärck Jones 1972: the rarer, the more it tells)."""

    key_points: int
    counts: Mapping[str, int]
    """Of the grams that come in several; every other one comes in one."""

    @classmethod
    def of(cls, key_points: Iterable[Iterable[str]]) -> "Rarity":
        """Counts over key points, each given as its texts."""
        each = [frozenset[str]().union(*map(grams, texts)) for texts in key_points]
        counts = Counter(gram for point in each for gram in point)
        return cls(len(each), {gram: n for gram, n in sorted(counts.items()) if n >= _COUNTED_FROM})

    def weight(self, gram: str) -> float:
        """How much a gram tells; 0 for one that comes in every key point."""
        if gram not in self._weights:
            self._weights[gram] = log((self.key_points + 1) / (self.counts.get(gram, 1) + 1)) * _worth(gram)
        return self._weights[gram]

    @cached_property
    def _weights(self) -> dict[str, float]:
        return {}


def _worth(gram: str) -> float:
    if gram.isdigit():
        return _WORTH_OF_A_NUMBER
    if gram.isascii():
        return _WORTH_OF_A_WORD
    return _WORTH_OF_A_CHARACTER if len(gram) == 1 else 1.0


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word
