"""One key point, judged over everything that was said to a customer."""

import streamlit as st

from coach.critique.feedback import REASON_TEXTS, Verdict
from coach.language import Translate
from ui.components.markup import numbered, plain
from ui.components.verdict import badge


def spoken_point(verdict: Verdict, place: int, _: Translate) -> None:
    """The verdict, the point, and the candidate's words for it with their turn."""
    lines = [f"{badge(verdict.verdict, _)} {numbered(place)} {plain(verdict.text)}"]
    lines += [
        f"“{plain(evidence.quote)}” :gray[{_('turn {number}').format(number=evidence.turn)}]"
        for evidence in verdict.evidence
    ]
    reason = _(REASON_TEXTS[verdict.reason]) if verdict.reason else ""
    lines += [f":gray[{plain(text)}]" for text in (verdict.missing_part, reason) if text]
    st.markdown("  \n".join(lines))
