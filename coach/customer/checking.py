"""What is wrong with a card, as a careful editor would say it: faults that the schema can't see."""

import re
from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum
from itertools import combinations

from rapidfuzz import fuzz

from coach.bank.checking import Finding
from coach.customer.acts import Act, Move
from coach.customer.guards import SHORTEST_REPEATED, Guard, broken
from coach.customer.lines import MOST_ALIKE
from coach.customer.mood import State, Step
from coach.customer.scenario import Category, Demand, Fact, Scenario
from coach.customer.turns import Intensity, Scene

FEWEST_LINES = 3
"""Of a card's own for each move, so that two tries do not sound the same."""
LONGEST_BUBBLE = 24
"""Characters; nine of ten bubbles of real customers have 20 at most."""
FEWEST_CARDS = 24
_ANY_CUSTOMER = (
    Move.VENT,
    Move.CHALLENGE,
    Move.REPEAT_DEMAND,
    Move.DOUBT,
    Move.PARTIAL_ACCEPT,
    Move.ACCEPT,
    Move.ULTIMATUM,
    Move.LEAVE,
)
"""Moves that the engine makes for any card, whatever its tactics."""
_SETTLING = {Move.ACCEPT: 2, Move.PARTIAL_ACCEPT: 2, Move.LEAVE: 2}
"""The anger at which these lines are read; all others stand the guards at 3."""
_MEETS = frozenset(
    {Act.APOLOGY, Act.EMPATHY_SPECIFIC, Act.RESTATE, Act.INFO_QUESTION, Act.SOLUTION_CONCRETE, Act.TIME_COMMITMENT}
    | {Act.ALTERNATIVE, Act.COMPENSATION, Act.POLICY_REASON, Act.REFUSAL, Act.BOUNDARY, Act.CONFIRM}
)
_LAW = re.compile(
    r"《.+?》|[消民]法|法律|法规|条例|第[一二三四五六七八九十百\d]+条|(?<!\d)\d+条(?!\d)|无理由|三包|退一赔|假一赔"
)

_OFFER = re.compile("可以|可让|最多|免费")


class CardLint(StrEnum):
    """What kind of fault it is; `schema` is the bank's."""

    UNKNOWN_QUESTION = "unknown_question"
    FEW_LINES = "few_lines"
    SAME_LINE = "same_line"
    LONG_LINE = "long_line"
    FULL_STOP = "full_stop"
    UNGROUNDED = "ungrounded"
    """It names a number that neither the opening nor what it tells holds."""
    HIDDEN_TEXT = "hidden_text"
    """It tells what the customer keeps back, or words of the briefing."""
    GUARD = "guard"
    """It breaks another rule that a model's line must keep."""
    GENERAL_WORD = "general_word"
    """It asks for two facts at once, or fires on an offer."""
    UNMEETABLE = "unmeetable"
    NO_SOURCE = "no_source"
    NO_CARD = "no_card"


def check_card(card: Scenario, question_ids: Collection[str]) -> Sequence[Finding]:
    """The faults of a card; none is a clean bill. `question_ids` are all that the banks hold."""
    found = [
        _finding(card, "question_ids", CardLint.UNKNOWN_QUESTION, f"there is no question {one}; see `coach questions`")
        for one in card.question_ids
        if one not in question_ids
    ]
    return [*found, *_lines(card), *_facts(card), *_demands(card), *_sources(card)]


def check_coverage(cards: Sequence[Scenario]) -> Sequence[Finding]:
    """What a whole collection leaves out."""
    found = [
        Finding(file="scenarios", key=category, kind=CardLint.NO_CARD, message="no card is filed under it; write one")
        for category in Category
        if all(card.category is not category for card in cards)
    ]
    if len(cards) < FEWEST_CARDS:
        message = f"{len(cards)} cards, {FEWEST_CARDS} at least make a collection; write more"
        found.append(Finding(file="scenarios", key="", kind=CardLint.NO_CARD, message=message))
    return found


def _lines(card: Scenario) -> Iterator[Finding]:
    for move in dict.fromkeys((*_ANY_CUSTOMER, *card.tactics)):
        count = len(card.lines.get(move, ()))
        if count < FEWEST_LINES:
            message = f"{count} lines, and this customer does it; write {FEWEST_LINES} at least"
            yield _finding(card, f"lines.{move}", CardLint.FEW_LINES, message)
    for line in card.opening:
        yield from _form(card, "opening", line)
    for move, lines in card.lines.items():
        for line in lines:
            yield from _form(card, f"lines.{move}", line)
            yield from _guarded(card, f"lines.{move}", line, _step(move))
    for fact in card.facts:
        # Its own lines count as known, and so would hide a slip of the pen.
        unsaid = tuple(one.model_copy(update={"say": ()}) if one is fact else one for one in card.facts)
        for line in fact.say:
            yield from _form(card, fact.id, line)
            told = card.model_copy(update={"facts": unsaid})
            yield from _guarded(told, fact.id, line, _step(Move.ANSWER_FACT, fact))
    yield from _same_lines(card)


def _form(card: Scenario, key: str, line: str) -> Iterator[Finding]:
    for bubble in line.split("|"):
        if len(bubble) > LONGEST_BUBBLE:
            message = f"“{bubble}” has {len(bubble)} characters, {LONGEST_BUBBLE} at most fit a bubble; part it with |"
            yield _finding(card, key, CardLint.LONG_LINE, message)
        if bubble.endswith("。"):
            yield _finding(card, key, CardLint.FULL_STOP, f"“{bubble}” ends in 。, which hardly any customer types")


def _guarded(card: Scenario, key: str, line: str, step: Step) -> Iterator[Finding]:
    scene = Scene(scenario=card, difficulty=card.difficulty, seed=0, intensity=Intensity.MILD, opened=step.state)
    rule = broken(line.split("|"), scene, "", step)
    if rule is Guard.UNGROUNDED:
        yield _finding(
            card,
            key,
            CardLint.UNGROUNDED,
            f"“{line}” names a number that stands neither in what it tells nor in what is open",
        )
    elif rule is Guard.HIDDEN_TEXT:
        yield _finding(card, key, CardLint.HIDDEN_TEXT, f"“{line}” tells a hidden fact, or words of the briefing")
    elif rule not in (None, Guard.REPEATS):  # what is said again is looked for over all lines
        yield _finding(card, key, CardLint.GUARD, f"“{line}” breaks the guard {rule}; reword it")


def _step(move: Move, fact: Fact | None = None) -> Step:
    state = State(anger=_SETTLING.get(move, 3), trust=1, patience=3)
    return Step(state=state, move=move, facts=(fact.id,) if fact else (), changes=())


def _same_lines(card: Scenario) -> Iterator[Finding]:
    bubbles = [
        (f"lines.{move}", bubble) for move, lines in card.lines.items() for line in lines for bubble in line.split("|")
    ]
    for (_, one), (key, other) in combinations([*(("opening", line) for line in card.opening), *bubbles], 2):
        if min(len(one), len(other)) >= SHORTEST_REPEATED and fuzz.ratio(one, other) >= MOST_ALIKE:
            yield _finding(card, key, CardLint.SAME_LINE, f"“{other}” is nearly “{one}”; say something else")


def _facts(card: Scenario) -> Iterator[Finding]:
    hidden = [fact for fact in card.facts if fact.disclosure != "open"]
    offers = [part for line in card.briefing for part in re.split("[。；]", line) if _OFFER.search(part)]
    for fact in hidden:
        for word in fact.asked_by:
            other = next(
                (one for one in hidden if one is not fact and any(word in theirs for theirs in one.asked_by)), None
            )
            if other is not None:
                message = f"“{word}” asks for {other.id} too; keep it for one of them, or make it longer"
                yield _finding(card, fact.id, CardLint.GENERAL_WORD, message)
            elif any(word in offer for offer in offers):
                message = f"“{word}” stands in an offer of the briefing, so who makes it asks; make it a question"
                yield _finding(card, fact.id, CardLint.GENERAL_WORD, message)


def _demands(card: Scenario) -> Iterator[Finding]:
    for demand in card.demands:
        for fault in _why_unmeetable(card, demand):
            yield _finding(card, demand.id, CardLint.UNMEETABLE, fault)


def _why_unmeetable(card: Scenario, demand: Demand) -> Iterator[str]:
    wanted = set(demand.accept_if)
    idle = [act for act in demand.accept_if if act not in _MEETS]
    if idle:
        yield f"{', '.join(idle)} helps no customer; choose from {', '.join(act for act in Act if act in _MEETS)}"
    if Act.REFUSAL in wanted and not wanted & {Act.POLICY_REASON, Act.ALTERNATIVE}:
        yield "a refusal that satisfies needs policy_reason or alternative beside it"
    if wanted >= {Act.REFUSAL, Act.SOLUTION_CONCRETE}:
        yield "it is refused and granted at once; choose refusal or solution_concrete"
    if Act.COMPENSATION in wanted and card.may_pay == 0:
        yield "it waits for compensation, and may_pay is 0"


def _sources(card: Scenario) -> Iterator[Finding]:
    cited = next((found[0] for text in _stated(card) if (found := _LAW.search(text))), None)
    if cited is not None and not card.sources:
        yield _finding(card, "sources", CardLint.NO_SOURCE, f"the card speaks of {cited}; name what that rests on")


def _stated(card: Scenario) -> Iterator[str]:
    yield from card.briefing
    yield from (demand.text for demand in card.demands)
    yield from (line.text for line in card.red_lines)


def _finding(card: Scenario, key: str, kind: CardLint, message: str) -> Finding:
    return Finding(file=f"{card.id}.yaml", key=key, kind=kind, message=message)
