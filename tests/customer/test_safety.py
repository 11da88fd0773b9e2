import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.customer.safety import HELP, HELP_LINES, in_distress, insults

LINES: Sequence[Mapping[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "safety_lines.jsonl").read_text("utf-8").splitlines()
]
"""Turns of candidates: `text`, and whether it `insults` the customer or whether its writer is `in_distress`."""
INSULTS = [(line["text"], line["insults"]) for line in LINES if "insults" in line]
DISTRESS = [(line["text"], line["in_distress"]) for line in LINES if "in_distress" in line]


@pytest.mark.parametrize(("text", "expected"), INSULTS)
def test_an_open_insult_is_none_where_it_is_quoted_denied_or_only_a_snap(text: str, expected: bool) -> None:
    assert insults(text) is expected


@pytest.mark.parametrize(("text", "expected"), DISTRESS)
def test_real_distress_is_neither_a_figure_of_speech_nor_care_for_a_customer(text: str, expected: bool) -> None:
    assert in_distress(text) is expected


def test_the_lines_hold_enough_of_each() -> None:
    for lines in (INSULTS, DISTRESS):
        assert min(Counter(expected for _, expected in lines).values()) >= 60


def test_a_care_for_the_customer_does_not_hide_what_one_says_of_oneself() -> None:
    assert in_distress("您别做傻事。其实我自己也不想活了")
    assert not in_distress("您别做傻事。您说不想活了，我很担心")


def test_traditional_characters_and_invisible_ones_hide_nothing() -> None:
    assert in_distress("我想自殺")
    assert in_distress("我想自\u200b杀")
    assert insults("你是不是傻\u200b")


@given(st.text())
def test_any_text_is_read_without_a_fault(text: str) -> None:
    assert insults(text) in (True, False)
    assert in_distress(text) in (True, False)


def test_help_names_a_number_to_call() -> None:
    assert HELP
    assert [number for number, _ in HELP_LINES] == ["12356", "120", "110"]
