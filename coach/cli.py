"""The `coach` command. JSON goes to stdout, progress and faults to stderr; `docs/commands.md` is the contract."""

import sys
from functools import reduce
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coach import cli_bank, cli_eval, cli_export, cli_interview, cli_progress, cli_record, cli_roleplay
from coach.command import AsJson, Judge, chosen_judge, give, kept_answer, opened, tell_fault
from coach.errors import CoachError, InputError, Unavailable
from coach.language import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coach.compose import JudgeChoice
    from coach.critique.feedback import Done, Event, Feedback
    from coach.terminal import Terminal

app = typer.Typer(
    help="Practise a customer-service interview: answers judged key point by key point, on your own words.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks show local variables, and so keys and answers
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("scenarios")(cli_roleplay.scenarios)
app.command("roleplay")(cli_roleplay.roleplay)
app.command("interview")(cli_interview.interview)
app.command("progress")(cli_progress.progress)
app.command("due")(cli_progress.due)
app.command("history")(cli_progress.history)
app.command("export")(cli_export.export)
app.command("restore")(cli_record.restore)
app.command("disagree")(cli_record.disagree)
app.command("delete-everything")(cli_record.delete_everything)
bank_app = typer.Typer(help="Look after banks of questions.", no_args_is_help=True)
bank_app.command("draft")(cli_bank.draft)
bank_app.command("drafts")(cli_bank.drafts)
app.add_typer(bank_app, name="bank")
app.add_typer(cli_eval.app, name="eval")

QuestionId = Annotated[str, typer.Option("--question", "-q", help="A question's id, or its wording.")]
AnswerText = Annotated[str | None, typer.Option("--answer", "-a", help="The answer.")]
AnswerFile = Annotated[Path | None, typer.Option("--answer-file", help="A file that holds the answer.")]
Stdin = Annotated[str | None, typer.Argument(metavar="[-]", help="- reads the answer from stdin.", show_default=False)]


def main() -> None:
    """Runs the command. A fault that a person can mend is one line on stderr and an exit code."""
    for stream, errors in (
        (sys.stdout, "backslashreplace"),
        (sys.stderr, "backslashreplace"),
        (sys.stdin, "surrogateescape"),
    ):
        if isinstance(stream, TextIOWrapper):
            # Not every system's consoles are UTF-8; what comes in as something else must not stop what goes out.
            stream.reconfigure(encoding="utf-8", errors=errors)
    try:
        app()
    except CoachError as fault:
        tell_fault(fault)
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

    def announce(address: str) -> None:
        sys.stdout.write(f"Interview coach: {address}  (Ctrl-C stops it)\n")
        sys.stdout.flush()

    serve_app(host, port, announce)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what is configured and whether it works."""
    from coach.checkup import checkup

    coach, terminal = opened()
    with terminal.waiting("trying each part"):
        checks = list(checkup(coach, terminal.language))
    result = [
        {"name": one.name, "ok": one.ok, "detail": str(one.detail), "how_to_fix": str(one.how_to_fix or "")}
        for one in checks
    ]
    give(as_json, {"checks": result}, lambda: terminal.checks(checks))
    if not all(check.ok for check in checks):
        raise typer.Exit(3)


@app.command()
def index(
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Embed everything anew.")] = False, as_json: AsJson = False
) -> None:
    """Bring the vector store up to date."""
    coach, terminal = opened()
    with terminal.progress("documents") as progress:
        update = coach.index.update(coach.library.banks(), rebuild, progress)
    give(as_json, update.model_dump(), lambda: terminal.update(update))


@app.command()
def questions(as_json: AsJson = False) -> None:
    """List the questions of all banks."""
    coach, terminal = opened()
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
    give(as_json, {"questions": rows}, lambda: terminal.questions(listed))


@app.command()
def search(text: str, limit: Annotated[int, typer.Option("-k", min=1, max=100)] = 5, as_json: AsJson = False) -> None:
    """Find questions by what they are about."""
    coach, terminal = opened()
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
    give(as_json, {"results": rows}, lambda: terminal.found(text, found))


@app.command("import")
def import_bank(
    file: Path,
    name: Annotated[
        str | None,
        typer.Option(help="Name of the bank; the file's where none is given, or what stands in a YAML file."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be imported; store nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import a bank from Markdown, text, DOCX or PDF; or whole from YAML, in the place of the bank of its name."""
    coach, terminal = opened()
    with terminal.waiting(f"reading {file.name}"):
        imported = coach.import_document(file, name, dry_run)
    if not dry_run:
        with terminal.progress("documents") as progress:
            coach.index.update(coach.library.banks(), progress=progress)
    give(as_json, imported.model_dump(mode="json"), lambda: terminal.imported(imported, dry_run))


@bank_app.command("export")
def export_bank(
    name: str,
    form: Annotated[
        str, typer.Option("--format", "-f", metavar="md|yaml", help="yaml holds all, also cues and situations.")
    ] = "md",
    out: Annotated[Path | None, typer.Option("-o", help="A file; stdout where none is given.")] = None,
) -> None:
    """Write a bank as Markdown or YAML that imports back the same."""
    from coach.bank.writing import to_markdown

    if form not in ("md", "yaml"):
        raise InputError("there is no format {form!r}; choose md or yaml", form=form)
    coach, _ = opened()
    banks = {bank.name: bank for bank in coach.library.banks()}
    if name not in banks:
        raise InputError("there is no bank {name!r}; there are: {names}", name=name, names=", ".join(banks))
    text = to_markdown(banks[name]) if form == "md" else coach.bank_as_yaml(banks[name])
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise InputError(
            "{file} can't be written ({fault}); give another place with -o", file=out, fault=fault.strerror
        ) from None


@bank_app.command("remove")
def remove_bank(
    name: str, yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False, as_json: AsJson = False
) -> None:
    """Take an imported bank out; what was practised with it stays."""
    from coach.language import translate_to

    coach, terminal = opened()
    _ = translate_to(terminal.language)
    if not yes and (bank := coach.library.imported(name)):
        form = _("Bank “{bank}” goes, with {questions} questions; `coach bank export --format yaml` keeps a copy.")
        typer.echo(form.format(bank=bank.name, questions=len(bank.questions)), err=True)
        typer.echo(_("Type “{word}” to go on:").format(word=_("delete")) + " ", err=True, nl=False)
        if sys.stdin.readline().strip() != _("delete"):
            raise InputError("nothing was removed, for the word was not typed; --yes removes without asking")
    coach.library.remove(name)
    with terminal.progress("documents") as progress:
        coach.index.update(coach.library.banks(), progress=progress)
    give(as_json, {"removed": name}, lambda: typer.echo(_("Bank “{bank}” is removed.").format(bank=name)))


@bank_app.command("check")
def check_bank(
    path: Annotated[Path | None, typer.Argument(help="A folder or a file, of questions or of scenarios.")] = None,
    as_json: AsJson = False,
) -> None:
    """Lint a bank or scenarios: the bundled ones where none are named. Exit 2 where there are problems."""
    coach, terminal = opened()
    with terminal.waiting("reading the bank"):
        problems = coach.check(path)
    rows = [problem.model_dump(mode="json") for problem in problems]
    give(as_json, {"problems": rows}, lambda: terminal.findings(problems))
    if problems:
        raise typer.Exit(2)


@app.command()
def feedback(
    question: Annotated[str | None, typer.Option("--question", "-q", help="A question's id, or its wording.")] = None,
    answer: AnswerText = None,
    answer_file: AnswerFile = None,
    stdin: Stdin = None,
    judge: Judge = "auto",
    again: Annotated[str | None, typer.Option("--again", metavar="ID", help="Judge a kept answer anew.")] = None,
    as_json: AsJson = False,
) -> None:
    """Judge an answer key point by key point; with --again a kept one anew, showing what differs."""
    chosen = chosen_judge(judge)
    if again is not None:
        if (question, answer, answer_file, stdin) != (None,) * 4:
            raise InputError("--again takes a kept answer: give its id alone, without a question or an answer")
        _judge_again(again, chosen, as_json)
        return
    if question is None:
        raise InputError("name a question with --question ID, or a kept answer with --again ID")
    text = _answer(answer, answer_file, stdin)
    coach, terminal = opened()
    answering = coach.answering(chosen)
    attempt = answering.submit(question, text)
    reference = answering.reference(attempt.question_id)
    done = _watched(answering.judge(attempt), len(reference.key_points), terminal).feedback
    give(as_json, _feedback_json(done), lambda: terminal.feedback(done, reference, text))
    _stop_where_the_model_failed(done, Sentence.of("your answer is kept"))


def _judge_again(attempt_id: str, judge: "JudgeChoice", as_json: bool) -> None:
    from coach.critique.difference import compared

    coach, terminal = opened()
    attempt = kept_answer(coach.record, attempt_id)
    answering = coach.answering(judge)
    reference = answering.reference(attempt.question_id)
    done = _watched(answering.judge_again(attempt), len(reference.key_points), terminal)
    after = done.feedback
    difference = compared(attempt.feedback, after) if attempt.feedback and done.replaces else None
    drawn = {"replaces": done.replaces, "difference": difference and difference.model_dump(mode="json")}

    def draw() -> None:
        if difference is not None:
            terminal.difference(reference.question, difference)
        elif done.replaces:
            terminal.feedback(after, reference, attempt.answer)

    give(as_json, _feedback_json(after) | drawn, draw)
    stays = Sentence.of("your answer is kept") if done.replaces else Sentence.of("the earlier feedback stays")
    _stop_where_the_model_failed(after, stays)


def _watched(events: "Iterator[Event]", points: int, terminal: "Terminal") -> "Done":
    """The end of a judgement, of whose way something is said meanwhile."""
    from coach.critique.feedback import Done, Verdict
    from coach.language import translate_to

    given, _ = set[str](), translate_to(terminal.language)
    with terminal.waiting("judging") as say:
        for event in events:
            if isinstance(event, Done):
                return event
            if isinstance(event, Verdict):
                given.add(event.id)
                say(_("judging: {done} of {all} key points").format(done=len(given), all=points))
            else:
                say(_("Trying again: {reason}").format(reason=event.reason.said(_)))
    raise AssertionError("a judgement ends with Done")


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
    coach, terminal = opened()
    answering = coach.answering(chosen_judge(judge))
    with terminal.waiting("judging"):
        done = whole(answering.judge(answering.submit(question, text))) if given else answering.unanswered(question)
    asked = next_follow_ups(done, answering.reference(done.question_id), text, IN_A_ROW)
    rows = {"follow_ups": [follow_up.model_dump() for follow_up in asked]}
    give(as_json, rows, lambda: terminal.follow_ups(asked))
    _stop_where_the_model_failed(done, Sentence.of("your answer is kept"))


def _answer(text: str | None, file: Path | None, stdin: str | None) -> str:
    """The answer from the one place that was named. Raises InputError for none or several, or an unreadable file."""
    if sum(place is not None for place in (text, file, stdin)) != 1 or stdin not in (None, "-"):
        raise InputError("give the answer once: --answer TEXT, --answer-file FILE, or - for stdin")
    if text is not None:
        return text
    try:
        return file.read_text("utf-8-sig") if file else sys.stdin.buffer.read().decode("utf-8-sig")
    except OSError as fault:
        raise InputError("{file} can't be read ({fault}); check the path", file=file, fault=fault.strerror) from None
    except UnicodeDecodeError:
        raise InputError("{file} is not UTF-8 text; save it as UTF-8", file=file or "stdin") from None


def _feedback_json(feedback: "Feedback") -> dict[str, object]:
    return feedback.model_dump(mode="json", exclude={"raw_replies"})


def _stop_where_the_model_failed(feedback: "Feedback", kept: Sentence) -> None:
    from coach.critique.feedback import REASON_TEXTS, Reason

    given = {verdict.reason for verdict in feedback.key_points if verdict.reason}
    failed = given & {Reason.MODEL_BUSY, Reason.MODEL_REJECTED} or (given if feedback.has_failed else set())
    if failed:
        reasons = [Sentence(text, {}) for text in sorted(REASON_TEXTS[reason] for reason in failed)]
        all_of_them = reduce(lambda some, one: Sentence.of("{some} and {one}", some=some, one=one), reasons)
        raise Unavailable("{reasons}; {kept}. Try again, or use --judge offline", reasons=all_of_them, kept=kept)


if __name__ == "__main__":
    main()
