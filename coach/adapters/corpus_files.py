"""Banks in YAML files: the bundled one as a file a question, each imported one as a file of its own."""

import logging
import os
import tempfile
import threading
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from filelock import FileLock
from pydantic import BaseModel

from coach.adapters.yaml_files import read_yaml
from coach.bank.library import checked_name
from coach.bank.question import BUNDLED, Bank, KeyPoint, Question, Source
from coach.errors import BankError, Unavailable

if TYPE_CHECKING or not yaml.__with_libyaml__:
    from yaml import SafeDumper
else:  # ten times as fast
    from yaml import CSafeDumper as SafeDumper

_PARTS: Mapping[str, type[BaseModel]] = {"questions": Question, "key_points": KeyPoint, "source": Source}
_LOCK_SECONDS = 10
_log = logging.getLogger(__name__)
_Stamp = tuple[int, int, int] | None


class BankFiles:
    """The `Library` in two folders: `corpus` holds the bundled questions, `imported` a file a bank."""

    def __init__(self, corpus: Path, imported: Path) -> None:
        self._corpus = corpus
        self._imported = imported
        self._stamps: Mapping[Path, _Stamp] | None = None
        self._banks: Sequence[Bank] = ()
        self._reading = threading.Lock()

    def banks(self) -> Sequence[Bank]:
        """All banks, the bundled one first, then the imported ones by name; the same object while no file changes.

        An imported bank that can't be read is left out, with one line in the log.

        Raises:
            BankError: a file of the bundled bank breaks the schema.
        """
        with self._reading:
            questions, imported = _yaml_files(self._corpus), _yaml_files(self._imported)
            stamps = {**questions, **imported}
            if stamps != self._stamps:
                self._banks = (_bundled(self._corpus, questions), *_readable(imported))
                self._stamps = stamps
            return self._banks

    def imported(self, name: str) -> Bank | None:
        """One imported bank; None where there is none of this name.

        Raises:
            BankError: the name can't be used, or the file breaks the schema.
        """
        path = self._path(name)
        return _bank(path) if path.exists() else None

    def update(self, name: str, change: Callable[[Bank | None], Bank]) -> Bank:
        """Puts `change(the imported bank)` in its place, whole or not at all, and gives it.

        Nothing is written where nothing changed. Two that update at once wait for each other.

        Raises:
            BankError: the name can't be used, or the earlier file breaks the schema.
            Unavailable: the file can't be written; the earlier one is still there.
        """
        try:
            self._imported.mkdir(parents=True, exist_ok=True)
            with FileLock(self._imported / ".lock", timeout=_LOCK_SECONDS):
                earlier = self.imported(name)
                bank = change(earlier)
                if bank != earlier:
                    _replace(self._path(name), _yaml(bank))
        except OSError as fault:
            raise Unavailable(
                f"bank {name} can't be written to {self._imported}: {fault.strerror or fault}; nothing was changed; "
                "make sure that you may write there and that the disk has space"
            ) from fault
        return bank

    def _path(self, name: str) -> Path:
        name = checked_name(name)
        for other in _yaml_files(self._imported):
            existing = unicodedata.normalize("NFC", other.stem)
            if existing == name:
                return other
            if existing.casefold() == name.casefold():
                raise BankError(f"bank {name} would be mixed up with {existing} on some systems; use --name {existing}")
        return self._imported / f"{name}.yaml"


def read_bank(path: Path) -> Bank:
    """The bank of a folder with a question a file, or of one file as imported banks are kept. Raises BankError."""
    return _bundled(path, _yaml_files(path)) if path.is_dir() else _bank(path)


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
        raise BankError(f"{folder}: no question files here; expected q01.yaml and so on; install the program again")
    places: dict[str, Path] = {}
    questions: list[Question] = []
    for path in paths:
        question = read_yaml(path, Question, _PARTS)
        if question.bank != BUNDLED:
            raise BankError(f"{path}: id: expected one without a colon, not {question.id!r}")
        if question.id in places:
            raise BankError(f"{path}: id: {question.id} is already used by {places[question.id].name}; choose another")
        places[question.id] = path
        questions.append(question)
    return Bank(name=BUNDLED, questions=tuple(questions))


def _readable(paths: Mapping[Path, _Stamp]) -> Sequence[Bank]:
    banks: list[Bank] = []
    for path in paths:
        try:
            banks.append(_bank(path))
        except BankError as fault:
            _log.warning("left out a bank: %s", fault)
    return banks


def _bank(path: Path) -> Bank:
    try:
        expected = checked_name(path.stem)
    except BankError as fault:
        raise BankError(f"{path}: {fault}") from None
    bank = read_yaml(path, Bank, _PARTS)
    if unicodedata.normalize("NFC", bank.name) != expected:
        raise BankError(f"{path}: name: expected {expected!r}, as the file is called, not {bank.name!r}")
    return bank


class _Dumper(SafeDumper):
    """Texts of several lines are written as such, so that a person can go on writing in the file."""


def _as_block(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)  # pyright: ignore[reportUnknownMemberType] untyped


_Dumper.add_representer(str, _as_block)


def _yaml(bank: Bank) -> bytes:
    content = bank.model_dump(mode="json")
    return yaml.dump(content, Dumper=_Dumper, encoding="utf-8", allow_unicode=True, sort_keys=False, width=120)


def _replace(path: Path, content: bytes) -> None:
    """Puts the content in the file's place at once; a crash leaves the old file. Raises OSError."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".tmp", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
