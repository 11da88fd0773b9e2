"""A hint turns the candidate to what would help most, and never says it for them."""

import pytest

from coach.customer.acts import Act
from coach.customer.hints import Hint, hint
from tests.customer.playing import CARDS, Turn, played

CALM = (Act.EMPATHY_SPECIFIC, Act.RESTATE)
HELP = (Act.SOLUTION_CONCRETE, Act.TIME_COMMITMENT)
ASKING = tuple(fact.id for fact in CARDS["late-birthday-gift"].facts if fact.disclosure == "on_ask")


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ((), Hint.FEELING),
        (((Act.EMPATHY_SPECIFIC,),), Hint.SAY_BACK),
        ((CALM,), Hint.ASK),
        ((CALM, (Act.INFO_QUESTION, *ASKING)), Hint.CONCRETE),
        ((CALM, (Act.INFO_QUESTION, *ASKING), (Act.SOLUTION_CONCRETE,)), Hint.BY_WHEN),
        ((CALM, (Act.INFO_QUESTION, *ASKING), HELP), Hint.HOLD_ON),
        ((CALM, (Act.INFO_QUESTION, *ASKING), HELP, HELP), Hint.ROUND_OFF),
        (((Act.RUDE,),), Hint.LAST_CHANCE),
    ],
)
def test_the_next_step_is_hinted_at(turns: tuple[Turn, ...], expected: Hint) -> None:
    assert hint(played("late-birthday-gift", *turns)) is expected


def test_a_demand_that_must_be_declined_hints_at_an_honest_no() -> None:
    card = next(
        card
        for card in CARDS.values()
        if all(demand.accept_if[0] is Act.REFUSAL for demand in card.demands if demand.must)
    )
    asked = tuple(fact.id for fact in card.facts if fact.disclosure == "on_ask")
    assert hint(played(card.id, CALM, (Act.INFO_QUESTION, *asked))) is Hint.HONEST_NO


def test_no_hint_names_the_card_s_facts() -> None:
    words = {word for card in CARDS.values() for fact in card.facts for word in fact.say}
    assert not any(word in one for one in Hint for word in words)
