"""`coach interview`: a mock interview at a terminal, or lines of JSON for scripts."""

import json
import secrets
import sys
from collections.abc import Callable, Iterator
from math import ceil
from typing import TYPE_CHECKING, Annotated

import typer

from coach.command import AsJson, Judge, chosen_judge, opened, tell_fault
from coach.errors import InputError

if TYPE_CHECKING:
    from coach.practice.interview import NextFollowUp, NextQuestion
    from coach.practice.interviewing import Interviewing
    from coach.practice.record import Interview

Questions = Annotated[int | None, typer.Option("--questions", "-n", help="1 to 20.", show_default="5")]
How = Annotated[
    str | None, typer.Option(metavar="random|weakest|due", help="Which questions come.", show_default="random")
]
Topic = Annotated[str | None, typer.Option(help="Only questions of this topic, see `coach questions`.")]
Seed = Annotated[int | None, typer.Option(help="The same seed gives the same questions; else drawn.")]
FollowUps = Annotated[int | None, typer.Option(help="At most so many after an answer, 0 to 2.", show_default="2")]
Seconds = Annotated[int | None, typer.Option(help="A clock for each question: 30 to 1800 seconds.")]
Resume = Annotated[str | None, typer.Option(help="Go on with an interview that was paused: its id.")]
SKIP, END = "/skip", "/end"


def interview(
    questions: Questions = None,
    choice: How = None,
    topic: Topic = None,
    seed: Seed = None,
    follow_ups: FollowUps = None,
    seconds: Seconds = None,
    resume: Resume = None,
    judge: Judge = "auto",
    as_json: AsJson = False,
) -> None:
    """Sit a mock interview: no verdict until the end, then a report over all of it."""
    from coach.practice.record import Choice

    given = (questions, choice, topic, seed, follow_ups, seconds)
    if resume is not None and given != (None,) * len(given):
        raise InputError("an interview goes on as it began; give --resume ID alone, or with --judge and --json")
    if choice is not None and choice not in set(Choice):
        raise InputError("there is no choice {choice!r}; choose random, weakest or due", choice=choice)
    coach, terminal = opened()
    interviewing = coach.interviewing(chosen_judge(judge))
    with terminal.waiting("bringing the search index up to date"):  # seconds, the first time
        coach.index.update(coach.library.banks())
    if resume is not None:
        sitting = interviewing.interview(resume)
    else:
        sitting = interviewing.begin(
            5 if questions is None else questions,
            Choice(choice or "random"),
            secrets.randbelow(1_000_000) if seed is None else seed,
            topic or "",
            2 if follow_ups is None else follow_ups,
            seconds,
        )
    if as_json:
        _in_json(interviewing, sitting)
        return
    from coach.terminal_interview import Sitting

    Sitting(interviewing, terminal.language).run(sitting)


def _in_json(interviewing: "Interviewing", sitting: "Interview") -> None:
    """An answer a line on stdin, an object a line on stdout; the end of the input ends the interview."""
    from coach.practice.interview import Judging, NextFollowUp, NextQuestion, Over, next_step

    lines = iter(sys.stdin.readline, "")
    asked: NextFollowUp | NextQuestion | None = None
    while (step := next_step(sitting)) != Over():
        try:
            match step:
                case Judging():
                    sitting = interviewing.judge(sitting)
                case NextQuestion() | NextFollowUp():
                    if step != asked:
                        sitting = _ask(interviewing, sitting, step)
                        asked = step
                    sitting = _answered(interviewing, sitting, lines, isinstance(step, NextQuestion))
                case Over():
                    break
        except InputError as fault:
            tell_fault(fault)
            sitting = interviewing.interview(sitting.id)
    _write({"report": interviewing.report(sitting).model_dump(mode="json")})


def _ask(interviewing: "Interviewing", sitting: "Interview", step: "NextQuestion | NextFollowUp") -> "Interview":
    from coach.practice.interview import NextQuestion

    if isinstance(step, NextQuestion):
        sitting, kind, question = interviewing.show(sitting), "question", step.question
    else:
        kind, question = "follow_up", step.follow_up.question
    left = interviewing.remaining(sitting)
    shown = {"interview": sitting.id, "place": step.place, "of": step.of, "kind": kind, "question": question}
    _write(shown | {"seconds": None if left is None else ceil(left)})
    return sitting


def _answered(
    interviewing: "Interviewing", sitting: "Interview", lines: Iterator[str], is_question: bool
) -> "Interview":
    line = next(lines, None)
    if line is None or line.strip() == END:
        return interviewing.end(sitting)
    leave_out: Callable[[Interview], Interview]
    answer: Callable[[Interview, str], Interview]
    if is_question:
        leave_out, answer = interviewing.skip, interviewing.answer
    else:
        leave_out, answer = interviewing.decline_follow_up, interviewing.answer_follow_up
    return leave_out(sitting) if line.strip() == SKIP else answer(sitting, line.strip("\r\n"))


def _write(content: object) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")
    sys.stdout.flush()
