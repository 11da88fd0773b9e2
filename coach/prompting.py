"""Prompts: Markdown files in their wing's `prompts/` folder, one per task, with the parts `# system` and `# user`.

A variable stands as `{{name}}`. Rendering replaces each once, in one pass, so a value that looks like a variable stays
what it is.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal, cast

from coach.chat import Message

_VARIABLE = re.compile(r"\{\{(\w+)\}\}")
_PART = re.compile(r"^# (system|user)\n", re.MULTILINE)


@dataclass(frozen=True)
class Prompt:
    """A task for a model, with holes for what changes."""

    name: str
    text: str

    @property
    def id(self) -> str:
        """`name@first-8-of-sha256`: stored with every judgement, and changed by every change of a letter."""
        return f"{self.name}@{hashlib.sha256(self.text.encode()).hexdigest()[:8]}"

    def render(self, **values: str) -> Sequence[Message]:
        """The messages, in the order of the file.

        Raises:
            KeyError: a variable of the prompt has no value, or a value no variable.
        """
        wanted = set(_VARIABLE.findall(self.text))
        if wanted != set(values):
            raise KeyError(
                f"prompt {self.name}: missing {sorted(wanted - set(values))}, unknown {sorted(set(values) - wanted)}"
            )
        parts = _PART.split(self.text)[1:]
        return [
            Message(
                role=cast(Literal["system", "user"], role),
                content=_VARIABLE.sub(lambda found: values[found[1]], content).strip(),
            )
            for role, content in zip(parts[::2], parts[1::2], strict=True)
        ]


@lru_cache
def load_prompt(wing: str, name: str) -> Prompt:
    """The prompt `name` of a wing, as `load_prompt("critique", "critic")`. Raises FileNotFoundError."""
    return Prompt(name, files(f"coach.{wing}").joinpath("prompts", f"{name}.md").read_text("utf-8"))
