"""The material of role-plays in YAML files: a card a file, the written lines, and the rubric."""

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from pydantic import RootModel

from coach.adapters.yaml_files import read_yaml
from coach.customer.lines import WrittenLine, WrittenLines
from coach.customer.rubric import Rubric, RubricItem, RubricPenalty
from coach.customer.scenario import Demand, Fact, Persona, RedLine, Scenario, Source
from coach.errors import BankError

_OF_A_CARD = re.compile(rb"^(?:persona|opening|demands|tactics):", re.MULTILINE)
_PARTS = {"persona": Persona, "demands": Demand, "facts": Fact, "red_lines": RedLine, "sources": Source}


class _Lines(RootModel[WrittenLines]):
    """The file of written lines."""


class ScenarioFiles:
    """The `Stage` in two folders: `scenarios` holds a card a file, `customer` the lines and the rubric.

    Each is read once, at its first use.
    """

    def __init__(self, scenarios: Path, customer: Path) -> None:
        self._folder = scenarios
        self._customer = customer

    @cached_property
    def scenarios(self) -> Sequence[Scenario]:
        """All cards, the easier first. Raises BankError where one breaks the schema or is not named as its file."""
        return sorted(read_scenarios(self._folder), key=lambda card: (card.difficulty, card.category, card.id))

    @cached_property
    def lines(self) -> WrittenLines:
        """What any customer may say. Raises BankError."""
        return read_yaml(self._customer / "lines.yaml", _Lines, {"say": WrittenLine}).root

    @cached_property
    def rubric(self) -> Rubric:
        """What a role-play earns and loses. Raises BankError."""
        return read_yaml(self._customer / "rubric.yaml", Rubric, {"items": RubricItem, "penalties": RubricPenalty})


def read_scenarios(folder: Path) -> Sequence[Scenario]:
    """The cards of a folder by name; none where there is no folder. Raises BankError."""
    return [read_scenario(path) for path in sorted(folder.glob("*.yaml"))]


def read_scenario(path: Path) -> Scenario:
    """The card in a file. Raises BankError where it breaks the schema or is not named as its file."""
    card = read_yaml(path, Scenario, _PARTS)
    if card.id != path.stem:
        raise BankError(
            "{file}: id: expected {name!r}, as the file is called, not {id!r}", file=path, name=path.stem, id=card.id
        )
    return card


def scenario_paths(path: Path) -> Sequence[Path]:
    """The files of cards at a path, a folder or one file: those that look like a card, however broken. () for none."""
    paths = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    return [one for one in paths if one.is_file() and _OF_A_CARD.search(one.read_bytes())]
