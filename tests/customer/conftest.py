"""A card, and a scene that stands where a test wants it."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import pytest
import yaml

from coach.customer.acts import Move
from coach.customer.mood import State, Step
from coach.customer.scenario import Scenario
from coach.customer.turns import Exchange, Intensity, Line, Observed, Scene

CARDS = Path(__file__).parents[2] / "corpus" / "scenarios"
PRESENT = "late-birthday-gift"
StepAt = Callable[..., Step]
SceneOf = Callable[..., Scene]


@lru_cache
def card(scenario_id: str = PRESENT) -> Scenario:
    return Scenario.model_validate(yaml.safe_load((CARDS / f"{scenario_id}.yaml").read_text("utf-8")))


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    """The birthday present that has not come: the facts f2 to f5 are locked at first."""
    return card()


@pytest.fixture(scope="session")
def step_at() -> StepAt:
    """What a turn brings about: a move, in a mood, with facts to tell now and facts told before."""

    def build(
        move: Move | str = Move.CHALLENGE, anger: int = 3, facts: Sequence[str] = (), revealed: Sequence[str] = ()
    ) -> Step:
        state = State(anger=anger, trust=1, patience=3, revealed=(*revealed, *facts))
        return Step(state=state, move=Move(move), facts=tuple(facts), changes=())

    return build


@pytest.fixture(scope="session")
def scene_of(step_at: StepAt) -> SceneOf:
    """A scene with exchanges of the agent's words and the customer's bubbles."""

    def build(
        scenario_id: str = PRESENT,
        exchanges: Sequence[tuple[str, Sequence[str]]] = (),
        intensity: Intensity | str = Intensity.FIRM,
    ) -> Scene:
        told = [
            Exchange(
                said=said, observed=Observed(by="rules"), step=step_at(), line=Line(bubbles=tuple(bubbles), by="model")
            )
            for said, bubbles in exchanges
        ]
        return Scene(
            scenario=card(scenario_id),
            difficulty=2,
            seed=1,
            intensity=Intensity(intensity),
            opened=State(anger=3, trust=1, patience=3),
            exchanges=tuple(told),
        )

    return build
