"""The tables of `docs/design/customer.md` say what the code does."""

import re
from pathlib import Path

from coach.customer.state import LEVELS, MAX_TURNS

DESIGN = (Path(__file__).parents[2] / "docs" / "design" / "customer.md").read_text("utf-8")


def test_the_table_of_difficulties_is_the_engine_s() -> None:
    rows = [
        [int(cell.replace("−", "-").strip()) for cell in line.strip("|").split("|")]
        for line in DESIGN.splitlines()
        if re.match(r"\| [1-5] \|", line)
    ]
    levels = [
        [number, one.anger, one.patience, one.trust, one.refused, one.trust_needed, one.anger_left, one.listening]
        for number, one in LEVELS.items()
    ]
    assert rows == levels


def test_the_steps_to_feeling_heard_and_the_longest_length_are_the_engine_s() -> None:
    steps = re.search(r"heard at ([\d, ]+) steps", DESIGN)
    assert steps is not None
    assert [int(one) for one in steps[1].split(",")] == [one.listening for one in LEVELS.values()]
    assert f"After {MAX_TURNS} turns" in DESIGN
