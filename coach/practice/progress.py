"""Progress, from the record alone: what is due, what is weak, how it goes, and what to do until the interview.

Days are those of the zone that is asked for: a key point is due from the first minute of its day on.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from statistics import fmean
from typing import Literal

from pydantic import BaseModel, ConfigDict

from coach.bank.library import Library
from coach.bank.question import KeyPoint, Question, Weight
from coach.customer.mood import StopReason
from coach.practice.interview import Over, next_step
from coach.practice.interview_report import report_of
from coach.practice.mastery import Mastery, Review, Scheduler, comparable, masteries, reviews
from coach.practice.planning import Plan, first_met, plan
from coach.practice.record import Attempt, Choice, Interview, Record, RolePlay, everything
from coach.practice.sitting import sessions

CALENDAR_DAYS = 14


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class NoFigure(StrEnum):
    """Why there is no figure. Screens translate these sentences."""

    NOTHING_MET = "none of its key points has come up yet"
    NO_KEY_POINTS = "its questions have no key points"
    NOTHING_COMPARED = "no key point has both a verdict and a rating of your own"


class MetPoint(Mastery):
    """A key point of the bank that came up at least once."""

    text: str
    weight: Weight
    question: str
    topic: str


class Standing(_Value):
    """How well some key points are mastered."""

    mastery: float | None
    """Mean strength of those that came up, 0 to 1."""
    retrievability: float | None
    """Mean retrievability of those that came up, 0 to 1."""
    met: int
    points: int
    share_met: float | None
    reason: NoFigure | None
    """Why a figure is None."""


class TopicStanding(Standing):
    """How well a topic is mastered."""

    topic: str
    """The bank's name where a question has none."""


class DayScore(_Value):
    """The answers of a day."""

    day: date
    judge: Literal["llm", "offline"]
    """Apart, for what the offline judge leaves ungraded is missing from its scores."""
    score: float
    """Mean over the answers that have one, 0 to 1."""
    answers: int


class Calibration(_Value):
    """The candidate's own ratings against the verdicts on the same key points."""

    pairs: int
    equal: int
    too_high: int
    too_low: int
    share_equal: float | None
    share_too_high: float | None
    share_too_low: float | None
    reason: NoFigure | None
    """Why the shares are None."""


class Report(_Value):
    """All of it."""

    answers: int
    role_plays: int
    overall: Standing
    topics: tuple[TopicStanding, ...]
    """In the banks' order."""
    key_points: tuple[MetPoint, ...]
    """Those that came up, the weakest first."""
    due: int
    """How many of them are due today."""
    trend: tuple[DayScore, ...]
    """The earliest first; empty where no answer has a score."""
    calibration: Calibration
    plan: Plan | None
    """None where no day of an interview was given."""
    left_out: int
    """Key points that came up and have left the banks since."""


class DayCount(_Value):
    """How many key points become due on a day."""

    day: date
    key_points: int


class Agenda(_Value):
    """What is due, and what will be."""

    due: tuple[MetPoint, ...]
    """Today's, the longest due first."""
    calendar: tuple[DayCount, ...]
    """From today on, day by day; today holds what is overdue too."""
    later: int
    """Key points that become due after that."""
    practised: int
    """Answers and role-plays so far."""
    left_out: int
    """Key points that came up and have left the banks since."""


class Practised(_Value):
    """An answer, a role-play or a mock interview of the history."""

    id: str
    session: str
    """What was practised in one sitting has the same."""
    kind: Literal["answer", "roleplay", "interview"]
    when: datetime
    """UTC."""
    question_id: str | None = None
    scenario_id: str | None = None
    title: str
    """The question or the scenario, as it stood then; the topic of an interview, empty where it was any."""
    title_en: str = ""
    score: float | None
    """0 to 1: of the key points, by the rubric, or of the questions; None where there is none yet, or nothing was
    graded."""
    end: StopReason | None = None
    """How a role-play ended; None for an answer, and for a role-play that goes on."""
    tried_again: bool = False
    """Whether another role-play goes on from one of its turns."""
    choice: Choice | None = None
    """How the questions of an interview were chosen."""
    questions: int | None = None
    """Of an interview."""
    answered: int | None = None
    """Of these."""
    goes_on: bool = False
    """Whether an interview waits for its next step."""


@dataclass(frozen=True)
class _Seen:
    """What the figures are made from."""

    attempts: Sequence[Attempt]
    role_plays: Sequence[RolePlay]
    reviews: Sequence[Review]
    questions: Sequence[Question]
    met: Sequence[MetPoint]
    today: date

    @property
    def left_out(self) -> int:
        return len({review.key_point_id for review in self.reviews} - {point.key_point_id for point in self.met})


class Progress:
    """What a person sees of their practice. Everything is made anew from the record."""

    def __init__(
        self,
        record: Record,
        library: Library,
        scheduler: Scheduler,
        clock: Callable[[], datetime],
        zone: tzinfo | None = None,
    ) -> None:
        self._record = record
        self._library = library
        self._scheduler = scheduler
        self._clock = clock
        self.zone = zone
        """The zone of the person's days; None: this machine's."""

    def report(self, interview: date | None = None) -> Report:
        """How it goes, with a plan where the day of an interview is given. Raises InputError for a day gone by."""
        seen = self._seen()
        return Report(
            answers=len(seen.attempts),
            role_plays=len(seen.role_plays),
            overall=standing([point for question in seen.questions for point in question.key_points], seen.met),
            topics=by_topic(seen.questions, seen.met),
            key_points=tuple(seen.met),
            due=len(due_on(seen.met, seen.today, self.zone)),
            trend=trend(seen.attempts, self.zone),
            calibration=calibration(seen.attempts),
            plan=interview and self._plan(seen, interview),
            left_out=seen.left_out,
        )

    def agenda(self) -> Agenda:
        """What is due today, and how many key points will be in the days after."""
        seen = self._seen()
        days = calendar(seen.met, seen.today, self.zone)
        return Agenda(
            due=due_on(seen.met, seen.today, self.zone),
            calendar=days,
            later=len(seen.met) - sum(one.key_points for one in days),
            practised=len(seen.attempts) + len(seen.role_plays),
            left_out=seen.left_out,
        )

    def history(self, limit: int) -> Sequence[Practised]:
        """The newest answers, role-plays and interviews, newest first; an interview's answers stand in it alone."""
        practice = everything(self._record)
        session_of = {item: session.id for session in sessions(practice) for item in session.items}
        again = {one.branched_from for one in practice.role_plays}
        rows = [_answered(one, session_of[one.id]) for one in practice.answers if one.interview is None]
        rows += [_role_played(one, session_of[one.id], one.id in again) for one in practice.role_plays]
        rows += [_interviewed(one, session_of[one.id]) for one in practice.interviews]
        return sorted(rows, key=lambda row: row.when, reverse=True)[:limit]

    def _seen(self) -> _Seen:
        now = self._clock()
        attempts, role_plays = self._record.attempts(None), self._record.role_plays(None)
        questions = [question for bank in self._library.banks() for question in bank.questions]
        found = reviews(attempts, role_plays)
        met = met_points(questions, masteries(found, self._scheduler, now))
        return _Seen(attempts, role_plays, found, questions, met, _day(now, self.zone))

    def _plan(self, seen: _Seen, interview: date) -> Plan:
        first = first_met(seen.questions, seen.attempts, seen.reviews, self.zone)
        answered = {attempt.question_id for attempt in seen.attempts}
        due = due_on(seen.met, seen.today, self.zone)
        return plan(seen.questions, due, first, answered, seen.today, interview)


def met_points(questions: Iterable[Question], known: Mapping[str, Mastery]) -> Sequence[MetPoint]:
    """The key points of the bank that came up, the weakest first."""
    met = [
        MetPoint(
            **known[point.id].model_copy(update={"question_id": question.id}).model_dump(),
            text=point.text,
            weight=point.weight,
            question=question.question,
            topic=topic_of(question),
        )
        for question in questions
        for point in question.key_points
        if point.id in known
    ]
    return sorted(met, key=lambda point: (point.strength, point.stability))


def standing(points: Sequence[KeyPoint], met: Iterable[MetPoint]) -> Standing:
    """How well these key points are mastered."""
    ids = {point.id for point in points}
    its = [point for point in met if point.key_point_id in ids]
    return Standing(
        mastery=fmean(point.strength for point in its) if its else None,
        retrievability=fmean(point.retrievability for point in its) if its else None,
        met=len(its),
        points=len(points),
        share_met=len(its) / len(points) if points else None,
        reason=None if its else NoFigure.NOTHING_MET if points else NoFigure.NO_KEY_POINTS,
    )


def by_topic(questions: Iterable[Question], met: Sequence[MetPoint]) -> tuple[TopicStanding, ...]:
    """How well each topic is mastered, in the questions' order."""
    points: defaultdict[str, list[KeyPoint]] = defaultdict(list)
    for question in questions:
        points[topic_of(question)] += question.key_points
    return tuple(TopicStanding(topic=topic, **standing(its, met).model_dump()) for topic, its in points.items())


def due_on(met: Iterable[MetPoint], today: date, zone: tzinfo | None) -> tuple[MetPoint, ...]:
    """The key points whose day has come, the longest due first."""
    due = [point for point in met if _day(point.due, zone) <= today]
    return tuple(sorted(due, key=lambda point: (point.due, point.strength, point.key_point_id)))


def calendar(met: Iterable[MetPoint], today: date, zone: tzinfo | None) -> tuple[DayCount, ...]:
    """How many key points become due on each of the next days; today holds what is overdue too."""
    counts = Counter(max(today, _day(point.due, zone)) for point in met)
    days = [today + timedelta(days=ahead) for ahead in range(CALENDAR_DAYS)]
    return tuple(DayCount(day=day, key_points=counts[day]) for day in days)


def trend(attempts: Iterable[Attempt], zone: tzinfo | None) -> tuple[DayScore, ...]:
    """The mean score of each day's answers, the earliest day first, each kind of judge by itself."""
    scores: defaultdict[tuple[date, Literal["llm", "offline"]], list[float]] = defaultdict(list)
    for attempt in attempts:
        if attempt.feedback is not None and attempt.feedback.score is not None:
            scores[_day(attempt.created, zone), attempt.feedback.judge].append(attempt.feedback.score)
    return tuple(
        DayScore(day=day, judge=judge, score=fmean(its), answers=len(its))
        for (day, judge), its in sorted(scores.items())
    )


def calibration(attempts: Iterable[Attempt]) -> Calibration:
    """How often the candidate's own rating is the verdict's, higher or lower."""
    pairs = [pair for attempt in attempts for pair in comparable(attempt)]
    counts = Counter((own > verdict) - (own < verdict) for own, verdict in pairs)
    share = {side: counts[side] / len(pairs) if pairs else None for side in (0, 1, -1)}
    return Calibration(
        pairs=len(pairs),
        equal=counts[0],
        too_high=counts[1],
        too_low=counts[-1],
        share_equal=share[0],
        share_too_high=share[1],
        share_too_low=share[-1],
        reason=None if pairs else NoFigure.NOTHING_COMPARED,
    )


def topic_of(question: Question) -> str:
    """The topic of a question; its bank's name where it has none."""
    return question.topic or question.bank


def _day(at: datetime, zone: tzinfo | None) -> date:
    return at.astimezone(zone).date()


def _answered(attempt: Attempt, session: str) -> Practised:
    return Practised(
        id=attempt.id,
        session=session,
        kind="answer",
        when=attempt.created,
        question_id=attempt.question_id,
        title=attempt.question,
        score=attempt.feedback and attempt.feedback.score,
    )


def _role_played(role_play: RolePlay, session: str, tried_again: bool) -> Practised:
    return Practised(
        id=role_play.id,
        session=session,
        kind="roleplay",
        when=role_play.created,
        scenario_id=role_play.scenario.id,
        title=role_play.scenario.title,
        title_en=role_play.scenario.title_en,
        score=role_play.debrief and role_play.debrief.rubric.score,
        end=role_play.end,
        tried_again=tried_again,
    )


def _interviewed(interview: Interview, session: str) -> Practised:
    report, goes_on = report_of(interview, {}), next_step(interview) != Over()
    return Practised(
        id=interview.id,
        session=session,
        kind="interview",
        when=interview.created,
        title=interview.topic,
        score=None if goes_on else report.score,
        choice=interview.choice,
        questions=report.questions,
        answered=report.answered,
        goes_on=goes_on,
    )
