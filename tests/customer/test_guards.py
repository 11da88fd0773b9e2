import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.customer.acts import Move
from coach.customer.guards import Guard, broken, longest
from coach.customer.quantities import are_known
from coach.customer.scenario import Scenario
from tests.customer.conftest import CARDS, PRESENT, SceneOf, StepAt, card

LINES: Sequence[Mapping[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "guard_lines.jsonl").read_text("utf-8").splitlines()
]
"""`say`, `move`, `anger` and the guard to `expect`, null where the line may be sent; where they matter, what the agent
`said`, the `scenario`, `intensity`, `facts` to tell, and `earlier` bubbles of the customer.
"""


@pytest.mark.parametrize("line", LINES, ids=["|".join(line["say"]) for line in LINES])
def test_a_line_breaks_the_rule_that_a_reader_would_name(
    line: Mapping[str, Any], scene_of: SceneOf, step_at: StepAt
) -> None:
    exchanges = [("好的", line["earlier"])] if "earlier" in line else []
    scene = scene_of(line.get("scenario", PRESENT), exchanges, line.get("intensity", "firm"))
    step = step_at(line["move"], line["anger"], line.get("facts", ()))
    assert broken(line["say"], scene, line.get("said", ""), step) == line["expect"]


def test_the_lines_cover_every_rule_and_as_many_that_may_be_sent() -> None:
    count = Counter(line["expect"] for line in LINES)
    assert set(count) == {None, *Guard} - {Guard.PARSE}
    assert count[None] >= 130
    assert len(LINES) - count[None] >= 130


def test_nearly_every_line_that_the_cards_bring_along_may_be_sent(scene_of: SceneOf, step_at: StepAt) -> None:
    settled = (Move.ACCEPT, Move.PARTIAL_ACCEPT)
    lines = [
        (card(path.stem), move, line, ())
        for path in CARDS.glob("*.yaml")
        for move, written in card(path.stem).lines.items()
        for line in written
    ]
    lines += [
        (card(path.stem), Move.ANSWER_FACT, line, (fact.id,))
        for path in CARDS.glob("*.yaml")
        for fact in card(path.stem).facts
        for line in fact.say
    ]
    refused = [
        line
        for scenario, move, line, facts in lines
        if broken(line.split("|"), scene_of(scenario.id), "", step_at(move, 1 if move in settled else 4, facts))
    ]
    assert len(lines) > 1_000
    assert len(refused) / len(lines) <= 0.01, refused


def test_a_locked_fact_told_in_full_is_refused_and_may_be_told_once_it_is_revealed(
    scenario: Scenario, scene_of: SceneOf, step_at: StepAt
) -> None:
    for fact in scenario.facts:
        if fact.disclosure == "open":
            continue
        open_to_tell = step_at(Move.ANSWER_FACT, 2, revealed=[fact.id])
        locked = step_at(Move.ANSWER_FACT, 2)
        assert broken([fact.text], scene_of(), "", locked) in (Guard.HIDDEN_TEXT, Guard.UNGROUNDED)
        assert broken([fact.text], scene_of(), "", open_to_tell) is None


def test_the_briefing_is_hidden_until_the_agent_says_it(scene_of: SceneOf, step_at: StepAt) -> None:
    line = ["那就从同城仓补发一台"]
    assert broken(line, scene_of(), "", step_at()) is Guard.HIDDEN_TEXT
    assert broken(line, scene_of(), "我可以从同城仓补发一台", step_at()) is None
    assert broken(line, scene_of(exchanges=[("我可以从同城仓补发一台", ["哦"])]), "您看呢", step_at()) is None


@pytest.mark.parametrize("move", list(Move))
def test_a_line_may_be_a_third_longer_than_was_asked_for(move: Move, scene_of: SceneOf, step_at: StepAt) -> None:
    most = int(longest(move) * 1.3)
    assert broken(["嘛" * most], scene_of(), "", step_at(move)) is None
    assert broken(["嘛" * (most + 1)], scene_of(), "", step_at(move)) is Guard.LENGTH


def test_facts_to_tell_make_room_for_themselves(scenario: Scenario, scene_of: SceneOf, step_at: StepAt) -> None:
    bubbles = ["嘛" * int(longest(Move.DOUBT) * 1.3 + 5)]
    told = scenario.facts[1].id
    assert broken(bubbles, scene_of(), "", step_at(Move.DOUBT)) is Guard.LENGTH
    assert broken(bubbles, scene_of(), "", step_at(Move.DOUBT, facts=[told])) is None


@pytest.mark.parametrize("said", ["物流停在中转站", "物流停在中轉站", "ＷＬ 停 在"])
@given(bubbles=st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_any_line_is_judged_without_a_fault(bubbles: list[str], said: str, scene_of: SceneOf, step_at: StepAt) -> None:
    assert broken(bubbles, scene_of(), said, step_at()) in {None, *Guard}


@pytest.mark.parametrize(
    ("line", "known"),
    [
        ("三天", "3天"),
        ("两天", "48小时"),
        ("一个星期", "7天"),
        ("五百块", "500元"),
        ("五百二", "520"),
        ("一万二", "12000"),
        ("1,280", "1280元"),
        ("十月八号", "10月8日"),
        ("礼拜六", "周六"),
        ("星期天", "周日"),
        ("第三次了", "三回了"),
        ("十几天", "12天"),
        ("半个小时", "30分钟"),
        ("１５０", "150"),
        ("sf10293", "快递 sf10293"),
        ("三番五次", ""),
        ("一分钱也不行", ""),
        ("我打12315", ""),
        ("给我一个说法", ""),
    ],
)
def test_a_number_is_known_in_any_notation(line: str, known: str, scene_of: SceneOf, step_at: StepAt) -> None:
    assert broken([line], scene_of("one-word-and-gone"), known, step_at()) is None


@pytest.mark.parametrize(
    ("line", "known"),
    [
        ("3天", "3块"),
        ("三天", "五天"),
        ("50小时", "两天"),
        ("520块", "500元"),
        ("周六", "6天"),
        ("十几天", "22天"),
        ("一个月了", "一个说法"),
        ("sf10293", "sf10294"),
        ("12点", "12号"),
    ],
)
def test_another_number_or_another_thing_is_not(line: str, known: str) -> None:
    assert not are_known(line, [known])
