"""The words of a dialogue: what was seen in a turn, what the customer said to it, and the two ports that give them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from coach.bank.question import KeyPoint
from coach.chat import Deadline, Usage
from coach.customer.acts import Said
from coach.customer.mood import Labels, State, Step
from coach.customer.scenario import Scenario


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Intensity(StrEnum):
    """How abusive an angry customer may get; the candidate sets it. Never a slur on who somebody is."""

    MILD = "mild"
    FIRM = "firm"
    HARSH = "harsh"


class Note(StrEnum):
    """What a person should know about how a turn was read or answered. Screens translate these sentences."""

    RULES_SERVED = "the model's reading of this turn could not be used; it was read by rules"
    TEMPLATE_SERVED = "the model's line could not be used; this one was written beforehand"


class Touch(_Value):
    """A key point that a turn comes near, with the words that do. `turn_text[start:end] == quote`, always."""

    key_point_id: str
    quote: str
    start: int
    end: int


class Observed(_Value):
    """What an observer saw in a turn of the candidate."""

    acts: tuple[Said, ...] = ()
    asks: tuple[str, ...] = ()
    """Ids of the card's facts that the turn asks for."""
    insults: bool = False
    touches: tuple[Touch, ...] = ()
    """Key points of the scene that the turn comes near."""
    by: Literal["rules", "model"]
    note: str | None = None
    """A sentence of `Note`, as it stood then."""
    usage: Usage = Usage()

    @property
    def labels(self) -> Labels:
        """What the engine takes from it."""
        return Labels(acts=tuple(dict.fromkeys(said.act for said in self.acts)), asks=self.asks, insults=self.insults)


class Line(_Value):
    """What the customer says: a burst of one to three bubbles."""

    bubbles: tuple[str, ...]
    by: Literal["model", "template", "card"]
    """`card`: the scenario's own opening."""
    rejected: tuple[str, ...] = ()
    """The rules that earlier tries broke, in order."""
    note: str | None = None
    """A sentence of `Note`, as it stood then."""
    usage: Usage = Usage()

    @property
    def text(self) -> str:
        """All bubbles, a line each."""
        return "\n".join(self.bubbles)


class Exchange(_Value):
    """A turn of the candidate and all that came of it."""

    said: str
    """The candidate's words, to the letter."""
    observed: Observed
    step: Step
    line: Line


class Scene(_Value):
    """A role-play as far as it has gone."""

    scenario: Scenario
    difficulty: int
    seed: int
    intensity: Intensity = Intensity.FIRM
    key_points: tuple[KeyPoint, ...] = ()
    """Those of the card's questions: an observer says which of them a turn touches. No speaker sees them."""
    opened: State
    """The customer before the first word."""
    exchanges: tuple[Exchange, ...] = ()

    @property
    def state(self) -> State:
        """The customer now."""
        return self.exchanges[-1].step.state if self.exchanges else self.opened

    @property
    def customer_lines(self) -> Sequence[str]:
        """All bubbles that the customer has sent, the opening first."""
        return (*self.scenario.opening, *(bubble for one in self.exchanges for bubble in one.line.bubbles))


class Observer(Protocol):
    """Somebody who says what a turn does."""

    def observe(self, scene: Scene, said: str, deadline: Deadline) -> Observed:
        """The acts of `said`, the candidate's next turn in the scene. A fault of a model is no exception."""
        ...


class Renderer(Protocol):
    """Somebody who speaks for the customer."""

    def say(self, scene: Scene, said: str, step: Step, deadline: Deadline) -> Line:
        """The customer's words for a step that the engine decided. A fault of a model is no exception."""
        ...
