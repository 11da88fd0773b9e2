"""All questions with how the person stands to each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from coach.bank.question import Question
from coach.language import Translate
from coach.practice.progress import MetPoint, Standing, standing, topic_of
from ui.components.mastery import WEAK_BELOW


class Show(StrEnum):
    """Which questions are shown."""

    ALL = "all"
    DUE = "due"
    WEAK = "weak"
    UNANSWERED = "unanswered"


@dataclass(frozen=True)
class Shelved:
    """A question, and how the person stands to it."""

    question: Question
    wording: str
    """In the session's language."""
    standing: Standing
    is_due: bool
    is_answered: bool

    @property
    def topic(self) -> str:
        """Its topic; its bank's name where it has none."""
        return topic_of(self.question)

    def is_shown(self, show: Show) -> bool:
        """Whether it belongs to what is to be shown."""
        return {
            Show.ALL: True,
            Show.DUE: self.is_due,
            Show.WEAK: self.standing.mastery is not None and self.standing.mastery < WEAK_BELOW,
            Show.UNANSWERED: not self.is_answered,
        }[show]


def shelved(
    questions: Sequence[Question],
    wordings: Mapping[str, str],
    met: Sequence[MetPoint],
    due: Sequence[MetPoint],
    answered: frozenset[str],
) -> tuple[Shelved, ...]:
    """All questions in their order."""
    of_question: defaultdict[str, list[MetPoint]] = defaultdict(list)
    for point in met:
        of_question[point.question_id].append(point)
    due_ids = {point.question_id for point in due}
    return tuple(
        Shelved(
            question=question,
            wording=wordings.get(question.id, question.question),
            standing=standing(question.key_points, of_question[question.id]),
            is_due=question.id in due_ids,
            is_answered=question.id in answered,
        )
        for question in questions
    )


def show_name(show: Show, _: Translate) -> str:
    """What a filter is called."""
    return {
        Show.ALL: _("all"),
        Show.DUE: _("due"),
        Show.WEAK: _("weak"),
        Show.UNANSWERED: _("not answered"),
    }[show]
