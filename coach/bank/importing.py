"""Bringing a document in: parsed, given ids, kept; whole or not at all. Or a whole bank, as it stands."""

from pydantic import BaseModel, ConfigDict, Field

from coach.bank.approval import keep_approved
from coach.bank.library import Library, assign, checked_name, name_after, renamed, replacing
from coach.bank.parsing import Problem, parse
from coach.bank.question import Bank, Question
from coach.errors import BankError


class Imported(BaseModel):
    """What an import found, and stored unless it was a dry run."""

    model_config = ConfigDict(frozen=True)

    bank: str
    questions: int
    with_reference: int
    key_points: int
    problems: tuple[Problem, ...]
    """What is wrong in the document; the rest was taken."""
    found: tuple[Question, ...] = Field(default=(), exclude=True)
    """The document's questions in its order, as the bank has them then."""


def import_text(text: str, document: str, library: Library, name: str | None = None, dry_run: bool = False) -> Imported:
    """Keeps the questions of a document's text as a bank, under `name` or a name after the document.

    A bank of this name is brought up to date: its questions keep their ids, their drafts, and what was approved of
    them where the document says nothing. Nothing is stored on a dry run.

    Raises:
        DocumentError: there is no question in it.
        BankError: the name can't be used.
        Unavailable: the bank can't be written; an earlier one is still there.
    """
    name = name_after(document) if name is None else checked_name(name)
    parsed = parse(text)

    def made(earlier: Bank | None) -> Bank:
        return keep_approved(assign(parsed, name, document, earlier), earlier)

    bank = made(library.imported(name)) if dry_run else library.update(name, made)
    return Imported(
        bank=bank.name,
        questions=len(parsed.questions),
        with_reference=sum(1 for question in parsed.questions if question.answer or question.key_points),
        key_points=sum(len(question.key_points) for question in parsed.questions),
        problems=parsed.problems,
        found=bank.questions[: len(parsed.questions)],
    )


def import_bank(
    bank: Bank, document: str, library: Library, name: str | None = None, dry_run: bool = False
) -> Imported:
    """Keeps a bank that a document held whole, under `name` or its own; it replaces the bank of this name.

    Nothing is stored on a dry run.

    Raises:
        BankError: there is no question in it, or the name can't be used.
        Unavailable: the bank can't be written; an earlier one is still there.
    """
    if not bank.questions:
        raise BankError("{file}: questions: expected at least one; `coach bank remove` takes a bank out", file=document)
    try:
        bank = renamed(bank, checked_name(bank.name if name is None else name))
    except BankError as fault:
        if name is not None:
            raise
        raise BankError("{file}: name: {fault}", file=document, fault=fault.sentence) from None
    if dry_run:
        library.imported(bank.name)  # what stands in the way is said now
    else:
        bank = library.update(bank.name, lambda earlier: replacing(bank, earlier))
    return Imported(
        bank=bank.name,
        questions=len(bank.questions),
        with_reference=sum(1 for question in bank.questions if question.has_reference),
        key_points=sum(len(question.key_points) for question in bank.questions),
        problems=(),
        found=bank.questions,
    )
