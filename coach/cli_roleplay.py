"""`coach scenarios` and `coach roleplay`: a chat at a terminal, or lines of JSON for scripts."""

import json
import secrets
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from coach.command import AsJson, Judge, chosen_judge, give, opened, tell, tell_fault
from coach.errors import InputError

if TYPE_CHECKING:
    from coach.customer.debrief import Debrief
    from coach.customer.turns import Exchange
    from coach.language import Translate
    from coach.practice.record import RolePlay
    from coach.practice.roleplay import RolePlaying

ScenarioId = Annotated[str | None, typer.Option("--scenario", "-s", help="A scenario's id, see `coach scenarios`.")]
Difficulty = Annotated[int | None, typer.Option(min=1, max=5, help="1 mild to 5 hard; else as the scenario says.")]
Seed = Annotated[int | None, typer.Option(help="The same seed and turns give the same customer; else drawn.")]
HowHarsh = Annotated[
    str, typer.Option(metavar="mild|firm|harsh", help="How abusive an angry customer may get; never on who you are.")
]
Exam = Annotated[bool, typer.Option("--exam", help="Show what each turn did only at the end.")]
Resume = Annotated[str | None, typer.Option(help="Go on with a role-play that was paused: its id.")]


def scenarios(as_json: AsJson = False) -> None:
    """List the difficult customers."""
    coach, terminal = opened()
    cards = coach.stage.scenarios
    rows = [
        {"id": card.id, "title": card.title, "category": card.category, "difficulty": card.difficulty} for card in cards
    ]
    give(as_json, {"scenarios": rows}, lambda: terminal.scenarios(cards))


def roleplay(
    scenario: ScenarioId = None,
    difficulty: Difficulty = None,
    seed: Seed = None,
    intensity: HowHarsh = "firm",
    exam: Exam = False,
    resume: Resume = None,
    judge: Judge = "auto",
    as_json: AsJson = False,
) -> None:
    """Talk to a difficult customer, and see what each turn did."""
    from coach.customer.turns import Intensity
    from coach.language import translate_to

    if (scenario is None) == (resume is None):
        raise InputError("name a scenario with --scenario (see `coach scenarios`), or go on with --resume ID")
    if resume is not None and (difficulty is not None or seed is not None):
        raise InputError("a role-play goes on as it began; leave out --difficulty and --seed beside --resume")
    if intensity not in set(Intensity):
        raise InputError("there is no intensity {intensity!r}; choose mild, firm or harsh", intensity=intensity)
    coach, terminal = opened()
    playing = coach.role_playing(chosen_judge(judge))
    with terminal.waiting("bringing the search index up to date"):  # seconds, the first time
        coach.index.update(coach.library.banks())
    if scenario is not None:
        drawn = secrets.randbelow(1_000_000) if seed is None else seed
        role_play = playing.begin(scenario, drawn, difficulty, Intensity(intensity), exam)
    else:
        role_play = playing.role_play(str(resume))
    if as_json:
        _in_json(playing, role_play, translate_to(terminal.language))
        return
    from coach.terminal_chat import Chat

    Chat(playing, terminal.language).run(role_play)


def _in_json(playing: "RolePlaying", role_play: "RolePlay", _: "Translate") -> None:
    """A turn a line on stdin, an object a line on stdout; the end of the input is the candidate giving up."""
    from coach.customer.mood import StopReason
    from coach.customer.safety import HELP, HELP_LINES

    role_play = playing.answer(role_play)
    scene = playing.scene(role_play)
    if not role_play.exchanges:
        _write(_object(0, scene.scenario.opening, "open", scene.opened.model_dump()))
    for line in sys.stdin if role_play.end is None else ():
        try:
            role_play = playing.submit(role_play, line.strip("\r\n"))
        except InputError as fault:
            tell_fault(fault)
            continue
        role_play = playing.answer(role_play)
        if role_play.pending is None:
            _write(_exchange(len(role_play.exchanges), role_play.exchanges[-1], role_play))
        if role_play.end is not None:
            break
    if role_play.end is None:
        role_play = playing.quit(role_play)
    if role_play.end is StopReason.PAUSED_FOR_SAFETY:
        numbers = ", ".join(f"{number} ({_(whose)})" for number, whose in HELP_LINES)
        tell(f"{_(HELP)} {numbers}")
    if role_play.pending is not None or not _ends_itself(role_play):
        state = playing.scene(role_play).state.model_dump()
        _write(_object(len(role_play.exchanges), (), None, {**state, "end": role_play.end}))
    _write({"debrief": _debrief(playing.debrief(role_play))})


def _ends_itself(role_play: "RolePlay") -> bool:
    return bool(role_play.exchanges) and role_play.exchanges[-1].step.state.end is not None


def _exchange(number: int, exchange: "Exchange", role_play: "RolePlay") -> dict[str, object]:
    step = exchange.step
    given = _object(number, exchange.line.bubbles, step.move, step.state.model_dump())
    labels = exchange.observed.labels
    notes = [note for note in (exchange.observed.note, exchange.line.note) if note]
    return given | {
        "changes": [change.model_dump(mode="json") for change in step.changes],
        "acts": list(labels.acts),
        "evidence": [said.model_dump(mode="json") for said in exchange.observed.acts],
        "key_points": [touch.model_dump(mode="json") for touch in exchange.observed.touches],
        "notes": notes,
        "rejected": list(exchange.line.rejected),
        "end": role_play.end,
    }


def _object(number: int, bubbles: tuple[str, ...], move: str | None, state: dict[str, object]) -> dict[str, object]:
    shown = {name: state[name] for name in ("anger", "trust", "patience", "heard", "phase")}
    return {
        "turn": number,
        "say": "\n".join(bubbles),
        "act": move,
        "state": shown,
        "changes": [],
        "acts": [],
        "end": state["end"],
    }


def _debrief(debrief: "Debrief") -> object:
    return debrief.model_dump(mode="json", exclude={"key_points": {"__all__": {"raw_replies"}}})


def _write(content: object) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")
    sys.stdout.flush()
