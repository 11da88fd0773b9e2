"""The bundled scenarios and what any customer may say: sound, in a customer's voice, and in our own words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from statistics import median

import pytest

from coach.adapters.scenario_files import ScenarioFiles
from coach.chat import Deadline
from coach.compose import Coach
from coach.customer.acts import Act, Move
from coach.customer.checking import CardLint
from coach.customer.observer import RuleObserver
from coach.customer.scenario import Scenario
from coach.customer.state import opening
from coach.customer.turns import Scene
from coach.folding import folded
from coach.settings import Settings

ROOT = Path(__file__).parent.parent.parent
DOCUMENT = ROOT.parent / "shared/source/customer-service-question-bank.zh.md"
STAGE = ScenarioFiles(ROOT / "corpus/scenarios", ROOT / "corpus/customer")
LONGEST_COMMON_RUN = 11
MEDIAN_BUBBLE = 10
"""Characters; the median of real dissatisfied customers is 8."""
FULL_STOPS = 0.05

_THREATS = (Move.THREATEN_REVIEW, Move.THREATEN_COMPLAINT, Move.DEMAND_SUPERVISOR)
_LEAST_ANGER: Mapping[Move, int] = {Move.VENT: 2, Move.SARCASM: 2, **dict.fromkeys(_THREATS, 3)}
_MOST_ANGER: Mapping[Move, int] = {Move.ACCEPT: 3, Move.FAREWELL: 3}
"""Where the engine makes these moves at all."""

every_card = pytest.mark.parametrize("card", STAGE.scenarios, ids=lambda card: card.id)


def lines_of(card: Scenario) -> Iterator[str]:
    yield from card.opening
    yield from (line for lines in card.lines.values() for line in lines)
    yield from (line for fact in card.facts for line in fact.say)


def bubbles_of(lines: Iterator[str] | Sequence[str]) -> Sequence[str]:
    return [bubble for line in lines for bubble in line.split("|")]


def texts_of(card: Scenario) -> Iterator[str]:
    yield from (card.title, card.persona.style, *card.briefing, *lines_of(card))
    yield from (demand.text for demand in card.demands)
    yield from (fact.text for fact in card.facts)
    yield from (line.text for line in card.red_lines)
    yield from (source.says for source in card.sources)


def test_the_cards_pass_the_lint() -> None:
    lints = set(CardLint)
    assert [finding for finding in Coach(Settings()).check(None) if finding.kind in lints] == []


def test_there_are_cards_of_every_difficulty() -> None:
    assert {card.difficulty for card in STAGE.scenarios} == {1, 2, 3, 4, 5}


def test_customers_send_some_lines_in_bursts_and_some_alone() -> None:
    lines = [line for card in STAGE.scenarios for lines in card.lines.values() for line in lines]
    assert 0.25 <= sum("|" in line for line in lines) / len(lines) <= 0.75


@every_card
class TestACard:
    def test_sounds_like_a_customer_in_a_chat(self, card: Scenario) -> None:
        bubbles = bubbles_of(lines_of(card))
        assert median(map(len, bubbles)) <= MEDIAN_BUBBLE
        assert sum(bubble.endswith("。") for bubble in bubbles) <= FULL_STOPS * len(bubbles)

    def test_hides_something_that_can_be_asked_for_and_something_that_takes_trust(self, card: Scenario) -> None:
        assert {"open", "on_ask", "on_trust"} == {fact.disclosure for fact in card.facts}

    def test_tells_nothing_to_who_makes_an_offer_and_asks_for_something_else(self, card: Scenario) -> None:
        scene = Scene(scenario=card, difficulty=3, seed=1, opened=opening(card, 3))
        for offer in (part for line in card.briefing for part in re.split("[。；]", line)):
            if re.search("可以|最多|免费", offer):
                observed = RuleObserver().observe(scene, f"{offer}。请问怎么称呼您？", Deadline(5))
                assert {Act.INFO_QUESTION, Act.ASKS_KNOWN_INFO} & set(observed.labels.acts)
                assert observed.asks == (), offer

    def test_shares_no_sentence_with_the_document(self, card: Scenario) -> None:
        for text in texts_of(card):
            assert shared_with_the_document(text) == []


@pytest.mark.parametrize("move", [move for move in Move if move is not Move.OPEN], ids=str)
class TestTheLinesOfAnyCustomer:
    def test_are_there_for_every_move_and_mood(self, move: Move) -> None:
        lines = [line for line in STAGE.lines[move] if line.intensity == "mild" and line.after is None]
        for anger in range(_LEAST_ANGER.get(move, 0), _MOST_ANGER.get(move, 5) + 1):
            assert sum(line.anger[0] <= anger <= line.anger[1] for line in lines) >= 2, f"at anger {anger}"

    def test_sound_like_a_customer_in_a_chat(self, move: Move) -> None:
        bubbles = bubbles_of([line.say for line in STAGE.lines[move]])
        assert median(map(len, bubbles)) <= MEDIAN_BUBBLE
        assert not [bubble for bubble in bubbles if bubble.endswith("。")]

    def test_share_no_sentence_with_the_document(self, move: Move) -> None:
        for line in STAGE.lines[move]:
            assert shared_with_the_document(line.say) == []


def test_the_rubric_costs_every_bad_act_and_ends_at_the_red_lines() -> None:
    rubric = STAGE.rubric
    assert {cost.act for cost in rubric.penalties if cost.fatal} == {
        Act.RUDE,
        Act.OVER_PROMISE,
        Act.PRIVACY,
        Act.OFF_PLATFORM,
    }
    assert len({cost.act for cost in rubric.penalties}) == len(rubric.penalties)
    assert len({item.id for item in rubric.items}) == len(rubric.items)


@cache
def runs_of_the_document() -> frozenset[str]:
    document = folded(DOCUMENT.read_text("utf-8"))
    return frozenset(document[at : at + LONGEST_COMMON_RUN + 1] for at in range(len(document) - LONGEST_COMMON_RUN))


def shared_with_the_document(text: str) -> Sequence[str]:
    if not DOCUMENT.is_file():
        pytest.skip("the customer's document is not at hand")
    ours = folded(text)
    runs = (ours[at : at + LONGEST_COMMON_RUN + 1] for at in range(len(ours) - LONGEST_COMMON_RUN))
    return [run for run in runs if run in runs_of_the_document()]
