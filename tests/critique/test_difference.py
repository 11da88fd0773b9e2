"""What a new judgement of the same answer changed."""

from hypothesis import given
from hypothesis import strategies as st

from coach.critique.difference import Comparison, compared, differences
from coach.critique.feedback import Feedback, Label
from tests.practice.histories import feedback

COVERED, PARTIAL, MISSING, CONTRADICTED, UNGRADED = Label
LABELS = st.lists(st.sampled_from(Label), max_size=4)


def without(feedback: Feedback, key: str) -> Feedback:
    return feedback.model_copy(update={"key_points": tuple(one for one in feedback.key_points if one.id != key)})


def changes(before: Feedback, after: Feedback) -> list[tuple[str, str, Label | None, Label | None]]:
    return [(one.id, one.change, one.before, one.after) for one in differences(before, after)]


def test_each_key_point_is_the_same_changed_new_or_gone() -> None:
    before, after = feedback("q01", [COVERED, PARTIAL, MISSING]), feedback("q01", [COVERED, MISSING, MISSING, UNGRADED])
    assert changes(before, without(after, "q01.3")) == [
        ("q01.1", "same", COVERED, COVERED),
        ("q01.2", "changed", PARTIAL, MISSING),
        ("q01.4", "new", None, UNGRADED),
        ("q01.3", "gone", MISSING, None),
    ]


def test_a_key_point_that_says_something_else_now_is_called_reworded() -> None:
    before, after = feedback("q01", [COVERED, COVERED]), feedback("q01", [COVERED, COVERED])
    first = after.key_points[0].model_copy(update={"text": "另一个要点"})
    after = after.model_copy(update={"key_points": (first, after.key_points[1])})
    assert [(one.text, one.change, one.reworded) for one in differences(before, after)] == [
        ("另一个要点", "same", True),
        ("要点", "same", False),
    ]


def test_scores_judges_and_models_stand_side_by_side_and_an_unknown_score_stays_unknown() -> None:
    by_hand, by_model = feedback("q01", [UNGRADED], judge="offline"), feedback("q01", [PARTIAL])
    versions = by_model.versions.model_copy(update={"model": "qwen-plus"})
    found = compared(by_hand, by_model.model_copy(update={"versions": versions}))
    assert (found.before.score, found.before.judge, found.before.model) == (None, "offline", None)
    assert (found.after.score, found.after.judge, found.after.model) == (0.5, "llm", "qwen-plus")
    assert Comparison.model_validate_json(found.model_dump_json()) == found


@given(LABELS, LABELS)
def test_every_key_point_of_either_stands_there_once(before: list[Label], after: list[Label]) -> None:
    found = differences(feedback("q01", before), feedback("q01", after))
    assert sorted(one.id for one in found) == [f"q01.{n}" for n in range(1, max(len(before), len(after)) + 1)]
    for one in found:
        assert (one.change == "new") == (one.before is None)
        assert (one.change == "gone") == (one.after is None)
        assert (one.change == "same") == (one.before == one.after)


@given(LABELS)
def test_a_judgement_does_not_differ_from_itself(labels: list[Label]) -> None:
    assert {one.change for one in differences(feedback("q01", labels), feedback("q01", labels))} <= {"same"}
