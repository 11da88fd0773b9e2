"""Cards, lines and the rubric in files: each read once, and every fault names file, key and what was expected."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coach.adapters import scenario_files
from coach.adapters.scenario_files import ScenarioFiles, read_scenarios, scenario_paths
from coach.customer.acts import Act, Move
from coach.errors import BankError

CORPUS = Path(__file__).parents[2] / "corpus"
CARD = (CORPUS / "scenarios" / "late-birthday-gift.yaml").read_text("utf-8")
LINES = "stall:\n  - {say: 哦}\n  - {say: 道歉我听见了, anger: [1, 5], intensity: firm, after: apology}\n"
RUBRIC = """\
items:
  - {id: apology, text: 道歉, text_en: Apologises, stage: 听懂, weight: 100}
penalties:
  - {act: rude, points: 10, fatal: true, text: 顶撞, text_en: Snapped}
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for folder in ("scenarios", "customer"):
        (tmp_path / folder).mkdir()
    (tmp_path / "scenarios/late-birthday-gift.yaml").write_text(CARD, "utf-8")
    (tmp_path / "customer/lines.yaml").write_text(LINES, "utf-8")
    (tmp_path / "customer/rubric.yaml").write_text(RUBRIC, "utf-8")
    return tmp_path


def stage(corpus: Path) -> ScenarioFiles:
    return ScenarioFiles(corpus / "scenarios", corpus / "customer")


def test_a_card_holds_what_its_file_says(corpus: Path) -> None:
    (card,) = stage(corpus).scenarios
    assert card.persona.name == "林女士"
    assert card.demands[0].accept_if == (Act.SOLUTION_CONCRETE, Act.TIME_COMMITMENT)
    assert card.lines[Move.STALL][0] == "哦"
    assert card.sources[0].dated is not None


def test_the_easier_cards_come_first(corpus: Path) -> None:
    for name, difficulty in (("a-hard-one", 5), ("an-easy-one", 1)):
        text = CARD.replace("id: late-birthday-gift", f"id: {name}").replace(
            "difficulty: 2", f"difficulty: {difficulty}"
        )
        (corpus / f"scenarios/{name}.yaml").write_text(text, "utf-8")
    assert [card.id for card in stage(corpus).scenarios] == ["an-easy-one", "late-birthday-gift", "a-hard-one"]


def test_lines_and_rubric_hold_what_their_files_say(corpus: Path) -> None:
    plain, answering = stage(corpus).lines[Move.STALL]
    assert (plain.anger, plain.intensity, plain.after) == ((0, 5), "mild", None)
    assert (answering.anger, answering.intensity, answering.after) == ((1, 5), "firm", Act.APOLOGY)
    assert stage(corpus).rubric.penalties[0].fatal


def test_each_is_read_once(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    of_disk: Callable[..., Any] = scenario_files.read_yaml

    def counted(path: Path, *rest: object) -> Any:
        read.append(path.name)
        return of_disk(path, *rest)

    monkeypatch.setattr(scenario_files, "read_yaml", counted)
    files = stage(corpus)
    assert read == []
    for _ in range(2):
        assert files.scenarios
        assert files.lines
        assert files.rubric
    assert read == ["late-birthday-gift.yaml", "lines.yaml", "rubric.yaml"]


def test_a_folder_that_is_not_there_holds_no_cards(tmp_path: Path) -> None:
    assert read_scenarios(tmp_path / "none") == []


FAULTS = {
    "an unknown key": (
        "may_pay: 20",
        "may_pay: 20\nmay_cry: 1",
        "may_cry: unknown key may_cry; expected only the keys id",
    ),
    "a missing key": ("title_en: The birthday present that has not come\n", "", "title_en: this key is missing"),
    "a category of its own": (
        "category: late_delivery",
        "category: late",
        "category: expected 'out_of_control', 'refund'",
    ),
    "a difficulty off the scale": ("difficulty: 2", "difficulty: 6", "difficulty: expected less than or equal to 5"),
    "an unknown key inside": ("  patience: 3", "  patience: 3\n  mood: bad", "persona mood: unknown key mood"),
    "an act that is none": (
        "accept_if: [compensation]",
        "accept_if: [money]",
        "demands #2 accept_if #1: expected 'apology'",
    ),
    "a fact that nobody can find": (
        "asked_by: [急用, 着急用",
        "askd_by: [急用, 着急用",
        "facts #2 askd_by: unknown key",
    ),
    "hidden without words": (
        "disclosure: open\n  - id: f2",
        "disclosure: on_ask\n  - id: f2",
        "facts #1: fact f1 is hidden, so it needs asked_by and say",
    ),
    "a tactic that is none": ("tactics: {repeat_demand: 3", "tactics: {accept: 3", "tactics: accept can't be weighed"),
    "a red line that is none": ("act: over_promise", "act: apology", "red_lines #1 act: expected"),
    "a line that is no text": ("    - 哦\n", "    - 12\n", "lines stall #1: expected text, not 12; put it in quotes"),
    "no must": ("must: true", "must: false", "no demand is a must"),
    "two of one id": ("id: f3", "id: f2", "a fact id stands twice"),
    "a key twice": ("may_pay: 20", "may_pay: 20\nmay_pay: 30", "key may_pay stands twice"),
    "no YAML at all": ("may_pay: 20", "may_pay: [20", "is no YAML"),
    "another name than its file": ("id: late-birthday-gift", "id: late-gift", "id: expected 'late-birthday-gift'"),
}


@pytest.mark.parametrize(("before", "after", "said"), FAULTS.values(), ids=FAULTS)
def test_a_fault_of_a_card_names_file_key_and_what_was_expected(
    corpus: Path, before: str, after: str, said: str
) -> None:
    path = corpus / "scenarios/late-birthday-gift.yaml"
    assert before in CARD
    path.write_text(CARD.replace(before, after), "utf-8")
    with pytest.raises(BankError, match=re.escape(said)) as fault:
        _ = stage(corpus).scenarios
    assert str(fault.value).startswith(f"{path}: ")
    assert "\n" not in str(fault.value)


def test_a_fault_of_the_lines_names_file_and_key(corpus: Path) -> None:
    (corpus / "customer/lines.yaml").write_text("stall:\n  - {say: 哦, mood: [0, 1]}\n", "utf-8")
    with pytest.raises(BankError, match=r"lines\.yaml: stall #1 mood: unknown key mood"):
        _ = stage(corpus).lines


def test_a_move_that_is_none_is_named(corpus: Path) -> None:
    (corpus / "customer/lines.yaml").write_text("shrug:\n  - {say: 哦}\n", "utf-8")
    with pytest.raises(BankError, match=r"lines\.yaml: shrug .*expected 'open', 'vent'"):
        _ = stage(corpus).lines


def test_weights_that_do_not_add_up_are_named(corpus: Path) -> None:
    (corpus / "customer/rubric.yaml").write_text(RUBRIC.replace("100", "90"), "utf-8")
    with pytest.raises(BankError, match=r"rubric\.yaml: .*add up to 90, not to 100"):
        _ = stage(corpus).rubric


class TestThePathsOfCards:
    def test_are_the_files_of_a_folder_that_look_like_one(self, corpus: Path) -> None:
        (corpus / "scenarios/q01.yaml").write_text("id: q01\nquestion: 退款怎么办\n", "utf-8")
        (corpus / "scenarios/broken.yaml").write_text("persona: [\n", "utf-8")
        assert [path.name for path in scenario_paths(corpus / "scenarios")] == [
            "broken.yaml",
            "late-birthday-gift.yaml",
        ]

    def test_are_one_file_or_none(self, corpus: Path) -> None:
        card = corpus / "scenarios/late-birthday-gift.yaml"
        assert scenario_paths(card) == [card]
        assert scenario_paths(corpus / "customer/rubric.yaml") == []
        assert scenario_paths(corpus / "nowhere") == []
