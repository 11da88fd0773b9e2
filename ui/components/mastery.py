"""How well something is mastered: in words, with a small bar."""

import streamlit as st

from coach.language import Translate

WEAK_BELOW = 0.5
"""Half of a key point, or less, is to be expected in an answer now."""
_SOLID_FROM = 0.8


def mastery_words(mastery: float | None, _: Translate) -> str:
    """What a share from 0 to 1 means; None: not met yet."""
    if mastery is None:
        return _("not practised yet")
    if mastery < WEAK_BELOW:
        return _("weak")
    return _("solid") if mastery >= _SOLID_FROM else _("getting there")


def mastery_bar(mastery: float | None, _: Translate, width: int = 130) -> None:
    """The words and, where there is a figure, a bar."""
    if mastery is None:
        st.caption(mastery_words(None, _), width="content")
    else:
        st.progress(mastery, text=f":small[{mastery_words(mastery, _)} · {percent(mastery)}]", width=width)


def percent(share: float | None) -> str:
    """A share from 0 to 1 as a person reads it; a dash where there is none."""
    return "–" if share is None else f"{share:.0%}"
