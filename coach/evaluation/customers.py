"""How the customer behaves: scripted candidates play every card at every difficulty with many seeds. No model."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from random import Random

from pydantic import BaseModel, ConfigDict, computed_field

from coach.chat import Deadline
from coach.customer.acts import Said
from coach.customer.mood import Step, StopReason
from coach.customer.observer import RuleObserver
from coach.customer.rubric import Rubric, score
from coach.customer.scenario import Scenario
from coach.customer.state import LEVELS, opening, respond
from coach.customer.turns import Exchange, Line, Observed, Renderer, Scene
from coach.evaluation.candidates import CANDIDATES, NEVER_SETTLE, Candidate
from coach.evaluation.endings import SETTLED, faults
from coach.evaluation.spoken import SpokenFigures, spoken_figures

READ_SEEDS = 5
"""In so many seeds the customer's lines are spoken, and each is held against the guards; that is the dear part, and a
card says nearly all of its own in these. Beyond them only acts and states count, and a stand-in speaks.
"""
_HARD = 3
"""The difficulty from which on a poor candidate must never settle it."""
_MOST_NAMED = 20
_NO_HURRY = Deadline(float("inf"))


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class Outcomes(_Figures):
    """How the dialogues of one candidate at one difficulty ended."""

    dialogues: int
    ends: dict[StopReason, float]
    """Share of each end."""
    settled: float
    """Share of those that were resolved, coldly or not."""
    turns_mean: float


class Ordering(_Figures):
    """Whether better candidates fare better on the same card, difficulty and seed: by the end, then by the score."""

    compared: int
    right: float
    """Share of good >= mediocre >= poor."""
    good_over_mediocre: float
    mediocre_over_poor: float


class CustomerReport(_Figures):
    """All of it."""

    scenarios: int
    seeds: int
    dialogues: int
    outcomes: dict[str, dict[int, Outcomes]]
    """By candidate and difficulty."""
    ordering: Ordering
    wrongly_settled: dict[str, int]
    """Dialogues at difficulty 3 or more that a candidate who never should has settled."""
    mediocre_falls: bool
    """Whether the mediocre one settles strictly less with every step of difficulty."""
    ends_right: float
    """Share of dialogues whose end a second count of their steps finds right."""
    wrong_ends: tuple[str, ...]
    """The first of those that it does not."""
    spoken: SpokenFigures
    same_states: float
    """Share of the spoken dialogues whose states are the same whoever speaks the lines."""

    @computed_field
    @property
    def goals(self) -> dict[str, bool]:
        """Which goals are reached."""
        spoken = self.spoken
        return {
            "better candidates fare better in 99%": self.ordering.right >= 0.99,
            "who never should settles nothing from difficulty 3 on": not any(self.wrongly_settled.values()),
            "the mediocre one settles less with every difficulty": self.mediocre_falls,
            "every end is right": self.ends_right == 1,
            "the states are the same whoever speaks": self.same_states == 1,
            "no role flip, leak or ungrounded number": not (spoken.role_flips or spoken.leaks or spoken.ungrounded),
            "at most 5% near-duplicates": spoken.near_duplicates <= 0.05,
            "at most 15 characters in the median": (spoken.characters_median or 0) <= 15,
            "at most 5% end in a full stop": spoken.full_stops <= 0.05,
        }


@dataclass(frozen=True)
class Played:
    """What came of a dialogue."""

    candidate: str
    difficulty: int
    seed: int
    end: StopReason
    score: float
    turns: int
    faults: tuple[str, ...]
    """What a second count of the steps finds wrong with the end."""
    scene: Scene | None = None
    """The dialogue itself; kept of the first seeds alone, for all of them would fill the memory."""

    @property
    def rank(self) -> tuple[int, float]:
        """The end, then the score: what two candidates are compared by."""
        return (2 if self.end is StopReason.RESOLVED else int(self.end in SETTLED)), self.score


class StandIn:
    """A customer's voice that says the same to everything (port `Renderer`): who speaks must not matter."""

    def say(self, scene: Scene, said: str, step: Step, deadline: Deadline) -> Line:
        """Always one word."""
        del scene, said, step, deadline
        return Line(bubbles=("哦",), by="template")


def play(candidate: Candidate, card: Scenario, difficulty: int, seed: int, renderer: Renderer) -> Scene:
    """A dialogue of a candidate with the customer up to its end; the same arguments give the same one."""
    scene = Scene(scenario=card, difficulty=difficulty, seed=seed, opened=opening(card, difficulty))
    random = Random(f"{candidate.name} {card.id} {difficulty} {seed}")
    while scene.state.end is None:
        said, observed = _turn(candidate, scene, random)
        step = respond(card, difficulty, seed, scene.state, observed.labels)
        line = renderer.say(scene, said, step, _NO_HURRY)
        exchange = Exchange(said=said, observed=observed, step=step, line=line)
        scene = scene.model_copy(update={"exchanges": (*scene.exchanges, exchange)})
    return scene


def _turn(candidate: Candidate, scene: Scene, random: Random) -> tuple[str, Observed]:
    if candidate.types is not None:
        said = candidate.types(random)
        return said, RuleObserver().observe(scene, said, _NO_HURRY)
    assert candidate.decides is not None, "a candidate decides or types"
    labels = candidate.decides(scene.scenario, scene.state, random)
    acts = tuple(Said(act=act, quote="", start=0, end=0) for act in labels.acts)
    said = "您好" if candidate.greets and not scene.exchanges else ""
    return said, Observed(acts=acts, asks=labels.asks, by="rules")


def play_all(
    cards: Sequence[Scenario],
    rubric: Rubric,
    renderer: Renderer,
    seeds: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[Played]:
    """Every candidate with every card, difficulty and seed; the candidates at one table come one after the other."""
    tables = list(product(cards, LEVELS, range(seeds)))
    for done, (card, difficulty, seed) in enumerate(tables, 1):
        voice = renderer if seed < READ_SEEDS else StandIn()
        for candidate in CANDIDATES.values():
            yield _played(candidate.name, play(candidate, card, difficulty, seed, voice), rubric)
        progress(done, len(tables))


def _played(candidate: str, scene: Scene, rubric: Rubric) -> Played:
    assert scene.state.end is not None, "a dialogue is played to its end"
    steps = [one.step for one in scene.exchanges]
    return Played(
        candidate=candidate,
        difficulty=scene.difficulty,
        seed=scene.seed,
        end=scene.state.end,
        score=score(rubric, scene).score or 0.0,
        turns=len(steps),
        faults=tuple(
            f"{candidate}, {scene.scenario.id}, difficulty {scene.difficulty}, seed {scene.seed}: {fault}"
            for fault in faults(scene.scenario, scene.difficulty, scene.opened, steps)
        ),
        scene=scene if scene.seed < READ_SEEDS else None,
    )


def customer_report(played: Sequence[Played]) -> CustomerReport:
    """The figures of what was played: `played` holds whole tables, in the order of `play_all`."""
    outcomes = {name: _by_difficulty(_of(played, name)) for name in CANDIDATES}
    mediocre = [figures.settled for figures in outcomes["mediocre"].values()]
    read = _by_seed(played)
    scenes = [scene for group in read for scene in group]
    return CustomerReport(
        scenarios=len({scene.scenario.id for scene in scenes}),
        seeds=len({one.seed for one in played}),
        dialogues=len(played),
        outcomes=outcomes,
        ordering=_ordering(played),
        wrongly_settled={name: sum(map(_is_wrongly_settled, _of(played, name))) for name in NEVER_SETTLE},
        mediocre_falls=all(easier > harder for easier, harder in pairwise(mediocre)),
        ends_right=sum(not one.faults for one in played) / len(played),
        wrong_ends=tuple(fault for one in played for fault in one.faults)[:_MOST_NAMED],
        spoken=spoken_figures(read),
        same_states=sum(map(_is_same_by_another_voice, scenes)) / len(scenes),
    )


def _of(played: Sequence[Played], name: str) -> Sequence[Played]:
    return [one for one in played if one.candidate == name]


def _by_seed(played: Sequence[Played]) -> Sequence[Sequence[Scene]]:
    """The dialogues that were kept; those that differ by their seed alone stand in one group."""
    groups: dict[tuple[str, str, int], list[Scene]] = {}
    for one in played:
        if one.scene is not None:
            groups.setdefault((one.candidate, one.scene.scenario.id, one.difficulty), []).append(one.scene)
    return list(groups.values())


def _by_difficulty(played: Sequence[Played]) -> dict[int, Outcomes]:
    return {difficulty: _outcomes([one for one in played if one.difficulty == difficulty]) for difficulty in LEVELS}


def _outcomes(played: Sequence[Played]) -> Outcomes:
    ends = [one.end for one in played]
    return Outcomes(
        dialogues=len(played),
        ends={end: ends.count(end) / len(ends) for end in StopReason if end in ends},
        settled=sum(end in SETTLED for end in ends) / len(ends),
        turns_mean=sum(one.turns for one in played) / len(played),
    )


def _is_wrongly_settled(one: Played) -> bool:
    return one.end in SETTLED and one.difficulty >= _HARD


def _ordering(played: Sequence[Played]) -> Ordering:
    tables = list(zip(*(_of(played, name) for name in ("good", "mediocre", "poor")), strict=True))
    upper = [good.rank >= mediocre.rank for good, mediocre, _ in tables]
    lower = [mediocre.rank >= poor.rank for _, mediocre, poor in tables]
    return Ordering(
        compared=len(tables),
        right=sum(map(all, zip(upper, lower, strict=True))) / len(tables),
        good_over_mediocre=sum(upper) / len(tables),
        mediocre_over_poor=sum(lower) / len(tables),
    )


def _is_same_by_another_voice(spoken: Scene) -> bool:
    """Whether the same labels lead through the same steps where somebody else speaks."""
    scene = spoken.model_copy(update={"exchanges": ()})
    for one in spoken.exchanges:
        step = respond(scene.scenario, scene.difficulty, scene.seed, scene.state, one.observed.labels)
        if step != one.step:
            return False
        line = StandIn().say(scene, one.said, step, _NO_HURRY)
        exchange = one.model_copy(update={"step": step, "line": line})
        scene = scene.model_copy(update={"exchanges": (*scene.exchanges, exchange)})
    return True
