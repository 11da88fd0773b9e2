"""A second opinion on how role-plays end: by the steps alone, counted anew, so that a fault of the engine shows."""

from collections.abc import Iterator, Sequence

from coach.customer.acts import Act, Move
from coach.customer.mood import Phase, State, Step, StopReason, Why
from coach.customer.scenario import Scenario
from coach.customer.state import LEVELS, MAX_TURNS

SETTLED = frozenset({StopReason.RESOLVED, StopReason.RESOLVED_COLD})
LEFT = frozenset({StopReason.WALK_AWAY, StopReason.ESCALATED})
_COUNT_AS_OFFER = frozenset({Act.SOLUTION_CONCRETE, Act.ALTERNATIVE, Act.COMPENSATION, Act.REFUSAL})
_HURTS = frozenset(
    {Act.RUDE, Act.BLAME_CUSTOMER, Act.CALM_DOWN_COMMAND, Act.BARE_REFUSAL, Act.DEFLECTION, Act.SCRIPTED_REPEAT}
    | {Act.ASKS_KNOWN_INFO, Act.PRIVACY, Act.OFF_PLATFORM, Act.OVER_PROMISE}
)
_NO_USE = frozenset({Act.APOLOGY, Act.EMPATHY_GENERIC, Act.CLOSING})


def faults(card: Scenario, difficulty: int, opened: State, steps: Sequence[Step]) -> Iterator[str]:
    """What is wrong with how a finished dialogue ended; nothing where it ended as the rules say."""
    end = steps[-1].state.end
    if any(step.state.end is not None for step in steps[:-1]):
        yield "it went on after its end"
    if len(steps) > MAX_TURNS:
        yield f"it had {len(steps)} turns"
    if any(
        _may_settle(card, difficulty, steps[: at + 1]) and step.move is not Move.ACCEPT for at, step in _open(steps)
    ):
        yield "the customer could have settled and did not"
    if end in SETTLED:
        yield from _wrongly_settled(card, difficulty, steps)
    elif end in LEFT:
        yield from _wrongly_left(card, opened, steps)
    elif end is not StopReason.MAX_TURNS or len(steps) != MAX_TURNS:
        yield f"{end} after {len(steps)} turns"


def _open(steps: Sequence[Step]) -> Iterator[tuple[int, Step]]:
    """The turns of a customer who had not settled before, nor goes with this one."""
    for at, step in enumerate(steps):
        settled = at > 0 and steps[at - 1].state.phase is Phase.CLOSE
        if not settled and step.move is not Move.LEAVE:
            yield at, step


def _wrongly_settled(card: Scenario, difficulty: int, steps: Sequence[Step]) -> Iterator[str]:
    state = steps[-1].state
    accepted = [at for at, step in enumerate(steps) if step.move is Move.ACCEPT]
    if not accepted or (len(steps) < MAX_TURNS and accepted[-1] != len(steps) - 2):
        yield "the customer settled without a word"
    elif not _may_settle(card, difficulty, steps[: accepted[-1] + 1]):
        yield "the customer settled too early"
    warm = state.anger <= 1 and state.trust >= 1
    if warm is not (state.end is StopReason.RESOLVED):
        yield f"{state.end} with anger {state.anger} and trust {state.trust}"


def _may_settle(card: Scenario, difficulty: int, steps: Sequence[Step]) -> bool:
    """Whether musts, offers, trust and anger allow it after these steps, and the last one moved something."""
    level, last = LEVELS[difficulty], steps[-1]
    did = {act for step in steps for act in step.after}
    musts = [demand for demand in card.demands if demand.must]
    # An offer that came too early counts nowhere, so the acts alone are needed, but not enough.
    met = all(demand.id in last.state.met and did.issuperset(demand.accept_if) for demand in musts)
    offers = sum(bool(_COUNT_AS_OFFER.intersection(step.after)) for step in steps)
    mood = last.state.trust >= level.trust_needed and last.state.anger <= level.anger_left
    return met and mood and min(offers, last.state.offers) > level.refused and _brings_something(last)


def _brings_something(step: Step) -> bool:
    """Whether a turn did something of use, and neither hurt nor had its offer turned down."""
    refused = any(change.why == Why.FIRST_REFUSED for change in step.changes)
    return not _worse(step) and not refused and bool(set(step.after) - _HURTS - _NO_USE)


def _worse(step: Step) -> bool:
    """Whether a turn hurt: a rise of 0 is one that found anger at its most."""
    raised = any(change.what == "anger" and isinstance(change.by, int) and change.by >= 0 for change in step.changes)
    return raised or bool(_HURTS.intersection(step.after)) or any(one.why == Why.BAD_TURN for one in step.changes)


def _wrongly_left(card: Scenario, opened: State, steps: Sequence[Step]) -> Iterator[str]:
    last = steps[-1]
    if last.move is not Move.LEAVE:
        yield f"{last.state.end} with the move {last.move}"
    if any(change.why == Why.INSULTED for change in last.changes):
        if last.state.end is not StopReason.ESCALATED:
            yield "an insult did not escalate"
        return
    warned = [at for at, step in enumerate(steps) if step.move is Move.ULTIMATUM]
    if len(warned) != 1 or warned[0] >= len(steps) - 1:
        yield f"{len(warned)} ultimatums before leaving"
    before = steps[-2].state if len(steps) > 1 else opened
    if not _worse(last) and _has_more(last.state, before):
        yield "the customer left a turn that moved something"
    if last.state.end is not _expected(card):
        yield f"{last.state.end} by a customer who knows and fights otherwise"


def _has_more(state: State, before: State) -> bool:
    gains = (state.trust > before.trust, state.offers > before.offers, state.listening > before.listening)
    return any(gains) or state.anger < before.anger or len(state.met) > len(before.met)


def _expected(card: Scenario) -> StopReason:
    """Those who know their rights, or fight for them, go higher; the others go away."""
    fights = card.tactics.get(Move.THREATEN_COMPLAINT, 0) + card.tactics.get(Move.DEMAND_SUPERVISOR, 0)
    return {
        "low": StopReason.ESCALATED if fights >= 4 else StopReason.WALK_AWAY,
        "medium": StopReason.ESCALATED if fights >= 3 else StopReason.WALK_AWAY,
        "high": StopReason.ESCALATED if fights >= 1 else StopReason.WALK_AWAY,
    }[card.persona.rights_awareness]
