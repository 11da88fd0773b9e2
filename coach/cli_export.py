"""`coach export`: a person's practice as a file."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from coach.command import opened, tell
from coach.errors import InputError

Session = Annotated[str | None, typer.Option("--session", help="One session, answer, role-play or interview: its id.")]
FormatName = Annotated[
    str,
    typer.Option("--format", "-f", metavar="json|md|csv|html|cases", help="html prints well; cases test judges."),
]
Out = Annotated[Path | None, typer.Option("-o", help="A file; stdout where none is given.")]


def export(session: Session = None, format: FormatName = "json", out: Out = None) -> None:
    """Write what was practised as JSON, Markdown, CSV or a report that prints well."""
    from coach.language import translate_to
    from coach.practice.exporting import FORMATS, Format, exported, is_empty, selected
    from coach.practice.record import everything

    chosen: dict[str, Format] = {form: form for form in FORMATS}
    if format not in chosen:
        raise InputError("there is no format {form!r}; choose {names}", form=format, names=", ".join(FORMATS))
    coach, terminal = opened()
    _ = translate_to(terminal.language)
    practice = everything(coach.record)
    if session is not None:
        practice = selected(practice, session)
        if is_empty(practice):
            raise InputError(
                "there is no session, answer, role-play or interview {id}; see `coach history --json`", id=session
            )
    now = datetime.now(UTC)
    text = exported(practice, chosen[format], terminal.language, datetime.now().astimezone().tzinfo or UTC, now)
    if not text:
        said = _("no verdict was disagreed with, so there is no case; see `coach disagree`")
        tell(said)
    if out is None:
        sys.stdout.write(text)
        return
    try:
        # A mark of the byte order, so that spreadsheets read a CSV as UTF-8.
        out.write_text(text, encoding="utf-8-sig" if format == "csv" else "utf-8", errors="backslashreplace")
    except OSError as fault:
        raise InputError(
            "{file} can't be written ({fault}); give another place with -o", file=out, fault=fault.strerror
        ) from None
