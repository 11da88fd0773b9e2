"""`coach bank draft` and `coach bank drafts`: what a model drafts for an imported bank, and what a person decides."""

from typing import TYPE_CHECKING, Annotated

import typer

from coach.command import AsJson, give, opened
from coach.errors import InputError, ModelError

if TYPE_CHECKING:
    from coach.bank.drafting import Drafted
    from coach.bank.library import Library
    from coach.bank.question import Bank, Draft
    from coach.bank.sifting import LeftOut

One = Annotated[str | None, typer.Option("--question", "-q", help="A question's id; all that lack something without.")]
Approve = Annotated[list[int] | None, typer.Option("--approve", metavar="N", help="Take a draft over; repeatable.")]
Reject = Annotated[list[int] | None, typer.Option("--reject", metavar="N", help="Drop a draft; repeatable.")]
Wording = Annotated[str | None, typer.Option("--text", help="Your wording of the one draft that you approve.")]


def draft(name: str, question: One = None, as_json: AsJson = False) -> None:
    """Let the model draft the references, key points, cues and situations that an imported bank lacks."""
    from coach.bank.approval import find_in, missing
    from coach.bank.drafting import draft_and_keep
    from coach.chat import Deadline
    from coach.terminal_drafts import DraftDrawing

    coach, terminal = opened()
    drawing = DraftDrawing(terminal.language)
    bank = _imported(coach.library, name)
    asked = bank.questions if question is None else [find_in(bank, question)]
    lacking = [one for one in asked if missing(one).anything]
    if not lacking:
        waiting = sum(len(one.drafts) for one in asked)
        give(as_json, _drafted_json(bank.name, []), lambda: drawing.nothing_to_draft(bank.name, waiting))
        return
    if coach.model is None:
        raise InputError("no model is set; drafts need one: set COACH_MODEL (see .env.example)")
    done: list[Drafted] = []
    failed: ModelError | None = None
    for place, one in enumerate(lacking, 1):
        drawing.asking(place, len(lacking), one)
        try:
            done.append(draft_and_keep(coach.library, one, coach.model, Deadline(coach.settings.deadline_seconds)))
        except ModelError as fault:
            failed = fault
            break
    give(as_json, _drafted_json(bank.name, done), lambda: drawing.drafted(bank.name, done))
    if failed is not None:
        raise ModelError(
            "{fault}; what was drafted for {done} of {all} questions is kept; run it again to go on",
            fault=failed.sentence,
            done=len(done),
            all=len(lacking),
        )


def drafts(
    name: str, approve: Approve = None, reject: Reject = None, text: Wording = None, as_json: AsJson = False
) -> None:
    """List a bank's open drafts under their numbers, or decide on some of them."""
    from coach.bank.approval import decide, open_draft
    from coach.terminal_drafts import DraftDrawing

    coach, terminal = opened()
    drawing = DraftDrawing(terminal.language)
    bank = _imported(coach.library, name)
    chosen, dropped = dict.fromkeys(approve or ()), frozenset(reject or ())
    if text is not None and len(chosen) != 1:
        raise InputError(
            "--text is the wording of one draft, and {number} are approved; name one with --approve", number=len(chosen)
        )
    approved = [open_draft(bank, number)[1] for number in sorted(chosen)]
    rejected = [open_draft(bank, number)[1] for number in sorted(dropped)]
    if chosen or dropped:
        bank = decide(coach.library, bank.name, [(one, text) for one in approved], rejected)
        if text is not None:
            approved = [one.model_copy(update={"text": text}) for one in approved]
    rows = {
        "bank": bank.name,
        "drafts": [_row(question.id, one) for question in bank.questions for one in question.drafts],
        "approved": sorted(chosen),
        "rejected": sorted(dropped),
    }
    give(as_json, rows, lambda: drawing.decided(approved, rejected) if chosen or dropped else drawing.drafts(bank))


def _imported(library: "Library", name: str) -> "Bank":
    """The imported bank of this name. Raises InputError."""
    from coach.bank.question import BUNDLED

    if name == BUNDLED:
        raise InputError("the bundled bank has no drafts, for it is never changed; name a bank that you imported")
    bank = library.imported(name)
    if bank is None:
        names = [one.name for one in library.banks() if one.name != BUNDLED]
        if not names:
            raise InputError("there is no imported bank {name!r}; there are: none yet", name=name)
        raise InputError("there is no imported bank {name!r}; there are: {names}", name=name, names=", ".join(names))
    return bank


def _drafted_json(bank: str, done: "list[Drafted]") -> object:
    from coach.chat import Usage

    return {
        "bank": bank,
        "questions": len(done),
        "drafts": [
            {"question_id": one.question_id} | made.model_dump(mode="json") for one in done for made in one.drafts
        ],
        "left_out": [
            {"question_id": one.question_id} | left_out.model_dump(mode="json")
            for one in done
            for left_out in one.left_out
        ],
        "usage": sum((one.usage for one in done), Usage()).model_dump(mode="json"),
    }


def _row(question_id: str, of_it: "Draft | LeftOut") -> object:
    return {"question_id": question_id} | of_it.model_dump(mode="json")
