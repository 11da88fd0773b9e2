"""Who watches a turn: rules, or a model whose every act needs a verified quote. Rules serve where the model fails."""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby

from pydantic import BaseModel, ConfigDict, ValidationError

from coach.bank.index import ReferenceAnswer
from coach.chat import ChatModel, Deadline, Message, Usage, complete
from coach.critique.evidence import Answer, find_quote
from coach.critique.feedback import Evidence, Label, Verdict
from coach.critique.framing import framed, json_of
from coach.critique.manipulation import addresses_the_judge, neutralised
from coach.critique.offline import OfflineJudge
from coach.customer.acts import Act, Said
from coach.customer.mood import Why
from coach.customer.rules import Heard, acts_of
from coach.customer.safety import insults
from coach.customer.turns import Exchange, Note, Observed, Observer, Scene, Touch
from coach.errors import ModelError, ReplyBroken
from coach.folding import simplified
from coach.prompting import load_prompt

MOST_TRIES = 2
"""A reply that can't be read is asked for once more."""
_SHOWN_EXCHANGES = 6
"""So much of the dialogue is shown: more does not change what a turn does."""


_OUR_WORDS = re.compile(
    rf"\b(?:{'|'.join(act for act in Act if '_' in act)})\b"
    r"|[\"'“”](?:acts?|quote|asks|insults|key_points)[\"'“”]\s*[:：]"
    r"|\b(?:label|mark|tag|classify)\b.{0,12}\b(?:turn|message|reply|sentence|line)\b.{0,12}\bas\b",
    re.IGNORECASE | re.ASCII,
)
"""Names and keys that nobody types to a customer: such a sentence speaks to whoever labels the turn."""


class RuleObserver:
    """The observer that needs no model (port `Observer`): acts by their wording, key points as the offline judge."""

    def observe(self, scene: Scene, said: str, deadline: Deadline) -> Observed:
        """What the wording of a turn shows; where it is unsure, nothing."""
        heard = Heard(
            customer=scene.exchanges[-1].line.bubbles if scene.exchanges else scene.scenario.opening,
            # What was said too early may, and must, be said again.
            earlier=[one.said for one in scene.exchanges if not _came_too_early(one)],
            so_far=scene.customer_lines,
        )
        acts = tuple(one for one in acts_of(said, heard) if not _OUR_WORDS.search(one.quote))
        asked = [fact for fact in scene.scenario.facts if any(word in simplified(said) for word in fact.asked_by)]
        asks = tuple(fact.id for fact in asked if fact.id not in scene.state.revealed)
        if not any(one.act in _ASKING for one in acts):
            asks = ()
        elif asked and not asks and all(fact.disclosure != "open" for fact in asked):
            acts = tuple(_asked_again(one) for one in acts)
        return Observed(
            acts=acts, asks=asks, insults=insults(said), touches=_touches(scene, said, deadline), by="rules"
        )


def _came_too_early(exchange: Exchange) -> bool:
    return any(change.why == Why.PREMATURE for change in exchange.step.changes)


_ASKING = frozenset({Act.INFO_QUESTION, Act.ASKS_KNOWN_INFO})


def _asked_again(said: Said) -> Said:
    return said.model_copy(update={"act": Act.ASKS_KNOWN_INFO}) if said.act is Act.INFO_QUESTION else said


def _touches(scene: Scene, said: str, deadline: Deadline) -> tuple[Touch, ...]:
    """Key points that the offline judge finds in a turn, question by question."""
    touches: list[Touch] = []
    for question_id, points in groupby(scene.key_points, key=lambda point: point.id.rpartition(".")[0]):
        reference = ReferenceAnswer(
            question_id=question_id,
            question="",
            topic="",
            text="",
            key_points=tuple(points),
            version="",
            fingerprint="",
        )
        for event in OfflineJudge().judge(reference, said, deadline):
            if isinstance(event, Verdict) and event.verdict in {Label.COVERED, Label.PARTIAL}:
                touches += [
                    Touch(key_point_id=event.id, quote=e.quote, start=e.start, end=e.end) for e in event.evidence
                ]
    return tuple(touches)


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ActReply(_Shape):
    """One act and the words that show it."""

    act: Act
    quote: str


class KeyPointReply(_Shape):
    """One key point and the words that come near it."""

    id: str
    quote: str


class ObserverReply(_Shape):
    """What the model sends."""

    acts: list[ActReply]
    asks: list[str]
    insults: bool
    key_points: list[KeyPointReply]


class ModelObserver:
    """The observer with a model behind it (port `Observer`); `otherwise` reads the turns that it can't."""

    def __init__(self, model: ChatModel, otherwise: Observer) -> None:
        self._model = model
        self._otherwise = otherwise
        self._prompt = load_prompt("customer", "observer")

    def observe(self, scene: Scene, said: str, deadline: Deadline) -> Observed:
        """The acts of a turn, each with its verified quote; by rules, and marked so, where no reply could be used."""
        turn = Answer(said)
        usage = Usage()
        fault = ""
        for _ in range(MOST_TRIES if not turn.says_nothing else 0):
            try:
                reply = complete(self._model, self._messages(scene, turn, fault), deadline, ObserverReply)
            except ReplyBroken:
                usage += Usage(calls=1, input_tokens=None, output_tokens=None, cost_usd=None)
                continue
            except ModelError:
                break
            usage += reply.usage
            observed, fault = _read(reply.text, scene, turn)
            if observed is not None:
                return observed.model_copy(update={"usage": usage})
        by_rules = self._otherwise.observe(scene, said, deadline)
        note = None if turn.says_nothing else Note.RULES_SERVED
        return by_rules.model_copy(update={"note": note, "usage": usage})

    def _messages(self, scene: Scene, turn: Answer, fault: str) -> Sequence[Message]:
        hidden = [fact for fact in scene.scenario.facts if fact.id not in scene.state.revealed]
        return self._prompt.render(
            briefing="\n".join(f"- {line}" for line in scene.scenario.briefing),
            facts=_listed({fact.id: fact.text for fact in hidden}),
            key_points=_listed({point.id: point.text for point in scene.key_points}),
            dialogue=_dialogue(scene),
            faults=f"\nAn earlier reply was refused: {fault}" if fault else "",
            **framed(turn),
        )


def _listed(texts: Mapping[str, str]) -> str:
    return "\n".join(f"{name}: {text}" for name, text in texts.items()) or "(none)"


def _dialogue(scene: Scene) -> str:
    lines = [f"customer: {' / '.join(scene.scenario.opening)}"] if len(scene.exchanges) <= _SHOWN_EXCHANGES else []
    for one in scene.exchanges[-_SHOWN_EXCHANGES:]:
        said = " ".join(one.said.split())
        lines += [f"agent: {neutralised(said)}", f"customer: {' / '.join(one.line.bubbles)}"]
    return "\n".join(lines)


def _read(text: str, scene: Scene, turn: Answer) -> tuple[Observed | None, str]:
    """What a reply says, or what is wrong with it. Acts without their quote are dropped; none left is wrong."""
    try:
        reply = ObserverReply.model_validate(json_of(text))
    except (ValueError, ValidationError):
        return None, "it was not one JSON object of the given form, with acts of the list"
    acts = tuple(
        Said(act=one.act, quote=found.quote, start=found.start, end=found.end)
        for one in reply.acts
        if (found := _verified(turn, one.quote)) is not None
    )
    if reply.acts and not acts:
        return None, "no quote stands in the turn letter by letter"
    known = {point.id for point in scene.key_points}
    touches = tuple(
        Touch(key_point_id=one.id, quote=found.quote, start=found.start, end=found.end)
        for one in reply.key_points
        if one.id in known and (found := _verified(turn, one.quote)) is not None
    )
    asks = tuple(fact.id for fact in scene.scenario.facts if fact.id in reply.asks)
    return Observed(acts=acts, asks=asks, insults=reply.insults, touches=touches, by="model"), ""


def _verified(turn: Answer, quote: str) -> Evidence | None:
    """The quote's place in the turn; None where it does not stand there, or speaks to whoever judges."""
    found = find_quote(turn, quote)
    if found is None or any(_speaks_to_us(one.text) for one in turn.sentences_at(found.start, found.end)):
        return None
    return found


def _speaks_to_us(sentence: str) -> bool:
    return addresses_the_judge(sentence) or _OUR_WORDS.search(sentence) is not None
