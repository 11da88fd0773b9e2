"""Written lines: they fit the move and the mood, and none comes twice while there is another."""

from pathlib import Path

import pytest
from rapidfuzz import fuzz

from coach.adapters.scenario_files import ScenarioFiles
from coach.chat import Deadline
from coach.customer.acts import Act, Move
from coach.customer.lines import MOST_ALIKE, TemplateRenderer, WrittenLine, instead
from coach.customer.mood import Labels, Step
from coach.customer.scenario import Scenario
from coach.customer.state import opening, respond
from coach.customer.turns import Exchange, Intensity, Line, Note, Observed, Scene

CORPUS = Path(__file__).parents[2] / "corpus"


@pytest.fixture(scope="module")
def stage() -> ScenarioFiles:
    return ScenarioFiles(CORPUS / "scenarios", CORPUS / "customer")


@pytest.fixture
def card(stage: ScenarioFiles) -> Scenario:
    return next(card for card in stage.scenarios if card.id == "late-birthday-gift")


def scene_of(card: Scenario, seed: int = 1, intensity: Intensity = Intensity.FIRM) -> Scene:
    return Scene(scenario=card, difficulty=3, seed=seed, intensity=intensity, opened=opening(card, 3))


def step_of(scene: Scene, move: Move, anger: int = 3, after: tuple[Act, ...] = (), facts: tuple[str, ...] = ()) -> Step:
    state = scene.state.model_copy(update={"anger": anger, "last_move": move})
    return Step(state=state, move=move, after=after, facts=facts, changes=())


def say(renderer: TemplateRenderer, scene: Scene, step: Step) -> Line:
    return renderer.say(scene, "……", step, Deadline(1))


def played(renderer: TemplateRenderer, card: Scenario, seed: int, turns: int = 8) -> Scene:
    """A candidate who says nothing that helps."""
    scene = scene_of(card, seed)
    for _ in range(turns):
        if scene.state.end is not None:
            break
        step = respond(card, scene.difficulty, seed, scene.state, Labels())
        line = renderer.say(scene, "嗯", step, Deadline(1))
        one = Exchange(said="嗯", observed=Observed(by="rules"), step=step, line=line)
        scene = scene.model_copy(update={"exchanges": (*scene.exchanges, one)})
    return scene


def test_a_card_s_own_lines_are_said_before_those_of_any_customer(stage: ScenarioFiles, card: Scenario) -> None:
    scene = scene_of(card)
    line = say(TemplateRenderer(stage.lines), scene, step_of(scene, Move.CHALLENGE))
    assert "|".join(line.bubbles) in card.lines[Move.CHALLENGE]


def test_the_same_seed_says_the_same_and_another_seed_something_else(stage: ScenarioFiles, card: Scenario) -> None:
    renderer = TemplateRenderer(stage.lines)
    first, again = played(renderer, card, 1), played(renderer, card, 1)
    assert first.customer_lines == again.customer_lines
    assert len({tuple(played(renderer, card, seed).customer_lines) for seed in range(5)}) == 5


def test_nothing_is_said_twice_in_a_role_play(stage: ScenarioFiles) -> None:
    renderer = TemplateRenderer(stage.lines)
    for card in stage.scenarios:
        lines = [line for line in played(renderer, card, 3).customer_lines[len(card.opening) :] if len(line) >= 4]
        alike = [(a, b) for n, a in enumerate(lines) for b in lines[:n] if fuzz.ratio(a, b) >= MOST_ALIKE]
        assert not alike, (card.id, alike)


def test_a_fact_is_told_in_the_customer_s_own_words(stage: ScenarioFiles, card: Scenario) -> None:
    scene = scene_of(card)
    fact = next(fact for fact in card.facts if fact.disclosure == "on_ask")
    line = say(TemplateRenderer(stage.lines), scene, step_of(scene, Move.ANSWER_FACT, facts=(fact.id,)))
    assert "|".join(line.bubbles) in fact.say


def test_a_fact_that_comes_with_another_move_comes_before_it(stage: ScenarioFiles, card: Scenario) -> None:
    scene = scene_of(card)
    fact = next(fact for fact in card.facts if fact.disclosure == "on_ask")
    line = say(TemplateRenderer(stage.lines), scene, step_of(scene, Move.DOUBT, facts=(fact.id,)))
    told = next(said for said in fact.say if "|".join(line.bubbles).startswith(said))
    assert "|".join(line.bubbles)[len(told) + 1 :] in card.lines[Move.DOUBT]


@pytest.mark.parametrize(
    ("intensity", "expected"), [(Intensity.FIRM, {"civil"}), (Intensity.HARSH, {"civil", "harsh"})]
)
def test_harsh_words_need_the_candidate_s_leave(card: Scenario, intensity: Intensity, expected: set[str]) -> None:
    bare = card.model_copy(update={"lines": {}})
    lines = {Move.VENT: (WrittenLine(say="civil"), WrittenLine(say="harsh", intensity="harsh"))}
    scenes = [scene_of(bare, seed, intensity) for seed in range(20)]
    said = {say(TemplateRenderer(lines), scene, step_of(scene, Move.VENT)).text for scene in scenes}
    assert said == expected


def test_a_line_fits_the_anger_and_the_act_it_answers(card: Scenario) -> None:
    bare = card.model_copy(update={"lines": {}})
    lines = {
        Move.CHALLENGE: (
            WrittenLine(say="calm", anger=(0, 2)),
            WrittenLine(say="angry", anger=(3, 5)),
            WrittenLine(say="sorry again", after=Act.APOLOGY),
        )
    }
    scene, renderer = scene_of(bare), TemplateRenderer(lines)
    assert say(renderer, scene, step_of(scene, Move.CHALLENGE, anger=1)).text == "calm"
    assert say(renderer, scene, step_of(scene, Move.CHALLENGE, anger=4)).text == "angry"
    assert say(renderer, scene, step_of(scene, Move.CHALLENGE, anger=4, after=(Act.APOLOGY,))).text == "sorry again"


def test_a_line_that_stands_in_for_a_model_says_so() -> None:
    line = instead(Line(bubbles=("哦",), by="template"), ["role_flip"])
    assert line.note == Note.TEMPLATE_SERVED
    assert line.rejected == ("role_flip",)
