"""One nudge for a candidate who asks for it: what to turn to next, never what to say."""

from enum import StrEnum

from coach.customer.acts import Act
from coach.customer.mood import Phase, State
from coach.customer.scenario import Scenario
from coach.customer.state import LEVELS
from coach.customer.turns import Scene


class Hint(StrEnum):
    """A nudge. Screens translate these sentences."""

    FEELING = "They don't feel heard yet. What does this mean for them? Take up something that they told you."
    SAY_BACK = "Nearly there. Say the problem back in your own words, and ask whether you got it right."
    ASK = "There is something they have not told you. Ask, one question at a time."
    CONCRETE = "They are listening now. Say who will do what."
    BY_WHEN = "By when? Without a time it is no promise to them."
    HONEST_NO = "You can't give them all of it. Say no with the reason, and offer another way."
    HOLD_ON = "A first offer is rarely taken. Stand by yours with a reason, or better it a little."
    SMALL_PROMISE = "They don't trust you yet. Promise one small thing, and by when."
    CALM_FIRST = "Your offer is on the table, but they are still angry. Name what this has cost them."
    LAST_CHANCE = "That was the last warning. Do one thing now that matters to them."
    ROUND_OFF = "They have settled. Sum up what was agreed, and say goodbye."


def hint(scene: Scene) -> Hint:
    """What would help most now, by what the customer feels and wants."""
    state, card, level = scene.state, scene.scenario, LEVELS[scene.difficulty]
    if state.phase is Phase.CLOSE:
        return Hint.ROUND_OFF
    if state.warned:
        return Hint.LAST_CHANCE
    if not state.heard:
        return Hint.SAY_BACK if state.listening else Hint.FEELING
    if any(fact.disclosure == "on_ask" and fact.id not in state.revealed for fact in card.facts):
        return Hint.ASK
    missing = _missing(card, state)
    if missing:
        return next((clue for act, clue in _TOWARDS.items() if act in missing), Hint.CONCRETE)
    if state.offers <= level.refused:
        return Hint.HOLD_ON
    return Hint.SMALL_PROMISE if state.trust < level.trust_needed else Hint.CALM_FIRST


_TOWARDS = {
    Act.REFUSAL: Hint.HONEST_NO,
    Act.POLICY_REASON: Hint.HONEST_NO,
    Act.ALTERNATIVE: Hint.HONEST_NO,
    Act.SOLUTION_CONCRETE: Hint.CONCRETE,
    Act.TIME_COMMITMENT: Hint.BY_WHEN,
}


def _missing(card: Scenario, state: State) -> set[Act]:
    """The acts that the first open must still waits for."""
    for demand in card.demands:
        if demand.must and demand.id not in state.met:
            return set(demand.accept_if) - set(state.done)
    return set()
