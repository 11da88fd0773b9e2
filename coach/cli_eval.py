"""`coach eval`: measures the coach on labelled cases and on played role-plays."""

from pathlib import Path
from typing import Annotated

import typer

from coach.command import AsJson, Judge, chosen_judge, give, opened
from coach.errors import InputError

app = typer.Typer(help="Measure the coach on labelled cases.", no_args_is_help=True)


@app.command("answers")
def eval_answers(
    file: Path,
    judge: Judge = "auto",
    reorder: Annotated[
        bool, typer.Option("--reorder", help="Judge again with key points reversed; count flips.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure a judge against labelled answers."""
    from coach.evaluation.answers import answer_report, judge_cases
    from coach.evaluation.cases import AnswerCase, read_cases

    cases = read_cases(file, AnswerCase)
    coach, terminal = opened()
    chosen, reference = coach.judge(chosen_judge(judge)), coach.answering().reference
    with terminal.progress("answers") as progress:
        judged = judge_cases(cases, chosen, reference, coach.settings.deadline_seconds, reorder, progress)
    report = answer_report(judged)
    give(as_json, report.model_dump(mode="json"), lambda: terminal.answer_report(report))


@app.command("retrieval")
def eval_retrieval(file: Path, as_json: AsJson = False) -> None:
    """Measure the search against labelled queries."""
    from coach.evaluation.cases import QueryCase, read_cases
    from coach.evaluation.retrieval import retrieval_report, run_queries

    cases = read_cases(file, QueryCase)
    coach, terminal = opened()
    with terminal.waiting("searching"):
        report = retrieval_report(run_queries(cases, coach.index))
    give(as_json, report.model_dump(mode="json"), lambda: terminal.retrieval_report(report))


@app.command("acts")
def eval_acts(
    file: Path,
    observer: Annotated[str, typer.Option("--observer", help="offline or llm.", metavar="offline|llm")] = "offline",
    as_json: AsJson = False,
) -> None:
    """Measure an observer against turns with labelled acts."""
    from coach.evaluation.acts import act_report, watch_cases
    from coach.evaluation.cases import TurnCase, read_cases

    if observer not in {"offline", "llm"}:
        raise InputError("there is no observer {observer!r}; choose offline or llm", observer=observer)
    cases = read_cases(file, TurnCase)
    coach, terminal = opened()
    watching = coach.observer(chosen_judge(observer))
    with terminal.progress("turns") as progress:
        watched = watch_cases(cases, watching, coach.settings.deadline_seconds, progress)
    report = act_report(watched, observer)
    give(as_json, report.model_dump(mode="json"), lambda: terminal.act_report(report))


@app.command("customer")
def eval_customer(
    seeds: Annotated[int, typer.Option(min=1, help="So often each card is played at each difficulty.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Measure the customer: scripted candidates play every card at every difficulty."""
    from coach.customer.lines import TemplateRenderer
    from coach.evaluation.customers import customer_report, play_all

    coach, terminal = opened()
    stage = coach.stage
    with terminal.progress("role-plays") as progress:
        played = play_all(stage.scenarios, stage.rubric, TemplateRenderer(stage.lines), seeds, progress)
        report = customer_report(list(played))
    give(as_json, report.model_dump(mode="json"), lambda: terminal.customer_report(report))
