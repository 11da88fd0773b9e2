"""The words of a judgement: verdicts on key points, their evidence, and all of it for one answer."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from coach.bank.index import ReferenceAnswer
from coach.bank.question import KeyPoint, Weight
from coach.chat import Deadline, Retry, Usage


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Label(StrEnum):
    """What an answer does with a key point."""

    COVERED = "covered"
    PARTIAL = "partial"
    MISSING = "missing"
    CONTRADICTED = "contradicted"
    UNGRADED = "ungraded"
    """Not judged. Neither a pass nor a fail: it counts nowhere, and a reason stands beside it."""


class Reason(StrEnum):
    """Why a key point is ungraded. These words are kept in records: they never change."""

    NO_MODEL = "no_model"
    NO_QUOTE = "no_quote"
    NOT_JUDGED = "not_judged"
    BROKEN_REPLY = "broken_reply"
    MODEL_BUSY = "model_busy"
    MODEL_REJECTED = "model_rejected"


REASON_TEXTS: Mapping[Reason, str] = {
    Reason.NO_MODEL: "no model: compare for yourself",
    Reason.NO_QUOTE: "the model quoted nothing that stands in the answer",
    Reason.NOT_JUDGED: "the model left this point out",
    Reason.BROKEN_REPLY: "the model's reply could not be read",
    Reason.MODEL_BUSY: "the model could not be reached in time",
    Reason.MODEL_REJECTED: "the model refused the request",
}
"""How a reason is said to a person. Screens translate these sentences."""


class Evidence(_Value):
    """The candidate's words that support a verdict. `text[start:end] == quote`, always."""

    quote: str
    start: int
    end: int
    turn: int = 0
    """The text it stands in: 0 the answer, n the answer to the n-th follow-up."""
    status: Literal["verified", "repaired"]
    """`verified`: the judge quoted exactly this; `repaired`: nearly this, and the answer's words are shown."""


class Verdict(_Value):
    """The judgement of one key point."""

    id: str
    """The key point's id."""
    text: str
    weight: Weight
    verdict: Label
    evidence: tuple[Evidence, ...] = ()
    why: str = ""
    missing_part: str = ""
    """For `partial`: what the answer leaves out."""
    advice: str = ""
    """What to say instead or as well."""
    reason: Reason | None = None
    """Why it is `ungraded`; None for every other label."""

    @classmethod
    def ungraded(cls, point: KeyPoint, reason: Reason) -> "Verdict":
        """A key point that nobody judged."""
        return cls(id=point.id, text=point.text, weight=point.weight, verdict=Label.UNGRADED, reason=reason)


class FollowUp(_Value):
    """The next question of a good interviewer, on a gap in the answer."""

    question: str
    key_point_id: str
    source: Literal["model", "template"]


class Versions(_Value):
    """With what a feedback was made: enough to make it again, and to know when two can be compared."""

    coach: str
    judge: str
    """Prompt id of the model's judge, or name of the offline one."""
    model: str | None = None
    parameters: dict[str, object] = Field(default_factory=dict)
    question: str
    """`Question.version` of what the answer was held against."""
    index: str
    """Fingerprint of the index that the key points came from."""
    retrieved: tuple[str, ...]
    """Ids of the key points that came from the index."""


class Feedback(_Value):
    """The judgement of one answer (点评)."""

    question_id: str
    score: float | None
    """0 to 1; None where no key point was graded."""
    judge: Literal["llm", "offline"]
    key_points: tuple[Verdict, ...]
    strengths: tuple[str, ...] = ()
    rewrite: str = ""
    """The candidate's own answer said better, with only the facts they gave; empty where the judge gave none."""
    follow_up: FollowUp | None = None
    usage: Usage
    versions: Versions
    raw_replies: tuple[str, ...] = ()
    """What the model sent, to the letter: for the record, not for the screen."""

    @property
    def has_failed(self) -> bool:
        """Whether a model was asked, and nothing at all could be judged."""
        return self.judge == "llm" and bool(self.key_points) and self.score is None

    def verdict_on(self, key_point_id: str) -> Verdict:
        """The verdict on one key point. Raises KeyError for a key point that was not judged here."""
        for verdict in self.key_points:
            if verdict.id == key_point_id:
                return verdict
        raise KeyError(key_point_id)


class Done(_Value):
    """The last event of a judgement."""

    feedback: Feedback
    replaces: bool = True
    """False where the feedback before stays, for the model has failed throughout this one."""


Event = Verdict | Retry | Done
"""What a judgement gives while it goes on: verdicts in any order, retries, `Done` last.

A later verdict on a key point replaces the earlier one: a reply that began well may end as no reply at all.
"""


class Judge(Protocol):
    """Somebody who judges an answer."""

    @property
    def kind(self) -> Literal["llm", "offline"]:
        """A model, or text matching without one."""
        ...

    def judge(self, reference: ReferenceAnswer, answer: str, deadline: Deadline) -> Iterator[Event]:
        """Events as they come, `Done` last.

        A fault of the model is no exception: its points are `ungraded` with the reason.
        """
        ...
