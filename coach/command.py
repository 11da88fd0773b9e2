"""What every command does: opens the program, gives its result as a picture or as JSON, and names a judge."""

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from coach.errors import CoachError, InputError, SettingsError

if TYPE_CHECKING:
    from coach.compose import Coach
    from coach.language import Language
    from coach.practice.record import Attempt, Record
    from coach.terminal import Terminal

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
Judge = Annotated[str, typer.Option("--judge", help="auto, offline or llm.", metavar="auto|offline|llm")]


def opened() -> "tuple[Coach, Terminal]":
    """The program by the settings as they stand, and a terminal in its language."""
    from coach.compose import Coach
    from coach.settings import load_settings
    from coach.terminal import Terminal

    settings = load_settings()
    return Coach(settings), Terminal(_language(settings.language))


def tell(line: str) -> None:
    """A line for the person, on stderr."""
    sys.stderr.write(f"coach: {line}\n")


def tell_fault(fault: CoachError) -> None:
    """What a person reads of a fault, in their language; the system's where the settings themselves are at fault."""
    from coach.language import translate_to
    from coach.settings import load_settings

    try:
        chosen = load_settings().language
    except SettingsError:
        chosen = ""
    tell(fault.said(translate_to(_language(chosen))))


def _language(chosen: "Language | Literal['']") -> "Language":
    from coach.language import language_of
    from coach.settings import system_locale

    return chosen or language_of(system_locale())


def give(as_json: bool, result: object, draw: Callable[[], None]) -> None:
    """Writes a result as one line of JSON, or draws it."""
    if as_json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    else:
        draw()


def chosen_judge(name: str) -> Literal["auto", "offline", "llm"]:
    """The judge of this name. Raises InputError for another."""
    if name == "auto" or name == "offline" or name == "llm":
        return name
    raise InputError("there is no judge {name!r}; choose auto, offline or llm", name=name)


def kept_answer(record: "Record", attempt_id: str) -> "Attempt":
    """The answer of this id. Raises InputError where there is none."""
    found = record.attempt(attempt_id)
    if found is None:
        raise InputError("there is no answer {id}; see `coach history --json`", id=attempt_id)
    return found
