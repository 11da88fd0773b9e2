"""`coach eval customer`: who plays, how ends are counted anew, and what the figures count."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coach.adapters.scenario_files import ScenarioFiles
from coach.cli import app
from coach.customer.acts import Act, Move
from coach.customer.lines import TemplateRenderer
from coach.customer.mood import Change, Step, StopReason, Why
from coach.customer.scenario import Scenario
from coach.customer.turns import Line, Observed, Scene
from coach.evaluation.candidates import CANDIDATES, NEVER_SETTLE
from coach.evaluation.customers import READ_SEEDS, CustomerReport, Played, customer_report, play, play_all
from coach.evaluation.endings import SETTLED, faults
from coach.evaluation.spoken import spoken_figures

CORPUS = Path(__file__).parents[2] / "corpus"
STAGE = ScenarioFiles(CORPUS / "scenarios", CORPUS / "customer")
TEMPLATES = TemplateRenderer(STAGE.lines)


@pytest.fixture(scope="module")
def card() -> Scenario:
    return next(card for card in STAGE.scenarios if card.id == "late-birthday-gift")


@pytest.fixture(scope="module")
def played() -> Sequence[Played]:
    return list(play_all(STAGE.scenarios[:6], STAGE.rubric, TEMPLATES, 1))


@pytest.fixture(scope="module")
def report(played: Sequence[Played]) -> CustomerReport:
    return customer_report(played)


def steps_of(scene: Scene) -> list[Step]:
    return [one.step for one in scene.exchanges]


def mended(steps: Sequence[Step], at: int, state: dict[str, object] | None = None, **step: object) -> list[Step]:
    """The steps with one of them changed."""
    old = steps[at]
    new = old.model_copy(update={**step, "state": old.state.model_copy(update=state or {})})
    return [*steps[:at], new, *steps[at:][1:]]


class TestThePlayedDialogues:
    def test_are_the_same_for_the_same_seed(self, card: Scenario) -> None:
        for candidate in CANDIDATES.values():
            assert play(candidate, card, 3, 7, TEMPLATES) == play(candidate, card, 3, 7, TEMPLATES)

    def test_of_one_who_types_go_through_the_rules(self, card: Scenario) -> None:
        scene = play(CANDIDATES["manipulating"], card, 3, 1, TEMPLATES)
        assert all(one.said and one.observed.by == "rules" for one in scene.exchanges)

    @pytest.mark.parametrize("name", NEVER_SETTLE)
    @pytest.mark.parametrize("difficulty", [3, 4, 5])
    def test_of_one_who_never_should_settle_nothing(self, name: str, difficulty: int) -> None:
        for card in STAGE.scenarios:
            assert play(CANDIDATES[name], card, difficulty, 1, TEMPLATES).state.end not in SETTLED, card.id

    @pytest.mark.parametrize("difficulty", range(1, 6))
    def test_of_a_good_one_settle(self, difficulty: int) -> None:
        for card in STAGE.scenarios:
            assert play(CANDIDATES["good"], card, difficulty, 1, TEMPLATES).state.end in SETTLED, card.id


class TestASecondCountOfTheEnd:
    @pytest.fixture
    def settled(self, card: Scenario) -> Scene:
        scene = play(CANDIDATES["good"], card, 3, 1, TEMPLATES)
        assert scene.state.end is StopReason.RESOLVED
        return scene

    @pytest.fixture
    def left(self, card: Scenario) -> Scene:
        scene = play(CANDIDATES["silent"], card, 3, 1, TEMPLATES)
        assert scene.state.end is StopReason.WALK_AWAY
        return scene

    def test_finds_nothing_where_all_is_right(self, card: Scenario, settled: Scene, left: Scene) -> None:
        for scene in (settled, left):
            assert list(faults(card, 3, scene.opened, steps_of(scene))) == []

    @pytest.mark.parametrize(
        ("accepting", "says"),
        [
            ({"met": ()}, "too early"),
            ({"anger": 3}, "too early"),
            ({"trust": 0}, "too early"),
            ({"offers": 1}, "too early"),
        ],
    )
    def test_finds_a_customer_who_settled_too_early(
        self, card: Scenario, settled: Scene, accepting: dict[str, object], says: str
    ) -> None:
        steps = steps_of(settled)
        at = next(at for at, step in enumerate(steps) if step.move is Move.ACCEPT)
        found = list(faults(card, 3, settled.opened, mended(steps, at, accepting)))
        assert any(says in one for one in found)

    def test_does_not_take_the_engine_s_word_for_what_was_done(self, card: Scenario, settled: Scene) -> None:
        steps = [step.model_copy(update={"after": (Act.CONFIRM,)}) for step in steps_of(settled)]
        assert any("too early" in one for one in faults(card, 3, settled.opened, steps))

    def test_finds_a_customer_who_should_have_settled(self, card: Scenario, settled: Scene) -> None:
        steps = steps_of(settled)
        at = next(at for at, step in enumerate(steps) if step.move is Move.ACCEPT)
        found = faults(card, 3, settled.opened, mended(steps, at, move=Move.DOUBT))
        assert "the customer could have settled and did not" in found

    def test_finds_warm_words_for_a_cold_end(self, card: Scenario, settled: Scene) -> None:
        steps = mended(steps_of(settled), -1 % len(settled.exchanges), {"trust": 0})
        assert any("resolved with anger" in one for one in faults(card, 3, settled.opened, steps))

    def test_finds_one_who_left_without_a_warning_or_with_two(self, card: Scenario, left: Scene) -> None:
        steps = steps_of(left)
        warned = next(at for at, step in enumerate(steps) if step.move is Move.ULTIMATUM)
        none = mended(steps, warned, move=Move.STALL)
        two = mended(steps, 0, move=Move.ULTIMATUM)
        assert "0 ultimatums before leaving" in list(faults(card, 3, left.opened, none))
        assert "2 ultimatums before leaving" in list(faults(card, 3, left.opened, two))

    def test_finds_one_who_left_a_turn_that_helped(self, card: Scenario, left: Scene) -> None:
        steps = steps_of(left)
        helped = mended(steps, len(steps) - 1, {"trust": 3})
        assert any("moved something" in one for one in faults(card, 3, left.opened, helped))

    def test_finds_a_wrong_way_of_leaving_and_a_wrong_length(self, card: Scenario, left: Scene) -> None:
        steps, last = steps_of(left), len(left.exchanges) - 1
        higher = mended(steps, last, {"end": StopReason.ESCALATED})
        too_short = mended(steps, last, {"end": StopReason.MAX_TURNS})
        too_long = [*(steps[:1] * 20), *steps]
        assert any("knows and fights otherwise" in one for one in faults(card, 3, left.opened, higher))
        assert any("max_turns after" in one for one in faults(card, 3, left.opened, too_short))
        assert any("turns" in one for one in faults(card, 3, left.opened, too_long))
        assert "it went on after its end" in list(faults(card, 3, left.opened, [*steps, steps[0]]))

    def test_lets_an_insult_end_it_without_a_warning(self, card: Scenario, left: Scene) -> None:
        insulted = Change(what="end", by="escalated", why=Why.INSULTED)
        state = left.exchanges[0].step.state.model_copy(update={"end": StopReason.ESCALATED})
        step = Step(state=state, move=Move.LEAVE, after=(Act.RUDE,), facts=(), changes=(insulted,))
        assert list(faults(card, 3, left.opened, [step])) == []


class TestTheFiguresOfLines:
    def scene(self, scene: Scene, *lines: Sequence[str]) -> Scene:
        """A dialogue whose lines are these instead."""
        pairs = zip(scene.exchanges, lines, strict=False)
        spoken = [one.model_copy(update={"line": Line(bubbles=tuple(line), by="model")}) for one, line in pairs]
        return scene.model_copy(update={"exchanges": tuple(spoken)})

    @pytest.fixture
    def silent(self, card: Scenario) -> Scene:
        return play(CANDIDATES["silent"], card, 3, 1, TEMPLATES)

    def test_count_what_the_guards_find_in_1000_lines(self, silent: Scene) -> None:
        flip, number, leak = ["请您提供订单号"], ["已经等了九十天"], ["周六我儿子五岁生日"]
        figures = spoken_figures([[self.scene(silent, flip, number, leak, ["哦"])]])
        assert (figures.lines, figures.role_flips, figures.ungrounded, figures.leaks) == (4, 250, 250, 250)
        assert {(one.guard, one.bubbles) for one in figures.found} == {
            ("role_flip", tuple(flip)),
            ("ungrounded", tuple(number)),
            ("hidden_text", tuple(leak)),
        }

    def test_see_a_number_behind_a_line_that_is_too_long(self, silent: Scene) -> None:
        figures = spoken_figures([[self.scene(silent, ["哦", "嗯", "是", "我等了九十天"])]])
        assert set(figures.by_guard) == {"length", "ungrounded"}

    def test_count_repeats_full_stops_bursts_and_characters(self, silent: Scene) -> None:
        lines = (["退"], ["退"], ["我不想再等了"], ["我不想再等了啊", "算了。"])
        figures = spoken_figures([[self.scene(silent, *lines)]])
        assert (figures.near_duplicates, figures.full_stops, figures.bursts) == (1 / 2, 1 / 5, 1 / 4)

    def test_say_how_alike_two_seeds_are_and_nothing_of_one(self, silent: Scene) -> None:
        one, other = self.scene(silent, ["退"], ["我不想再等了"]), self.scene(silent, ["钱"], ["我不想再等了"])
        assert spoken_figures([[one]]).alike_across_seeds is None
        assert spoken_figures([[one, other]]).alike_across_seeds == 1 / 2


class TestTheReport:
    def test_counts_every_candidate_at_every_difficulty(self, report: CustomerReport) -> None:
        assert (report.scenarios, report.seeds, report.dialogues) == (6, 1, 6 * 5 * 7)
        for by_difficulty in report.outcomes.values():
            for one in by_difficulty.values():
                assert one.dialogues == 6
                assert sum(one.ends.values()) == pytest.approx(1)

    def test_reaches_the_goals_that_so_few_dialogues_can_show(self, report: CustomerReport) -> None:
        missed = [goal for goal, reached in report.goals.items() if not reached]
        assert missed in ([], ["the mediocre one settles less with every difficulty"]), report.wrong_ends

    def test_compares_candidates_at_the_same_table(self, played: Sequence[Played]) -> None:
        turned = [
            Played(**{**vars(one), "candidate": {"good": "poor", "poor": "good"}.get(one.candidate, one.candidate)})
            for one in played
        ]
        assert customer_report(turned).ordering.right == 0
        assert customer_report(turned).wrongly_settled["poor"] == 6 * 3

    def test_notices_a_dialogue_whose_labels_lead_elsewhere(self, played: Sequence[Played]) -> None:
        first = played[0].scene
        assert first is not None
        silent = tuple(one.model_copy(update={"observed": Observed(by="rules")}) for one in first.exchanges)
        other = Played(**{**vars(played[0]), "scene": first.model_copy(update={"exchanges": silent})})
        assert customer_report([other, *played[1:]]).same_states == pytest.approx(1 - 1 / len(played))


def test_the_command_gives_the_report_as_json_and_needs_no_index_and_no_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COACH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(ScenarioFiles, "scenarios", STAGE.scenarios[:3])
    result = CliRunner().invoke(app, ["eval", "customer", "--seeds", "1", "--json"])
    report = json.loads(result.stdout)
    assert result.exit_code == 0
    assert report["dialogues"] == 3 * 5 * 7
    assert report["goals"]["every end is right"]
    assert set(report["outcomes"]["good"]["1"]) == {"dialogues", "ends", "settled", "turns_mean"}
    assert not (tmp_path / "data").exists()


def test_dialogues_are_kept_of_the_first_seeds_alone(card: Scenario) -> None:
    played = list(play_all([card], STAGE.rubric, TEMPLATES, READ_SEEDS + 1))
    assert all((one.scene is None) is (one.seed >= READ_SEEDS) for one in played)
