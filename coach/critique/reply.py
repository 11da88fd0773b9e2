"""The reply that is asked of the model, and the checks that stand between it and a verdict.

There is no number in it: the score is ours. Nothing is guessed: what breaks a rule is a fault of that key point.
"""

import re
from collections.abc import Mapping, Sequence
from json import JSONDecoder
from typing import Literal, cast

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError
from pydantic_core import from_json

from coach.bank.question import KeyPoint
from coach.critique.evidence import Answer, find_quote
from coach.critique.feedback import Evidence, FollowUp, Label, Reason, Verdict
from coach.critique.framing import without_wrapping
from coach.critique.manipulation import addresses_the_judge, echoes, is_bare_list

LONGEST_REPLY = 64_000
"""Characters after which a reply is not read on."""
_MOST_QUOTES = 5
"""Quotes of a key point that are looked at."""
_NUMBER = re.compile(r"(?<!\d)\d+(?![\d.、)）])")
"""Not those that only count the items of a list."""


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QuoteReply(_Shape):
    """A quote, and the number of the sentence it is from."""

    sentence: int
    quote: str


class PointReply(_Shape):
    """One key point: evidence first, the verdict after it."""

    key_point_id: str
    evidence: list[QuoteReply]
    why: str
    verdict: Literal["covered", "partial", "missing", "contradicted"]
    missing_part: str
    advice: str


class FollowUpReply(_Shape):
    """The question that the model would ask next."""

    question: str
    key_point_id: str


class CriticReply(_Shape):
    """The whole reply."""

    key_points: list[PointReply]
    strengths: list[str]
    rewrite: str
    follow_up: FollowUpReply | None


class Fault(BaseModel):
    """Why a key point got no verdict from a reply, for the record and, as `message`, for the model."""

    model_config = ConfigDict(frozen=True)

    reason: Reason
    message: str


def finished_points(text: str) -> Sequence[JsonValue]:
    """The entries of a reply in arrival that no further text can change; none where it can't be read yet."""
    bare = without_wrapping(text)
    try:
        partial = from_json(bare, allow_partial=True)
    except ValueError:
        return ()
    if not isinstance(partial, dict) or _end_of_value(bare) not in (None, len(bare)):
        return ()
    entries = cast(dict[str, JsonValue], partial).get("key_points")
    if not isinstance(entries, list):
        return ()
    return entries[:-1] if next(reversed(cast(dict[str, JsonValue], partial))) == "key_points" else entries


def is_cut_off(text: str) -> bool:
    """Whether a reply ends before its JSON value does, or holds none."""
    return _end_of_value(without_wrapping(text)) is None


def _end_of_value(text: str) -> int | None:
    """Where the first JSON value ends, behind which `allow_partial` would not mind a second; None where it does not."""
    try:
        return JSONDecoder().raw_decode(text)[1]
    except (ValueError, RecursionError):
        return None


def point_of(entry: JsonValue, wanted: Mapping[str, KeyPoint]) -> str | None:
    """The id of the wanted key point that an entry speaks of; None where it speaks of none."""
    named = entry.get("key_point_id") if isinstance(entry, dict) else None
    return named if isinstance(named, str) and named in wanted else None


def verdict_of(entry: JsonValue, point: KeyPoint, answer: Answer, question: str) -> Verdict | Fault:
    """The verdict that an entry supports with the candidate's own words, or what is wrong with it."""
    try:
        said = PointReply.model_validate(entry)
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        # A key that the model made up may be the candidate's words: it must not come back outside the fence.
        where = "entry" if first["type"] == "extra_forbidden" else ".".join(str(part) for part in first["loc"])
        return Fault(reason=Reason.BROKEN_REPLY, message=f"{point.id}: {where or 'entry'}: {first['msg']}")
    label = Label(said.verdict)
    evidence = () if label is Label.MISSING else _evidence(said.evidence, answer, question)
    if label is not Label.MISSING and not evidence:
        message = f"{point.id}: {label} needs a quote that stands in the answer, copied letter by letter"
        return Fault(reason=Reason.NO_QUOTE, message=message)
    if label is Label.COVERED and all(_is_listed(quote, answer) for quote in evidence):
        message = f"{point.id}: a bare list of terms is partial at best"
        return Fault(reason=Reason.NO_QUOTE, message=message)
    if label is Label.PARTIAL and not said.missing_part.strip():
        return Fault(
            reason=Reason.BROKEN_REPLY, message=f"{point.id}: partial must name what is missing in missing_part"
        )
    return Verdict(
        id=point.id,
        text=point.text,
        weight=point.weight,
        verdict=label,
        evidence=evidence,
        why=said.why.strip(),
        missing_part=said.missing_part.strip() if label is Label.PARTIAL else "",
        advice=said.advice.strip(),
    )


def strengths_of(reply: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """At most two strengths; none where the reply names none."""
    named = reply.get("strengths")
    return (
        tuple(part.strip() for part in named if isinstance(part, str) and part.strip())[:2]
        if isinstance(named, list)
        else ()
    )


def rewrite_of(reply: Mapping[str, JsonValue], answer: Answer) -> str:
    """The better version of the answer; empty where there is none, or one with more in it than the answer has."""
    text = reply.get("rewrite")
    if not isinstance(text, str) or len(text) > 2 * len(answer.given) + 200:
        return ""
    invented = set(_NUMBER.findall(text)) - set(_NUMBER.findall(answer.normal.text))
    return "" if invented else text.strip()


def follow_up_of(reply: Mapping[str, JsonValue]) -> FollowUp | None:
    """The model's proposal, not yet checked; None where it makes none."""
    try:
        said = FollowUpReply.model_validate(reply.get("follow_up"))
    except ValidationError:
        return None
    return FollowUp(question=said.question.strip(), key_point_id=said.key_point_id, source="model")


def _evidence(quotes: Sequence[QuoteReply], answer: Answer, question: str) -> tuple[Evidence, ...]:
    found = (find_quote(answer, quote.quote, quote.sentence) for quote in quotes[:_MOST_QUOTES])
    sound = [
        evidence
        for evidence in found
        if evidence and not _speaks_to_the_judge(evidence, answer) and not echoes(evidence.quote, question)
    ]
    return tuple({(evidence.start, evidence.end): evidence for evidence in sound}.values())


def _speaks_to_the_judge(evidence: Evidence, answer: Answer) -> bool:
    return any(addresses_the_judge(sentence.text) for sentence in answer.sentences_at(evidence.start, evidence.end))


def _is_listed(evidence: Evidence, answer: Answer) -> bool:
    return is_bare_list(evidence.quote) or all(
        is_bare_list(sentence.text) for sentence in answer.sentences_at(evidence.start, evidence.end)
    )
