"""Role-playing: each turn is kept, then read, then felt, then answered; at the end there is a debrief."""

from collections.abc import Sequence
from dataclasses import dataclass

from coach.bank.index import Index, Kind, ReferenceAnswer
from coach.bank.question import KeyPoint
from coach.chat import ChatModel, Deadline
from coach.critique.feedback import Evidence, Feedback, Judge
from coach.customer.debrief import Debrief, Recalled, costliest, summary
from coach.customer.hints import Hint, hint
from coach.customer.mood import StopReason
from coach.customer.rewriting import costly_turn
from coach.customer.rubric import Rubric
from coach.customer.safety import in_distress
from coach.customer.scenario import Scenario
from coach.customer.state import opening, quit_by_candidate, respond
from coach.customer.turns import Exchange, Intensity, Observer, Renderer, Scene
from coach.errors import InputError
from coach.practice.answering import whole
from coach.practice.record import Record, RolePlay

LONGEST_TURN = 1000
"""Characters of one turn: nobody types more into a chat at once."""
RECALLED_FROM = 0.24
"""Score from which on a situation of the bank that the customer's words resemble is worth showing.

With the built-in embedding 9 of 765 bursts of the bundled cards reach it: 7 lead to a question of the card itself, the
other 2 to one that fits, by one reading. Candidates' own turns come near nothing (none of 224 above 0.28).
"""
_MOST_RECALLED = 3


@dataclass(frozen=True)
class Cast:
    """Who takes part beside the candidate."""

    observer: Observer
    renderer: Renderer
    judge: Judge
    rewriter: ChatModel | None = None
    """None: the costliest turn gets a scaffold of our own."""


class RolePlaying:
    """What a person does with a difficult customer."""

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        rubric: Rubric,
        cast: Cast,
        index: Index,
        record: Record,
        deadline_seconds: float,
    ) -> None:
        self._scenarios = {scenario.id: scenario for scenario in scenarios}
        self._rubric = rubric
        self._cast = cast
        self._index = index
        self._record = record
        self._deadline_seconds = deadline_seconds

    def scenario(self, scenario_id: str) -> Scenario:
        """A card. Raises InputError where there is none of this id."""
        if scenario_id not in self._scenarios:
            raise InputError("there is no scenario {id}; see `coach scenarios`", id=scenario_id)
        return self._scenarios[scenario_id]

    def begin(
        self,
        scenario_id: str,
        seed: int,
        difficulty: int | None = None,
        intensity: Intensity = Intensity.FIRM,
        exam: bool = False,
    ) -> RolePlay:
        """A new role-play, at the card's own difficulty where none is given. Raises InputError."""
        scenario = self.scenario(scenario_id)
        difficulty = scenario.difficulty if difficulty is None else difficulty
        if difficulty not in range(1, 6):
            raise InputError(
                "difficulty {difficulty} is not 1 to 5; choose 1 (mild) to 5 (hard)", difficulty=difficulty
            )
        return self._record.add_role_play(scenario, difficulty, seed, intensity, exam)

    def role_play(self, role_play_id: str) -> RolePlay:
        """One role-play, to go on with. Raises InputError where there is none of this id."""
        found = self._record.role_play(role_play_id)
        if found is None:
            raise InputError("there is no role-play {id}; begin a new one", id=role_play_id)
        return found

    def scene(self, role_play: RolePlay) -> Scene:
        """What has happened so far, as the engine, the observer and the speaker see it."""
        return Scene(
            scenario=role_play.scenario,
            difficulty=role_play.difficulty,
            seed=role_play.seed,
            intensity=role_play.intensity,
            key_points=self._key_points(role_play.scenario),
            opened=opening(role_play.scenario, role_play.difficulty),
            exchanges=role_play.exchanges,
        )

    def submit(self, role_play: RolePlay, said: str) -> RolePlay:
        """Keeps a turn of the candidate. What comes after may fail; the turn stays.

        A turn with signs of real distress pauses the role-play for good instead of being answered.

        Raises:
            InputError: the turn is empty or too long, the role-play has ended, or it went on in another window.
        """
        if not said.strip():
            raise InputError("the turn is empty; write what you would say to the customer")
        if len(said) > LONGEST_TURN:
            raise InputError(
                "the turn has {length} characters, {most} at most go into a chat; say it in two turns",
                length=len(said),
                most=LONGEST_TURN,
            )
        self._record.add_turn(role_play.id, len(role_play.exchanges) + 1, said)
        if in_distress(said):
            self._record.end_role_play(role_play.id, StopReason.PAUSED_FOR_SAFETY)
        return self.role_play(role_play.id)

    def answer(self, role_play: RolePlay) -> RolePlay:
        """The customer's answer to the turn that waits for one; nothing changes where none waits, or it has ended."""
        if role_play.pending is None or role_play.end is not None:
            return role_play
        said, scene, deadline = role_play.pending, self.scene(role_play), Deadline(self._deadline_seconds)
        observed = self._cast.observer.observe(scene, said, deadline)
        step = respond(scene.scenario, scene.difficulty, scene.seed, scene.state, observed.labels)
        line = self._cast.renderer.say(scene, said, step, deadline)
        exchange = Exchange(said=said, observed=observed, step=step, line=line)
        self._record.answer_turn(role_play.id, len(role_play.exchanges) + 1, exchange)
        return self.role_play(role_play.id)

    def hint(self, role_play: RolePlay) -> Hint:
        """One nudge; that it was asked for is kept."""
        self._record.count_hint(role_play.id)
        return hint(self.scene(role_play))

    def try_again(self, role_play: RolePlay, turn: int) -> RolePlay:
        """A new role-play that goes on before this turn, from 1 on; the old one stays. Raises InputError."""
        if turn not in range(1, len(role_play.exchanges) + 1):
            raise InputError(
                "there is no turn {turn} to try again; choose 1 to {last}", turn=turn, last=len(role_play.exchanges)
            )
        return self._record.add_role_play(
            role_play.scenario,
            role_play.difficulty,
            role_play.seed,
            role_play.intensity,
            role_play.exam,
            exchanges=role_play.exchanges[: turn - 1],
            branched_from=role_play.id,
        )

    def quit(self, role_play: RolePlay) -> RolePlay:
        """Ends it on the candidate's wish; a customer who has settled stays so."""
        end = quit_by_candidate(self.scene(role_play).state).end
        assert end is not None, "quitting ends a role-play"
        self._record.end_role_play(role_play.id, end)
        return self.role_play(role_play.id)

    def debrief(self, role_play: RolePlay) -> Debrief:
        """What came of a role-play that has ended, made once and kept. Raises InputError where it goes on."""
        if role_play.debrief is not None:
            return role_play.debrief
        if role_play.end is None:
            raise InputError("this role-play goes on; end it first")
        scene = self.scene(role_play)
        debrief = summary(self._rubric, scene, role_play.end)
        if scene.exchanges:
            worst = costliest(scene)
            deadline = Deadline(self._deadline_seconds)
            debrief = debrief.model_copy(
                update={
                    "key_points": self._judged(scene),
                    "recalled": self._recalled(scene),
                    "costliest": worst and costly_turn(scene, worst, self._cast.rewriter, deadline),
                }
            )
        self._record.set_debrief(role_play.id, debrief)
        return debrief

    def _key_points(self, scenario: Scenario) -> tuple[KeyPoint, ...]:
        references = (self._index.reference(question_id) for question_id in scenario.question_ids)
        return tuple(point for reference in references if reference for point in reference.key_points)

    def _judged(self, scene: Scene) -> tuple[Feedback, ...]:
        """The key points of the card's questions over everything that the candidate said."""
        turns = [one.said for one in scene.exchanges]
        references = (self._index.reference(question_id) for question_id in scene.scenario.question_ids)
        judged = (
            whole(self._cast.judge.judge(_in_a_chat(reference), "\n".join(turns), Deadline(self._deadline_seconds)))
            for reference in references
            if reference is not None and reference.key_points
        )
        return tuple(_placed(feedback, turns) for feedback in judged)

    def _recalled(self, scene: Scene) -> tuple[Recalled, ...]:
        """Questions beyond the card's own that the customer's words before a turn bring up, the nearest first."""
        best: dict[str, Recalled] = {}
        heard = [scene.scenario.opening, *(one.line.bubbles for one in scene.exchanges)]
        for number, bubbles in enumerate(heard[: len(scene.exchanges)], 1):
            for found in self._index.search(" ".join(bubbles), limit=2):
                own = found.question_id in scene.scenario.question_ids
                if own or found.score < RECALLED_FROM or found.matched.kind is not Kind.SITUATION:
                    continue
                recalled = Recalled(
                    question_id=found.question_id,
                    question=found.question,
                    turn=number,
                    matched=found.matched.text,
                    score=found.score,
                )
                if found.question_id not in best or best[found.question_id].score < recalled.score:
                    best[found.question_id] = recalled
        return tuple(sorted(best.values(), key=lambda one: -one.score)[:_MOST_RECALLED])


def _in_a_chat(reference: ReferenceAnswer) -> ReferenceAnswer:
    """The reference, with the judge told that it reads an agent's turns and no interview answer."""
    told = "These are an agent's turns in one chat with an angry customer; a point is covered where the agent does it."
    return reference.model_copy(update={"question": f"{reference.question} ({told})"})


def _placed(feedback: Feedback, turns: Sequence[str]) -> Feedback:
    """The feedback with each quote counted in its own turn; one that runs over into the next ends with the first."""
    verdicts = tuple(
        verdict.model_copy(update={"evidence": tuple(_in_turn(evidence, turns) for evidence in verdict.evidence)})
        for verdict in feedback.key_points
    )
    return feedback.model_copy(update={"key_points": verdicts, "follow_up": None, "rewrite": ""})


def _in_turn(evidence: Evidence, turns: Sequence[str]) -> Evidence:
    start = evidence.start
    for number, turn in enumerate(turns, 1):
        if start < len(turn):
            end = min(start + evidence.end - evidence.start, len(turn))
            return evidence.model_copy(update={"turn": number, "start": start, "end": end, "quote": turn[start:end]})
        start -= len(turn) + 1
    raise AssertionError("a quote stands in one of the turns")
