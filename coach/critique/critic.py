"""The critic: one structured call to a model, and every verdict checked before anybody sees it."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from coach import __version__
from coach.bank.index import ReferenceAnswer
from coach.bank.question import KeyPoint
from coach.chat import ChatModel, Deadline, Message, Reply, Usage
from coach.critique import followups
from coach.critique.evidence import Answer
from coach.critique.feedback import Done, Event, Feedback, FollowUp, Label, Reason, Verdict, Versions
from coach.critique.framing import framed, json_of
from coach.critique.reply import (
    LONGEST_REPLY,
    CriticReply,
    Fault,
    finished_points,
    follow_up_of,
    is_cut_off,
    point_of,
    rewrite_of,
    strengths_of,
    verdict_of,
)
from coach.critique.scoring import score
from coach.errors import ModelBusy, ModelRejected, ReplyBroken
from coach.prompting import load_prompt

POINTS_A_CALL = 10
SPARE_CALLS = 2
"""Beyond one call for each ten key points: for a repair, a broken stream, or a better follow-up."""


@dataclass
class _Run:
    """One answer on its way to a feedback."""

    reference: ReferenceAnswer
    answer: Answer
    deadline: Deadline
    calls_left: int
    verdicts: dict[str, Verdict] = field(default_factory=dict[str, Verdict])
    faults: dict[str, Fault] = field(default_factory=dict[str, Fault])
    replies: list[str] = field(default_factory=list[str])
    extras: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    usage: Usage = field(default_factory=Usage)
    answered_by: str | None = None
    given_up: Reason | None = None
    """Why no further call is worth making."""

    def may_ask(self) -> bool:
        return self.calls_left > 0 and self.given_up is None

    def keep(self, reply: Reply) -> None:
        self.replies.append(reply.text)
        self.usage += reply.usage
        self.answered_by = reply.model
        if not reply.complete and not reply.text.strip():
            self.given_up = Reason.MODEL_REJECTED

    def open_points(self, points: Sequence[KeyPoint]) -> Sequence[KeyPoint]:
        return [point for point in points if point.id not in self.verdicts]

    def reason(self, point: KeyPoint) -> Reason:
        fault = self.faults.get(point.id)
        return self.given_up or (fault.reason if fault else Reason.NOT_JUDGED)


class Critic:
    """The judge with a model behind it (port `Judge`). At most three calls an answer of up to ten key points."""

    kind: Literal["llm"] = "llm"

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self._prompt = load_prompt("critique", "critic")

    def judge(self, reference: ReferenceAnswer, answer: str, deadline: Deadline) -> Iterator[Event]:
        """Events as they come; what stays open in the end is `ungraded` with its reason."""
        points = reference.key_points
        batches = [points[at : at + POINTS_A_CALL] for at in range(0, len(points), POINTS_A_CALL)]
        run = _Run(reference, Answer(answer), deadline, calls_left=len(batches) + SPARE_CALLS)
        if run.answer.says_nothing:
            batches = []
            run.verdicts = {point.id: _silence(point) for point in points}
            yield from run.verdicts.values()
        for batch in batches:
            yield from self._judge_batch(run, batch)
        yield Done(feedback=self._feedback(run))

    def _judge_batch(self, run: _Run, batch: Sequence[KeyPoint]) -> Iterator[Event]:
        repaired = False
        while run.open_points(batch) and run.may_ask():
            run.calls_left -= 1
            arrived_whole = yield from self._ask(run, run.open_points(batch))
            if arrived_whole and repaired:
                break
            repaired = repaired or arrived_whole
        for point in run.open_points(batch):
            run.verdicts[point.id] = Verdict.ungraded(point, run.reason(point))
            yield run.verdicts[point.id]

    def _ask(self, run: _Run, points: Sequence[KeyPoint]) -> Generator[Event, None, bool]:
        """One call about some key points. Gives whether the whole reply arrived."""
        shown: dict[str, Verdict] = {}
        text, whole, finished = "", False, 0
        try:
            for piece in self._model.stream(self._messages(run, points), run.deadline, CriticReply):
                if isinstance(piece, Reply):
                    run.keep(piece)
                    text, whole = piece.text, True
                elif isinstance(piece, str):
                    text += piece
                    if len(text) > LONGEST_REPLY:
                        break
                    if not _CLOSING.isdisjoint(piece) and len(entries := finished_points(text)) > finished:
                        finished = len(entries)
                        yield from _news(_accepted(entries, points, run)[0], shown)
                else:
                    yield piece
        except ReplyBroken as broken:
            text = broken.arrived
        except ModelBusy:
            run.given_up = Reason.MODEL_BUSY
        except ModelRejected:
            run.given_up = Reason.MODEL_REJECTED
        if not whole and text:
            run.keep(Reply(text=text, model=run.answered_by or self._model.name, usage=_unreported))
        verdicts, faults = _accepted(_entries(run, text), points, run)
        run.verdicts |= verdicts
        run.faults |= faults
        yield from _news(verdicts, shown)
        return whole or len(text) > LONGEST_REPLY

    def _messages(self, run: _Run, points: Sequence[KeyPoint]) -> Sequence[Message]:
        faults = dict.fromkeys(run.faults[point.id].message for point in points if point.id in run.faults)
        return self._prompt.render(
            question=run.reference.question,
            key_points="\n".join(f"{point.id} ({point.weight}) {point.text}" for point in points),
            ids=", ".join(point.id for point in points),
            faults="\nAn earlier reply was refused:\n" + "\n".join(f"- {fault}" for fault in faults) if faults else "",
            **framed(run.answer),
        )

    def _feedback(self, run: _Run) -> Feedback:
        verdicts = tuple(run.verdicts[point.id] for point in run.reference.key_points)
        follow_up = self._follow_up(run, verdicts)
        return Feedback(
            question_id=run.reference.question_id,
            score=score(verdicts),
            judge=self.kind,
            key_points=verdicts,
            strengths=strengths_of(run.extras),
            rewrite=rewrite_of(run.extras, run.answer),
            follow_up=follow_up,
            usage=run.usage,
            versions=Versions(
                coach=__version__,
                judge=self._prompt.id,
                model=run.answered_by or self._model.name,
                parameters=self._model.parameters,
                question=run.reference.version,
                index=run.reference.fingerprint,
                retrieved=tuple(point.id for point in run.reference.key_points),
            ),
            raw_replies=tuple(run.replies),
        )

    def _follow_up(self, run: _Run, verdicts: Sequence[Verdict]) -> FollowUp | None:
        worst = followups.gaps(verdicts)
        if not worst:
            return None
        question = followups.checked(follow_up_of(run.extras), verdicts, asked=[])
        if question is None and run.extras and run.may_ask():
            question, reply = followups.ask_model(
                self._model, worst[0], run.reference, run.answer.given, [], run.deadline
            )
            if reply is not None:
                run.keep(reply)
        return question or followups.template(worst[0], run.reference, run.answer.given, asked=[])


_CLOSING = frozenset("]}")
"""Only behind one of these can another entry have been finished."""
_unreported = Usage(calls=1, input_tokens=None, output_tokens=None, cost_usd=None)


def _silence(point: KeyPoint) -> Verdict:
    return Verdict(id=point.id, text=point.text, weight=point.weight, verdict=Label.MISSING)


def _news(verdicts: Mapping[str, Verdict], shown: dict[str, Verdict]) -> Iterator[Verdict]:
    for point_id, verdict in verdicts.items():
        if shown.get(point_id) != verdict:
            shown[point_id] = verdict
            yield verdict


def _entries(run: _Run, text: str) -> Sequence[JsonValue] | None:
    """The entries of a reply that came to its end; None where it is not one JSON object, whole or cut off."""
    try:
        whole = json_of(text)
    except ValueError:
        return (finished_points(text) or None) if is_cut_off(text) else None
    entries = whole.get("key_points") if isinstance(whole, dict) else None
    if not isinstance(whole, dict) or not isinstance(entries, list):
        return None
    run.extras = {**whole, **run.extras}
    return entries


def _accepted(
    entries: Sequence[JsonValue] | None, points: Sequence[KeyPoint], run: _Run
) -> tuple[dict[str, Verdict], dict[str, Fault]]:
    """The verdicts that stand, and what is wrong with the others."""
    verdicts: dict[str, Verdict] = {}
    faults: dict[str, Fault] = {}
    wanted = {point.id: point for point in points}
    named = [point_of(entry, wanted) for entry in entries or ()]
    for point in points:
        own = [entry for entry, name in zip(entries or (), named, strict=True) if name == point.id]
        if len(own) == 1:
            result = verdict_of(own[0], point, run.answer, run.reference.question)
        elif entries is None:
            result = Fault(reason=Reason.BROKEN_REPLY, message="the reply was not one JSON object of the given form")
        elif own:
            result = Fault(reason=Reason.BROKEN_REPLY, message=f"{point.id} stands {len(own)} times; give it once")
        else:
            result = Fault(reason=Reason.NOT_JUDGED, message=f"{point.id} is missing from the reply")
        if isinstance(result, Verdict):
            verdicts[point.id] = result
        else:
            faults[point.id] = result
    return verdicts, faults
