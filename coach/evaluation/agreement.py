"""How far two readings of the same things agree. Nothing to compare gives None, never 0."""

import random
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

Pair = tuple[Hashable, Hashable]
"""What one reader says, and what the other says."""
_Item = TypeVar("_Item")
RESAMPLES = 1000


class Estimate(BaseModel):
    """A figure with the interval that holds it in 95 of 100 resamplings."""

    model_config = ConfigDict(frozen=True)

    value: float | None
    """None where there was nothing to count."""
    low: float | None = None
    high: float | None = None
    n: int
    """What it was counted over."""


def cohens_kappa(pairs: Sequence[Pair]) -> float | None:
    """Agreement beyond chance (Cohen 1960): 1 in full, 0 as by chance, below 0 worse than chance.

    None for no pairs, and where a reader gives one label throughout: nothing then tells agreement from chance.
    """
    if not pairs:
        return None
    observed = sum(one == other for one, other in pairs) / len(pairs)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    if len(first) == 1 or len(second) == 1:
        return None
    expected = sum(count * second[label] for label, count in first.items()) / len(pairs) ** 2
    return (observed - expected) / (1 - expected)


def share(hits: Sequence[bool]) -> float | None:
    """The share of True, 0 to 1; None for none."""
    return sum(hits) / len(hits) if hits else None


def f1(pairs: Sequence[Pair], label: Hashable) -> float | None:
    """The harmonic mean of precision and recall of a label, the second reader taken for the truth.

    0 to 1; None where neither reader gives the label.
    """
    both = sum(one == label == other for one, other in pairs)
    either = sum(one == label for one, _ in pairs) + sum(other == label for _, other in pairs)
    return 2 * both / either if either else None


def bootstrap(items: Sequence[Sequence[_Item]], figure: Callable[[Sequence[_Item]], float | None]) -> Estimate:
    """A figure over all items with its 95% percentile interval, resampling whole groups (Efron 1979).

    `items` are groups that belong together (the key points of one answer), so that the interval does not pretend that
    they are independent. Seeded: the same items give the same interval.
    """
    flat = [item for group in items for item in group]
    value = figure(flat)
    if value is None:
        return Estimate(value=None, n=len(flat))
    chance = random.Random(20261122)
    drawn = (
        figure([item for group in chance.choices(items, k=len(items)) for item in group]) for _ in range(RESAMPLES)
    )
    values = sorted(one for one in drawn if one is not None)
    if not values:
        return Estimate(value=value, n=len(flat))
    edge = len(values) * 25 // 1000
    return Estimate(value=value, low=values[edge], high=values[-edge - 1], n=len(flat))
