"""A mock interview: questions one at a time, follow-ups where an answer leaves a gap, and no verdict until the end."""

from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random

from coach.bank.library import Library
from coach.bank.question import Question
from coach.errors import AnswerTooLong, InputError
from coach.practice.answering import Answering, whole
from coach.practice.interview import Judging, NextFollowUp, NextQuestion, Over, next_step, remaining
from coach.practice.interview_report import InterviewReport, report_of
from coach.practice.progress import Progress, topic_of
from coach.practice.record import Choice, Interview, Record

MOST_QUESTIONS = 20
MOST_FOLLOW_UPS = 2
SHORTEST_SECONDS, LONGEST_SECONDS = 30, 1800


class Interviewing:
    """What a person does in a mock interview. What comes next follows from the record: see `next_step`."""

    def __init__(
        self,
        answering: Answering,
        progress: Progress,
        library: Library,
        record: Record,
        clock: Callable[[], datetime],
        max_answer_chars: int,
    ) -> None:
        self._answering = answering
        self._progress = progress
        self._library = library
        self._record = record
        self._clock = clock
        self._max_answer_chars = max_answer_chars

    def begin(
        self,
        count: int,
        choice: Choice,
        seed: int,
        topic: str = "",
        follow_ups: int = MOST_FOLLOW_UPS,
        seconds: int | None = None,
    ) -> Interview:
        """A new interview of questions that have a reference; of fewer than `count` where there are not as many.

        The same record, banks and seed give the same questions. Raises InputError.
        """
        _refuse_outside_limits(count, follow_ups, seconds)
        questions = self._chosen(count, choice, seed, topic)
        return self._record.add_interview(questions, choice, topic, seed, follow_ups, seconds)

    def interview(self, interview_id: str) -> Interview:
        """One interview, to go on with. Raises InputError where there is none of this id."""
        found = self._record.interview(interview_id)
        if found is None:
            raise InputError(
                "there is no interview {id!r}; begin a new one, or see `coach history`", id=interview_id[:80]
            )
        return found

    def show(self, interview: Interview) -> Interview:
        """Keeps that the current question is before the candidate; its clock runs from the first time on."""
        self._record.ask(interview.id, self._place(interview))
        return self.interview(interview.id)

    def remaining(self, interview: Interview) -> float | None:
        """Seconds left for the current question, below 0 when they are over; None without a clock or a question."""
        return remaining(interview, self._clock())

    def answer(self, interview: Interview, text: str) -> Interview:
        """Keeps the answer to the current question. An empty one skips it where its time is over.

        Raises:
            AnswerTooLong: nothing was kept.
            InputError: the answer is empty, or this question was done in another window, or the interview is over.
        """
        place, left = self._place(interview), self.remaining(interview)
        if not text.strip():
            if left is not None and left <= 0:
                return self.skip(interview)
            raise InputError("the answer is empty; write or paste what you would say, or skip the question")
        self._refuse_too_long(text)
        self._record.answer_in_interview(interview.id, place, text)
        return self.interview(interview.id)

    def skip(self, interview: Interview) -> Interview:
        """Leaves the current question out. Raises InputError as `answer` does."""
        self._record.skip(interview.id, self._place(interview))
        return self.interview(interview.id)

    def answer_follow_up(self, interview: Interview, text: str) -> Interview:
        """Keeps the answer to the current follow-up. Raises AnswerTooLong and InputError as `answer` does."""
        step = _follow_up(interview)
        if not text.strip():
            raise InputError("the answer is empty; say something, or leave the follow-up out")
        self._refuse_too_long(text)
        self._record.follow_up_in_interview(interview.id, step.place, step.number, step.follow_up, text)
        return self.interview(interview.id)

    def decline_follow_up(self, interview: Interview) -> Interview:
        """Leaves the current follow-up out, and any further one on this answer. Raises InputError as `answer` does."""
        step = _follow_up(interview)
        self._record.move_on(interview.id, step.place, step.number)
        return self.interview(interview.id)

    def judge(self, interview: Interview) -> Interview:
        """Judges what waits next, unseen, by the record as it stands; nothing changes where nothing waits."""
        now = self.interview(interview.id)
        step = next_step(now)
        if not isinstance(step, Judging):
            return now
        attempt = now.questions[step.place - 1].attempt
        assert attempt is not None, "only what was said is judged"
        try:
            whole(self._answering.judge(attempt) if step.what == "answer" else self._answering.judge_follow_up(attempt))
        except InputError:  # its question or key point has left the banks, or the limit has become lower
            return self.leave_unjudged(step, now)
        judged = self.interview(interview.id)
        return self.leave_unjudged(step, judged) if next_step(judged) == step else judged

    def leave_unjudged(self, step: Judging, interview: Interview) -> Interview:
        """Goes on without the judgement of something that can't be judged. What was said stays in the record."""
        attempt = interview.questions[step.place - 1].attempt
        assert attempt is not None, "only what was said is judged"
        self._record.move_on(interview.id, step.place, len(attempt.follow_ups) + 1)
        return self.interview(interview.id)

    def end(self, interview: Interview) -> Interview:
        """Ends it before its last question; what was answered is still judged."""
        self._record.end_interview(interview.id)
        return self.interview(interview.id)

    def report(self, interview: Interview) -> InterviewReport:
        """What came of an interview that is over. Raises InputError where it goes on."""
        if next_step(interview) != Over():
            raise InputError("this interview goes on; answer its questions, or end it first")
        self._record.end_interview(interview.id)
        topics = {question.id: topic_of(question) for bank in self._library.banks() for question in bank.questions}
        return report_of(interview, topics)

    def _chosen(self, count: int, choice: Choice, seed: int, topic: str) -> Sequence[Question]:
        known = [one for bank in self._library.banks() for one in bank.questions if one.has_reference]
        if not known:
            raise InputError("no bank holds a question with a reference; import a bank that has some")
        its = {one.id: one for one in known if topic in ("", topic_of(one))}
        if not its:
            topics = ", ".join(dict.fromkeys(topic_of(one) for one in known))
            raise InputError("there is no topic {topic!r}; choose one of: {topics}", topic=topic[:80], topics=topics)
        return [its[question_id] for question_id in self._order(list(its), choice, Random(seed))[:count]]

    def _order(self, question_ids: Sequence[str], choice: Choice, chance: Random) -> Sequence[str]:
        """Which questions come first: those that the choice means, then unmet ones, then the others."""
        shuffled = chance.sample(question_ids, len(question_ids))
        if choice is Choice.RANDOM:
            return shuffled
        met = self._progress.report().key_points
        meant = self._progress.agenda().due if choice is Choice.DUE else [one for one in met if one.strength < 1]
        unmet = set(question_ids) - {one.question_id for one in met}
        ranked = [*(one.question_id for one in meant), *(one for one in shuffled if one in unmet), *shuffled]
        return [one for one in dict.fromkeys(ranked) if one in set(question_ids)]

    def _place(self, interview: Interview) -> int:
        step = next_step(interview)
        if not isinstance(step, NextQuestion):
            raise InputError("interview {id} asks no question now; reload it", id=interview.id)
        return step.place

    def _refuse_too_long(self, text: str) -> None:
        if len(text) > self._max_answer_chars:
            raise AnswerTooLong(
                "the answer has {length} characters, {most} are judged; it was not taken: "
                "shorten it, or raise COACH_MAX_ANSWER_CHARS",
                length=len(text),
                most=self._max_answer_chars,
            )


def _follow_up(interview: Interview) -> NextFollowUp:
    step = next_step(interview)
    if not isinstance(step, NextFollowUp):
        raise InputError("interview {id} asks no follow-up now; reload it", id=interview.id)
    return step


def _refuse_outside_limits(count: int, follow_ups: int, seconds: int | None) -> None:
    if not 1 <= count <= MOST_QUESTIONS:
        raise InputError("the number of questions is {number}; choose 1 to {most}", number=count, most=MOST_QUESTIONS)
    if not 0 <= follow_ups <= MOST_FOLLOW_UPS:
        raise InputError(
            "the number of follow-ups is {number}; choose 0 to {most}", number=follow_ups, most=MOST_FOLLOW_UPS
        )
    if seconds is not None and not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        raise InputError(
            "the number of seconds for a question is {number}; choose {least} to {most}",
            number=seconds,
            least=SHORTEST_SECONDS,
            most=LONGEST_SECONDS,
        )
