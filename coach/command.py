"""What every command does: opens the program, gives its result as a picture or as JSON, and names a judge."""

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from coach.errors import InputError

if TYPE_CHECKING:
    from coach.compose import Coach
    from coach.practice.record import Attempt, Record
    from coach.terminal import Terminal

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
Judge = Annotated[str, typer.Option("--judge", help="auto, offline or llm.", metavar="auto|offline|llm")]


def opened() -> "tuple[Coach, Terminal]":
    """The program by the settings as they stand, and a terminal in its language."""
    from coach.compose import Coach
    from coach.language import language_of
    from coach.settings import load_settings, system_locale
    from coach.terminal import Terminal

    settings = load_settings()
    return Coach(settings), Terminal(settings.language or language_of(system_locale()))


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
    raise InputError(f"there is no judge {name!r}; choose auto, offline or llm")


def kept_answer(record: "Record", attempt_id: str) -> "Attempt":
    """The answer of this id. Raises InputError where there is none."""
    found = record.attempt(attempt_id)
    if found is None:
        raise InputError(f"there is no answer {attempt_id}; see `coach history --json`")
    return found
