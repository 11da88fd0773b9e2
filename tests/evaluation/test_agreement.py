"""Statistics of agreement: known values, degenerate cases, and intervals that repeat."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.evaluation.agreement import bootstrap, cohens_kappa, f1, share

labels = st.sampled_from("abcd")
pairs = st.lists(st.tuples(labels, labels), min_size=1, max_size=60)


def test_kappa_has_cohens_own_value() -> None:
    # 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: observed 0.7, by chance 0.5
    counted = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert cohens_kappa(counted) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("counted", "kappa"),
    [
        ([("a", "a"), ("b", "b")], 1.0),
        ([("a", "b"), ("b", "a")], -1.0),
        ([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")], 0.0),
        ([], None),
        ([("a", "a")] * 5, None),
        ([("a", "a"), ("a", "b")], None),
        ([("a", "a"), ("b", "a")], None),
    ],
    ids=["in full", "against", "as by chance", "nothing", "one label only", "one from the first", "one from the other"],
)
def test_kappa_at_its_edges(counted: list[tuple[str, str]], kappa: float | None) -> None:
    assert cohens_kappa(counted) == kappa


@given(pairs)
def test_kappa_does_not_care_who_reads_first(counted: list[tuple[str, str]]) -> None:
    turned = [(other, one) for one, other in counted]
    assert cohens_kappa(counted) == pytest.approx(cohens_kappa(turned))


def test_f1_is_the_harmonic_mean_of_precision_and_recall() -> None:
    counted = [("a", "a")] * 3 + [("a", "b")] * 1 + [("b", "a")] * 2
    assert f1(counted, "a") == pytest.approx(2 * (3 / 4) * (3 / 5) / (3 / 4 + 3 / 5))
    assert f1(counted, "c") is None


def test_an_interval_holds_its_value_and_is_the_same_again() -> None:
    groups = [[True, False], [True], [False, False, True]] * 10
    first = bootstrap(groups, share)
    assert first == bootstrap(groups, share)
    assert first.n == 60
    assert first.low is not None
    assert first.value is not None
    assert first.high is not None
    assert first.low < first.value < first.high


def test_nothing_to_count_has_no_value() -> None:
    nothing = bootstrap([], share)
    assert (nothing.value, nothing.low, nothing.n) == (None, None, 0)


def test_a_figure_that_no_resampling_has_is_given_without_an_interval() -> None:
    figures = iter([1.0])
    never_again = bootstrap([["a"]], lambda _: next(figures, None))
    assert (never_again.value, never_again.low, never_again.high) == (1, None, None)
