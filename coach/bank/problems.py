"""What an import can't be sure of, or leaves out: each problem has the line where a person can mend it."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, field_serializer

from coach.language import Sentence


class ProblemKind(StrEnum):
    """What is wrong at a line of a document."""

    DUPLICATE_QUESTION = "duplicate_question"
    EMPTY_KEY_POINTS = "empty_key_points"
    NUMBER_OUT_OF_ORDER = "number_out_of_order"
    EMPTY_QUESTION = "empty_question"
    """A mark of a question with no words behind it."""
    REPEATED_LABEL = "repeated_label"
    """One question has two lists of key points: between them a question may have lost its mark."""
    LABEL_WITHOUT_QUESTION = "label_without_question"
    STRAY_TEXT = "stray_text"
    """Text that belongs to no question, or stands behind the key points of one."""


class Problem(BaseModel):
    """One thing to look at; everything else is imported."""

    model_config = ConfigDict(frozen=True)

    line: int
    """From 1 on, in the text that the document was read into."""
    kind: ProblemKind
    message: Sentence
    """In JSON its English."""

    @field_serializer("message")
    def _in_english(self, message: Sentence) -> str:
        return str(message)
