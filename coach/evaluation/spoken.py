"""How the customer's delivered lines read: what the guards find in them, how long they are, how often they repeat."""

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations

from pydantic import BaseModel, ConfigDict
from rapidfuzz import fuzz

from coach.customer.acts import Move
from coach.customer.guards import MOST_ALIKE, SHORTEST_REPEATED, Guard, broken
from coach.customer.turns import Exchange, Scene
from coach.folding import folded

_folded = lru_cache(maxsize=50_000)(folded)
"""Written lines come again and again."""
_ALIKE_SEEDS = 3
"""Sessions of one card that are held beside each other."""
_MOST_NAMED = 20


class Found(BaseModel):
    """A delivered line that a guard would have rejected."""

    model_config = ConfigDict(frozen=True)

    guard: Guard
    scenario: str
    move: Move
    bubbles: tuple[str, ...]


class SpokenFigures(BaseModel):
    """Figures over delivered lines; a line is all bubbles of one turn."""

    model_config = ConfigDict(frozen=True)

    lines: int
    role_flips: float
    """In 1,000 lines, as the two below."""
    leaks: float
    """Lines that tell a fact that is locked, or the briefing."""
    ungrounded: float
    """Lines with a number, date or id that nobody has mentioned."""
    by_guard: dict[Guard, float]
    """In 1,000 lines, each rule that some line breaks."""
    found: tuple[Found, ...]
    """The most frequent of these lines, each once."""
    near_duplicates: float
    """Share of lines that say again what this customer has said in the same session."""
    characters_median: float | None
    """Of a line, venting left out; None where all was venting."""
    characters_p90: float | None
    bursts: float
    """Share of lines with more than one bubble."""
    full_stops: float
    """Share of bubbles that end in 。"""
    alike_across_seeds: float | None
    """Mean share of a session's lines that also stand in another one that differs by its seed alone, over three seeds;
    None for one seed."""


def spoken_figures(groups: Sequence[Sequence[Scene]]) -> SpokenFigures:
    """The figures over the lines of these dialogues; the cards' openings count as said, not as lines.

    `groups`: the dialogues of a group differ by their seed alone.
    """
    turns = [(scene, at) for group in groups for scene in group for at in range(len(scene.exchanges))]
    found = Counter(found for scene, at in turns for found in _found(scene, at))
    rules = Counter(one.guard for one in found.elements())
    per_thousand = {rule: 1000 * times / len(turns) for rule, times in rules.most_common()}
    lines = [scene.exchanges[at] for scene, at in turns]
    outside = sorted(_characters(line) for line in lines if line.step.move is not Move.VENT)
    bubbles = [bubble for line in lines for bubble in line.line.bubbles]
    return SpokenFigures(
        lines=len(lines),
        role_flips=per_thousand.get(Guard.ROLE_FLIP, 0),
        leaks=per_thousand.get(Guard.HIDDEN_TEXT, 0),
        ungrounded=per_thousand.get(Guard.UNGROUNDED, 0),
        by_guard=per_thousand,
        found=tuple(one for one, _ in found.most_common(_MOST_NAMED)),
        near_duplicates=sum(_repeats(scene, at) for scene, at in turns) / len(turns),
        characters_median=statistics.median(outside) if outside else None,
        characters_p90=outside[int(len(outside) * 0.9)] if outside else None,
        bursts=sum(len(line.line.bubbles) > 1 for line in lines) / len(lines),
        full_stops=sum(bubble.endswith("。") for bubble in bubbles) / len(bubbles),
        alike_across_seeds=_alike_across_seeds(groups),
    )


def _found(scene: Scene, at: int) -> Iterator[Found]:
    exchange = scene.exchanges[at]
    before = scene.model_copy(update={"exchanges": scene.exchanges[:at]})
    for rule in _broken(exchange.line.bubbles, before, exchange):
        yield Found(guard=rule, scenario=scene.scenario.id, move=exchange.step.move, bubbles=exchange.line.bubbles)


def _broken(bubbles: Sequence[str], before: Scene, exchange: Exchange) -> set[Guard]:
    """Every rule that can be seen: one that is too long might hide worse behind it, so its bubbles are read alone."""
    rule = broken(bubbles, before, exchange.said, exchange.step)
    if rule is not Guard.LENGTH or len(bubbles) == 1:
        return {rule} if rule else set()
    return {rule}.union(*(_broken([bubble], before, exchange) for bubble in bubbles))


def _characters(exchange: Exchange) -> int:
    return sum(map(len, exchange.line.bubbles))


def _repeats(scene: Scene, at: int) -> bool:
    """Whether a line is an earlier one again, or has a bubble of some length that is."""
    line = scene.exchanges[at].line
    earlier = [one.line for one in scene.exchanges[:at]]
    if any(fuzz.ratio(_folded(line.text), _folded(one.text)) >= MOST_ALIKE for one in earlier):
        return True
    said = [_folded(bubble) for bubble in (*scene.scenario.opening, *(b for one in earlier for b in one.bubbles))]
    return any(
        len(bubble) >= SHORTEST_REPEATED and fuzz.ratio(bubble, one) >= MOST_ALIKE
        for bubble in map(_folded, line.bubbles)
        for one in said
    )


def _alike_across_seeds(groups: Sequence[Sequence[Scene]]) -> float | None:
    pairs = [pair for group in groups for pair in combinations(group[:_ALIKE_SEEDS], 2)]
    shares = [_shared(one, other) for one, other in pairs]
    return statistics.mean(shares) if shares else None


def _shared(one: Scene, other: Scene) -> float:
    """The share of the lines of one session that stand in the other."""
    there = [_folded(exchange.line.text) for exchange in other.exchanges]
    here = [_folded(exchange.line.text) for exchange in one.exchanges]
    return sum(any(fuzz.ratio(line, said) >= MOST_ALIKE for said in there) for line in here) / len(here)
