"""The engine: how the customer's mood moves, when they settle and when they go. Pure, seeded, and every step explained.

The rules stand as a table in `docs/design/customer.md`. Nothing here knows what was said, only which acts it did: the
same acts and the same seed give the same states, whoever speaks the lines.
"""

from random import Random
from typing import Literal

from pydantic import BaseModel, ConfigDict

from coach.customer.acts import Act, Move
from coach.customer.mood import MOST_ANGER, MOST_TRUST, Change, Labels, Phase, State, Step, StopReason, Why
from coach.customer.scenario import Fact, Scenario

MAX_TURNS = 20
"""A role-play ends after so many turns of the candidate, whatever has come of it."""


class _Level(BaseModel):
    model_config = ConfigDict(frozen=True)

    anger: int
    patience: int
    """Added to the persona's."""
    trust: int
    """Added to the persona's."""
    refused: int
    """So many first offers are turned down."""
    trust_needed: int
    anger_left: int
    """The most anger at which the customer settles."""
    listening: int
    """Steps until the customer feels heard."""


LEVELS = {
    1: _Level(anger=2, patience=5, trust=1, refused=0, trust_needed=0, anger_left=3, listening=1),
    2: _Level(anger=3, patience=3, trust=0, refused=0, trust_needed=1, anger_left=3, listening=1),
    3: _Level(anger=3, patience=2, trust=0, refused=1, trust_needed=1, anger_left=2, listening=2),
    4: _Level(anger=4, patience=1, trust=0, refused=1, trust_needed=2, anger_left=2, listening=2),
    5: _Level(anger=4, patience=0, trust=-1, refused=2, trust_needed=2, anger_left=1, listening=3),
}
"""What difficulty 1 to 5 means."""

_PROMISE = frozenset({Act.SOLUTION_CONCRETE, Act.TIME_COMMITMENT})
_HEARS = frozenset({Act.EMPATHY_SPECIFIC, Act.RESTATE})
_OFFERS = frozenset({Act.SOLUTION_CONCRETE, Act.ALTERNATIVE, Act.COMPENSATION})
_ANGERS_TWICE = {
    Act.RUDE: Why.RUDE,
    Act.BLAME_CUSTOMER: Why.BLAMED,
    Act.CALM_DOWN_COMMAND: Why.TOLD_TO_CALM_DOWN,
}
_ANGERS = {
    Act.BARE_REFUSAL: Why.BARE_REFUSAL,
    Act.DEFLECTION: Why.DEFLECTED,
    Act.SCRIPTED_REPEAT: Why.SCRIPTED,
    Act.ASKS_KNOWN_INFO: Why.ASKED_AGAIN,
    Act.PRIVACY: Why.PRIVACY,
    Act.OFF_PLATFORM: Why.OFF_PLATFORM,
}
_COSTS_TRUST = {
    Act.RUDE: Why.RUDE,
    Act.OVER_PROMISE: Why.OVER_PROMISED,
    Act.PRIVACY: Why.PRIVACY,
    Act.OFF_PLATFORM: Why.OFF_PLATFORM,
    Act.DEFLECTION: Why.DEFLECTED,
    Act.SCRIPTED_REPEAT: Why.SCRIPTED,
}
_HELPS = frozenset(
    {Act.EMPATHY_SPECIFIC, Act.RESTATE, Act.INFO_QUESTION, Act.TIME_COMMITMENT, Act.POLICY_REASON, Act.REFUSAL}
    | {Act.BOUNDARY, Act.CONFIRM}
    | _OFFERS
)
_THREATS = frozenset({Move.THREATEN_REVIEW, Move.THREATEN_COMPLAINT, Move.DEMAND_SUPERVISOR})
_ANSWERED_FIRST = frozenset({Act.INFO_QUESTION, Act.RESTATE, Act.CONFIRM, Act.CLOSING})
"""Who is asked, answers that; who is said goodbye to, doesn't begin anew."""
_CONFIDES_AT = 2
"""Trust from which on the customer tells what they would have kept to themselves."""
_ANGER_FOR = {Move.VENT: 2, Move.SARCASM: 2} | dict.fromkeys(_THREATS, 3)
"""The least anger at which a move is made."""


def opening(scenario: Scenario, difficulty: int) -> State:
    """The customer before the candidate's first word. Raises KeyError for a difficulty that is not 1 to 5."""
    level = LEVELS[difficulty]
    persona = scenario.persona
    return State(
        anger=level.anger,
        trust=min(max(persona.trust + level.trust, 0), MOST_TRUST),
        patience=max(persona.patience + level.patience, 2),
        revealed=tuple(fact.id for fact in scenario.facts if fact.disclosure == "open"),
    )


def respond(scenario: Scenario, difficulty: int, seed: int, state: State, labels: Labels) -> Step:
    """The customer after a turn of the candidate. `state.end` must be None."""
    assert state.end is None, "an ended role-play goes no further"
    turn = _Turn(scenario, LEVELS[difficulty], state, labels)
    turn.listen()
    turn.feel()
    turn.weigh_offers()
    turn.lose_patience()
    move, end = turn.decide(Random(f"{scenario.id} {seed} {state.turn}"))
    after = turn.state.model_copy(
        update={
            "turn": state.turn + 1,
            "apologies": state.apologies + (Act.APOLOGY in labels.acts),
            "asked": state.asked + (Act.INFO_QUESTION in labels.acts),
            "last_move": move,
            "end": end,
            "phase": _phase(turn.state, move),
        }
    )
    return Step(state=after, move=move, after=labels.acts, facts=turn.told, changes=tuple(turn.changes))


def quit_by_candidate(state: State) -> State:
    """The state where the candidate gives up; a customer who had settled stays so."""
    if state.end is not None:
        return state
    return state.model_copy(
        update={"end": _outcome(state) if state.phase is Phase.CLOSE else StopReason.CANDIDATE_QUIT}
    )


def paused_for_safety(state: State) -> State:
    """The state where the program stops the role-play because the person themselves may need help."""
    return state.model_copy(update={"end": StopReason.PAUSED_FOR_SAFETY})


class _Turn:
    """One turn on its way through the rules, in their order."""

    def __init__(self, scenario: Scenario, level: _Level, before: State, labels: Labels) -> None:
        self.scenario = scenario
        self.level = level
        self.before = before
        self.state = before
        self.labels = labels
        self.acts = frozenset(labels.acts)
        self.told: tuple[str, ...] = ()
        self.changes: list[Change] = []
        self.premature = False
        self.refused = False
        self.worse = False

    def listen(self) -> None:
        """Facts that are asked for and told, and whether the customer comes to feel heard."""
        for fact in self.scenario.facts:
            if fact.id in self.labels.asks and self._is_told(fact):
                self._tell(fact, Why.ASKED)
        steps = len(self.acts & _HEARS)
        # A good question helps somebody who has felt something of an ear; alone it is only business.
        steps += bool(self.told) and (steps + self.before.listening > 0)
        if not self.before.heard and steps:
            listening = self.before.listening + steps
            heard = listening >= self.level.listening
            self._note("heard", int(heard), Why.HEARD if heard else Why.LISTENING)
            self._set(listening=listening, heard=heard)

    def _is_told(self, fact: Fact) -> bool:
        hidden = fact.id not in self.state.revealed
        return hidden and (fact.disclosure == "on_ask" or self.before.trust >= 1)

    def _tell(self, fact: Fact, why: Why) -> None:
        self.told = (*self.told, fact.id)
        self._set(revealed=(*self.state.revealed, fact.id))
        self._note("fact", fact.id, why)

    def _confides(self) -> bool:
        """Tells one thing unasked to somebody who has earned it."""
        kept = (fact for fact in self.scenario.facts if fact.disclosure == "on_trust")
        next_one = next((fact for fact in kept if fact.id not in self.state.revealed), None)
        if (
            next_one is None
            or self.told
            or self.worse
            or bool(self.acts & _ANSWERED_FIRST)
            or not self.state.heard
            or self.before.trust < _CONFIDES_AT
        ):
            return False
        self._tell(next_one, Why.TRUSTED)
        return True

    def feel(self) -> None:
        """Anger and trust: at most one step down and two up, at most one step of trust."""
        up = self._anger_up()
        if up is not None:
            by, why = up
            self.worse = True
            self._set_anger(by, why)
        elif Act.EMPATHY_SPECIFIC in self.acts:
            self._set_anger(-1, Why.EMPATHY)
        elif self.state.heard and self.acts & _OFFERS:
            self._set_anger(-1, Why.OFFER)
        down = next((why for act, why in _COSTS_TRUST.items() if act in self.acts), None)
        if down is not None:
            self.worse = True
            self._set_trust(-1, down)
        elif not self.worse and (why := self._trust_up()) is not None:
            self._set_trust(1, why)

    def _anger_up(self) -> tuple[int, Why] | None:
        for by, causes in ((2, _ANGERS_TWICE), (1, _ANGERS)):
            for act, why in causes.items():
                if act in self.acts:
                    return by, why
        if Act.APOLOGY in self.acts and self.before.apologies and not self.acts & _HELPS:
            return 1, Why.SORRY_AGAIN
        rules = self.acts & {Act.POLICY_REASON, Act.REFUSAL}
        if rules and not self.state.heard and self.before.anger >= 3 and Act.EMPATHY_SPECIFIC not in self.acts:
            return 1, Why.RULES_FIRST
        timed = {Act.TIME_COMMITMENT} & (self.acts | set(self.before.done))
        if self.before.offers and Act.SOLUTION_CONCRETE in self.acts and not timed:
            return 1, Why.NO_TIME
        return None

    def _trust_up(self) -> Why | None:
        if self.state.heard and not self.before.heard:
            return Why.HEARD
        if not self._offers_count():
            return None
        if self.acts >= _PROMISE:
            return Why.PROMISE_WITH_A_TIME
        if self.acts >= {Act.POLICY_REASON, Act.ALTERNATIVE}:
            return Why.HONEST_NO
        if Act.BOUNDARY in self.acts and self.before.last_move in _THREATS | {Move.VENT, Move.SARCASM}:
            return Why.BOUNDARY
        return None

    def _offers_count(self) -> bool:
        return self.state.heard or self.before.anger < 3

    def weigh_offers(self) -> None:
        """Which demands are met; an offer to somebody who was not heard counts for nothing."""
        if not self._offers_count():
            self.premature = bool(self.acts & _OFFERS) and not self.acts & _HEARS
            return
        done = tuple(dict.fromkeys((*self.before.done, *self.labels.acts)))
        offers = self.before.offers + bool(self.acts & (_OFFERS | {Act.REFUSAL}))
        newly = [
            demand.id
            for demand in self.scenario.demands
            if demand.id not in self.before.met and set(demand.accept_if) <= set(done)
        ]
        for demand in newly:
            self._note("demand", demand, Why.MET)
        self.refused = offers > self.before.offers and offers <= self.level.refused
        if self.refused:
            self._note("offer", offers, Why.FIRST_REFUSED)
        self._set(done=done, offers=offers, met=(*self.before.met, *newly))

    def lose_patience(self) -> None:
        """One turn less for each that brought nothing, two for each that made it worse."""
        if self.worse:
            self._set_patience(-2, Why.BAD_TURN)
        elif self.premature:
            self._set_patience(-1, Why.PREMATURE)
        elif not self._progress() and self.before.phase is not Phase.CLOSE:
            self._set_patience(-1, Why.NOTHING_NEW)

    def _progress(self) -> bool:
        return (
            self.state.anger < self.before.anger
            or self.state.trust > self.before.trust
            or self.state.listening > self.before.listening
            or len(self.state.met) > len(self.before.met)
            or (Act.INFO_QUESTION in self.acts and not self.before.asked)
            or (Act.CONFIRM in self.acts and self.before.offers > 0 and Act.CONFIRM not in self.before.done)
            or (self.before.warned and not self.before.heard and self.acts >= _PROMISE)
            or self.state.offers > self.before.offers
            or bool(self.told)
        )

    def decide(self, random: Random) -> tuple[Move, StopReason | None]:
        """The next move, and the end where this is one."""
        if self.labels.insults:
            return self._ends(Move.LEAVE, StopReason.ESCALATED, Why.INSULTED)
        if self.before.phase is Phase.CLOSE and not self.worse:
            return self._ends(Move.FAREWELL, _outcome(self.state), Why.SETTLED)
        if self.before.warned and (self.worse or not self._progress()):
            return self._ends(Move.LEAVE, _leaving(self.scenario), Why.GONE)
        if self._settles():
            self._note("phase", Phase.CLOSE, Why.SETTLED)
            return Move.ACCEPT, _outcome(self.state) if self._is_last() else None
        if self._is_last():
            return self._ends(Move.LEAVE, StopReason.MAX_TURNS, Why.TOO_LONG)
        if self.before.warned and self.state.patience == 0:
            self._set_patience(1, Why.SECOND_CHANCE)
        if not self.before.warned and (self.state.patience == 0 or self._boils_over()):
            self._note("phase", Move.ULTIMATUM, Why.LAST_WARNING)
            self._set(warned=True)
            return Move.ULTIMATUM, None
        if len(self.state.met) > len(self.before.met) and self.before.last_move is not Move.PARTIAL_ACCEPT:
            return Move.PARTIAL_ACCEPT, None
        if self.before.last_move is not Move.ANSWER_FACT and (self.told or self._confides()):
            return Move.ANSWER_FACT, None
        return self._tactic(random), None

    def _ends(self, move: Move, end: StopReason, why: Why) -> tuple[Move, StopReason]:
        self._note("end", end, why)
        return move, end

    def _is_last(self) -> bool:
        return self.before.turn + 1 >= MAX_TURNS

    def _boils_over(self) -> bool:
        return self.state.anger == MOST_ANGER and self.worse

    def _settles(self) -> bool:
        musts = {demand.id for demand in self.scenario.demands if demand.must}
        return (
            not self.worse
            and not self.refused
            and bool(self.acts & _HELPS)
            and musts <= set(self.state.met)
            and self.state.offers > self.level.refused
            and self.state.trust >= self.level.trust_needed
            and self.state.anger <= self.level.anger_left
        )

    def _tactic(self, random: Random) -> Move:
        weights = {
            move: weight
            for move, weight in self._wishes().items()
            if move is not self.before.last_move and self.state.anger >= _ANGER_FOR.get(move, 0)
        }
        return random.choices(list(weights), list(weights.values()))[0]

    def _wishes(self) -> dict[Move, int]:
        """What this customer might do now, by weight: their own tactics, and what the turn provokes."""
        wishes = {Move.REPEAT_DEMAND: 1, Move.CHALLENGE: 1} | dict(self.scenario.tactics)
        provoked: dict[Move, int] = {}
        if not self.state.heard:
            provoked = {Move.VENT: 3, Move.REPEAT_DEMAND: 1}
        elif self.refused:
            provoked = {Move.HAGGLE: 3, Move.DOUBT: 3}
        elif not self.acts:
            provoked = {Move.STALL: 2, Move.REPEAT_DEMAND: 3}
        elif self.state.offers:
            provoked = {Move.DOUBT: 2}
        if self.premature:
            provoked |= {Move.CHALLENGE: 3, Move.DOUBT: 2}
        if self.acts & {Act.PRIVACY, Act.OFF_PLATFORM, Act.OVER_PROMISE}:
            provoked |= {Move.DOUBT: 4, Move.CHALLENGE: 3}
        if self.acts & {Act.BARE_REFUSAL, Act.DEFLECTION, Act.REFUSAL}:
            provoked |= {move: 3 for move in _THREATS if move in self.scenario.tactics}
        for move, weight in provoked.items():
            wishes[move] = wishes.get(move, 0) + weight
        return wishes

    def _set(self, **values: object) -> None:
        self.state = self.state.model_copy(update=values)

    def _note(self, what: str, by: int | str, why: Why) -> None:
        self.changes.append(Change.model_validate({"what": what, "by": by, "why": why}))

    def _set_anger(self, by: int, why: Why) -> None:
        if by > 0 and self.state.anger == MOST_ANGER:
            self._note("anger", 0, why)  # no room above, and still a reason worth telling
        self._move("anger", by, MOST_ANGER, why)

    def _set_trust(self, by: int, why: Why) -> None:
        self._move("trust", by, MOST_TRUST, why)

    def _set_patience(self, by: int, why: Why) -> None:
        self._move("patience", by, 99, why)

    def _move(self, what: Literal["anger", "trust", "patience"], by: int, most: int, why: Why) -> None:
        now: int = getattr(self.state, what)
        after = min(max(now + by, 0), most)
        if after != now:
            self._note(what, after - now, why)
            self._set(**{what: after})


def _phase(state: State, move: Move) -> Phase:
    if move in {Move.ACCEPT, Move.FAREWELL}:
        return Phase.CLOSE
    return Phase.NEGOTIATE if state.heard else Phase.VENT


def _outcome(state: State) -> StopReason:
    return StopReason.RESOLVED if state.anger <= 1 and state.trust >= 1 else StopReason.RESOLVED_COLD


def _leaving(scenario: Scenario) -> StopReason:
    """Whether this customer goes away or goes higher: by how much they know of their rights, and how they fight."""
    fights = sum(scenario.tactics.get(move, 0) for move in (Move.THREATEN_COMPLAINT, Move.DEMAND_SUPERVISOR))
    knows = {"low": 0, "medium": 1, "high": 3}[scenario.persona.rights_awareness]
    return StopReason.ESCALATED if fights + knows >= 4 else StopReason.WALK_AWAY
