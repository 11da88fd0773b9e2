"""Reading YAML files into models, with faults that a person can mend."""

import reprlib
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from coach.errors import BankError
from coach.language import Sentence

if TYPE_CHECKING or not yaml.__with_libyaml__:
    from yaml import SafeLoader
else:  # ten times as fast
    from yaml import CSafeLoader as SafeLoader

_Model = TypeVar("_Model", bound=BaseModel)


def read_yaml(path: Path, model: type[_Model], parts: Mapping[str, type[BaseModel]]) -> _Model:
    """What a YAML file holds. `parts` names the models of nested keys, so that a fault can say what was expected.

    Raises:
        BankError: the file can't be read, is no YAML, or breaks the schema; names file, key and what was expected.
    """
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise BankError(
            "{file}: can't be read: {reason}; make sure that it is a file you may read",
            file=path,
            reason=fault.strerror,
        ) from None
    return from_yaml(str(path), content, model, parts)


def from_yaml(name: str, content: bytes | str, model: type[_Model], parts: Mapping[str, type[BaseModel]]) -> _Model:
    """What the YAML of a file of this name holds.

    Raises:
        BankError: it is no YAML, or breaks the schema; names file, key and what was expected.
    """
    try:
        read: object = yaml.load(content, Loader=_Loader)
    except (yaml.YAMLError, ValueError, AttributeError) as fault:  # the last two: 2026-13-45, !!timestamp soon
        raise BankError(
            "{file}: is no YAML: {reason}; mend it there", file=name, reason=" ".join(str(fault).split())
        ) from None
    try:
        return model.model_validate(read)
    except ValidationError as fault:
        first, *others = fault.errors(include_url=False)
        expected = _what_was_expected(first, model, parts)
        if not others:
            raise BankError("{file}: {fault}", file=name, fault=expected) from None
        raise BankError("{file}: {fault} (and {count} more)", file=name, fault=expected, count=len(others)) from None


def _what_was_expected(fault: ErrorDetails, model: type[BaseModel], parts: Mapping[str, type[BaseModel]]) -> Sentence:
    *outer, key = fault["loc"] or ("",)
    where = " ".join(f"#{part + 1}" if isinstance(part, int) else part for part in fault["loc"])
    for part in outer:
        model = parts.get(str(part), model)
    keys = ", ".join(field.alias or name for name, field in model.model_fields.items())
    shown = reprlib.repr(fault["input"])
    place = where or Sentence.of("the file")
    match fault["type"]:
        case "missing":
            return Sentence.of("{key}: this key is missing; expected the keys {keys}", key=where, keys=keys)
        case "extra_forbidden":
            return Sentence.of(
                "{place}: unknown key {key}; expected only the keys {keys}", place=where, key=key, keys=keys
            )
        case "string_type":
            return Sentence.of("{key}: expected text, not {found}; put it in quotes", key=where, found=shown)
        case "model_type" | "model_attributes_type":
            return Sentence.of("{place}: expected the keys {keys}, not {found}", place=place, keys=keys, found=shown)
        case "value_error":
            return Sentence.of("{place}: {fault}", place=place, fault=fault["msg"].removeprefix("Value error, "))
        case _:
            return Sentence.of(
                "{key}: {fault}, not {found}",
                key=where,
                fault=fault["msg"].replace("Input should be", "expected"),
                found=shown,
            )


class _Loader(SafeLoader):
    """PyYAML keeps the last of two equal keys in silence; here it is a fault."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key.value} stands twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)
