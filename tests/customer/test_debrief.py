"""The mood's curve, the turn that cost most, and the scaffold for it."""

from itertools import pairwise

from coach.customer.acts import Act
from coach.customer.debrief import cost_of, costliest, frame, mood_curve, summary
from coach.customer.mood import StopReason, Why
from tests.customer.playing import STAGE, played

CALM = (Act.EMPATHY_SPECIFIC, Act.RESTATE)
HELP = (Act.SOLUTION_CONCRETE, Act.TIME_COMMITMENT)


def test_the_curve_begins_with_the_opening_and_has_a_point_a_turn() -> None:
    scene = played("late-birthday-gift", (Act.RUDE,), CALM)
    curve = mood_curve(scene)
    assert [point.turn for point in curve] == [0, 1, 2]
    assert (curve[0].anger, curve[1].anger) == (3, 5)
    assert Why.RUDE in {change.why for change in curve[1].changes}


def test_the_curve_moves_by_its_changes_and_by_nothing_else() -> None:
    curve = mood_curve(played("fridge-fourth-contact", (Act.APOLOGY,), (Act.APOLOGY,), CALM, HELP, (Act.RUDE,)))
    for before, after in pairwise(curve):
        for what in ("anger", "trust", "patience"):
            moved = sum(int(change.by) for change in after.changes if change.what == what)
            assert getattr(after, what) - getattr(before, what) == moved


def test_the_costliest_turn_is_the_one_that_lost_most() -> None:
    scene = played("late-birthday-gift", (Act.BARE_REFUSAL,), (Act.RUDE,), CALM)
    assert costliest(scene) == 2
    assert cost_of(scene.exchanges[1]) > cost_of(scene.exchanges[0]) > 0


def test_of_equally_costly_turns_the_first_counts() -> None:
    assert costliest(played("late-birthday-gift", (Act.BARE_REFUSAL,), (Act.BARE_REFUSAL,))) == 1


def test_where_nothing_got_worse_no_turn_is_held_up() -> None:
    assert costliest(played("late-birthday-gift", CALM, HELP)) is None
    assert costliest(played("late-birthday-gift")) is None


def test_the_scaffold_takes_up_the_customer_s_own_words_and_leaves_gaps() -> None:
    scene = played("late-birthday-gift", (Act.DEFLECTION,), CALM)
    text = frame(scene, 1)
    assert "物流两天不动了你们管不管" in text
    assert "【" in text
    assert all(fact.text not in text for fact in scene.scenario.facts if fact.disclosure != "open")


def test_the_scaffold_knows_only_what_was_known_then() -> None:
    scene = played("late-birthday-gift", (Act.DEFLECTION,), (Act.INFO_QUESTION, "f2"), (Act.RUDE,))
    later = scene.exchanges[2].line.bubbles
    assert not any(bubble in frame(scene, 3) for bubble in later)


def test_where_a_no_is_due_the_scaffold_asks_for_its_reason() -> None:
    declining = next(
        card.id for card in STAGE.scenarios if any(Act.REFUSAL in demand.accept_if for demand in card.demands)
    )
    assert "依据" in frame(played(declining, CALM, CALM, (Act.RUDE,)), 3)


def test_the_summary_holds_what_code_alone_can_say() -> None:
    scene = played("late-birthday-gift", CALM)
    debrief = summary(STAGE.rubric, scene, StopReason.CANDIDATE_QUIT)
    assert debrief.end is StopReason.CANDIDATE_QUIT
    assert debrief.rubric.score is not None
    assert debrief.key_points == ()
    assert debrief.costliest is None
