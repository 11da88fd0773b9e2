"""Where the keyboard is after a step."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st


def focus_on(key: str, step: str = "") -> None:
    """Puts the keyboard's focus on the widget or container with this key, once for each step.

    The key itself is the step where none is given.
    A text area can be written in at once; from a container the tab key goes on to what is in it.
    """
    _mover()(key=f"focus-{key}", data={"key": key, "step": step or key})


@lru_cache
def _mover() -> Callable[..., Any]:
    # Streamlit has no autofocus, and what was tapped is gone after a step: the keyboard would start at the top again.
    script = Path(__file__).with_name("focus.js").read_text("utf-8")
    return st.components.v2.component("focus", js=script)
