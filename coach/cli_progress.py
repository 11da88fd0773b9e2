"""`coach progress`, `coach due` and `coach history`: what came of the practice, and what comes next."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from coach.command import AsJson, give, opened

if TYPE_CHECKING:
    from coach.practice.progress import Progress
    from coach.terminal_progress import Drawing

Interview = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Plan today's questions towards this day."),
]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")]


def progress(interview: Interview = None, as_json: AsJson = False) -> None:
    """Show how well each topic is mastered, what is weakest, and how it goes."""
    seen, drawing = _seen()
    report = seen.report(interview and interview.date())
    give(as_json, report.model_dump(mode="json"), lambda: drawing.report(report))


def due(as_json: AsJson = False) -> None:
    """Show which key points are due, and when the others will be."""
    seen, drawing = _seen()
    agenda = seen.agenda()
    give(as_json, agenda.model_dump(mode="json"), lambda: drawing.agenda(agenda))


def history(limit: Limit = 20, as_json: AsJson = False) -> None:
    """List the newest answers and role-plays."""
    seen, drawing = _seen()
    practised = seen.history(limit)
    rows = [one.model_dump(mode="json") for one in practised]
    give(as_json, {"history": rows}, lambda: drawing.history(practised))


def _seen() -> "tuple[Progress, Drawing]":
    from coach.terminal_progress import Drawing

    coach, terminal = opened()
    seen = coach.progress()
    return seen, Drawing(terminal.language, seen.zone)
