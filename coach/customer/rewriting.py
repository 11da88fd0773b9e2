"""The model that says the costliest turn better, with only what was known then; a scaffold serves where it can't."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, ValidationError

from coach.chat import ChatModel, Deadline, complete
from coach.critique.evidence import Answer
from coach.critique.framing import framed, json_of
from coach.critique.manipulation import neutralised
from coach.customer.acts import Act
from coach.customer.debrief import CostlyTurn, cost_of, frame
from coach.customer.mood import Change
from coach.customer.quantities import are_known
from coach.customer.rules import Heard, acts_of
from coach.customer.turns import Scene
from coach.errors import ModelError
from coach.prompting import load_prompt

MOST_TRIES = 2
_LONGEST = 260
_NEVER = frozenset({Act.OVER_PROMISE, Act.OFF_PLATFORM, Act.PRIVACY, Act.RUDE, Act.BLAME_CUSTOMER})


class RewriteReply(BaseModel):
    """What the model sends."""

    model_config = ConfigDict(extra="forbid")

    rewrite: str


def costly_turn(scene: Scene, number: int, model: ChatModel | None, deadline: Deadline) -> CostlyTurn:
    """The turn of this number, from 1 on, with what would have been better."""
    turn = scene.exchanges[number - 1]
    rewrite = None if model is None else _ask(model, scene, number, deadline)
    return CostlyTurn(
        turn=number,
        said=turn.said,
        cost=cost_of(turn),
        changes=turn.step.changes,
        rewrite=rewrite or frame(scene, number),
        by="model" if rewrite else "frame",
    )


def _ask(model: ChatModel, scene: Scene, number: int, deadline: Deadline) -> str | None:
    turn = scene.exchanges[number - 1]
    before = _dialogue(scene, number)
    known = [*scene.scenario.briefing, *before, turn.said]
    messages = load_prompt("customer", "rewrite").render(
        briefing="\n".join(f"- {line}" for line in scene.scenario.briefing),
        dialogue="\n".join(before),
        why="; ".join(dict.fromkeys(change.why for change in turn.step.changes if _costs(change))),
        **framed(Answer(turn.said)),
    )
    for _ in range(MOST_TRIES):
        try:
            reply = complete(model, messages, deadline, RewriteReply)
            rewrite = RewriteReply.model_validate(json_of(reply.text)).rewrite.strip()
        except ModelError:
            return None
        except (ValueError, ValidationError):
            continue
        if _stands(rewrite, known):
            return rewrite
    return None


def _costs(change: Change) -> bool:
    return isinstance(change.by, int) and {"anger": 1, "trust": -1, "patience": -1}.get(change.what, 0) * change.by > 0


def _stands(rewrite: str, known: Sequence[str]) -> bool:
    """Whether a rewrite is of use: short, with no number that nobody mentioned, and nothing a good agent never does."""
    acts = {said.act for said in acts_of(rewrite, Heard())}
    return 0 < len(rewrite) <= _LONGEST and not acts & _NEVER and are_known(rewrite, known)


def _dialogue(scene: Scene, number: int) -> Sequence[str]:
    lines = [f"customer: {' / '.join(scene.scenario.opening)}"]
    for one in scene.exchanges[: number - 1]:
        lines += [f"agent: {neutralised(' '.join(one.said.split()))}", f"customer: {' / '.join(one.line.bubbles)}"]
    return lines
