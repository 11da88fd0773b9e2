"""Labelled cases: files of JSON lines, one case a line."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coach.critique.feedback import Label
from coach.customer.acts import Act
from coach.errors import InputError
from coach.language import Sentence

GradedLabel = Literal[Label.COVERED, Label.PARTIAL, Label.MISSING, Label.CONTRADICTED]


class _Case(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    kind: str = ""
    """What sort of case it is; figures are given by kind too."""
    held_out: bool = False
    """Never used to tune a prompt, a cue or a threshold."""


class PointLabel(BaseModel):
    """What readers say an answer does with a key point."""

    model_config = ConfigDict(frozen=True)

    label: GradedLabel
    quote: str = ""


class AnswerCase(_Case):
    """An answer, and what each key point's verdict should be."""

    question: str
    answer: str
    labels: Mapping[str, PointLabel] = Field(min_length=1)


class QueryCase(_Case):
    """A query, and the questions that are a right find; the first is the primary one."""

    query: str
    relevant: tuple[str, ...] = Field(min_length=1)


class TurnCase(_Case):
    """A turn of a candidate, what the customer said just before (bubbles apart by " / "), and the acts it does."""

    customer: str
    reply: str
    acts: tuple[Act, ...]
    """None is an answer too."""


_AnyCase = TypeVar("_AnyCase", bound=_Case)


def read_cases(file: Path, kind: type[_AnyCase]) -> Sequence[_AnyCase]:
    """The cases of a file; empty lines are passed over.

    Raises:
        InputError: the file can't be read, holds no case, or has a line that is none; the message names the line.
    """
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(
            "{file} can't be read as UTF-8 text ({fault}); check the path", file=file, fault=type(fault).__name__
        ) from None
    cases: list[_AnyCase] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                cases.append(kind.model_validate_json(line))
            except ValidationError as fault:
                first = fault.errors(include_url=False, include_input=False)[0]
                where = ".".join(str(part) for part in first["loc"]) or Sentence.of("line")
                raise InputError(
                    "{file} line {number}: {where}: {fault}", file=file, number=number, where=where, fault=first["msg"]
                ) from None
    if not cases:
        raise InputError("{file} holds no case; expected one JSON object a line", file=file)
    return cases
