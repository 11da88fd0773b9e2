"""Replies that a reader wrote as the model, blind: they pass the checks as they are (`by_hand/README.md`)."""

import json
from pathlib import Path

import pytest

from coach.chat import Deadline, ScriptedModel
from coach.customer.observer import ModelObserver, RuleObserver
from coach.customer.renderer import CustomerReply
from coach.customer.state import opening
from coach.customer.turns import Scene
from tests.customer.playing import CARDS

FILES = sorted((Path(__file__).parent / "by_hand").glob("*.jsonl"))
REPLIES = [(path.stem, json.loads(line)) for path in FILES for line in path.read_text("utf-8").splitlines()]
WATCHED = [(card, one) for card, one in REPLIES if one["kind"] == "observer"]
SPOKEN = [(card, one) for card, one in REPLIES if one["kind"] == "customer"]


def test_there_are_replies_of_both_kinds() -> None:
    assert len(FILES) == 3
    assert len(WATCHED) > 10
    assert len(SPOKEN) > 10


@pytest.mark.parametrize(("card", "one"), WATCHED, ids=lambda value: str(value)[:30])
def test_each_observation_is_taken_at_once_with_all_its_quotes(card: str, one: dict[str, str]) -> None:
    scene = Scene(scenario=CARDS[card], difficulty=3, seed=1, opened=opening(CARDS[card], 3))
    model = ScriptedModel([one["reply"]])
    observed = ModelObserver(model, RuleObserver()).observe(scene, one["said"], Deadline(5))
    assert observed.by == "model"
    assert len(observed.acts) == len(json.loads(one["reply"])["acts"])
    assert all(one["said"][act.start : act.end] == act.quote for act in observed.acts)


@pytest.mark.parametrize(("card", "one"), SPOKEN, ids=lambda value: str(value)[:30])
def test_each_line_is_short_and_is_not_what_the_written_lines_say(card: str, one: dict[str, str]) -> None:
    bubbles = CustomerReply.model_validate_json(one["reply"]).say
    assert 1 <= len(bubbles) <= 3
    assert not any(bubble.endswith("。") for bubble in bubbles)
    written = {line for lines in CARDS[card].lines.values() for line in lines}
    assert "|".join(bubbles) not in written
