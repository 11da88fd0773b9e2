"""The report of `coach eval acts`: each figure counts what its name says, and the rules hold their goals."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from coach.chat import Deadline, Usage
from coach.customer.acts import Act, Said
from coach.customer.observer import RuleObserver
from coach.customer.turns import Note, Observed, Scene
from coach.errors import InputError
from coach.evaluation.acts import NOTHING, act_report, scene_before, watch_cases
from coach.evaluation.cases import TurnCase, read_cases

TURNS = Path(__file__).parents[2] / "corpus" / "cases" / "turns.jsonl"


class Seer:
    """Sees in each turn what it was given for it."""

    def __init__(self, seen: Sequence[Sequence[Act]], note: Note | None = None) -> None:
        self._seen = iter(seen)
        self._note = note

    def observe(self, scene: Scene, said: str, deadline: Deadline) -> Observed:
        acts = tuple(Said(act=act, quote=said, start=0, end=len(said)) for act in next(self._seen))
        return Observed(acts=acts, by="rules", note=self._note, usage=Usage())


def case(name: str, *acts: Act, held_out: bool = False) -> TurnCase:
    return TurnCase(id=name, customer="我的车子呢 / 昨天就该到的", reply="这事怪我们", acts=acts, held_out=held_out)


CASES = (
    case("a", Act.APOLOGY),
    case("b", Act.APOLOGY, Act.CONFIRM),
    case("c", Act.REFUSAL, held_out=True),
    case("d", held_out=True),
)
SEEN = ([Act.APOLOGY], [Act.CONFIRM], [Act.BARE_REFUSAL], [])


def test_each_figure_counts_what_its_name_says() -> None:
    report = act_report(watch_cases(CASES, Seer(SEEN), 10), "offline")
    apology = report.per_act["apology"]
    assert (apology.labelled, apology.seen) == (2, 1)
    assert (apology.precision, apology.recall) == (1, 0.5)
    assert apology.f1 == pytest.approx(2 / 3)
    assert report.per_act["refusal"].precision is None
    assert report.per_act["bare_refusal"].recall is None
    assert report.macro_f1 == pytest.approx((2 / 3 + 1 + 0 + 0) / 4)
    assert report.overall.exact.value == pytest.approx(2 / 4)


def test_a_missed_act_is_laid_to_what_was_seen_instead() -> None:
    report = act_report(watch_cases(CASES, Seer(SEEN), 10), "offline")
    assert report.confusions == {"apology": {NOTHING: 1}, "refusal": {"bare_refusal": 1}}


def test_held_out_and_tuned_are_kept_apart() -> None:
    report = act_report(watch_cases(CASES, Seer(SEEN), 10), "offline")
    assert (report.tuned.turns, report.held_out.turns) == (2, 2)
    assert report.held_out.macro_f1.value == 0
    assert "apology" not in report.held_out.per_act


def test_turns_that_a_model_could_not_read_are_counted() -> None:
    report = act_report(watch_cases(CASES, Seer(SEEN, Note.RULES_SERVED), 10), "llm")
    assert report.read_by_rules == 4


def test_no_turn_of_an_act_gives_no_figure_and_no_turn_at_all_no_macro() -> None:
    report = act_report(watch_cases(CASES[3:], Seer([[]]), 10), "offline")
    assert report.per_act == {}
    assert report.macro_f1 is None
    assert report.tuned.exact.value is None


def test_progress_is_told_turn_by_turn() -> None:
    told: list[tuple[int, int]] = []
    watch_cases(CASES, Seer(SEEN), 10, lambda done, of: told.append((done, of)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_scene_knows_the_customers_last_bubbles_and_nothing_else() -> None:
    scene = scene_before(CASES[0])
    assert scene.customer_lines == ("我的车子呢", "昨天就该到的")
    assert scene.exchanges == ()
    assert scene.key_points == ()


def test_a_line_with_an_act_that_there_is_none_of_is_named(tmp_path: Path) -> None:
    file = tmp_path / "turns.jsonl"
    file.write_text('{"id": "x", "customer": "在吗", "reply": "在", "acts": ["sorry"]}\n', "utf-8")
    with pytest.raises(InputError, match="line 1: acts"):
        read_cases(file, TurnCase)


def test_the_rules_see_the_acts_they_were_tuned_on() -> None:
    cases = [one for one in read_cases(TURNS, TurnCase) if not one.held_out]
    report = act_report(watch_cases(cases, RuleObserver(), 10), "offline")
    assert report.macro_f1 is not None
    assert report.macro_f1 >= 0.9
    assert all(figures.f1 is not None and figures.f1 >= 0.7 for figures in report.per_act.values())
