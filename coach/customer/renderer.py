"""The model that speaks for the customer: it is told what to do and voices one line, which is checked before it goes.

The list of messages only grows, so that a provider's cache hits: each turn adds what the agent said with what to do,
and the line that was sent. What is locked, the rubric, thresholds and key points are never in it.
"""

import json
import logging
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, ValidationError

from coach.chat import ChatModel, Deadline, Message, Usage, complete
from coach.critique.framing import json_of
from coach.customer.acts import Move
from coach.customer.guards import Guard, broken, longest
from coach.customer.lines import instead
from coach.customer.mood import State, Step
from coach.customer.scenario import Scenario
from coach.customer.turns import Intensity, Line, Renderer, Scene
from coach.errors import ModelBusy, ModelError, ReplyBroken
from coach.prompting import load_prompt

_log = logging.getLogger(__name__)
MOST_TRIES = 3
"""One line and two more where a guard rejects it."""
_INTENSITY = {
    Intensity.MILD: "However angry, you stay civil: no swearing, no insults.",
    Intensity.FIRM: "When anger is 3 or more, you are blunt about the matter, as far as your way of typing allows. "
    "No swearing.",
    Intensity.HARSH: "When anger is 3 or more, you may swear and insult the service and the agent's work (什么破平台, "
    "废话). Never about origin, gender, age, illness, looks or family; nothing sexual; no threat to a person.",
}


_ADVICE = {
    Guard.PARSE: 'reply with {"say": ["..."]} and nothing else',
    Guard.LENGTH: "shorter: one to three short bubbles, within max_chars",
    Guard.ROLE_FLIP: "you are the customer: no help, no solutions, no apology for the shop",
    Guard.FOURTH_WALL: "you know of no game, model, rules or points",
    Guard.STAGE_DIRECTION: "only what is typed: no stage directions, no narration",
    Guard.HIDDEN_TEXT: "tell only what you know and what stands in facts",
    Guard.UNGROUNDED: "no number, amount, date or id that nobody has mentioned",
    Guard.TOO_POLITE: "you are angry: no thanks, no politeness",
    Guard.REPEATS: "you have said that already: say something else",
    Guard.SLUR: "about the matter only, within the limits of how abusive you may get",
}


class CustomerReply(BaseModel):
    """What the model sends."""

    model_config = ConfigDict(extra="forbid")

    say: list[str]


class ModelRenderer:
    """The customer's voice with a model behind it (port `Renderer`); `otherwise` speaks where its lines can't serve."""

    def __init__(self, model: ChatModel, otherwise: Renderer) -> None:
        self._model = model
        self._otherwise = otherwise
        self._prompt = load_prompt("customer", "renderer")

    def say(self, scene: Scene, said: str, step: Step, deadline: Deadline) -> Line:
        """A line that no guard rejects, after at most three tries; else a written one, with what was rejected."""
        messages = self.messages(scene, said, step)
        rejected: list[str] = []
        usage = Usage()
        while len(rejected) < MOST_TRIES:
            try:
                reply = complete(self._model, messages, deadline, CustomerReply)
            except ReplyBroken:
                rejected.append(Guard.PARSE)
                usage += Usage(calls=1, input_tokens=None, output_tokens=None, cost_usd=None)
                continue
            except ModelError as fault:
                rejected.append("busy" if isinstance(fault, ModelBusy) else "refused")
                break
            usage += reply.usage
            bubbles = _bubbles(reply.text)
            rule = Guard.PARSE if bubbles is None else broken(bubbles, scene, said, step)
            if bubbles is not None and rule is None:
                return Line(bubbles=bubbles, by="model", rejected=tuple(rejected), usage=usage)
            assert rule is not None, "a line that can't be read breaks a rule"
            rejected.append(rule)
            _log.info("rejected a line of the customer: %s", rule)
            messages = [*messages, Message(role="assistant", content=reply.text), _again(rule)]
        line = instead(self._otherwise.say(scene, said, step, deadline), rejected)
        return line.model_copy(update={"usage": usage})

    def messages(self, scene: Scene, said: str, step: Step) -> Sequence[Message]:
        """What the model is sent. Each turn's list begins with the one before, byte for byte."""
        scenario = scene.scenario
        sent = [_directive(scenario, "", Move.OPEN, scene.opened), _line(scenario.opening)]
        for one in scene.exchanges:
            sent += [_directive(scenario, one.said, one.step.move, one.step.state, one.step.facts)]
            sent += [_line(one.line.bubbles)]
        return [*self._card(scene), *sent, _directive(scenario, said, step.move, step.state, step.facts)]

    def _card(self, scene: Scene) -> Sequence[Message]:
        scenario = scene.scenario
        known = [fact.text for fact in scenario.facts if fact.disclosure == "open"]
        return self._prompt.render(
            name=scenario.persona.name,
            age_group=scenario.persona.age_group,
            region=scenario.persona.region,
            style=scenario.persona.style,
            wants="\n".join(f"- {demand.text}" for demand in scenario.demands),
            known="\n".join(f"- {line}" for line in known),
            intensity=_INTENSITY[scene.intensity],
        )


def _directive(scenario: Scenario, said: str, move: Move, state: State, facts: Sequence[str] = ()) -> Message:
    texts = [fact.text for fact in scenario.facts if fact.id in facts]
    most = longest(move) + sum(map(len, texts))
    content = {"agent": said, "do": {"act": move, "anger": state.anger, "facts": texts, "max_chars": most}}
    return Message(role="user", content=json.dumps(content, ensure_ascii=False))


def _line(bubbles: Sequence[str]) -> Message:
    return Message(role="assistant", content=json.dumps({"say": list(bubbles)}, ensure_ascii=False))


def _again(rule: Guard) -> Message:
    return Message(role="user", content=json.dumps({"again": _ADVICE[rule]}, ensure_ascii=False))


def _bubbles(text: str) -> tuple[str, ...] | None:
    try:
        say = CustomerReply.model_validate(json_of(text)).say
    except (ValueError, ValidationError):
        return None
    bubbles = tuple(bubble.strip() for bubble in say if bubble.strip())
    return bubbles or None
