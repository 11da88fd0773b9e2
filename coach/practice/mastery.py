"""How well each key point is remembered: reviews from the record, and FSRS over them. Nothing of it is stored.

An occasion is one answer with its follow-ups, or one role-play; it gives a key point one rating at most, by this rule:

- The verdict rates it: covered is Good, partial is Hard, missing and contradicted are Again. The verdict after the last
  follow-up counts, whichever judge gave it. Easy is never given: nothing that a judge sees tells easy from good.
- Where there is no verdict, or it is `ungraded`, the candidate's own rating counts in its place, the last one given.
  It never moves a verdict: how far the two lie apart is the calibration.
- With neither, nothing moves.
- In a role-play nobody asks for a point, so `missing` is not a failure to remember it: it moves nothing.
- A role-play that goes on from a turn of another one counts only what was said anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import takewhile
from typing import Literal

from fsrs import Card, Rating, Scheduler
from pydantic import BaseModel, ConfigDict

from coach.critique.feedback import Label
from coach.practice.record import Attempt, RolePlay

_RATING = {
    Label.COVERED: Rating.Good,
    Label.PARTIAL: Rating.Hard,
    Label.MISSING: Rating.Again,
    Label.CONTRADICTED: Rating.Again,
}
_WORTH = {Rating.Good: 1.0, Rating.Hard: 0.5, Rating.Again: 0.0}
"""As in the score of an answer."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Review(_Value):
    """A key point that came up on one occasion."""

    key_point_id: str
    question_id: str
    at: datetime
    """UTC: when the answer was given, or the role-play began."""
    label: Label
    """Never `ungraded`."""
    source: Literal["answer", "follow_up", "roleplay", "self"]
    """What the rating rests on; `self`: on the candidate's own."""

    @property
    def rating(self) -> Rating:
        """What FSRS is told."""
        return _RATING[self.label]


class Mastery(_Value):
    """What is known about one key point's memory."""

    key_point_id: str
    question_id: str
    retrievability: float
    """FSRS's probability that it is remembered now, 0 to 1. It is 1 on the day of a review, also of a failed one, for
    FSRS takes it that the right answer was just learnt."""
    strength: float
    """Share of the point to be expected in an answer now, 0 to 1: the retrievability, times 1 where it was covered last
    time, 1/2 where partial, 0 where missing or contradicted."""
    stability: float
    """Days until the retrievability has fallen to 0.9."""
    due: datetime
    """UTC."""
    last: Label
    last_review: datetime
    """UTC."""
    reviews: int


def whole_day_scheduler() -> Scheduler:
    """FSRS by its authors' parameters, in whole days and without chance.

    Its steps of minutes are for cards that are turned over many times in one sitting; nobody gives an interview answer
    again after ten minutes.
    """
    return Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)


def reviews(attempts: Iterable[Attempt], role_plays: Iterable[RolePlay]) -> Sequence[Review]:
    """All reviews in time order, in whatever order the record was read."""
    by_id = {role_play.id: role_play for role_play in role_plays}
    found = [review for attempt in attempts for review in _of_answer(attempt)]
    found += [review for role_play in by_id.values() for review in _of_role_play(role_play, by_id)]
    return sorted(found, key=lambda one: (one.at, one.key_point_id, one.rating, one.source, one.label))


def masteries(reviews: Iterable[Review], scheduler: Scheduler, now: datetime) -> Mapping[str, Mastery]:
    """The mastery of every key point that came up, by its id. The reviews come in time order."""
    by_point: defaultdict[str, list[Review]] = defaultdict(list)
    for review in reviews:
        by_point[review.key_point_id].append(review)
    return {point_id: _mastery(its, scheduler, now) for point_id, its in by_point.items()}


def comparable(attempt: Attempt) -> Iterator[tuple[Rating, Rating]]:
    """The candidate's own rating and the verdict's, for each key point that has both."""
    for verdict in attempt.feedback.key_points if attempt.feedback else ():
        own = attempt.self_ratings.get(verdict.id, Label.UNGRADED)
        if own in _RATING and verdict.verdict in _RATING:
            yield _RATING[own], _RATING[verdict.verdict]


def _of_answer(attempt: Attempt) -> Iterator[Review]:
    verdicts = {} if attempt.feedback is None else {one.id: one for one in attempt.feedback.key_points}
    for point_id in {**verdicts, **attempt.self_ratings}:
        verdict = verdicts.get(point_id)
        if verdict is not None and verdict.verdict in _RATING:
            label = verdict.verdict
            source = "follow_up" if any(evidence.turn for evidence in verdict.evidence) else "answer"
        else:
            label, source = attempt.self_ratings.get(point_id, Label.UNGRADED), "self"
        if label in _RATING:
            at = attempt.created.astimezone(UTC)
            yield Review(key_point_id=point_id, question_id=attempt.question_id, at=at, label=label, source=source)


def _of_role_play(role_play: RolePlay, by_id: Mapping[str, RolePlay]) -> Iterator[Review]:
    counted = _turns_counted_before(role_play, by_id)
    for feedback in role_play.debrief.key_points if role_play.debrief else ():
        for verdict in feedback.key_points:
            is_new = not counted or any(evidence.turn > counted for evidence in verdict.evidence)
            if is_new and verdict.verdict in _RATING and verdict.verdict is not Label.MISSING:
                yield Review(
                    key_point_id=verdict.id,
                    question_id=feedback.question_id,
                    at=role_play.created.astimezone(UTC),
                    label=verdict.verdict,
                    source="roleplay",
                )


def _turns_counted_before(role_play: RolePlay, by_id: Mapping[str, RolePlay]) -> int:
    """How many of its first turns were judged already, in a role-play that it goes on from.

    One whose last turn was taken back has no debrief: its turns count here.
    """
    counted = 0
    earlier = by_id.get(role_play.branched_from or "")
    while earlier is not None:
        if earlier.debrief is not None:
            pairs = zip(role_play.exchanges, earlier.exchanges, strict=False)
            counted = max(counted, len(list(takewhile(lambda pair: pair[0] == pair[1], pairs))))
        earlier = by_id.get(earlier.branched_from or "")
    return counted


def _mastery(its: Sequence[Review], scheduler: Scheduler, now: datetime) -> Mastery:
    card = Card(card_id=0, due=its[0].at)  # both, for FSRS takes them from the clock where they are not given
    for review in its:
        card, _ = scheduler.review_card(card, review.rating, review.at)
    assert card.stability is not None, "a reviewed card has a stability"
    last = its[-1]
    retrievability = scheduler.get_card_retrievability(card, now)
    return Mastery(
        key_point_id=last.key_point_id,
        question_id=last.question_id,
        retrievability=retrievability,
        strength=retrievability * _WORTH[last.rating],
        stability=card.stability,
        due=card.due,
        last=last.label,
        last_review=last.at,
        reviews=len(its),
    )
