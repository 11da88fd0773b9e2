"""A person's own export, read back."""

import json
from collections.abc import Mapping
from typing import cast

from pydantic import ValidationError

from coach.errors import InputError
from coach.practice.exporting import FORMAT, VERSION
from coach.practice.record import Practice

_KINDS = tuple(Practice.model_fields)


def read_export(name: str, text: str) -> Practice:
    """The practice that a JSON export holds; `name` is the file's, for messages.

    Raises:
        InputError: it is cut off, no export, one of another version, or a value in it can't be; the message says where.
    """
    content = _content(name, text)
    if content.get("format") != FORMAT or not content.keys() >= {"version", *_KINDS}:
        raise InputError(
            "{file} is no export of this program; give a file that `coach export --format json` wrote", file=name
        )
    if content["version"] != VERSION:
        raise InputError(
            "{file} is an export of version {version!r}, this program reads {known}; "
            "export it again with the same version of the program",
            file=name,
            version=str(content["version"])[:20],
            known=VERSION,
        )
    try:
        return Practice.model_validate({kind: content[kind] for kind in _KINDS})
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        more = fault.error_count() - 1
        if more:
            raise InputError(
                "{file}: {place}: {problem} (and {more} more); nothing was restored: export it again",
                file=name,
                place=place,
                problem=first["msg"],
                more=more,
            ) from None
        raise InputError(
            "{file}: {place}: {problem}; nothing was restored: export it again",
            file=name,
            place=place,
            problem=first["msg"],
        ) from None


def _content(name: str, text: str) -> Mapping[str, object]:
    try:
        content: object = json.loads(text)
    except json.JSONDecodeError as fault:
        raise InputError(
            "{file} is cut off or no JSON (line {line} column {column}: {problem}); export it again",
            file=name,
            line=fault.lineno,
            column=fault.colno,
            problem=fault.msg,
        ) from None
    except (ValueError, RecursionError):
        raise InputError("{file} holds a number or a nesting that no export has; export it again", file=name) from None
    return cast(Mapping[str, object], content) if isinstance(content, dict) else {}
