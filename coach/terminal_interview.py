"""A mock interview at a terminal: one question at a time, and at the end a report one would show a friend."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from math import ceil

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Column, Table

from coach.bank.question import Weight
from coach.critique.feedback import Label
from coach.errors import InputError
from coach.language import Language, translate_to
from coach.practice.interview import Judging, NextFollowUp, NextQuestion, Over, next_step
from coach.practice.interview_report import Asked, InterviewReport
from coach.practice.interviewing import Interviewing
from coach.practice.record import Choice, Interview

_BAR, _SMALL_BAR = 20, 10
_MARK = {
    Label.COVERED: "[green]✓[/]",
    Label.PARTIAL: "[yellow]◐[/]",
    Label.MISSING: "[red]✗[/]",
    Label.CONTRADICTED: "[magenta]![/]",
    Label.UNGRADED: "[bright_black]?[/]",
}


class Sitting:
    """One mock interview in one language."""

    def __init__(self, interviewing: Interviewing, language: Language) -> None:
        self._interviewing = interviewing
        self._ = translate_to(language)
        self._out = Console(highlight=False)
        self._shown: NextQuestion | NextFollowUp | None = None

    def run(self, interview: Interview) -> None:
        """Until the report; Ctrl-C and Ctrl-D pause."""
        with suppress(ImportError):  # not on Windows
            import_module("readline")  # without it, backspace leaves half of a Chinese character on the line
        if next_step(interview) != Over():
            self._begin(interview)
        try:
            while (step := next_step(interview)) != Over():
                try:
                    interview = self._take(interview, step)
                except InputError as fault:
                    self._out.print(f"[yellow]![/] {escape(fault.said(self._))}")
                    interview = self._interviewing.interview(interview.id)
        except (KeyboardInterrupt, EOFError):
            self._pause(interview)
            return
        self._report(self._interviewing.report(interview))

    def _begin(self, interview: Interview) -> None:
        _ = self._
        parts = [_("questions: {count}").format(count=len(interview.questions))]
        if interview.topic:
            parts.append(interview.topic)
        if interview.seconds is not None:
            parts.append(_("{time} for each").format(time=_clock(interview.seconds)))
        if interview.follow_ups:
            parts.append(_("follow-ups: up to {count} each").format(count=interview.follow_ups))
        self._out.print(Panel(escape(" · ".join(parts)), title=f"[bold]{_('Mock interview')}[/]"))
        self._out.print(f"[dim]{self._commands()}[/]")

    def _take(self, interview: Interview, step: NextQuestion | NextFollowUp | Judging | Over) -> Interview:
        match step:
            case NextQuestion():
                return self._question(interview, step)
            case NextFollowUp():
                return self._follow_up(interview, step)
            case _:
                with self._out.status(self._("one moment"), spinner="point"):
                    return self._interviewing.judge(interview)

    def _question(self, interview: Interview, step: NextQuestion) -> Interview:
        _, interviewing = self._, self._interviewing
        if step != self._shown:
            self._out.print()
            self._out.print(Rule(_("Question {place} of {of}").format(place=step.place, of=step.of), style="dim"))
            self._beside("", f"[bold]{escape(step.question)}[/]")
            interview, self._shown = interviewing.show(interview), step
        left = interviewing.remaining(interview)
        if left is not None:
            self._out.print(f"[dim]{self._left(left)}[/]")
        match said := input("› ").strip():
            case "/skip":
                return interviewing.skip(interview)
            case "/end":
                return interviewing.end(interview)
            case _:
                left = interviewing.remaining(interview)
                if said.startswith("/") or not (said or _is_over(left)):
                    self._out.print(f"[dim]{self._commands()}[/]")
                    return interview
                answered = interviewing.answer(interview, said)
                if left is not None and left < 0 and said:
                    over = _("over time by {time}; the answer counts").format(time=_clock(-left))
                    self._out.print(f"[yellow]{over}[/]")
                return answered

    def _follow_up(self, interview: Interview, step: NextFollowUp) -> Interview:
        interviewing = self._interviewing
        if step != self._shown:
            self._out.print()
            self._beside("[cyan]↳[/]", escape(step.follow_up.question))
            self._shown = step
        match said := input("› ").strip():
            case "/skip":
                return interviewing.decline_follow_up(interview)
            case "/end":
                return interviewing.end(interview)
            case _ if not said or said.startswith("/"):
                self._out.print(f"[dim]{self._commands()}[/]")
                return interview
            case _:
                return interviewing.answer_follow_up(interview, said)

    def _pause(self, interview: Interview) -> None:
        _ = self._
        form = _("Paused; everything is kept. Go on with: coach interview --resume {id}")
        self._out.print(f"\n{form.format(id=interview.id)}", soft_wrap=True)  # to be copied in one piece
        if self._interviewing.remaining(interview) is not None:
            self._out.print(f"[dim]{_('The clock of the question goes on.')}[/]")

    def _commands(self) -> str:
        return self._("/skip leaves it out · /end ends with the report · Ctrl-D pauses")

    def _left(self, seconds: float) -> str:
        _ = self._
        if _is_over(seconds):
            return _("time is over; you may still answer, Enter alone skips")
        return _("{time} left").format(time=_clock(ceil(seconds)))

    def _report(self, report: InterviewReport) -> None:
        _ = self._
        self._out.print()
        self._out.print(Rule(f"[bold]{_('Report')}[/]", style="green"))
        self._score(report)
        self._questions(report)
        self._verdicts(report)
        self._topics(report)
        self._follow_ups(report.asked)
        self._practise_first(report)
        self._what_now(report)

    def _score(self, report: InterviewReport) -> None:
        _ = self._
        counts = [*report.vital.items(), *report.okay.items()]
        whole, graded = sum(n for _, n in counts), sum(n for label, n in counts if label is not Label.UNGRADED)
        form = _("{graded} of {all} key points graded")
        of_what = form.format(graded=graded, all=whole) if whole else ""
        self._out.print()
        self._indented(f"{_bar(report.score, _BAR)}  [bold]{_percent(report.score)}[/]  {of_what}")
        if report.reason is not None:
            self._indented(_(report.reason))
        parts = [
            _("{answered} of {questions} questions answered").format(
                answered=report.answered, questions=report.questions
            ),
            *([_("skipped: {count}").format(count=report.skipped)] if report.skipped else []),
            *([_("not reached: {count}").format(count=report.not_reached)] if report.not_reached else []),
            *([_("without a score: {count}").format(count=report.without_score)] if report.without_score else []),
            *([_("{time} in all").format(time=_clock(report.seconds))] if report.seconds is not None else []),
            *([_("over time: {count}").format(count=report.over_time)] if report.over_time else []),
            *self._judges(report),
        ]
        self._indented(" · ".join(parts))
        if 0 < report.answered - report.without_score < report.questions:
            self._indented(f"[dim]{_('The score is the mean of the questions that have one.')}[/]")

    def _judges(self, report: InterviewReport) -> Sequence[str]:
        judges = {one.judge for one in report.asked if one.judge}
        names = {"offline": self._("text match, no model"), "llm": self._("by the model")}
        return [names[judge] for judge in sorted(judges)]

    def _questions(self, report: InterviewReport) -> None:
        _ = self._
        self._title(_("Questions"))
        table = _grid(_right(), _fixed(), _right(), _right(), _fixed())
        for one in report.asked:
            outcomes = {"answered": "", "skipped": _("skipped"), "not_reached": _("not reached")}
            notes = [
                "".join(_MARK[verdict] for verdict in one.verdicts),
                f"[dim]{outcomes[one.outcome]}[/]" if outcomes[one.outcome] else "",
                f"[green]{_('strongest')}[/]" if one.place == report.strongest else "",
                f"[red]{_('weakest')}[/]" if one.place == report.weakest else "",
            ]
            below = "  ".join(note for note in notes if note)
            table.add_row(
                str(one.place),
                _bar(one.score, _SMALL_BAR),
                _percent(one.score),
                self._time(one),
                f"[dim]{escape(one.question_id)}[/]",
                f"{escape(one.question)}\n{below}".rstrip(),
            )
        self._indented(table)

    def _time(self, one: Asked) -> str:
        if one.seconds is None:
            return ""
        return _clock(one.seconds) if one.seconds_over is None else f"[yellow]{_clock(one.seconds)}[/]"

    def _verdicts(self, report: InterviewReport) -> None:
        _ = self._
        most = max([*report.vital.values(), *report.okay.values()])
        if not most:
            return
        self._title(_("Key points"))
        table = Table.grid(_fixed(), _fixed(), _fixed(), padding=(0, 1))
        table.add_row("", f"[dim]{_('vital')}[/]", f"[dim]{_('others')}[/]")
        for label in Label:
            if report.vital[label] or report.okay[label]:
                counts = (report.vital[label], report.okay[label])
                table.add_row(f"{_MARK[label]} {_(label)}", *(_count_bar(count, most) for count in counts))
        self._indented(table)

    def _topics(self, report: InterviewReport) -> None:
        if len(report.topics) < 2:
            return
        self._title(self._("Topics"))
        table = Table.grid(Column(overflow="fold"), _fixed(), _right(), _fixed(), padding=(0, 1))
        for one in report.topics:
            count = f"[dim]{one.answered}/{one.questions}[/]"
            table.add_row(escape(one.topic or "–"), _bar(one.score, _SMALL_BAR), _percent(one.score), count)
        self._indented(table)

    def _follow_ups(self, asked: Sequence[Asked]) -> None:
        rows = [(one.place, followed) for one in asked for followed in one.follow_ups]
        if not rows:
            return
        self._title(self._("Follow-ups"))
        table = _grid(_right(), _fixed())
        for place, one in rows:
            table.add_row(str(place), f"{_mark(one.was)} → {_mark(one.now)}", escape(one.question))
        self._indented(table)

    def _practise_first(self, report: InterviewReport) -> None:
        _ = self._
        if not report.practise_first:
            return
        self._title(_("Practise these first"))
        table = _grid(_fixed())
        for one in report.practise_first:
            vital = f" [dim]({_('vital')})[/]" if one.weight is Weight.VITAL else ""
            advice = escape(one.advice or one.missing_part)
            text = f"{escape(one.text)}{vital} [dim]{escape(one.question_id)}[/]"
            table.add_row(f"{_MARK[one.verdict]} {_(one.verdict)}", f"{text}\n[dim]{advice}[/]" if advice else text)
        self._indented(table)

    def _what_now(self, report: InterviewReport) -> None:
        _ = self._
        weak = [one.question_id for one in report.practise_first]
        weak += [one.question_id for one in report.asked if one.score is None]
        lines: Mapping[str, str] = {
            _("Judge again:"): next(
                (
                    f"coach feedback --again {one.attempt_id}"
                    for one in report.asked
                    if one.outcome == "answered" and one.score is None and one.judge != "offline"
                ),
                "",
            ),
            _("Practise:"): next((f"coach feedback -q {question_id} -" for question_id in weak), ""),
            _("Every verdict, to print:"): self._export(report),
            _("The same questions again:"): self._again(report),
        }
        self._out.print()
        for what, command in lines.items():
            if command:
                self._out.print(f"[dim]{what}[/] {escape(command)}", soft_wrap=True)

    def _export(self, report: InterviewReport) -> str:
        return f"coach export --session {report.id} --format html -o interview.html" if report.answered else ""

    def _again(self, report: InterviewReport) -> str:
        """Only questions drawn at random don't depend on what was practised since."""
        if report.choice is not Choice.RANDOM:
            return ""
        topic = f" --topic {report.topic}" if report.topic else ""
        clock = f" --seconds {report.clock}" if report.clock else ""
        return f"coach interview --questions {report.questions}{topic}{clock} --seed {report.seed}"

    def _title(self, title: str) -> None:
        self._out.print(f"\n[bold]{title}[/]")

    def _beside(self, mark: str, text: str) -> None:
        grid = _grid(_fixed())
        grid.add_row(mark, text)
        self._out.print(grid)

    def _indented(self, what: Table | str) -> None:
        self._out.print(Padding(what, (0, 0, 0, 2), expand=False))


def _is_over(left: float | None) -> bool:
    return left is not None and left <= 0


def _clock(seconds: float) -> str:
    """Minutes and seconds, whole ones."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _bar(share: float | None, width: int) -> str:
    full = 0 if share is None else round(share * width)
    return f"[green]{'█' * full}[/][dim]{'░' * (width - full)}[/]"


def _count_bar(count: int, most: int) -> str:
    width = max(1, round(count / most * _SMALL_BAR)) if count else 0
    return f"{'▇' * width} {count}" if count else "[dim]·[/]"


def _mark(label: Label | None) -> str:
    return "–" if label is None else _MARK[label]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _fixed() -> Column:
    return Column(no_wrap=True)


def _right() -> Column:
    return Column(justify="right", no_wrap=True)


def _grid(*before: Column) -> Table:
    """Columns of which the last breaks anywhere: Chinese has no spaces to break at."""
    return Table.grid(*before, Column(overflow="fold"), padding=(0, 1))
