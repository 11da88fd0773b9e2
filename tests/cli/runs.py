"""One run of `coach`, as a test sees it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass
class Run:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out.count("\n") == 1, "one object on one line"
        return json.loads(self.out)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Coach = Callable[..., Run]
"""Runs `coach` with arguments, and with what stands on its stdin: `said` line by line, or `stdin` as it is."""
