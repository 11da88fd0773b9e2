import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.bank.question import Weight
from coach.critique.feedback import Label, Verdict
from coach.critique.scoring import score

COVERED, PARTIAL, MISSING, CONTRADICTED, UNGRADED = Label
VITAL, OKAY = Weight

graded = st.tuples(st.sampled_from(Weight), st.sampled_from(Label))


def verdict(weight: Weight, label: Label) -> Verdict:
    return Verdict(id="q01.1", text="倾听", weight=weight, verdict=label)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], None),
        ([(VITAL, UNGRADED), (OKAY, UNGRADED)], None),
        ([(OKAY, COVERED)], 1.0),
        ([(VITAL, COVERED), (OKAY, COVERED)], 1.0),
        ([(VITAL, COVERED), (OKAY, MISSING)], 2 / 3),
        ([(VITAL, MISSING), (OKAY, COVERED)], 1 / 3),
        ([(VITAL, PARTIAL), (OKAY, PARTIAL)], 0.5),
        ([(VITAL, PARTIAL), (OKAY, COVERED)], 2 / 3),
        ([(OKAY, MISSING)], 0.0),
        ([(OKAY, CONTRADICTED)], 0.0),
        ([(VITAL, CONTRADICTED), (VITAL, COVERED)], 0.5),
        ([(VITAL, COVERED), (OKAY, UNGRADED)], 1.0),
        ([(VITAL, UNGRADED), (OKAY, PARTIAL)], 0.5),
    ],
)
def test_the_score_is_the_weighted_share_over_what_was_graded(
    verdicts: list[tuple[Weight, Label]], expected: float | None
) -> None:
    assert score(verdict(*each) for each in verdicts) == expected


@given(st.lists(graded))
def test_the_score_lies_between_nothing_and_all(verdicts: list[tuple[Weight, Label]]) -> None:
    result = score(verdict(*each) for each in verdicts)
    if all(label is UNGRADED for _, label in verdicts):
        assert result is None
    else:
        assert result is not None
        assert 0 <= result <= 1


@given(st.lists(graded), graded, st.sampled_from([PARTIAL, COVERED]))
def test_a_better_verdict_never_lowers_the_score(
    others: list[tuple[Weight, Label]], one: tuple[Weight, Label], better: Label
) -> None:
    weight, label = one
    if label is UNGRADED or (label, better) in {(COVERED, PARTIAL), (PARTIAL, PARTIAL), (COVERED, COVERED)}:
        return
    before = score(verdict(*each) for each in [*others, one])
    after = score(verdict(*each) for each in [*others, (weight, better)])
    assert before is not None
    assert after is not None
    assert after > before


@given(st.lists(graded))
def test_a_key_point_that_was_not_graded_changes_nothing(verdicts: list[tuple[Weight, Label]]) -> None:
    assert score(verdict(*each) for each in [*verdicts, (VITAL, UNGRADED)]) == score(
        verdict(*each) for each in verdicts
    )
