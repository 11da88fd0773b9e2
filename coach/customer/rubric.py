"""The score of a role-play by a rubric of the trade: what was done, what it cost, the red lines. Code counts it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from coach.customer.acts import Act, Move, Said
from coach.customer.mood import Why
from coach.customer.turns import Exchange, Scene

ItemId = Literal[
    "greet", "hear_out", "restate", "verify", "clarify", "empathy_specific", "apology", "emotion_first",
    "solution_concrete", "policy_basis", "alternative", "time_commitment", "boundary", "escalate_right", "confirm",
    "close",
]  # fmt: skip
_GREETING = re.compile(
    r"[您你]好|[早上中下晚]+[上午]?好|在的|我是.{0,8}客服|\b(?:hi|hello|good (?:morning|afternoon|evening))\b",
    re.IGNORECASE,
)
_THREATS = frozenset({Move.THREATEN_REVIEW, Move.THREATEN_COMPLAINT, Move.DEMAND_SUPERVISOR})


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RubricItem(_Value):
    """Something that a good role-play does."""

    id: ItemId
    text: str
    text_en: str
    stage: str
    weight: int = Field(ge=1)


class RubricPenalty(_Value):
    """Something that costs points each time, up to twice."""

    act: Act
    points: int = Field(ge=1)
    fatal: bool = False
    """A red line: the session has failed, whatever the points."""
    text: str
    text_en: str


class Rubric(_Value):
    """`corpus/customer/rubric.yaml`."""

    items: tuple[RubricItem, ...]
    penalties: tuple[RubricPenalty, ...]

    @model_validator(mode="after")
    def _weights_add_up(self) -> Self:
        whole = sum(item.weight for item in self.items)
        if whole != 100:
            raise ValueError(f"the weights of the items add up to {whole}, not to 100")
        return self


class Proof(_Value):
    """The candidate's words that earned or cost something."""

    turn: int
    """From 1 on."""
    quote: str


class ItemScore(_Value):
    """What became of an item."""

    id: ItemId
    text: str
    text_en: str
    stage: str
    weight: int
    done: bool | None
    """None where it did not come up: it counts neither way."""
    proof: Proof | None = None


class Cost(_Value):
    """What a bad turn cost."""

    act: Act
    text: str
    text_en: str
    points: int
    fatal: bool
    proof: Proof


class RubricScore(_Value):
    """All of it."""

    score: float | None
    """0 to 1: the weight done of what came up, less the costs; None before the first turn."""
    failed: bool
    """Whether a red line was crossed."""
    items: tuple[ItemScore, ...]
    costs: tuple[Cost, ...]


_MOST_COUNTED = 2
"""A penalty counts at most so often: the third time teaches nothing new."""


def score(rubric: Rubric, scene: Scene) -> RubricScore:
    """The rubric over all turns so far."""
    items = tuple(_item(item, scene) for item in rubric.items)
    costs = tuple(_costs(rubric.penalties, scene.exchanges))
    asked = sum(item.weight for item in items if item.done is not None)
    done = sum(item.weight for item in items if item.done)
    points = max(0.0, done / asked - sum(cost.points for cost in costs) / 100) if asked else 0.0
    return RubricScore(
        score=points if scene.exchanges else None,
        failed=any(cost.fatal for cost in costs),
        items=items,
        costs=costs,
    )


@dataclass(frozen=True)
class _Mark:
    done: bool | None
    proof: Proof | None = None


def _item(item: RubricItem, scene: Scene) -> ItemScore:
    mark = _RULES[item.id](scene) if scene.exchanges else _Mark(None)
    return ItemScore(**item.model_dump(), done=mark.done, proof=mark.proof)


def _costs(penalties: Sequence[RubricPenalty], exchanges: Sequence[Exchange]) -> Sequence[Cost]:
    return [
        Cost(proof=proof, fatal=_is_fatal(penalty, exchanges[proof.turn - 1]), **penalty.model_dump(exclude={"fatal"}))
        for penalty in penalties
        for proof in _proofs(exchanges, penalty.act)[:_MOST_COUNTED]
    ]


def _is_fatal(penalty: RubricPenalty, exchange: Exchange) -> bool:
    """A red line; of rudeness only an open insult is one."""
    return penalty.fatal and (penalty.act is not Act.RUDE or exchange.observed.insults)


def _proofs(exchanges: Sequence[Exchange], *acts: Act) -> Sequence[Proof]:
    """The first words of each turn that does one of the acts."""
    firsts: list[tuple[int, Said]] = []
    for number, one in enumerate(exchanges, 1):
        firsts += [(number, said) for said in one.observed.acts if said.act in acts][:1]
    return [Proof(turn=number, quote=said.quote) for number, said in firsts]


def _did(*acts: Act) -> Callable[[Scene], _Mark]:
    def mark(scene: Scene) -> _Mark:
        proofs = _proofs(scene.exchanges, *acts)
        return _Mark(bool(proofs), proofs[0] if proofs else None)

    return mark


def _only_if(applies: Callable[[Scene], bool], rule: Callable[[Scene], _Mark]) -> Callable[[Scene], _Mark]:
    return lambda scene: rule(scene) if applies(scene) else _Mark(None)


def _greets(scene: Scene) -> _Mark:
    found = _GREETING.search(scene.exchanges[0].said)
    return _Mark(found is not None, Proof(turn=1, quote=found[0]) if found else None)


def _never(*whys: Why) -> Callable[[Scene], _Mark]:
    def mark(scene: Scene) -> _Mark:
        for number, one in enumerate(scene.exchanges, 1):
            if any(change.why in whys for change in one.step.changes):
                return _Mark(False, Proof(turn=number, quote=one.said))
        return _Mark(any(one.step.state.heard for one in scene.exchanges))

    return mark


def _verifies(scene: Scene) -> _Mark:
    again = _proofs(scene.exchanges, Act.ASKS_KNOWN_INFO)
    return _Mark(False, again[0]) if again else _did(Act.INFO_QUESTION)(scene)


def _finds_out(scene: Scene) -> _Mark:
    for number, one in enumerate(scene.exchanges, 1):
        if any(change.what == "fact" and change.why == Why.ASKED for change in one.step.changes):
            return _Mark(True, Proof(turn=number, quote=one.said))
    return _Mark(False)


def _has_no_to_say(scene: Scene) -> bool:
    wanted = {act for demand in scene.scenario.demands for act in demand.accept_if}
    refused = _proofs(scene.exchanges, Act.REFUSAL, Act.BARE_REFUSAL)
    return bool(wanted & {Act.REFUSAL, Act.POLICY_REASON, Act.ALTERNATIVE} or refused)


def _is_threatened(scene: Scene) -> bool:
    return any(one.step.move in _THREATS for one in scene.exchanges[:-1])


def _is_asked_for_a_supervisor(scene: Scene) -> bool:
    return any(one.step.move is Move.DEMAND_SUPERVISOR for one in scene.exchanges[:-1])


def _hands_over(scene: Scene) -> _Mark:
    called = [n for n, one in enumerate(scene.exchanges[:-1]) if one.step.move is Move.DEMAND_SUPERVISOR]
    later = scene.exchanges[called[0] + 1 :]
    proofs = _proofs(later, Act.SOLUTION_CONCRETE, Act.ALTERNATIVE, Act.BOUNDARY)
    moved = [proof.model_copy(update={"turn": proof.turn + called[0] + 1}) for proof in proofs]
    return _Mark(bool(moved), moved[0] if moved else None)


def _rounds_off(scene: Scene) -> _Mark:
    late = [proof for proof in _proofs(scene.exchanges, Act.CLOSING) if proof.turn > 1]
    return _Mark(bool(late), late[0] if late else None)


_RULES: Mapping[ItemId, Callable[[Scene], _Mark]] = {
    "greet": _greets,
    "hear_out": _never(Why.RULES_FIRST, Why.PREMATURE),
    "restate": _did(Act.RESTATE),
    "verify": _verifies,
    "clarify": _finds_out,
    "empathy_specific": _did(Act.EMPATHY_SPECIFIC),
    "apology": _did(Act.APOLOGY),
    "emotion_first": _never(Why.PREMATURE),
    "solution_concrete": _did(Act.SOLUTION_CONCRETE),
    "policy_basis": _only_if(_has_no_to_say, _did(Act.POLICY_REASON)),
    "alternative": _only_if(_has_no_to_say, _did(Act.ALTERNATIVE)),
    "time_commitment": _did(Act.TIME_COMMITMENT),
    "boundary": _only_if(_is_threatened, _did(Act.BOUNDARY)),
    "escalate_right": _only_if(_is_asked_for_a_supervisor, _hands_over),
    "confirm": _did(Act.CONFIRM),
    "close": _rounds_off,
}
