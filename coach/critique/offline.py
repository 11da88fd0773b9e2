"""The judge without a model: it matches the ways people say a key point, and is precise or silent.

It understands nothing. Where the wording is strong evidence it says so and shows the cue; everything else is
`ungraded`, for the candidate to compare. `matching` finds the best stretch for each key point and what speaks for and
against it; `likelihood` weighs that as labelled answers have taught it.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from coach import __version__
from coach.bank.index import ReferenceAnswer
from coach.bank.question import KeyPoint
from coach.chat import Deadline, Usage
from coach.critique import followups
from coach.critique.evidence import Answer
from coach.critique.feedback import Done, Event, Evidence, Feedback, Label, Reason, Verdict, Versions
from coach.critique.likelihood import learned
from coach.critique.matching import Match, Stretch, matches
from coach.critique.negation import denies
from coach.critique.scoring import score
from coach.critique.wording import AMOUNT
from coach.folding import is_chinese

NAME = "text-match-3"
_MEANS_IT = 0.5
"""Share of a cue's wording from which on a negation in the stretch is one of the cue."""


class OfflineJudge:
    """The judge that needs no model (port `Judge`)."""

    kind: Literal["offline"] = "offline"

    def judge(self, reference: ReferenceAnswer, answer: str, deadline: Deadline) -> Iterator[Event]:
        """A verdict for each key point, at once, then `Done`. Asks nobody, so the deadline does not matter."""
        del deadline
        read = Answer(answer)
        verdicts = tuple(_verdicts(reference.key_points, read))
        yield from verdicts
        worst = followups.gaps(verdicts)
        yield Done(
            feedback=Feedback(
                question_id=reference.question_id,
                score=score(verdicts),
                judge=self.kind,
                key_points=verdicts,
                follow_up=followups.template(worst[0], reference, answer, asked=[]) if worst else None,
                usage=Usage(),
                versions=Versions(
                    coach=__version__,
                    judge=NAME,
                    question=reference.version,
                    index=reference.fingerprint,
                    retrieved=tuple(point.id for point in reference.key_points),
                ),
            )
        )


def _verdicts(points: Sequence[KeyPoint], answer: Answer) -> Iterator[Verdict]:
    if answer.says_nothing:
        for point in points:
            yield Verdict(id=point.id, text=point.text, weight=point.weight, verdict=Label.MISSING)
        return
    known = learned()
    for point, match in zip(points, matches(points, answer, known.rarity, known.tone), strict=True):
        label = _label(match) if match else None
        yield _verdict(point, match, label, answer) if match and label else Verdict.ungraded(point, Reason.NO_MODEL)


def _label(match: Match) -> Label | None:
    """None where the wording is no strong evidence."""
    if denies(match.clause, match.cue) or _conflicts(match.cue, match.clause):
        return Label.CONTRADICTED if match.is_literal else None
    if match.signals["misleading"] >= 0 or (match.signals["turned"] and match.signals["share"] >= _MEANS_IT):
        return None
    if match.is_literal:
        return Label.COVERED
    likelihood = learned().likelihood(match.signals)
    if likelihood >= learned().covered_from:
        return Label.COVERED
    return Label.PARTIAL if likelihood >= learned().partial_from else None


def _verdict(point: KeyPoint, match: Match, label: Label, answer: Answer) -> Verdict:
    chinese = is_chinese(answer.given)
    rest = (
        "字面只对上一部分，请对照要点看还缺什么" if chinese else "only part of the wording fits: compare with the point"
    )
    return Verdict(
        id=point.id,
        text=point.text,
        weight=point.weight,
        verdict=label,
        evidence=(_quote(match.stretch, answer),),
        why=_WHY[label, chinese].format(match.cue),
        missing_part=rest if label is Label.PARTIAL else "",
        advice=point.text if label is Label.CONTRADICTED else "",
    )


_WHY = {
    (Label.COVERED, True): "与「{}」说法相近",
    (Label.PARTIAL, True): "接近「{}」",
    (Label.CONTRADICTED, True): "与「{}」相反",
    (Label.COVERED, False): 'close to "{}"',
    (Label.PARTIAL, False): 'comes near "{}"',
    (Label.CONTRADICTED, False): 'the contrary of "{}"',
}


def _quote(stretch: Stretch, answer: Answer) -> Evidence:
    padding = len(stretch.text) - len(stretch.text.lstrip())
    start, end = answer.normal.span(stretch.start + padding, stretch.start + len(stretch.text.rstrip()))
    return Evidence(quote=answer.given[start:end], start=start, end=end, status="verified")


def _conflicts(cue: str, stretch: str) -> bool:
    """Whether both name an amount of the same unit, and not the same amount."""
    asked, said = ({unit: number for number, unit in AMOUNT.findall(text)} for text in (cue, stretch))
    return any(unit in said and said[unit] != number for unit, number in asked.items())
