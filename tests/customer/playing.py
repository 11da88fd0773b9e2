"""Playing a role-play by acts alone: what an observer would have seen, and the customer's written lines."""

from pathlib import Path

from coach.adapters.scenario_files import ScenarioFiles
from coach.chat import Deadline
from coach.customer.acts import Act, Said
from coach.customer.lines import TemplateRenderer
from coach.customer.state import opening, respond
from coach.customer.turns import Exchange, Observed, Scene

CORPUS = Path(__file__).parents[2] / "corpus"
STAGE = ScenarioFiles(CORPUS / "scenarios", CORPUS / "customer")
CARDS = {card.id: card for card in STAGE.scenarios}

Turn = tuple[Act, ...] | tuple[Act | str, ...]
"""Acts, and the ids of facts that are asked for."""


def played(card_id: str, *turns: Turn, difficulty: int = 3, seed: int = 1, greeting: str = "") -> Scene:
    """A scene in which the candidate's turns did these acts; each turn's text names its acts."""
    card = CARDS[card_id]
    scene = Scene(scenario=card, difficulty=difficulty, seed=seed, opened=opening(card, difficulty))
    for number, turn in enumerate(turns, 1):
        acts = [act for act in turn if isinstance(act, Act)]
        said = f"{greeting if number == 1 else ''}turn {number}: {' '.join(acts)}"
        quotes = (Said(act=act, quote=act, start=said.index(act), end=said.index(act) + len(act)) for act in acts)
        asks = tuple(str(one) for one in turn if not isinstance(one, Act))
        observed = Observed(acts=tuple(quotes), asks=asks, by="rules")
        step = respond(card, difficulty, seed, scene.state, observed.labels)
        line = TemplateRenderer(STAGE.lines).say(scene, said, step, Deadline(1))
        one = Exchange(said=said, observed=observed, step=step, line=line)
        scene = scene.model_copy(update={"exchanges": (*scene.exchanges, one)})
    return scene
