"""What was practised in one sitting."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.practice.record import Choice, Interview, Practice
from coach.practice.sitting import PAUSE, sessions
from tests.practice.histories import NOW, attempt, role_play

MINUTE = timedelta(minutes=1)


def at(*minutes: float) -> Practice:
    """Answers that were given so many minutes after the first moment; named by them."""
    answers = [
        attempt(name=f"{minute:g}").model_copy(update={"created": NOW + minute * MINUTE})
        for minute in sorted(minutes, reverse=True)
    ]
    return Practice(answers=tuple(answers))


def grouped(practice: Practice) -> list[tuple[str, ...]]:
    return [session.items for session in sessions(practice)]


def test_nothing_practised_is_no_session() -> None:
    assert sessions(Practice()) == ()


@pytest.mark.parametrize(
    ("minutes", "groups"),
    [
        ([0], [("0",)]),
        ([0, 29.9], [("0", "29.9")]),
        ([0, 30], [("30",), ("0",)]),
        ([0, 20, 40, 60], [("0", "20", "40", "60")]),
        ([0, 20, 55, 60], [("55", "60"), ("0", "20")]),
    ],
)
def test_what_lies_less_than_half_an_hour_apart_belongs_together(
    minutes: list[float], groups: list[tuple[str, ...]]
) -> None:
    assert grouped(at(*minutes)) == groups


def test_a_session_is_named_by_its_first_item_and_began_with_it() -> None:
    late, early = sessions(at(0, 10, 100))
    assert (early.id, early.began, late.id, late.began) == ("s-0", NOW, "s-100", NOW + 100 * MINUTE)


def test_answers_role_plays_and_interviews_make_one_session() -> None:
    interview = Interview(
        id="i", created=NOW - 5 * MINUTE, choice=Choice.RANDOM, seed=1, follow_ups=0, questions=(), ended=None
    )
    practice = Practice(answers=(attempt(name="a"),), role_plays=(role_play(name="r"),), interviews=(interview,))
    assert grouped(practice) == [("i", "a", "r")]


MINUTES = st.lists(st.integers(0, 300), unique=True, max_size=12)


@given(MINUTES)
def test_everything_is_in_one_session_and_sessions_lie_apart(minutes: list[int]) -> None:
    found = sessions(at(*minutes))
    assert sorted(item for session in found for item in session.items) == sorted(f"{minute}" for minute in minutes)
    for later, earlier in pairwise(found):
        assert int(later.items[0]) - int(earlier.items[-1]) >= PAUSE / MINUTE


@given(MINUTES, st.lists(st.integers(301, 600), unique=True, max_size=5))
def test_a_session_keeps_its_name_and_items_when_more_is_practised(minutes: list[int], more: list[int]) -> None:
    after = {session.id: session.items for session in sessions(at(*minutes, *more))}
    for session in sessions(at(*minutes)):
        assert after[session.id][: len(session.items)] == session.items
