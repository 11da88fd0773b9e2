"""What a role-play earns and costs."""

import pytest
from pydantic import ValidationError

from coach.customer.acts import Act
from coach.customer.mood import Labels
from coach.customer.rubric import Rubric, RubricScore, score
from coach.customer.state import respond
from tests.customer.playing import STAGE, Turn, played

CALM = (Act.EMPATHY_SPECIFIC, Act.RESTATE)
HELP = (Act.SOLUTION_CONCRETE, Act.TIME_COMMITMENT)


def scored(*turns: Turn, card: str = "late-birthday-gift", greeting: str = "") -> RubricScore:
    return score(STAGE.rubric, played(card, *turns, greeting=greeting))


def done(result: RubricScore, item: str) -> bool | None:
    return next(one.done for one in result.items if one.id == item)


def test_nothing_said_has_no_score() -> None:
    result = scored()
    assert result.score is None
    assert not result.failed


def test_a_good_role_play_earns_more_than_a_middling_one_and_that_more_than_a_poor_one() -> None:
    good = scored((*CALM, Act.APOLOGY), (Act.INFO_QUESTION, "f2"), (*HELP, Act.CONFIRM), greeting="您好，")
    middling = scored((Act.APOLOGY,), (Act.EMPATHY_SPECIFIC,), (Act.SOLUTION_CONCRETE,))
    poor = scored((Act.DEFLECTION,), (Act.BARE_REFUSAL,))
    assert good.score is not None
    assert middling.score is not None
    assert 1 >= good.score > middling.score > (poor.score or 0) == 0


@pytest.mark.parametrize(
    ("item", "turns"),
    [
        ("empathy_specific", [(Act.EMPATHY_SPECIFIC,)]),
        ("restate", [(Act.RESTATE,)]),
        ("apology", [(Act.APOLOGY,)]),
        ("verify", [(Act.INFO_QUESTION,)]),
        ("clarify", [(Act.INFO_QUESTION, "f2")]),
        ("hear_out", [CALM]),
        ("emotion_first", [CALM, HELP]),
        ("solution_concrete", [HELP]),
        ("time_commitment", [HELP]),
        ("confirm", [(Act.CONFIRM,)]),
        ("close", [CALM, (Act.CLOSING,)]),
    ],
)
def test_an_item_is_earned_by_its_act_and_not_without(item: str, turns: list[Turn]) -> None:
    assert done(scored(*turns), item) is True
    assert done(scored((Act.EMPATHY_GENERIC,)), item) is False


def test_an_offer_before_the_customer_was_heard_forfeits_hearing_out() -> None:
    result = scored(HELP, CALM)
    assert done(result, "hear_out") is False
    assert done(result, "emotion_first") is False


def test_asking_for_what_is_known_forfeits_checking() -> None:
    assert done(scored((Act.INFO_QUESTION,), (Act.ASKS_KNOWN_INFO,)), "verify") is False


def test_a_greeting_is_in_the_first_turn() -> None:
    assert done(scored(CALM, greeting="您好，"), "greet") is True
    assert done(scored(CALM), "greet") is False


def test_what_did_not_come_up_counts_neither_way() -> None:
    result = scored(CALM, HELP)
    assert done(result, "boundary") is None
    assert done(result, "policy_basis") is None
    asked = sum(item.weight for item in result.items if item.done is not None)
    earned = sum(item.weight for item in result.items if item.done)
    assert result.score == pytest.approx(earned / asked)


def test_a_refusal_brings_up_its_reason_and_another_way() -> None:
    result = scored(CALM, (Act.REFUSAL, Act.ALTERNATIVE))
    assert done(result, "policy_basis") is False
    assert done(result, "alternative") is True


@pytest.mark.parametrize("act", [Act.OVER_PROMISE, Act.PRIVACY, Act.OFF_PLATFORM])
def test_a_red_line_fails_whatever_the_points(act: Act) -> None:
    result = scored((*CALM, *HELP, Act.CONFIRM, act))
    assert result.failed
    assert result.score is not None
    assert result.score > 0


def test_a_snap_costs_and_an_insult_is_a_red_line() -> None:
    scene = played("late-birthday-gift", CALM, (Act.RUDE,))
    assert not score(STAGE.rubric, scene).failed
    one = scene.exchanges[1]
    insult = one.model_copy(update={"observed": one.observed.model_copy(update={"insults": True})})
    assert score(STAGE.rubric, scene.model_copy(update={"exchanges": (scene.exchanges[0], insult)})).failed


def test_a_cost_counts_twice_at_most() -> None:
    result = scored(*[(Act.SCRIPTED_REPEAT,)] * 2, (Act.SCRIPTED_REPEAT, *CALM), card="grandpa-return-button")
    assert [cost.proof.turn for cost in result.costs] == [1, 2]


def test_every_earned_item_and_every_cost_quotes_the_candidate() -> None:
    scene = played("late-birthday-gift", (*CALM, Act.APOLOGY), (Act.DEFLECTION,), (*HELP, Act.CLOSING))
    result = score(STAGE.rubric, scene)
    proofs = [item.proof for item in result.items if item.done and item.proof] + [cost.proof for cost in result.costs]
    assert len(proofs) > 5
    assert all(proof.quote in scene.exchanges[proof.turn - 1].said for proof in proofs)


def test_weights_that_do_not_add_up_are_refused() -> None:
    content = STAGE.rubric.model_dump()
    content["items"][0]["weight"] += 1
    with pytest.raises(ValidationError, match="add up to 101"):
        Rubric.model_validate(content)


def test_a_call_for_a_supervisor_wants_to_be_taken_up() -> None:
    scene = played("fridge-fourth-contact", (Act.BARE_REFUSAL,), CALM, difficulty=1)
    asked = [one.step.move for one in scene.exchanges]
    if "demand_supervisor" not in asked[:-1]:
        changed = scene.exchanges[0].step.model_copy(update={"move": "demand_supervisor"})
        first = scene.exchanges[0].model_copy(update={"step": changed})
        scene = scene.model_copy(update={"exchanges": (first, *scene.exchanges[1:])})
    assert done(score(STAGE.rubric, scene), "escalate_right") is False
    step = respond(scene.scenario, 1, 1, scene.state, Labels(acts=HELP))
    assert step.state.turn == 3
