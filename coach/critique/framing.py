"""How an answer goes into a prompt, and how a reply comes out of it."""

import re
import secrets
from collections.abc import Mapping

from pydantic import JsonValue, TypeAdapter, ValidationError

from coach.critique.evidence import Answer
from coach.critique.manipulation import neutralised

_FENCED = re.compile(r"\A```(?:json)?\s*(.*?)\s*```\Z", re.DOTALL)
_THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)


def framed(answer: Answer) -> Mapping[str, str]:
    """`answer`: its numbered sentences, neutralised; `fence`: a line that nobody can have guessed, new each time."""
    lines = (f"S{sentence.number}: {neutralised(sentence.text)}" for sentence in answer.sentences)
    return {"answer": "\n".join(lines), "fence": f"=== {secrets.token_hex(4)} ==="}


def without_wrapping(text: str) -> str:
    """The reply without a model's thoughts before it and one code fence around all of it."""
    bare = _THOUGHT.sub("", text, count=1).strip()
    fenced = _FENCED.match(bare)
    return fenced[1] if fenced else bare


def json_of(text: str) -> JsonValue:
    """The one JSON value that a reply is. Raises ValueError where it is anything else, or anything more."""
    try:
        return _JSON.validate_json(without_wrapping(text))
    except ValidationError as fault:
        raise ValueError("the reply must be one JSON object and nothing else") from fault
