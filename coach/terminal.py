"""Draws results for a person at a terminal. What waits is said on stderr; nothing is coloured where output is piped."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import Progress
from rich.table import Column, Table
from rich.text import Text

from coach.bank.checking import Finding
from coach.bank.importing import Imported
from coach.bank.index import Found, ReferenceAnswer, Update
from coach.bank.question import Question
from coach.checkup import Check
from coach.critique.difference import Comparison
from coach.critique.feedback import REASON_TEXTS, Feedback, FollowUp, Label, Verdict
from coach.customer.mood import StopReason
from coach.customer.names import CATEGORY_NAMES
from coach.customer.scenario import Scenario
from coach.evaluation.agreement import Estimate
from coach.evaluation.answers import AnswerReport
from coach.evaluation.retrieval import RetrievalReport
from coach.language import Language, translate_to
from coach.practice.record import Attempt

if TYPE_CHECKING:  # it brings the whole customer along
    from coach.evaluation.acts import ActReport
    from coach.evaluation.customers import CustomerReport, Outcomes

_MARK = {
    Label.COVERED: ("✓", "green"),
    Label.PARTIAL: ("◐", "yellow"),
    Label.MISSING: ("✗", "red"),
    Label.CONTRADICTED: ("!", "magenta"),
    Label.UNGRADED: ("?", "bright_black"),
}


class Terminal:
    """A console in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._ = translate_to(language)
        self._out = Console(highlight=False)
        self._err = Console(stderr=True, highlight=False)

    @contextmanager
    def waiting(self, what: str) -> Generator[Callable[[str], None]]:
        """A spinner on stderr while something takes time; call what it gives to change the words."""
        with self._err.status(self._(what)) as status:
            yield status.update

    @contextmanager
    def progress(self, what: str) -> Generator[Callable[[int, int], None]]:
        """A bar on stderr; call what it gives with how many are done, and of how many."""
        with Progress(console=self._err, transient=True) as progress:
            task = progress.add_task(self._(what), total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)

    def checks(self, checks: Sequence[Check]) -> None:
        """What works and what does not, and how to mend it."""
        for check in checks:
            mark = "[green]✓[/]" if check.ok else "[red]✗[/]"
            self._out.print(f"{mark} [bold]{check.name}[/]  {escape(check.detail.said(self._))}")
            if check.how_to_fix:
                self._out.print(Padding(f"→ {escape(check.how_to_fix.said(self._))}", (0, 0, 0, 4)))

    def update(self, update: Update) -> None:
        """What changed in the index."""
        _ = self._
        self._out.print(
            _("{added} added, {updated} updated, {deleted} deleted, {unchanged} unchanged in {seconds:.1f} s").format(
                **update.model_dump()
            )
        )

    def questions(self, questions: Sequence[Question]) -> None:
        """The bank as a table."""
        _ = self._
        table = Table(box=None, pad_edge=False, header_style="bold")
        for title in ("id", _("Topic"), _("Question"), _("Key points")):
            table.add_column(title)
        for question in questions:
            points = str(len(question.key_points)) if question.has_reference else _("no reference")
            table.add_row(question.id, question.topic, question.question, points)
        self._out.print(table)

    def found(self, text: str, found: Sequence[Found]) -> None:
        """Search results, best first."""
        _ = self._
        if not found:
            self._out.print(_("Nothing found for “{text}”. Try other words, or `coach questions`.").format(text=text))
        for one in found:
            self._out.print(f"[bold]{escape(one.question_id)}[/]  {escape(one.question)}  [dim]{one.score:.2f}[/]")
            self._out.print(Padding(f"[dim]{one.matched.kind}: {escape(one.matched.text)}[/]", (0, 0, 0, 4)))

    def scenarios(self, cards: Sequence[Scenario]) -> None:
        """The difficult customers, the easier first."""
        _ = self._
        table = Table.grid(Column(no_wrap=True), Column(no_wrap=True), Column(overflow="fold"), padding=(0, 2))
        for card in cards:
            level = "●" * card.difficulty + "○" * (5 - card.difficulty)
            title = card.title if self.language == "zh" else card.title_en
            table.add_row(card.id, level, f"{escape(title)}  [dim]{_(CATEGORY_NAMES[card.category])}[/]")
        self._out.print(table)

    def imported(self, imported: Imported, dry_run: bool) -> None:
        """What an import found."""
        _ = self._
        form = (
            _("{questions} questions, {with_reference} with a reference, {key_points} key points in bank “{bank}”")
            if not dry_run
            else _(
                "Would import {questions} questions, {with_reference} with a reference, {key_points} key points "
                "as bank “{bank}”; nothing was stored"
            )
        )
        self._out.print(escape(form.format(**imported.model_dump())))
        for problem in imported.problems:
            line = _("line {line}: {message}").format(line=problem.line, message=problem.message.said(_))
            self._out.print(f"[yellow]![/] {escape(line)}")

    def findings(self, findings: Sequence[Finding]) -> None:
        """What is wrong with a bank."""
        for finding in findings:
            place = f"{finding.file} {finding.key}".strip()
            self._out.print(f"[yellow]![/] [bold]{escape(place)}[/]  {escape(finding.message)}  [dim]{finding.kind}[/]")
        if not findings:
            self._out.print(f"[green]✓[/] {self._('No problems found.')}")

    def answer_report(self, report: AnswerReport) -> None:
        """How well a judge agrees with readers: held out, tuned and by kind."""
        sets = {"held out": report.held_out, "tuned": report.tuned, "all": report.overall, **report.by_kind}
        figures = ("coverage", "precision_supported", "found_supported", "false_cover", "wrongly_contradicted")
        kappas = ("kappa_binary", "kappa_four_class")
        self._estimates({name: (some.pairs, some) for name, some in sets.items() if some.pairs}, (*figures, *kappas))
        table = Table("readers \\ judge", *Label, box=None, header_style="bold")
        for label, counts in report.confusion.items():
            table.add_row(label, *(str(counts[verdict]) for verdict in Label))
        self._out.print(table)
        self._out.print(f"quotes {report.quotes}  calls an answer {report.calls_mean:.2f}  ({report.judge})")

    def retrieval_report(self, report: RetrievalReport) -> None:
        """How well a search finds the right question: held out, all and by kind."""
        sets = {"held out": report.held_out, "tuned": report.tuned, "all": report.overall}
        sets |= {f"held out {kind}": some for kind, some in report.held_out_by_kind.items() if some.queries}
        figures = ("hit_at_1", "hit_at_5", "mrr", "strict_at_1")
        self._estimates({name: (some.queries, some) for name, some in sets.items() if some.queries}, figures)
        self._out.print(f"p50 {report.milliseconds_p50:.1f} ms, p95 {report.milliseconds_p95:.1f} ms a query")

    def act_report(self, report: "ActReport") -> None:
        """How well an observer sees acts: held out and tuned, then act by act."""
        sets = {"held out": report.held_out, "tuned": report.tuned, "all": report.overall}
        self._estimates({name: (some.turns, some) for name, some in sets.items() if some.turns}, ("macro_f1", "exact"))
        shown = report.held_out if report.held_out.turns else report.overall
        table = Table("act", "n", "precision", "recall", "f1", "instead", box=None, header_style="bold")
        for act, figures in shown.per_act.items():
            shares = [_share(share) for share in (figures.precision, figures.recall, figures.f1)]
            instead = ", ".join(f"{other} {count}" for other, count in shown.confusions.get(act, {}).items())
            table.add_row(act, str(figures.labelled), *shares, instead)
        self._out.print(table)

    def customer_report(self, report: "CustomerReport") -> None:
        """How role-plays end by candidate and difficulty, how the lines read, and which goals are reached."""
        ends = [end for end in StopReason if any(end in one.ends for one in _outcomes(report))]
        table = Table("candidate", "difficulty", *ends, "turns", box=None, header_style="bold")
        for name, by_difficulty in report.outcomes.items():
            for difficulty, one in by_difficulty.items():
                shares = [f"{one.ends[end]:.2f}" if end in one.ends else "" for end in ends]
                table.add_row(name, str(difficulty), *shares, f"{one.turns_mean:.1f}")
        self._out.print(table)
        spoken = Table.grid(padding=(0, 2))
        for figure, value in report.spoken.model_dump(exclude={"found", "by_guard"}).items():
            spoken.add_row(figure, "–" if value is None else f"{value:.3g}" if isinstance(value, float) else str(value))
        self._out.print(spoken)
        for goal, reached in report.goals.items():
            self._out.print(f"[green]✓[/] {goal}" if reached else f"[red]✗[/] {goal}")
        for line in report.wrong_ends:
            self._out.print(Padding(f"[red]{escape(line)}[/]", (0, 0, 0, 4)))

    def _estimates(self, sets: Mapping[str, tuple[int, BaseModel]], figures: Sequence[str]) -> None:
        table = Table("", "n", *figures, box=None, header_style="bold")
        for name, (count, some) in sets.items():
            table.add_row(name, str(count), *(_estimated(getattr(some, figure)) for figure in figures))
        self._out.print(table)

    def feedback(self, feedback: Feedback, reference: ReferenceAnswer, answer: str) -> None:
        """An answer with its evidence marked, the verdicts, the reference, and the next question."""
        _ = self._
        self._out.print(f"[bold]{escape(reference.question)}[/]\n")
        self._out.print(Padding(_marked(answer, feedback.key_points), (0, 2)))
        no_points = _("This question has no key points to judge by: compare with the reference yourself.")
        self._out.print(f"\n{self._score(feedback) if feedback.key_points else no_points}\n")
        for verdict in feedback.key_points:
            self._verdict(verdict)
        for strength in feedback.strengths:
            self._out.print(f"[green]+[/] {escape(strength)}")
        self._section(_("Said better"), feedback.rewrite)
        if feedback.judge == "offline" or not feedback.key_points:
            self._section(_("Reference answer"), reference.text)
        if feedback.follow_up:
            self._section(_("Follow-up"), feedback.follow_up.question)

    def difference(self, question: str, difference: Comparison) -> None:
        """What a new judgement changed: the scores, and the key points whose verdict is another."""
        _ = self._
        before, after = (
            "–" if one.score is None else f"{one.score:.0%}" for one in (difference.before, difference.after)
        )
        judges = (escape(one.model or _("text match, no model")) for one in (difference.before, difference.after))
        self._out.print(f"[bold]{escape(question)}[/]\n")
        self._out.print(f"{_('Score')}: {before} → [bold]{after}[/]  [dim]({' → '.join(judges)})[/]")
        table = Table.grid(Column(no_wrap=True), Column(no_wrap=True), Column(overflow="fold"), padding=(0, 1))
        for one in difference.key_points:
            if one.change != "same" or one.reworded:
                old = self._label(one.before) if one.before else _("new")
                new = self._label(one.after) if one.after else _("gone")
                reworded = f" [dim]({_('reworded')})[/]" if one.reworded else ""
                table.add_row(one.id, f"{old} → {new}", f"{escape(one.text)}{reworded}")
        self._out.print(table if table.row_count else _("Every verdict is the same as before."))

    def follow_ups(self, asked: Sequence[FollowUp]) -> None:
        """Follow-up questions, in the order they would be asked."""
        for number, follow_up in enumerate(asked, 1):
            self._out.print(f"{number}. {escape(follow_up.question)}  [dim]{follow_up.key_point_id}[/]")
        if not asked:
            self._out.print(self._("Nothing is left to ask: every key point is covered."))

    def disagreements(self, attempt: Attempt) -> None:
        """What the candidate holds right instead of verdicts."""
        for key, one in attempt.disagreements.items():
            self._out.print(f"{key}  {self._label(one.label)}  [dim]{escape(one.why)}[/]")
        if not attempt.disagreements:
            self._out.print(self._("You disagree with no verdict on this answer."))

    def restored(self, added: int, already_there: int) -> None:
        """What came of taking an export back."""
        form = self._("{added} taken back, {already_there} were there already")
        self._out.print(form.format(added=added, already_there=already_there))

    def wants_all_deleted(self, counts: Mapping[str, int], answer: Callable[[], str]) -> bool:
        """Shows on stderr what will go, and asks for a word to be typed; whether it was."""
        _ = self._
        form = _("All of this goes, and nobody can bring it back: answers {answers}, role-plays {role_plays}, ")
        form += _("mock interviews {interviews}; drafts and preferences too. `coach export -o FILE` keeps a copy.")
        self._err.print(form.format(**counts))
        word = _("delete")
        self._err.print(_("Type “{word}” to go on:").format(word=word), end=" ")
        return answer().strip() == word

    def all_deleted(self) -> None:
        """Says that it is done."""
        self._out.print(self._("Everything is deleted."))

    def _score(self, feedback: Feedback) -> str:
        _ = self._
        judge = _("text match, no model") if feedback.judge == "offline" else escape(feedback.versions.model or "")
        open_points = sum(verdict.verdict is Label.UNGRADED for verdict in feedback.key_points)
        graded = len(feedback.key_points) - open_points
        score = _("no score") if feedback.score is None else f"{feedback.score:.0%}"
        of_what = _("Score") if not open_points else _("Score of the {graded} graded points").format(graded=graded)
        rest = _("{open} of {all} key points are ungraded and count neither way.").format(
            open=open_points, all=len(feedback.key_points)
        )
        return f"{of_what}: [bold]{score}[/]  {rest if open_points else ''}  [dim]({judge})[/]"

    def _verdict(self, verdict: Verdict) -> None:
        _ = self._
        vital = f" [dim]({_('vital')})[/]" if verdict.weight == "vital" else ""
        self._out.print(f"{self._label(verdict.verdict)}  {escape(verdict.text)}{vital}")
        lines = [f"“{evidence.quote}”" for evidence in verdict.evidence]
        reason = _(REASON_TEXTS[verdict.reason]) if verdict.reason else ""
        lines += [verdict.why, verdict.missing_part, verdict.advice, reason]
        for line in lines:
            if line:
                self._out.print(Padding(f"[dim]{escape(line)}[/]", (0, 0, 0, 4)))

    def _label(self, label: Label) -> str:
        mark, colour = _MARK[label]
        return f"[{colour}]{mark} {self._(label)}[/]"

    def _section(self, title: str, text: str) -> None:
        if text:
            self._out.print(f"\n[bold]{title}[/]")
            self._out.print(Padding(escape(text), (0, 2)))


def _outcomes(report: "CustomerReport") -> "Sequence[Outcomes]":
    return [one for by_difficulty in report.outcomes.values() for one in by_difficulty.values()]


def _estimated(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "–"
    return f"{estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _marked(answer: str, verdicts: Sequence[Verdict]) -> Text:
    text = Text(answer)
    for verdict in verdicts:
        for evidence in verdict.evidence:
            if evidence.turn == 0:
                text.stylize(f"underline {_MARK[verdict.verdict][1]}", evidence.start, evidence.end)
    return text
