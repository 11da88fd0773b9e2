"""`coach disagree`, `coach restore` and `coach delete-everything`: what a person does with what is kept of them."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coach.command import AsJson, give, kept_answer, opened
from coach.errors import InputError

if TYPE_CHECKING:
    from coach.practice.record import Practice

AnswerId = Annotated[str, typer.Argument(metavar="ID", help="A kept answer, see `coach history --json`.")]
PointId = Annotated[str, typer.Argument(metavar="KEY_POINT", help="The id of a judged key point.")]
LabelName = Annotated[
    str | None, typer.Argument(metavar="[LABEL]", help="What is right: covered, partial, missing or contradicted.")
]
Why = Annotated[str, typer.Option("--why", help="Why, in your own words.")]
TakeBack = Annotated[bool, typer.Option("--take-back", help="Agree again; LABEL is left out.")]
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask.")]


def disagree(
    attempt: AnswerId,
    key_point: PointId,
    label: LabelName = None,
    why: Why = "",
    take_back: TakeBack = False,
    as_json: AsJson = False,
) -> None:
    """Say that a verdict is wrong, and what is right: it moves no score, it is there to be read and to test judges."""
    from coach.critique.feedback import Label

    if take_back == (label is not None) or (take_back and why):
        raise InputError("name the label that you hold right, or give --take-back alone")
    try:
        held = None if label is None else Label(label)
    except ValueError:
        raise InputError(
            "there is no label {label!r}; choose covered, partial, missing or contradicted", label=label
        ) from None
    coach, terminal = opened()
    kept = coach.answering("offline").disagree(kept_answer(coach.record, attempt), key_point, held, why)
    rows = {key: one.model_dump(mode="json") for key, one in kept.disagreements.items()}
    give(as_json, {"id": kept.id, "disagreements": rows}, lambda: terminal.disagreements(kept))


def restore(
    file: Annotated[Path, typer.Argument(help="What `coach export` wrote as JSON.")], as_json: AsJson = False
) -> None:
    """Take an export back into the record; what is there already stays as it is."""
    from coach.practice.restoring import read_export

    practice = read_export(file.name, _content(file))
    coach, terminal = opened()
    added = coach.record.restore(practice)
    result = {"added": added, "already_there": _size(practice) - added}
    give(as_json, result, lambda: terminal.restored(**result))


def delete_everything(yes: Yes = False, as_json: AsJson = False) -> None:
    """Delete all that was practised here. Nobody can bring it back; `coach export` keeps a copy of your own."""
    from coach.practice.record import everything

    coach, terminal = opened()
    counts = {kind: len(held) for kind, held in everything(coach.record)}
    if not yes and not terminal.wants_all_deleted(counts, sys.stdin.readline):
        raise InputError("nothing was deleted, for the word was not typed; --yes deletes without asking")
    coach.delete_everything()
    give(as_json, {"deleted": counts}, terminal.all_deleted)


def _content(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except OSError as fault:
        raise InputError("{file} can't be read ({fault}); check the path", file=file, fault=fault.strerror) from None
    except UnicodeDecodeError:
        raise InputError(
            "{file} is not UTF-8 text, so no export; give a file that `coach export` wrote", file=file
        ) from None


def _size(practice: "Practice") -> int:
    return len(practice.answers) + len(practice.role_plays) + len(practice.interviews)
