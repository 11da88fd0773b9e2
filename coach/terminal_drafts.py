"""Draws a model's drafts at a terminal, and says while they are made how far it is."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from coach.bank.approval import DRAFT_NAMES
from coach.bank.drafting import Drafted
from coach.bank.question import Bank, Draft, DraftKind, Question
from coach.bank.sifting import FLAW_TEXTS
from coach.language import Language, translate_to

_LONGEST_SHOWN = 60


class DraftDrawing:
    """A console in one language."""

    def __init__(self, language: Language) -> None:
        self._ = translate_to(language)
        self._out = Console(highlight=False)
        self._err = Console(stderr=True, highlight=False)

    def asking(self, place: int, total: int, question: Question) -> None:
        """On stderr: which question is drafted for now."""
        self._err.print(f"[dim]{place}/{total}[/]  {escape(question.id)}  {escape(question.question)}")

    def drafted(self, bank: str, done: Sequence[Drafted]) -> None:
        """How many drafts came of it, and what was left out and why."""
        _ = self._
        count = sum(len(one.drafts) for one in done)
        self._out.print(_("{count} drafts wait for your decision; see `coach bank drafts {bank}`").format(
            count=count, bank=bank
        ))  # fmt: skip
        for one in done:
            for left_out in one.left_out:
                what = _(DRAFT_NAMES[left_out.kind]) if left_out.kind else _("Reply")
                shown = " ".join(left_out.text.split())[:_LONGEST_SHOWN]
                text = f"{one.question_id}  {what}: {_(FLAW_TEXTS[left_out.flaw])}  {shown}"
                self._out.print(Padding(f"[dim]{escape(text)}[/]", (0, 0, 0, 2)))

    def nothing_to_draft(self, bank: str, waiting: int) -> None:
        """Says so; `waiting` drafts are open already."""
        _ = self._
        self._out.print(_("Nothing to draft in bank “{bank}”.").format(bank=bank))
        if waiting:
            self._out.print(_("{count} drafts wait for your decision; see `coach bank drafts {bank}`").format(
                count=waiting, bank=bank
            ))  # fmt: skip

    def drafts(self, bank: Bank) -> None:
        """The open drafts question by question, each with its number."""
        _ = self._
        for question in bank.questions:
            if question.drafts:
                self._out.print(f"\n[bold]{escape(question.id)}[/]  {escape(question.question)}")
            point = ""
            for draft in question.drafts:
                if draft.key_point not in ("", point):
                    self._out.print(Padding(f"[dim]{_('Key point')}: {escape(draft.key_point)}[/]", (0, 0, 0, 2)))
                point = draft.text if draft.kind is DraftKind.KEY_POINT else draft.key_point
                self._draft(draft)
        if any(question.drafts for question in bank.questions):
            self._out.print(f"\n[dim]{_('A model wrote these; nothing is judged by them until you approve them:')}[/]")
            self._out.print(f"[dim]coach bank drafts {escape(bank.name)} --approve N --reject N[/]")
        else:
            self._out.print(_("No draft waits for a decision in bank “{bank}”.").format(bank=bank.name))

    def decided(self, approved: Sequence[Draft], rejected: Sequence[Draft]) -> None:
        """What became of drafts."""
        for form, drafts in ((self._("approved"), approved), (self._("rejected"), rejected)):
            for draft in drafts:
                self._out.print(f"{form}  {self._line(draft)}")

    def _draft(self, draft: Draft) -> None:
        depth = 4 if draft.kind is DraftKind.CUE else 2
        self._out.print(Padding(self._line(draft), (0, 0, 0, depth)))

    def _line(self, draft: Draft) -> str:
        weight = f" [dim]({self._(draft.weight)})[/]" if draft.weight else ""
        return f"[bold]{draft.number}[/]  [dim]{self._(DRAFT_NAMES[draft.kind])}:[/] {escape(draft.text)}{weight}"
