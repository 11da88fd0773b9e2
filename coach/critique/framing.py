"""How an answer goes into a prompt, and how a reply comes out of it."""

import json
import re
import secrets
from collections.abc import Mapping, Sequence

from pydantic import JsonValue, TypeAdapter, ValidationError

from coach.critique.evidence import Answer
from coach.critique.manipulation import neutralised

_FENCE = "```"
_THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)
FENCE = re.compile(r"=== [0-9a-f]{8} ===")
"""What is new each time in the messages about one answer."""


def framed(answer: Answer) -> Mapping[str, str]:
    """`answer`: its numbered sentences, neutralised; `fence`: a line that nobody can have guessed, new each time."""
    lines = (f"S{sentence.number}: {neutralised(sentence.text)}" for sentence in answer.sentences)
    return {"answer": "\n".join(lines), "fence": f"=== {secrets.token_hex(4)} ==="}


def without_wrapping(text: str) -> str:
    """The reply without a model's thoughts before it and one code fence around all of it, which may still be open."""
    bare = _THOUGHT.sub("", text, count=1).strip()
    if bare.startswith(_FENCE):
        bare = bare.removeprefix(_FENCE).removeprefix("json").removesuffix(_FENCE)
    return bare.strip()


def json_of(text: str) -> JsonValue:
    """The one JSON value that a reply is. Raises ValueError where it is anything else, or anything more."""
    bare = without_wrapping(text)
    try:
        value = _JSON.validate_json(bare)
    except ValidationError as fault:
        raise ValueError("the reply must be one JSON object and nothing else") from fault
    json.loads(bare, object_pairs_hook=_each_once)
    return value


def _each_once(pairs: Sequence[tuple[str, object]]) -> Mapping[str, object]:
    """An object of JSON, which two parsers would read differently if it had a key twice."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError("the reply must not have a key twice in one object")
    return dict(pairs)
