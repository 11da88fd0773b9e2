"""How well a judge agrees with labelled answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from pydantic import BaseModel, ConfigDict, JsonValue

from coach.bank.index import ReferenceAnswer
from coach.chat import Deadline, Usage
from coach.critique.feedback import Done, Feedback, Judge, Label, Verdict
from coach.critique.framing import json_of
from coach.errors import InputError
from coach.evaluation.agreement import Estimate, bootstrap, cohens_kappa, f1, share
from coach.evaluation.cases import AnswerCase

SUPPORTED = (Label.COVERED, Label.PARTIAL)
GRADED = (Label.COVERED, Label.PARTIAL, Label.MISSING, Label.CONTRADICTED)


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class Judged(_Figures):
    """A labelled key point of an answer, and what the judge said of it."""

    label: Label
    verdict: Verdict


class JudgedCase(_Figures):
    """A case with the judge's verdicts on its labelled key points."""

    case: AnswerCase
    points: tuple[Judged, ...]
    feedback: Feedback
    flips: int | None = None
    """Key points that came out otherwise when they were asked in the opposite order; None where that was not tried."""


class AnswerFigures(_Figures):
    """Figures over some cases. Those on graded points leave out what the judge abstained from."""

    cases: int
    pairs: int
    coverage: Estimate
    """Share of key points that were graded."""
    kappa_binary: Estimate
    """Supported (covered or partial) against not, over graded points."""
    kappa_four_class: Estimate
    f1: dict[str, float | None]
    precision_supported: Estimate
    """Of the points called covered or partial, the share that readers call so too."""
    found_supported: Estimate
    """Of the points that readers call covered or partial, the share that is called so."""
    false_cover: Estimate
    """Of the points that readers call missing or contradicted, the share called covered."""
    wrongly_contradicted: Estimate
    """Of the points that readers don't call contradicted, the share called so."""
    partial_share: Estimate
    """Share of partial among graded points."""
    partial_share_of_readers: Estimate


class AnswerReport(_Figures):
    """All of it, by kind of answer, and tuned and held out apart."""

    judge: str
    overall: AnswerFigures
    tuned: AnswerFigures
    held_out: AnswerFigures
    by_kind: dict[str, AnswerFigures]
    confusion: dict[str, dict[str, int]]
    """Counts by readers' label, then by verdict."""
    quotes: dict[str, int]
    """`verified`, `repaired`, and `dropped`: given by the model, and not found in the answer or not allowed."""
    flips: Estimate
    """Share of key points that changed with their order; no value where it was not tried."""
    usage: Usage
    calls_mean: float


def judge_cases(
    cases: Sequence[AnswerCase],
    judge: Judge,
    reference: Callable[[str], ReferenceAnswer],
    deadline_seconds: float,
    reorder: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> list[JudgedCase]:
    """Each case judged once, and with `reorder` once more with its key points in the opposite order.

    Raises:
        InputError: a case labels a key point that its question does not have.
    """
    judged: list[JudgedCase] = []
    for done, case in enumerate(cases, 1):
        known = reference(case.question)
        feedback = _feedback(judge, known, case.answer, deadline_seconds)
        verdicts = {verdict.id: verdict for verdict in feedback.key_points}
        strange = sorted(set(case.labels) - set(verdicts))
        if strange:
            raise InputError(
                "case {case} labels {key_point}, which {question} does not have",
                case=case.id,
                key_point=strange[0],
                question=case.question,
            )
        points = tuple(Judged(label=label.label, verdict=verdicts[key]) for key, label in case.labels.items())
        flips = None
        if reorder:
            turned = known.model_copy(update={"key_points": known.key_points[::-1]})
            again = _feedback(judge, turned, case.answer, deadline_seconds)
            flips = sum(verdicts[verdict.id].verdict != verdict.verdict for verdict in again.key_points)
        judged.append(JudgedCase(case=case, points=points, feedback=feedback, flips=flips))
        if progress is not None:
            progress(done, len(cases))
    return judged


def answer_report(judged: Sequence[JudgedCase]) -> AnswerReport:
    """The figures of a run. At least one case."""
    kinds = sorted({one.case.kind for one in judged})
    usage = sum((one.feedback.usage for one in judged), Usage())
    return AnswerReport(
        judge=judged[0].feedback.versions.judge,
        overall=_figures(judged),
        tuned=_figures([one for one in judged if not one.case.held_out]),
        held_out=_figures([one for one in judged if one.case.held_out]),
        by_kind={kind: _figures([one for one in judged if one.case.kind == kind]) for kind in kinds},
        confusion=_confusion(judged),
        quotes=_quotes(judged),
        flips=_flips(judged),
        usage=usage,
        calls_mean=usage.calls / len(judged),
    )


def _feedback(judge: Judge, reference: ReferenceAnswer, answer: str, seconds: float) -> Feedback:
    events = judge.judge(reference, answer, Deadline(seconds))
    return next(event.feedback for event in events if isinstance(event, Done))


def _figures(judged: Sequence[JudgedCase]) -> AnswerFigures:
    groups = [one.points for one in judged]

    def estimate(figure: Callable[[Sequence[Judged]], float | None]) -> Estimate:
        return bootstrap(groups, figure)

    everything = [point for group in groups for point in group]
    return AnswerFigures(
        cases=len(judged),
        pairs=len(everything),
        coverage=estimate(lambda points: share([_graded(point) for point in points])),
        kappa_binary=estimate(
            lambda points: cohens_kappa([(_is_supported(a), _is_supported(b)) for a, b in _pairs(points)])
        ),
        kappa_four_class=estimate(lambda points: cohens_kappa(_pairs(points))),
        f1={label: f1(_pairs(everything), label) for label in GRADED},
        precision_supported=estimate(
            lambda points: share(
                [_is_supported(point.label) for point in points if _is_supported(point.verdict.verdict)]
            )
        ),
        found_supported=estimate(
            lambda points: share(
                [_is_supported(point.verdict.verdict) for point in points if _is_supported(point.label)]
            )
        ),
        false_cover=estimate(
            lambda points: share(
                [point.verdict.verdict is Label.COVERED for point in points if not _is_supported(point.label)]
            )
        ),
        wrongly_contradicted=estimate(
            lambda points: share(
                [
                    point.verdict.verdict is Label.CONTRADICTED
                    for point in points
                    if point.label is not Label.CONTRADICTED
                ]
            )
        ),
        partial_share=estimate(lambda points: share([a is Label.PARTIAL for a, _ in _pairs(points)])),
        partial_share_of_readers=estimate(lambda points: share([point.label is Label.PARTIAL for point in points])),
    )


def _pairs(points: Iterable[Judged]) -> list[tuple[Label, Label]]:
    return [(point.verdict.verdict, point.label) for point in points if _graded(point)]


def _graded(point: Judged) -> bool:
    return point.verdict.verdict is not Label.UNGRADED


def _is_supported(label: Label) -> bool:
    return label in SUPPORTED


def _confusion(judged: Sequence[JudgedCase]) -> dict[str, dict[str, int]]:
    table = {str(label): {str(verdict): 0 for verdict in Label} for label in GRADED}
    for one in judged:
        for point in one.points:
            table[point.label][point.verdict.verdict] += 1
    return table


def _quotes(judged: Sequence[JudgedCase]) -> dict[str, int]:
    shown = [evidence.status for one in judged for verdict in one.feedback.key_points for evidence in verdict.evidence]
    counts = {"verified": shown.count("verified"), "repaired": shown.count("repaired")}
    given = sum(_quotes_in(reply) for one in judged for reply in one.feedback.raw_replies)
    return {**counts, "dropped": max(0, given - len(shown)) if given else 0}


def _quotes_in(reply: str) -> int:
    try:
        whole = json_of(reply)
    except ValueError:
        return 0
    entries = whole.get("key_points") if isinstance(whole, dict) else None
    lists = [_evidence_of(entry) for entry in entries] if isinstance(entries, list) else []
    return sum(len(quotes) for quotes in lists)


def _evidence_of(entry: JsonValue) -> Sequence[JsonValue]:
    quotes = entry.get("evidence") if isinstance(entry, Mapping) else None
    return quotes if isinstance(quotes, list) else ()


def _flips(judged: Sequence[JudgedCase]) -> Estimate:
    tried = [one for one in judged if one.flips is not None]
    groups = [[True] * (one.flips or 0) + [False] * (len(one.feedback.key_points) - (one.flips or 0)) for one in tried]
    return bootstrap(groups, share)
