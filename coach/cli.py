"""The `coach` command. JSON goes to stdout, progress and faults to stderr; `docs/commands.md` is the contract."""

import json
import sys
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from coach.errors import CoachError, InputError

if TYPE_CHECKING:
    from coach.compose import Coach
    from coach.critique.feedback import Feedback
    from coach.terminal import Terminal

app = typer.Typer(
    help="Practise a customer-service interview: answers judged key point by key point, on your own words.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks show local variables, and so keys and answers
    context_settings={"help_option_names": ["-h", "--help"]},
)
bank_app = typer.Typer(help="Look after banks of questions.", no_args_is_help=True)
app.add_typer(bank_app, name="bank")
eval_app = typer.Typer(help="Measure the coach on labelled cases.", no_args_is_help=True)
app.add_typer(eval_app, name="eval")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
Judge = Annotated[str, typer.Option("--judge", help="auto, offline or llm.", metavar="auto|offline|llm")]
QuestionId = Annotated[str, typer.Option("--question", "-q", help="A question's id, or its wording.")]
AnswerText = Annotated[str | None, typer.Option("--answer", "-a", help="The answer.")]
AnswerFile = Annotated[Path | None, typer.Option("--answer-file", help="A file that holds the answer.")]
Stdin = Annotated[str | None, typer.Argument(metavar="[-]", help="- reads the answer from stdin.", show_default=False)]


def main() -> None:
    """Runs the command. A fault that a person can mend is one line on stderr and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # not every system's consoles are
    try:
        app()
    except CoachError as fault:
        print(f"coach: {fault}", file=sys.stderr)  # noqa: T201
        sys.exit(fault.exit_code)
    except BrokenPipeError:
        sys.stderr.close()  # what reads our output has had enough; nothing is left to say
        sys.exit(0)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The next free one is taken where it is in use.")] = 8501,
    host: Annotated[str, typer.Option(help="127.0.0.1 is reached from this machine only.")] = "127.0.0.1",
) -> None:
    """Serve the web app; Ctrl-C stops it."""
    from coach.serving import serve as serve_app

    serve_app(host, port, lambda address: print(f"Interview coach: {address}  (Ctrl-C stops it)", flush=True))  # noqa: T201


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what is configured and whether it works."""
    from dataclasses import asdict

    from coach.checkup import checkup

    coach, terminal = _open()
    with terminal.waiting("trying each part"):
        checks = list(checkup(coach, terminal.language))
    _give(as_json, {"checks": [asdict(check) for check in checks]}, lambda: terminal.checks(checks))
    if not all(check.ok for check in checks):
        raise typer.Exit(3)


@app.command()
def index(
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Embed everything anew.")] = False, as_json: AsJson = False
) -> None:
    """Bring the vector store up to date."""
    coach, terminal = _open()
    with terminal.progress("documents") as progress:
        update = coach.index.update(coach.library.banks(), rebuild, progress)
    _give(as_json, update.model_dump(), lambda: terminal.update(update))


@app.command()
def questions(as_json: AsJson = False) -> None:
    """List the questions of all banks."""
    coach, terminal = _open()
    listed = [question for bank in coach.library.banks() for question in bank.questions]
    rows = [
        {
            "id": question.id,
            "question": question.question,
            "topic": question.topic,
            "key_points": len(question.key_points),
            "has_reference": question.has_reference,
        }
        for question in listed
    ]
    _give(as_json, {"questions": rows}, lambda: terminal.questions(listed))


@app.command()
def search(text: str, limit: Annotated[int, typer.Option("-k", min=1, max=100)] = 5, as_json: AsJson = False) -> None:
    """Find questions by what they are about."""
    coach, terminal = _open()
    found = coach.index.search(text, limit)
    rows = [
        {
            "question_id": one.question_id,
            "question": one.question,
            "score": round(one.score, 4),
            "matched": {"kind": one.matched.kind, "text": one.matched.text},
        }
        for one in found
    ]
    _give(as_json, {"results": rows}, lambda: terminal.found(text, found))


@app.command("import")
def import_bank(
    file: Path,
    name: Annotated[str | None, typer.Option(help="Name of the bank; the file's name where none is given.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be imported; store nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import a bank from Markdown, text, DOCX or PDF."""
    coach, terminal = _open()
    with terminal.waiting(f"reading {file.name}"):
        imported = coach.import_document(file, name, dry_run)
    if not dry_run:
        with terminal.progress("documents") as progress:
            coach.index.update(coach.library.banks(), progress=progress)
    _give(as_json, imported.model_dump(mode="json"), lambda: terminal.imported(imported, dry_run))


@bank_app.command("export")
def export_bank(
    name: str, out: Annotated[Path | None, typer.Option("-o", help="A file; stdout where none is given.")] = None
) -> None:
    """Write a bank as Markdown that imports back the same."""
    from coach.bank.writing import to_markdown

    coach, _ = _open()
    banks = {bank.name: bank for bank in coach.library.banks()}
    if name not in banks:
        raise InputError(f"there is no bank {name!r}; there are: {', '.join(banks)}")
    text = to_markdown(banks[name])
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise InputError(f"{out} can't be written ({fault.strerror}); give another place with -o") from None


@bank_app.command("check")
def check_bank(
    path: Annotated[Path | None, typer.Argument(help="A folder of questions, or a file of a bank.")] = None,
    as_json: AsJson = False,
) -> None:
    """Lint a bank: the bundled one where none is named. Exit 2 where there are problems."""
    coach, terminal = _open()
    with terminal.waiting("reading the bank"):
        problems = coach.check(path)
    rows = [problem.model_dump(mode="json") for problem in problems]
    _give(as_json, {"problems": rows}, lambda: terminal.findings(problems))
    if problems:
        raise typer.Exit(2)


@eval_app.command("answers")
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
    coach, terminal = _open()
    chosen, reference = coach.judge(_judge(judge)), coach.answering().reference
    with terminal.progress("answers") as progress:
        judged = judge_cases(cases, chosen, reference, coach.settings.deadline_seconds, reorder, progress)
    report = answer_report(judged)
    _give(as_json, report.model_dump(mode="json"), lambda: terminal.answer_report(report))


@eval_app.command("retrieval")
def eval_retrieval(file: Path, as_json: AsJson = False) -> None:
    """Measure the search against labelled queries."""
    from coach.evaluation.cases import QueryCase, read_cases
    from coach.evaluation.retrieval import retrieval_report, run_queries

    cases = read_cases(file, QueryCase)
    coach, terminal = _open()
    with terminal.waiting("searching"):
        report = retrieval_report(run_queries(cases, coach.index))
    _give(as_json, report.model_dump(mode="json"), lambda: terminal.retrieval_report(report))


@app.command()
def feedback(
    question: QuestionId,
    answer: AnswerText = None,
    answer_file: AnswerFile = None,
    stdin: Stdin = None,
    judge: Judge = "auto",
    as_json: AsJson = False,
) -> None:
    """Judge an answer key point by key point."""
    from coach.critique.feedback import Done, Verdict

    text = _answer(answer, answer_file, stdin)
    coach, terminal = _open()
    answering = coach.answering(_judge(judge))
    attempt = answering.submit(question, text)
    reference = answering.reference(attempt.question_id)
    given: dict[str, Verdict] = {}
    done: Feedback | None = None
    with terminal.waiting("judging") as say:
        for event in answering.judge(attempt):
            if isinstance(event, Verdict):
                given[event.id] = event
                say(f"judging: {len(given)} of {len(reference.key_points)} key points")
            elif isinstance(event, Done):
                done = event.feedback
            else:
                say(f"trying again: {event.reason}")
    assert done is not None, "a judgement ends with Done"
    _give(as_json, _feedback_json(done), lambda: terminal.feedback(done, reference, text))
    _exit_where_the_model_failed(done)


@app.command()
def followups(
    question: QuestionId,
    answer: AnswerText = None,
    answer_file: AnswerFile = None,
    stdin: Stdin = None,
    judge: Judge = "auto",
    as_json: AsJson = False,
) -> None:
    """Ask what an interviewer would ask next; without an answer, about the whole question."""
    from coach.critique.followups import IN_A_ROW, next_follow_ups
    from coach.practice.answering import whole

    given = answer is not None or answer_file is not None or stdin is not None
    text = _answer(answer, answer_file, stdin) if given else "……"
    coach, terminal = _open()
    answering = coach.answering(_judge(judge))
    with terminal.waiting("judging"):
        done = whole(answering.judge(answering.submit(question, text))) if given else answering.unanswered(question)
    asked = next_follow_ups(done, answering.reference(done.question_id), text, IN_A_ROW)
    rows = {"follow_ups": [follow_up.model_dump() for follow_up in asked]}
    _give(as_json, rows, lambda: terminal.follow_ups(asked))
    _exit_where_the_model_failed(done)


def _open() -> "tuple[Coach, Terminal]":
    from coach.compose import Coach
    from coach.language import language_of
    from coach.settings import load_settings, system_locale
    from coach.terminal import Terminal

    settings = load_settings()
    return Coach(settings), Terminal(settings.language or language_of(system_locale()))


def _give(as_json: bool, result: object, draw: Callable[[], None]) -> None:
    if as_json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    else:
        draw()


def _answer(text: str | None, file: Path | None, stdin: str | None) -> str:
    """The answer from the one place that was named. Raises InputError for none or several, or an unreadable file."""
    if sum(place is not None for place in (text, file, stdin)) != 1 or stdin not in (None, "-"):
        raise InputError("give the answer once: --answer TEXT, --answer-file FILE, or - for stdin")
    if text is not None:
        return text
    try:
        return file.read_text("utf-8-sig") if file else sys.stdin.buffer.read().decode("utf-8-sig")
    except OSError as fault:
        raise InputError(f"{file} can't be read ({fault.strerror}); check the path") from None
    except UnicodeDecodeError:
        raise InputError(f"{file or 'stdin'} is not UTF-8 text; save it as UTF-8") from None


def _judge(name: str) -> 'Literal["auto", "offline", "llm"]':
    if name == "auto" or name == "offline" or name == "llm":
        return name
    raise InputError(f"there is no judge {name!r}; choose auto, offline or llm")


def _feedback_json(feedback: "Feedback") -> object:
    return feedback.model_dump(mode="json", exclude={"raw_replies"})


def _exit_where_the_model_failed(feedback: "Feedback") -> None:
    from coach.critique.feedback import Reason

    failures = (Reason.MODEL_BUSY, Reason.MODEL_REJECTED)
    failed = {str(verdict.reason) for verdict in feedback.key_points if verdict.reason in failures}
    if failed:
        reasons = " and ".join(sorted(failed))
        print(f"coach: {reasons}; your answer is kept. Try again, or use --judge offline", file=sys.stderr)  # noqa: T201
        raise typer.Exit(3)


if __name__ == "__main__":
    main()
