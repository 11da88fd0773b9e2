"""The debrief of a role-play: how it ended and why, the mood's curve, the rubric, and the turn that cost most."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from coach.critique.feedback import Feedback
from coach.customer.acts import Act
from coach.customer.mood import Change, StopReason
from coach.customer.rubric import Rubric, RubricScore, score
from coach.customer.turns import Exchange, Scene


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class MoodPoint(_Value):
    """The customer's mood after a turn; turn 0 is the opening."""

    turn: int
    anger: int
    trust: int
    patience: int
    changes: tuple[Change, ...] = ()


class CostlyTurn(_Value):
    """The turn that cost most, and what could have been said with what was known then."""

    turn: int
    said: str
    cost: int
    """Steps of anger, trust and patience that it lost."""
    changes: tuple[Change, ...]
    rewrite: str
    by: Literal["model", "frame"]
    """`frame`: a scaffold of our own with gaps to fill, where no model wrote one."""


class Recalled(_Value):
    """A question of the bank, beyond the card's own, that the customer's words before a turn bring up."""

    question_id: str
    question: str
    turn: int
    matched: str
    """The situation in the bank that they resemble."""
    score: float


class Debrief(_Value):
    """All of it."""

    end: StopReason
    rubric: RubricScore
    mood: tuple[MoodPoint, ...]
    key_points: tuple[Feedback, ...] = ()
    """One for each of the card's questions, over everything that the candidate said. An evidence's `turn` is the turn
    it stands in, from 1 on."""
    recalled: tuple[Recalled, ...] = ()
    costliest: CostlyTurn | None = None
    """None where no turn made anything worse."""


def mood_curve(scene: Scene) -> tuple[MoodPoint, ...]:
    """The mood from the opening on, with what moved it."""
    start = scene.opened
    points = [MoodPoint(turn=0, anger=start.anger, trust=start.trust, patience=start.patience)]
    for number, one in enumerate(scene.exchanges, 1):
        now = one.step.state
        points.append(
            MoodPoint(turn=number, anger=now.anger, trust=now.trust, patience=now.patience, changes=one.step.changes)
        )
    return tuple(points)


def costliest(scene: Scene) -> int | None:
    """The number of the turn that cost most, the earlier of equals; None where none made anything worse."""
    costs = [(cost_of(one), -number) for number, one in enumerate(scene.exchanges, 1)]
    worst = max(costs, default=(0, 0))
    return -worst[1] if worst[0] > 0 else None


def cost_of(exchange: Exchange) -> int:
    """Steps of anger, trust and patience that a turn lost; patience alone counts only where it fell by two."""
    lost = {"anger": 0, "trust": 0, "patience": 0}
    for change in exchange.step.changes:
        if change.what in lost and isinstance(change.by, int):
            lost[change.what] += change.by if change.what == "anger" else -change.by
    patience = lost["patience"] if lost["patience"] > 1 else 0
    return max(0, lost["anger"]) + max(0, lost["trust"]) + max(0, patience)


def summary(rubric: Rubric, scene: Scene, end: StopReason) -> Debrief:
    """What code alone says of a role-play; key points, what was recalled and the rewrite are added by who can."""
    return Debrief(end=end, rubric=score(rubric, scene), mood=mood_curve(scene))


def frame(scene: Scene, number: int) -> str:
    """A scaffold for a turn: the customer's own words taken up, and the gaps that the candidate has to fill."""
    before = scene.model_copy(update={"exchanges": scene.exchanges[: number - 1]})
    heard = next((line for line in reversed(before.customer_lines) if len(line) >= 4), before.customer_lines[-1])
    parts = [f"您说“{heard}”，换成我也会【点出这件事对客户的影响】。"]
    if not before.state.heard:
        parts.append("我先确认一下：您要的是【用一句话复述客户要什么】，对吗？")
    else:
        parts.append("我现在【做什么】，【几点之前】给您回话。")
        parts += ["这样做的依据是【哪条规则】；如果不合适，也可以【另一个办法】。"] if _must_decline(scene) else []
        parts.append("您看这样行吗？")
    return "".join(parts)


def _must_decline(scene: Scene) -> bool:
    return any(Act.REFUSAL in demand.accept_if for demand in scene.scenario.demands)


def own_turns(scene: Scene) -> Sequence[str]:
    """What the candidate said, turn by turn."""
    return [one.said for one in scene.exchanges]
