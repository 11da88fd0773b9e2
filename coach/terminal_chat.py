"""A role-play at a terminal: the customer's bubbles, the mood as a small bar, and the debrief at the end."""

from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Column, Table

from coach.critique.feedback import Label
from coach.customer.debrief import Debrief, MoodPoint
from coach.customer.mood import MOST_ANGER, MOST_TRUST, Change, State, StopReason
from coach.customer.names import ACT_NAMES, STOP_NAMES
from coach.customer.rubric import RubricScore
from coach.customer.safety import HELP, HELP_LINES
from coach.customer.turns import Exchange, Scene
from coach.errors import InputError
from coach.language import Language, translate_to
from coach.practice.record import RolePlay
from coach.practice.roleplay import RolePlaying

_BARS = "·▁▂▃▅▇"


class Chat:
    """One role-play in one language."""

    def __init__(self, playing: RolePlaying, language: Language) -> None:
        self._playing = playing
        self._language: Language = language
        self._ = translate_to(language)
        self._out = Console(highlight=False)

    def run(self, role_play: RolePlay) -> None:
        """Until the role-play ends or is paused; Ctrl-C and Ctrl-D pause it."""
        with suppress(ImportError):  # not on Windows
            import_module("readline")  # without it, backspace leaves half of a Chinese character on the line
        self._begin(role_play)
        try:
            while role_play.end is None:
                role_play = self._turn(role_play)
        except (KeyboardInterrupt, EOFError):
            self._pause(role_play)
            return
        if role_play.end is StopReason.PAUSED_FOR_SAFETY:
            self._out.print(
                Panel("\n".join([self._(HELP), "", *(f"{number:<5}  {self._(whose)}" for number, whose in HELP_LINES)]))
            )
            return
        with self._out.status(self._("looking back")):
            debrief = self._playing.debrief(role_play)
        if role_play.exam:
            self._looked_back(role_play)
        self._debrief(debrief)

    def _begin(self, role_play: RolePlay) -> None:
        _ = self._
        scene = self._playing.scene(role_play)
        card = scene.scenario
        title = card.title if self._language == "zh" else card.title_en
        briefing = _grid()
        for line in card.briefing:
            briefing.add_row("·", escape(line))
        self._out.print(
            Panel(
                briefing,
                title=f"[bold]{escape(title)}[/]",
                subtitle=f"{'●' * scene.difficulty}{'○' * (5 - scene.difficulty)}",
            )
        )
        self._out.print(
            f"[dim]{_('/hint a nudge · /undo takes your last turn back · /quit gives up · Ctrl-D pauses')}[/]\n"
        )
        self._say(scene, card.opening)
        for exchange in role_play.exchanges:
            self._beside("[cyan]›[/]", exchange.said)
            self._answered(role_play, scene, exchange)

    def _turn(self, role_play: RolePlay) -> RolePlay:
        if role_play.pending is None:
            said = input("› ").strip()
            if not said:
                return role_play
            if said.startswith("/"):
                return self._command(role_play, said)
            try:
                role_play = self._playing.submit(role_play, said)
            except InputError as fault:
                self._out.print(f"[yellow]![/] {escape(fault.said(self._))}")
                return role_play
        else:  # said before a crash, and not answered yet
            self._out.print(f"› {escape(role_play.pending)}")
        with self._out.status(self._("the customer is typing"), spinner="point"):
            role_play = self._playing.answer(role_play)
        if role_play.pending is None:
            self._answered(role_play, self._playing.scene(role_play), role_play.exchanges[-1])
        return role_play

    def _command(self, role_play: RolePlay, command: str) -> RolePlay:
        _ = self._
        match command.lower():
            case "/hint":
                self._beside("[yellow]☞[/]", _(self._playing.hint(role_play)))
            case "/undo" if role_play.exchanges:
                role_play = self._playing.try_again(role_play, len(role_play.exchanges))
                self._out.print(f"[dim]{_('Taken back; the earlier try is kept. The customer had said:')}[/]")
                scene = self._playing.scene(role_play)
                last = role_play.exchanges[-1].line.bubbles if role_play.exchanges else scene.scenario.opening
                self._say(scene, last)
            case "/undo":
                self._out.print(_("There is no turn to take back yet."))
            case "/quit":
                return self._playing.quit(role_play)
            case _unknown:
                self._out.print(_("/hint a nudge · /undo takes your last turn back · /quit gives up · Ctrl-D pauses"))
        return role_play

    def _pause(self, role_play: RolePlay) -> None:
        form = self._("Paused; everything is kept. Go on with: coach roleplay --resume {id}")
        self._out.print(f"\n{form.format(id=role_play.id)}", soft_wrap=True)  # to be copied in one piece

    def _say(self, scene: Scene, bubbles: Sequence[str]) -> None:
        for bubble in bubbles:
            self._beside(f"[bold]{escape(scene.scenario.persona.name)}[/] ", bubble)

    def _answered(self, role_play: RolePlay, scene: Scene, exchange: Exchange) -> None:
        if not role_play.exam:
            self._feedback(exchange)
        self._say(scene, exchange.line.bubbles)
        if not role_play.exam:
            self._mood(exchange.step.state)

    def _feedback(self, exchange: Exchange) -> None:
        """What the turn did, quietly."""
        _ = self._
        lines = [f"{_(ACT_NAMES[said.act])} “{escape(said.quote)}”" for said in exchange.observed.acts]
        lines = lines or [_("nothing that moves the customer")]
        lines += [self._change(change) for change in exchange.step.changes]
        lines += [_(note) for note in (exchange.observed.note, exchange.line.note) if note]
        self._quietly(lines)

    def _beside(self, mark: str, text: str) -> None:
        grid = _grid()
        grid.add_row(mark, escape(text))
        self._out.print(grid)

    def _quietly(self, lines: Sequence[str]) -> None:
        for line in lines:
            self._out.print(Padding(f"[dim]{line}[/]", (0, 0, 0, 4)))

    def _change(self, change: Change) -> str:
        """Only a step of the mood is named: the reason alone says what else has changed."""
        _ = self._
        names = {"anger": _("anger"), "trust": _("trust"), "patience": _("patience")}
        moved = f"{names[change.what]} {change.by:+d}  " if change.what in names else ""
        return f"{moved}{_(change.why)}"

    def _mood(self, state: State) -> None:
        _ = self._
        anger = f"[red]{'●' * state.anger}[/]{'○' * (MOST_ANGER - state.anger)}"
        trust = f"[green]{'●' * state.trust}[/]{'○' * (MOST_TRUST - state.trust)}"
        self._out.print(f"[dim]{_('anger')} {anger}  {_('trust')} {trust}  {_('patience')} {state.patience}[/]")

    def _looked_back(self, role_play: RolePlay) -> None:
        """What each turn did, where it was kept back until the end."""
        for number, exchange in enumerate(role_play.exchanges, 1):
            self._out.print()
            self._beside(f"{number} [cyan]›[/]", exchange.said)
            self._feedback(exchange)

    def _debrief(self, debrief: Debrief) -> None:
        _ = self._
        score = _("no score") if debrief.rubric.score is None else f"{debrief.rubric.score:.0%}"
        failed = f"  [red]{_('a red line was crossed: failed whatever the points')}[/]" if debrief.rubric.failed else ""
        self._out.print(f"\n[bold]{_(STOP_NAMES[debrief.end])}[/]  {_('Score')}: [bold]{score}[/]{failed}\n")
        self._curve(debrief.mood)
        self._rubric(debrief.rubric)
        self._key_points(debrief)
        if debrief.costliest is not None:
            worst = debrief.costliest
            self._out.print(f"\n[bold]{_('The turn that cost most')}[/]")
            self._beside(f"{worst.turn} [cyan]›[/]", worst.said)
            self._quietly([self._change(change) for change in worst.changes])
            title = _("Said better") if worst.by == "model" else _("A scaffold to fill in (no model)")
            self._out.print(f"\n[bold]{title}[/]\n{escape(worst.rewrite)}")
        for recalled in debrief.recalled:
            self._out.print()
            form = _("Turn {turn} also brings up {id} {question}, near “{matched}”")
            line = form.format(
                turn=recalled.turn, id=recalled.question_id, question=recalled.question, matched=recalled.matched
            )
            self._out.print(f"[dim]{escape(line)}[/]")

    def _curve(self, mood: Sequence[MoodPoint]) -> None:
        _ = self._
        bars = "".join(_BARS[point.anger] for point in mood)
        self._out.print(f"{_('anger')}  [red]{bars}[/]  {mood[0].anger} → {mood[-1].anger}")

    def _rubric(self, score: RubricScore) -> None:
        table = _grid("", Column(justify="right"))
        for item in score.items:
            mark = "[dim]–[/]" if item.done is None else "[green]✓[/]" if item.done else "[red]✗[/]"
            quote = f"“{item.proof.quote}”" if item.proof else ""
            text = item.text if self._language == "zh" else item.text_en
            table.add_row(mark, str(item.weight), f"{escape(text)} [dim]{escape(quote)}[/]")
        for cost in score.costs:
            text = cost.text if self._language == "zh" else cost.text_en
            table.add_row("[red]−[/]", str(cost.points), f"{escape(text)} [dim]“{escape(cost.proof.quote)}”[/]")
        self._out.print(table)

    def _key_points(self, debrief: Debrief) -> None:
        _ = self._
        for feedback in debrief.key_points:
            how = f"  [dim]{_('text match, no model')}[/]" if feedback.judge == "offline" else ""
            self._out.print(f"\n[bold]{_('Key points')}[/] {feedback.question_id}{how}")
            table = _grid()
            for verdict in feedback.key_points:
                quote = f"“{verdict.evidence[0].quote}”" if verdict.evidence else ""
                colour = "green" if verdict.verdict in {Label.COVERED, Label.PARTIAL} else "bright_black"
                label = f"[{colour}]{_(verdict.verdict)}[/]"
                table.add_row(label, f"{escape(verdict.text)} [dim]{escape(quote)}[/]")
            self._out.print(table)


def _grid(*before: Column | str) -> Table:
    """Columns of which the last breaks anywhere: Chinese has no spaces to break at."""
    return Table.grid(*(before or ("",)), Column(overflow="fold"), padding=(0, 1))
