"""Draws a person's progress at a terminal: bars by topic, a calendar of what becomes due, a line of scores."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from itertools import groupby

from babel.dates import format_date, format_datetime
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Column, Table

from coach.critique.feedback import Label
from coach.customer.names import STOP_NAMES
from coach.language import Language, translate_to
from coach.practice.planning import Plan
from coach.practice.progress import Agenda, Calibration, DayCount, DayScore, MetPoint, Practised, Report, Standing

_BAR = 20
_STEPS = "▁▂▃▄▅▆▇█"
_LONGEST_LINE = 40
_WEAKEST = 5
_WEEK = 7
_PERCENT = 4
"""Wide enough for 100%."""
_COLOUR = {Label.COVERED: "green", Label.PARTIAL: "yellow", Label.MISSING: "red", Label.CONTRADICTED: "magenta"}


class Drawing:
    """A console in one language, its times in one zone."""

    def __init__(self, language: Language, zone: tzinfo | None) -> None:
        self._language: Language = language
        self._zone = zone
        self._ = translate_to(language)
        self._out = Console(highlight=False)

    def report(self, report: Report) -> None:
        """Mastery by topic, the weakest key points, the scores, the calibration and the plan."""
        if report.plan is not None:
            self._plan(report.plan)
        if self._nothing_yet(report.answers + report.role_plays, report.overall.met):
            return
        _ = self._
        self._topics(report)
        self._weakest(report.key_points)
        self._trend(report.trend)
        self._calibration(report.calibration)
        self._left_out(report.left_out)
        self._out.print()
        if report.due:
            self._out.print(_("Key points due today: {count}. See `coach due`.").format(count=report.due))
        if report.plan is None:
            self._out.print(f"[dim]{_('`coach progress --interview YYYY-MM-DD` plans the days until then.')}[/]")

    def agenda(self, agenda: Agenda) -> None:
        """What is due, question by question, and the days ahead."""
        _ = self._
        ahead = agenda.later + sum(one.key_points for one in agenda.calendar)
        if self._nothing_yet(agenda.practised, ahead):
            return
        if not agenda.due:
            self._out.print(f"[green]✓[/] {_('Nothing is due today.')}")
        by_question: defaultdict[tuple[str, str], list[MetPoint]] = defaultdict(list)
        for point in agenda.due:
            by_question[point.question_id, point.question].append(point)
        for (question_id, question), points in by_question.items():
            self._out.print(f"[bold]{escape(question_id)}[/]  {escape(question)}")
            self._out.print(Padding(self._points(points), (0, 0, 0, 4)))
        if by_question:
            first = next(iter(by_question))[0]
            self._out.print(f"\n[dim]{_('Answer again:')} coach feedback -q {escape(first)} -[/]")
        self._out.print()
        self._calendar(agenda.calendar)
        if agenda.later:
            self._out.print(f"[dim]{_('After that: {count}').format(count=agenda.later)}[/]")
        self._left_out(agenda.left_out)

    def history(self, practised: Sequence[Practised]) -> None:
        """Answers, role-plays and interviews, newest first, a rule over each session."""
        _ = self._
        if self._nothing_yet(len(practised), len(practised)):
            return
        for _session, rows in groupby(practised, key=lambda one: one.session):
            self._sitting(list(rows))
        open_one = next((one for one in practised if _goes_on(one) and not one.tried_again), None)
        if open_one is not None:
            again = f"coach {open_one.kind} --resume {open_one.id}"
            self._out.print(f"\n[dim]{_('Go on:')} {again}[/]", soft_wrap=True)

    def _sitting(self, practised: Sequence[Practised]) -> None:
        _ = self._
        kinds = {"answer": _("answer"), "roleplay": _("role-play"), "interview": _("interview")}
        widest = max(map(cell_len, kinds.values()))
        table = _grid(
            Column(no_wrap=True),
            Column(no_wrap=True, min_width=widest),
            Column(justify="right", no_wrap=True, min_width=_PERCENT),
        )
        for one in practised:
            table.add_row(self._time(one.when), kinds[one.kind], _percent(one.score), self._about(one))
        day = self._day(practised[-1].when.astimezone(self._zone).date())
        self._out.print(Rule(day, align="left", style="dim"))
        self._out.print(table)

    def _about(self, one: Practised) -> str:
        """What was practised, and how it ended."""
        _ = self._
        title = one.title if self._language == "zh" or not one.title_en else one.title_en
        end = _(STOP_NAMES[one.end]) if one.end else _("goes on") if _goes_on(one) else ""
        count = _("{answered} of {questions} questions answered").format(answered=one.answered, questions=one.questions)
        parts = [count if one.kind == "interview" else one.question_id or "", title]
        return "  ".join([*(escape(part) for part in parts if part), *([f"[dim]{end}[/]"] if end else [])])

    def _nothing_yet(self, practised: int, met: int) -> bool:
        """Says what to do next where there is nothing to draw."""
        _ = self._
        if not practised:
            self._out.print(
                _(
                    "Nothing was practised yet. Answer a question with `coach feedback -q q01 -`, or talk to a "
                    "customer: `coach scenarios`."
                )
            )
        elif not met:
            self._out.print(
                _(
                    "Your practice is kept, but none of its key points has a verdict or a rating of your own yet. Rate "
                    "them in the web app (`coach serve`), or connect a model."
                )
            )
        return not practised or not met

    def _topics(self, report: Report) -> None:
        _ = self._
        whole = report.overall
        form = _("{met} of {points} key points came up; mastery of these: {mastery}")
        self._out.print(form.format(met=whole.met, points=whole.points, mastery=_percent(whole.mastery)) + "\n")
        table = _grid(Column(no_wrap=True), Column(no_wrap=True), Column(justify="right"))
        for topic in report.topics:
            table.add_row(escape(topic.topic), _bar(topic.mastery), _percent(topic.mastery), self._met(topic))
        self._out.print(table)

    def _met(self, some: Standing) -> str:
        if some.reason is not None:
            return f"[dim]{self._(some.reason)}[/]"
        return f"[dim]{some.met}/{some.points}[/]"

    def _weakest(self, weakest_first: Sequence[MetPoint]) -> None:
        weak = [point for point in weakest_first if point.strength < 1][:_WEAKEST]
        if weak:
            self._title(self._("Weakest"))
            self._out.print(self._points(weak))

    def _points(self, points: Iterable[MetPoint]) -> Table:
        table = _grid(Column(no_wrap=True), Column(justify="right"), Column(no_wrap=True), Column(no_wrap=True))
        for point in points:
            label = f"[{_COLOUR[point.last]}]{self._(point.last)}[/]"
            seen = f"[dim]{self._day(point.last_review.astimezone(self._zone).date())}[/]"
            table.add_row(point.key_point_id, _percent(point.strength), label, seen, escape(point.text))
        return table

    def _trend(self, trend: Sequence[DayScore]) -> None:
        _ = self._
        names = {"llm": _("by the model"), "offline": _("text match, no model")}
        lines = {judge: [day for day in trend if day.judge == judge] for judge in ("llm", "offline")}
        if trend:
            self._title(_("Score by day"))
        for judge, days in lines.items():
            if days:
                shown = days[-_LONGEST_LINE:]
                line = "".join(_STEPS[round(day.score * (len(_STEPS) - 1))] for day in shown)
                ends = f"{_percent(shown[0].score)} → {_percent(shown[-1].score)}"
                span = f"{self._day(shown[0].day)} – {self._day(shown[-1].day)}"
                self._out.print(f"[cyan]{line}[/]  {ends}  [dim]{span}  ({names[judge]})[/]")

    def _calibration(self, calibration: Calibration) -> None:
        _ = self._
        self._title(_("Your own rating against the verdict"))
        if calibration.reason is not None:
            self._out.print(f"[dim]{_(calibration.reason)}[/]")
            return
        form = _("{pairs} compared: equal {equal}, too high {high}, too low {low}")
        self._out.print(
            form.format(
                pairs=calibration.pairs,
                equal=_percent(calibration.share_equal),
                high=_percent(calibration.share_too_high),
                low=_percent(calibration.share_too_low),
            )
        )

    def _plan(self, plan: Plan) -> None:
        _ = self._
        form = _("Days to practise: {days}. Questions not met yet: {unmet} of {questions}. Today these {count}:")
        words = form.format(days=plan.days, unmet=plan.unmet, questions=plan.questions, count=len(plan.today))
        nothing = _("Nothing is planned for today: every question was met, and nothing is due.")
        self._out.print(f"[bold]{words if plan.today else nothing}[/]")
        why = {"due": _("due"), "new": _("new"), "unrated": _("answered, but not judged or rated yet")}
        table = _grid(Column(no_wrap=True), Column(no_wrap=True))
        for one in plan.today:
            count = f" [dim]{len(one.key_points)}[/]" if one.key_points else ""
            table.add_row(escape(one.question_id), f"{why[one.why]}{count}", escape(one.question))
        self._out.print(table)
        self._out.print()

    def _calendar(self, days: Sequence[DayCount]) -> None:
        self._out.print(f"[bold]{self._('The next {days} days').format(days=len(days))}[/]")
        table = Table.grid(*(Column(justify="right", no_wrap=True) for _ in range(_WEEK)), padding=(0, 2))
        for start in range(0, len(days), _WEEK):
            week = days[start : start + _WEEK]
            table.add_row(*(f"[dim]{self._weekday(one.day)}[/]" for one in week))
            table.add_row(*(f"[bold]{one.key_points}[/]" if one.key_points else "[dim]·[/]" for one in week))
        self._out.print(table)

    def _left_out(self, count: int) -> None:
        if count:
            form = self._("Left out, for they are in no bank any more: {count} key points")
            self._out.print(f"[dim]{form.format(count=count)}[/]")

    def _title(self, title: str) -> None:
        self._out.print(f"\n[bold]{title}[/]")

    def _day(self, day: date) -> str:
        return format_date(day, "yyyy-MM-dd", locale=self._language)

    def _weekday(self, day: date) -> str:
        return format_date(day, "EEE d", locale=self._language)

    def _time(self, when: datetime) -> str:
        return format_datetime(when.astimezone(self._zone), "HH:mm", locale=self._language)


def _goes_on(one: Practised) -> bool:
    return one.goes_on or (one.kind == "roleplay" and one.end is None)


def _bar(share: float | None) -> str:
    full = 0 if share is None else round(share * _BAR)
    return f"[green]{'█' * full}[/][dim]{'░' * (_BAR - full)}[/]"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _grid(*before: Column) -> Table:
    """Columns of which the last breaks anywhere: Chinese has no spaces to break at."""
    return Table.grid(*before, Column(overflow="fold"), padding=(0, 1))
