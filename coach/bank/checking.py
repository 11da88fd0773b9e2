"""What is wrong with a bank, as a careful editor would say it: faults that the schema can't see."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import combinations

from pydantic import BaseModel, ConfigDict
from rapidfuzz import fuzz

from coach.bank.index import Embedding, Kind, documents_of
from coach.bank.question import Bank, KeyPoint, Question
from coach.folding import folded

SAME_POINT = 80
"""Similarity, 0 to 100, from which two key points of a question say the same."""
SAME_CUE = 85
"""Similarity from which a cue fires on a sibling's."""
NEAR = 0.5
NEARER_BY = 0.2
"""An alias is said to belong elsewhere where another question's wording is near (cosine) and nearer by so much."""


class Lint(StrEnum):
    """What kind of fault it is."""

    SCHEMA = "schema"
    MISSING_FIELD = "missing_field"
    SAME_POINT = "same_point"
    CUE_OF_SIBLING = "cue_of_sibling"
    CUE_IS_EXCLUDED = "cue_is_excluded"
    ALIAS_NEAR_ANOTHER = "alias_near_another"


class Finding(BaseModel):
    """One fault, with its place."""

    model_config = ConfigDict(frozen=True)

    file: str
    """The file, or the bank's name where each bank is one file."""
    key: str
    kind: str
    """A `Lint`, or its like of another wing."""
    message: str


def check_bank(bank: Bank, embedding: Embedding) -> Sequence[Finding]:
    """The faults of a bank, question by question; none is a clean bill.

    Raises:
        EmbeddingError: aliases can't be compared.
    """
    found = [finding for question in bank.questions for finding in _check_question(question)]
    return [*found, *_aliases_near_another(bank, embedding)]


def _check_question(question: Question) -> Iterator[Finding]:
    yield from _missing_fields(question)
    for one, other in combinations(question.key_points, 2):
        if fuzz.ratio(folded(one.text), folded(other.text)) >= SAME_POINT:
            yield _finding(question, other.id, Lint.SAME_POINT, f"says the same as {one.id}; merge or sharpen them")
        yield from _shared_cues(question, one, other)
    for point in question.key_points:
        for cue in point.cues:
            if folded(cue) in {folded(text) for text in point.not_}:
                yield _finding(question, point.id, Lint.CUE_IS_EXCLUDED, f"“{cue}” is both a cue and under `not`")


def _missing_fields(question: Question) -> Iterator[Finding]:
    wanted = {
        "topic": question.topic,
        "question_en": question.question_en,
        "aliases": question.aliases,
        "situations": question.situations,
        "answer": question.answer,
        "key_points": question.key_points,
    }
    for key, value in wanted.items():
        if not value:
            yield _finding(question, key, Lint.MISSING_FIELD, f"{key} is empty; search and practice are poorer without")
    for point in question.key_points:
        if not point.cues:
            yield _finding(question, point.id, Lint.MISSING_FIELD, "no cues: without a model the point stays ungraded")


def _shared_cues(question: Question, one: KeyPoint, other: KeyPoint) -> Iterator[Finding]:
    for mine in one.cues:
        for theirs in other.cues:
            if fuzz.ratio(folded(mine), folded(theirs)) >= SAME_CUE:
                message = f"“{theirs}” fires on {one.id} too (“{mine}”); keep it for one of them"
                yield _finding(question, other.id, Lint.CUE_OF_SIBLING, message)


def _aliases_near_another(bank: Bank, embedding: Embedding) -> Iterator[Finding]:
    asked = [
        document
        for question in bank.questions
        for document in documents_of(question)
        if document.kind in (Kind.QUESTION, Kind.ALIAS)
    ]
    if not asked:
        return
    import numpy  # heavy, and no other lint needs it

    vectors = numpy.asarray(embedding.embed([document.text for document in asked]))
    similar = vectors @ vectors.T
    owners = numpy.asarray([document.question_id for document in asked])
    for at, alias in enumerate(asked):
        if alias.kind is not Kind.ALIAS:
            continue
        is_own = owners == alias.question_id
        rival = int(numpy.where(is_own, -1.0, similar[at]).argmax())
        is_own[at] = False
        own = float(similar[at][is_own].max(initial=0.0))
        nearness = float(similar[at][rival])
        if owners[rival] != alias.question_id and nearness >= NEAR and nearness - own >= NEARER_BY:
            wording = asked[rival]
            message = f"“{alias.text}” is nearer to {wording.question_id} (“{wording.text}”) than to its own; reword it"
            yield Finding(file=_file(alias.question_id), key="aliases", kind=Lint.ALIAS_NEAR_ANOTHER, message=message)


def _finding(question: Question, key: str, kind: Lint, message: str) -> Finding:
    return Finding(file=_file(question.id), key=key, kind=kind, message=message)


def _file(question_id: str) -> str:
    bank, _, number = question_id.rpartition(":")
    return f"{bank or number}.yaml"
