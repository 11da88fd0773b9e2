"""The words of a bank: questions, reference answers, key points. A YAML file of `corpus/questions` is a `Question`."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

BUNDLED = "bundled"
"""Name of the bank that comes with the program."""


class _Word(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Weight(StrEnum):
    """How much a key point counts. The terms of TREC's nugget evaluation."""

    VITAL = "vital"
    OKAY = "okay"


class KeyPoint(_Word):
    """One thing that a good answer says (答题要点)."""

    id: str = Field(pattern=r"^\S+\.\d+$")
    """The question's id, a dot, and its place from 1 on, as `q03.2`."""
    text: str = Field(min_length=1)
    weight: Weight = Weight.OKAY
    cues: tuple[str, ...] = ()
    """Ways a candidate says the point in their own words."""
    not_: tuple[str, ...] = Field(default=(), alias="not")
    """What sounds like the point and isn't."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)


class DraftKind(StrEnum):
    """What a draft becomes once a person has approved it."""

    REFERENCE = "reference"
    KEY_POINT = "key_point"
    CUE = "cue"
    SITUATION = "situation"


class Draft(_Word):
    """A text that a model wrote for a question. Nobody is judged by it and nothing is found by it."""

    number: int = Field(default=0, ge=0)
    """What a person calls it: unique among the drafts of a bank as long as it is open; 0: not kept yet."""
    kind: DraftKind
    text: str = Field(min_length=1)
    weight: Weight | None = None
    """Of a key point; None for the other kinds."""
    key_point: str = ""
    """The text of the key point that a cue belongs to, for an import may change its id; empty for the other kinds."""
    model: str
    prompt: str
    """`Prompt.id` of what the model was asked."""


class Source(_Word):
    """Where a question comes from."""

    kind: Literal["document", "written", "drafted"]
    """`document`: after somebody's document; `written`: for this bank, by its maintainers; `drafted`: by a model for a
    trainer who has not approved it yet."""
    after: str = ""
    """The document and the place in it, as `bank.md#3`."""
    reviewed: date | None = None
    """When its maintainers last reviewed it, apart from the writing; None: not yet."""
    facts: tuple[str, ...] = ()
    """What its statements about law and platform practice rest on, with the date of that text."""
    drafted: tuple[Draft, ...] = ()
    """What a model drafted and a person approved, each with the text that was approved."""


class Question(_Word):
    """A question of an interview, with what a good answer says where somebody has written that down."""

    id: str = Field(pattern=r"^\S+$")
    """Unique over all banks: `q03`, or `<bank>:q03` in an imported one."""
    question: str = Field(min_length=1)
    question_en: str = ""
    topic: str = ""
    aliases: tuple[str, ...] = ()
    """Other ways people ask it."""
    situations: tuple[str, ...] = ()
    """What a customer says, or what happens, when these key points apply."""
    answer: str = ""
    """The reference answer (参考答案); empty where there is none."""
    key_points: tuple[KeyPoint, ...] = ()
    source: Source
    drafts: tuple[Draft, ...] = ()
    """What a model drafted and nobody has approved yet: no part of what the question says."""

    @model_validator(mode="after")
    def _key_points_carry_our_id(self) -> Self:
        expected = [f"{self.id}.{place}" for place in range(1, len(self.key_points) + 1)]
        if [point.id for point in self.key_points] != expected:
            raise ValueError(f"key points of {self.id} must have the ids {', '.join(expected)}, in this order")
        return self

    @property
    def bank(self) -> str:
        """Name of the bank it belongs to."""
        return self.id.rpartition(":")[0] or BUNDLED

    @property
    def has_reference(self) -> bool:
        """Whether an answer can be held against something: a reference answer or key points."""
        return bool(self.answer or self.key_points)

    @property
    def version(self) -> str:
        """Eight characters that change with any change of what the question says; drafts say nothing yet."""
        said = self.model_dump_json(exclude={"drafts": True, "source": {"drafted": True}})
        return sha256(said.encode()).hexdigest()[:8]


class Bank(_Word):
    """Questions under one name, in the order of their document."""

    name: str
    last_number: int = Field(default=0, ge=0)
    """The highest number that an imported question ever had here: a removed question's number is not given again."""
    questions: tuple[Question, ...]

    @model_validator(mode="after")
    def _ids_are_ours_and_unique(self) -> Self:
        seen: set[str] = set()
        for question in self.questions:
            if question.bank != self.name:
                raise ValueError(f"question {question.id} belongs to bank {question.bank}, not to {self.name}")
            if question.id in seen:
                raise ValueError(f"question {question.id} stands twice in bank {self.name}")
            seen.add(question.id)
        return self


def version_of(banks: Sequence[Bank]) -> str:
    """Eight characters that change with any change of any question; the order of the banks does not matter."""
    versions = sorted(f"{question.id}@{question.version}" for bank in banks for question in bank.questions)
    return sha256("\n".join(versions).encode()).hexdigest()[:8]
