"""`coach bank check` for scenarios: each lint fires on its fault, and on nothing else."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from coach.bank.checking import Finding, Lint
from coach.compose import Coach
from coach.customer.acts import Act, Move
from coach.customer.checking import FEWEST_CARDS, CardLint, check_card, check_coverage
from coach.customer.scenario import Category, Fact, Scenario
from coach.settings import Settings

KNOWN = {"q03", "q18"}
CARDS = Path(__file__).parents[2] / "corpus" / "scenarios"


def faults(card: Scenario, **changed: object) -> Sequence[Finding]:
    """What is found in the card with some of its parts put in another's place; the schema is not asked again."""
    return check_card(card.model_copy(update=changed), KNOWN)


def kinds(found: Sequence[Finding]) -> Sequence[str]:
    return [finding.kind for finding in found]


def test_a_careful_card_has_no_faults(scenario: Scenario) -> None:
    assert faults(scenario) == []


def test_a_question_that_no_bank_holds_is_named(scenario: Scenario) -> None:
    (finding,) = faults(scenario, question_ids=("q18", "q99"))
    assert (finding.file, finding.key, finding.kind) == (
        "late-birthday-gift.yaml",
        "question_ids",
        CardLint.UNKNOWN_QUESTION,
    )
    assert "q99" in finding.message


@pytest.mark.parametrize("move", [Move.VENT, Move.ULTIMATUM, Move.SARCASM], ids=str)
def test_too_few_lines_for_a_move_that_this_customer_makes_are_named(scenario: Scenario, move: Move) -> None:
    (finding,) = faults(scenario, lines={**scenario.lines, move: scenario.lines[move][:2]})
    assert (finding.key, finding.kind) == (f"lines.{move}", CardLint.FEW_LINES)


def test_a_move_that_the_tactics_leave_out_needs_no_lines(scenario: Scenario) -> None:
    assert Move.STALL not in scenario.tactics
    assert faults(scenario, lines={move: lines for move, lines in scenario.lines.items() if move != Move.STALL}) == []


LINES: Mapping[str, tuple[str, CardLint]] = {
    "says an earlier one again": ("你写的时间是写着耍的", CardLint.SAME_LINE),
    "says the opening again": ("昨天就该到的嘛", CardLint.SAME_LINE),
    "has a bubble nobody would type": (
        "我跟你讲我真的是太难受了等了一天又一天你们都没得人来管一下",
        CardLint.LONG_LINE,
    ),
    "ends in a full stop": ("气得很|啥子平台嘛。", CardLint.FULL_STOP),
    "names a number of its own": ("我都打了八百个电话", CardLint.UNGROUNDED),
    "tells a hidden fact": ("下单时地址默认成了单位嘛", CardLint.HIDDEN_TEXT),
    "speaks as the agent": ("亲 这边马上为您核实处理", CardLint.GUARD),
    "thanks while angry": ("太谢谢你们了哈", CardLint.GUARD),
    "swears where even a mild customer says it": ("啥子狗屁平台", CardLint.GUARD),
}


@pytest.mark.parametrize(("line", "kind"), LINES.values(), ids=LINES)
def test_a_line_is_named_that(scenario: Scenario, line: str, kind: CardLint) -> None:
    vents = scenario.lines[Move.VENT]
    (finding,) = faults(scenario, lines={**scenario.lines, Move.VENT: (*vents, line)})
    assert (finding.key, finding.kind) == ("lines.vent", kind)
    assert line.split("|")[-1] in finding.message


def test_short_words_may_come_twice(scenario: Scenario) -> None:
    stalls = (*scenario.lines[Move.STALL], "嗯 说嘛", "哦哦")
    assert faults(scenario, lines={**scenario.lines, Move.STALL: stalls}) == []


def test_a_customer_who_settles_may_say_thanks(scenario: Scenario) -> None:
    accepts = (*scenario.lines[Move.ACCEPT], "巴适|谢谢你哈")
    assert faults(scenario, lines={**scenario.lines, Move.ACCEPT: accepts}) == []


def with_fact(card: Scenario, number: int, **changed: Any) -> Sequence[Fact]:
    return tuple(fact.model_copy(update=changed) if fact.id == f"f{number}" else fact for fact in card.facts)


def test_a_fact_that_is_told_with_other_numbers_is_named(scenario: Scenario) -> None:
    (finding,) = faults(scenario, facts=with_fact(scenario, 2, say=("周六我儿子六岁生日",)))
    assert (finding.key, finding.kind) == ("f2", CardLint.UNGROUNDED)


def test_a_fact_that_tells_another_one_is_named(scenario: Scenario) -> None:
    (finding,) = faults(scenario, facts=with_fact(scenario, 2, say=("自己去仓库取也行",)))
    assert (finding.key, finding.kind) == ("f2", CardLint.HIDDEN_TEXT)


@pytest.mark.parametrize(("word", "named"), [("联系", ["f2"]), ("联系过", ["f2", "f3"]), ("您联系过谁", ["f3"])])
def test_a_word_that_asks_for_two_facts_is_named(scenario: Scenario, word: str, named: Sequence[str]) -> None:
    found = faults(scenario, facts=with_fact(scenario, 2, asked_by=(word,)))
    assert [(finding.key, finding.kind) for finding in found] == [(key, CardLint.GENERAL_WORD) for key in named]


def test_a_word_that_an_offer_would_say_is_named(scenario: Scenario) -> None:
    (finding,) = faults(scenario, facts=with_fact(scenario, 2, asked_by=("补发",)))
    assert (finding.key, finding.kind) == ("f2", CardLint.GENERAL_WORD)
    assert "offer" in finding.message


@pytest.mark.parametrize(
    "acts",
    [
        (Act.SOLUTION_CONCRETE, Act.EMPATHY_GENERIC),
        (Act.OVER_PROMISE,),
        (Act.REFUSAL,),
        (Act.REFUSAL, Act.POLICY_REASON, Act.SOLUTION_CONCRETE),
    ],
    ids=" ".join,
)
def test_a_demand_that_nothing_good_can_meet_is_named(scenario: Scenario, acts: Sequence[Act]) -> None:
    first, *others = scenario.demands
    (finding,) = faults(scenario, demands=(first.model_copy(update={"accept_if": acts}), *others))
    assert (finding.key, finding.kind) == ("d1", CardLint.UNMEETABLE)


def test_a_demand_for_money_that_the_candidate_may_not_pay_is_named(scenario: Scenario) -> None:
    (finding,) = faults(scenario, may_pay=0)
    assert (finding.key, finding.kind) == ("d2", CardLint.UNMEETABLE)


def test_law_without_a_source_is_named(scenario: Scenario) -> None:
    assert faults(scenario, sources=()) == []
    (finding,) = faults(scenario, sources=(), briefing=(*scenario.briefing, "依消法第五十五条可以多赔。"))
    assert (finding.key, finding.kind) == ("sources", CardLint.NO_SOURCE)


def test_a_category_without_a_card_is_named(scenario: Scenario) -> None:
    cards = [scenario.model_copy(update={"category": category}) for category in Category] * 2
    assert check_coverage(cards) == []
    (finding,) = check_coverage([card for card in cards if card.category is not Category.QUIET])
    assert (finding.key, finding.kind) == ("quiet", CardLint.NO_CARD)


def test_a_small_collection_is_named(scenario: Scenario) -> None:
    cards = [scenario.model_copy(update={"category": category}) for category in Category]
    (finding,) = check_coverage(cards)
    assert str(FEWEST_CARDS) in finding.message


class TestAFolderOfCards:
    def test_is_known_by_its_files(self) -> None:
        assert Coach(Settings()).check(CARDS / "late-birthday-gift.yaml") == []

    def test_keeps_its_other_faults_where_one_card_breaks_the_schema(self, tmp_path: Path) -> None:
        text = (CARDS / "late-birthday-gift.yaml").read_text("utf-8")
        (tmp_path / "broken.yaml").write_text(text.replace("may_pay: 20", "may_pay: much"), "utf-8")
        (tmp_path / "late-birthday-gift.yaml").write_text(text.replace("[q18, q03]", "[q99]"), "utf-8")
        found = Coach(Settings()).check(tmp_path)
        assert [(finding.file, finding.kind) for finding in found] == [
            ("broken.yaml", Lint.SCHEMA),
            ("late-birthday-gift.yaml", CardLint.UNKNOWN_QUESTION),
        ]
        assert "may_pay" in found[0].message

    def test_holds_each_card_under_its_own_name(self, tmp_path: Path) -> None:
        (tmp_path / "other-name.yaml").write_bytes((CARDS / "late-birthday-gift.yaml").read_bytes())
        (finding,) = Coach(Settings()).check(tmp_path)
        assert finding.kind == Lint.SCHEMA
        assert "'other-name'" in finding.message
