"""A small clock that runs in the browser."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from coach.language import Translate


def clock(elapsed: float, seconds: int, _: Translate, key: str = "clock") -> None:
    """Counts down from so many seconds, of which some have gone by; after that it says calmly by how much."""
    texts = {"left": _("{time} left"), "over": _("Over time by {time}. Take what you need and finish.")}
    _face()(key=key, data={"elapsed": elapsed, "seconds": seconds, **texts})


@lru_cache
def _face() -> Callable[..., Any]:
    script = Path(__file__).with_name("clock.js").read_text("utf-8")
    return st.components.v2.component("clock", js=script)
