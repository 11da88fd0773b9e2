"""A plan towards an interview: what is due comes first, and what was never met is spread evenly over the days left."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, tzinfo
from math import ceil
from typing import Literal

from pydantic import BaseModel, ConfigDict

from coach.bank.question import Question
from coach.errors import InputError
from coach.practice.mastery import Mastery, Review
from coach.practice.record import Attempt


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Planned(_Value):
    """A question for today."""

    question_id: str
    question: str
    why: Literal["due", "new", "unrated"]
    """`unrated`: it was answered, but none of its key points has a verdict or a rating of one's own."""
    key_points: tuple[str, ...] = ()
    """Ids of the due ones."""


class Plan(_Value):
    """What to do until the interview."""

    interview: date
    days: int
    """Days to practise on, today among them; the day of the interview only where it is today."""
    questions: int
    """In the banks, with something to hold an answer against."""
    unmet: int
    """Of these: not answered yet, or answered and nothing of it judged or rated."""
    today: tuple[Planned, ...]


def first_met(
    questions: Iterable[Question], attempts: Iterable[Attempt], found: Iterable[Review], zone: tzinfo | None
) -> Mapping[str, date]:
    """The day on which each question was first answered, by its id, where that gave anything to remember by.

    One without key points is met by any answer. A role-play meets key points, not their question.
    """
    without_points = {question.id for question in questions if not question.key_points}
    met = [(review.at, review.question_id) for review in found if review.source != "roleplay"]
    met += [(one.created, one.question_id) for one in attempts if one.question_id in without_points]
    return {question_id: at.astimezone(zone).date() for at, question_id in sorted(met, reverse=True)}


def plan(
    questions: Iterable[Question],
    due: Iterable[Mastery],
    first_met: Mapping[str, date],
    answered: Iterable[str],
    today: date,
    interview: date,
) -> Plan:
    """Today's questions: those with a due key point, then an even share of those that were never met.

    The share counts what was met earlier today, so that the list becomes shorter as it is worked through, and every
    question has been met on the last day before the interview. Raises InputError for a day gone by.
    """
    if interview < today:
        raise InputError(
            "the interview day {day} has gone by; give today, {today}, or a later day", day=interview, today=today
        )
    days = max(1, (interview - today).days)
    known = {question.id: question for question in questions if question.has_reference}
    unmet = [question_id for question_id in known if question_id not in first_met]
    met_today = sum(first_met.get(question_id) == today for question_id in known)
    due_points: defaultdict[str, list[str]] = defaultdict(list)
    for point in due:
        due_points[point.question_id].append(point.key_point_id)
    share = ceil((len(unmet) + met_today) / days) - met_today - len(due_points.keys() & unmet)
    fresh = [question_id for question_id in unmet if question_id not in due_points][: max(0, share)]
    tried = set(answered)
    listed = [
        Planned(question_id=one, question=known[one].question, why="due", key_points=tuple(its))
        for one, its in due_points.items()
    ]
    listed += [
        Planned(question_id=one, question=known[one].question, why="unrated" if one in tried else "new")
        for one in fresh
    ]
    return Plan(interview=interview, days=days, questions=len(known), unmet=len(unmet), today=tuple(listed))
