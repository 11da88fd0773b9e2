from collections.abc import Sequence
from datetime import UTC, timedelta, timezone
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.critique.feedback import Label
from coach.practice.mastery import Mastery, masteries, reviews, whole_day_scheduler
from coach.practice.record import Attempt, RolePlay
from tests.practice.histories import DAY, HISTORIES, NOW, Kept, attempt, attempts, role_play
from tests.practice.role_play_parts import exchange

COVERED, PARTIAL, MISSING, CONTRADICTED, UNGRADED = Label


def rated(*held: Attempt | RolePlay) -> Sequence[tuple[str, str, str]]:
    """Key point, rating and source of each review."""
    found = reviews(
        [one for one in held if isinstance(one, Attempt)], [one for one in held if isinstance(one, RolePlay)]
    )
    return [(review.key_point_id, review.rating.name, review.source) for review in found]


def known(*held: Attempt, days_ahead: float = 0) -> dict[str, Mastery]:
    return dict(masteries(reviews(held, []), whole_day_scheduler(), NOW + days_ahead * DAY))


class TestTheRatingOfAnOccasion:
    @pytest.mark.parametrize(
        ("verdict", "own", "rating"),
        [
            (COVERED, None, [("Good", "answer")]),
            (PARTIAL, None, [("Hard", "answer")]),
            (MISSING, None, [("Again", "answer")]),
            (CONTRADICTED, None, [("Again", "answer")]),
            (UNGRADED, None, []),
            (UNGRADED, COVERED, [("Good", "self")]),
            (UNGRADED, PARTIAL, [("Hard", "self")]),
            (UNGRADED, MISSING, [("Again", "self")]),
            (UNGRADED, UNGRADED, []),
            (MISSING, COVERED, [("Again", "answer")]),
            (COVERED, MISSING, [("Good", "answer")]),
        ],
    )
    def test_is_the_verdict_s_and_ones_own_only_where_there_is_none(
        self, verdict: Label, own: Label | None, rating: list[tuple[str, str]]
    ) -> None:
        answered = attempt(verdict, own={"q01.1": own} if own else {})
        assert [row[1:] for row in rated(answered)] == rating

    def test_is_ones_own_where_nobody_judged_the_answer(self) -> None:
        assert rated(attempt(own={"q01.2": PARTIAL})) == [("q01.2", "Hard", "self")]

    def test_rests_on_the_follow_up_where_its_answer_gave_the_quote(self) -> None:
        assert rated(attempt(COVERED, MISSING, turn=1)) == [
            ("q01.1", "Good", "follow_up"),
            ("q01.2", "Again", "answer"),
        ]

    def test_is_given_once_for_each_key_point(self) -> None:
        held = attempt(UNGRADED, COVERED, own={"q01.1": COVERED, "q01.2": MISSING}, turn=2)
        assert rated(held) == [("q01.1", "Good", "self"), ("q01.2", "Good", "follow_up")]

    @pytest.mark.parametrize("judge", ["llm", "offline"])
    def test_counts_the_same_from_either_judge(self, judge: str) -> None:
        assert rated(attempt(COVERED, UNGRADED, judge=judge)) == [("q01.1", "Good", "answer")]

    def test_carries_its_time_in_utc_and_its_question(self) -> None:
        beijing = NOW.astimezone(timezone(timedelta(hours=8)))
        (review,) = reviews([attempt(COVERED).model_copy(update={"created": beijing})], [])
        assert (review.at, review.at.tzinfo, review.question_id) == (NOW, UTC, "q01")


class TestARolePlay:
    def test_counts_what_was_said_and_not_what_had_no_occasion(self) -> None:
        assert rated(role_play(COVERED, PARTIAL, CONTRADICTED, MISSING, UNGRADED)) == [
            ("q01.1", "Good", "roleplay"),
            ("q01.2", "Hard", "roleplay"),
            ("q01.3", "Again", "roleplay"),
        ]

    def test_that_goes_on_gives_nothing_yet(self) -> None:
        assert rated(role_play(exchanges=[exchange("您好")])) == []

    @pytest.mark.parametrize(("turn", "counted"), [(1, 0), (2, 0), (3, 1)])
    def test_that_tries_again_counts_only_what_was_said_anew(self, turn: int, counted: int) -> None:
        shared = [exchange("您好", 1), exchange("我在听", 2)]
        first = role_play(MISSING, exchanges=[*shared, exchange("别急", 3)], name="first", days_ago=1)
        again = role_play(
            COVERED, turn=turn, exchanges=[*shared, exchange("换我也急", 3)], name="again", branched_from="first"
        )
        assert len(rated(first, again)) == counted

    def test_counts_the_turns_of_one_that_was_left_without_a_debrief(self) -> None:
        shared = [exchange("您好", 1)]
        taken_back = role_play(exchanges=[*shared, exchange("别急", 2)], name="first", days_ago=1)
        again = role_play(COVERED, turn=1, exchanges=shared, name="again", branched_from="first")
        assert len(rated(taken_back, again)) == 1

    def test_looks_past_one_without_a_debrief_to_what_that_one_goes_on_from(self) -> None:
        shared = [exchange("您好", 1)]
        first = role_play(COVERED, turn=1, exchanges=shared, name="first", days_ago=1)
        taken_back = role_play(exchanges=shared, name="second", branched_from="first")
        again = role_play(COVERED, turn=1, exchanges=shared, name="third", branched_from="second")
        assert rated(first, taken_back, again) == [("q01.1", "Good", "roleplay")]

    def test_whose_beginning_is_not_in_the_record_counts_whole(self) -> None:
        assert len(rated(role_play(COVERED, exchanges=[exchange("您好")], branched_from="lost"))) == 1


class TestMastery:
    def test_is_whole_on_the_day_and_fades(self) -> None:
        figures = [known(attempt(COVERED), days_ahead=days)["q01.1"].retrievability for days in (0, 1, 7, 60)]
        assert figures[0] == 1.0
        assert figures == sorted(figures, reverse=True)
        assert 0.5 < figures[-1] < figures[1] < 1

    def test_has_fallen_to_nine_tenths_after_its_stability(self) -> None:
        [one] = known(*(attempt(COVERED, days_ago=days) for days in (40, 36, 20))).values()
        days = round(one.stability)
        later = known(*(attempt(COVERED, days_ago=days) for days in (40, 36, 20)), days_ahead=days - 20)
        assert later["q01.1"].retrievability == pytest.approx(0.9, abs=0.01)

    @pytest.mark.parametrize(
        ("label", "strength"), [(COVERED, 1.0), (PARTIAL, 0.5), (MISSING, 0.0), (CONTRADICTED, 0.0)]
    )
    def test_expects_of_the_next_answer_what_the_last_one_was_worth(self, label: Label, strength: float) -> None:
        assert known(attempt(label))["q01.1"].strength == strength

    def test_is_due_in_whole_days_the_sooner_the_worse_it_was(self) -> None:
        waits = [known(attempt(label))["q01.1"].due - NOW for label in (MISSING, PARTIAL, COVERED)]
        assert waits == sorted(waits)
        assert waits[0] == DAY
        assert waits[-1] > DAY
        assert all(wait % DAY == timedelta(0) for wait in waits)

    def test_grows_longer_with_each_success_and_falls_with_a_failure(self) -> None:
        good = [attempt(COVERED, days_ago=days) for days in (30, 28, 20)]
        first, second, third = (known(*good[:count])["q01.1"].stability for count in (1, 2, 3))
        assert first < second < third
        assert known(*good, attempt(MISSING))["q01.1"].stability < third

    def test_tells_the_last_label_and_how_many_reviews_there_were(self) -> None:
        one = known(attempt(COVERED, days_ago=2), attempt(PARTIAL, days_ago=5))["q01.1"]
        assert (one.last, one.last_review, one.reviews) == (COVERED, NOW - 2 * DAY, 2)

    @given(HISTORIES)
    def test_stays_in_its_bounds(self, kept: Kept) -> None:
        found = reviews(kept.held_attempts, kept.held_role_plays)
        for one in masteries(found, whole_day_scheduler(), NOW).values():
            assert 0 <= one.strength <= one.retrievability <= 1
            assert one.stability > 0
            assert one.due >= one.last_review + DAY
            assert one.last_review <= NOW

    @given(HISTORIES, st.randoms())
    def test_does_not_depend_on_the_order_of_reading(self, kept: Kept, chance: Random) -> None:
        shuffled = [list(kept.held_attempts), list(kept.held_role_plays)]
        for held in shuffled:
            chance.shuffle(held)
        assert reviews(*shuffled) == reviews(kept.held_attempts, kept.held_role_plays)

    @given(HISTORIES, st.integers(1, 3), st.floats(0, 60))
    def test_is_not_moved_by_what_is_ungraded(self, kept: Kept, points: int, days_ago: float) -> None:
        open_one = attempt(*[UNGRADED] * points, own={"q01.1": UNGRADED}, days_ago=days_ago, name="open")
        before = reviews(kept.held_attempts, kept.held_role_plays)
        assert reviews([*kept.held_attempts, open_one], kept.held_role_plays) == before

    @given(attempts())
    def test_is_not_moved_by_ones_own_rating_of_what_has_a_verdict(self, held: Attempt) -> None:
        graded = {one.id for one in held.feedback.key_points if one.verdict is not UNGRADED} if held.feedback else set()
        without = {point: label for point, label in held.self_ratings.items() if point not in graded}
        assert reviews([held], []) == reviews([held.model_copy(update={"self_ratings": without})], [])


def test_the_same_history_gives_the_same_figures_for_there_is_no_chance_in_it() -> None:
    history = [attempt(COVERED, PARTIAL, days_ago=days) for days in (50, 45, 30, 3)]
    assert known(*history) == known(*history)
    assert not whole_day_scheduler().enable_fuzzing
