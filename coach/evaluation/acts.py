"""How well an observer agrees with labelled turns."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from coach.chat import Deadline, Usage
from coach.customer.acts import Act, Move
from coach.customer.scenario import Category, Demand, Fact, Persona, RedLine, Scenario
from coach.customer.state import opening
from coach.customer.turns import Note, Observed, Observer, Scene
from coach.evaluation.agreement import Estimate, bootstrap
from coach.evaluation.cases import TurnCase

NOTHING = "nothing"
"""Stands where a missed act was mistaken for no other."""
_DIFFICULTY = 3


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class Watched(_Figures):
    """A labelled turn and what an observer saw in it."""

    case: TurnCase
    observed: Observed

    @property
    def seen(self) -> frozenset[Act]:
        """The acts, without their quotes."""
        return frozenset(said.act for said in self.observed.acts)


class ActFigures(_Figures):
    """How well one act is seen."""

    labelled: int
    """Turns that do it, as readers say."""
    seen: int
    precision: float | None
    """None where it was never seen."""
    recall: float | None
    """None where no turn does it."""
    f1: float | None


class TurnFigures(_Figures):
    """Figures over some turns."""

    turns: int
    per_act: dict[str, ActFigures]
    macro_f1: Estimate
    """The mean of F1 over the acts that somebody gives."""
    exact: Estimate
    """Share of turns whose acts are exactly the readers'."""
    confusions: dict[str, dict[str, int]]
    """For an act that was missed: how often which act, that the turn does not do, was seen instead."""


class ActReport(_Figures):
    """All of it, and held out and tuned apart; the figures that others rely on, over all turns, stand on top."""

    observer: str
    per_act: dict[str, ActFigures]
    macro_f1: float | None
    confusions: dict[str, dict[str, int]]
    overall: TurnFigures
    tuned: TurnFigures
    held_out: TurnFigures
    read_by_rules: int
    """Turns that a model could not read, so that the rules did."""
    usage: Usage


def watch_cases(
    cases: Sequence[TurnCase],
    observer: Observer,
    deadline_seconds: float,
    progress: Callable[[int, int], None] | None = None,
) -> list[Watched]:
    """Each turn observed once, in a scene that knows no more than what the customer said just before."""
    watched: list[Watched] = []
    for done, case in enumerate(cases, 1):
        observed = observer.observe(scene_before(case), case.reply, Deadline(deadline_seconds))
        watched.append(Watched(case=case, observed=observed))
        if progress is not None:
            progress(done, len(cases))
    return watched


def act_report(watched: Sequence[Watched], observer: str) -> ActReport:
    """The figures of a run. At least one turn."""
    overall = _figures(watched)
    return ActReport(
        observer=observer,
        per_act=overall.per_act,
        macro_f1=overall.macro_f1.value,
        confusions=overall.confusions,
        overall=overall,
        tuned=_figures([one for one in watched if not one.case.held_out]),
        held_out=_figures([one for one in watched if one.case.held_out]),
        read_by_rules=sum(one.observed.note == Note.RULES_SERVED for one in watched),
        usage=sum((one.observed.usage for one in watched), Usage()),
    )


def scene_before(case: TurnCase) -> Scene:
    """A role-play whose customer has said what stands in the case, and of which nothing else is known."""
    scenario = Scenario(
        id="a-turn",
        title="一轮",
        title_en="A turn",
        category=Category.OUT_OF_CONTROL,
        difficulty=_DIFFICULTY,
        persona=Persona(
            name="客户", age_group="", region="", style="短句，不客套，一句一句地发", patience=3, trust=1,
            rights_awareness="medium",
        ),
        briefing=("你是平台客服", "订单信息由客户提供"),
        may_pay=0,
        opening=tuple(case.customer.split(" / "))[:4],
        demands=(Demand(id="d1", text="解决问题", must=True, accept_if=(Act.SOLUTION_CONCRETE,)),),
        facts=tuple(Fact(id=f"f{n}", text="没有别的信息", disclosure="open") for n in (1, 2, 3)),
        tactics={Move.VENT: 1, Move.CHALLENGE: 1, Move.DOUBT: 1},
        lines={},
        question_ids=("q01",),
        red_lines=(RedLine(act=Act.RUDE, text="不辱骂客户"),),
    )  # fmt: skip
    return Scene(scenario=scenario, difficulty=_DIFFICULTY, seed=1, opened=opening(scenario, _DIFFICULTY))


def _figures(watched: Sequence[Watched]) -> TurnFigures:
    groups = [[one] for one in watched]
    return TurnFigures(
        turns=len(watched),
        per_act={act: figures for act in Act if (figures := _act_figures(watched, act)).f1 is not None},
        macro_f1=bootstrap(groups, _macro_f1),
        exact=bootstrap(groups, _exact),
        confusions=_confusions(watched),
    )


def _act_figures(watched: Sequence[Watched], act: Act) -> ActFigures:
    labelled = sum(act in one.case.acts for one in watched)
    seen = sum(act in one.seen for one in watched)
    both = sum(act in one.case.acts and act in one.seen for one in watched)
    return ActFigures(
        labelled=labelled,
        seen=seen,
        precision=both / seen if seen else None,
        recall=both / labelled if labelled else None,
        f1=2 * both / (labelled + seen) if labelled + seen else None,
    )


def _macro_f1(watched: Sequence[Watched]) -> float | None:
    labelled = Counter(act for one in watched for act in one.case.acts)
    seen = Counter(act for one in watched for act in one.seen)
    both = Counter(act for one in watched for act in one.seen & set(one.case.acts))
    either = labelled + seen
    return sum(2 * both[act] / count for act, count in either.items()) / len(either) if either else None


def _exact(watched: Sequence[Watched]) -> float | None:
    return sum(one.seen == frozenset(one.case.acts) for one in watched) / len(watched) if watched else None


def _confusions(watched: Sequence[Watched]) -> dict[str, dict[str, int]]:
    table: Mapping[Act, Counter[str]] = {act: Counter() for act in Act}
    for one in watched:
        wrong = sorted(one.seen - set(one.case.acts))
        for missed in set(one.case.acts) - one.seen:
            table[missed].update(wrong or [NOTHING])
    return {act: dict(counts.most_common()) for act, counts in table.items() if counts}
