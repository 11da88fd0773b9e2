"""Written lines for each move and mood: what the customer says where no model speaks, or where its line can't be used.

A card's own lines come first, then those that fit any customer. Which one is drawn by the seed, and none comes twice.
"""

from collections.abc import Sequence
from random import Random
from typing import Literal

from pydantic import BaseModel, ConfigDict
from rapidfuzz import fuzz

from coach.chat import Deadline
from coach.customer.acts import Act, Move
from coach.customer.guards import broken
from coach.customer.mood import Step
from coach.customer.turns import Intensity, Line, Note, Scene

MOST_ALIKE = 60
"""Similarity in per cent (Indel) from which on two lines count as the same said again."""
_BREAK = "|"


class WrittenLine(BaseModel):
    """A line that fits any customer. `corpus/customer/lines.yaml` holds a list of them by move."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    say: str
    """`|` parts the bubbles of a burst."""
    anger: tuple[int, int] = (0, 5)
    """The moods it fits, from and to."""
    intensity: Literal["mild", "firm", "harsh"] = "mild"
    """The least setting at which it is said."""
    after: Act | None = None
    """The act of the candidate that it answers; None answers any turn."""


WrittenLines = dict[Move, tuple[WrittenLine, ...]]
_INTENSITIES = tuple(Intensity)


class TemplateRenderer:
    """The customer's voice without a model (port `Renderer`)."""

    def __init__(self, lines: WrittenLines) -> None:
        self._lines = lines

    def say(self, scene: Scene, said: str, step: Step, deadline: Deadline) -> Line:
        """A written line for the step; the same scene, turn and seed give the same line."""
        del deadline
        random = Random(f"{scene.scenario.id} {scene.seed} {len(scene.exchanges)} line")
        told = tuple(bubble for fact in step.facts for bubble in self._fact(scene, fact, random).split(_BREAK))
        if step.move is Move.ANSWER_FACT and told:
            return Line(bubbles=told, by="template")
        return Line(bubbles=(*told, *self._line(scene, said, step, told, random).split(_BREAK)), by="template")

    def _fact(self, scene: Scene, fact_id: str, random: Random) -> str:
        fact = next(fact for fact in scene.scenario.facts if fact.id == fact_id)
        return random.choice(fact.say or (fact.text,))

    def _line(self, scene: Scene, said: str, step: Step, told: Sequence[str], random: Random) -> str:
        own = scene.scenario.lines.get(step.move, ())
        any_customer = [line for line in self._lines.get(step.move, ()) if _fits(line, scene, step)]
        answering = [line.say for line in any_customer if line.after is not None]
        everything = [*own, *(line.say for line in any_customer)]
        drawn: list[str] = []
        for lines in ([*own, *answering], [line.say for line in any_customer]):
            fresh = [line for line in lines if not _was_said(line, scene.customer_lines)]
            drawn += random.sample(fresh, len(fresh))
        # A card's line may be too warm for this mood, or name what nobody has mentioned yet.
        fitting = (line for line in drawn if broken((*told, *line.split(_BREAK)), scene, said, step) is None)
        return next(fitting, None) or random.choice(drawn or everything)


def instead(line: Line, rejected: Sequence[str]) -> Line:
    """A written line that stands where a model's could not be used."""
    return line.model_copy(update={"rejected": tuple(rejected), "note": Note.TEMPLATE_SERVED})


def _fits(line: WrittenLine, scene: Scene, step: Step) -> bool:
    low, high = line.anger
    allowed = _INTENSITIES.index(Intensity(line.intensity)) <= _INTENSITIES.index(scene.intensity)
    return allowed and low <= step.state.anger <= high and (line.after is None or line.after in step.after)


def _was_said(line: str, before: Sequence[str]) -> bool:
    return any(fuzz.ratio(bubble, earlier) >= MOST_ALIKE for bubble in line.split(_BREAK) for earlier in before)
