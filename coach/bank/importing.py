"""Bringing a document in: parsed, given ids, kept; whole or not at all."""

from pydantic import BaseModel, ConfigDict

from coach.bank.library import Library, assign, checked_name, name_after
from coach.bank.parsing import Problem, parse


class Imported(BaseModel):
    """What an import found, and stored unless it was a dry run."""

    model_config = ConfigDict(frozen=True)

    bank: str
    questions: int
    with_reference: int
    key_points: int
    problems: tuple[Problem, ...]
    """What is wrong in the document; the rest was taken."""


def import_text(text: str, document: str, library: Library, name: str | None = None, dry_run: bool = False) -> Imported:
    """Keeps the questions of a document's text as a bank, under `name` or a name after the document.

    A bank of this name is brought up to date: its questions keep their ids. Nothing is stored on a dry run.

    Raises:
        DocumentError: there is no question in it.
        BankError: the name can't be used.
        Unavailable: the bank can't be written; an earlier one is still there.
    """
    name = name_after(document) if name is None else checked_name(name)
    parsed = parse(text)
    if dry_run:
        bank = assign(parsed, name, document, library.imported(name))
    else:
        bank = library.update(name, lambda earlier: assign(parsed, name, document, earlier))
    return Imported(
        bank=bank.name,
        questions=len(parsed.questions),
        with_reference=sum(1 for question in parsed.questions if question.answer or question.key_points),
        key_points=sum(len(question.key_points) for question in parsed.questions),
        problems=parsed.problems,
    )
