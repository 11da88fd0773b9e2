"""Answering a question: the answer is kept, then judged, then followed up."""

from collections.abc import Generator, Iterator

from coach.bank.index import NEAREST_MIN_SCORE, Index, ReferenceAnswer
from coach.chat import Deadline
from coach.critique.feedback import Done, Event, Feedback, FollowUp, Judge, Label
from coach.critique.followups import with_follow_up
from coach.errors import AnswerTooLong, InputError, UnknownQuestion
from coach.practice.record import Attempt, Disagreement, Record


class Answering:
    """What a person does with one question."""

    def __init__(
        self, index: Index, record: Record, judge: Judge, max_answer_chars: int, deadline_seconds: float
    ) -> None:
        self._index = index
        self._record = record
        self._judge = judge
        self._max_answer_chars = max_answer_chars
        self._deadline_seconds = deadline_seconds

    def reference(self, question: str) -> ReferenceAnswer:
        """What is known about a question: by its id, else the nearest one to its wording.

        Raises:
            UnknownQuestion: no id, and no question comes near enough to count as the same.
        """
        known = self._index.reference(question.strip())
        if known is None:
            nearest = self._index.search(question, limit=1)
            if nearest and nearest[0].score >= NEAREST_MIN_SCORE:
                known = self._index.reference(nearest[0].question_id)
        if known is None:
            raise UnknownQuestion(
                "no bank has a reference for “{question}”; see `coach questions`, or import a bank",
                question=question.strip()[:60],
            )
        return known

    def submit(self, question: str, answer: str) -> Attempt:
        """Keeps an answer. What comes after may fail; the answer stays. Raises UnknownQuestion, InputError if empty."""
        if not answer.strip():
            raise InputError("the answer is empty; write or paste what you would say")
        reference = self.reference(question)
        return self._record.add_attempt(reference.question_id, reference.question, answer)

    def judge(self, attempt: Attempt) -> Iterator[Event]:
        """The judgement of a kept answer as it comes; it is kept too before `Done` is given.

        Raises:
            AnswerTooLong: the answer is above the limit. It stays in the record.
            UnknownQuestion: its question has gone from the bank.
        """
        reference = self._held_against(attempt)
        self._refuse_too_long(attempt.answer)
        for event in self._judge.judge(reference, attempt.answer, Deadline(self._deadline_seconds)):
            if isinstance(event, Done):
                self._record.set_feedback(attempt.id, event.feedback)
            yield event

    def unanswered(self, question: str) -> Feedback:
        """What there is to say before anything was answered: every key point missing. Nothing is kept."""
        return whole(self._judge.judge(self.reference(question), "", Deadline(self._deadline_seconds)))

    def submit_follow_up(self, attempt: Attempt, follow_up: FollowUp, answer: str) -> Attempt:
        """Keeps the answer to a follow-up. Raises InputError if it is empty."""
        if not answer.strip():
            raise InputError("the answer is empty; write or paste what you would say")
        self._record.add_follow_up(attempt.id, follow_up, answer)
        return self._again(attempt)

    def judge_follow_up(self, attempt: Attempt) -> Iterator[Event]:
        """The judgement of the last follow-up's answer, on its key point alone; `Done` holds the whole, updated one.

        Raises:
            AnswerTooLong: the answer is above the limit. It stays in the record.
            InputError: the attempt has no feedback or no follow-up yet, or its key point has gone from the bank.
            UnknownQuestion: its question has gone from the bank.
        """
        if attempt.feedback is None or not attempt.follow_ups:
            raise InputError("attempt {id} has no answered follow-up; answer one first", id=attempt.id)
        feedback, last = attempt.feedback, attempt.follow_ups[-1]
        self._refuse_too_long(last.answer)
        reference = self._held_against(attempt)
        point_id = last.follow_up.key_point_id
        alone = _alone(reference, last.follow_up)
        if alone is None:
            raise InputError("key point {point} has gone from the bank; answer the question anew", point=point_id)
        for event in self._judge.judge(alone, last.answer, Deadline(self._deadline_seconds)):
            if isinstance(event, Done):
                asked = [answered.follow_up for answered in attempt.follow_ups]
                updated = with_follow_up(feedback, event.feedback, reference, attempt.answer, asked)
                self._record.set_feedback(attempt.id, updated)
                yield Done(feedback=updated)
            else:
                yield event

    def judge_again(self, attempt: Attempt) -> Iterator[Event]:
        """A kept answer judged anew by the present judge and key points, then each of its follow-ups in their order.

        The whole is kept once, at the end, and the feedback before joins `earlier`; but where a model has failed
        throughout, the feedback before stays and `Done` says so. A follow-up whose key point has gone is passed over.

        Raises:
            AnswerTooLong: one of the answers is above the limit.
            UnknownQuestion: its question has gone from the bank.
        """
        reference = self._held_against(attempt)
        for text in (attempt.answer, *(one.answer for one in attempt.follow_ups)):
            self._refuse_too_long(text)
        feedback = yield from self._judged(reference, attempt.answer)
        if feedback.has_failed and attempt.feedback is not None:
            yield Done(feedback=feedback, replaces=False)
            return
        asked: list[FollowUp] = []
        for one in attempt.follow_ups:
            asked.append(one.follow_up)
            alone = _alone(reference, one.follow_up)
            if alone is not None:
                events = self._judge.judge(alone, one.answer, Deadline(self._deadline_seconds))
                feedback = with_follow_up(feedback, whole(events), reference, attempt.answer, asked)
                yield feedback.verdict_on(one.follow_up.key_point_id)
        self._record.set_feedback(attempt.id, feedback, again=True)
        yield Done(feedback=feedback)

    def rate(self, attempt: Attempt, key_point_id: str, label: Label) -> Attempt:
        """Keeps the candidate's own rating of one key point."""
        self._record.rate(attempt.id, key_point_id, label)
        return self._again(attempt)

    def disagree(self, attempt: Attempt, key_point_id: str, label: Label | None, why: str = "") -> Attempt:
        """Keeps what the candidate holds to be right instead of a verdict; None takes it back.

        Raises:
            InputError: the key point was not judged, the label is the verdict's own or `ungraded`, or there is nothing
                to take back.
        """
        if label is None:
            if key_point_id not in attempt.disagreements:
                raise InputError(
                    "there is no disagreement on {point} of answer {id} to take back", point=key_point_id, id=attempt.id
                )
            self._record.disagree(attempt.id, key_point_id, None)
            return self._again(attempt)
        verdicts = {one.id: one.verdict for one in attempt.feedback.key_points} if attempt.feedback else {}
        if not verdicts:
            raise InputError(
                "{point} of answer {id} was not judged; judged key points: none", point=key_point_id, id=attempt.id
            )
        if key_point_id not in verdicts:
            raise InputError(
                "{point} of answer {id} was not judged; judged key points: {points}",
                point=key_point_id,
                id=attempt.id,
                points=", ".join(verdicts),
            )
        if label is Label.UNGRADED:
            raise InputError("ungraded is no judgement; choose covered, partial, missing or contradicted")
        if label is verdicts[key_point_id]:
            raise InputError(
                "the verdict on {point} is {label} already; name the label that you hold right",
                point=key_point_id,
                label=label,
            )
        self._record.disagree(attempt.id, key_point_id, Disagreement(label=label, why=why))
        return self._again(attempt)

    def _judged(self, reference: ReferenceAnswer, answer: str) -> Generator[Event, None, Feedback]:
        """Passes on what comes before the end, and gives the feedback."""
        for event in self._judge.judge(reference, answer, Deadline(self._deadline_seconds)):
            if isinstance(event, Done):
                return event.feedback
            yield event
        raise AssertionError("a judgement ends with Done")

    def _held_against(self, attempt: Attempt) -> ReferenceAnswer:
        reference = self._index.reference(attempt.question_id)
        if reference is None:  # the nearest other question would be the wrong one
            raise UnknownQuestion(
                "no bank holds {question} any more; the answer is kept in the record", question=attempt.question_id
            )
        return reference

    def _refuse_too_long(self, answer: str) -> None:
        if len(answer) > self._max_answer_chars:
            raise AnswerTooLong(
                "the answer has {length} characters, {most} are judged; it is kept: "
                "shorten it, or raise COACH_MAX_ANSWER_CHARS",
                length=len(answer),
                most=self._max_answer_chars,
            )

    def _again(self, attempt: Attempt) -> Attempt:
        found = self._record.attempt(attempt.id)
        assert found is not None, "an attempt that was just written is there"
        return found


def _alone(reference: ReferenceAnswer, follow_up: FollowUp) -> ReferenceAnswer | None:
    """What the answer to a follow-up is held against; None where its key point has gone from the bank."""
    points = tuple(point for point in reference.key_points if point.id == follow_up.key_point_id)
    return reference.model_copy(update={"question": follow_up.question, "key_points": points}) if points else None


def whole(events: Iterator[Event]) -> Feedback:
    """The feedback at the end of a judgement, for callers that don't watch it arrive."""
    for event in events:
        if isinstance(event, Done):
            return event.feedback
    raise AssertionError("a judgement ends with Done")
