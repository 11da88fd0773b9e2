"""Banks in YAML files: the bundled one as a file a question, any other whole in one file that a person can edit."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from pydantic import BaseModel

from coach.adapters.yaml_files import from_yaml, read_yaml
from coach.bank.question import BUNDLED, Bank, Draft, KeyPoint, Question, Source
from coach.errors import BankError

if TYPE_CHECKING or not yaml.__with_libyaml__:
    from yaml import SafeDumper
else:  # ten times as fast
    from yaml import CSafeDumper as SafeDumper

_PARTS: Mapping[str, type[BaseModel]] = {
    "questions": Question,
    "key_points": KeyPoint,
    "source": Source,
    "drafts": Draft,
    "drafted": Draft,
}
_Stamp = tuple[int, int, int] | None


class BundledFiles:
    """The bundled bank in a folder with a question a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: tuple[Mapping[Path, _Stamp], Bank] | None = None

    def bank(self) -> Bank:
        """The bank; the same object while no file changes. Raises BankError where a file breaks the schema."""
        stamps = _yaml_files(self._folder)
        if self._read is None or self._read[0] != stamps:
            self._read = stamps, _bundled(self._folder, stamps)
        return self._read[1]


def read_bank(path: Path) -> Bank:
    """The bank of a folder with a question a file, or of one file that holds a whole bank. Raises BankError."""
    return _bundled(path, _yaml_files(path)) if path.is_dir() else read_bank_file(path)


def read_bank_file(path: Path) -> Bank:
    """The bank that one file holds.

    Raises:
        BankError: the file can't be read, is no YAML, or breaks the schema; names file, key and what was expected.
    """
    return read_yaml(path, Bank, _PARTS)


def bank_of_yaml(name: str, text: str) -> Bank:
    """The bank that the text of a file of this name holds. Raises BankError as `read_bank_file` does."""
    return from_yaml(name, text, Bank, _PARTS)


def to_yaml(bank: Bank) -> str:
    """The bank as one file that `read_bank_file` reads back the same, and in which a person can go on writing."""
    return yaml.dump(bank.model_dump(mode="json"), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)


def _yaml_files(folder: Path) -> Mapping[Path, _Stamp]:
    """The YAML files of a folder by name, with what tells whether one has changed; none where there is no folder."""
    if not folder.is_dir():
        return {}
    return {path: _stamp(path) for path in sorted(folder.glob("*.yaml")) if not path.name.startswith(".")}


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:  # gone since it was listed: reading it will say so
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _bundled(folder: Path, paths: Mapping[Path, _Stamp]) -> Bank:
    if not paths:
        raise BankError(
            "{folder}: no question files here; expected q01.yaml and so on; install the program again", folder=folder
        )
    places: dict[str, Path] = {}
    questions: list[Question] = []
    for path in paths:
        question = read_yaml(path, Question, _PARTS)
        if question.bank != BUNDLED:
            raise BankError("{file}: id: expected one without a colon, not {id!r}", file=path, id=question.id)
        if question.id in places:
            raise BankError(
                "{file}: id: {id} is already used by {other}; choose another",
                file=path,
                id=question.id,
                other=places[question.id].name,
            )
        places[question.id] = path
        questions.append(question)
    return Bank(name=BUNDLED, questions=tuple(questions))


class _Dumper(SafeDumper):
    """Texts of several lines are written as such, so that a person can go on writing in the file."""


def _as_block(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)  # pyright: ignore[reportUnknownMemberType] untyped


_Dumper.add_representer(str, _as_block)
