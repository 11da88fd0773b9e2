"""What a model may not say in the customer's name. A line is never edited: it is rejected with the rule it breaks."""

import re
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import fuzz

from coach.customer import phrases
from coach.customer.acts import Move
from coach.customer.mood import Step
from coach.customer.quantities import are_known
from coach.customer.scenario import Fact
from coach.customer.turns import Scene
from coach.folding import folded, normalise, simplified

MOST_BUBBLES = 3
TOLERANCE = 1.3
"""How far a line may go beyond what was asked for before it is too long."""
LONGEST_COMMON = 5
"""Characters in a row that a line may share with a text that the customer must not tell."""
MOST_ALIKE = 75
"""Similarity in per cent (Indel) from which on a bubble says an earlier one again."""
SHORTEST_REPEATED = 5
"""Shorter ones (退款, 然后呢) anybody says twice."""
_LONGEST = {Move.VENT: 45, Move.ANSWER_FACT: 40, Move.ULTIMATUM: 28, Move.OPEN: 45}
_LONGEST_ELSE = 28
"""Real customers in a chat: 8 characters in the median, 20 in the 90th percentile, half of their turns in bursts."""
_SETTLING = (Move.ACCEPT, Move.PARTIAL_ACCEPT, Move.LEAVE)


class Guard(StrEnum):
    """A rule that a line broke."""

    PARSE = "parse"
    """The reply is not the JSON that was asked for, or holds no line."""
    LENGTH = "length"
    ROLE_FLIP = "role_flip"
    """It speaks as the agent: offers help, solutions, apologies for the shop."""
    FOURTH_WALL = "fourth_wall"
    """It speaks of the game, of a model, of points or instructions."""
    STAGE_DIRECTION = "stage_direction"
    HIDDEN_TEXT = "hidden_text"
    """It tells a fact that is still locked, or words of the candidate's briefing."""
    UNGROUNDED = "ungrounded"
    """It names a number, an amount, a date or an id that nobody has mentioned."""
    TOO_POLITE = "too_polite"
    """It thanks or pleases while the customer is angry."""
    REPEATS = "repeats"
    SLUR = "slur"
    """It insults who somebody is, or goes beyond the intensity that was set."""


def broken(bubbles: Sequence[str], scene: Scene, said: str, step: Step) -> Guard | None:
    """The first rule that a line breaks, as the answer to `said`; None where it may be sent."""
    plain = [_plain(bubble) for bubble in bubbles]
    rules: dict[Guard, Callable[[], bool]] = {
        Guard.FOURTH_WALL: lambda: any(map(phrases.leaves_the_game, plain)),
        Guard.STAGE_DIRECTION: lambda: any(phrases.is_staged(one, scene.scenario.persona.name) for one in plain),
        Guard.SLUR: lambda: any(phrases.goes_too_far(one, scene.intensity) for one in plain),
        Guard.ROLE_FLIP: lambda: any(map(phrases.serves, plain)),
        Guard.LENGTH: lambda: _is_too_long(bubbles, scene, step),
        Guard.HIDDEN_TEXT: lambda: _tells_what_is_hidden(bubbles, scene, said, step),
        Guard.UNGROUNDED: lambda: not are_known("\n".join(plain), list(_known(scene, said, step))),
        Guard.TOO_POLITE: lambda: any(_is_too_polite(one, step) for one in plain),
        Guard.REPEATS: lambda: _repeats(bubbles, scene.customer_lines),
    }
    return next((rule for rule, breaks in rules.items() if breaks()), None)


def longest(move: Move) -> int:
    """The most characters that a customer's turn of this kind has."""
    return _LONGEST.get(move, _LONGEST_ELSE)


def _is_too_long(bubbles: Sequence[str], scene: Scene, step: Step) -> bool:
    told = sum(len(fact.text) for fact in scene.scenario.facts if fact.id in step.facts)
    # A foreign word is as long as a Chinese one.
    length = sum(len(re.sub(r"[A-Za-z'’]+\s?", "ab", bubble)) for bubble in bubbles)
    return len(bubbles) > MOST_BUBBLES or length > TOLERANCE * (longest(step.move) + told)


def _tells_what_is_hidden(bubbles: Sequence[str], scene: Scene, said: str, step: Step) -> bool:
    told = _runs("".join(bubbles))
    locked = [text for fact in scene.scenario.facts if not _is_open(fact, step) for text in (fact.text, *fact.say)]
    hidden = {run for text in (*locked, *scene.scenario.briefing) for run in _runs(text)}
    return bool(told & hidden - {run for text in _known(scene, said, step) for run in _runs(text)})


@lru_cache(maxsize=4096)
def _runs(text: str) -> frozenset[tuple[str, ...]]:
    """Every stretch that is one character too long to be shared by chance; a foreign word or a number is one."""
    pieces = re.findall(r"[a-z]+|\d+|\w", folded(re.sub(r"\s", "", text)))
    size = LONGEST_COMMON + 1
    return frozenset(tuple(pieces[start : start + size]) for start in range(len(pieces) - size + 1))


def _known(scene: Scene, said: str, step: Step) -> Iterator[str]:
    """All that has been mentioned, or may be now, in the spelling that numbers are compared in."""
    facts = [text for fact in scene.scenario.facts if _is_open(fact, step) for text in (fact.text, *fact.say)]
    for text in (*scene.customer_lines, *facts, *(one.said for one in scene.exchanges), said):
        yield _plain(text)


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    return simplified(normalise(text).text).casefold()


def _is_open(fact: Fact, step: Step) -> bool:
    return fact.disclosure == "open" or fact.id in (*step.facts, *step.state.revealed)


def _is_too_polite(text: str, step: Step) -> bool:
    if step.state.anger >= 3:
        return phrases.thanks(text) or phrases.is_polite(text)
    return step.state.anger == 2 and step.move not in _SETTLING and phrases.thanks(text)


def _repeats(bubbles: Sequence[str], before: Sequence[str]) -> bool:
    earlier = [folded(bubble) for bubble in before]
    for bubble in map(folded, bubbles):
        if len(bubble) < SHORTEST_REPEATED:
            continue
        if any(len(one) >= SHORTEST_REPEATED and fuzz.ratio(bubble, one) >= MOST_ALIKE for one in earlier):
            return True
        earlier.append(bubble)
    return False
