"""How well a search finds the right question."""

import statistics
import time
from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict

from coach.bank.index import Index
from coach.evaluation.agreement import Estimate, bootstrap, share
from coach.evaluation.cases import QueryCase

DEPTH = 10
"""Results that are looked at."""


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class Ranked(_Figures):
    """A query and what the search gave, best first."""

    case: QueryCase
    found: tuple[str, ...]
    milliseconds: float

    @property
    def place(self) -> int | None:
        """Place of the first right question, from 1 on; None where it is not among those looked at."""
        return next((place for place, one in enumerate(self.found, 1) if one in self.case.relevant), None)


class RetrievalFigures(_Figures):
    """Figures over some queries."""

    queries: int
    hit_at_1: Estimate
    hit_at_5: Estimate
    mrr: Estimate
    """Mean of 1 / place of the first right question, 0 where it is not among the first ten."""
    strict_at_1: Estimate
    """Share whose first result is the primary question."""


class RetrievalReport(_Figures):
    """All of it, by kind of query, and tuned and held out apart."""

    overall: RetrievalFigures
    tuned: RetrievalFigures
    held_out: RetrievalFigures
    by_kind: dict[str, RetrievalFigures]
    held_out_by_kind: dict[str, RetrievalFigures]
    milliseconds_p50: float
    milliseconds_p95: float
    misses: tuple[Ranked, ...]
    """The queries whose first result is wrong."""


def run_queries(
    cases: Sequence[QueryCase], index: Index, clock: Callable[[], float] = time.perf_counter
) -> list[Ranked]:
    """Each query's results and its time; the first query runs once before, so that opening the index counts nowhere."""
    index.search(cases[0].query, DEPTH)
    ranked: list[Ranked] = []
    for case in cases:
        began = clock()
        found = index.search(case.query, DEPTH)
        spent = (clock() - began) * 1000
        ranked.append(Ranked(case=case, found=tuple(one.question_id for one in found), milliseconds=spent))
    return ranked


def retrieval_report(ranked: Sequence[Ranked]) -> RetrievalReport:
    """The figures of a run."""
    kinds = sorted({one.case.kind for one in ranked})
    held = [one for one in ranked if one.case.held_out]
    times = sorted(one.milliseconds for one in ranked)
    return RetrievalReport(
        overall=_figures(ranked),
        tuned=_figures([one for one in ranked if not one.case.held_out]),
        held_out=_figures(held),
        by_kind={kind: _figures([one for one in ranked if one.case.kind == kind]) for kind in kinds},
        held_out_by_kind={kind: _figures([one for one in held if one.case.kind == kind]) for kind in kinds},
        milliseconds_p50=statistics.median(times),
        milliseconds_p95=times[int(len(times) * 0.95)],
        misses=tuple(one for one in ranked if one.place != 1),
    )


def _figures(ranked: Sequence[Ranked]) -> RetrievalFigures:
    groups = [[one] for one in ranked]
    return RetrievalFigures(
        queries=len(ranked),
        hit_at_1=bootstrap(groups, lambda some: share([one.place == 1 for one in some])),
        hit_at_5=bootstrap(groups, lambda some: share([one.place is not None and one.place <= 5 for one in some])),
        mrr=bootstrap(groups, lambda some: _mean([1 / one.place if one.place else 0.0 for one in some])),
        strict_at_1=bootstrap(groups, lambda some: share([one.found[:1] == one.case.relevant[:1] for one in some])),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
